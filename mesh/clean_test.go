package mesh_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

func clean(t testing.TB, m *mesh.Mesh) (*mesh.Mesh, *mesh.Topology, mesh.CleanReport) {
	t.Helper()
	topology, _ := survey(t, m)
	cleaned, after, report, err := mesh.Clean(context.Background(), m, topology, 0)
	if err != nil {
		t.Fatal(err)
	}
	return cleaned, after, report
}

// torn gives every triangle corners of its own, each moved by up to `by` on
// every axis, and welds those that are still equal.
func torn(s meshtest.Solid, by float64, seed uint64) *mesh.Mesh {
	r := meshtest.Random(seed)
	m := &mesh.Mesh{}
	for f := range s.Mesh.Triangles {
		a, b, c := s.Mesh.Corners(f)
		for _, p := range []r3.Vector{a, b, c} {
			m.Vertices = append(m.Vertices, p.Add(r3.Vector{X: by * r.Float64(), Y: by * r.Float64(), Z: by * r.Float64()}))
		}
		n := uint32(3 * f)
		m.Triangles = append(m.Triangles, mesh.Triangle{n, n + 1, n + 2})
	}
	return meshtest.Solid{Mesh: m}.Weld().Mesh
}

// A mesh that needs nothing comes back itself.
func TestCleanNothing(t *testing.T) {
	for _, s := range append(meshtest.Closed(), meshtest.LidlessBox(10, 20, 30), meshtest.TouchingCubes(20, 2)) {
		topology, _ := survey(t, s.Mesh)
		m, after, report, err := mesh.Clean(context.Background(), s.Mesh, topology, 0)
		if err != nil || m != s.Mesh || after != topology || report.Changed() || report.Faces != nil {
			t.Errorf("%s: changed: %+v %v", s.Name, report, err)
		}
	}
}

// Every solid torn into single triangles, by less than the tolerance, closes
// again, with its facts.
func TestCleanClosesTornSolids(t *testing.T) {
	for _, s := range meshtest.Closed() {
		tolerance := 1e-7 * s.Mesh.Bounds().Diagonal()
		m := torn(s, 0.9*tolerance, 1)
		cleaned, topology, report := clean(t, m)
		if report.WeldedVertices != len(m.Vertices)-len(s.Mesh.Vertices) || len(cleaned.Vertices) != len(s.Mesh.Vertices) {
			t.Errorf("%s: welded %d of %d vertices to %d, want %d", s.Name, report.WeldedVertices, len(m.Vertices), len(cleaned.Vertices), len(s.Mesh.Vertices))
		}
		if len(topology.Border) != 0 || topology.Euler() != s.Euler || topology.Shells != s.Shells || report.Faces != nil {
			t.Errorf("%s: border %d, Euler %d, shells %d", s.Name, len(topology.Border), topology.Euler(), topology.Shells)
		}
		if again := torn(s, 5*tolerance, 1); len(again.Vertices) > 3*len(s.Mesh.Triangles)/2 {
			if _, topology, _ := clean(t, again); len(topology.Border) == 0 {
				t.Errorf("%s: closed although torn by more than the tolerance", s.Name)
			}
		}
	}
}

// Vertices of a closed surface are not welded, however near: a real sheet
// thinner than the tolerance stays.
func TestCleanKeepsThinSheet(t *testing.T) {
	s := meshtest.Plate(1000, 1e-5)
	m, _, report := clean(t, s.Mesh)
	if m != s.Mesh || report.Changed() {
		t.Errorf("the sheet changed: %+v", report)
	}
}

// strip returns a row of separate triangles whose first corners are given.
func strip(corners ...r3.Vector) *mesh.Mesh {
	m := &mesh.Mesh{}
	for i, p := range corners {
		n := uint32(len(m.Vertices))
		far := r3.Vector{X: 0, Y: float64(i), Z: 100}
		m.Vertices = append(m.Vertices, p, far, far.Add(r3.Vector{Y: 0.5}))
		m.Triangles = append(m.Triangles, mesh.Triangle{n, n + 1, n + 2})
	}
	return m
}

// Welding is transitive, and the lowest coordinates win.
func TestCleanChain(t *testing.T) {
	const step = 9e-6 // the box is about 100 mm across
	m := strip(
		r3.Vector{X: 3 * step}, r3.Vector{X: step}, r3.Vector{X: 2 * step}, r3.Vector{X: 0},
		r3.Vector{X: 4*step + 5e-5}, // too far
	)
	cleaned, _, report := clean(t, m)
	if report.WeldedVertices != 3 || len(cleaned.Vertices) != len(m.Vertices)-3 {
		t.Fatalf("%+v", report)
	}
	for f := range 4 {
		if p, _, _ := cleaned.Corners(f); p != (r3.Vector{}) {
			t.Errorf("triangle %d starts at %v", f, p)
		}
	}
	if p, _, _ := cleaned.Corners(4); p.X != 4*step+5e-5 {
		t.Errorf("the last triangle starts at %v", p)
	}
}

// The tolerance is 1e-7 of the diagonal, or two steps of 32-bit coordinates
// where that is more and the source was single precision.
func TestCleanTolerance(t *testing.T) {
	const offset = 1e5 // a step is about 0.008
	for _, c := range []struct {
		single bool
		apart  float64
		welded int
	}{{false, 0.9e-5, 1}, {false, 1.2e-5, 0}, {true, 0.015, 1}, {true, 0.05, 0}} {
		m := strip(r3.Vector{X: offset}, r3.Vector{X: offset + c.apart})
		for i := range m.Vertices {
			m.Vertices[i].X = max(m.Vertices[i].X, offset)
		}
		m.SinglePrecision = c.single
		if _, _, report := clean(t, m); report.WeldedVertices != c.welded {
			t.Errorf("%+v: welded %d", c, report.WeldedVertices)
		}
	}
}

// Border vertices that crowd within a few tolerances are welded as comparing
// each with each would.
func TestCleanCrowd(t *testing.T) {
	r := meshtest.Random(3)
	for range 30 {
		n := 40 + r.IntN(300)
		var corners []r3.Vector
		spread := (0.5 + 4*r.Float64()) * 1e-5
		for range n {
			p := r3.Vector{X: spread * r.Float64(), Y: spread * r.Float64(), Z: spread * r.Float64()}
			if r.IntN(2) == 0 { // along a diagonal of falling steps, the worst case of the sweep
				p.Y = spread - p.X
			}
			corners = append(corners, p)
		}
		m := strip(corners...)
		diagonal := m.Bounds().Diagonal()
		parent := make([]int, n)
		for i := range parent {
			parent[i] = i
		}
		sets := n
		for i := range corners {
			for j := range i {
				d := corners[i].Sub(corners[j]).Abs()
				if max(d.X, d.Y, d.Z) <= 1e-7*diagonal {
					a, b := root(parent, i), root(parent, j)
					if a != b {
						parent[a] = b
						sets--
					}
				}
			}
		}
		if _, _, report := clean(t, m); report.WeldedVertices != n-sets {
			t.Errorf("%d points in %g: welded %d, want %d", n, spread, report.WeldedVertices, n-sets)
		}
	}
}

func root(parent []int, i int) int {
	for parent[i] != i {
		i = parent[i]
	}
	return i
}

// S12: the same triangles again and again count once; those of opposite turn
// stay.
func TestCleanDuplicates(t *testing.T) {
	s := meshtest.Cube(20)
	m := &mesh.Mesh{Vertices: s.Mesh.Vertices}
	for range 1000 {
		m.Triangles = append(m.Triangles, s.Mesh.Triangles...)
	}
	topology, measures := survey(t, m)
	if len(topology.Duplicates) != 11988 || topology.NonManifoldEdges.Len() != 18 || topology.Shells != 1 || !measures.HasVolume {
		t.Errorf("%d duplicates, %d non-manifold edges", len(topology.Duplicates), topology.NonManifoldEdges.Len())
	}
	cleaned, after, report := clean(t, m)
	if report.Duplicates != 11988 || !slices.Equal(cleaned.Triangles, s.Mesh.Triangles) || !after.Manifold() || len(report.Faces) != 12 {
		t.Errorf("%+v, %d triangles left", report, len(cleaned.Triangles))
	}

	turned := &mesh.Mesh{Vertices: s.Mesh.Vertices, Triangles: slices.Clone(s.Mesh.Triangles)}
	for _, t := range s.Mesh.Triangles {
		turned.Triangles = append(turned.Triangles, mesh.Triangle{t[1], t[0], t[2]})
	}
	if kept, _, report := clean(t, turned); report.Changed() || len(kept.Triangles) != 24 {
		t.Errorf("opposite triangles were removed: %+v", report)
	}
}

// Triangles that name a vertex twice go; one without area between others
// stays, since the surface would be open without it; one on its own goes.
func TestCleanDegenerate(t *testing.T) {
	s := meshtest.Cube(20)
	m := &mesh.Mesh{Vertices: slices.Clone(s.Mesh.Vertices), Triangles: slices.Clone(s.Mesh.Triangles)}
	// Put a vertex in the middle of an edge of triangle 0 only, so that a
	// triangle without area lies between it and its neighbour.
	tri := m.Triangles[0]
	a, b := m.Vertices[tri[0]], m.Vertices[tri[1]]
	middle := uint32(len(m.Vertices))
	m.Vertices = append(m.Vertices, a.Add(b).Mul(0.5))
	m.Triangles[0] = mesh.Triangle{tri[0], middle, tri[2]}
	m.Triangles = append(m.Triangles,
		mesh.Triangle{middle, tri[1], tri[2]}, mesh.Triangle{tri[0], tri[1], middle},
		mesh.Triangle{0, 0, 1}, mesh.Triangle{2, 3, 2})
	n := uint32(len(m.Vertices))
	m.Vertices = append(m.Vertices, r3.Vector{X: 50}, r3.Vector{X: 51}, r3.Vector{X: 53})
	m.Triangles = append(m.Triangles, mesh.Triangle{n, n + 1, n + 2})

	topology, measures := survey(t, m)
	if measures.Degenerate != 4 || len(topology.Collapsed) != 2 || len(topology.Border) != 3 {
		t.Errorf("%d degenerate, %d collapsed, %d border edges", measures.Degenerate, len(topology.Collapsed), len(topology.Border))
	}
	cleaned, after, report := clean(t, m)
	if report.Degenerate != 3 || !after.Watertight() || after.Euler() != 2 || len(cleaned.Triangles) != 14 || len(cleaned.Vertices) != 9 {
		t.Errorf("%+v, watertight %v, %d triangles, %d vertices", report, after.Watertight(), len(cleaned.Triangles), len(cleaned.Vertices))
	}
	for f, from := range report.Faces {
		for k := range 3 {
			if cleaned.Vertices[cleaned.Triangles[f][k]] != m.Vertices[m.Triangles[from][k]] {
				t.Errorf("triangle %d does not come from %d", f, from)
			}
		}
	}
}

// A triangle without area that hangs on edges of a closed surface goes; of two
// that fill the same slit, the first.
func TestCleanFlags(t *testing.T) {
	s := meshtest.GridBox(20, 20, 20, 4)
	at := map[r3.Vector]uint32{}
	for v, p := range s.Mesh.Vertices {
		at[p] = uint32(v)
	}
	line := mesh.Triangle{at[r3.Vector{}], at[r3.Vector{X: 5}], at[r3.Vector{X: 10}]}
	m := &mesh.Mesh{Vertices: s.Mesh.Vertices, Triangles: slices.Clone(s.Mesh.Triangles)}
	m.Triangles = slices.Insert(m.Triangles, 7, line)
	cleaned, after, report := clean(t, m)
	if report.Degenerate != 1 || !slices.Equal(cleaned.Triangles, s.Mesh.Triangles) || !after.Watertight() || !after.Manifold() || report.Faces[7] != 8 {
		t.Errorf("%+v, watertight %v", report, after.Watertight())
	}
	// A flag and its back: two triangles at the outer edge, which neither may
	// open.
	m.Triangles = append(m.Triangles, mesh.Triangle{line[1], line[0], line[2]})
	if _, after, report := clean(t, m); report.Degenerate != 0 || !after.Watertight() {
		t.Errorf("two-sided flag: %+v, watertight %v", report, after.Watertight())
	}
}

// Whether a triangle has an area does not depend on scale or place.
func TestNoArea(t *testing.T) {
	at := func(height float64) *mesh.Mesh {
		return &mesh.Mesh{
			Vertices:  []r3.Vector{{X: 1}, {X: 3, Y: 1}, {X: 2, Y: 0.5 + height}},
			Triangles: []mesh.Triangle{{0, 1, 2}},
		}
	}
	for _, c := range []struct {
		height float64
		want   bool
	}{{0, true}, {2e-16, true}, {1e-13, false}, {1e-7, false}, {-1e-7, false}} {
		for _, scale := range []float64{1, 1e-30, 1e30, math.Pi} {
			s := meshtest.Solid{Mesh: at(c.height)}.Scale(scale)
			for seed := range uint64(5) {
				for _, turned := range []meshtest.Solid{s, s.Rotate(seed)} {
					if got := turned.Mesh.NoArea(0); got != c.want {
						t.Errorf("height %g, scale %g: %v", c.height, scale, got)
					}
				}
			}
		}
	}
}

// A cube with two duplicate triangles, one that names a vertex twice and a flag
// without area comes out as the cube.
func TestCleanModelOfDefects(t *testing.T) {
	f, err := mesh.Read(context.Background(), meshtest.Model(t, "gen_cube_dup_degen.stl"), mesh.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m, after, report := clean(t, f.Mesh)
	_, measures := survey(t, m)
	if report.Duplicates != 2 || report.Degenerate != 2 || len(m.Triangles) != 192 || !after.Watertight() || !after.Manifold() || relativeError(measures.Volume, 8000) > 1e-12 {
		t.Errorf("%+v, %d triangles, volume %g", report, len(m.Triangles), measures.Volume)
	}
}

// These two are closed but for coordinates of about 1e-16 that stand for 0.
func TestCleanModels(t *testing.T) {
	for _, name := range []string{"trimesh__featuretype.STL", "trimesh__angle_block.STL"} {
		f, err := mesh.Read(context.Background(), meshtest.Model(t, name), mesh.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		before, _ := survey(t, f.Mesh)
		m, after, report := clean(t, f.Mesh)
		if len(before.Border) == 0 || !after.Watertight() || !after.Balanced || report.WeldedVertices == 0 {
			t.Errorf("%s: border %d before, %d after; %+v", name, len(before.Border), len(after.Border), report)
		}
		t.Logf("%s: %d vertices, %+v", name, len(m.Vertices), report)
	}
}
