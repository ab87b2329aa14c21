package printability_test

import (
	"context"
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// goodFacts are those of a sound part of one body.
func goodFacts() *printability.Facts {
	volume := 8000.0
	m := printability.MeshFacts{
		Box:          mesh.Box{Max: r3.Vector{X: 20, Y: 20, Z: 20}},
		Area:         2400,
		Volume:       &volume,
		Bodies:       1,
		Intersecting: &printability.Intersections{},
	}
	return &printability.Facts{Original: m, Optimized: m}
}

// TestJudge proves for each finding the status of its criterion and what the
// part as a whole is then called.
func TestJudge(t *testing.T) {
	negative := -8000.0
	for _, c := range []struct {
		name      string
		change    func(f *printability.Facts)
		criterion string
		status    printability.Status
		verdict   printability.Verdict
	}{
		{"sound", func(*printability.Facts) {}, "watertight", printability.Pass, printability.Printable},
		{"hole", func(f *printability.Facts) { f.Optimized.BorderEdges, f.Optimized.Holes = 3, 1 }, "watertight", printability.Fail, printability.NotPrintable},
		{"branching edge", func(f *printability.Facts) { f.Optimized.NonManifold.Edges = 1 }, "manifold", printability.Fail, printability.NotPrintable},
		{"touching vertex", func(f *printability.Facts) { f.Optimized.NonManifold.Vertices = 1 }, "manifold", printability.Fail, printability.NotPrintable},
		{"flipped triangle", func(f *printability.Facts) { f.Optimized.Flipped = 1 }, "normals", printability.Fail, printability.NotPrintable},
		{"inside out", func(f *printability.Facts) { f.Optimized.InsideOut, f.Optimized.Volume = 1, &negative }, "normals", printability.Fail, printability.NotPrintable},
		{"negative volume", func(f *printability.Facts) { f.Optimized.Volume = &negative }, "volume", printability.Fail, printability.NotPrintable},
		{"no volume", func(f *printability.Facts) { f.Optimized.Volume = nil }, "volume", printability.Unknown, printability.VerdictUnknown},
		{"crossing triangles", func(f *printability.Facts) { f.Optimized.Intersecting.Pairs = 1 }, "selfIntersections", printability.Warn, printability.PrintableWithWarnings},
		{"not looked for", func(f *printability.Facts) { f.Optimized.Intersecting = nil }, "selfIntersections", printability.NotChecked, printability.Printable},
		{"two bodies", func(f *printability.Facts) { f.Optimized.Bodies = 2 }, "shells", printability.Warn, printability.PrintableWithWarnings},
		{"cavity", func(f *printability.Facts) { f.Optimized.Cavities = 1 }, "shells", printability.Pass, printability.Printable},
		{"noise", func(f *printability.Facts) { f.Optimized.NoiseShells = 1 }, "shells", printability.Warn, printability.PrintableWithWarnings},
		{"degenerate", func(f *printability.Facts) { f.Original.Degenerate = 7 }, "degenerateTriangles", printability.Pass, printability.Printable},
		{"duplicate", func(f *printability.Facts) { f.Original.Duplicate = 7 }, "duplicateTriangles", printability.Pass, printability.Printable},
		{"too small to be true", func(f *printability.Facts) { f.Optimized.Box.Max = r3.Vector{X: 0.02, Y: 0.02, Z: 0.02} }, "minimumSize", printability.Warn, printability.PrintableWithWarnings},
		{"smaller than can be made", func(f *printability.Facts) { f.MinimumSize = &[3]float64{30, 1, 1} }, "minimumSize", printability.Fail, printability.NotPrintable},
		{"long knife", func(f *printability.Facts) {
			f.SharpEdges = &printability.SharpEdges{Angle: 40, Limit: 1, Length: 20, Count: 1}
		}, "sharpEdges", printability.Warn, printability.PrintableWithWarnings},
		{"short knife", func(f *printability.Facts) {
			f.SharpEdges = &printability.SharpEdges{Angle: 40, Limit: 1, Length: 0.5, Count: 1}
		}, "sharpEdges", printability.Pass, printability.Printable},
		{"walls not measured", func(*printability.Facts) {}, "wallThickness", printability.NotChecked, printability.Printable},
		{"fail beats unknown", func(f *printability.Facts) { f.Optimized.Volume, f.Optimized.BorderEdges = nil, 1 }, "volume", printability.Unknown, printability.NotPrintable},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := goodFacts()
			crossing := *f.Optimized.Intersecting
			f.Optimized.Intersecting = &crossing
			c.change(f)
			criteria, verdict := printability.Judge(f)
			if got := criteria[c.criterion]; got.Status != c.status || got.Message == "" || got.Locations == nil || got.ComputedOn == "" {
				t.Errorf("%s: %+v, want status %s", c.criterion, got, c.status)
			}
			if verdict != c.verdict {
				t.Errorf("verdict %s, want %s", verdict, c.verdict)
			}
			if len(criteria) != len(printability.Names()) {
				t.Errorf("%d criteria, but %d names", len(criteria), len(printability.Names()))
			}
		})
	}
}

// TestCrossingAdvice proves that what is to be done about triangles that cut
// one another depends on whether there are bodies to unite.
func TestCrossingAdvice(t *testing.T) {
	for _, c := range []struct {
		bodies, pairs int
		capped        bool
		want          string
	}{
		{1, 1, false, "1 pair of triangles cut one another; the surface runs through itself, draw it anew there."},
		{1, 7, false, "7 pairs of triangles cut one another; the surface runs through itself, draw it anew there."},
		{2, 7, false, "7 pairs of triangles cut one another; unite the bodies that overlap."},
		{3, 1000, true, "1000 or more pairs of triangles cut one another; unite the bodies that overlap."},
	} {
		f := goodFacts()
		f.Optimized.Bodies = c.bodies
		f.Optimized.Intersecting = &printability.Intersections{Pairs: c.pairs, Capped: c.capped}
		criteria, _ := printability.Judge(f)
		if got := criteria["selfIntersections"].Message; got != c.want {
			t.Errorf("%d bodies: %q, want %q", c.bodies, got, c.want)
		}
	}
}

// TestWallsDecideTheVerdict proves that the wall criterion blocks and carries
// its numbers and places.
func TestWallsDecideTheVerdict(t *testing.T) {
	s := measure(t, meshtest.Plate(30, 0.5).Mesh, printability.SampleOptions{Samples: 5000})
	f := goodFacts()
	f.Walls = s.Evaluate(1, 2, printability.Rules{})
	criteria, verdict := printability.Judge(f)
	c := criteria["wallThickness"]
	if c.Status != printability.Fail || verdict != printability.NotPrintable {
		t.Errorf("%s, %s", c.Status, verdict)
	}
	if math.Abs(*c.Value-0.5) > 1e-6 || *c.Limit != 1 || c.Limits["optimal"] != 2 || c.Count != 1 || len(c.Locations) != 1 {
		t.Errorf("%+v", c)
	}
}

// TestSheet proves that a part without thickness fails as such.
func TestSheet(t *testing.T) {
	f := goodFacts()
	f.Walls = measure(t, meshtest.Plate(50, 1e-5).Mesh, printability.SampleOptions{Samples: 5000}).Evaluate(0.8, 0, printability.Rules{})
	criteria, _ := printability.Judge(f)
	if criteria["volume"].Status != printability.Fail || criteria["wallThickness"].Status != printability.Fail {
		t.Errorf("volume %s, walls %s", criteria["volume"].Status, criteria["wallThickness"].Status)
	}
}

// TestSharpEdges proves which edges count as sharp, and their length: the
// blade of a wedge does up to 40°, and neither concave edges nor blunt ones.
func TestSharpEdges(t *testing.T) {
	for _, c := range []struct {
		solid  meshtest.Solid
		length float64
	}{
		{meshtest.Wedge(15, 20, 12), 12},
		{meshtest.Wedge(39, 20, 12), 12},
		{meshtest.Wedge(41, 20, 12), 0},
		{meshtest.Cube(10), 0},
		{meshtest.VGroove(30, 20, 3, 1, 30), 0}, // a sharp notch is concave
		{meshtest.Tetrahedron(10), 0},
	} {
		for seed := range uint64(2) {
			m := c.solid.Split().Rotate(seed).Mesh
			topology, err := mesh.NewTopology(context.Background(), m, 1)
			if err != nil {
				t.Fatal(err)
			}
			s := printability.FindSharpEdges(m, topology, printability.SharpEdgeOptions{})
			if math.Abs(s.Length-c.length) > 1e-9*c.length {
				t.Errorf("%s: %g mm of sharp edges, want %g", c.solid.Name, s.Length, c.length)
			}
		}
	}
}

// TestConstantsAreValidated proves that constants out of their range are
// refused by name and that the defaults pass.
func TestConstantsAreValidated(t *testing.T) {
	if err := (printability.Rules{}).WithDefaults().Validate(); err != nil {
		t.Error(err)
	}
	if err := (printability.SampleOptions{}).WithDefaults().Validate(); err != nil {
		t.Error(err)
	}
	for _, r := range []printability.Rules{{Severe: 2}, {ThinShare: -1}, {RegionLimit: math.NaN()}} {
		if r.Validate() == nil {
			t.Errorf("%+v passed", r)
		}
	}
	for _, o := range []printability.SampleOptions{{Samples: -1}, {Opposition: 90}, {GapReach: -1}} {
		if o.Validate() == nil {
			t.Errorf("%+v passed", o)
		}
	}
}

// TestTechnologies proves that presets are found in any case and others are
// refused with the names that exist.
func TestTechnologies(t *testing.T) {
	sls, err := printability.TechnologyNamed("SLS")
	if err != nil || sls.Wall != 0.8 || sls.FreeWall != 1 || sls.Gap != 0.2 {
		t.Errorf("%+v, %v", sls, err)
	}
	if _, err := printability.TechnologyNamed("laser"); err == nil {
		t.Error("an unknown technology was found")
	}
}
