package orient

import (
	"math"
	"slices"
)

// A Histogram says how much support a part needs in one build direction,
// for every critical angle at once: sums over the faces that point down, by
// their angle to the horizontal in bins of one degree. Faces on the bed are
// left out. It stands for the part wherever support is priced.
type Histogram struct {
	// Bins are those with faces, by rising angle.
	Bins []Bin `json:"histogram"`
}

// A Bin holds the sums over the faces whose angle to the horizontal is at
// least Angle and less than Angle+1, in degrees. A ceiling has angle 0.
type Bin struct {
	Angle int `json:"angle"`
	// Area is the surface of the faces, mm², and Projected what they cover
	// seen from below.
	Area      float64 `json:"area"`
	Projected float64 `json:"projected"`
	// Volume is that of the columns from the faces down to the part below or
	// the bed, mm³; VolumeToBed that of columns through the part to the bed.
	Volume      float64 `json:"volume"`
	VolumeToBed float64 `json:"volumeToBed"`
	// Contact is the part of Projected whose columns end on the part, mm².
	Contact float64 `json:"contact"`
}

// angleSlack is by how many degrees a face may be flatter than a critical
// angle and still count as being at it, so that it needs no support: it
// covers the rounding of coordinates to 32 bits.
const angleSlack = 1e-3

// bins is the number of bins from a ceiling to a wall.
const bins = 90

// Volume returns the volume of solid columns under all faces flatter than the
// critical angle, in degrees from the horizontal, mm³. Within a bin faces are
// taken to be spread evenly.
func (h *Histogram) Volume(angle float64) float64 {
	return h.sum(angle, func(b *Bin) float64 { return b.Volume })
}

// VolumeToBed is Volume with columns that go through the part to the bed.
func (h *Histogram) VolumeToBed(angle float64) float64 {
	return h.sum(angle, func(b *Bin) float64 { return b.VolumeToBed })
}

// Area returns the area of the faces flatter than the critical angle, mm².
func (h *Histogram) Area(angle float64) float64 {
	return h.sum(angle, func(b *Bin) float64 { return b.Area })
}

// Projected returns what these faces cover, seen from below, mm².
func (h *Histogram) Projected(angle float64) float64 {
	return h.sum(angle, func(b *Bin) float64 { return b.Projected })
}

// Contact returns the area on the part on which their columns stand, seen
// from above, mm².
func (h *Histogram) Contact(angle float64) float64 {
	return h.sum(angle, func(b *Bin) float64 { return b.Contact })
}

func (h *Histogram) sum(angle float64, value func(*Bin) float64) float64 {
	total := 0.0
	for i := range h.Bins {
		b := &h.Bins[i]
		total += float64(min(1, max(0, angle-float64(b.Angle))) * value(b))
	}
	return total
}

// binCosines[i] is the cosine above which a face is flatter than i degrees.
var binCosines = func() (cosines [bins + 1]float64) {
	for i := range cosines {
		cosines[i] = math.Cos((float64(i) - angleSlack) * math.Pi / 180)
	}
	cosines[0] = math.Inf(1) // a ceiling is not flatter than itself
	cosines[bins] = 0        // walls point neither up nor down
	return cosines
}()

// binOf returns the bin of a face whose normal has the given cosine with
// down, above 0.
func binOf(cosine float64) int {
	// The cosines fall; the bin is the last whose cosine is not exceeded.
	i, _ := slices.BinarySearchFunc(binCosines[:], cosine, func(c, target float64) int {
		if c >= target {
			return -1
		}
		return 1
	})
	return min(i-1, bins-1)
}
