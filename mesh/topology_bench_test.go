package mesh_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// Time and memory for each triangle must not grow with the mesh.
func BenchmarkTopology(b *testing.B) {
	for _, n := range []int{256, 362, 512, 724, 1024} {
		s := meshtest.Torus(100, 30, n, n/2)
		b.Run(fmt.Sprintf("triangles=%d", len(s.Mesh.Triangles)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := mesh.NewTopology(context.Background(), s.Mesh, 0); err != nil {
					b.Fatal(err)
				}
			}
			perTriangle(b, s.Mesh)
		})
	}
}

func BenchmarkMeasure(b *testing.B) {
	for _, n := range []int{512, 724, 1024} {
		s := meshtest.Torus(100, 30, n, n/2)
		topology, err := mesh.NewTopology(context.Background(), s.Mesh, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("triangles=%d", len(s.Mesh.Triangles)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := mesh.Measure(context.Background(), s.Mesh, topology, 0); err != nil {
					b.Fatal(err)
				}
			}
			perTriangle(b, s.Mesh)
		})
	}
}

func perTriangle(b *testing.B, m *mesh.Mesh) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(m.Triangles)), "ns/triangle")
}
