package main

import (
	"math"
	"strings"
	"testing"
)

func contest(engine, robust rayReport) *raysContest {
	return &raysContest{
		engine: []raysLine{{rayReport: engine}},
		robust: []raysLine{{Mode: "robust", rayReport: robust}},
		fast:   []raysLine{{Mode: "fast", rayReport: robust}},
	}
}

// Ratios are those of the engine to each mode, and rays that are not the same
// are told.
func TestRaysContest(t *testing.T) {
	theirs := rayReport{Triangles: 12, Rays: 12, BuildSeconds: 0.5, MraysPerSecond: 2, Bounded: 4, P1: 1, P5: 2, P50: 3}
	ours := theirs
	ours.BuildSeconds, ours.MraysPerSecond, ours.Bounded = 0.25, 3, 10

	var out strings.Builder
	contest(ours, theirs).write(&out)
	for _, want := range []string{"embree, robust  1.50  1.50  2.50  2.50  0.50  0.50"} {
		if got := strings.Join(strings.Fields(out.String()), "  "); !strings.Contains(got, strings.Join(strings.Fields(want), "  ")) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "differ") {
		t.Errorf("equal distances are told to differ:\n%s", out.String())
	}

	other := ours
	other.P5 = 2.1
	if d := contest(other, theirs).disagreement(); math.Abs(d-0.05) > 1e-9 {
		t.Errorf("2.1 for 2 is off by %g, want 0.05", d)
	}
	fewer := ours
	fewer.Rays = 11
	if d := contest(fewer, theirs).disagreement(); !math.IsInf(d, 1) {
		t.Errorf("another number of rays is off by %g, want infinity", d)
	}
}

// A peer that is not here is named with what brings it.
func TestMissingPeer(t *testing.T) {
	for _, p := range []peer{
		{name: "nobody", program: "no-such-program", get: "install the package nobody"},
		{name: "nobody", program: "no-such-program", built: true, get: "install the package nobody"},
	} {
		_, err := p.find(t.TempDir() + "/bench")
		if err == nil || !strings.Contains(err.Error(), "install the package nobody") {
			t.Errorf("a peer that is not here gives %v", err)
		}
	}
}

// The growth of a stage is brought to exactly twice the triangles, and marked
// only where both clocks say so and it takes time.
func TestGrowthRows(t *testing.T) {
	report := func(triangles int, seconds, processor float64) *stageReport {
		return &stageReport{Triangles: triangles, Series: []series{{Name: "one", Seconds: []float64{seconds, 2 * seconds}, Processor: []float64{2 * processor, processor}}}}
	}
	row := growthRows("f", report(100, 1, 1), report(250, 5, 10))[0]
	if row.Wall != 4 || row.Processor != 8 {
		t.Errorf("ratios %g and %g, want 4 and 8", row.Wall, row.Processor)
	}
	for _, c := range []struct {
		two  *stageReport
		mark bool
	}{
		{report(200, 5, 5), true},
		{report(200, 5, 2), false},
		{report(200, 2, 5), false},
	} {
		var out strings.Builder
		writeGrowthRows(&out, growthRows("f", report(100, 1, 1), c.two), 2.2)
		if strings.Contains(out.String(), "!") != c.mark {
			t.Errorf("marked %v, want %v:\n%s", !c.mark, c.mark, out.String())
		}
	}
}
