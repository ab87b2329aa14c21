package mesh_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/golang/geo/r3"

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

// separate returns n triangles that share nothing: the most border, holes and
// shells that a mesh can have.
func separate(n int) *mesh.Mesh {
	r := meshtest.Random(1)
	m := &mesh.Mesh{}
	for i := range uint32(n) {
		for range 3 {
			m.Vertices = append(m.Vertices, r3.Vector{X: r.Float64(), Y: r.Float64(), Z: r.Float64()})
		}
		m.Triangles = append(m.Triangles, mesh.Triangle{3 * i, 3*i + 1, 3*i + 2})
	}
	return m
}

// The worst meshes for each stage.
func BenchmarkHostile(b *testing.B) {
	hub := func(n int) *mesh.Mesh { return meshtest.Cone(10, 20, n/2).PermuteTriangles(1).Mesh }
	for _, c := range []struct {
		name string
		m    *mesh.Mesh
	}{
		{"separate", separate(250_000)},
		{"separate", separate(500_000)},
		{"hub", hub(500_000)},
		{"hub", hub(1_000_000)},
	} {
		b.Run(fmt.Sprintf("%s/triangles=%d", c.name, len(c.m.Triangles)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				topology, err := mesh.NewTopology(context.Background(), c.m, 0)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := mesh.Measure(context.Background(), c.m, topology, 0); err != nil {
					b.Fatal(err)
				}
				if _, _, _, err := mesh.Clean(context.Background(), c.m, topology, 0); err != nil {
					b.Fatal(err)
				}
			}
			perTriangle(b, c.m)
		})
	}
}
