package printability_test

import (
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// turned returns a solid with every corner moved.
func turned(s meshtest.Solid, move func(p r3.Vector) r3.Vector) meshtest.Solid {
	m := *s.Mesh
	m.Vertices = make([]r3.Vector, len(s.Mesh.Vertices))
	for i, p := range s.Mesh.Vertices {
		m.Vertices[i] = move(p)
	}
	s.Mesh = &m
	return s
}

// aboutZ turns a solid about z, which changes nothing about its pose.
func aboutZ(s meshtest.Solid, degrees float64) meshtest.Solid {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return turned(s, func(p r3.Vector) r3.Vector { return r3.Vector{X: cos*p.X - sin*p.Y, Y: sin*p.X + cos*p.Y, Z: p.Z} })
}

func upsideDown(s meshtest.Solid) meshtest.Solid {
	return turned(s, func(p r3.Vector) r3.Vector { return r3.Vector{X: p.X, Y: -p.Y, Z: -p.Z} })
}

// standing turns x to z.
func standing(s meshtest.Solid) meshtest.Solid {
	return turned(s, func(p r3.Vector) r3.Vector { return r3.Vector{X: p.Y, Y: p.Z, Z: p.X} })
}

// poses are copies of a solid that stand as it does.
func poses(s meshtest.Solid) []meshtest.Solid {
	return []meshtest.Solid{s, aboutZ(s, 30), aboutZ(s, 77).Translate(100, -200, 300).PermuteTriangles(1).PermuteVertices(2)}
}

// looked returns the facts about the pose of a solid in a process.
func looked(t *testing.T, s meshtest.Solid, technology string) *printability.Facts {
	t.Helper()
	known, err := printability.TechnologyNamed(technology)
	if err != nil {
		t.Fatal(err)
	}
	topology, err := mesh.NewTopology(t.Context(), s.Mesh, 1)
	if err != nil {
		t.Fatal(err)
	}
	measures, err := mesh.Measure(t.Context(), s.Mesh, topology, 1)
	if err != nil {
		t.Fatal(err)
	}
	f := goodFacts()
	f.Optimized.Area = measures.Area
	f.Technology, f.Process = technology, known.Process.WithDefaults(printability.Process{})
	f.Overhangs = printability.FindOverhangs(s.Mesh, topology, f.Process.OverhangAngle)
	var center *r3.Vector
	if measures.HasMass {
		center = &measures.CenterOfMass
		if edges, ok := printability.EquivalentCuboid(measures.Volume, measures.Inertia); ok {
			f.Cuboid = &edges
		}
	}
	if f.Stance, err = printability.FindStance(t.Context(), s.Mesh, center); err != nil {
		t.Fatal(err)
	}
	return f
}

// stemTable is a slab of 60×60×5 on a stem of 10×10×40.
func stemTable() meshtest.Solid {
	return meshtest.Cells("stem_table", []float64{0, 25, 35, 60}, []float64{0, 25, 35, 60}, []float64{0, 40, 45},
		func(i, j, k int) bool { return k == 1 || i == 1 && j == 1 })
}

// chamfered is a bar along x that widens by 45° from 20 to 40 mm.
func chamfered() meshtest.Solid {
	return meshtest.Extrude("chamfered", []meshtest.Point{{10, 0}, {30, 0}, {40, 10}, {40, 20}, {0, 20}, {0, 10}}, 30)
}

// Overhangs have the area of the down-facing faces flatter than the limit,
// without those on the bed, and warn from 1 % of the surface on.
func TestOverhangs(t *testing.T) {
	cone := meshtest.Cone(40, 20, 64)
	side := cone.Area - 5018.477610
	for _, row := range []struct {
		solid      meshtest.Solid
		technology string
		area       float64
		count      int
		status     printability.Status
	}{
		{meshtest.Cube(20), "fdm", 0, 0, printability.Pass},
		{stemTable(), "fdm", 3500, 1, printability.Warn},
		{stemTable(), "sla", 3500, 1, printability.Warn},
		{stemTable(), "sls", 0, 0, printability.Pass},
		{upsideDown(stemTable()), "fdm", 0, 0, printability.Pass},
		{meshtest.Table(40, 30, 20, 2, 3), "metal", 40*30 - 4*9, 1, printability.Warn},
		{upsideDown(cone), "fdm", side, 1, printability.Warn}, // rises at 26.6°
		{upsideDown(cone), "sla", 0, 0, printability.Pass},
		{cone, "fdm", 0, 0, printability.Pass},
		{chamfered(), "fdm", 0, 0, printability.Pass},
		{meshtest.HollowBox(30, 20, 10, 2), "fdm", 26 * 16, 1, printability.Warn},
		{meshtest.Comb([]float64{0.2, 0.4}, 4, 10, 2, 20), "fdm", 0, 0, printability.Pass},
	} {
		for i, s := range poses(row.solid) {
			f := looked(t, s, row.technology)
			if row.technology != "sls" && (math.Abs(f.Overhangs.Area-row.area) > 1e-6*max(1, row.area) || f.Overhangs.Count != row.count) {
				t.Errorf("%s, pose %d, %s: %g mm² in %d places, want %g in %d", s.Name, i, row.technology,
					f.Overhangs.Area, f.Overhangs.Count, row.area, row.count)
			}
			criteria, _ := printability.Judge(f)
			c := criteria["overhangs"]
			if c.Status != row.status || len(c.Locations) != row.count || c.Message == "" {
				t.Errorf("%s, pose %d, %s: %+v, want %s", s.Name, i, row.technology, c, row.status)
			}
		}
	}
}

// The overhang of a ball is that of its cap.
func TestOverhangOfBall(t *testing.T) {
	s := meshtest.Icosphere(10, 5)
	f := looked(t, s, "fdm")
	want := 2 * math.Pi * 100 * (1 - math.Sqrt2/2)
	if math.Abs(f.Overhangs.Area-want) > 0.02*want {
		t.Errorf("%g mm², want %g", f.Overhangs.Area, want)
	}
	low := f.Overhangs.Places[0].Point
	if math.Hypot(low[0], low[1]) > 0.1 || low[2] > -8 {
		t.Errorf("the place is %v, not below the ball", low)
	}
}

// A part stands as firmly as the angle says by which it can be tipped over the
// nearest edge of the hull of what it stands on.
func TestStability(t *testing.T) {
	// A foot of 10×10×5 under the end of a bar of 60×10×5.
	bar := meshtest.Cells("bar", []float64{0, 10, 60}, []float64{0, 10}, []float64{0, 5, 10},
		func(i, _, k int) bool { return k == 1 || i == 0 })
	legs := meshtest.Table(40, 30, 20, 2, 3)
	for _, row := range []struct {
		solid          meshtest.Solid
		margin, height float64
		area           float64
		status         printability.Status
	}{
		{meshtest.Cube(20), 10, 10, 400, printability.Pass},
		{meshtest.Box(10, 10, 50), 5, 25, 100, printability.Pass},
		{meshtest.Box(10, 10, 60), 5, 30, 100, printability.Warn}, // 9.46°
		{legs, 15, (40*30*2*19 + 4*9*18*9) / (40*30*2 + 4*9*18.0), 36, printability.Pass},
		{bar, 10 - 92500.0/3500, 500*2.5/3500 + 3000*7.5/3500, 100, printability.Warn},
		{meshtest.Sphere(10, 24), 0, 10, 0, printability.Warn},
		{upsideDown(meshtest.Cone(10, 20, 24)), 0, 15, 0, printability.Warn},
		{meshtest.Cone(10, 20, 24), 10 * math.Cos(math.Pi/24), 5, 24 * 50 * math.Sin(math.Pi/12), printability.Pass},
	} {
		for i, s := range poses(row.solid) {
			f := looked(t, s, "fdm")
			tipping := math.Atan2(row.margin, row.height) * 180 / math.Pi
			if math.Abs(*f.Stance.Margin-row.margin) > 1e-6 || math.Abs(*f.Stance.Tipping-tipping) > 1e-6 ||
				math.Abs(f.Stance.ContactArea-row.area) > 1e-6 {
				t.Errorf("%s, pose %d: margin %g, %g° on %g mm², want %g, %g° on %g", s.Name, i,
					*f.Stance.Margin, *f.Stance.Tipping, f.Stance.ContactArea, row.margin, tipping, row.area)
			}
			criteria, _ := printability.Judge(f)
			if c := criteria["stability"]; c.Status != row.status || c.Message == "" || len(c.Locations) != 1 {
				t.Errorf("%s, pose %d: %+v, want %s", s.Name, i, c, row.status)
			}
		}
	}
	criteria, _ := printability.Judge(looked(t, meshtest.LidlessBox(10, 20, 30), "fdm"))
	if c := criteria["stability"]; c.Status != printability.Unknown {
		t.Errorf("an open surface: %+v", c)
	}
}

// The cuboid that stands for a solid is the solid itself if that is one,
// however it is turned.
func TestEquivalentCuboid(t *testing.T) {
	for seed := range uint64(4) {
		f := looked(t, meshtest.Box(30, 7, 2).Rotate(seed).Translate(50, 0, -70), "sls")
		for i, want := range []float64{30, 7, 2} {
			if math.Abs(f.Cuboid[i]-want) > 1e-6 {
				t.Errorf("turned by %d: %v", seed, *f.Cuboid)
			}
		}
	}
	if _, ok := printability.EquivalentCuboid(0, [3][3]float64{}); ok {
		t.Error("nothing has a cuboid")
	}
}

// Flat plates and long rods warp, on a plate as far as they lie on it, in
// powder however they lie; stout and small parts do not.
func TestWarpageRisk(t *testing.T) {
	rod := meshtest.Box(300, 10, 10)
	for _, row := range []struct {
		solid      meshtest.Solid
		technology string
		ratio      float64
		status     printability.Status
	}{
		{meshtest.Plate(200, 2), "fdm", 100 * math.Sqrt2, printability.Warn},
		{meshtest.Plate(200, 2), "metal", 100 * math.Sqrt2, printability.Warn},
		{meshtest.Plate(200, 2), "sls", 100, printability.Warn},
		{meshtest.Plate(200, 2).Rotate(3), "mjf", 100, printability.Warn},
		{meshtest.Cube(20), "fdm", math.Sqrt2, printability.Pass},
		{meshtest.Cube(20).Rotate(5), "sls", 1, printability.Pass},
		{rod, "fdm", math.Hypot(30, 1), printability.Warn},
		{standing(rod), "fdm", math.Sqrt2, printability.Pass},
		{standing(rod), "sls", 30, printability.Warn},
		{meshtest.Box(190, 10, 10), "fdm", math.Hypot(19, 1), printability.Pass},
		{meshtest.Box(95, 10, 10), "sls", 9.5, printability.Pass},
		{meshtest.Plate(20, 0.5), "fdm", 40 * math.Sqrt2, printability.Pass}, // too short to matter
	} {
		f := looked(t, row.solid, row.technology)
		criteria, _ := printability.Judge(f)
		c := criteria["warpageRisk"]
		if c.Status != row.status || c.Value == nil || math.Abs(*c.Value-row.ratio) > 1e-6*row.ratio {
			t.Errorf("%s, %s: %+v, want %g and %s", row.solid.Name, row.technology, c, row.ratio, row.status)
		}
	}
}

// Without a technology nothing is known of the process, so nothing is judged;
// a process that does not care passes.
func TestUnjudgedProcess(t *testing.T) {
	f := looked(t, stemTable(), "sls")
	criteria, _ := printability.Judge(f)
	for _, name := range []string{"overhangs", "stability"} {
		if criteria[name].Status != printability.Pass {
			t.Errorf("sls, %s: %+v", name, criteria[name])
		}
	}
	f.Technology, f.Process = "", printability.Process{}
	criteria, verdict := printability.Judge(f)
	for _, name := range []string{"overhangs", "stability", "warpageRisk"} {
		if criteria[name].Status != printability.NotChecked {
			t.Errorf("no technology, %s: %+v", name, criteria[name])
		}
	}
	if verdict != printability.Printable {
		t.Errorf("verdict %s", verdict)
	}
}
