package mesh

import (
	"math"

	"github.com/golang/geo/r3"
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

	// In the frame of the boxes: the point, rounded down and up, and the
	// squared distance of boxes that matter, as bits.
	lo, hi   [3]float32
	boxLimit int32

	// Boxes still to be looked into, the next one last. The squared distance
	// takes the place of a depth.
	stack [bvhStack]boxKey
	top   int
}

// start prepares the test of boxes for the point and the distance of best.
func (q *nearestQuery) start(b *BVH) {
	at := b.frame.toBox(q.p)
	slack := float64(frameSlack * (1 + math.Abs(at[0]) + math.Abs(at[1]) + math.Abs(at[2])))
	for i, x := range at {
		// A point moved towards the boxes is not farther from them. Squares
		// stay finite.
		const most = 1e15
		x = min(max(x, -most), most)
		q.lo[i], q.hi[i] = roundDown(x-slack), -roundDown(-x-slack)
	}
	q.setLimit(b)
}

// setLimit sets the squared distances beyond which nothing matters.
func (q *nearestQuery) setLimit(b *BVH) {
	d := float64(q.best.Distance * (1 + 0x1p-40))
	q.limit = float64(d * d)
	// The distances of boxes are too small by the slack in start, but for
	// rounding.
	d = float64(d * b.frame.scale)
	q.boxLimit = floatOrder(float32(min(float64(float64(d*d)*(1+boxSlack))+math.SmallestNonzeroFloat32, math.MaxFloat32)))
}

func (q *nearestQuery) search(b *BVH) {
	q.start(b)
	q.stack[0], q.top = 0, 1
	for q.top > 0 {
		q.top--
		key := q.stack[q.top&(bvhStack-1)]
		if key.depth() > q.boxLimit {
			continue
		}
		if key.ref()&leafBit == 0 {
			q.push(&b.nodes[key.ref()])
			continue
		}
		first, end := leafRange(key.ref())
		for i := first; i < end; i++ {
			q.triangle(b, i)
		}
	}
}

// push puts the children of n within the limit on the stack, the nearest last.
func (q *nearestQuery) push(n *bvhNode) {
	var k [bvhWidth]boxKey
	for i := range k {
		d := q.boxDistance(n, uint32(i))
		k[i] = boxKey(d)<<32 | boxKey(n.refs[i])
		if d > q.boxLimit {
			k[i] = missedBox
		}
	}
	k[0], k[1] = ordered(k[0], k[1])
	k[2], k[3] = ordered(k[2], k[3])
	k[0], k[2] = ordered(k[0], k[2])
	k[1], k[3] = ordered(k[1], k[3])
	k[1], k[2] = ordered(k[1], k[2])
	top := q.top
	for i := bvhWidth - 1; i >= 0; i-- {
		q.stack[top&(bvhStack-1)] = k[i]
		top += k[i].met()
	}
	q.top = top
}

// boxDistance returns the squared distance of the point from the box of a
// child, as bits; that of infinity for a child that is missing.
func (q *nearestQuery) boxDistance(n *bvhNode, child uint32) int32 {
	p := &n.planes
	i := child % bvhWidth
	x := orderedFloat(max(floatOrder(p[i]-q.hi[0]), floatOrder(q.lo[0]-p[4+i]), 0))
	y := orderedFloat(max(floatOrder(p[8+i]-q.hi[1]), floatOrder(q.lo[1]-p[12+i]), 0))
	z := orderedFloat(max(floatOrder(p[16+i]-q.hi[2]), floatOrder(q.lo[2]-p[20+i]), 0))
	return floatOrder(float32(x*x) + float32(y*y) + float32(z*z))
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
