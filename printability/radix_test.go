package printability

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Keys of all sizes, many of them equal, come out as a stable sort puts them.
func TestSortKeyed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 100, 5000} {
		for _, mask := range []uint64{0, 7, 0xff00ff, math.MaxUint64} {
			items := make([]keyed, n)
			for i := range items {
				items[i] = keyed{r.Uint64() & mask, uint32(i)}
			}
			want := slices.Clone(items)
			slices.SortStableFunc(want, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
			if sortKeyed(items); !slices.Equal(items, want) {
				t.Errorf("%d keys of bits %x are not in order", n, mask)
			}
		}
	}
}

// Percentiles from bins are those of the samples sorted by thickness. Weights
// are eighths, so that sums are exact in any order.
func TestPercentiles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 17, 4000} {
		s := &Samples{All: make([]Sample, n)}
		var sorted []weighted
		area := 0.0
		for i := range s.All {
			x := &s.All[i]
			x.Class = ClassWall
			x.Thickness = float32(math.Exp(3 * r.NormFloat64()))
			if r.IntN(3) == 0 {
				x.Thickness = float32(1+r.IntN(4)) / 2
			}
			x.Weight = float32(1+r.IntN(16)) / 8
			if r.IntN(5) == 0 {
				x.Class = ClassEdge
				continue
			}
			sorted = append(sorted, weighted{float64(x.Thickness), float64(x.Weight)})
			area += float64(x.Weight)
		}
		if len(sorted) == 0 {
			continue
		}
		slices.SortFunc(sorted, weighted.compare)
		var w Walls
		w.distribution(s, 1)
		for share, got := range map[float64]*float64{0.01: w.P1, 0.05: w.P5, 0.5: w.P50} {
			if want := percentile(sorted, share*area); *got != *want {
				t.Errorf("%d samples: %g of the area is up to %g mm thick, want %g", n, share, *got, *want)
			}
		}
		if *w.RawMinimum != sorted[0].value {
			t.Errorf("%d samples: minimum %g, want %g", n, *w.RawMinimum, sorted[0].value)
		}
	}
}
