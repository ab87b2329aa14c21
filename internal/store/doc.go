// Package store keeps what the service knows in SQLite or PostgreSQL. Every
// business package declares the storage it needs; here each of these interfaces
// is implemented, in files named context_resource.go. Both databases run the
// same queries and the same tests; only the migrations are written twice.
//
// Errors of the database come out as failures of package fault: no room, not
// reachable, try again, not found, or internal.
package store
