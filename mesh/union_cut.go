package mesh

import (
	"cmp"
	"slices"

	"github.com/golang/geo/r3"
)

// A faceCuts holds the segments in one triangle, which are to cross nowhere
// but in points: first its edges, then its cuts.
type faceCuts struct {
	points *arrangedPoints
	kernel *exactKernel
	face   planeRef
	axis   int
	turned bool // seen along the axis the triangle runs clockwise

	segments []faceSegment
	lone     []uint32    // points without a segment
	on       []segmentAt // points on segments
	sweep    []int32
	active   []int32
	pieces   [][2]uint32
}

// A faceSegment is a segment with its box seen along the triangle's axis.
type faceSegment struct {
	p, q   uint32
	plane  planeRef
	lo, hi point2
}

// A segmentAt is a point on a segment.
type segmentAt struct {
	segment int32
	point   uint32
}

// start takes up a triangle with its cuts.
func (c *faceCuts) start(f uint32, find *contactFinder, cuts []cut) {
	t := find.mesh.Triangles[f]
	s := find.corners(f)
	c.face, c.axis = find.plane(f), int(find.axis[f])
	flat := dropAxis(&s, r3.Axis(c.axis))
	c.turned = turn(&flat) < 0
	c.segments, c.lone, c.on = c.segments[:0], c.lone[:0], c.on[:0]
	for k := range 3 {
		c.addSegment(t[k], t[(k+1)%3], find.edgePlane(f, k, find.axis[f]))
	}
	for i := range cuts {
		if cuts[i].p == cuts[i].q {
			c.lone = append(c.lone, cuts[i].p)
		} else {
			c.addSegment(cuts[i].p, cuts[i].q, cuts[i].plane)
		}
	}
}

func (c *faceCuts) addSegment(p, q uint32, plane planeRef) {
	a, b := flatPoint(c.points.at[p], c.axis), flatPoint(c.points.at[q], c.axis)
	c.segments = append(c.segments, faceSegment{
		p: p, q: q, plane: plane,
		lo: point2{min(a.x, b.x), min(a.y, b.y)}, hi: point2{max(a.x, b.x), max(a.y, b.y)},
	})
}

// cross finds where segments cross and which points lie on them. Boxes are
// those of rounded points; rounding keeps order, so that none is missed.
func (c *faceCuts) cross() {
	c.sweep = c.sweep[:0]
	for i := range c.segments {
		c.sweep = append(c.sweep, int32(i))
	}
	slices.SortFunc(c.sweep, func(i, j int32) int {
		return cmp.Or(cmp.Compare(c.segments[i].lo.x, c.segments[j].lo.x), cmp.Compare(i, j))
	})
	c.active = c.active[:0]
	for _, i := range c.sweep {
		s := &c.segments[i]
		kept := c.active[:0]
		for _, j := range c.active {
			o := &c.segments[j]
			if o.hi.x < s.lo.x {
				continue
			}
			kept = append(kept, j)
			if o.lo.y <= s.hi.y && s.lo.y <= o.hi.y {
				c.meet(min(i, j), max(i, j))
			}
		}
		c.active = append(kept, i)
	}
	for _, p := range c.lone {
		c.meetPoint(p)
	}
}

// meet finds what segments i and j have in common.
func (c *faceCuts) meet(i, j int32) {
	s, t := c.segments[i], c.segments[j]
	ofP, ofQ := c.turn(s.p, s.q, t.p), c.turn(s.p, s.q, t.q)
	if ofP*ofQ > 0 {
		return
	}
	otherP, otherQ := c.turn(t.p, t.q, s.p), c.turn(t.p, t.q, s.q)
	if otherP*otherQ > 0 {
		return
	}
	if ofP*ofQ < 0 && otherP*otherQ < 0 {
		point := c.points.add(c.kernel, madePoint{p: noIndex, planes: [3]planeRef{c.face, s.plane, t.plane}})
		c.on = append(c.on, segmentAt{i, point}, segmentAt{j, point})
		return
	}
	c.atEnd(i, t.p, ofP)
	c.atEnd(i, t.q, ofQ)
	c.atEnd(j, s.p, otherP)
	c.atEnd(j, s.q, otherQ)
}

// atEnd notes a point on segment i if it lies there, given its side.
func (c *faceCuts) atEnd(i int32, point uint32, side int) {
	s := &c.segments[i]
	if side == 0 && point != s.p && point != s.q && c.isBetween(s.p, point, s.q) {
		c.on = append(c.on, segmentAt{i, point})
	}
}

// meetPoint notes a lone point on all segments that it lies on.
func (c *faceCuts) meetPoint(point uint32) {
	p := flatPoint(c.points.at[point], c.axis)
	for i := range c.segments {
		s := &c.segments[i]
		if s.lo.x <= p.x && p.x <= s.hi.x && s.lo.y <= p.y && p.y <= s.hi.y {
			c.atEnd(int32(i), point, c.turn(s.p, s.q, point))
		}
	}
}

// isBetween reports whether b lies between a and c, which are on one line with
// it.
func (c *faceCuts) isBetween(p, b, q uint32) bool {
	return c.kernel.before(p, b, c.axis)*c.kernel.before(b, q, c.axis) > 0
}

// turn returns the turn of three points as seen from outside.
func (c *faceCuts) turn(p, q, r uint32) int {
	s := c.kernel.orient2D(p, q, r, c.axis)
	if c.turned {
		return -s
	}
	return s
}

// split splits the segments at the points on them. The pieces have nothing in
// common but ends.
func (c *faceCuts) split() {
	slices.SortFunc(c.on, func(a, b segmentAt) int {
		return cmp.Or(cmp.Compare(a.segment, b.segment), c.kernel.before(a.point, b.point, c.axis), cmp.Compare(a.point, b.point))
	})
	c.pieces = c.pieces[:0]
	next := 0
	for i := range c.segments {
		p, q := c.segments[i].p, c.segments[i].q
		if c.kernel.before(p, q, c.axis) > 0 {
			p, q = q, p
		}
		for ; next < len(c.on) && c.on[next].segment == int32(i); next++ {
			c.addPiece(p, c.on[next].point)
			p = c.on[next].point
		}
		c.addPiece(p, q)
	}
	slices.SortFunc(c.pieces, func(a, b [2]uint32) int { return slices.Compare(a[:], b[:]) })
	c.pieces = slices.Compact(c.pieces)
}

func (c *faceCuts) addPiece(p, q uint32) {
	if p != q {
		c.pieces = append(c.pieces, [2]uint32{min(p, q), max(p, q)})
	}
}
