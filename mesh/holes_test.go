package mesh_test

import (
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// drop returns a mesh without the triangles of which gone is true.
func drop(m *mesh.Mesh, gone func(f int) bool) *mesh.Mesh {
	out := &mesh.Mesh{Vertices: m.Vertices}
	for f, t := range m.Triangles {
		if !gone(f) {
			out.Triangles = append(out.Triangles, t)
		}
	}
	return out
}

// touches reports whether triangle f has a corner at p.
func touches(m *mesh.Mesh, f int, p r3.Vector) bool {
	a, b, c := m.Corners(f)
	return a == p || b == p || c == p
}

// A hole has the length and the middle of its line.
func TestHoleMeasures(t *testing.T) {
	box := meshtest.LidlessBox(10, 20, 30)
	topology, _ := survey(t, box.Mesh)
	holes := topology.LongestHoles(box.Mesh, 10)
	if len(holes) != 1 || holes[0].Edges != 4 || math.Abs(holes[0].Length-60) > 1e-12 ||
		holes[0].Centroid.Distance(r3.Vector{X: 5, Y: 10, Z: 30}) > 1e-12 {
		t.Errorf("%+v", holes)
	}
	// The half-edges of a hole follow one another.
	chain := topology.Holes.At(0)
	for i, h := range chain {
		tri, next := box.Mesh.Triangles[h/3], chain[(i+1)%len(chain)]
		if end := tri[(h+1)%3]; end != box.Mesh.Triangles[next/3][next%3] && tri[h%3] != box.Mesh.Triangles[next/3][(next+1)%3] {
			t.Errorf("half-edge %d of the hole does not lead to the next", i)
		}
	}
	two := meshtest.Merge("two", box, meshtest.LidlessBox(1, 2, 3).Translate(100, 0, 0), meshtest.Cube(5))
	topology, _ = survey(t, two.Mesh)
	if holes := topology.LongestHoles(two.Mesh, 1); topology.Holes.Len() != 2 || len(holes) != 1 || math.Abs(holes[0].Length-60) > 1e-12 {
		t.Errorf("%d holes, longest %+v", topology.Holes.Len(), holes)
	}
}

// Missing squares that share an edge or a vertex are one hole: where they share
// a vertex only, the chain passes it twice.
func TestHolesTouching(t *testing.T) {
	sheet := meshtest.GridBox(20, 20, 20, 4).Mesh
	lacks := func(f int, squares ...[2]float64) bool {
		a, b, c := sheet.Corners(f)
		if a.Z != 20 || b.Z != 20 || c.Z != 20 {
			return false
		}
		middle := a.Add(b).Add(c).Mul(1.0 / 3)
		for _, s := range squares {
			if middle.X > s[0] && middle.X < s[0]+5 && middle.Y > s[1] && middle.Y < s[1]+5 {
				return true
			}
		}
		return false
	}
	for _, c := range []struct {
		squares              [][2]float64
		holes, points, edges int
	}{
		{[][2]float64{{5, 5}}, 1, 0, 4},
		{[][2]float64{{5, 5}, {10, 10}}, 1, 1, 8},
		{[][2]float64{{5, 5}, {10, 10}, {10, 5}}, 1, 0, 8},
		{[][2]float64{{5, 5}, {10, 10}, {0, 10}}, 1, 2, 12},
		{[][2]float64{{5, 5}, {15, 15}}, 2, 0, 8},
	} {
		m := drop(sheet, func(f int) bool { return lacks(f, c.squares...) })
		topology, _ := survey(t, m)
		if topology.Holes.Len() != c.holes || len(topology.NonManifoldVertices) != c.points || len(topology.Border) != c.edges {
			t.Errorf("%v: %d holes, %d non-manifold vertices, %d border edges, want %d, %d, %d",
				c.squares, topology.Holes.Len(), len(topology.NonManifoldVertices), len(topology.Border), c.holes, c.points, c.edges)
		}
	}
}

// A flag on an edge of a closed surface makes a chain that ends at the
// non-manifold edge; two flags there are one chain around both, and three are
// three.
func TestHolesAtNonManifoldEdge(t *testing.T) {
	s := meshtest.Cube(20)
	tri := s.Mesh.Triangles[0]
	m := &mesh.Mesh{
		Vertices:  append(append([]r3.Vector{}, s.Mesh.Vertices...), r3.Vector{X: -9, Y: -9, Z: -9}, r3.Vector{X: -9, Y: -9, Z: -20}),
		Triangles: append(append([]mesh.Triangle{}, s.Mesh.Triangles...), mesh.Triangle{tri[0], tri[1], 8}),
	}
	topology, measures := survey(t, m)
	if topology.Holes.Len() != 1 || len(topology.Holes.At(0)) != 2 || topology.NonManifoldEdges.Len() != 1 ||
		len(topology.NonManifoldEdges.At(0)) != 3 || topology.Shells != 1 || measures.HasVolume || measures.Shells[0].Kind != mesh.ShellOpen {
		t.Errorf("one flag: %d holes, %d non-manifold edges, %d shells", topology.Holes.Len(), topology.NonManifoldEdges.Len(), topology.Shells)
	}
	m.Triangles = append(m.Triangles, mesh.Triangle{tri[0], tri[1], 9})
	topology, _ = survey(t, m)
	if topology.Holes.Len() != 1 || len(topology.Border) != 4 {
		t.Errorf("two flags: %d holes", topology.Holes.Len())
	}
	m.Vertices = append(m.Vertices, r3.Vector{X: -20, Y: -9, Z: -20})
	m.Triangles = append(m.Triangles, mesh.Triangle{tri[0], tri[1], 10})
	topology, _ = survey(t, m)
	if topology.Holes.Len() != 3 || len(topology.Border) != 6 {
		t.Errorf("three flags: %d holes", topology.Holes.Len())
	}
}

// S14: a vertex with very many triangles costs no more than others, whether
// its triangles close or not.
func TestHub(t *testing.T) {
	const n = 300_000
	cone := meshtest.Cone(10, 20, n/2)
	tip := r3.Vector{Z: 20}
	topology, measures := survey(t, cone.Mesh)
	if topology.Euler() != 2 || !topology.Manifold() || !topology.Watertight() || relativeError(measures.Volume, cone.Volume) > 1e-11 {
		t.Errorf("closed: Euler %d, volume %g", topology.Euler(), measures.Volume)
	}
	// Every other triangle at the tip left out: one chain that passes the tip
	// n/4 times.
	count := 0
	comb := drop(cone.Mesh, func(f int) bool {
		if !touches(cone.Mesh, f, tip) {
			return false
		}
		count++
		return count%2 == 0
	})
	topology, _ = survey(t, comb)
	if topology.Holes.Len() != 1 || len(topology.Border) != 3*n/4 || len(topology.NonManifoldVertices) != 1 || topology.Shells != 1 {
		t.Errorf("comb: %d holes, %d border edges, %d non-manifold vertices", topology.Holes.Len(), len(topology.Border), len(topology.NonManifoldVertices))
	}
	// The fan alone, turned at random: one hole, half of it to turn.
	fan := drop(cone.Mesh, func(f int) bool { return !touches(cone.Mesh, f, tip) })
	for f := range fan.Triangles {
		if f%3 == 1 {
			fan.Triangles[f][0], fan.Triangles[f][1] = fan.Triangles[f][1], fan.Triangles[f][0]
		}
	}
	topology, _ = survey(t, fan)
	if topology.Holes.Len() != 1 || len(topology.Flipped) != n/6 || len(topology.Misoriented) != n/3 {
		t.Errorf("fan: %d holes, %d flipped, %d misoriented", topology.Holes.Len(), len(topology.Flipped), len(topology.Misoriented))
	}
}
