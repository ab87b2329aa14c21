package mesh

import (
	"math"
	"testing"
)

// TestIcosphere proves number, length, evenness and symmetry of the directions.
func TestIcosphere(t *testing.T) {
	for level, want := range []int{12, 42, 162, 642} {
		d := Icosphere(level)
		if len(d) != want {
			t.Fatalf("level %d: %d directions", level, len(d))
		}
		for i, a := range d {
			if math.Abs(a.Norm()-1) > 1e-15 {
				t.Fatalf("level %d: direction %d has length %v", level, i, a.Norm())
			}
			nearest, opposite := -1.0, 1.0
			for j, b := range d {
				if i != j {
					nearest, opposite = max(nearest, a.Dot(b)), min(opposite, a.Dot(b))
				}
			}
			angle := math.Acos(nearest) * 180 / math.Pi * float64(int(1)<<level)
			if angle < 50 || angle > 75 {
				t.Fatalf("level %d: nearest neighbour at %g°", level, angle)
			}
			if opposite > -1+1e-15 {
				t.Fatalf("level %d: no opposite of %v", level, a)
			}
		}
	}
}
