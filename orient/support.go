package orient

import (
	"context"
	"math"

	"github.com/golang/geo/r3"
)

// bedShare is how far the corners of a triangle may be above the lowest point,
// in box diagonals, for the triangle to lie on the bed.
const bedShare = 1e-6

// Columns is how many columns Support casts, about.
const Columns = 20_000

// Support measures the support that the part needs when up, a direction of
// any length but 0, points up.
//
// Area, projection and columns to the bed are exact. Columns down to the part
// are cast from points spread evenly over the faces, so Volume and Contact are
// estimates where some columns end on the part and others do not; they are
// good to about 1 % of what ends on the part. Time is linear in the number of
// faces; where very many of them lie over one another, n·log n.
//
// It returns an *mesh.Error for a mesh that is empty or flat, or ctx's error.
func Support(ctx context.Context, part Part, up r3.Vector, threads int) (*Histogram, error) {
	length := up.Norm()
	if !(length > 0) || math.IsInf(length, 0) {
		return nil, &OptionError{"direction", "it has no finite length above 0"}
	}
	s, err := newSurface(ctx, part, threads)
	if err != nil {
		return nil, err
	}
	return s.histogram(ctx, s.overhangs(up.Mul(1/length), bins), Columns)
}

// histogram measures the support of faces, casting about the given number of
// columns.
func (s *surface) histogram(ctx context.Context, o *overhangs, columns int) (*Histogram, error) {
	toPart, contact, err := s.cast(ctx, o, columns)
	if err != nil {
		return nil, err
	}
	h := &Histogram{Bins: []Bin{}}
	for i := range o.bins {
		b := o.bins[i]
		if b.Area == 0 {
			continue
		}
		b.Angle = i
		b.Volume = float64(toPart[i] * b.VolumeToBed)
		b.Contact = float64(contact[i] * b.Projected)
		h.Bins = append(h.Bins, b)
	}
	return h, nil
}

// overhangs are the faces that point down, not on the bed, for a direction.
type overhangs struct {
	up      r3.Vector
	low     float64 // height of the bed
	bins    [bins]Bin
	first   [bins + 1]int // range of places for each bin
	places  []uint32      // in surface.faces, by bin
	project []float64     // projected area
}

// overhangs collects the faces flatter than most degrees.
func (s *surface) overhangs(up r3.Vector, most int) *overhangs {
	o := &overhangs{up: up, low: s.low(up)}
	down := up.Mul(-1)
	limit := binCosines[most]
	angle := math.Acos(min(1, limit))
	type found struct {
		place uint32
		bin   uint8
		area  float64
	}
	var all []found
	for i := range s.cells {
		c := &s.cells[i]
		if reach := angle + c.deviation; reach < math.Pi && c.axis.Dot(down) < math.Cos(reach) {
			continue
		}
		for p := c.first; p < c.end; p++ {
			cosine := min(1, s.normal[p].Dot(down))
			if !(cosine > limit) {
				continue
			}
			height := s.middle[p].Dot(up) - o.low
			if s.onBed(p, up, o.low, height) {
				continue
			}
			k := binOf(cosine)
			project := float64(s.area[p] * cosine)
			b := &o.bins[k]
			b.Area += s.area[p]
			b.Projected += project
			b.VolumeToBed += float64(project * height)
			o.first[k+1]++
			all = append(all, found{p, uint8(k), project})
		}
	}
	for k := range bins {
		o.first[k+1] += o.first[k]
	}
	o.places = make([]uint32, len(all))
	o.project = make([]float64, len(all))
	next := o.first
	for _, f := range all {
		o.places[next[f.bin]], o.project[next[f.bin]] = f.place, f.area
		next[f.bin]++
	}
	return o
}

// onBed reports whether the face at a place lies on the bed; height is that of
// its middle.
func (s *surface) onBed(place uint32, up r3.Vector, low, height float64) bool {
	return s.within(place, up, low, height, bedShare*s.diagonal)
}

// within reports whether all corners of a face are at most reach above low.
func (s *surface) within(place uint32, up r3.Vector, low, height, reach float64) bool {
	if height > reach {
		return false
	}
	a, b, c := s.mesh.Corners(int(s.faces[place]))
	top := max(up.Dot(a.Sub(s.center)), up.Dot(b.Sub(s.center)), up.Dot(c.Sub(s.center)))
	return top-low <= reach
}
