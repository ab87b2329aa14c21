package mesh

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/golang/geo/r3"
)

// triangulate runs addPolygon on corners that are vertices of their own.
func triangulate(t *testing.T, corners []r3.Vector) *builder {
	t.Helper()
	b := newBuilder(context.Background(), FormatOBJ, &ReadOptions{Unit: Millimetre, Limits: DefaultLimits()})
	b.vertices = corners
	indices := make([]uint32, len(corners))
	for i := range indices {
		indices[i] = uint32(i)
	}
	if err := b.addPolygon(indices, func() string { return "" }); err != nil {
		t.Fatal(err)
	}
	return b
}

// areas returns the sum of the areas of the triangles of a flat polygon with
// normal z, and that of the triangles that are turned over.
func (b *builder) areas() (sum, turned float64) {
	for _, t := range b.triangles {
		p, q, r := b.vertices[t[0]], b.vertices[t[1]], b.vertices[t[2]]
		a := q.Sub(p).Cross(r.Sub(p)).Z / 2
		sum += a
		turned += max(0, -a)
	}
	return sum, turned
}

// checkSimple proves that the triangles cover a polygon of the plane z = 0
// once: none is turned over, their areas add up to the polygon's, and every
// edge is met once from either side.
func checkSimple(t *testing.T, name string, corners []r3.Vector) *builder {
	t.Helper()
	b := triangulate(t, corners)
	want := 0.0
	for i, p := range corners {
		q := corners[(i+1)%len(corners)]
		want += (p.X*q.Y - q.X*p.Y) / 2
	}
	sum, turned := b.areas()
	if math.Abs(sum-want) > 1e-12*math.Abs(want) || turned > 0 || b.crossing > 0 {
		t.Fatalf("%s: area %v of %v, turned over %v, crossing %d", name, sum, want, turned, b.crossing)
	}
	checkEdges(t, name, b, corners)
	return b
}

// checkEdges proves that edges of the triangles, by the places of their ends,
// cancel but for those of the polygon.
func checkEdges(t *testing.T, name string, b *builder, corners []r3.Vector) {
	t.Helper()
	edges := map[[2]r3.Vector]int{}
	count := func(p, q r3.Vector, n int) {
		edges[[2]r3.Vector{p, q}] += n
		edges[[2]r3.Vector{q, p}] -= n
	}
	for _, tri := range b.triangles {
		for k := range tri {
			count(b.vertices[tri[k]], b.vertices[tri[(k+1)%3]], 1)
		}
	}
	for i, p := range corners {
		if q := corners[(i+1)%len(corners)]; p != q {
			count(p, q, -1)
		}
	}
	for e, n := range edges {
		if n != 0 {
			t.Fatalf("%s: edge %v used %d times too often", name, e, n)
		}
	}
}

func plane(xy ...float64) []r3.Vector {
	var v []r3.Vector
	for i := 0; i < len(xy); i += 2 {
		v = append(v, r3.Vector{X: xy[i], Y: xy[i+1]})
	}
	return v
}

// star returns a star of n corners, every second at radius inner.
func star(n int, inner float64) []r3.Vector {
	v := make([]r3.Vector, n)
	for i := range v {
		r := 10.0
		if i%2 == 1 {
			r = inner
		}
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		v[i] = r3.Vector{X: r * cos, Y: r * sin}
	}
	return v
}

// comb returns a comb of n teeth, each with parallel sides.
func comb(n int, slant float64) []r3.Vector {
	v := plane(float64(2*n), 0, float64(2*n), -1, 0, -1)
	for i := range n {
		x := float64(2 * i)
		v = append(v, plane(x, 0, x+slant, 100, x+slant+1, 100, x+1, 0)...)
	}
	slices.Reverse(v)
	return v
}

// spiral returns a strip that winds inwards.
func spiral(n int) []r3.Vector {
	var out, in []r3.Vector
	for i := range n / 2 {
		a := 0.1 * float64(i)
		sin, cos := math.Sincos(a)
		out = append(out, r3.Vector{X: (1 + a) * cos, Y: (1 + a) * sin})
		in = append(in, r3.Vector{X: (0.5 + a) * cos, Y: (0.5 + a) * sin})
	}
	for i := len(in) - 1; i >= 0; i-- {
		out = append(out, in[i])
	}
	return out
}

// wiggle returns a random simple polygon, star-shaped about the origin.
func wiggle(random *rand.Rand, n int) []r3.Vector {
	v := make([]r3.Vector, n)
	for i := range v {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		r := 1 + 9*random.Float64()
		v[i] = r3.Vector{X: r * cos, Y: r * sin}
	}
	return v
}

func TestAddPolygonCoversSimplePolygons(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for name, corners := range map[string][]r3.Vector{
		"square":                    plane(0, 0, 1, 0, 1, 1, 0, 1),
		"arrow":                     plane(0, 0, 2, 2, 0, 4, 1, 2),
		"arrow from the reflex":     plane(1, 2, 0, 0, 2, 2, 0, 4),
		"L":                         plane(0, 0, 2, 0, 2, 1, 1, 1, 1, 2, 0, 2),
		"straight corner":           plane(0, 0, 1, 0, 2, 0, 2, 2, 0, 2),
		"straight corners all over": plane(0, 0, 1, 0, 2, 0, 2, 1, 2, 2, 1, 2, 0, 2, 0, 1),
		"triangle of six":           plane(0, 0, 1, 0, 2, 0, 1, 1, 0, 2, 0, 1),
		"repeated corners":          plane(0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0.5, 0.25, 0, 1, 0, 0),
		"square with square hole":   plane(0, 0, 4, 0, 4, 4, 0, 4, 0, 0, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1),
		"two holes": plane(0, 0, 9, 0, 9, 4, 0, 4, 0, 0, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1, 0, 0,
			5, 1, 5, 3, 7, 3, 7, 1, 5, 1),
		"hole that touches the rim":  plane(0, 0, 4, 0, 4, 4, 0, 4, 0, 2, 1, 3, 2, 2, 1, 1, 0, 2),
		"corner that touches a side": plane(0, 0, 4, 0, 4, 4, 3, 4, 2, 0, 1, 4, 0, 4),
		"two squares at a corner":    plane(0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 1, 2, 1, 1, 0, 1),
		"antenna outwards":           plane(0, 0, 2, 0, 2, 2, 3, 3, 2, 2, 0, 2),
		"antenna inwards":            plane(0, 0, 2, 0, 2, 2, 1, 1, 2, 2, 0, 2),
		"antenna along the side":     plane(0, 0, 2, 0, 2, 2, 1, 2, 2, 2, 0, 2),
		"star":                       star(4000, 4),
		"fine star":                  star(10_000, 9.9),
		"sharp star":                 star(10_000, 0.01),
		"comb":                       comb(2500, 0),
		"slanted comb":               comb(2500, 60),
		"spiral":                     spiral(10_000),
		"wiggle":                     wiggle(random, 10_000),
		"circle":                     star(10_000, 10),
	} {
		t.Run(name, func(t *testing.T) { checkSimple(t, name, corners) })
	}
}

// TestAddPolygonAnyStart proves that the result does not depend on where a
// polygon begins, for many small polygons.
func TestAddPolygonAnyStart(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		corners := wiggle(random, 4+random.IntN(12))
		for i := range corners {
			// On a coarse grid, so that corners become straight and touch.
			corners[i] = r3.Vector{X: math.Round(corners[i].X), Y: math.Round(corners[i].Y)}
		}
		b := triangulate(t, corners)
		if b.degenerate == 0 {
			checkEdges(t, "rounded", b, corners)
		}
	}
	for range 2000 {
		corners := wiggle(random, 4+random.IntN(40))
		k := random.IntN(len(corners))
		checkSimple(t, "turned", append(append([]r3.Vector{}, corners[k:]...), corners[:k]...))
	}
}

// bridged returns a polygon with k holes, each joined to a corner of the rim
// by a bridge of two edges at the same place.
func bridged(random *rand.Rand, k int) []r3.Vector {
	var v []r3.Vector
	for i := range k {
		a := 2 * math.Pi * float64(i) / float64(k)
		sin, cos := math.Sincos(a)
		rim := r3.Vector{X: 10 * cos, Y: 10 * sin}
		center := r3.Vector{X: 6 * cos, Y: 6 * sin}
		n, size := 3+random.IntN(6), 5*math.Sin(math.Pi/float64(k))
		v = append(v, rim)
		for j := range n + 1 {
			// Clockwise, from the corner nearest to the rim and back to it.
			sin, cos := math.Sincos(a - 2*math.Pi*float64(j%n)/float64(n))
			r := size
			if j%n != 0 {
				r *= 0.2 + 0.8*random.Float64()
			}
			v = append(v, center.Add(r3.Vector{X: r * cos, Y: r * sin}))
		}
		// The walk around a hole ends where it began, to the bit.
		v[len(v)-1] = v[len(v)-1-n]
		v = append(v, rim)
		if random.IntN(2) == 0 {
			sin, cos := math.Sincos(a + math.Pi/float64(k))
			v = append(v, r3.Vector{X: 9.99 * cos, Y: 9.99 * sin})
		}
	}
	return v
}

func TestAddPolygonBridges(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for range 1000 {
		corners := bridged(random, 5+random.IntN(8))
		k := random.IntN(len(corners))
		checkSimple(t, "bridged", append(append([]r3.Vector{}, corners[k:]...), corners[:k]...))
	}
}

// TestAddPolygonInSpace proves that the plane of a polygon and the way round
// it do not matter: the area vector of the triangles is the polygon's.
func TestAddPolygonInSpace(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		corners := wiggle(random, 4+random.IntN(30))
		u := r3.Vector{X: random.NormFloat64(), Y: random.NormFloat64(), Z: random.NormFloat64()}.Normalize()
		v := u.Ortho()
		w := u.Cross(v)
		if random.IntN(2) == 0 {
			v, w = w, v
		}
		for i, p := range corners {
			// Not quite flat, as every polygon of rounded coordinates.
			corners[i] = v.Mul(p.X).Add(w.Mul(p.Y)).Add(u.Mul(1000 + 1e-9*random.Float64()))
		}
		b := triangulate(t, corners)
		normal := v.Cross(w)
		for _, tri := range b.triangles {
			p, q, r := b.vertices[tri[0]], b.vertices[tri[1]], b.vertices[tri[2]]
			if a := q.Sub(p).Cross(r.Sub(p)).Dot(normal); a < -1e-9 {
				t.Fatalf("a triangle is turned over: %v", a)
			}
		}
		checkEdges(t, "in space", b, corners)
		if len(b.triangles) != len(corners)-2 {
			t.Fatalf("%d triangles of %d corners", len(b.triangles), len(corners))
		}
	}
}

// TestAddPolygonCrossing proves that polygons that cross themselves, lines
// and other nonsense end soon, keep their signed area and their edges, and
// are counted.
func TestAddPolygonCrossing(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for _, n := range []int{4, 5, 8, 100, 3000} {
		for _, size := range []int{2, 10, 1 << 20} {
			corners := make([]r3.Vector, n)
			for i := range corners {
				corners[i] = r3.Vector{X: float64(random.IntN(size)), Y: float64(random.IntN(size)), Z: 3}
			}
			b := triangulate(t, corners)
			want := 0.0
			for i, p := range corners {
				q := corners[(i+1)%n]
				want += (p.X*q.Y - q.X*p.Y) / 2
			}
			if sum, _ := b.areas(); math.Abs(sum-want) > 1e-9*float64(size)*float64(size) {
				t.Errorf("%d corners: area %v, want %v", n, sum, want)
			}
			checkEdges(t, "random", b, corners)
			if n >= 100 && b.crossing != 1 {
				t.Errorf("%d random corners were taken for a simple polygon", n)
			}
		}
	}
	bow := triangulate(t, plane(0, 0, 1, 1, 1, 0, 0, 1))
	if sum, _ := bow.areas(); sum != 0 {
		t.Errorf("bow tie: area %v", sum)
	}
	checkEdges(t, "line", triangulate(t, plane(0, 0, 5, 0, 2, 0, 9, 0, 1, 0, 7, 0)), plane(0, 0, 5, 0, 2, 0, 9, 0, 1, 0, 7, 0))
}

func TestAddPolygonDegenerate(t *testing.T) {
	for name, corners := range map[string][]r3.Vector{
		"none":                nil,
		"one":                 plane(1, 1),
		"two":                 plane(0, 0, 1, 0),
		"one place":           plane(1, 1, 1, 1, 1, 1, 1, 1),
		"two corners in turn": plane(0, 0, 1, 0, 0, 0, 1, 0),
		"there and back":      plane(0, 0, 1, 0, 1, 0, 0, 0),
	} {
		if b := triangulate(t, corners); len(b.triangles) != 0 || b.degenerate != 1 {
			t.Errorf("%s: %d triangles, %d counted", name, len(b.triangles), b.degenerate)
		}
	}
}

func BenchmarkAddPolygon(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	for name, corners := range map[string][]r3.Vector{"star10k": star(10_000, 0.1), "wiggle10k": wiggle(random, 10_000), "comb10k": comb(2500, 60), "quad": plane(0, 0, 2, 2, 0, 4, 1, 2)} {
		b.Run(name, func(b *testing.B) {
			builder := newBuilder(context.Background(), FormatOBJ, &ReadOptions{Unit: Millimetre, Limits: DefaultLimits()})
			builder.vertices = corners
			indices := make([]uint32, len(corners))
			for i := range indices {
				indices[i] = uint32(i)
			}
			for b.Loop() {
				builder.triangles = builder.triangles[:0]
				if err := builder.addPolygon(indices, func() string { return "" }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
