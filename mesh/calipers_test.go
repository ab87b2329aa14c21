package mesh

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/r3"
)

func mustCalipers(t testing.TB, h *Hull) *Calipers {
	t.Helper()
	c, err := h.Calipers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// bruteCalipers tries every facet against every vertex and every edge against
// every edge.
func bruteCalipers(h *Hull) (width, diameter float64) {
	width = math.Inf(1)
	try := func(n r3.Vector) {
		if n.Norm() < 1e-9 {
			return
		}
		n = n.Normalize()
		low, high := h.extremeOf(n)
		width = min(width, n.Dot(h.local[high].Sub(h.local[low])))
	}
	for _, f := range h.Facets {
		try(f.Normal)
	}
	var edges []r3.Vector
	h.link()
	for e := range h.Loops {
		if h.twin[e] > uint32(e) {
			edges = append(edges, h.local[h.head(uint32(e))].Sub(h.local[h.Loops[e]]).Normalize())
		}
	}
	for i, a := range edges {
		for _, b := range edges[:i] {
			try(a.Cross(b))
		}
	}
	for i, a := range h.Vertices {
		for _, b := range h.Vertices[:i] {
			diameter = max(diameter, a.Sub(b).Norm())
		}
	}
	return width, diameter
}

// rotated turns points by a rotation given by a random quaternion.
func rotated(rng *rand.Rand, points []r3.Vector) []r3.Vector {
	w, x, y, z := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
	s := 2 / (w*w + x*x + y*y + z*z)
	rows := [3]r3.Vector{
		v3(1-s*(y*y+z*z), s*(x*y-w*z), s*(x*z+w*y)),
		v3(s*(x*y+w*z), 1-s*(x*x+z*z), s*(y*z-w*x)),
		v3(s*(x*z-w*y), s*(y*z+w*x), 1-s*(x*x+y*y)),
	}
	out := make([]r3.Vector, len(points))
	for i, p := range points {
		out[i] = v3(rows[0].Dot(p), rows[1].Dot(p), rows[2].Dot(p))
	}
	return out
}

func regularTetrahedron(edge float64) []r3.Vector {
	s := edge / (2 * math.Sqrt2)
	return []r3.Vector{v3(s, s, s), v3(s, -s, -s), v3(-s, s, -s), v3(-s, -s, s)}
}

// conePoints are an apex over a polygon of n corners.
func conePoints(n int, radius, height float64) []r3.Vector {
	p := []r3.Vector{v3(0, 0, height)}
	for i := range n {
		s, c := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		p = append(p, v3(radius*c, radius*s, 0))
	}
	return p
}

// crossedArcs are an arc bent up and one bent down, at right angles: their
// hull has n² pairs of opposite edges.
func crossedArcs(n int) []r3.Vector {
	var p []r3.Vector
	for i := range n {
		s, c := math.Sincos(math.Pi / 4 * (2*float64(i)/float64(n-1) - 1))
		p = append(p, v3(s, 0, c), v3(0, s, -c))
	}
	return p
}

func TestCalipersKnown(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name            string
		points          []r3.Vector
		width, diameter float64
	}{
		{"box 10x20x60", boxPoints(10, 20, 60), 10, math.Sqrt(100 + 400 + 3600)},
		{"cube", boxPoints(20, 20, 20), 20, 20 * math.Sqrt(3)},
		{"tetrahedron, edge against edge", regularTetrahedron(30), 30 / math.Sqrt2, 30},
		{"rod", boxPoints(100, 4, 4), 4, math.Sqrt(10032)},
		{"plate", boxPoints(300, 300, 0.01), 0.01, math.Sqrt(180000.0001)},
		{"cone", conePoints(64, 40, 20), 20, 80},
	} {
		for round := range 20 {
			points := c.points
			if round > 0 {
				points = rotated(rng, points)
			}
			got := mustCalipers(t, mustHull(t, points))
			if math.Abs(got.MinWidth/c.width-1) > 1e-11 || math.Abs(got.Diameter/c.diameter-1) > 1e-14 || !got.Complete {
				t.Errorf("%s: width %v, diameter %v", c.name, got.MinWidth, got.Diameter)
			}
		}
	}
}

// TestCalipersBruteForce compares with every pair of features.
func TestCalipersBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for round := range 200 {
		var points []r3.Vector
		switch round % 6 {
		case 0:
			points = spherePoints(rng, 5+rng.IntN(40), 10)
		case 1:
			points = ballPoints(rng, 4+rng.IntN(60), 10)
		case 2: // parallel edges and facets everywhere
			points = boxPoints(1+rng.Float64(), 1+rng.Float64(), 1+rng.Float64())
			points = append(points, boxPoints(1.5, 1.2, 1.1)...)
		case 3:
			points = conePoints(3+rng.IntN(30), 1, 0.1+rng.Float64())
		case 4:
			points = crossedArcs(3 + rng.IntN(10))
		case 5:
			points = gridPoints(3, 3, 3)[:12+rng.IntN(15)]
		}
		if round%12 > 5 {
			points = rotated(rng, points)
		}
		for i := range points {
			points[i] = points[i].Add(v3(1000, -500, 20))
		}
		h := mustHull(t, points)
		if h.Dimension < 3 {
			continue
		}
		width, diameter := bruteCalipers(h)
		got := mustCalipers(t, h)
		if math.Abs(got.MinWidth-width) > 1e-12*diameter || math.Abs(got.Diameter-diameter) > 1e-14*diameter {
			t.Errorf("round %d: width %v, want %v; diameter %v, want %v", round, got.MinWidth, width, got.Diameter, diameter)
		}
		if e := h.Extent(got.WidthDirection); math.Abs(e-got.MinWidth) > 1e-13*diameter {
			t.Errorf("round %d: extent along the direction %v, width %v", round, e, got.MinWidth)
		}
	}
}

// TestCalipersManyEdgesAtAVertex proves that the apex of a fine cone, where
// 20 000 edges meet, gives the same answers as plain geometry.
func TestCalipersManyEdgesAtAVertex(t *testing.T) {
	for _, height := range []float64{10, 39, 200} {
		h := mustHull(t, conePoints(20_000, 20, height))
		got := mustCalipers(t, h)
		// Across its axis the cone is 40 wide; a side against the far rim is
		// 40·h/√(h²+r²).
		want := min(height, 40*height/math.Hypot(height, 20))
		if math.Abs(got.MinWidth/want-1) > 1e-6 {
			t.Errorf("height %g: width %v, want %v", height, got.MinWidth, want)
		}
	}
}

// TestFlatCalipers proves the diameter of flat sets against all pairs.
func TestFlatCalipers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 100 {
		var points []r3.Vector
		for range 3 + rng.IntN(30) {
			x, y := rng.IntN(50), rng.IntN(50)
			points = append(points, v3(float64(x), float64(y), float64(x-2*y)))
		}
		h := mustHull(t, points)
		want := 0.0
		for i, a := range points {
			for _, b := range points[:i] {
				want = max(want, a.Sub(b).Norm())
			}
		}
		if got := mustCalipers(t, h); got.Diameter != want || got.MinWidth != 0 {
			t.Errorf("dimension %d: diameter %v, want %v", h.Dimension, got.Diameter, want)
		}
	}
}

// TestSupport proves that climbing finds the extreme of all points.
func TestSupport(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for name, points := range map[string][]r3.Vector{
		"sphere": spherePoints(rng, 20_000, 10),
		"cone":   conePoints(2000, 5, 3),
		"arcs":   crossedArcs(500),
	} {
		h := mustHull(t, points)
		for range 200 {
			d := spherePoints(rng, 1, 1)[0]
			low, high := h.extremeOf(d)
			want := d.Dot(h.local[high].Sub(h.local[low]))
			if got := h.Extent(d); math.Abs(got-want) > 1e-14*want {
				t.Errorf("%s: extent %v, want %v", name, got, want)
			}
			if s := h.Support(d); d.Dot(h.local[s]) < d.Dot(h.local[high])-1e-14*want {
				t.Errorf("%s: support %d, want %d", name, s, high)
			}
		}
	}
}

func BenchmarkCalipers(b *testing.B) {
	for _, c := range []struct {
		name   string
		points []r3.Vector
	}{
		{"sphere500k", spherePoints(rand.New(rand.NewPCG(1, 1)), 500_000, 50)},
		{"cone100k", conePoints(100_000, 40, 20)},
		{"arcs2k", crossedArcs(1000)},
	} {
		h := mustHull(b, c.points)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if got := mustCalipers(b, h); !got.Complete {
					b.Fatal("gave up")
				}
			}
			b.ReportMetric(float64(mustCalipers(b, h).Pairs), "pairs")
		})
	}
}

// TestPolygonDiameter proves that turning calipers agree with all pairs on
// polygons of many corners.
func TestPolygonDiameter(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for range 5 {
		var loop []r3.Vector
		n := 3000
		a, b := 1+rng.Float64(), 1+rng.Float64()
		for i := range n {
			s, c := math.Sincos(2 * math.Pi * (float64(i) + 0.3*rng.Float64()) / float64(n))
			loop = append(loop, v3(a*c, 7, b*s))
		}
		want := 0.0
		for i, p := range loop {
			for _, q := range loop[:i] {
				want = max(want, p.Sub(q).Norm2())
			}
		}
		i, j := polygonDiameter(loop, v3(0, 1, 0))
		if got := loop[i].Sub(loop[j]).Norm2(); got != want {
			t.Errorf("diameter %v, want %v", math.Sqrt(got), math.Sqrt(want))
		}
	}
}
