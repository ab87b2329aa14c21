package mesh

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/golang/geo/r3"
)

// TestWeldExactEqualsMap proves that the weld is that of a plain map: one
// vertex for each place, −0 taken for +0, in the order of first use, unused
// ones left out.
func TestWeldExactEqualsMap(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 63, 64, 65, 1000, 30_000} {
		vertices := make([]r3.Vector, n)
		for i := range vertices {
			side := 1 + int(math.Cbrt(float64(n)))
			c := func() float64 { return float64(random.IntN(side)) * math.Copysign(0.5, random.Float64()-0.5) }
			vertices[i] = r3.Vector{X: c(), Y: c(), Z: c()}
		}
		triangles := make([]Triangle, n)
		for i := range triangles {
			triangles[i] = Triangle{random.Uint32N(uint32(n)), random.Uint32N(uint32(n)), random.Uint32N(uint32(n))}
		}
		seen := map[r3.Vector]uint32{}
		var wantVertices []r3.Vector
		wantTriangles := make([]Triangle, n)
		for i, tri := range triangles {
			for k, v := range tri {
				p := vertices[v].Add(r3.Vector{})
				index, ok := seen[p]
				if !ok {
					index = uint32(len(wantVertices))
					seen[p] = index
					wantVertices = append(wantVertices, p)
				}
				wantTriangles[i][k] = index
			}
		}
		m := weldExact(vertices, triangles)
		if !slices.Equal(m.Vertices, wantVertices) || !slices.Equal(m.Triangles, wantTriangles) {
			t.Fatalf("%d vertices: %d are left, want %d, or other triangles", n, len(m.Vertices), len(wantVertices))
		}
	}
}

// TestPointTableHashSpreads proves that grids, planes and lines of points, as
// CAD makes them, fill the table like random ones: few probes for a look-up.
func TestPointTableHashSpreads(t *testing.T) {
	for name, point := range map[string]func(i int) r3.Vector{
		"line":      func(i int) r3.Vector { return r3.Vector{X: float64(i)} },
		"line in z": func(i int) r3.Vector { return r3.Vector{Z: float64(i) * 0.1} },
		"plane":     func(i int) r3.Vector { return r3.Vector{X: float64(i % 300), Y: float64(i / 300), Z: 5} },
		"grid": func(i int) r3.Vector {
			return r3.Vector{X: float64(i % 50), Y: float64(i / 50 % 50), Z: float64(i / 2500)}
		},
		"powers": func(i int) r3.Vector { return r3.Vector{X: math.Ldexp(1, i%2000-1000), Y: float64(i / 2000)} },
		"signs": func(i int) r3.Vector {
			return r3.Vector{X: float64(i%2*2-1) * float64(i), Y: float64(i/2%2*2-1) * float64(i)}
		},
	} {
		const n = 90_000
		table := newPointTable(n)
		for i := range n {
			table.reserve(1)
			table.index(point(i), table.hash(point(i)))
		}
		probes := 0
		for i := range n {
			h := table.hash(point(i))
			for s := uint32(h) & table.low; ; s = (s + 1) & table.low {
				probes++
				if table.slots[s]&table.low == uint32(i+1) {
					break
				}
			}
		}
		if mean := float64(probes) / n; mean > 2 {
			t.Errorf("%s: %.1f probes a look-up", name, mean)
		}
	}
}

func BenchmarkWeldExact(b *testing.B) {
	const n = 200_000
	random := rand.New(rand.NewPCG(3, 4))
	vertices := make([]r3.Vector, n/2)
	for i := range vertices {
		vertices[i] = r3.Vector{X: random.Float64(), Y: random.Float64(), Z: random.Float64()}
	}
	triangles, work := make([]Triangle, n), make([]Triangle, n)
	for i := range triangles {
		v := uint32(i / 2)
		triangles[i] = Triangle{v, (v + 1) % (n / 2), (v + 300) % (n / 2)}
	}
	for b.Loop() {
		copy(work, triangles)
		if m := weldExact(vertices, work); len(m.Vertices) != n/2 {
			b.Fatal(len(m.Vertices))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/triangle")
}
