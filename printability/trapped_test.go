package printability_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// trapped looks for what a solid traps behind openings of less than 4 mm.
func trapped(t *testing.T, ctx context.Context, s meshtest.Solid, opts printability.HollowOptions) (*printability.Trapped, error) {
	t.Helper()
	topology, err := mesh.NewTopology(t.Context(), s.Mesh, 1)
	if err != nil {
		t.Fatal(err)
	}
	measures, err := mesh.Measure(t.Context(), s.Mesh, topology, 1)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := mesh.NewBVH(t.Context(), s.Mesh, mesh.BVHOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	part := printability.Part{Mesh: s.Mesh, BVH: tree}
	if measures.HasVolume {
		part.Volume = &measures.Volume
	}
	opts.Diameter = 4
	found := printability.FindCavities(measures.Shells)
	return found, found.FindHollows(ctx, part, opts)
}

// opened is a cube of side a with a cubic hollow under walls of thickness
// wall, and a square hole of side hole in its lid.
func opened(a, wall, hole float64) meshtest.Solid {
	side := []float64{0, wall, (a - hole) / 2, (a + hole) / 2, a - wall, a}
	s := meshtest.Cells(fmt.Sprintf("opened_%g_%g_%g", a, wall, hole), side, side, []float64{0, wall, a - wall, a},
		func(i, j, k int) bool {
			inside := i > 0 && i < 4 && j > 0 && j < 4
			return !(inside && k == 1 || i == 2 && j == 2 && k == 2)
		})
	return s
}

// A hollow is trapped if no ball of 4 mm gets out of it, and only then; closed
// cavities have their exact volume.
func TestTrappedVolumes(t *testing.T) {
	lid := meshtest.Merge("lidded", meshtest.OpenBox(20, 20, 12, 1), meshtest.Box(20, 20, 1).Translate(0, 0, 11.5))
	thin := meshtest.Merge("lidded_thin", meshtest.OpenBox(20, 20, 12, 0.02), meshtest.Box(20, 20, 0.02).Translate(0, 0, 11.99))
	for _, row := range []struct {
		solid                 meshtest.Solid
		cavities, hollows     int
		cavity, hollow, slack float64 // mm³
	}{
		{meshtest.Cube(20), 0, 0, 0, 0, 0},
		{meshtest.HollowBox(30, 20, 10, 2), 1, 0, 26 * 16 * 6, 0, 0},
		{meshtest.HollowBox(30, 20, 10, 0.02), 1, 0, 29.96 * 19.96 * 9.96, 0, 0},
		{meshtest.NestedBoxes(30, 3, 3), 1, 0, 24 * 24 * 24, 0, 0},
		{meshtest.Cup(10, 9, 30, 24), 0, 0, 0, 0, 0},
		{meshtest.Tube(6, 1, 30, 24), 0, 0, 0, 0, 0}, // a channel, but no room for the ball
		{opened(30, 5, 1.5), 0, 1, 0, 8000, 0.1},
		{opened(30, 5, 2.2), 0, 1, 0, 8000, 0.1},
		{opened(30, 5, 4), 0, 0, 0, 0, 0},
		{opened(30, 0.5, 1.5), 0, 1, 0, 29 * 29 * 29, 0.1},
		{opened(30, 5, 8), 0, 0, 0, 0, 0},
		{lid, 0, 1, 0, 18 * 18 * 10.5, 0.1},
		{thin, 0, 1, 0, 20 * 20 * 12, 0.1},
	} {
		for seed := range uint64(2) {
			s := row.solid
			if seed > 0 {
				s = s.Rotate(seed).PermuteTriangles(seed)
			}
			got, err := trapped(t, t.Context(), s, printability.HollowOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Cavities != row.cavities || got.Hollows != row.hollows ||
				math.Abs(got.CavityVolume-row.cavity) > 1e-6*max(1, row.cavity) ||
				math.Abs(got.HollowVolume-row.hollow) > row.slack*row.hollow || !got.Looked || got.Limit != "" {
				t.Errorf("%s turned by %d: %+v", s.Name, seed, got)
			}
		}
	}
}

// The place of a hollow is its opening, whose width is about that of the hole.
func TestPlaceOfHollow(t *testing.T) {
	got, err := trapped(t, t.Context(), opened(30, 5, 2), printability.HollowOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.WidestOpening-2) > 0.6 {
		t.Errorf("the opening is %g mm wide, not 2", got.WidestOpening)
	}
	if p := got.HollowPlaces[0].Point; math.Abs(p[0]-15) > 1 || math.Abs(p[1]-15) > 1 || p[2] < 24 || p[2] > 31 {
		t.Errorf("the place is %v", p)
	}
}

// The result is the same for every number of threads, and ends with its
// context.
func TestTrappedRepeats(t *testing.T) {
	s := opened(30, 5, 2).Rotate(7)
	one, err := trapped(t, t.Context(), s, printability.HollowOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	three, err := trapped(t, t.Context(), s, printability.HollowOptions{Threads: 3})
	if err != nil || !reflect.DeepEqual(one, three) {
		t.Errorf("%v: %+v and %+v", err, one, three)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := trapped(t, ctx, s, printability.HollowOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// What cells are too coarse for is said, and never guessed.
func TestTrappedLimits(t *testing.T) {
	s := opened(100, 5, 1)
	coarse, err := trapped(t, t.Context(), s, printability.HollowOptions{Cells: 1_000_000})
	if err != nil || coarse.Limit == "" || !coarse.Looked || coarse.Cell < 0.5 {
		t.Errorf("%v, %+v", err, coarse)
	}
	blind, err := trapped(t, t.Context(), s, printability.HollowOptions{Cells: 1000})
	if err != nil || blind.Limit == "" || blind.Looked || blind.Hollows != 0 {
		t.Errorf("%v, %+v", err, blind)
	}
	open, err := trapped(t, t.Context(), meshtest.LidlessBox(20, 20, 20), printability.HollowOptions{})
	if err != nil || open.Looked {
		t.Errorf("%v, %+v", err, open)
	}
	// A hull that leaves no room spares the search.
	full, err := trapped(t, t.Context(), meshtest.Cube(20), printability.HollowOptions{HullVolume: 8000})
	if err != nil || !full.Looked || full.Cell != 0 {
		t.Errorf("%v, %+v", err, full)
	}
}

// What is trapped warns where the process leaves something behind.
func TestTrappedVolumesWarn(t *testing.T) {
	for _, row := range []struct {
		technology string
		found      *printability.Trapped
		open       bool
		status     printability.Status
	}{
		{"sls", &printability.Trapped{Looked: true}, false, printability.Pass},
		{"sls", &printability.Trapped{}, false, printability.Pass},
		{"sls", &printability.Trapped{}, true, printability.Unknown},
		{"sls", &printability.Trapped{Looked: true, Cavities: 2, CavityVolume: 30}, false, printability.Warn},
		{"sla", &printability.Trapped{Looked: true, Hollows: 1, HollowVolume: 30}, false, printability.Warn},
		{"fdm", &printability.Trapped{Looked: true, Cavities: 2, CavityVolume: 30}, false, printability.Pass},
		{"metal", nil, false, printability.NotChecked},
		{"", nil, false, printability.NotChecked},
	} {
		f := goodFacts()
		if known, err := printability.TechnologyNamed(row.technology); err == nil {
			f.Technology, f.Process = known.Name, known.Process
		}
		f.Trapped = row.found
		if row.open {
			f.Optimized.Volume = nil
		}
		criteria, _ := printability.Judge(f)
		c := criteria["trappedVolumes"]
		if c.Status != row.status || c.Message == "" {
			t.Errorf("%s, %+v: %+v", row.technology, row.found, c)
		}
		if row.status == printability.Warn && *c.Value != 30 {
			t.Errorf("value %g", *c.Value)
		}
	}
}
