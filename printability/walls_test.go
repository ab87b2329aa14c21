package printability_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/printability"
)

// wallCase is a solid whose thin area and minimum follow from geometry.
type wallCase struct {
	solid   meshtest.Solid
	minimum float64 // smallest wall, mm
	below   float64 // area of walls under 1 mm
	status  printability.Status
	share   float64 // tolerance of below
}

func wallCases() []wallCase {
	const threshold = 0.99*1 - 0.001
	wedge := func(angle float64) wallCase {
		c := wallCase{solid: meshtest.Wedge(angle, 30, 17), status: printability.Pass, share: 0.01}
		if angle < 28 { // below β the two sides are a wall
			c.below = 2 * 17 * threshold / math.Tan(angle*math.Pi/180)
			c.status = printability.Fail
		} else {
			c.minimum = 17
		}
		return c
	}
	plate := func(a, t float64) wallCase {
		c := wallCase{solid: meshtest.Plate(a, t), minimum: t, status: printability.Pass, share: 0.005}
		if t < threshold {
			c.below, c.status = 2*a*a, printability.Fail
		}
		return c
	}
	return []wallCase{
		{solid: meshtest.Cube(13), minimum: 13, status: printability.Pass},
		plate(31, 0.4), plate(31, 0.98), plate(31, 0.99), plate(31, 1), plate(31, 3), plate(77, 0.1),
		{
			solid: meshtest.HollowBox(37, 29, 23, 0.7), minimum: 0.7, status: printability.Fail, share: 0.01,
			below: 4 * (35.6*27.6 + 27.6*21.6 + 21.6*35.6),
		},
		{solid: meshtest.HollowBox(37, 29, 23, 1.3), minimum: 1.3, status: printability.Pass},
		{
			solid: meshtest.Tube(11, 10.2, 23, 96), minimum: 0.8 * math.Cos(math.Pi/96), status: printability.Fail,
			below: 2 * 96 * math.Sin(math.Pi/96) * (11 + 10.2) * 23, share: 0.02,
		},
		{solid: meshtest.Tube(11, 9, 23, 96), minimum: 2 * math.Cos(math.Pi/96), status: printability.Pass},
		{solid: meshtest.Icosphere(8, 4), minimum: math.NaN(), status: printability.Pass},
		wedge(6), wedge(15), wedge(33), wedge(45),
	}
}

// TestWallsOfSolids proves minimum, area and verdict on solids whose walls
// follow from geometry, in random positions: nothing may depend on where the
// part lies, how its triangles are numbered or how finely it is meshed.
func TestWallsOfSolids(t *testing.T) {
	for _, c := range wallCases() {
		for _, turned := range []struct {
			name  string
			solid meshtest.Solid
		}{
			{"as built", c.solid},
			{"rotated", c.solid.Rotate(1).Translate(3, -5, 7)},
			{"permuted", c.solid.PermuteTriangles(2).PermuteVertices(3)},
			{"split", c.solid.Split().Rotate(4)},
		} {
			t.Run(c.solid.Name+"/"+turned.name, func(t *testing.T) {
				s := measure(t, turned.solid.Mesh, printability.SampleOptions{Samples: 50_000})
				w := s.Evaluate(1, 0, printability.Rules{})
				if apart(*w.AreaBelow, c.below, max(c.share, 0.005), 10, 0.2) {
					t.Errorf("area below %g, want %g", *w.AreaBelow, c.below)
				}
				if c.minimum > 0 && apart(deref(w.RawMinimum), c.minimum, 0.01, 0, 0) {
					t.Errorf("minimum %g, want %g", deref(w.RawMinimum), c.minimum)
				}
				if w.Status() != c.status {
					t.Errorf("%s (%s), want %s", w.Status(), w.Message(), c.status)
				}
			})
		}
	}
}

// TestWallsScale proves that a part and its limit may be scaled together.
// The constants that are lengths are scaled along.
func TestWallsScale(t *testing.T) {
	for _, k := range []float64{0.01, 25.4, 1000} {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			solid := meshtest.VGroove(30, 20, 2, 0.3, 60)
			plain := measure(t, solid.Mesh, printability.SampleOptions{}).Evaluate(1, 0, printability.Rules{})
			scaled := measure(t, solid.Scale(k).Mesh, printability.SampleOptions{GrooveLimit: 3 * k, GapReach: 3 * k}).
				Evaluate(k, 0, printability.Rules{AbsoluteTolerance: 0.001 * k, DefectScale: 0.8 * k})
			if plain.Status() != scaled.Status() {
				t.Errorf("%s became %s", plain.Status(), scaled.Status())
			}
			if apart(*scaled.AreaBelow, k*k**plain.AreaBelow, 0.001, 0, 0) {
				t.Errorf("area below %g, want %g", *scaled.AreaBelow, k*k**plain.AreaBelow)
			}
			if apart(*scaled.Minimum, k**plain.Minimum, 0.001, 0, 0) {
				t.Errorf("minimum %g, want %g", *scaled.Minimum, k**plain.Minimum)
			}
		})
	}
}

// TestStricterIsNeverMilder proves that a larger minimum wall never gets a
// milder verdict, from the defect scale on.
func TestStricterIsNeverMilder(t *testing.T) {
	severity := map[printability.Status]int{printability.Pass: 0, printability.Warn: 1, printability.Fail: 2}
	solids := []meshtest.Solid{
		meshtest.Comb([]float64{0.3, 0.7, 1, 1.3, 2}, 2, 9, 3, 8),
		meshtest.VGroove(30, 20, 2, 0.3, 60), meshtest.VGroove(30, 20, 3, 1.1, 90),
		meshtest.Wedge(12, 30, 10), meshtest.Wedge(35, 30, 10), meshtest.Cone(1, 10, 24),
		meshtest.Prism(0.5, 12, 5), meshtest.Prism(0.9, 12, 7), meshtest.HollowBox(20, 20, 20, 1.2),
	}
	for _, solid := range solids {
		s := measure(t, solid.Mesh, printability.SampleOptions{Samples: 50_000})
		last := printability.Pass
		for limit := 0.8; limit <= 3; limit += 0.05 {
			w := s.Evaluate(limit, 0, printability.Rules{})
			if severity[w.Status()] < severity[last] {
				t.Errorf("%s: %s at %.2f mm after %s", solid.Name, w.Status(), limit, last)
			}
			last = w.Status()
		}
	}
}

// TestNoThinWallOnBluntConvexSolids proves that a convex solid whose edges are
// all blunter than 30° and whose width is at least the limit has no thin wall
// and no region at all.
func TestNoThinWallOnBluntConvexSolids(t *testing.T) {
	for _, solid := range []meshtest.Solid{
		meshtest.Cube(1), meshtest.Box(1, 4, 9), meshtest.Icosphere(0.6, 3), meshtest.Cylinder(0.52, 3, 48),
		meshtest.Tetrahedron(2), meshtest.Wedge(31, 6, 5), meshtest.Wedge(60, 4, 5),
	} {
		for seed := range uint64(3) {
			s := measure(t, solid.Rotate(seed).Mesh, printability.SampleOptions{Samples: 20_000})
			if w := s.Evaluate(1, 0, printability.Rules{}); *w.AreaBelow != 0 || w.RegionCount != 0 {
				t.Errorf("%s, seed %d: %g mm² below in %d regions", solid.Name, seed, *w.AreaBelow, w.RegionCount)
			}
		}
	}
}

// TestRegionsOfAComb proves that each thin fin is one region, with both its
// sides, and is placed where it stands.
func TestRegionsOfAComb(t *testing.T) {
	fins := []float64{0.3, 2, 0.5, 1.5, 0.7}
	solid := meshtest.Comb(fins, 3, 10, 2, 8)
	s := measure(t, solid.Mesh, printability.SampleOptions{})
	w := s.Evaluate(0.8, 0, printability.Rules{})
	if w.RegionCount != 3 {
		t.Fatalf("%d regions, want one for each of 3 thin fins", w.RegionCount)
	}
	for _, r := range w.Regions {
		if apart(r.Area, 2*10*8, 0.02, 0, 0) {
			t.Errorf("region of %g mm², want both sides, %d", r.Area, 2*10*8)
		}
		if width := r.BoxMax[1] - r.BoxMin[1]; apart(width, r.Minimum, 0.02, 0, 0) {
			t.Errorf("region %g mm wide, but %g mm thick", width, r.Minimum)
		}
	}
}

// TestSameForEveryThreadCount proves that samples do not depend on threads.
func TestSameForEveryThreadCount(t *testing.T) {
	solid := meshtest.VGroove(30, 20, 2, 0.3, 60).Rotate(1)
	one := measure(t, solid.Mesh, printability.SampleOptions{Threads: 1})
	many := measure(t, solid.Mesh, printability.SampleOptions{Threads: 7})
	if len(one.All) != len(many.All) {
		t.Fatalf("%d samples, then %d", len(one.All), len(many.All))
	}
	for i := range one.All {
		if one.All[i] != many.All[i] {
			t.Fatalf("sample %d: %+v, then %+v", i, one.All[i], many.All[i])
		}
	}
}

// TestReducedSampling proves that meshes with too many faces are sampled by
// area, say so, and give the same answers.
func TestReducedSampling(t *testing.T) {
	solid := meshtest.HollowBox(20, 20, 20, 0.6).Split().Split().Split()
	s := measure(t, solid.Mesh, printability.SampleOptions{FullFaces: 1000})
	w := s.Evaluate(0.8, 0, printability.Rules{})
	if len(s.All) != 1000 || w.Sampling != "reduced" || len(s.LimitsHit()) != 1 {
		t.Errorf("%d samples, %s, %v", len(s.All), w.Sampling, s.LimitsHit())
	}
	if want := 12 * 18.8 * 18.8; apart(*w.AreaBelow, want, 0.05, 0, 0) {
		t.Errorf("area below %g, want %g", *w.AreaBelow, want)
	}
}

// TestCoarseCoordinatesAreUnknown proves that nothing is claimed about walls
// finer than what the coordinates can tell.
func TestCoarseCoordinatesAreUnknown(t *testing.T) {
	solid := meshtest.Cube(20).Translate(1e6, 0, 0)
	solid.Mesh.SinglePrecision = true
	s := measure(t, solid.Mesh, printability.SampleOptions{Samples: 1000})
	if w := s.Evaluate(0.8, 0, printability.Rules{}); w.Status() != printability.Unknown {
		t.Errorf("%s, want unknown", w.Status())
	}
	if w := s.Evaluate(0, 0, printability.Rules{}); w.Status() != printability.NotChecked {
		t.Errorf("without a limit %s, want not_checked", w.Status())
	}
}

// TestGaps proves that two plates too close to one another are one narrow gap
// with both sides, that touching ones are none, and that the limit binds.
func TestGaps(t *testing.T) {
	pair := func(gap float64) meshtest.Solid {
		return meshtest.Merge("pair", meshtest.Plate(20, 2), meshtest.Plate(20, 2).Translate(0, 0, 2+gap))
	}
	for _, c := range []struct {
		gap, limit, area float64
		status           printability.Status
	}{
		{0.1, 0.2, 800, printability.Warn},
		{0.3, 0.2, 0, printability.Pass},
		{0.3, 0.4, 800, printability.Warn},
		{0, 0.2, 0, printability.Pass},
	} {
		s := measure(t, pair(c.gap).Mesh, printability.SampleOptions{Samples: 20_000})
		g := s.EvaluateGaps(c.limit, printability.Rules{})
		if g.Status() != c.status || apart(g.AreaBelow, c.area, 0.01, 0, 0) {
			t.Errorf("gap %g, limit %g: %s with %g mm², want %s with %g", c.gap, c.limit, g.Status(), g.AreaBelow, c.status, c.area)
		}
		if c.area > 0 && g.RegionCount != 1 {
			t.Errorf("gap %g: %d regions, want 1", c.gap, g.RegionCount)
		}
	}
}
