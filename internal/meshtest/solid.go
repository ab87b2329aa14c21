// Package meshtest makes solids whose volume, area and topology are known
// without measuring them, moves and re-triangulates them, and finds the folder
// of real models. It serves tests only.
//
// It imports package mesh, so tests of mesh use it from package mesh_test.
//
// Four makers do the work: [Revolve] turns a profile about the z axis,
// [Extrude] draws one along x, [Cells] unites boxes of a grid, and [Merge]
// puts solids side by side. Their facts come from closed forms of the
// polyhedron itself (an n-sided tube has the volume of an n-sided tube, not
// that of the round one), so they hold to rounding.
package meshtest

import (
	"math"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// A Solid is a mesh and what is known of it, in mm, mm² and mm³.
type Solid struct {
	Name string
	Mesh *mesh.Mesh

	// Volume is signed by the turn of the triangles and summed over shells;
	// NaN if the surface is open or one-sided.
	Volume float64
	Area   float64
	// Euler is V − E + F over the vertices that triangles use.
	Euler    int
	Shells   int // connected over edges, cavities counted
	Cavities int
	// BorderEdges have one triangle, NonManifoldEdges more than two.
	BorderEdges      int
	NonManifoldEdges int
	// MinWall is the smallest distance between opposite faces; 0 where a
	// shape has none (knives, spheres) or it is not stated.
	MinWall float64
}

// Closed reports whether every edge has a partner and the volume is defined.
func (s Solid) Closed() bool { return s.BorderEdges == 0 && !math.IsNaN(s.Volume) }

// Genus returns the sum of the genera of the shells of a closed solid.
func (s Solid) Genus() int { return s.Shells - s.Euler/2 }

// Merge puts solids into one mesh, without welding them. Volumes, areas and
// counts add up; MinWall is the smallest that is stated.
func Merge(name string, parts ...Solid) Solid {
	out := Solid{Name: name, Mesh: &mesh.Mesh{}}
	for _, p := range parts {
		base := uint32(len(out.Mesh.Vertices))
		out.Mesh.Vertices = append(out.Mesh.Vertices, p.Mesh.Vertices...)
		for _, t := range p.Mesh.Triangles {
			out.Mesh.Triangles = append(out.Mesh.Triangles, mesh.Triangle{t[0] + base, t[1] + base, t[2] + base})
		}
		out.Volume += p.Volume
		out.Area += p.Area
		out.Euler += p.Euler
		out.Shells += p.Shells
		out.Cavities += p.Cavities
		out.BorderEdges += p.BorderEdges
		out.NonManifoldEdges += p.NonManifoldEdges
		if p.MinWall > 0 && (out.MinWall == 0 || p.MinWall < out.MinWall) {
			out.MinWall = p.MinWall
		}
	}
	return out
}

// Weld merges vertices of equal coordinates (−0 equals +0), in the order of
// their first use, and drops unused ones, as reading a file does. The facts
// are kept: set those that touching solids change.
func (s Solid) Weld() Solid {
	index := make(map[r3.Vector]uint32, len(s.Mesh.Vertices))
	m := &mesh.Mesh{SinglePrecision: s.Mesh.SinglePrecision}
	for _, t := range s.Mesh.Triangles {
		var w mesh.Triangle
		for k, v := range t {
			p := s.Mesh.Vertices[v]
			p = r3.Vector{X: p.X + 0, Y: p.Y + 0, Z: p.Z + 0}
			i, ok := index[p]
			if !ok {
				i = uint32(len(m.Vertices))
				index[p] = i
				m.Vertices = append(m.Vertices, p)
			}
			w[k] = i
		}
		m.Triangles = append(m.Triangles, w)
	}
	s.Mesh = m
	return s
}

// tetrahedra returns the signed volume under the triangles as seen from their
// first vertex, by compensated summation: for shapes without a closed form.
func tetrahedra(m *mesh.Mesh) float64 {
	var sum, lost float64
	origin := m.Vertices[0]
	for i := range m.Triangles {
		a, b, c := m.Corners(i)
		x := a.Sub(origin).Dot(b.Sub(origin).Cross(c.Sub(origin))) / 6
		t := sum + x
		if math.Abs(sum) >= math.Abs(x) {
			lost += (sum - t) + x
		} else {
			lost += (x - t) + sum
		}
		sum = t
	}
	return sum + lost
}

// triangleAreas returns the sum of the areas of the triangles.
func triangleAreas(m *mesh.Mesh) float64 {
	sum := 0.0
	for i := range m.Triangles {
		sum += m.AreaVector(i).Norm() / 2
	}
	return sum
}

func vec(x, y, z float64) r3.Vector { return r3.Vector{X: x, Y: y, Z: z} }
