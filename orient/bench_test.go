package orient_test

import (
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
)

// benchmarkFind looks for the best pose of a part; prepared, with the hull and
// the hierarchy that an analysis has made already.
func benchmarkFind(b *testing.B, m *mesh.Mesh, prepared bool) {
	part := orient.Part{Mesh: m}
	if prepared {
		var err error
		if part.Hull, err = mesh.ConvexHull(b.Context(), m); err != nil {
			b.Fatal(err)
		}
		if part.BVH, err = mesh.NewBVH(b.Context(), m, mesh.BVHOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		r, err := orient.Find(b.Context(), part, orient.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if r.Rotation.AngleDeg > 1 || r.CandidatesExact > 17 {
			b.Fatalf("turned by %g°, %d candidates measured", r.Rotation.AngleDeg, r.CandidatesExact)
		}
	}
	b.ReportMetric(float64(len(m.Triangles))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mtri/s")
}

// The 3DBenchy of 225 154 triangles.
func BenchmarkFindBenchy(b *testing.B) {
	file, err := mesh.Read(b.Context(), meshtest.Model(b, "3dbenchy__3DBenchy.3mf"), mesh.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("prepared", func(b *testing.B) { benchmarkFind(b, file.Mesh, true) })
	b.Run("alone", func(b *testing.B) { benchmarkFind(b, file.Mesh, false) })
}

// A ball, whose hull has all its triangles, in two sizes.
func BenchmarkFindBall(b *testing.B) {
	for _, levels := range []int{6, 7} {
		s := meshtest.Icosphere(10, levels)
		b.Run(s.Name, func(b *testing.B) { benchmarkFind(b, s.Mesh, false) })
	}
}
