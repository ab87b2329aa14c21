package mesh_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// damaged is a mesh with every 997th triangle left out and every 501st turned
// over.
func damaged(m *mesh.Mesh) *mesh.Mesh {
	return flipEvery(without(m, func(f int) bool { return f%997 == 0 }), 501)
}

// BenchmarkRepair repairs damaged balls of growing size, and what is worst for
// one step or another.
func BenchmarkRepair(b *testing.B) {
	for _, levels := range []int{5, 6, 7} {
		m := damaged(meshtest.Icosphere(10, levels).Mesh)
		b.Run(fmt.Sprintf("ball/%d", len(m.Triangles)), func(b *testing.B) { benchmarkRepair(b, m) })
	}
	for _, n := range []int{20, 40, 80} {
		// A hole in every other cell, and a lid
		// whose rim meets many short edges.
		grid := meshtest.GridBox(20, 20, 20, n).Mesh
		sieve := without(grid, func(f int) bool { return f%4 == 1 })
		b.Run(fmt.Sprintf("sieve/%d", len(sieve.Triangles)), func(b *testing.B) { benchmarkRepair(b, sieve) })
		lid := withMore(without(grid, isTop(grid, 20)), at(0, 0, 20), at(20, 0, 20), at(20, 20, 20), at(0, 0, 20), at(20, 20, 20), at(0, 20, 20))
		b.Run(fmt.Sprintf("junctions/%d", len(lid.Triangles)), func(b *testing.B) { benchmarkRepair(b, lid) })
	}
	for _, n := range []int{2000, 8000, 32000} {
		// One hole of n edges that lies in no plane.
		rim := meshtest.Tube(10, 9, 30, n)
		open := without(rim.Mesh, func(f int) bool {
			a, b, c := rim.Mesh.Corners(f)
			return max(a.Z, b.Z, c.Z) == 30
		})
		b.Run(fmt.Sprintf("rim/%d", n), func(b *testing.B) { benchmarkRepair(b, open) })
	}
	for _, n := range []int{1000, 4000, 16000} {
		// Bodies that are all inside out.
		m := &mesh.Mesh{}
		cube := meshtest.Cube(1).Flip()
		for i := range n {
			part := cube.Translate(float64(2*(i%40)), float64(2*(i/40%40)), float64(2*(i/1600))).Mesh
			base := uint32(len(m.Vertices))
			m.Vertices = append(m.Vertices, part.Vertices...)
			for _, t := range part.Triangles {
				m.Triangles = append(m.Triangles, mesh.Triangle{t[0] + base, t[1] + base, t[2] + base})
			}
		}
		b.Run(fmt.Sprintf("inverted/%d", n), func(b *testing.B) { benchmarkRepair(b, m) })
	}
}

func benchmarkRepair(b *testing.B, m *mesh.Mesh) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := mesh.Repair(context.Background(), m, mesh.RepairOptions{FillLarge: true}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(m.Triangles)), "ns/triangle")
}
