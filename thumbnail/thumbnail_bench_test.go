package thumbnail_test

import (
	"context"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/thumbnail"
)

// BenchmarkRender draws about a million triangles at 512×512, and a real
// lattice of as many where there are real models.
func BenchmarkRender(b *testing.B) {
	draw := func(name string, m *mesh.Mesh) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				img, err := thumbnail.Render(context.Background(), m, thumbnail.Options{})
				if err != nil || silhouette(img) == 0 {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(m.Triangles)), "triangles")
		})
	}
	draw("torus", meshtest.Torus(20, 8, 1000, 500).Mesh)
	f, err := mesh.Read(context.Background(), meshtest.Model(b, "gen_gyroid_1M.ply"), mesh.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	draw("gyroid", f.Mesh)
}
