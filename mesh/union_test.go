package mesh_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// united makes the union of m and proves what holds for every union: it is
// closed, manifold and turned outward, no triangles cross, inside it is what m
// winds around, and to make the union again changes nothing.
func united(t testing.TB, name string, m *mesh.Mesh) (*mesh.Mesh, *mesh.RepairReport) {
	t.Helper()
	out, report, err := mesh.Repair(context.Background(), m, mesh.RepairOptions{Union: true})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if report.RefusedUnion != "" {
		t.Errorf("%s: refused: %s", name, report.RefusedUnion)
		return out, report
	}
	topology, s := survey(t, out)
	if len(out.Triangles) > 0 && !mesh.IsSound(topology, s) {
		t.Errorf("%s: not sound: %d border edges, %d and %d non-manifold edges and vertices, %d flipped", name,
			len(topology.Border), topology.NonManifoldEdges.Len(), len(topology.NonManifoldVertices), len(topology.Flipped))
	}
	if got := selfIntersections(t, out, mesh.SelfIntersectionOptions{}); got.Count > 0 {
		t.Errorf("%s: %d pairs of triangles cross", name, got.Count)
	}
	again, second, err := mesh.Repair(context.Background(), out, mesh.RepairOptions{Union: true})
	if err != nil || again != out || second.Changed || second.RefusedUnion != "" {
		t.Errorf("%s: united twice: %v %+v", name, err, second)
	}
	sameInside(t, name, m, out)
	return out, report
}

// sameInside checks at random points that out winds once around what m, after
// repair without union, winds around.
func sameInside(t testing.TB, name string, m, out *mesh.Mesh) {
	t.Helper()
	m, _, err := mesh.Repair(context.Background(), m, mesh.RepairOptions{})
	if err != nil {
		t.Fatal(err)
	}
	before, after := newBVH(t, m), newBVH(t, out)
	box := m.Bounds()
	size := box.Size()
	random := meshtest.Random(77)
	for range 100 {
		p := box.Min.Add(at(size.X*random.Float64(), size.Y*random.Float64(), size.Z*random.Float64()))
		want := min(max(winding(before, p), 0), 1)
		if got := winding(after, p); got != want {
			t.Errorf("%s: winds %d times around %v, want %d", name, got, p, want)
		}
	}
}

func winding(tree *mesh.BVH, p r3.Vector) (n int32) {
	ray := mesh.Ray{Origin: p, Dir: at(0.61, 0.27, 0.74), Max: math.Inf(1), Exclude: mesh.NoFace}
	for _, h := range tree.AllHits(ray, nil) {
		n += h.Sign
	}
	return n
}

// hasVolume checks that the union of m has a volume.
func hasVolume(t testing.TB, name string, m *mesh.Mesh, volume, relative float64) *mesh.Mesh {
	t.Helper()
	out, _ := united(t, name, m)
	if _, s := survey(t, out); math.Abs(s.Volume-volume) > relative*volume {
		t.Errorf("%s: volume %v, want %v", name, s.Volume, volume)
	}
	return out
}

// Unions whose volumes, bodies and cavities follow from boxes.
func TestUnionOfBoxes(t *testing.T) {
	cube := meshtest.Cube(20)
	inner := meshtest.Cube(6).Translate(5, 6, 7)
	var chain, row []meshtest.Solid
	for i := range 12 {
		chain = append(chain, cube.Translate(15*float64(i), 3*float64(i), 2*float64(i)))
		row = append(row, cube.Translate(15*float64(i), 0, 0))
	}
	pins := []meshtest.Solid{meshtest.Box(100, 100, 2)}
	for i := range 5 {
		for j := range 5 {
			pins = append(pins, meshtest.Box(3, 4, 10).Translate(5+18*float64(i), 6+18*float64(j), -4))
		}
	}
	merged := func(parts ...meshtest.Solid) meshtest.Solid { return meshtest.Merge("", parts...) }
	for _, c := range []struct {
		name             string
		solid            meshtest.Solid
		volume           float64
		bodies, cavities int
	}{
		{"corner", meshtest.OverlappingCubes(20, 10, 10, 10), 15000, 1, 0},
		{"faces in one plane", meshtest.OverlappingCubes(20, 10, 10, 0), 16000 - 2000, 1, 0},
		{"faces in two planes", meshtest.OverlappingCubes(20, 10, 0, 0), 12000, 1, 0},
		{"face against part of a face", meshtest.OverlappingCubes(20, 20, 5, 5), 16000, 1, 0},
		{"stacked", merged(cube, meshtest.Box(5, 6, 7).Translate(3, 4, 20)), 8000 + 210, 1, 0},
		{"face against the same face", meshtest.OverlappingCubes(20, 0, 0, 20), 16000, 1, 0},
		{"part of an edge", merged(cube, cube.Translate(20, 20, 5)), 16000, 2, 0},
		{"a vertex in a face", merged(cube, meshtest.Tetrahedron(3).Translate(5, 5, 20)), 8000 + 4.5, 1, 0},
		{"twice the same", merged(cube, cube), 8000, 1, 0},
		{"three times the same", merged(cube, cube, cube), 8000, 1, 0},
		{"solid in solid", merged(cube, inner), 8000, 1, 0},
		{"solid in solid, touching", merged(cube, meshtest.Cube(6).Translate(0, 6, 7)), 8000, 1, 0},
		{"cavity", merged(cube, inner.Flip()), 8000 - 216, 1, 1},
		{"overlapping cavities", merged(cube, inner.Flip(), inner.Translate(3, 3, 3).Flip()), 8000 - 432 + 27, 1, 1},
		{"cavity plugged", merged(cube, inner.Flip(), meshtest.Box(2, 2, 40).Translate(7, 8, -10)), 8000 - 216 + 6*4 + 20*4, 1, 1},
		{"chain", merged(chain...), 12*8000 - 11*5*17*18, 1, 0},
		{"row", merged(row...), 400 * (15*11 + 20), 1, 0},
		{"pierced plate", merged(pins...), 100*100*2 + 25*3*4*8, 1, 0},
		{"apart", merged(cube, cube.Translate(30, 0, 0)), 16000, 2, 0},
	} {
		out := hasVolume(t, c.name, c.solid.Mesh, c.volume, 1e-12)
		if _, s := survey(t, out); s.Bodies != c.bodies || s.Cavities != c.cavities {
			t.Errorf("%s: %d bodies and %d cavities, want %d and %d", c.name, s.Bodies, s.Cavities, c.bodies, c.cavities)
		}
	}
}

// What has nothing to unite comes back itself.
func TestUnionNothing(t *testing.T) {
	apart := meshtest.Merge("apart", meshtest.Cube(20), meshtest.Sphere(5, 12).Translate(40, 0, 0), meshtest.Torus(30, 3, 24, 12).Translate(0, 0, -10))
	for _, s := range append(meshtest.Closed(), apart) {
		for _, v := range []meshtest.Solid{s, s.Rotate(3), s.Translate(1e6, -1e6, 1e6).Round()} {
			if out, report := united(t, v.Name, v.Mesh); out != v.Mesh || len(report.Steps) > 0 {
				t.Errorf("%s: changed: %+v", v.Name, report)
			}
		}
	}
}

// An open surface encloses nothing that could be united.
func TestUnionRefusesOpen(t *testing.T) {
	s := meshtest.Merge("open", meshtest.LidlessBox(10, 20, 30), meshtest.Cube(5))
	out, report, err := mesh.Repair(t.Context(), s.Mesh, mesh.RepairOptions{Union: true})
	if err != nil || out != s.Mesh || report.Changed || report.RefusedUnion == "" {
		t.Errorf("%v %+v", err, report)
	}
}

// More crossings than there is memory for are refused, not cut short.
func TestUnionRefusesTooMany(t *testing.T) {
	var bars []meshtest.Solid
	for i := range 320 {
		bars = append(bars, meshtest.Box(1000, 1, 1).Translate(0, 3*float64(i)+1, 0), meshtest.Box(1, 1000, 1).Translate(3*float64(i)+1, 0, 0.5))
	}
	m := meshtest.Merge("bars", bars...).Mesh
	out, report, err := mesh.Repair(t.Context(), m, mesh.RepairOptions{Union: true})
	if err != nil || out != m || report.Changed || report.RefusedUnion != "more than a million pairs of triangles meet" {
		t.Errorf("%v %+v", err, report)
	}
}

// The report says what went and where.
func TestUnionReport(t *testing.T) {
	s := meshtest.OverlappingCubes(20, 10, 10, 10)
	_, report := united(t, s.Name, s.Mesh)
	step, ok := report.Step(mesh.RepairUnion)
	if !ok || step.Count != 2 || len(step.Places) != 2 || step.Before.Shells != 2 || step.After.Shells != 1 {
		t.Errorf("%+v", report.Steps)
	}
	box := meshtest.Box(10, 10, 10).Translate(10, 10, 10).Mesh.Bounds()
	for _, p := range step.Places {
		if p.X < box.Min.X-10 || p.X > box.Max.X+10 {
			t.Errorf("place %v", p)
		}
	}
}

// intersectionVolume returns the volume that two convex solids share: that of
// the faces of each, cut off at the planes of the other.
func intersectionVolume(a, b *mesh.Mesh) float64 {
	origin := a.Bounds().Center()
	volume := 0.0
	for _, pair := range [...][2]*mesh.Mesh{{a, b}, {b, a}} {
		for f := range pair[0].Triangles {
			p, q, r := pair[0].Corners(f)
			polygon := []r3.Vector{p.Sub(origin), q.Sub(origin), r.Sub(origin)}
			for g := range pair[1].Triangles {
				foot, _, _ := pair[1].Corners(g)
				polygon = clipPolygon(polygon, foot.Sub(origin), pair[1].AreaVector(g))
			}
			for i := 2; i < len(polygon); i++ {
				volume += polygon[0].Dot(polygon[i-1].Cross(polygon[i])) / 6
			}
		}
	}
	return volume
}

// clipPolygon keeps what lies below a plane.
func clipPolygon(polygon []r3.Vector, foot, normal r3.Vector) (out []r3.Vector) {
	for i, p := range polygon {
		q := polygon[(i+1)%len(polygon)]
		d, e := p.Sub(foot).Dot(normal), q.Sub(foot).Dot(normal)
		if d <= 0 {
			out = append(out, p)
		}
		if (d < 0) != (e < 0) && d != e {
			out = append(out, p.Add(q.Sub(p).Mul(d/(d-e))))
		}
	}
	return out
}

// Two convex solids have together what each has less what they share.
func TestUnionOfConvexSolids(t *testing.T) {
	solids := []meshtest.Solid{
		meshtest.Cube(20).Translate(-10, -10, -10), meshtest.Icosphere(10, 2), meshtest.Prism(8, 30, 7).Translate(-15, 0, 0),
		meshtest.Cylinder(8, 20, 24).Translate(0, 0, -10),
	}
	for i, a := range solids {
		for j, b := range solids {
			for seed := range uint64(4) {
				a, b := a.Rotate(seed), b.Rotate(seed+100).Translate(3, 4, 5)
				if seed == 3 {
					a, b = a.Round(), b.Round()
				}
				volume := a.Volume + b.Volume - intersectionVolume(a.Mesh, b.Mesh)
				m := meshtest.Merge("", a, b).Mesh
				hasVolume(t, fmt.Sprintf("%s and %s, turned by %d", solids[i].Name, solids[j].Name, seed), m, volume, 1e-6)
			}
		}
	}
}

// A chain of spheres: neighbours share a lens, others nothing.
func TestUnionOfSpheres(t *testing.T) {
	const n, step = 20, 14
	sphere := meshtest.Icosphere(10, 2)
	lens := intersectionVolume(sphere.Mesh, sphere.Translate(step, 1, 2).Mesh)
	var parts []meshtest.Solid
	for i := range n {
		parts = append(parts, sphere.Translate(step*float64(i), float64(i), 2*float64(i)))
	}
	hasVolume(t, "spheres", meshtest.Merge("spheres", parts...).Mesh, n*sphere.Volume-(n-1)*lens, 1e-9)
}

// A ring that is thicker than its hole is wide goes through itself.
func TestUnionOfOneShell(t *testing.T) {
	for _, minor := range []float64{6, 9.99, 13} {
		s := meshtest.Torus(5, minor, 12, 8)
		out, report := united(t, s.Name, s.Mesh)
		if _, ok := report.Step(mesh.RepairUnion); !ok {
			t.Errorf("%s: %+v", s.Name, report.Steps)
		}
		topology, _ := survey(t, out)
		if topology.Shells != 1 {
			t.Errorf("%s: %d shells", s.Name, topology.Shells)
		}
	}
}

// Neither place, size nor turn matters, nor how the triangles are numbered.
func TestUnionAnywhere(t *testing.T) {
	base := meshtest.Merge("base", meshtest.Cube(20), meshtest.Torus(12, 4, 24, 12).Translate(10, 10, 5), meshtest.Cylinder(3, 40, 12).Translate(10, 8, -7))
	out, _ := united(t, base.Name, base.Mesh)
	_, measures := survey(t, out)
	volume := measures.Volume
	for seed := range uint64(5) {
		hasVolume(t, "turned", base.Rotate(seed).Mesh, volume, 1e-9)
		hasVolume(t, "shuffled", base.PermuteTriangles(seed).PermuteVertices(seed).Mesh, volume, 1e-9)
	}
	hasVolume(t, "split", base.Split().Mesh, volume, 1e-9)
	hasVolume(t, "far", base.Translate(1e6, 2e6, -1e6).Mesh, volume, 1e-6)
	hasVolume(t, "far, rounded", base.Translate(1e4, 0, 0).Round().Mesh, volume, 1e-3)
	for _, scale := range []float64{1e-6, 1e-30, 1e20} {
		hasVolume(t, fmt.Sprint("scaled by ", scale), base.Scale(scale).Mesh, volume*scale*scale*scale, 1e-9)
	}
}

// The result is the same for any number of threads.
func TestUnionDeterministic(t *testing.T) {
	s, _ := latticeBoxes(3, 8, 6)
	m := meshtest.Merge("", s.Rotate(1), meshtest.Icosphere(4, 3)).Mesh
	var first *mesh.Mesh
	for _, threads := range []int{1, 2, 5} {
		out, report, err := mesh.Repair(t.Context(), m, mesh.RepairOptions{Union: true, Threads: threads})
		if err != nil || report.RefusedUnion != "" {
			t.Fatal(err, report.RefusedUnion)
		}
		if first == nil {
			first = out
		} else if !slices.Equal(out.Triangles, first.Triangles) || !slices.Equal(out.Vertices, first.Vertices) {
			t.Errorf("%d threads: the mesh differs", threads)
		}
	}
}

// A cancelled context ends the work.
func TestUnionCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := mesh.Repair(ctx, meshtest.OverlappingCubes(20, 10, 10, 10).Mesh, mesh.RepairOptions{Union: true}); err == nil {
		t.Error("no error")
	}
}

// latticeBoxes makes boxes with corners on a lattice of side n and the number
// of cells that they cover together.
func latticeBoxes(seed uint64, boxes, n int) (meshtest.Solid, float64) {
	random := meshtest.Random(seed)
	full := make([]bool, n*n*n)
	var parts []meshtest.Solid
	for range boxes {
		var lo, hi [3]int
		for i := range 3 {
			lo[i] = random.IntN(n)
			hi[i] = lo[i] + 1 + random.IntN(n-lo[i])
		}
		for x := lo[0]; x < hi[0]; x++ {
			for y := lo[1]; y < hi[1]; y++ {
				for z := lo[2]; z < hi[2]; z++ {
					full[(x*n+y)*n+z] = true
				}
			}
		}
		box := meshtest.Box(float64(hi[0]-lo[0]), float64(hi[1]-lo[1]), float64(hi[2]-lo[2]))
		parts = append(parts, box.Translate(float64(lo[0]), float64(lo[1]), float64(lo[2])))
	}
	volume := 0.0
	for _, is := range full {
		if is {
			volume++
		}
	}
	return meshtest.Merge(fmt.Sprintf("lattice boxes %d", seed), parts...), volume
}

// Boxes on a lattice meet in every degenerate way there is; what they cover is
// counted.
func TestUnionLatticeBoxes(t *testing.T) {
	for seed := range uint64(300) {
		s, volume := latticeBoxes(seed, 2+int(seed%7), 3+int(seed%4))
		hasVolume(t, s.Name, s.Mesh, volume, 1e-12)
		if t.Failed() {
			t.FailNow()
		}
	}
}

// Turned, their faces miss the common planes by rounding errors, of double or
// single precision.
func TestUnionTurnedLatticeBoxes(t *testing.T) {
	for seed := range uint64(30) {
		s, volume := latticeBoxes(seed, 2+int(seed%7), 3+int(seed%4))
		for _, v := range []meshtest.Solid{s.Rotate(seed), s.Rotate(seed).Round(), s.Rotate(seed).Translate(1e3, 2e3, -1e3)} {
			hasVolume(t, s.Name, v.Mesh, volume, 1e-6)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// latticeTetrahedra makes tetrahedra with corners on a lattice, every third of
// them inside out if mixed is set.
func latticeTetrahedra(seed uint64, count, n int, mixed bool) meshtest.Solid {
	random := meshtest.Random(seed)
	var parts []meshtest.Solid
	for len(parts) < count {
		m := &mesh.Mesh{Triangles: []mesh.Triangle{{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {0, 3, 2}}}
		for range 4 {
			m.Vertices = append(m.Vertices, at(float64(random.IntN(n)), float64(random.IntN(n)), float64(random.IntN(n))))
		}
		v := m.Vertices
		s := meshtest.Solid{Mesh: m}
		det := v[1].Sub(v[0]).Cross(v[2].Sub(v[0])).Dot(v[3].Sub(v[0]))
		switch {
		case det == 0:
			continue
		case (det < 0) != (mixed && len(parts)%3 == 1):
			s = s.Flip()
		}
		parts = append(parts, s)
	}
	return meshtest.Merge(fmt.Sprintf("lattice tetrahedra %d", seed), parts...)
}

// Tetrahedra on a lattice meet along oblique planes, lines and edges; turned,
// they miss them by rounding errors.
func TestUnionLatticeTetrahedra(t *testing.T) {
	for seed := range uint64(60) {
		s := latticeTetrahedra(seed, 2+int(seed%12), 3+int(seed/3%4), seed%2 == 1)
		switch seed % 6 {
		case 4:
			s = s.Rotate(seed)
		case 5:
			s = s.Rotate(seed).Round()
		}
		united(t, s.Name, s.Mesh)
		if t.Failed() {
			t.FailNow()
		}
	}
}

// Repair comes first: what is broken is mended, then united.
func TestUnionOfDamaged(t *testing.T) {
	s := meshtest.Merge("damaged", meshtest.GridBox(20, 20, 20, 8), meshtest.GridBox(20, 20, 20, 8).Translate(10, 10, 10))
	m := flipEvery(without(s.Mesh, func(f int) bool { return f%97 == 0 }), 51)
	hasVolume(t, s.Name, m, 15000, 1e-12)
	hasVolume(t, "inside out", s.Flip().Mesh, 15000, 1e-12)
}

// A union that single precision cannot hold is of double precision.
func TestUnionSingle(t *testing.T) {
	s := meshtest.Merge("single", meshtest.Cube(20), meshtest.Icosphere(8, 2).Translate(18, 9, 11))
	for _, c := range []struct {
		scale  float64
		single bool
	}{{1, true}, {1e40, false}, {1e-50, false}} {
		out, report, err := mesh.Repair(t.Context(), s.Scale(c.scale).Mesh, mesh.RepairOptions{Union: true, Single: true})
		if err != nil || report.RefusedUnion != "" || out.SinglePrecision != c.single {
			t.Fatalf("scaled by %g: single %v, %v %+v", c.scale, out.SinglePrecision, err, report)
		}
		united(t, "single", out)
	}
}
