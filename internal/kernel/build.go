package kernel

import "math"

// Bounds is a box as trees are built from, and what belongs to it. The maxima
// are held negated, so that minima unite boxes in all six directions. No
// coordinate is a negative zero.
type Bounds struct {
	Lo   [3]float32
	Face uint32
	Neg  [3]float32 // the maxima, negated
	Nest uint32
}

// EmptyBounds holds nothing.
func EmptyBounds() Bounds {
	inf := float32(math.Inf(1))
	return Bounds{Lo: [3]float32{inf, inf, inf}, Neg: [3]float32{inf, inf, inf}}
}

// Add unites b with c. Face and Nest stay.
func (b *Bounds) Add(c *Bounds) {
	for axis := range 3 {
		if c.Lo[axis] < b.Lo[axis] {
			b.Lo[axis] = c.Lo[axis]
		}
		if c.Neg[axis] < b.Neg[axis] {
			b.Neg[axis] = c.Neg[axis]
		}
	}
}

// Center returns twice the middle of b along an axis.
func (b *Bounds) Center(axis int) float32 { return b.Lo[axis] - b.Neg[axis] }

// addCenter adds twice the middle of f to b.
func (b *Bounds) addCenter(f *Bounds) {
	for axis := range 3 {
		c := f.Center(axis)
		if c < b.Lo[axis] {
			b.Lo[axis] = c
		}
		if -c < b.Neg[axis] {
			b.Neg[axis] = 0 - c
		}
	}
}

// MostBins is the largest number of bins along an axis.
const MostBins = 16

// A Binner maps doubled centres of boxes to bins along each axis.
type Binner struct {
	from, scale [4]float32
}

// NewBinner divides the range of doubled centres into bins. A range too short
// for that is one bin.
func NewBinner(centers *Bounds, bins int) (b Binner) {
	b.from[3] = 1 // keeps what is no coordinate from being a slow number
	for axis := range 3 {
		b.from[axis] = centers.Lo[axis]
		if extent := -centers.Neg[axis] - centers.Lo[axis]; extent > 1e-30 {
			// Less than the number of bins after all roundings.
			b.scale[axis] = float32(float64(bins) * (1 - 0x1p-20) / float64(extent))
		}
	}
	return b
}

// place returns where a box lies: the number of its bin and a fraction.
func (b *Binner) place(f *Bounds, axis int) float32 {
	return float32((f.Center(axis) - b.from[axis]) * b.scale[axis])
}

// Bins holds, for each bin along each axis, the union of the boxes and their
// number. Its boxes have no Face and Nest of any meaning.
type Bins struct {
	boxes  [3][MostBins]Bounds
	counts [MostBins][4]uint32
}

// Clear empties the first bins of each axis.
func (b *Bins) Clear(bins int) {
	empty := EmptyBounds()
	for axis := range 3 {
		for k := range b.boxes[axis][:bins] {
			b.boxes[axis][k] = empty
		}
	}
	clear(b.counts[:bins])
}

// Fill adds boxes to their bins.
func (b *Bins) Fill(faces []Bounds, to *Binner) {
	if len(faces) == 0 {
		return
	}
	if hasAVX2 {
		fillAVX2(b, &faces[0], len(faces), to)
		return
	}
	fillGeneric(b, faces, to)
}

func fillGeneric(b *Bins, faces []Bounds, to *Binner) {
	for i := range faces {
		f := &faces[i]
		for axis := range 3 {
			k := int(to.place(f, axis)) & (MostBins - 1)
			b.boxes[axis][k].Add(f)
			b.counts[k][axis]++
		}
	}
}

// Merge adds what is in the first bins of c.
func (b *Bins) Merge(c *Bins, bins int) {
	for k := range bins {
		for axis := range 3 {
			b.boxes[axis][k].Add(&c.boxes[axis][k])
			b.counts[k][axis] += c.counts[k][axis]
		}
	}
}

// A sweep is the best split between bins for each axis.
type sweep struct {
	cost [4]float32
	at   [4]uint32
}

// Best returns the axis and the bin before which a split costs least by the
// surface-area heuristic: the sum, over both sides, of half the surface times
// the number of boxes. Ties go to the first axis and the lowest bin. It
// returns false if no split has boxes on both sides.
func (b *Bins) Best(bins int) (axis, at int, ok bool) {
	var s sweep
	if hasAVX2 {
		sweepAVX2(b, bins, &s)
	} else {
		sweepGeneric(b, bins, &s)
	}
	for i := 1; i < 3; i++ {
		if s.cost[i] < s.cost[axis] {
			axis = i
		}
	}
	return axis, int(s.at[axis]), s.cost[axis] <= math.MaxFloat32
}

func sweepGeneric(b *Bins, bins int, s *sweep) {
	for axis := range 3 {
		var above [MostBins]float32
		box, count := EmptyBounds(), uint32(0)
		for k := bins - 1; k > 0; k-- {
			box.Add(&b.boxes[axis][k])
			count += b.counts[k][axis]
			above[k] = float32(box.HalfArea() * float32(count))
		}
		box, count = EmptyBounds(), 0
		s.cost[axis] = float32(math.Inf(1))
		for k := 1; k < bins; k++ {
			box.Add(&b.boxes[axis][k-1])
			count += b.counts[k-1][axis]
			// Without boxes on one side, this is no number.
			if cost := float32(box.HalfArea()*float32(count)) + above[k]; cost < s.cost[axis] {
				s.cost[axis], s.at[axis] = cost, uint32(k)
			}
		}
	}
}

// HalfArea returns half the surface of a box.
func (b *Bounds) HalfArea() float32 {
	x, y, z := b.Lo[0]+b.Neg[0], b.Lo[1]+b.Neg[1], b.Lo[2]+b.Neg[2]
	return float32(float32(x*y)+float32(y*z)) + float32(z*x)
}

// Sides returns the boxes on both sides of a split.
func (b *Bins) Sides(axis, at, bins int) (below, above Bounds) {
	boxes := &b.boxes[axis]
	return Union(boxes[:at]), Union(boxes[at:bins])
}

// Union returns the union of boxes.
func Union(boxes []Bounds) Bounds {
	all := EmptyBounds()
	if len(boxes) == 0 {
		return all
	}
	if hasAVX2 {
		unionAVX2(&boxes[0], len(boxes), &all)
		return all
	}
	for i := range boxes {
		all.Add(&boxes[i])
	}
	return all
}

// Centers returns the range of the doubled centres of boxes.
func Centers(boxes []Bounds) Bounds {
	all := EmptyBounds()
	for i := range boxes {
		all.addCenter(&boxes[i])
	}
	return all
}

// Partition moves the boxes in bins lower than at along an axis to the front
// and returns their number. It adds the doubled centres of those before and
// behind to below and above.
func Partition(faces []Bounds, to *Binner, axis, at int, below, above *Bounds) int {
	if len(faces) == 0 {
		return 0
	}
	if hasAVX2 {
		return partitionAVX2(&faces[0], len(faces), to, uint32(axis), float32(at), below, above)
	}
	return partitionGeneric(faces, to, uint32(axis), float32(at), below, above)
}

// partitionGeneric has no branch that depends on where a box lies, because
// that could not be predicted.
func partitionGeneric(faces []Bounds, to *Binner, axis uint32, at float32, below, above *Bounds) int {
	n := 0
	for i := range faces {
		f := faces[i]
		faces[i], faces[n] = faces[n], f
		if to.place(&f, int(axis)) < at {
			below.addCenter(&f)
			n++
		} else {
			above.addCenter(&f)
		}
	}
	return n
}
