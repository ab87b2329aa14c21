// Package simplify stands in for the package of that name that fauxgl imports
// for Mesh.Simplify, which nothing here calls: it has the names that fauxgl
// needs to compile, and does nothing.
package simplify

// Vector is a point.
type Vector struct{ X, Y, Z float64 }

// Triangle has three corners.
type Triangle struct{ V1, V2, V3 Vector }

// Mesh is a list of triangles.
type Mesh struct{ Triangles []*Triangle }

// NewTriangle returns a triangle.
func NewTriangle(v1, v2, v3 Vector) *Triangle { return &Triangle{v1, v2, v3} }

// NewMesh returns a mesh.
func NewMesh(triangles []*Triangle) *Mesh { return &Mesh{triangles} }

// Simplify returns the mesh as it is.
func (m *Mesh) Simplify(float64) *Mesh { return m }
