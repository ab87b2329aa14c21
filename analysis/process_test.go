package analysis_test

import (
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/printability"
)

// Each criterion about the process warns of a part that is made to break it,
// in a whole analysis from the bytes of a file.
func TestProcessCriteria(t *testing.T) {
	for _, row := range []struct {
		criterion, technology string
		solid                 meshtest.Solid
		stages                []analysis.Stage
		status                printability.Status
	}{
		{"smallHoles", "sls", meshtest.Tube(6, 0.4, 5, 32), nil, printability.Warn},
		{"smallHoles", "sla", meshtest.Tube(6, 0.4, 5, 32), nil, printability.Pass},
		{"smallHoles", "", meshtest.Tube(6, 0.4, 5, 32), nil, printability.NotChecked},
		{"smallHoles", "sls", meshtest.Tube(6, 0.4, 5, 32), []analysis.Stage{analysis.StageCriteria}, printability.NotChecked},
		{"trappedVolumes", "sls", meshtest.HollowBox(30, 20, 10, 2), nil, printability.Warn},
		{"trappedVolumes", "sla", meshtest.HollowBox(30, 20, 10, 2), []analysis.Stage{analysis.StageCriteria}, printability.Warn},
		{"trappedVolumes", "fdm", meshtest.HollowBox(30, 20, 10, 2), nil, printability.Pass},
		{"trappedVolumes", "mjf", meshtest.Cup(10, 9, 30, 24), nil, printability.Pass},
		{"overhangs", "fdm", meshtest.Table(40, 30, 20, 2, 3), nil, printability.Warn},
		{"overhangs", "mjf", meshtest.Table(40, 30, 20, 2, 3), nil, printability.Pass},
		{"stability", "metal", meshtest.Box(10, 10, 60), nil, printability.Warn},
		{"stability", "metal", meshtest.Cube(20), nil, printability.Pass},
		{"warpageRisk", "fdm", meshtest.Plate(200, 2), nil, printability.Warn},
		{"warpageRisk", "sls", meshtest.Plate(200, 2), nil, printability.Warn},
		{"warpageRisk", "sla", meshtest.Plate(200, 2), nil, printability.NotChecked},
	} {
		opts := analysis.Options{Technology: row.technology, Sampling: fewSamples, Stages: row.stages}
		report, err := analysis.RunBytes(t.Context(), stl(row.solid), opts)
		if err != nil || report.Error != nil {
			t.Fatal(err, report.Error)
		}
		c := report.Criteria[row.criterion]
		if c.Status != row.status || c.Status == printability.Warn && len(c.Locations) == 0 && row.criterion != "warpageRisk" {
			t.Errorf("%s of %s in %s: %+v, want %s", row.criterion, row.solid.Name, row.technology, c, row.status)
		}
	}
}

// What the grid is too coarse for is listed among the limits.
func TestTrappedVolumesLimit(t *testing.T) {
	report, err := analysis.RunBytes(t.Context(), stl(meshtest.OpenBox(3000, 3000, 3000, 50)), analysis.Options{
		Technology: "sls", Sampling: fewSamples, Stages: []analysis.Stage{analysis.StageCriteria},
	})
	if err != nil || report.Error != nil {
		t.Fatal(err, report.Error)
	}
	if len(report.LimitsHit) != 1 {
		t.Errorf("limits hit: %q", report.LimitsHit)
	}
}
