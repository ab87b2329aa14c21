package analysis_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
)

// The support of any critical angle follows from a report that was stored.
func TestSupportFromStoredReport(t *testing.T) {
	data := stl(meshtest.CChannel(40, 30, 5, 30))
	report, err := analysis.RunBytes(t.Context(), data, analysis.Options{Stages: []analysis.Stage{analysis.StageSupport}})
	if err != nil || report.Error != nil {
		t.Fatal(err, report.Error)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var stored analysis.Report
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string][2]float64{
		"volume": {stored.Support.Volume(45), 21000}, "area": {stored.Support.Area(30), 1050},
		"volume to the bed": {stored.Support.VolumeToBed(1), 26250}, "contact": {stored.Support.Contact(90), 1050},
	} {
		if math.Abs(got[0]-got[1]) > 1e-6 {
			t.Errorf("%s: got %g, want %g", what, got[0], got[1])
		}
	}
	if report.Thickness != nil {
		t.Error("walls were measured though nobody asked")
	}
}
