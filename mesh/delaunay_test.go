package mesh

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/r3"
)

func mustDelaunay(t testing.TB, points []r3.Vector) [][4]int32 {
	t.Helper()
	d, err := newDelaunay(context.Background(), points)
	if err != nil {
		t.Fatal(err)
	}
	var tets [][4]int32
	for i := range d.tets {
		if d.exists(i) {
			tets = append(tets, d.tets[i].corner)
		}
	}
	return tets
}

func tetVolume(points []r3.Vector, c [4]int32) float64 {
	a := points[c[3]]
	return points[c[0]].Sub(a).Dot(points[c[1]].Sub(a).Cross(points[c[2]].Sub(a))) / 6
}

// TestDelaunay proves for random and for degenerate sets that no point lies
// inside a sphere, no tetrahedron is flat or inside out, every point is a
// corner, and the tetrahedra fill the hull.
func TestDelaunay(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, points := range map[string][]r3.Vector{
		"ball":         ballPoints(rng, 200, 10),
		"sphere":       spherePoints(rng, 80, 10),
		"grid":         gridPoints(6, 5, 7),
		"cube corners": boxPoints(1, 1, 1),
		"slanted grid": rotated(rng, gridPoints(5, 5, 5)),
		"two planes":   append(gridPoints(9, 9, 1), rotated(rng, gridPoints(9, 9, 1))...),
		"far grid":     movedBy(gridPoints(4, 4, 4), v3(1e6, -1e6, 1e6)),
		"twice":        append(ballPoints(rng, 50, 1), ballPoints(rand.New(rand.NewPCG(1, 2)), 50, 1)...),
		"skew lines":   skewLines(25),
		"box surface":  boxSurfaceGrid(7),
	} {
		tets := mustDelaunay(t, points)
		seen := make(map[r3.Vector]bool)
		volume := 0.0
		for _, c := range tets {
			p := [4]r3.Vector{points[c[0]], points[c[1]], points[c[2]], points[c[3]]}
			if orient3D(p[0], p[1], p[2], p[3]) <= 0 {
				t.Fatalf("%s: flat or turned tetrahedron", name)
			}
			for _, q := range points {
				if inSphere(p[0], p[1], p[2], p[3], q) > 0 {
					t.Fatalf("%s: a point inside a sphere", name)
				}
			}
			for _, q := range p {
				seen[q] = true
			}
			volume += tetVolume(points, c)
		}
		distinct := make(map[r3.Vector]bool)
		for _, p := range points {
			distinct[p] = true
		}
		if len(seen) != len(distinct) {
			t.Errorf("%s: %d of %d points are corners", name, len(seen), len(distinct))
		}
		if want := mustHull(t, points).Volume; math.Abs(volume/want-1) > 1e-9 {
			t.Errorf("%s: volume %v, want %v", name, volume, want)
		}
	}
	if tets := mustDelaunay(t, gridPoints(4, 4, 1)); tets != nil {
		t.Errorf("points in a plane give %d tetrahedra", len(tets))
	}
}

// TestDelaunayBoundary proves that the boundary of some of the tetrahedra
// encloses their volume.
func TestDelaunayBoundary(t *testing.T) {
	points := ballPoints(rand.New(rand.NewPCG(3, 4)), 500, 10)
	d, err := newDelaunay(context.Background(), points)
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	facets, count := d.boundary(func(c *[4]int32) bool {
		keep := c[0]%2 == 0
		if keep {
			want += tetVolume(points, *c)
		}
		return keep
	})
	m := &Mesh{Vertices: points, Triangles: facets}
	if got := signedVolume(m, v3(1, 2, 3)); count == 0 || math.Abs(got/want-1) > 1e-12 {
		t.Errorf("%d tetrahedra: volume %v, want %v", count, got, want)
	}
}

func movedBy(points []r3.Vector, d r3.Vector) []r3.Vector {
	for i := range points {
		points[i] = points[i].Add(d)
	}
	return points
}

func skewLines(n int) []r3.Vector {
	var p []r3.Vector
	for i := range n {
		p = append(p, v3(float64(i), 0, 0), v3(0, float64(i), 10))
	}
	return p
}

// boxSurfaceGrid is a grid on the surface of a cube: many points on each plane
// and on each sphere.
func boxSurfaceGrid(n int) []r3.Vector {
	var p []r3.Vector
	for _, q := range gridPoints(n, n, n) {
		end := float64(n - 1)
		if q.X == 0 || q.Y == 0 || q.Z == 0 || q.X == end || q.Y == end || q.Z == end {
			p = append(p, q)
		}
	}
	return p
}

func BenchmarkDelaunay(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name   string
		points []r3.Vector
	}{
		{"sphere25k", spherePoints(rng, 25_000, 10)},
		{"sphere50k", spherePoints(rng, 50_000, 10)},
		{"ball50k", ballPoints(rng, 50_000, 10)},
		{"grid27k", gridPoints(30, 30, 30)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if len(mustDelaunay(b, c.points)) == 0 {
					b.Fatal("no tetrahedra")
				}
			}
		})
	}
}
