package analysis_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

func TestValidate(t *testing.T) {
	for _, row := range []struct {
		option string // "" if the options are fine
		opts   analysis.Options
	}{
		{"", analysis.Options{}},
		{"", analysis.Options{MinWall: 0.8, OptimalWall: 0.8}},
		{"", analysis.Options{Technology: "sls", MinWall: 2}},
		{"", analysis.Options{Technology: "sla", OptimalWall: 0.5}},
		{"", analysis.Options{Chamber: &[3]float64{250, 250, 300}, Unit: mesh.Inch}},
		{"unit", analysis.Options{Unit: "yard"}},
		{"technology", analysis.Options{Technology: "casting"}},
		{"minWall", analysis.Options{MinWall: -1}},
		{"minWall", analysis.Options{MinWall: math.NaN()}},
		{"minWall", analysis.Options{MinWall: math.Inf(1)}},
		{"minWall", analysis.Options{MinWall: 1e6}},
		{"optimalWall", analysis.Options{MinWall: 1, OptimalWall: 0.5}},
		{"optimalWall", analysis.Options{Technology: "sls", OptimalWall: 0.5}},
		{"optimalWall", analysis.Options{OptimalWall: 1}},
		{"gapLimit", analysis.Options{GapLimit: -0.1}},
		{"chamber", analysis.Options{Chamber: &[3]float64{250, 0, 300}}},
		{"chamber", analysis.Options{Chamber: &[3]float64{250, math.Inf(1), 300}}},
		{"chamber", analysis.Options{Chamber: &[3]float64{math.NaN(), 250, 300}}},
		{"repair", analysis.Options{Repair: "all"}},
		{"stages", analysis.Options{Stages: []analysis.Stage{"paint"}}},
		{"limits.triangles", analysis.Options{Limits: mesh.Limits{Triangles: -1}}},
		{"limits.coordinate", analysis.Options{Limits: mesh.Limits{Coordinate: math.NaN()}}},
		{"process", analysis.Options{Process: printability.Process{OverhangAngle: 91}}},
		{"process", analysis.Options{Process: printability.Process{HoleDiameter: math.NaN()}}},
		{"threads", analysis.Options{Threads: -1}},
		{"timeout", analysis.Options{Timeout: -time.Second}},
	} {
		err := row.opts.Validate()
		var refused *analysis.OptionError
		switch {
		case row.option == "" && err != nil:
			t.Errorf("%+v: %v", row.opts, err)
		case row.option != "" && (!errors.As(err, &refused) || refused.Option != row.option || refused.Reason == ""):
			t.Errorf("%+v: got %v, want an error about %s", row.opts, err, row.option)
		}
	}
}

// A technology fills in what was not given, and nothing else.
func TestTechnologyDefaults(t *testing.T) {
	for _, row := range []struct {
		given              analysis.Options
		wall, optimal, gap float64
	}{
		{analysis.Options{}, 0, 0, 0.2},
		{analysis.Options{Technology: "sls"}, 0.8, 1.0, 0.2},
		{analysis.Options{Technology: "fdm"}, 0.8, 0, 0.3},
		{analysis.Options{Technology: "sla", MinWall: 0.6}, 0.6, 1.0, 0.2},
		{analysis.Options{Technology: "sls", MinWall: 1.5}, 1.5, 0, 0.2},
		{analysis.Options{Technology: "fdm", GapLimit: 0.1}, 0.8, 0, 0.1},
	} {
		got := row.given.WithDefaults()
		if got.MinWall != row.wall || got.OptimalWall != row.optimal || got.GapLimit != row.gap {
			t.Errorf("%+v: got wall %g, optimal %g, gap %g; want %g, %g, %g", row.given,
				got.MinWall, got.OptimalWall, got.GapLimit, row.wall, row.optimal, row.gap)
		}
	}
}

// A technology also limits shape and pose, where nothing else was given, and
// what is judged is measured.
func TestProcessDefaults(t *testing.T) {
	none := analysis.Options{}.WithDefaults()
	if none.Process.OverhangAngle != 0 || none.Process.OverhangShare == 0 || none.Sampling.HoleReach != 0 {
		t.Errorf("without a technology: %+v, holes up to %g mm", none.Process, none.Sampling.HoleReach)
	}
	given := analysis.Options{Technology: "fdm", Process: printability.Process{OverhangAngle: 50, HoleDiameter: 4}}.WithDefaults()
	if p := given.Process; p.OverhangAngle != 50 || p.HoleDiameter != 4 || p.TippingAngle != 10 || !p.OnPlate {
		t.Errorf("%+v", p)
	}
	if s := given.Sampling; s.HoleReach != 4 || s.GapReach != 4 {
		t.Errorf("holes up to %g mm, gaps up to %g mm", s.HoleReach, s.GapReach)
	}
}

// A stage brings those whose results it works on.
func TestStagesAreCompleted(t *testing.T) {
	for _, row := range []struct {
		given []analysis.Stage
		want  []analysis.Stage
	}{
		{nil, analysis.AllStages()},
		{analysis.InfoStages(), []analysis.Stage{analysis.StageHull}},
		{[]analysis.Stage{analysis.StageThickness}, []analysis.Stage{analysis.StageClean, analysis.StageThickness}},
	} {
		if got := (analysis.Options{Stages: row.given}).WithDefaults().Stages; !slices.Equal(got, row.want) {
			t.Errorf("%v: got %v, want %v", row.given, got, row.want)
		}
	}
}

// What a report says of its options gives the same options again, so that it
// can be used as a configuration.
func TestOptionsRepeat(t *testing.T) {
	opts := analysis.Options{
		Unit: mesh.Inch, Technology: "mjf", MinWall: 0.9, Chamber: &[3]float64{1, 2, 3},
		Repair: analysis.RepairOff, ConcaveHull: true, Stages: analysis.InfoStages(), Limits: mesh.Limits{Triangles: 7},
	}.WithDefaults()
	first, err := json.Marshal(opts)
	if err != nil {
		t.Fatal(err)
	}
	var again analysis.Options
	decoder := json.NewDecoder(strings.NewReader(string(first)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&again); err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(again.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(second) {
		t.Errorf("got\n%s, want\n%s", second, first)
	}
}
