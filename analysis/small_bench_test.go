package analysis_test

import (
	"context"
	"slices"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
)

// BenchmarkSmallPart analyses a file of about 5000 triangles, most of what is
// uploaded: with all that needs no rays, and with everything.
func BenchmarkSmallPart(b *testing.B) {
	data := meshtest.STL(meshtest.Torus(20, 6, 72, 36).Round().Mesh)
	quick := slices.DeleteFunc(slices.Clone(analysis.AllStages()), func(s analysis.Stage) bool { return s == analysis.StageThickness })
	for _, c := range []struct {
		name   string
		stages []analysis.Stage
	}{{"without thickness", quick}, {"with thickness", nil}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				report, err := analysis.RunBytes(context.Background(), data, analysis.Options{MinWall: 1, Stages: c.stages})
				if err != nil || report.Error != nil {
					b.Fatal(err, report.Error)
				}
				if report.Original.Triangles != 5184 || report.Status == "" {
					b.Fatalf("%d triangles, status %q", report.Original.Triangles, report.Status)
				}
			}
		})
	}
}
