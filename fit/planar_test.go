package fit

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// extentsAt returns the extents of a polygon turned by an angle.
func extentsAt(polygon []r2.Point, angle float64) (w, d float64) {
	sin, cos := math.Sincos(angle)
	size := mesh.EmptyBox()
	for _, p := range polygon {
		size = size.Add(r3.Vector{X: cos*p.X - sin*p.Y, Y: sin*p.X + cos*p.Y})
	}
	s := size.Size()
	return s.X, s.Y
}

// TestTurnToFitAgainstSampling proves that an angle is found whenever one of
// many sampled angles fits, that it fits, and that no sampled angle in the
// same stretch leaves more room.
func TestTurnToFitAgainstSampling(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	found, refused := 0, 0
	for range 300 {
		polygon := randomPolygon(rng, 3+rng.IntN(12))
		w, d := 5+25*rng.Float64(), 5+25*rng.Float64()
		angle, ok := turnToFit(polygon, w, d)
		const samples = 2000
		best := math.Inf(1)
		for k := range samples {
			x, y := extentsAt(polygon, math.Pi*float64(k)/samples)
			best = min(best, max(x/w, y/d))
		}
		if !ok {
			refused++
			if best <= 1 {
				t.Errorf("refused, but %v of the room is enough", best)
			}
			continue
		}
		found++
		x, y := extentsAt(polygon, angle)
		if x > w*(1+1e-12) || y > d*(1+1e-12) {
			t.Errorf("at %v the polygon measures %v x %v in %v x %v", angle, x, y, w, d)
		}
		if math.Abs(angle) > math.Pi/2 {
			t.Errorf("angle %v", angle)
		}
		// Walk from the angle both ways as long as it fits.
		for _, step := range []float64{1e-3, -1e-3} {
			for k := 1.0; k < 4000; k++ {
				a, b := extentsAt(polygon, angle+k*step)
				if a > w || b > d {
					break
				}
				if max(a/w, b/d) < max(x/w, y/d)-1e-12 {
					t.Errorf("more room at %v than at %v", angle+k*step, angle)
					break
				}
			}
		}
	}
	if found < 50 || refused < 50 {
		t.Errorf("%d found, %d refused: the test tests little", found, refused)
	}
}

// randomPolygon returns a convex polygon.
func randomPolygon(rng *rand.Rand, n int) []r2.Point {
	var points []r3.Vector
	for range n {
		points = append(points, r3.Vector{X: 20 * rng.Float64(), Y: 8 * rng.Float64()})
	}
	return mustHull(points).Shadow(r3.Vector{X: 1}, r3.Vector{Y: 1})
}
