package meshtest_test

import (
	"math"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// measured counts a mesh by the plainest means there are, to hold the closed
// forms against.
type measured struct {
	volume, area          float64
	euler, border, triple int
}

func measure(m *mesh.Mesh) measured {
	var out measured
	used := map[uint32]bool{}
	edges := map[[2]uint32]int{}
	for i, t := range m.Triangles {
		a, b, c := m.Corners(i)
		out.volume += a.Dot(b.Cross(c)) / 6
		out.area += m.AreaVector(i).Norm() / 2
		for k := range 3 {
			used[t[k]] = true
			edges[[2]uint32{min(t[k], t[(k+1)%3]), max(t[k], t[(k+1)%3])}]++
		}
	}
	for _, n := range edges {
		switch {
		case n == 1:
			out.border++
		case n > 2:
			out.triple++
		}
	}
	out.euler = len(used) - len(edges) + len(m.Triangles)
	return out
}

func near(a, b, relative float64) bool {
	return math.Abs(a-b) <= relative*max(math.Abs(a), math.Abs(b))
}

func check(t *testing.T, s meshtest.Solid) {
	t.Helper()
	got := measure(s.Mesh)
	if !math.IsNaN(s.Volume) && !near(got.volume, s.Volume, 1e-11) {
		t.Errorf("volume: stated %.15g, measured %.15g", s.Volume, got.volume)
	}
	if !near(got.area, s.Area, 1e-11) {
		t.Errorf("area: stated %.15g, measured %.15g", s.Area, got.area)
	}
	if got.euler != s.Euler || got.border != s.BorderEdges || got.triple != s.NonManifoldEdges {
		t.Errorf("stated Euler %d, border %d, non-manifold %d; measured %d, %d, %d",
			s.Euler, s.BorderEdges, s.NonManifoldEdges, got.euler, got.border, got.triple)
	}
}

// The stated facts are those of the meshes, also after every transform.
func TestFacts(t *testing.T) {
	for _, s := range append(meshtest.Closed(), meshtest.Defective()...) {
		t.Run(s.Name, func(t *testing.T) {
			check(t, s)
			if s.Name != "touching_cubes_1" { // it has triangles twice
				check(t, s.Split())
			}
			check(t, s.Rotate(1))
			check(t, s.Translate(3, -4, 5))
			check(t, s.Scale(25.4))
			check(t, s.Flip())
			check(t, s.PermuteTriangles(2).PermuteVertices(3))
		})
	}
}

// Closed solids have every edge in two triangles that run opposite ways.
func TestClosedAreOriented(t *testing.T) {
	for _, s := range meshtest.Closed() {
		runs := map[[2]uint32]int{}
		for _, f := range s.Mesh.Triangles {
			for k := range 3 {
				runs[[2]uint32{f[k], f[(k+1)%3]}]++
			}
		}
		for e, n := range runs {
			if n != 1 || runs[[2]uint32{e[1], e[0]}] != 1 {
				t.Errorf("%s: edge %v runs %d times, its opposite %d times", s.Name, e, n, runs[[2]uint32{e[1], e[0]}])
				break
			}
		}
		if !s.Closed() {
			t.Errorf("%s says that it is open", s.Name)
		}
	}
}

// A many-sided shape comes close to the round one.
func TestRoundLimits(t *testing.T) {
	for _, c := range []struct {
		s            meshtest.Solid
		volume, area float64
	}{
		{meshtest.Sphere(10, 512), 4000 * math.Pi / 3, 400 * math.Pi},
		{meshtest.Icosphere(10, 6), 4000 * math.Pi / 3, 400 * math.Pi},
		{meshtest.Cylinder(5, 12, 512), 300 * math.Pi, 170 * math.Pi},
		{meshtest.Torus(10, 3, 512, 512), 180 * math.Pi * math.Pi, 120 * math.Pi * math.Pi},
	} {
		if !near(c.s.Volume, c.volume, 1e-3) || !near(c.s.Area, c.area, 1e-3) {
			t.Errorf("%s: volume %g, want about %g; area %g, want about %g", c.s.Name, c.s.Volume, c.volume, c.s.Area, c.area)
		}
	}
}

func TestSTL(t *testing.T) {
	data := meshtest.STL(meshtest.Cube(2).Mesh)
	if len(data) != 84+50*12 || data[80] != 12 {
		t.Errorf("%d bytes, count %d", len(data), data[80])
	}
}

// The folder of real models is there and complete where it is named.
func TestModels(t *testing.T) {
	manifest := meshtest.Manifest(t)
	own := meshtest.References(t, "own")
	if len(manifest) < 200 || len(own) < 200 {
		t.Fatalf("%d models, %d references", len(manifest), len(own))
	}
	for _, m := range manifest {
		if data := meshtest.Model(t, m.File); int64(len(data)) != m.Bytes {
			t.Errorf("%s: %d bytes, manifest %d", m.File, len(data), m.Bytes)
		}
	}
	benchy := own["3dbenchy__3DBenchy.3mf"]
	if v, ok := benchy.Number("volume"); !ok || !benchy.OK() || !near(v, 15550.4983, 1e-9) {
		t.Errorf("volume of the Benchy: %v %v", v, ok)
	}
	if _, ok := benchy.Box(); !ok {
		t.Error("the Benchy has no box")
	}
}
