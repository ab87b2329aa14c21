package meshtest

import (
	"fmt"
	"math"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// Tetrahedron returns the corner tetrahedron of the origin and a on each axis.
func Tetrahedron(a float64) Solid {
	return Solid{
		Name: fmt.Sprintf("tetrahedron_%g", a),
		Mesh: &mesh.Mesh{
			Vertices:  []r3.Vector{vec(0, 0, 0), vec(a, 0, 0), vec(0, a, 0), vec(0, 0, a)},
			Triangles: []mesh.Triangle{{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}},
		},
		Volume: a * a * a / 6, Area: 3*a*a/2 + math.Sqrt(3)*a*a/2,
		Euler: 2, Shells: 1,
	}
}

// RegularTetrahedron returns a tetrahedron with edges of length a, every other
// corner of a cube.
func RegularTetrahedron(a float64) Solid {
	c := a / math.Sqrt2
	return Solid{
		Name: fmt.Sprintf("regular_tetrahedron_%g", a),
		Mesh: &mesh.Mesh{
			Vertices:  []r3.Vector{vec(0, 0, 0), vec(c, c, 0), vec(c, 0, c), vec(0, c, c)},
			Triangles: []mesh.Triangle{{0, 1, 2}, {0, 2, 3}, {0, 3, 1}, {1, 3, 2}},
		},
		Volume: a * a * a / (6 * math.Sqrt2), Area: math.Sqrt(3) * a * a,
		Euler: 2, Shells: 1,
	}
}

// LidlessBox returns a box from the origin to (w, d, h) without its top: an
// open surface of 10 triangles.
func LidlessBox(w, d, h float64) Solid {
	s := Box(w, d, h)
	s.Name = "lidless_box"
	var kept []mesh.Triangle
	for i, t := range s.Mesh.Triangles {
		if a, b, c := s.Mesh.Corners(i); a.Z == h && b.Z == h && c.Z == h {
			continue
		}
		kept = append(kept, t)
	}
	s.Mesh.Triangles = kept
	s.Volume, s.Area, s.Euler, s.BorderEdges, s.MinWall = math.NaN(), s.Area-w*d, 1, 4, 0
	return s
}

// Sheet returns one layer of n×n squares of a flat square of side a: an open
// surface without volume.
func Sheet(a float64, n int) Solid {
	m := &mesh.Mesh{}
	row := uint32(n + 1)
	for j := range n + 1 {
		for i := range n + 1 {
			m.Vertices = append(m.Vertices, vec(a*float64(i)/float64(n), a*float64(j)/float64(n), 0))
		}
	}
	for j := range uint32(n) {
		for i := range uint32(n) {
			v := j*row + i
			m.Triangles = append(m.Triangles, mesh.Triangle{v, v + 1, v + row + 1}, mesh.Triangle{v, v + row + 1, v + row})
		}
	}
	return Solid{Name: "sheet", Mesh: m, Volume: math.NaN(), Area: a * a, Euler: 1, Shells: 1, BorderEdges: 4 * n}
}

// Moebius returns a band of n quadrilaterals with half a twist, of radius r
// and width w: one-sided, with one border of 2n edges.
func Moebius(r, w float64, n int) Solid {
	m := &mesh.Mesh{}
	for k := range n {
		turn := 2 * math.Pi * float64(k) / float64(n)
		for _, side := range [...]float64{-w / 2, w / 2} {
			reach := r + side*math.Cos(turn/2)
			m.Vertices = append(m.Vertices, vec(reach*math.Cos(turn), reach*math.Sin(turn), side*math.Sin(turn/2)))
		}
	}
	for k := range uint32(n) {
		a, b := 2*k, 2*k+1
		c, d := (2*k+2)%uint32(2*n), (2*k+3)%uint32(2*n)
		if k == uint32(n)-1 {
			c, d = d, c
		}
		m.Triangles = append(m.Triangles, mesh.Triangle{a, c, d}, mesh.Triangle{a, d, b})
	}
	return Solid{Name: "moebius", Mesh: m, Volume: math.NaN(), Area: triangleAreas(m), Shells: 1, BorderEdges: 2 * n}
}

// Klein returns a Klein bottle, the figure eight turned about z with half a
// twist, in n×k steps (k even): one-sided, without border, through itself.
func Klein(r float64, n, k int) Solid {
	m := &mesh.Mesh{}
	for i := range n {
		turn := 2 * math.Pi * float64(i) / float64(n)
		for j := range k {
			v := 2 * math.Pi * float64(j) / float64(k)
			reach := r + math.Cos(turn/2)*math.Sin(v) - math.Sin(turn/2)*math.Sin(2*v)
			m.Vertices = append(m.Vertices, vec(reach*math.Cos(turn), reach*math.Sin(turn),
				math.Sin(turn/2)*math.Sin(v)+math.Cos(turn/2)*math.Sin(2*v)))
		}
	}
	at := func(i, j int) uint32 {
		if i == n { // a full turn maps v to −v
			i, j = 0, k-j
		}
		return uint32(i*k + (j+k)%k)
	}
	for i := range n {
		for j := range k {
			a, b, c, d := at(i, j), at(i+1, j), at(i+1, j+1), at(i, j+1)
			m.Triangles = append(m.Triangles, mesh.Triangle{a, b, c}, mesh.Triangle{a, c, d})
		}
	}
	return Solid{Name: "klein", Mesh: m, Volume: math.NaN(), Area: triangleAreas(m), Shells: 1}
}
