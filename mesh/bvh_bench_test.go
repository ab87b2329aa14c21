package mesh_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// benchmarkMeshes calls run for a torus, and for the STL files of the folder
// that the environment variable PARTGAUGE_BENCH names.
func benchmarkMeshes(b *testing.B, run func(b *testing.B, m *mesh.Mesh)) {
	b.Run("torus", func(b *testing.B) { run(b, meshtest.Torus(30, 10, 400, 200).Mesh) })
	dir := os.Getenv("PARTGAUGE_BENCH")
	if dir == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.stl"))
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		b.Run(filepath.Base(file), func(b *testing.B) {
			data, err := os.ReadFile(file)
			if err != nil {
				b.Fatal(err)
			}
			f, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
			if err != nil {
				b.Fatal(err)
			}
			run(b, f.Mesh)
		})
	}
}

// inwardRays returns a ray for each face, from its middle into the solid,
// started a little below the face: those of a wall thickness.
func inwardRays(m *mesh.Mesh) []mesh.Ray {
	step := 1e-5 * m.Bounds().Diagonal()
	var rays []mesh.Ray
	for f := range m.Triangles {
		n := m.AreaVector(f)
		if n == (r3.Vector{}) {
			continue
		}
		a, p, q := m.Corners(f)
		dir := n.Mul(-1 / n.Norm())
		rays = append(rays, mesh.Ray{
			Origin: a.Add(p).Add(q).Mul(1.0 / 3).Add(dir.Mul(step)),
			Dir:    dir, Max: math.Inf(1), Exclude: mesh.NoFace,
		})
	}
	return rays
}

func BenchmarkBVHBuild(b *testing.B) {
	benchmarkMeshes(b, func(b *testing.B, m *mesh.Mesh) {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
				var tree *mesh.BVH
				for b.Loop() {
					var err error
					if tree, err = mesh.NewBVH(context.Background(), m, mesh.BVHOptions{Threads: threads}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(m.Triangles)), "ns/face")
				b.ReportMetric(float64(tree.Bytes())/float64(len(m.Triangles)), "bytes/face")
			})
		}
	})
}

// The time a face must not grow with the number of faces.
func BenchmarkBVHBuildGrowth(b *testing.B) {
	for n := 100; n <= 800; n *= 2 {
		m := meshtest.Torus(30, 10, 2*n, n/2).Mesh
		b.Run(fmt.Sprintf("faces=%d", len(m.Triangles)), func(b *testing.B) {
			for b.Loop() {
				newBVH(b, m)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(m.Triangles)), "ns/face")
		})
	}
}

// benchmarkRays reports millions of rays a second on one thread.
func benchmarkRays(b *testing.B, query func(tree *mesh.BVH, r mesh.Ray) bool) {
	benchmarkMeshes(b, func(b *testing.B, m *mesh.Mesh) {
		tree, rays := newBVH(b, m), inwardRays(m)
		found, cast := 0, 0
		for b.Loop() {
			for _, r := range rays {
				if query(tree, r) {
					found++
				}
			}
			cast += len(rays)
		}
		if found*10 < cast*9 {
			b.Errorf("only %d of %d rays found something", found, cast)
		}
		b.ReportMetric(float64(cast)/b.Elapsed().Seconds()/1e6, "Mrays/s")
	})
}

func BenchmarkBVHClosestHit(b *testing.B) {
	benchmarkRays(b, func(tree *mesh.BVH, r mesh.Ray) bool {
		_, ok := tree.ClosestHit(r)
		return ok
	})
}

func BenchmarkBVHAnyHit(b *testing.B) {
	benchmarkRays(b, func(tree *mesh.BVH, r mesh.Ray) bool { return tree.AnyHit(r) })
}

func BenchmarkBVHAllHits(b *testing.B) {
	var hits []mesh.Hit
	benchmarkRays(b, func(tree *mesh.BVH, r mesh.Ray) bool {
		hits = tree.AllHits(r, hits[:0])
		return len(hits) > 0
	})
}

func BenchmarkBVHNearest(b *testing.B) {
	benchmarkRays(b, func(tree *mesh.BVH, r mesh.Ray) bool {
		_, ok := tree.Nearest(r.Origin.Add(r.Dir), math.Inf(1), mesh.NoFace)
		return ok
	})
}

func BenchmarkSelfIntersections(b *testing.B) {
	benchmarkMeshes(b, func(b *testing.B, m *mesh.Mesh) {
		tree := newBVH(b, m)
		count := 0
		for b.Loop() {
			s, err := tree.SelfIntersections(context.Background(), mesh.SelfIntersectionOptions{})
			if err != nil {
				b.Fatal(err)
			}
			count = s.Count
		}
		b.ReportMetric(float64(count), "pairs")
		b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(m.Triangles)), "ns/face")
	})
}
