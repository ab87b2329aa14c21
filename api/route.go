package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/partgauge/partgauge/internal/account"
)

// A route is one operation as data. Everything around its handler follows from
// it: access, limits, documentation, and the tests that walk all routes.
type route struct {
	method  string
	path    string // the whole path, so that it can be searched for
	id      string // operationId, one word as in the list of routes
	tag     string // the section of the document
	summary string
	access  access
	handle  handler

	status   int   // of a success; 0: 200, or 204 without a body
	body     int64 // limit of the request's body in bytes; 0: defaultBody
	download bool  // HEAD is served too
}

// defaultBody is room for every JSON body of the contract.
const defaultBody = 1 << 20

// access says who may call. Belonging to the caller is checked by the business
// package, which knows the object.
type access struct {
	public  bool
	role    account.Role // needed, unless empty
	service bool         // a member of {service_id}, or of any service where the path has none
}

var (
	byUser   = access{}
	byAdmin  = access{role: account.OrganizationAdmin}
	byMember = access{service: true}
)

// A handler registers what serves a route.
type handler func(*API, *huma.Operation)

// call makes a handler of a function that returns the body of the response.
// I holds the parameters and the body of the request as package huma reads them;
// what is embedded in it must be exported, or huma does not see it.
func call[I, O any](f func(context.Context, account.Actor, *I) (O, error)) handler {
	type reply struct{ Body O }
	return func(a *API, op *huma.Operation) {
		huma.Register(a.huma, *op, func(ctx context.Context, in *I) (*reply, error) {
			out, err := f(ctx, actorOf(ctx), in)
			if err != nil {
				return nil, a.failure(ctx, err)
			}
			return &reply{Body: out}, nil
		})
	}
}

// act makes a handler of a function that answers nothing: 204.
func act[I any](f func(context.Context, account.Actor, *I) error) handler {
	return func(a *API, op *huma.Operation) {
		huma.Register(a.huma, *op, func(ctx context.Context, in *I) (*struct{}, error) {
			if err := f(ctx, actorOf(ctx), in); err != nil {
				return nil, a.failure(ctx, err)
			}
			return nil, nil
		})
	}
}

// raw makes a handler of a gin handler, for bodies that stream. It gets the
// request as it is, but behind the same access; document adds what it takes and
// answers to the documentation. An error that comes before the first byte of
// the response is rendered as everywhere.
func raw(f func(*gin.Context, account.Actor) error, document func(*huma.Operation, huma.Registry)) handler {
	return func(a *API, op *huma.Operation) {
		op.Parameters = append(op.Parameters, pathParameters(op.Path)...)
		document(op, a.huma.OpenAPI().Components.Schemas)
		a.huma.OpenAPI().AddOperation(op)
		a.serve(op, func(c *gin.Context) {
			if err := f(c, actorOf(c.Request.Context())); err != nil {
				a.refuse(c, err)
			}
		})
	}
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// pathParameters documents the parameters of a path: ids are integers, and
// uuids are named so.
func pathParameters(path string) []*huma.Param {
	var all []*huma.Param
	for _, m := range parameter.FindAllStringSubmatch(path, -1) {
		one := 1.0
		schema := &huma.Schema{Type: "integer", Format: "int64", Minimum: &one}
		switch {
		case strings.HasSuffix(m[1], "uuid"):
			schema = &huma.Schema{Type: "string", Format: "uuid"}
		case !strings.HasSuffix(m[1], "id") || m[1] == "short_id":
			schema = &huma.Schema{Type: "string"}
		}
		all = append(all, &huma.Param{Name: m[1], In: "path", Required: true, Schema: schema})
	}
	return all
}

// add registers a route.
func (a *API) add(r route) {
	if r.body == 0 {
		r.body = defaultBody
	}
	op := &huma.Operation{
		Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Tags: []string{r.tag},
		DefaultStatus: r.status,
		// The body was read, and held to the route's limit, before huma sees it.
		MaxBodyBytes: r.body + 1,
		Metadata:     map[string]any{"route": r},
		Responses:    map[string]*huma.Response{},
	}
	failure := a.huma.OpenAPI().Components.Schemas.Schema(errorType, true, "")
	for _, status := range r.failures() {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/json": {Schema: failure}},
		}
	}
	if r.access.public {
		op.Security = []map[string][]string{{}}
	}
	a.patterns = append(a.patterns, newPattern(r.method, r.path))
	if r.download {
		a.patterns = append(a.patterns, newPattern(http.MethodHead, r.path))
	}
	r.handle(a, op)
	a.checkParameters(op)
}

// checkParameters panics if the input type of a route misses a parameter of its
// path.
func (a *API) checkParameters(op *huma.Operation) {
	documented := a.huma.OpenAPI().Paths[op.Path]
	for _, m := range parameter.FindAllStringSubmatch(op.Path, -1) {
		known := slices.ContainsFunc(operationOf(documented, op.Method).Parameters, func(p *huma.Param) bool { return p.In == "path" && p.Name == m[1] })
		if !known {
			panic(op.OperationID + " does not read the parameter " + m[1])
		}
	}
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[method]
}

// failures lists the statuses that a route may answer beside its success.
func (r route) failures() []int {
	all := []int{http.StatusBadRequest}
	if !r.access.public {
		all = append(all, http.StatusUnauthorized, http.StatusTooManyRequests)
	}
	if r.access.role != "" || r.access.service {
		all = append(all, http.StatusForbidden)
	}
	if strings.Contains(r.path, "{") {
		all = append(all, http.StatusNotFound)
	}
	if r.method != http.MethodGet && r.method != http.MethodDelete {
		all = append(all, http.StatusRequestEntityTooLarge)
	}
	return append(all, http.StatusInternalServerError, http.StatusServiceUnavailable)
}

// adapter lets huma serve behind the guards of a route.
type adapter struct{ api *API }

func (ad adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	ad.api.serve(op, ad.api.readBody(op), func(c *gin.Context) { handler(humagin.NewContext(op, c)) })
}

func (ad adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { ad.api.ServeHTTP(w, r) }

// serve registers handlers behind the guards of their route.
func (a *API) serve(op *huma.Operation, handlers ...gin.HandlerFunc) {
	r := op.Metadata["route"].(route)
	path := parameter.ReplaceAllString(r.path, ":$1")
	all := append(a.guards(r), handlers...)
	a.engine.Handle(r.method, path, all...)
	if r.download {
		a.engine.Handle(http.MethodHead, path, all...)
	}
}
