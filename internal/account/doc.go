// Package account knows who may do what: organisations, their users with roles,
// tokens, addresses and preferences, and which users work for which printing
// service. An organisation is a tenant: nothing of it is visible to another.
package account
