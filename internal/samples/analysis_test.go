package samples_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/samples"
	"github.com/partgauge/partgauge/mesh"
)

// The engine finds, in the files as they are, what is true of them: measures
// to 1e-6, the thinnest wall to 1 %, the verdict or the refusal.
func TestAnalysisFindsTheFacts(t *testing.T) {
	chamber := samples.Chamber
	for _, s := range samples.All() {
		t.Run(s.File, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folder, s.File))
			if err != nil {
				t.Fatal(err)
			}
			report, err := analysis.Run(context.Background(), bytes.NewReader(data),
				analysis.Options{Name: s.File, MinWall: samples.MinWall, Chamber: &chamber})
			if err != nil {
				t.Fatal(err)
			}
			if s.Refusal != "" {
				if report.Error == nil || report.Error.Code != s.Refusal {
					t.Fatalf("error %+v, want %s", report.Error, s.Refusal)
				}
				return
			}
			if report.Error != nil {
				t.Fatalf("refused: %+v", *report.Error)
			}
			checkFacts(t, s, report)
		})
	}
}

func checkFacts(t *testing.T, s samples.Sample, report *analysis.Report) {
	t.Helper()
	if string(report.Status) != s.Verdict {
		t.Errorf("verdict %s, want %s", report.Status, s.Verdict)
		for name, c := range report.Criteria {
			t.Logf("%s %s: %s", name, c.Status, c.Message)
		}
	}
	unit := s.Unit
	if unit == "" {
		unit = mesh.Millimetre
	}
	if report.Format != s.Format || report.Unit != unit {
		t.Errorf("format %s in %s, want %s in %s", report.Format, report.Unit, s.Format, unit)
	}
	m := report.Original
	if math.IsNaN(s.Solid.Volume) {
		if m.Volume != nil {
			t.Errorf("volume %v of an open surface", *m.Volume)
		}
	} else if m.Volume == nil || !near(*m.Volume, s.Solid.Volume, 1e-6) {
		t.Errorf("volume %v, want %v", m.Volume, s.Solid.Volume)
	}
	if !near(m.Area, s.Solid.Area, 1e-6) {
		t.Errorf("area %v, want %v", m.Area, s.Solid.Area)
	}
	if m.EulerCharacteristic != s.Solid.Euler || m.Cavities != s.Solid.Cavities || m.BorderEdges != s.Solid.BorderEdges {
		t.Errorf("Euler %d, cavities %d, border %d; want %d, %d, %d", m.EulerCharacteristic, m.Cavities, m.BorderEdges,
			s.Solid.Euler, s.Solid.Cavities, s.Solid.BorderEdges)
	}
	if wall := s.Solid.MinWall; wall > 0 {
		if raw := report.Thickness.RawMinimum; raw == nil || !near(*raw, wall, 0.01) {
			t.Errorf("thinnest wall %v, want %v", raw, wall)
		}
	}
}

func near(a, b, relative float64) bool { return math.Abs(a-b) <= relative*math.Abs(b) }
