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

	box      [3]float64 // p in the frame of the boxes
	slack    float64    // of a distance in that frame
	boxLimit float64    // squared distance of boxes that matter, in that frame
}

// start prepares the test of boxes for the point and the distance of best.
func (q *nearestQuery) start(b *BVH) {
	q.box = b.frame.toBox(q.p)
	q.slack = float64(frameSlack * (1 + math.Abs(q.box[0]) + math.Abs(q.box[1]) + math.Abs(q.box[2])))
	q.setLimit(b)
}

func (q *nearestQuery) search(b *BVH) {
	q.start(b)
	type entry struct {
		distance float64
		ref      uint32
	}
	var stack [bvhStack]entry
	top := 0
	ref := uint32(0)
	for {
		if ref&leafBit != 0 {
			first, end := leafRange(ref)
			for i := first; i < end; i++ {
				q.triangle(b, i)
			}
		} else {
			n := &b.nodes[ref]
			d0, d1 := q.boxDistance(n, 0), q.boxDistance(n, 1)
			ref0, ref1 := n[12], n[13]
			if d1 < d0 {
				d0, d1, ref0, ref1 = d1, d0, ref1, ref0
			}
			if d1 <= q.boxLimit {
				stack[top&(bvhStack-1)] = entry{d1, ref1}
				top++
			}
			if d0 <= q.boxLimit {
				ref = ref0
				continue
			}
		}
		for {
			if top == 0 {
				return
			}
			top--
			if e := &stack[top&(bvhStack-1)]; e.distance <= q.boxLimit {
				ref = e.ref
				break
			}
		}
	}
}

// setLimit sets the squared distances beyond which nothing matters.
func (q *nearestQuery) setLimit(b *BVH) {
	const slack = 1 + 0x1p-40
	d := q.best.Distance * slack
	q.limit = float64(d * d)
	d = float64(float64(d*b.frame.scale)*slack) + q.slack
	q.boxLimit = float64(d*d) * slack
}

// boxDistance returns the squared distance of the point from a child's box,
// in the frame of the boxes.
func (q *nearestQuery) boxDistance(n *bvhNode, child int) float64 {
	o := 6 * child
	var sum float64
	for i := range 3 {
		lo := float64(math.Float32frombits(n[(o+2*i)&15]))
		hi := float64(math.Float32frombits(n[(o+2*i+1)&15]))
		d := 0.0
		if q.box[i] < lo {
			d = lo - q.box[i]
		} else if q.box[i] > hi {
			d = q.box[i] - hi
		}
		sum += float64(d * d)
	}
	return sum
}

// triangle measures triangle i of the leaves.
func (q *nearestQuery) triangle(b *BVH, i uint32) {
	face := b.faces[i]
	if face == q.exclude {
		return
	}
	t := &b.corners[i]
	point := closestOnTriangle(q.p, b.vertices[t[0]].vector(), b.vertices[t[1]].vector(), b.vertices[t[2]].vector())
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
