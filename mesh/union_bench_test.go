package mesh_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// sphereGrid is n·n·n spheres, each of which overlaps its neighbours.
func sphereGrid(n, levels int) *mesh.Mesh {
	sphere := meshtest.Icosphere(10, levels).Rotate(1)
	var parts []meshtest.Solid
	for i := range n * n * n {
		x, y, z := float64(i%n), float64(i/n%n), float64(i/n/n)
		parts = append(parts, sphere.Translate(16*x+0.1*z, 16*y+0.2*x, 16*z+0.3*y))
	}
	return meshtest.Merge("sphere grid", parts...).Mesh
}

// BenchmarkUnion unites grids of spheres, so that pairs of triangles that
// cross grow like the triangles, and large spheres, of which few cross.
func BenchmarkUnion(b *testing.B) {
	for _, n := range []int{2, 3, 4, 6, 8} {
		b.Run(fmt.Sprintf("grid/spheres=%d", n*n*n), func(b *testing.B) { benchmarkUnion(b, sphereGrid(n, 2)) })
	}
	for _, levels := range []int{5, 6, 7} {
		two := meshtest.Merge("", meshtest.Icosphere(10, levels), meshtest.Icosphere(10, levels).Rotate(2).Translate(8, 3, 2)).Mesh
		b.Run(fmt.Sprintf("two/triangles=%d", len(two.Triangles)), func(b *testing.B) { benchmarkUnion(b, two) })
	}
}

func benchmarkUnion(b *testing.B, m *mesh.Mesh) {
	pairs := selfIntersections(b, m, mesh.SelfIntersectionOptions{Limit: 1 << 20}).Count
	b.ReportAllocs()
	for b.Loop() {
		_, report, err := mesh.Repair(context.Background(), m, mesh.RepairOptions{Union: true})
		if err != nil || report.RefusedUnion != "" || report.After.Shells != 1 && report.After.Shells >= report.Before.Shells {
			b.Fatal(err, report.RefusedUnion)
		}
	}
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(ns/float64(len(m.Triangles)), "ns/triangle")
	b.ReportMetric(ns/float64(pairs), "ns/pair")
	b.ReportMetric(float64(pairs), "pairs")
}
