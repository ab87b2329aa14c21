package orient_test

import (
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
)

// BenchmarkFindBenchy looks for the best pose of the 3DBenchy of 225 154
// triangles, hull and hierarchy included.
func BenchmarkFindBenchy(b *testing.B) {
	file, err := mesh.Read(b.Context(), meshtest.Model(b, "3dbenchy__3DBenchy.3mf"), mesh.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := orient.Find(b.Context(), orient.Part{Mesh: file.Mesh}, orient.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if r.Rotation.AngleDeg > 1 {
			b.Fatalf("turned by %g°", r.Rotation.AngleDeg)
		}
	}
}
