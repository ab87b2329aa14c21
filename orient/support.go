package orient

import (
	"context"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
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
// faces, besides that of building the hierarchy.
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

// columnSums are sums over columns of one bin.
type columnSums struct{ weight, toBed, toPart, contact float64 }

// columnChunk is how many overhanging faces are one piece of work.
const columnChunk = 1 << 10

// cast casts columns and returns for each bin which share of the volume to the
// bed is free down to the part, and which share of the projection stands over
// the part.
//
// A column is cast for every `step` mm² of the projection: in the order of the
// faces, which is that of their angles, so that every angle has its share.
// What falls on a face is spread over it evenly. Where faces are few, each has
// at least one column. Only ratios are taken from columns, so that nothing is
// lost where they all tell the same.
func (s *surface) cast(ctx context.Context, o *overhangs, columns int) (toPart, contact [bins]float64, err error) {
	for k := range bins {
		toPart[k] = 1
	}
	total := 0.0
	starts := make([]float64, 0, len(o.places)/columnChunk+1)
	for i, a := range o.project {
		if i%columnChunk == 0 {
			starts = append(starts, total)
		}
		total += a
	}
	if total == 0 {
		return toPart, contact, nil
	}
	tree, err := s.tree(ctx)
	if err != nil {
		return toPart, contact, err
	}
	step := total / float64(columns)
	sums := make([][bins]columnSums, len(starts))
	err = forEach(ctx, s.threads, len(starts), func(chunk int) {
		s.castChunk(o, tree, chunk, starts[chunk], step, len(o.places) <= columns, &sums[chunk])
	})
	if err != nil {
		return toPart, contact, err
	}
	for k := range bins {
		var all columnSums
		for i := range sums {
			b := &sums[i][k]
			all.weight += b.weight
			all.toBed += b.toBed
			all.toPart += b.toPart
			all.contact += b.contact
		}
		if all.toBed > 0 {
			toPart[k] = min(1, all.toPart/all.toBed)
		}
		if all.weight > 0 {
			contact[k] = min(1, all.contact/all.weight)
		}
	}
	return toPart, contact, nil
}

// castChunk casts the columns of a chunk of faces; before is the projection of
// those ahead of it.
func (s *surface) castChunk(o *overhangs, tree *mesh.BVH, chunk int, before, step float64, each bool, sums *[bins]columnSums) {
	first := chunk * columnChunk
	bin := 0
	for i := first; i < min(len(o.places), first+columnChunk); i++ {
		for i >= o.first[bin+1] {
			bin++
		}
		after := before + o.project[i]
		n := int(math.Floor(after/step+0.5)) - int(math.Floor(before/step+0.5))
		weight := step
		if each {
			n = max(1, int(math.Ceil(o.project[i]/step)))
			weight = o.project[i] / float64(n)
		}
		before = after
		for k := range n {
			s.castColumn(o, tree, o.places[i], k, n, weight, &sums[bin])
		}
	}
}

// castColumn casts column k of n of a face.
func (s *surface) castColumn(o *overhangs, tree *mesh.BVH, place uint32, k, n int, weight float64, sums *columnSums) {
	// The points of a Kronecker sequence of the plastic number are spread
	// evenly over a square for any n (M. Roberts 2018), none of them on its
	// border or diagonal; folding the square gives the triangle.
	const plastic = 1.32471795724474602596
	i := float64(k) + 0.5
	u, v := fraction(i/plastic), fraction(i/(plastic*plastic))
	if n == 1 {
		u, v = 1.0/3, 1.0/3
	}
	if u+v > 1 {
		u, v = 1-u, 1-v
	}
	f := s.faces[place]
	a, b, c := s.mesh.Corners(int(f))
	p := a.Add(mesh.Scaled(b.Sub(a), u)).Add(mesh.Scaled(c.Sub(a), v))
	height := p.Sub(s.center).Dot(o.up) - o.low
	const touch = 1e-9
	hit, ok := tree.ClosestHit(mesh.Ray{
		Origin: p, Dir: o.up.Mul(-1), Min: -touch * s.diagonal, Max: math.Inf(1), Exclude: f,
	})
	sums.weight += weight
	sums.toBed += float64(weight * height)
	switch {
	case !ok:
		sums.toPart += float64(weight * height)
	case float64(hit.Sign)*s.turn > 0:
		// Out of material: the face is buried in another body, which holds it.
	default:
		sums.toPart += float64(weight * max(0, hit.T))
		sums.contact += weight
	}
}

func fraction(x float64) float64 { return x - math.Floor(x) }
