package meshtest

import (
	"fmt"
	"math"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// A Point is a corner of a profile. Revolve reads it as (r, z), Extrude as
// (y, z).
type Point [2]float64

// Revolve turns a closed simple profile about the z axis in n steps. The
// corners (r, z) run counter-clockwise, r to the right, r ≥ 0; an edge along
// the axis makes no faces. Every face is a plane trapezoid, so with
// s = sin(2π/n)
//
//	volume = n·s·∬ r dr dz over the profile
//	area   = Σ over profile edges of n · sin(π/n)·(r₀+r₁) · √((Δr·cos(π/n))² + Δz²)
func Revolve(name string, profile []Point, n int) Solid {
	m := &mesh.Mesh{}
	sin, cos := make([]float64, n), make([]float64, n)
	for k := range n {
		sin[k], cos[k] = math.Sincos(2 * math.Pi * float64(k) / float64(n))
	}
	first := make([]uint32, len(profile))
	for i, p := range profile {
		first[i] = uint32(len(m.Vertices))
		if p[0] == 0 {
			m.Vertices = append(m.Vertices, vec(0, 0, p[1]))
			continue
		}
		for k := range n {
			m.Vertices = append(m.Vertices, vec(p[0]*cos[k], p[0]*sin[k], p[1]))
		}
	}
	at := func(i, k int) uint32 {
		if profile[i][0] == 0 {
			return first[i]
		}
		return first[i] + uint32(k%n)
	}
	onAxis := 0
	moment, area := 0.0, 0.0
	for i, p := range profile {
		j := (i + 1) % len(profile)
		q := profile[j]
		moment += (p[0] + q[0]) * (p[0]*q[1] - q[0]*p[1]) / 6
		area += math.Sin(math.Pi/float64(n)) * (p[0] + q[0]) *
			math.Hypot((q[0]-p[0])*math.Cos(math.Pi/float64(n)), q[1]-p[1])
		if p[0] == 0 {
			onAxis++
		}
		for k := range n {
			if p[0] != 0 {
				m.Triangles = append(m.Triangles, mesh.Triangle{at(i, k), at(i, k+1), at(j, k)})
			}
			if q[0] != 0 {
				m.Triangles = append(m.Triangles, mesh.Triangle{at(i, k+1), at(j, k+1), at(j, k)})
			}
		}
	}
	s := Solid{Name: name, Mesh: m, Shells: 1, Area: float64(n) * area}
	s.Volume = float64(n) * math.Sin(2*math.Pi/float64(n)) * moment
	if onAxis > 0 {
		s.Euler = 2
	}
	return s
}

// Cylinder returns an n-sided prism of circumradius r from z = 0 to h, with
// caps that meet in a middle vertex. MinWall is the distance between opposite
// sides when n is even.
func Cylinder(r, h float64, n int) Solid {
	s := Revolve(fmt.Sprintf("cylinder_r%g_h%g_n%d", r, h, n), []Point{{0, 0}, {r, 0}, {r, h}, {0, h}}, n)
	if n%2 == 0 {
		s.MinWall = min(h, 2*r*math.Cos(math.Pi/float64(n)))
	}
	return s
}

// Cone returns an n-sided pyramid of circumradius r with its tip at z = h.
func Cone(r, h float64, n int) Solid {
	return Revolve(fmt.Sprintf("cone_r%g_h%g_n%d", r, h, n), []Point{{0, 0}, {r, 0}, {0, h}}, n)
}

// Tube returns a tube with an n-sided outside of circumradius outer and inside
// of circumradius inner, from z = 0 to h.
func Tube(outer, inner, h float64, n int) Solid {
	s := Revolve(fmt.Sprintf("tube_%g_%g_h%g_n%d", outer, inner, h, n),
		[]Point{{inner, 0}, {outer, 0}, {outer, h}, {inner, h}}, n)
	s.MinWall = min(h, (outer-inner)*math.Cos(math.Pi/float64(n)))
	return s
}

// Cup returns a tube closed at the bottom by a floor of the thickness of its
// wall, outer-inner.
func Cup(outer, inner, h float64, n int) Solid {
	wall := outer - inner
	s := Revolve(fmt.Sprintf("cup_%g_%g_h%g_n%d", outer, inner, h, n),
		[]Point{{0, 0}, {outer, 0}, {outer, h}, {inner, h}, {inner, wall}, {0, wall}}, n)
	s.MinWall = wall * math.Cos(math.Pi/float64(n))
	return s
}

// Torus returns a ring: a circle of radius minor in m steps turned at distance
// major in n steps.
func Torus(major, minor float64, n, m int) Solid {
	profile := make([]Point, m)
	for i := range profile {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(m))
		profile[i] = Point{major + minor*cos, minor * sin}
	}
	return Revolve(fmt.Sprintf("torus_%g_%g_n%d_m%d", major, minor, n, m), profile, n)
}

// Sphere returns a globe with n meridians and n/2 bands of latitude.
func Sphere(r float64, n int) Solid {
	bands := max(2, n/2)
	profile := make([]Point, bands+1)
	for i := range profile {
		sin, cos := math.Sincos(math.Pi * float64(i) / float64(bands))
		profile[i] = Point{r * sin, -r * cos}
	}
	profile[0][0], profile[bands][0] = 0, 0
	return Revolve(fmt.Sprintf("sphere_r%g_n%d", r, n), profile, n)
}

// Icosphere returns an icosahedron of circumradius r whose triangles are split
// in four `levels` times, with all vertices on the sphere: 20·4^levels nearly
// equal triangles.
func Icosphere(r float64, levels int) Solid {
	const phi = math.Phi
	m := &mesh.Mesh{
		Vertices: []r3.Vector{
			vec(-1, phi, 0), vec(1, phi, 0), vec(-1, -phi, 0), vec(1, -phi, 0),
			vec(0, -1, phi), vec(0, 1, phi), vec(0, -1, -phi), vec(0, 1, -phi),
			vec(phi, 0, -1), vec(phi, 0, 1), vec(-phi, 0, -1), vec(-phi, 0, 1),
		},
		Triangles: []mesh.Triangle{
			{0, 11, 5},
			{0, 5, 1},
			{0, 1, 7},
			{0, 7, 10},
			{0, 10, 11},
			{1, 5, 9},
			{5, 11, 4},
			{11, 10, 2},
			{10, 7, 6},
			{7, 1, 8},
			{3, 9, 4},
			{3, 4, 2},
			{3, 2, 6},
			{3, 6, 8},
			{3, 8, 9},
			{4, 9, 5},
			{2, 4, 11},
			{6, 2, 10},
			{8, 6, 7},
			{9, 8, 1},
		},
	}
	for range levels {
		m = splitMesh(m)
	}
	for i, p := range m.Vertices {
		m.Vertices[i] = p.Mul(r / p.Norm())
	}
	return Solid{
		Name: fmt.Sprintf("icosphere_r%g_l%d", r, levels), Mesh: m,
		Volume: tetrahedra(m), Area: triangleAreas(m), Euler: 2, Shells: 1,
	}
}
