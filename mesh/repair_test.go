package mesh_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// repaired repairs m and proves what holds for every repair: the counts are
// those of the result, vertices stay where they were, and repairing again
// changes nothing.
func repaired(t testing.TB, name string, m *mesh.Mesh, opts mesh.RepairOptions) (*mesh.Mesh, *mesh.RepairReport) {
	t.Helper()
	out, report, err := mesh.Repair(context.Background(), m, opts)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if report.Changed != (out != m) {
		t.Errorf("%s: Changed is %v", name, report.Changed)
	}
	again, second, err := mesh.Repair(context.Background(), out, opts)
	if err != nil || again != out || second.Changed || len(second.Steps) > 0 {
		t.Errorf("%s: repaired twice: %v, %+v", name, err, second)
	}
	stays(t, name, m, out, report)
	return out, report
}

// stays checks that every vertex of m that is left is within the weld
// tolerance, unless holes were filled or edges split, which adds vertices.
func stays(t testing.TB, name string, m, out *mesh.Mesh, report *mesh.RepairReport) {
	t.Helper()
	tolerance := max(1e-7*m.Bounds().Diagonal(), 2*m.Step())
	before := make(map[r3.Vector]bool, len(m.Vertices))
	for _, v := range m.Vertices {
		before[v] = true
	}
	added := 0
	for _, v := range out.Vertices {
		if !before[v] && !slices.ContainsFunc(m.Vertices, func(w r3.Vector) bool { return v.Sub(w).Norm() <= tolerance }) {
			added++
		}
	}
	_, filled := report.Step(mesh.RepairHoles)
	_, split := report.Step(mesh.RepairSplit)
	if added > 0 && !filled && !split {
		t.Errorf("%s: %d vertices moved", name, added)
	}
}

// mended checks that a repaired mesh is a solid of the volume and the shells.
func mended(t testing.TB, name string, m *mesh.Mesh, volume, relative float64, bodies, cavities int) {
	t.Helper()
	topology, s := survey(t, m)
	if !topology.Watertight() || !topology.Manifold() || len(topology.Flipped) > 0 {
		t.Errorf("%s: %d border edges, %d and %d non-manifold edges and vertices, %d flipped", name,
			len(topology.Border), topology.NonManifoldEdges.Len(), len(topology.NonManifoldVertices), len(topology.Flipped))
	}
	if math.Abs(s.Volume-volume) > relative*volume {
		t.Errorf("%s: volume %v, want %v", name, s.Volume, volume)
	}
	if s.Bodies != bodies || s.Cavities != cavities {
		t.Errorf("%s: %d bodies, %d cavities, want %d, %d", name, s.Bodies, s.Cavities, bodies, cavities)
	}
}

// A solid that needs nothing comes back itself.
func TestRepairNothing(t *testing.T) {
	solids := append(meshtest.Closed(), meshtest.OverlappingCubes(20, 10, 10, 10))
	for _, s := range solids {
		m, report := repaired(t, s.Name, s.Mesh, mesh.RepairOptions{})
		if m != s.Mesh || report.Changed || report.Before != report.After {
			t.Errorf("%s: changed: %+v", s.Name, report)
		}
	}
}

// without returns the mesh without some triangles.
func without(m *mesh.Mesh, drop func(f int) bool) *mesh.Mesh {
	out := &mesh.Mesh{Vertices: m.Vertices}
	for f, t := range m.Triangles {
		if !drop(f) {
			out.Triangles = append(out.Triangles, t)
		}
	}
	return out
}

// withMore returns the mesh with more triangles, given by their corners.
func withMore(m *mesh.Mesh, corners ...r3.Vector) *mesh.Mesh {
	out := &mesh.Mesh{Vertices: slices.Clone(m.Vertices), Triangles: slices.Clone(m.Triangles)}
	for i := 0; i < len(corners); i += 3 {
		n := uint32(len(out.Vertices))
		out.Vertices = append(out.Vertices, corners[i:i+3]...)
		out.Triangles = append(out.Triangles, mesh.Triangle{n, n + 1, n + 2})
	}
	return meshtest.Solid{Mesh: out}.Weld().Mesh
}

func at(x, y, z float64) r3.Vector { return r3.Vector{X: x, Y: y, Z: z} }

// isTop tells the triangles of the plane z = height.
func isTop(m *mesh.Mesh, height float64) func(f int) bool {
	return func(f int) bool {
		a, b, c := m.Corners(f)
		return a.Z == height && b.Z == height && c.Z == height
	}
}

// flipEvery turns every n-th triangle over.
func flipEvery(m *mesh.Mesh, n int) *mesh.Mesh {
	out := &mesh.Mesh{Vertices: m.Vertices, Triangles: slices.Clone(m.Triangles)}
	for f := 0; f < len(out.Triangles); f += n {
		t := &out.Triangles[f]
		t[1], t[2] = t[2], t[1]
	}
	return out
}

// Every kind of defect, one at a time, is mended to the solid that it was.
func TestRepairDefects(t *testing.T) {
	grid := meshtest.GridBox(20, 20, 20, 4).Mesh
	cube := meshtest.Cube(20).Mesh
	junctions := withMore(without(grid, isTop(grid, 20)), at(0, 0, 20), at(20, 0, 20), at(20, 20, 20), at(0, 0, 20), at(20, 20, 20), at(0, 20, 20))
	membrane := meshtest.Merge("membrane", meshtest.Box(20, 20, 10), meshtest.Box(20, 20, 10).Translate(0, 0, 10)).Weld().Mesh
	seen, isWall := 0, isTop(membrane, 10)
	membrane = without(membrane, func(f int) bool {
		if isWall(f) {
			seen++
		}
		return isWall(f) && seen > 2
	})
	several := &mesh.Mesh{Vertices: cube.Vertices}
	for range 1000 {
		several.Triangles = append(several.Triangles, cube.Triangles...)
	}
	doubled := &mesh.Mesh{Vertices: cube.Vertices, Triangles: slices.Concat(cube.Triangles, meshtest.Cube(20).Flip().Mesh.Triangles)}
	inverted := meshtest.HollowBox(30, 20, 10, 1).Flip()
	loose := meshtest.Merge("loose", meshtest.Cube(20), meshtest.Cube(20).Translate(50, 0, 0).Flip())
	noisy := meshtest.Merge("noisy", meshtest.Cube(20), meshtest.Cube(1e-3).Translate(30, 0, 0)).Mesh
	rows := []struct {
		name             string
		mesh             *mesh.Mesh
		volume           float64
		bodies, cavities int
		step             mesh.RepairStepName
		count            int
	}{
		{"T-junctions on four edges", junctions, 8000, 1, 0, mesh.RepairJunctions, 12},
		{"a missing facet", without(grid, func(f int) bool { return f == 17 }), 8000, 1, 0, mesh.RepairHoles, 1},
		{"a large missing facet", without(cube, func(f int) bool { return f == 5 }), 8000, 1, 0, mesh.RepairHoles, 1},
		{"two missing facets that touch", without(grid, func(f int) bool { return f == 10 || f == sharesVertex(grid, 10) }), 8000, 1, 0, mesh.RepairHoles, 2},
		{"flipped facets", flipEvery(grid, 5), 8000, 1, 0, mesh.RepairTurn, 39},
		{"inside out", meshtest.Cube(20).Flip().Mesh, 8000, 1, 0, mesh.RepairOutward, 1},
		{"inside out with its cavity", inverted.Mesh, -inverted.Volume, 1, 1, mesh.RepairOutward, 2},
		{"one body inside out", loose.Mesh, 16000, 2, 0, mesh.RepairOutward, 1},
		{"every facet a thousand times", several, 8000, 1, 0, mesh.RepairClean, 11988},
		{"every facet from both sides", doubled, 8000, 1, 0, mesh.RepairFolds, 12},
		{"a membrane between two halves", membrane, 8000, 1, 0, mesh.RepairMembranes, 1},
		{"cubes that share an edge", meshtest.TouchingCubes(20, 2).Mesh, 16000, 2, 0, mesh.RepairSplit, 2},
		{"cubes that share a vertex", meshtest.TouchingCubes(20, 3).Mesh, 16000, 2, 0, mesh.RepairSplit, 1},
		{"noise", noisy, 8000, 1, 0, mesh.RepairNoise, 1},
		{"a stray facet", withMore(grid, at(30, 0, 0), at(31, 0, 0), at(30, 1, 0)), 8000, 1, 0, mesh.RepairStrays, 1},
		{"a torn corner", withMore(without(cube, func(f int) bool { return f == 0 }), tornCorner(cube)...), 8000, 1, 0, mesh.RepairMisfits, 1},
	}
	for _, row := range rows {
		if row.step == mesh.RepairNoise {
			// A sound part stays as it is, so it needs another defect.
			row.mesh = without(row.mesh, func(f int) bool { return f == 3 })
		}
		m, report := repaired(t, row.name, row.mesh, mesh.RepairOptions{})
		mended(t, row.name, m, row.volume, 1e-12, row.bodies, row.cavities)
		if s, _ := report.Step(row.step); s.Count != row.count {
			t.Errorf("%s: %+v", row.name, report.Steps)
		}
		if report.RefusedCount > 0 || report.Before == report.After && row.step != mesh.RepairOutward {
			t.Errorf("%s: report %+v", row.name, report)
		}
	}
}

// sharesVertex returns the first triangle that shares one vertex with f.
func sharesVertex(m *mesh.Mesh, f int) int {
	return slices.IndexFunc(m.Triangles, func(t mesh.Triangle) bool {
		n := 0
		for _, v := range t {
			if slices.Contains(m.Triangles[f][:], v) {
				n++
			}
		}
		return n == 1
	})
}

// tornCorner returns the first triangle of m with a corner moved inwards.
func tornCorner(m *mesh.Mesh) []r3.Vector {
	a, b, c := m.Corners(0)
	return []r3.Vector{a.Add(m.Bounds().Center().Sub(a).Mul(0.03)), b, c}
}

// Walls whose ends are open are closed by rings, not by lids over their bore.
func TestRepairRing(t *testing.T) {
	s := meshtest.Tube(10, 9, 30, 48)
	open := without(s.Mesh, isTop(s.Mesh, 30))
	m, report := repaired(t, s.Name, open, mesh.RepairOptions{})
	mended(t, s.Name, m, s.Volume, 1e-12, 1, 0)
	if step, _ := report.Step(mesh.RepairHoles); step.Count != 2 {
		t.Errorf("%+v", report.Steps)
	}
}

// A hole of more than 5 % of the surface is closed on request only.
func TestRepairLargeHole(t *testing.T) {
	box := meshtest.LidlessBox(10, 20, 30)
	m, report := repaired(t, box.Name, box.Mesh, mesh.RepairOptions{})
	if m != box.Mesh || report.RefusedCount != 1 || math.Abs(report.Refused[0].Area-200) > 1e-9 || report.Refused[0].Length != 60 {
		t.Errorf("%+v", report)
	}
	m, report = repaired(t, box.Name, box.Mesh, mesh.RepairOptions{FillLarge: true})
	mended(t, box.Name, m, 6000, 1e-12, 1, 0)
	if report.LargestFilled != math.Sqrt(500) {
		t.Errorf("largest hole %v", report.LargestFilled)
	}
}

// A hole in a ball is closed by a patch that goes on with its curvature: the
// volume comes within a tenth of what a flat patch would leave off.
func TestRepairCurvedHole(t *testing.T) {
	ball := meshtest.Icosphere(10, 4)
	open := without(ball.Mesh, func(f int) bool {
		a, b, c := ball.Mesh.Corners(f)
		return a.Add(b).Add(c).Z > 3*9.2
	})
	m, _ := repaired(t, ball.Name, open, mesh.RepairOptions{})
	const height = 0.8
	lost := math.Pi * height * height * (10 - height/3)
	mended(t, ball.Name, m, ball.Volume, lost/10/ball.Volume, 1, 0)
}

// One-sided surfaces are refused.
func TestRepairOneSided(t *testing.T) {
	for _, s := range []meshtest.Solid{meshtest.Moebius(10, 3, 24), meshtest.Klein(3, 24, 12)} {
		_, _, err := mesh.Repair(context.Background(), s.Mesh, mesh.RepairOptions{})
		var e *mesh.Error
		if !errors.As(err, &e) || e.Code != mesh.CodeNotOrientable {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

// Solids with facets left out, flipped and repeated at random close again with
// all they had, alike for every number of threads.
func TestRepairRandomDamage(t *testing.T) {
	for i, s := range meshtest.Closed() {
		if len(s.Mesh.Triangles) < 100 {
			continue
		}
		r := meshtest.Random(uint64(i))
		m := &mesh.Mesh{Vertices: s.Mesh.Vertices}
		for _, tri := range s.Mesh.Triangles {
			switch r.IntN(60) {
			case 0:
				continue
			case 1:
				tri[1], tri[2] = tri[2], tri[1]
			case 2:
				m.Triangles = append(m.Triangles, tri)
			}
			m.Triangles = append(m.Triangles, tri)
		}
		out, report := repaired(t, s.Name, m, mesh.RepairOptions{Threads: 1})
		topology, measures := survey(t, out)
		if !topology.Watertight() || !topology.Manifold() || math.Abs(measures.Volume-s.Volume) > 0.02*s.Volume {
			t.Errorf("%s: %+v, volume %v, want %v", s.Name, report.After, measures.Volume, s.Volume)
		}
		again, threaded, err := mesh.Repair(context.Background(), m, mesh.RepairOptions{Threads: 3})
		if err != nil || !reflect.DeepEqual(again, out) || !reflect.DeepEqual(threaded, report) {
			t.Errorf("%s: three threads differ: %v", s.Name, err)
		}
	}
}

func TestRepairCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := meshtest.LidlessBox(10, 20, 30).Mesh
	if _, _, err := mesh.Repair(ctx, m, mesh.RepairOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
