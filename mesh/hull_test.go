package mesh

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/golang/geo/r3"
)

func mustHull(t testing.TB, points []r3.Vector) *Hull {
	t.Helper()
	h, err := ConvexHullPoints(context.Background(), points)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func v3(x, y, z float64) r3.Vector { return r3.Vector{X: x, Y: y, Z: z} }

// boxPoints returns the corners of a box.
func boxPoints(w, d, h float64) []r3.Vector {
	var p []r3.Vector
	for i := range 8 {
		p = append(p, v3(w*float64(i&1), d*float64(i>>1&1), h*float64(i>>2&1)))
	}
	return p
}

func spherePoints(rng *rand.Rand, n int, radius float64) []r3.Vector {
	p := make([]r3.Vector, n)
	for i := range p {
		p[i] = v3(rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()).Normalize().Mul(radius)
	}
	return p
}

// checkHull proves that h is a convex polyhedron that contains all points: its
// half-edges pair up, every edge is strictly convex, and no point lies outside
// a facet.
func checkHull(t *testing.T, h *Hull, points []r3.Vector, everyPoint bool) {
	t.Helper()
	if h.Dimension != 3 {
		t.Fatalf("dimension %d", h.Dimension)
	}
	if e := len(h.Loops) / 2; len(h.Vertices)-e+len(h.Facets) != 2 {
		t.Fatalf("Euler: V %d E %d F %d", len(h.Vertices), e, len(h.Facets))
	}
	h.link()
	for e := range h.Loops {
		o := h.twin[e]
		if h.twin[o] != uint32(e) || h.Loops[o] != h.head(uint32(e)) || h.facetOf[o] == h.facetOf[e] {
			t.Fatalf("half-edge %d has no twin", e)
		}
		if !everyPoint {
			f, g := h.Facets[h.facetOf[e]], h.Facets[h.facetOf[o]]
			loop, other := h.Loops[f.First:f.End], h.Loops[g.First:g.End]
			for _, v := range other {
				if s := orient3D(h.Vertices[loop[0]], h.Vertices[loop[1]], h.Vertices[loop[2]], h.Vertices[v]); s < 0 {
					t.Fatalf("edge %d is not convex", e)
				}
			}
		}
	}
	for i, v := range h.Vertices {
		if points[h.Source[i]] != v {
			t.Fatalf("vertex %d is not point %d", i, h.Source[i])
		}
	}
	if !everyPoint {
		return
	}
	for _, f := range h.Facets {
		loop := h.Loops[f.First:f.End]
		a, b, c := h.Vertices[loop[0]], h.Vertices[loop[1]], h.Vertices[loop[2]]
		on := 0
		for i := range points {
			s := orient3D(a, b, c, points[i])
			if s < 0 {
				t.Fatalf("point %d lies outside", i)
			}
			if s == 0 {
				on++
			}
		}
		if on < len(loop) {
			t.Fatalf("facet of %d corners has %d points in its plane", len(loop), on)
		}
	}
}

func TestHullRandomSetsContainAllPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		n := 4 + rng.IntN(200)
		points := make([]r3.Vector, n)
		for i := range points {
			switch round % 4 {
			case 0: // in a ball
				points[i] = v3(rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64())
			case 1: // on a small grid: most points lie in common planes
				points[i] = v3(float64(rng.IntN(4)), float64(rng.IntN(4)), float64(rng.IntN(5)))
			case 2: // a grid sheared so that the planes are slanted
				x, y, z := float64(rng.IntN(5)), float64(rng.IntN(5)), float64(rng.IntN(5))
				points[i] = v3(x+y, y+2*z, z-3*x)
			case 3: // nearly in one plane
				points[i] = v3(rng.Float64(), rng.Float64(), 1e-16*rng.Float64())
			}
		}
		h := mustHull(t, points)
		checkHull(t, h, points, true)
	}
}

func TestHullVolume(t *testing.T) {
	for _, offset := range []float64{0, 1e6} {
		o := v3(offset, -offset, 3*offset)
		points := boxPoints(20, 20, 20)
		// Midpoints of edges and faces must vanish from the hull.
		for i := range points {
			for j := range i {
				points = append(points, points[i].Add(points[j]).Mul(0.5))
			}
		}
		for i := range points {
			points[i] = points[i].Add(o)
		}
		h := mustHull(t, points)
		if len(h.Vertices) != 8 || len(h.Facets) != 6 || len(h.Triangles) != 12 {
			t.Errorf("cube: %d vertices, %d facets, %d triangles", len(h.Vertices), len(h.Facets), len(h.Triangles))
		}
		if h.Volume != 8000 || h.Area != 2400 {
			t.Errorf("cube at %g: volume %v, area %v", offset, h.Volume, h.Area)
		}
	}
}

func BenchmarkHullSphere(b *testing.B) {
	points := spherePoints(rand.New(rand.NewPCG(1, 1)), 500_000, 50)
	for b.Loop() {
		h := mustHull(b, points)
		if math.Abs(h.Volume/(4.0/3*math.Pi*50*50*50)-1) > 1e-4 {
			b.Fatal(h.Volume)
		}
	}
}

// exactVolume is the volume of the hull's own triangles in 200-bit arithmetic.
func exactVolume(h *Hull) float64 {
	total := new(big.Float).SetPrec(200)
	for _, t := range h.Triangles {
		a, b, c := h.Vertices[t[0]], h.Vertices[t[1]], h.Vertices[t[2]]
		total.Add(total, bigDeterminant([][]*big.Float{bigRow(a, h.Vertices[0]), bigRow(b, h.Vertices[0]), bigRow(c, h.Vertices[0])}))
	}
	v, _ := total.Float64()
	return v / 6
}

// TestHullSphereVolume proves that volume is good to 1e-13 near and far from
// the origin, with every point on the hull.
func TestHullSphereVolume(t *testing.T) {
	for _, offset := range []float64{0, 1e6} {
		points := spherePoints(rand.New(rand.NewPCG(3, 4)), 20_000, 50)
		for i := range points {
			points[i] = points[i].Add(v3(offset, offset, -offset))
		}
		h := mustHull(t, points)
		checkHull(t, h, points, false)
		if len(h.Vertices) < 19_900 {
			t.Errorf("%d of %d points on the hull", len(h.Vertices), len(points))
		}
		if want := exactVolume(h); math.Abs(h.Volume/want-1) > 1e-13 {
			t.Errorf("volume at %g: %v, want %v", offset, h.Volume, want)
		}
	}
}

// TestHullDegenerate proves that sets that span no space are told apart, also
// in slanted planes and along slanted lines, and give their extreme points.
func TestHullDegenerate(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	slanted := func(x, y float64) r3.Vector { return v3(1+x, 2*x+3*y, y-x) }
	var plane, upright, line []r3.Vector
	for x := range 20 {
		for y := range 20 {
			plane = append(plane, slanted(float64(x), float64(y)))
			upright = append(upright, v3(0.1, float64(x)/3, float64(y)/7))
			line = append(line, slanted(float64(x), 2*float64(x)))
		}
	}
	for _, c := range []struct {
		name                string
		points              []r3.Vector
		dimension, vertices int
	}{
		{"slanted plane", plane, 2, 4},
		{"plane across x", upright, 2, 4},
		{"line", line, 1, 2},
		{"one point", []r3.Vector{v3(1, 2, 3), v3(1, 2, 3)}, 0, 1},
		{"single", []r3.Vector{v3(1, 2, 3)}, 0, 1},
		{"triangle", []r3.Vector{v3(0, 0, 1e-9), v3(1, 0, 0), v3(0, 1, 7)}, 2, 3},
	} {
		rng.Shuffle(len(c.points), func(i, j int) { c.points[i], c.points[j] = c.points[j], c.points[i] })
		h := mustHull(t, c.points)
		if h.Dimension != c.dimension || len(h.Vertices) != c.vertices || h.Volume != 0 || len(h.Triangles) != 0 {
			t.Errorf("%s: dimension %d, %d vertices, volume %g", c.name, h.Dimension, len(h.Vertices), h.Volume)
		}
	}
	if _, err := ConvexHullPoints(context.Background(), nil); code(err) != CodeEmptyMesh {
		t.Errorf("no points: %v", err)
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := ConvexHullPoints(context.Background(), []r3.Vector{{}, {X: x}}); code(err) != CodeNonFinite {
			t.Errorf("%g: %v", x, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ConvexHullPoints(ctx, spherePoints(rng, 5000, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func code(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// TestHullOrder proves that the hull is the same set of vertices and facets for
// every order of the points, with and without the point filter, and that the
// filter drops no extreme point.
func TestHullOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for name, points := range map[string][]r3.Vector{
		"grid":   gridPoints(20, 20, 20),
		"sphere": spherePoints(rng, 6000, 30),
		"ball":   ballPoints(rng, 50_000, 30),
		"needle": needlePoints(rng, 50_000),
	} {
		first := ""
		for range 4 {
			rng.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
			got := hullKey(mustHull(t, points))
			if first == "" {
				first = got
				corner, _ := startSimplex(points)
				q := newQuickhull(points, corner, reach(points))
				if err := q.run(context.Background()); err != nil {
					t.Fatal(err)
				}
				all := make([]int32, len(points))
				for i := range all {
					all[i] = int32(i)
				}
				h := &Hull{Dimension: 3}
				h.takeFacets(q, all)
				h.link()
				h.measure()
				if hullKey(h) != got {
					t.Errorf("%s: the filter changes the hull", name)
				}
			}
			if got != first {
				t.Errorf("%s: the order of the points changes the hull", name)
			}
		}
	}
}

// hullKey is the same for two hulls of the same vertices and facets.
func hullKey(h *Hull) string {
	var lines []string
	for _, f := range h.Facets {
		var corners []string
		for _, v := range h.Loops[f.First:f.End] {
			corners = append(corners, fmt.Sprint(h.Vertices[v]))
		}
		slices.Sort(corners)
		lines = append(lines, fmt.Sprint(corners))
	}
	slices.Sort(lines)
	return fmt.Sprint(len(h.Vertices), float32(h.Volume), lines)
}

func gridPoints(nx, ny, nz int) []r3.Vector {
	var p []r3.Vector
	for x := range nx {
		for y := range ny {
			for z := range nz {
				p = append(p, v3(float64(x), float64(y), float64(z)))
			}
		}
	}
	return p
}

func ballPoints(rng *rand.Rand, n int, radius float64) []r3.Vector {
	p := spherePoints(rng, n, radius)
	for i := range p {
		p[i] = p[i].Mul(math.Cbrt(rng.Float64()))
	}
	return p
}

// needlePoints lie in a slanted bar a thousand times longer than thick.
func needlePoints(rng *rand.Rand, n int) []r3.Vector {
	p := ballPoints(rng, n, 1)
	for i, q := range p {
		p[i] = v3(1000*q.X+q.Y, 500*q.X-q.Z, 300*q.X+q.Y+q.Z)
	}
	return p
}

// TestConvexHullOfMesh proves that vertices no triangle uses do not count and
// that Source points into the mesh.
func TestConvexHullOfMesh(t *testing.T) {
	m := &Mesh{
		Vertices:  []r3.Vector{v3(99, 99, 99), v3(0, 0, 0), v3(1, 0, 0), v3(0, 1, 0), v3(0, 0, 1)},
		Triangles: []Triangle{{1, 3, 2}, {1, 2, 4}, {1, 4, 3}, {2, 3, 4}},
	}
	h, err := ConvexHull(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Vertices) != 4 || h.Source[0] != 1 || math.Abs(h.Volume-1.0/6) > 1e-16 {
		t.Errorf("%d vertices, source %v, volume %g", len(h.Vertices), h.Source, h.Volume)
	}
}

// FuzzConvexHull proves that any points give a hull that contains them, or are
// told to span no space, and that widths can be measured.
func FuzzConvexHull(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"), uint8(0))
	f.Add([]byte("cube and more or less random bytes, enough for a few points"), uint8(1))
	f.Add([]byte("\xff\xfe\x00\x00\x00\x01\x80\x80\x80\x7f\x7f\x7f\x10\x20\x30"), uint8(2))
	f.Add([]byte("denormal numbers and powers of two, far from one another"), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		var points []r3.Vector
		for i := 0; i+2 < len(data) && len(points) < 200; i += 3 {
			points = append(points, v3(fuzzCoordinate(data[i], kind), fuzzCoordinate(data[i+1], kind), fuzzCoordinate(data[i+2], kind)))
		}
		if len(points) == 0 {
			return
		}
		h := mustHull(t, points)
		c := mustCalipers(t, h)
		if h.Dimension < 3 {
			return
		}
		checkHull(t, h, points, true)
		if width, diameter := bruteCalipers(h); kind%4 != 3 && (math.Abs(c.MinWidth-width) > 1e-9*diameter || math.Abs(c.Diameter-diameter) > 1e-14*diameter) {
			t.Errorf("width %v, want %v; diameter %v, want %v", c.MinWidth, width, c.Diameter, diameter)
		}
	})
}

// fuzzCoordinate makes a byte a coordinate: a small whole number, one with
// rounding errors, one far off, or one of any magnitude.
func fuzzCoordinate(b, kind uint8) float64 {
	x := float64(int8(b))
	switch kind % 4 {
	case 1:
		return x * 0.1
	case 2:
		return 1e6 + x*1e-3
	case 3:
		return math.Ldexp(1, int(x))
	}
	return x
}
