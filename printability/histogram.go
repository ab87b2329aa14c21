package printability

import "math"

// Bin is one bin of a histogram: the area with From ≤ length < To. The first
// bin starts at 0 and the last one has no end, shown as 0.
type Bin struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
	Area float64 `json:"area"`
}

// The bins are even on a logarithmic scale from histogramFrom on, binsPerDecade
// for each factor of ten.
const (
	histogramFrom = 0.01 // mm
	binsPerDecade = 10
	histogramBins = 5 * binsPerDecade // to 1000 mm
)

// histogram sums areas by length; the first and last bin take what lies below
// and above the scale.
type histogram [histogramBins + 2]float64

func (h *histogram) add(length, area float64) {
	bin := 0
	if length >= histogramFrom {
		bin = min(1+int(math.Floor(binsPerDecade*math.Log10(length/histogramFrom))), len(h)-1)
	}
	h[bin] += area
}

// bins returns the bins from the first to the last that is not empty.
func (h *histogram) bins() []Bin {
	bins := []Bin{}
	for i, area := range h {
		if area == 0 && len(bins) == 0 {
			continue
		}
		bins = append(bins, Bin{From: binStart(i), To: binStart(i + 1), Area: area})
	}
	for len(bins) > 0 && bins[len(bins)-1].Area == 0 {
		bins = bins[:len(bins)-1]
	}
	return bins
}

func binStart(i int) float64 {
	if i == 0 || i > histogramBins+1 {
		return 0
	}
	// Four digits: the ends are for people and programs to read.
	v := histogramFrom * math.Pow(10, float64(i-1)/binsPerDecade)
	digits := math.Pow(10, 3-math.Floor(math.Log10(v)))
	return math.Round(v*digits) / digits
}
