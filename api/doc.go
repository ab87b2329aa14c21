// Package api is the HTTP contract: routes, JSON types, who may call, errors and
// the OpenAPI document, which is made from the very types that serve.
//
// A file named context_resource.go reads from top to bottom: its routes as data
// with full literal paths, their handlers, the types of requests and responses,
// and the conversions. A handler decides nothing: it calls one method of a
// business package and renders what comes back. What all routes share is done
// once around them: see guard.go for access, body.go for bodies, errors.go for
// failures, listing.go for pages.
package api
