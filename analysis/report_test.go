package analysis_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// everything asks for all that an analysis can do.
func everything(threads int) analysis.Options {
	return analysis.Options{
		Technology: "sls", Chamber: &[3]float64{30, 40, 25}, Sampling: fewSamples, Threads: threads,
	}
}

// reportJSON returns the JSON of an analysis without what may differ.
func reportJSON(t *testing.T, data []byte, opts analysis.Options) string {
	t.Helper()
	report, err := analysis.RunBytes(t.Context(), data, opts)
	if err != nil {
		t.Fatal(err)
	}
	if report.Error != nil && report.Error.Kind == analysis.KindInternal {
		t.Fatal(report.Error.Cause)
	}
	report.Timings = nil
	// Marshal fails for NaN and infinities.
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Reports of all kinds of solids are the same for every number of threads,
// and have no number that JSON has not.
func TestReportRepeats(t *testing.T) {
	for _, s := range slices.Concat(meshtest.Closed(), meshtest.Defective()) {
		t.Run(s.Name, func(t *testing.T) {
			data := stl(s)
			one := reportJSON(t, data, everything(1))
			for _, threads := range []int{2, 3} {
				if other := reportJSON(t, data, everything(threads)); other != one {
					t.Errorf("with %d threads\n%s, with one\n%s", threads, other, one)
				}
			}
			var value any
			if err := json.Unmarshal([]byte(one), &value); err != nil {
				t.Fatal(err)
			}
			checkNumbers(t, value, "")
		})
	}
}

// checkNumbers fails for numbers that stand for infinity.
func checkNumbers(t *testing.T, v any, at string) {
	switch v := v.(type) {
	case float64:
		if math.Abs(v) > 1e30 || v == 0 && math.Signbit(v) {
			t.Errorf("%s is %v", at, v)
		}
	case map[string]any:
		for key, value := range v {
			checkNumbers(t, value, at+"."+key)
		}
	case []any:
		for _, value := range v {
			checkNumbers(t, value, at+"[]")
		}
	}
}

// What is not defined is null: neither 0 nor missing.
func TestUndefinedIsNull(t *testing.T) {
	text := reportJSON(t, stl(meshtest.OpenBox(20, 20, 20, 2)), analysis.Options{Sampling: fewSamples})
	for _, want := range []string{`"minimumWall":null`, `"areaBelow":null`, `"coreArea":null`, `"concaveHullVolume":null`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	var open meshtest.Solid
	for _, s := range meshtest.Defective() {
		if s.BorderEdges > 0 {
			open = s
			break
		}
	}
	text = reportJSON(t, stl(open), analysis.Options{Sampling: fewSamples})
	for _, want := range []string{`"volume":null`, `"centerOfMass":null`, `"inertia":null`, `"genus":null`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s for %s in %s", want, open.Name, text)
		}
	}
}

// The verdict is that of the criteria, and information alone has none.
func TestStagesDecideWhatIsThere(t *testing.T) {
	data := stl(meshtest.Cube(20))
	for _, row := range []struct {
		stages                                   []analysis.Stage
		hull, optimized, walls, crossing, judged bool
	}{
		{nil, true, true, true, true, true},
		{analysis.InfoStages(), true, false, false, false, false},
		{[]analysis.Stage{analysis.StageClean}, false, true, false, false, false},
		{[]analysis.Stage{analysis.StageThickness}, false, true, true, false, false},
		{[]analysis.Stage{analysis.StageSelfIntersections}, false, true, false, true, false},
		{[]analysis.Stage{analysis.StageCriteria}, false, true, false, false, true},
	} {
		report, err := analysis.RunBytes(t.Context(), data, analysis.Options{Stages: row.stages, MinWall: 1, Sampling: fewSamples})
		if err != nil || report.Error != nil {
			t.Fatal(err, report.Error)
		}
		got := [...]bool{
			report.Original.ConvexHullVolume != nil, report.Optimized != nil, report.Thickness != nil,
			report.Optimized != nil && report.Optimized.SelfIntersections != nil, report.Status != "",
		}
		if want := [...]bool{row.hull, row.optimized, row.walls, row.crossing, row.judged}; got != want {
			t.Errorf("%v: hull, optimized, walls, intersections, verdict: got %v, want %v", row.stages, got, want)
		}
		if row.judged && row.stages != nil && report.Criteria["wallThickness"].Status != printability.NotChecked {
			t.Errorf("walls that were not measured are %s", report.Criteria["wallThickness"].Status)
		}
	}
}

// The analyses of the sample models say what their facts say.
func TestSampleModels(t *testing.T) {
	folder := "../testdata/models"
	table, err := os.ReadFile(filepath.Join(folder, "facts.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")
	columns := strings.Split(lines[0], "\t")
	for _, line := range lines[1:] {
		fact := map[string]string{}
		for i, cell := range strings.Split(line, "\t") {
			fact[columns[i]] = cell
		}
		data, err := os.ReadFile(filepath.Join(folder, fact["file"]))
		if err != nil {
			t.Fatal(err)
		}
		report, err := analysis.RunBytes(t.Context(), data, analysis.Options{MinWall: 0.8, Chamber: &[3]float64{250, 250, 300}})
		if err != nil {
			t.Fatal(err)
		}
		if report.Error != nil {
			if string(report.Error.Code) != fact["refusal"] {
				t.Errorf("%s: refused with %s, want %s", fact["file"], report.Error.Code, fact["refusal"])
			}
			continue
		}
		if string(report.Status) != fact["verdict"] || string(report.Format) != fact["format"] || string(report.Unit) != fact["unit"] {
			t.Errorf("%s: got %s (%s, %s), want %s (%s, %s)", fact["file"], report.Status, report.Format, report.Unit,
				fact["verdict"], fact["format"], fact["unit"])
		}
	}
}

// Every real model gets a report: none panics, none has numbers that JSON has
// not, none runs past the deadline.
func TestRealModels(t *testing.T) {
	folder := meshtest.Models(t)
	opts := analysis.Options{
		MinWall: 1, Timeout: 30 * time.Second, Sampling: fewSamples,
		Limits: mesh.Limits{FileBytes: 4 << 20, Triangles: 60_000},
	}
	for _, row := range meshtest.Manifest(t) {
		f, err := os.Open(filepath.Join(folder, row.File))
		if err != nil {
			t.Fatal(err)
		}
		opts.Name = row.File
		for report, err := range analysis.RunEach(t.Context(), f, opts) {
			switch {
			case err != nil:
				t.Fatal(err)
			case report.Error != nil && report.Error.Kind == analysis.KindInternal:
				t.Errorf("%s: %v", report.File, report.Error.Cause)
			case report.Error != nil && report.Error.Kind == analysis.KindTimeout:
				t.Errorf("%s: %v after %v", report.File, report.Error, report.Timings)
			}
			if _, err := json.Marshal(report); err != nil {
				t.Errorf("%s: %v", report.File, err)
			}
		}
		f.Close()
	}
}

// Memory stays within 64 MB, 400 bytes a triangle and four times the input.
func TestMemoryBound(t *testing.T) {
	data := stl(meshtest.GridBox(50, 50, 50, 130))
	triangles := 12 * 130 * 130
	bound := uint64(64<<20 + 400*triangles + 4*len(data))
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	runtime.GC()
	quit, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		peak := uint64(0)
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-quit:
				most <- peak
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	report, err := analysis.RunBytes(t.Context(), data, analysis.Options{MinWall: 1})
	close(quit)
	peak := <-most
	if err != nil || report.Error != nil || report.Original.Triangles != triangles {
		t.Fatal(err, report.Error)
	}
	t.Logf("peak of %d MB for %d triangles, bound %d MB", peak>>20, triangles, bound>>20)
	if peak > bound {
		t.Errorf("peak of %d bytes, more than %d", peak, bound)
	}
}
