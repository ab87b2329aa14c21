package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// A family is one kind of surface in any size, hard on one step or another.
type family struct {
	name string
	// unit is what a size counts; size is the default, which is doubled.
	unit string
	size int
	// quadratic says why the surface itself makes work that grows with the
	// square of its size, if it does.
	quadratic string
	build     func(n int) *mesh.Mesh
}

var families = []family{
	{name: "ordinary", unit: "triangles", size: 500_000, build: torus},
	{name: "shells", unit: "tetrahedra", size: 500_000, build: tetrahedra},
	{name: "nested", unit: "boxes", size: 2000, build: nestedBoxes, quadratic: "a sample casts its ray through all that lies deeper"},
	{name: "hub", unit: "triangles", size: 500_000, build: bipyramid},
	{name: "slivers", unit: "triangles", size: 500_000, build: ribbedPlate},
	{name: "sticks", unit: "tetrahedra", size: 1000, build: sticks, quadratic: "every stick meets every other"},
	{name: "holes", unit: "holes", size: 50_000, build: func(n int) *mesh.Mesh { return plate(n, false) }},
	{name: "perforated", unit: "holes", size: 50_000, build: func(n int) *mesh.Mesh { return plate(n, true) }},
}

func findFamily(name string) (family, error) {
	for _, f := range families {
		if f.name == name {
			return f, nil
		}
	}
	return family{}, fmt.Errorf("no family is called %q", name)
}

// runFamily writes one member of a family as binary STL: family NAME SIZE OUT.
func runFamily(_ context.Context, args []string, _ io.Writer) error {
	if len(args) != 3 {
		return errors.New("family NAME SIZE OUT")
	}
	f, err := findFamily(args[0])
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(args[1])
	if err != nil || n < 8 {
		return fmt.Errorf("the size %q is no number of at least 8", args[1])
	}
	return writeSTL(args[2], f.build(n))
}

func writeSTL(path string, m *mesh.Mesh) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := mesh.Write(out, m, mesh.FormatSTL, mesh.WriteOptions{}); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// A surface collects triangles and quadrilaterals over points.
type surface struct{ mesh.Mesh }

func (s *surface) point(x, y, z float64) uint32 {
	s.Vertices = append(s.Vertices, r3.Vector{X: x, Y: y, Z: z})
	return uint32(len(s.Vertices) - 1)
}

func (s *surface) triangle(a, b, c uint32) {
	s.Triangles = append(s.Triangles, mesh.Triangle{a, b, c})
}

func (s *surface) quad(a, b, c, d uint32) {
	s.triangle(a, b, c)
	s.triangle(a, c, d)
}

// torus returns a ring of about n triangles of nearly equal size.
func torus(n int) *mesh.Mesh {
	const major, minor = 40, 15
	around := max(3, int(math.Sqrt(float64(n)/2*minor/major)))
	along := max(3, n/2/around)
	s := &surface{}
	for i := range along {
		u := 2 * math.Pi * float64(i) / float64(along)
		for j := range around {
			v := 2 * math.Pi * float64(j) / float64(around)
			r := major + minor*math.Cos(v)
			s.point(r*math.Cos(u), r*math.Sin(u), minor*math.Sin(v))
		}
	}
	at := func(i, j int) uint32 { return uint32(i%along*around + j%around) }
	for i := range along {
		for j := range around {
			s.quad(at(i, j), at(i+1, j), at(i+1, j+1), at(i, j+1))
		}
	}
	return &s.Mesh
}

// tetrahedra returns n tetrahedra in a cube.
func tetrahedra(n int) *mesh.Mesh {
	side := int(math.Ceil(math.Cbrt(float64(n))))
	s := &surface{}
	for i := range n {
		x, y, z := float64(2*(i%side)), float64(2*(i/side%side)), float64(2*(i/side/side))
		s.tetrahedron(
			s.point(x, y, z), s.point(x+1, y, z),
			s.point(x, y+1, z), s.point(x, y, z+1))
	}
	return &s.Mesh
}

// tetrahedron adds the four triangles of a tetrahedron whose corner d lies
// above a, b, c.
func (s *surface) tetrahedron(a, b, c, d uint32) {
	s.triangle(a, c, b)
	s.triangle(a, b, d)
	s.triangle(b, c, d)
	s.triangle(c, a, d)
}

// nestedBoxes returns n boxes inside one another, solid and cavity in turn.
func nestedBoxes(n int) *mesh.Mesh {
	s := &surface{}
	for i := range n {
		h := 50 * float64(n-i) / float64(n)
		var c [8]uint32
		for k := range c {
			c[k] = s.point(sign(k&1)*h, sign(k>>1&1)*h, sign(k>>2)*h)
		}
		for _, q := range [6][4]int{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}} {
			if i%2 == 0 {
				s.quad(c[q[0]], c[q[1]], c[q[2]], c[q[3]])
			} else {
				s.quad(c[q[3]], c[q[2]], c[q[1]], c[q[0]])
			}
		}
	}
	return &s.Mesh
}

func sign(bit int) float64 { return float64(2*bit - 1) }

// bipyramid returns two tips with n/2 triangles each.
func bipyramid(n int) *mesh.Mesh {
	rim := n / 2
	s := &surface{}
	top, bottom := s.point(0, 0, 20), s.point(0, 0, -20)
	for i := range rim {
		u := 2 * math.Pi * float64(i) / float64(rim)
		s.point(50*math.Cos(u), 50*math.Sin(u), 0)
	}
	for i := range rim {
		a, b := uint32(2+i), uint32(2+(i+1)%rim)
		s.triangle(a, b, top)
		s.triangle(b, a, bottom)
	}
	return &s.Mesh
}

// ribbedPlate returns a plate of 100×100×5 mm, cut into strips: n triangles, a
// hundred mm long or five, and as narrow as their number makes them. It lies
// aslant, so that their boxes overlap.
func ribbedPlate(n int) *mesh.Mesh {
	strips := max(1, n/6)
	s := &surface{}
	for i := range strips + 1 {
		y := 100 * float64(i) / float64(strips)
		s.point(0, y, 0)
		s.point(100, y, 0)
		s.point(0, y, 5)
		s.point(100, y, 5)
	}
	at := func(i, k int) uint32 { return uint32(4*i + k) }
	for i := range strips {
		j := i + 1
		s.quad(at(i, 2), at(i, 3), at(j, 3), at(j, 2))
		s.quad(at(i, 0), at(j, 0), at(j, 1), at(i, 1))
		s.quad(at(i, 0), at(i, 2), at(j, 2), at(j, 0))
		s.quad(at(i, 1), at(j, 1), at(j, 3), at(i, 3))
	}
	s.quad(at(0, 0), at(0, 1), at(0, 3), at(0, 2))
	s.quad(at(strips, 0), at(strips, 2), at(strips, 3), at(strips, 1))
	along := r3.Vector{X: 3, Y: 2, Z: 1}.Normalize()
	across := along.Ortho()
	up := along.Cross(across)
	for i, p := range s.Vertices {
		s.Vertices[i] = along.Mul(p.X).Add(across.Mul(p.Y)).Add(up.Mul(p.Z))
	}
	return &s.Mesh
}

// sticks returns n long thin tetrahedra that all pass close by the origin.
func sticks(n int) *mesh.Mesh {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	s := &surface{}
	for range n {
		along := r3.Vector{X: r.NormFloat64(), Y: r.NormFloat64(), Z: r.NormFloat64()}.Normalize()
		across := along.Ortho()
		up := along.Cross(across)
		middle := r3.Vector{X: r.Float64(), Y: r.Float64(), Z: r.Float64()}
		at := func(l, a, u float64) uint32 {
			p := middle.Add(along.Mul(l)).Add(across.Mul(a)).Add(up.Mul(u))
			return s.point(p.X, p.Y, p.Z)
		}
		s.tetrahedron(at(-50, 0, 0.1), at(-50, -0.1, -0.1), at(-50, 0.1, -0.1), at(50, 0, 0))
	}
	return &s.Mesh
}

// plate returns a plate of 100×100×3 mm with n square holes. They go right
// through if walls is set; else only the upper skin has them, and the surface
// is open.
func plate(n int, walls bool) *mesh.Mesh {
	holes := max(1, int(math.Round(math.Sqrt(float64(n)))))
	k := 2*holes + 1
	s := &surface{}
	for _, z := range []float64{0, 3} {
		for i := range k + 1 {
			for j := range k + 1 {
				s.point(100*float64(i)/float64(k), 100*float64(j)/float64(k), z)
			}
		}
	}
	low := func(i, j int) uint32 { return uint32(i*(k+1) + j) }
	high := func(i, j int) uint32 { return low(i, j) + uint32((k+1)*(k+1)) }
	// wall stands on the edge from (i, j) to (m, l), the material to its left.
	wall := func(i, j, m, l int) { s.quad(low(i, j), low(m, l), high(m, l), high(i, j)) }
	for i := range k {
		for j := range k {
			hole := i%2 == 1 && j%2 == 1
			if !hole {
				s.quad(high(i, j), high(i+1, j), high(i+1, j+1), high(i, j+1))
			}
			if !hole || !walls {
				s.quad(low(i, j), low(i, j+1), low(i+1, j+1), low(i+1, j))
			}
			if hole && walls {
				wall(i, j, i, j+1)
				wall(i, j+1, i+1, j+1)
				wall(i+1, j+1, i+1, j)
				wall(i+1, j, i, j)
			}
		}
	}
	for i := range k {
		wall(i, 0, i+1, 0)
		wall(k, i, k, i+1)
		wall(i+1, k, i, k)
		wall(0, i+1, 0, i)
	}
	return &s.Mesh
}
