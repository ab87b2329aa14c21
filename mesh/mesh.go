// Package mesh holds triangle meshes: reading and writing them, welding,
// topology, measures, hulls and the bounding volume hierarchy that answers
// ray and nearest-point queries.
//
// Everything is flat: a mesh is one slice of vertices and one slice of index
// triples, and derived structures hold indices into them, never pointers.
// Lengths are millimetres, areas mm², volumes mm³.
//
// Meshes are immutable by convention once a function has returned them:
// functions of this package never modify or keep a mesh that is passed in,
// and what they return belongs to the caller.
package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// A Triangle is three indices into Mesh.Vertices. Seen from outside the solid
// they run counter-clockwise.
type Triangle [3]uint32

// A Mesh is an indexed triangle mesh in millimetres.
//
// Coordinates are held in double precision, which represents the 32-bit
// coordinates of STL, binary PLY or glTF exactly; SinglePrecision records
// that the source had no more digits than that.
type Mesh struct {
	Vertices  []r3.Vector
	Triangles []Triangle

	// SinglePrecision is set when the coordinates were stored as 32-bit
	// floating point, so that neighbouring values at coordinate c are about
	// 1.2e-7·|c| apart.
	SinglePrecision bool
}

// Corners returns the three corner points of triangle f.
func (m *Mesh) Corners(f int) (a, b, c r3.Vector) {
	t := &m.Triangles[f]
	return m.Vertices[t[0]], m.Vertices[t[1]], m.Vertices[t[2]]
}

// AreaVector returns the vector normal to triangle f whose length is twice
// the triangle's area, pointing outward.
func (m *Mesh) AreaVector(f int) r3.Vector {
	a, b, c := m.Corners(f)
	return b.Sub(a).Cross(c.Sub(a))
}

// Scaled returns k·v. Unlike those of v.Mul(k), its products are never fused
// into a sum that follows, so that every processor gets the same digits.
func Scaled(v r3.Vector, k float64) r3.Vector {
	return r3.Vector{X: float64(v.X * k), Y: float64(v.Y * k), Z: float64(v.Z * k)}
}

// Box is an axis-aligned box. The zero value is not empty; EmptyBox is.
type Box struct {
	Min, Max r3.Vector
}

// EmptyBox returns the box that contains nothing and to which points can be
// added.
func EmptyBox() Box {
	inf := math.Inf(1)
	return Box{Min: r3.Vector{X: inf, Y: inf, Z: inf}, Max: r3.Vector{X: -inf, Y: -inf, Z: -inf}}
}

// Add returns the smallest box that contains b and p.
func (b Box) Add(p r3.Vector) Box {
	return Box{
		Min: r3.Vector{X: min(b.Min.X, p.X), Y: min(b.Min.Y, p.Y), Z: min(b.Min.Z, p.Z)},
		Max: r3.Vector{X: max(b.Max.X, p.X), Y: max(b.Max.Y, p.Y), Z: max(b.Max.Z, p.Z)},
	}
}

// IsEmpty reports whether b contains no point.
func (b Box) IsEmpty() bool { return !(b.Min.X <= b.Max.X) }

// Size returns the extents of b along x, y and z; zero if b is empty.
func (b Box) Size() r3.Vector {
	if b.IsEmpty() {
		return r3.Vector{}
	}
	return b.Max.Sub(b.Min)
}

// Diagonal returns the length of b's space diagonal; zero if b is empty.
func (b Box) Diagonal() float64 { return b.Size().Norm() }

// Center returns the middle of b.
func (b Box) Center() r3.Vector { return b.Min.Add(b.Max).Mul(0.5) }

// Bounds returns the box of the vertices that triangles use; EmptyBox for a
// mesh without triangles.
func (m *Mesh) Bounds() Box {
	box := EmptyBox()
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			box.include(m.Vertices[v])
		}
	}
	return box
}

// Step returns the distance between neighbouring representable coordinates at
// the farthest corner of the mesh from the origin when the source was single
// precision, and 0 otherwise.
func (m *Mesh) Step() float64 {
	if !m.SinglePrecision {
		return 0
	}
	b := m.Bounds()
	if b.IsEmpty() {
		return 0
	}
	far := 0.0
	for _, c := range [...]float64{b.Min.X, b.Min.Y, b.Min.Z, b.Max.X, b.Max.Y, b.Max.Z} {
		far = max(far, math.Abs(c))
	}
	return singleStep * far
}

// singleStep is the relative distance of neighbouring 32-bit floating point
// numbers, 2^-23.
const singleStep = 1.0 / (1 << 23)
