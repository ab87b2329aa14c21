package analysis_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// What is asked about a part later, of its stored samples, its hull and the
// criteria of its report, is answered as an analysis with these limits answers
// it, number for number.
func TestRejudge(t *testing.T) {
	for _, solid := range []meshtest.Solid{
		meshtest.OpenBox(30, 20, 10, 0.5), meshtest.Cube(20), meshtest.Plate(200, 2), meshtest.OverlappingCubes(10, 5, 5, 5),
	} {
		data := stl(solid)
		stored := examine(t, data, analysis.Options{Sampling: fewSamples})
		encoded, err := stored.Samples.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var report analysis.Report
		roundTrip(t, stored.Report, &report)
		for _, limits := range []analysis.Options{
			{},
			{MinWall: 0.3},
			{MinWall: 0.4, OptimalWall: 0.8},
			{MinWall: 2.5},
			{Chamber: &[3]float64{150, 150, 100}},
			{MinWall: 1, Chamber: &[3]float64{5, 5, 5}},
			{Chamber: &[3]float64{10.2, 20.2, 30.2}},
		} {
			samples, err := printability.DecodeSamples(encoded)
			if err != nil {
				t.Fatal(err)
			}
			walls := samples.Evaluate(limits.MinWall, limits.OptimalWall, report.Options.Rules)
			var chamber *fit.Result
			if c := limits.Chamber; c != nil {
				hull, err := mesh.ConvexHullPoints(t.Context(), stored.Hull)
				if err != nil {
					t.Fatal(err)
				}
				if chamber, err = fit.Fit(t.Context(), hull, fit.Chamber{W: c[0], D: c[1], H: c[2]}, fit.Options{}); err != nil {
					t.Fatal(err)
				}
			}
			criteria, verdict := printability.Rejudge(report.Criteria, walls, chamber)
			limits.Sampling = fewSamples
			asked := examine(t, data, limits).Report
			if got, want := plain(t, criteria), plain(t, asked.Criteria); verdict != asked.Status || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %+v: %s\n%v\nthe analysis says %s\n%v", solid.Name, limits, verdict, got, asked.Status, want)
			}
		}
	}
}

func roundTrip(t *testing.T, from, to any) {
	t.Helper()
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// plain returns a value as JSON is read without a type.
func plain(t *testing.T, value any) (out any) {
	t.Helper()
	roundTrip(t, value, &out)
	return out
}
