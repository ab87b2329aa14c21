package mesh

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
)

// Nearest is the point of a face that is nearest to some other point.
type Nearest struct {
	Point    r3.Vector
	Face     uint32
	Distance float64
}

// Nearest returns the nearest point of any face but exclude (NoFace for none)
// within maxDistance of p, which may be infinite. Among faces at the same
// distance the lowest wins; faces that share the edge or vertex nearest to p
// are at the same distance exactly.
func (b *BVH) Nearest(p r3.Vector, maxDistance float64, exclude uint32) (Nearest, bool) {
	if !(maxDistance >= 0) || !(math.Abs(p.X)+math.Abs(p.Y)+math.Abs(p.Z) <= math.MaxFloat64) || len(b.nodes) == 0 {
		return Nearest{Face: NoFace}, false
	}
	q := nearestQuery{
		p: p, exclude: exclude,
		best: Nearest{Face: NoFace, Distance: maxDistance},
	}
	q.search(b)
	if q.best.Face == NoFace {
		return Nearest{Face: NoFace}, false
	}
	return q.best, true
}

// A nearestQuery is the state of a search.
type nearestQuery struct {
	p       r3.Vector
	exclude uint32
	best    Nearest // without a face, the distance is the limit
	limit   float64 // squared distance, not less than best's
	boxes   nearBoxes
}

// nearBoxes is the walk of a point through the boxes of a tree. It yields every
// leaf whose box lies within reach, and some more.
type nearBoxes struct{ kernel.Point }

// aim sets the point.
func (w *nearBoxes) aim(f *bvhFrame, p r3.Vector) { w.Near = f.around(p) }

// reach sets the distance beyond which nothing matters.
func (w *nearBoxes) reach(f *bvhFrame, distance float64) { w.Limit = f.squareLimit(distance) }

// around returns a small box around a point: a point moved towards the boxes of
// a tree is not farther from them.
func (f *bvhFrame) around(p r3.Vector) (box kernel.Box) {
	at := f.toBox(p)
	slack := float64(frameSlack * (1 + math.Abs(at[0]) + math.Abs(at[1]) + math.Abs(at[2])))
	for i, x := range at {
		const most = 1e15 // whose square is finite
		x = min(max(x, -most), most)
		pad := slack + float64(boxSlack*math.Abs(x)) // more than rounding makes
		box.Lo[i], box.Hi[i] = float32(x-pad), float32(x+pad)
	}
	return box
}

// squareLimit returns the bits of the squared distance, from what around
// returns, beyond which no box is that is within a distance of the point.
func (f *bvhFrame) squareLimit(distance float64) int32 {
	d := float64(float64(distance*(1+0x1p-40)) * f.scale)
	return floatOrder(float32(min(float64(float64(d*d)*(1+boxSlack))+math.SmallestNonzeroFloat32, math.MaxFloat32)))
}

// setLimit sets the squared distances beyond which nothing matters.
func (q *nearestQuery) setLimit(b *BVH) {
	d := float64(q.best.Distance * (1 + 0x1p-40))
	q.limit = float64(d * d)
	q.boxes.reach(&b.frame, q.best.Distance)
}

func (q *nearestQuery) search(b *BVH) {
	q.boxes.aim(&b.frame, q.p)
	q.setLimit(b)
	q.boxes.Start()
	for n := q.boxes.Next(b.nodes); n > 0; n = q.boxes.Next(b.nodes) {
		for i := range n {
			q.triangle(b, q.boxes.Leaves[i&(kernel.LeafBatch-1)])
		}
	}
}

// triangle measures triangle i of the leaves.
func (q *nearestQuery) triangle(b *BVH, i uint32) {
	face := b.faces[i]
	if face == q.exclude {
		return
	}
	v0, v1, v2 := b.leafCorners(i)
	point := closestOnTriangle(q.p, v0, v1, v2)
	d := point.Sub(q.p).Norm2()
	if d > q.limit {
		return
	}
	d = math.Sqrt(d)
	if d < q.best.Distance || d == q.best.Distance && face < q.best.Face {
		q.best = Nearest{Point: point, Face: face, Distance: d}
		q.setLimit(b)
	}
}

// closestOnTriangle returns the point of triangle abc nearest to p. Points on
// edges and vertices do not depend on the order of the corners.
//
// After C. Ericson, "Real-Time Collision Detection" (2005), §5.1.5.
func closestOnTriangle(p, a, b, c r3.Vector) r3.Vector {
	ab, ac, ap := b.Sub(a), c.Sub(a), p.Sub(a)
	d1, d2 := ab.Dot(ap), ac.Dot(ap)
	if d1 <= 0 && d2 <= 0 {
		return a
	}
	bp := p.Sub(b)
	d3, d4 := ab.Dot(bp), ac.Dot(bp)
	if d3 >= 0 && d4 <= d3 {
		return b
	}
	cp := p.Sub(c)
	d5, d6 := ab.Dot(cp), ac.Dot(cp)
	if d6 >= 0 && d5 <= d6 {
		return c
	}
	vc := float64(d1*d4) - float64(d3*d2)
	if vc <= 0 && d1 >= 0 && d3 <= 0 {
		return closestOnSegment(p, a, b)
	}
	vb := float64(d5*d2) - float64(d1*d6)
	if vb <= 0 && d2 >= 0 && d6 <= 0 {
		return closestOnSegment(p, c, a)
	}
	va := float64(d3*d6) - float64(d5*d4)
	if va <= 0 && d4-d3 >= 0 && d5-d6 >= 0 {
		return closestOnSegment(p, b, c)
	}
	sum := va + vb + vc
	v, w := vb/sum, vc/sum
	return a.Add(Scaled(ab, v)).Add(Scaled(ac, w))
}

// closestOnSegment returns the point of the segment nearest to p; a and b may
// be exchanged.
func closestOnSegment(p, a, b r3.Vector) r3.Vector {
	if b.Cmp(a) < 0 {
		a, b = b, a
	}
	ab := b.Sub(a)
	t := ab.Dot(p.Sub(a)) / ab.Norm2()
	switch {
	case !(t > 0):
		return a
	case t >= 1:
		return b
	}
	return a.Add(Scaled(ab, t))
}
