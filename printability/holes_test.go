package printability_test

import (
	"math"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/printability"
)

// drilled returns a block of 20×20×6 with square holes of width a that end
// floor above its bottom.
func drilled(a, floor float64) meshtest.Solid {
	at := []float64{0, 4, 4 + a, 12, 12 + a, 20}
	zs := []float64{0, 6}
	if floor > 0 {
		zs = []float64{0, floor, 6}
	}
	return meshtest.Cells("drilled", at, at, zs, func(i, j, k int) bool {
		return i%2 == 0 || j%2 == 0 || floor > 0 && k == 0
	})
}

// A hole is as wide as the narrower way through its middle says, and gaps,
// slots and rings of air are none.
func TestSmallHoles(t *testing.T) {
	const fdm, sls, sla = 2, 1, 0.5
	ring := meshtest.Merge("ring_gap", meshtest.Tube(10, 5.3, 8, 64), meshtest.Cylinder(5, 8, 64))
	for _, row := range []struct {
		solid meshtest.Solid
		limit float64
		width float64 // +Inf: no hole counts
		count int
	}{
		{meshtest.Tube(6, 0.4, 5, 32), sls, 0.8 * math.Cos(math.Pi/32), 1},
		{meshtest.Tube(6, 0.4, 5, 32), sla, math.Inf(1), 0},
		{meshtest.Tube(6, 0.6, 5, 32), fdm, 1.2 * math.Cos(math.Pi/32), 1},
		{meshtest.Tube(6, 1.1, 5, 32), fdm, math.Inf(1), 0},
		{drilled(0.8, 0), sls, 0.8, 4},
		{drilled(0.8, 3), sls, 0.8, 4},       // blind
		{drilled(1, 0), sls, math.Inf(1), 0}, // exactly the limit
		{drilled(1.5, 0), sls, math.Inf(1), 0},
		{meshtest.Frame(20, 10, 5, 4.6), sls, math.Inf(1), 0}, // a slot of 10.8 × 0.8
		{meshtest.Frame(10.9, 10, 5, 4.6), fdm, 1.7, 1},       // an oblong of 1.7 × 0.8
		{meshtest.Comb([]float64{2, 2, 2}, 0.5, 10, 2, 20), fdm, math.Inf(1), 0},
		{ring, fdm, math.Inf(1), 0},
		{meshtest.HollowBox(10.6, 10.6, 10.6, 5), sls, 0.6, 1},
		{meshtest.Cube(20), fdm, math.Inf(1), 0},
	} {
		for seed := range uint64(3) {
			s := row.solid
			if seed > 0 {
				s = s.Rotate(seed).PermuteTriangles(seed)
			}
			samples := measure(t, s.Mesh, printability.SampleOptions{Samples: 20000, HoleReach: row.limit + 0.01})
			h := samples.EvaluateHoles(row.limit, printability.Rules{})
			switch {
			case math.IsInf(row.width, 1) != (h.Minimum == nil):
				t.Errorf("%s at %g: narrowest %v, want %g", s.Name, row.limit, h.Minimum, row.width)
			case h.Minimum != nil && (*h.Minimum < row.width*(1-1e-5) || *h.Minimum > 1.02*row.width):
				t.Errorf("%s at %g: narrowest %g, want %g", s.Name, row.limit, *h.Minimum, row.width)
			}
			if h.Count != row.count || len(h.Places) != row.count {
				t.Errorf("%s at %g: %d holes, want %d", s.Name, row.limit, h.Count, row.count)
			}
		}
	}
}

// Small holes warn, at places on their axes.
func TestSmallHolesWarn(t *testing.T) {
	samples := measure(t, meshtest.Tube(6, 0.4, 5, 32).Mesh, printability.SampleOptions{Samples: 20000, HoleReach: 1})
	f := goodFacts()
	f.Technology, f.Process.HoleDiameter = "sls", 1
	f.Holes = samples.EvaluateHoles(1, printability.Rules{})
	criteria, verdict := printability.Judge(f)
	c := criteria["smallHoles"]
	if c.Status != printability.Warn || verdict != printability.PrintableWithWarnings || c.Count != 1 || *c.Limit != 1 {
		t.Fatalf("%+v, %s", c, verdict)
	}
	if p := c.Locations[0].Point; math.Hypot(p[0], p[1]) > 0.05 || math.Abs(p[2]-2.5) > 0.2 {
		t.Errorf("the place is %v", p)
	}
	f.Holes = nil
	if criteria, _ := printability.Judge(f); criteria["smallHoles"].Status != printability.NotChecked {
		t.Errorf("not measured: %+v", criteria["smallHoles"])
	}
}
