package fit

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// Upright answers for one build direction: whether the part fits the chamber
// when the directions axes of it, of length 1 and at right angles, point along
// x, y and z, and by which turn about z, in degrees. It is exact, with the
// tolerance of Result, and takes O(n log n) for n vertices of the hull. The
// chamber's numbers are not checked: one without room holds nothing.
func Upright(h *mesh.Hull, axes [3]r3.Vector, chamber Chamber) (angleDeg float64, ok bool) {
	f := newFitter(h, chamber, Options{KeepOrientation: true})
	if f.least() <= -f.out.Tolerance || h.Extent(axes[2]) > f.limit[2] {
		return 0, false
	}
	f.turn = frame(axes)
	if f.within(f.extents(f.turn)) {
		return 0, true
	}
	angle, ok := turnToFit(h.Shadow(axes[0], axes[1]), f.limit[0], f.limit[1])
	return angle * 180 / math.Pi, ok
}
