package mesh

import (
	"math"
	"slices"
)

// A planeMesh triangulates a triangle with points and segments in it: points
// are added one after the other, edges are then turned until they are as
// Delaunay would have them (C. L. Lawson, "Software for C1 surface
// interpolation", 1977), and segments are forced by turning the edges that
// cross them (S. W. Sloan, "A fast algorithm for generating constrained
// Delaunay triangulations", Computers & Structures 47 (1993)).
//
// Turns are exact. Whether a circle holds a point is asked of rounded points:
// it decides about beauty only.
type planeMesh struct {
	cuts  *faceCuts
	ids   []uint32 // of the points, the first three being the corners
	flat  []point2
	local []localPoint // sorted by id

	tris  []planeTriangle
	at    []int32 // for each point, a triangle that has it as a corner
	stack []planeEdge
	queue []planeEdge
	last  int32
	stuck bool // a segment could not be forced, which cannot be
}

// A localPoint is the place of a point in a planeMesh.
type localPoint struct {
	id    uint32
	place int32
}

// A planeTriangle runs counter-clockwise; next[k] lies beyond the edge from
// corner k to the one after it, or is −1.
type planeTriangle struct {
	corner, next [3]int32
}

// A planeEdge is edge k of a triangle when it was noted, and its corners, by
// which one sees whether it is still there.
type planeEdge struct{ p, q int32 }

// build triangulates.
func (m *planeMesh) build(c *faceCuts, corners Triangle) {
	m.cuts = c
	m.collect(corners)
	m.tris = append(m.tris[:0], planeTriangle{corner: [3]int32{0, 1, 2}, next: [3]int32{-1, -1, -1}})
	m.at = append(m.at[:0], 0, 0, 0)
	m.last = 0
	for i := int32(3); i < int32(len(m.ids)); i++ {
		m.at = append(m.at, -1)
		m.insert(i)
	}
	m.stuck = false
	for _, piece := range c.pieces {
		m.force(m.placeOf(piece[0]), m.placeOf(piece[1]))
	}
}

// collect lists the points.
func (m *planeMesh) collect(corners Triangle) {
	m.ids = append(m.ids[:0], corners[:]...)
	for _, piece := range m.cuts.pieces {
		m.ids = append(m.ids, piece[:]...)
	}
	m.ids = append(m.ids, m.cuts.lone...)
	rest := m.ids[3:]
	slices.Sort(rest)
	rest = slices.Compact(rest)
	rest = slices.DeleteFunc(rest, func(i uint32) bool { return slices.Contains(corners[:], i) })
	m.ids = m.ids[:3+len(rest)]
	m.flat, m.local = m.flat[:0], m.local[:0]
	for i, id := range m.ids {
		p := flatPoint(m.cuts.points.at[id], m.cuts.axis)
		if m.cuts.turned {
			p.x, p.y = p.y, p.x
		}
		m.flat = append(m.flat, p)
		m.local = append(m.local, localPoint{id, int32(i)})
	}
	slices.SortFunc(m.local, func(a, b localPoint) int { return int(a.id) - int(b.id) })
}

func (m *planeMesh) placeOf(id uint32) int32 {
	i, _ := slices.BinarySearchFunc(m.local, id, func(a localPoint, id uint32) int { return int(a.id) - int(id) })
	return m.local[i].place
}

// turn returns the turn of three points.
func (m *planeMesh) turn(a, b, c int32) int { return m.cuts.turn(m.ids[a], m.ids[b], m.ids[c]) }

// locate walks from the last triangle to one that point p lies in. sides are
// those of p beside its edges.
func (m *planeMesh) locate(p int32) (t int32, sides [3]int) {
	t = m.last
	from := int32(-1)
walk:
	for range 4 * (len(m.tris) + 4) {
		tri := &m.tris[t]
		for k := range 3 {
			sides[k] = 1
			if tri.next[k] >= 0 && tri.next[k] == from {
				continue // it came from there
			}
			sides[k] = m.turn(tri.corner[k], tri.corner[(k+1)%3], p)
			if sides[k] < 0 && tri.next[k] >= 0 {
				from, t = t, tri.next[k]
				continue walk
			}
		}
		return t, sides
	}
	return m.search(p)
}

// search looks into all triangles: the walk may go in circles in one that is
// not quite Delaunay.
func (m *planeMesh) search(p int32) (int32, [3]int) {
	var sides [3]int
	for t := range m.tris {
		for k := range 3 {
			sides[k] = m.turn(m.tris[t].corner[k], m.tris[t].corner[(k+1)%3], p)
		}
		if sides[0] >= 0 && sides[1] >= 0 && sides[2] >= 0 {
			return int32(t), sides
		}
	}
	return 0, [3]int{1, 1, 1}
}

// insert adds point p.
func (m *planeMesh) insert(p int32) {
	t, sides := m.locate(p)
	on := slices.Index(sides[:], 0)
	m.stack = m.stack[:0]
	if on < 0 {
		m.splitInside(t, p)
	} else {
		m.splitEdge(t, on, p)
	}
	m.last = m.at[p]
	m.legalize(p)
}

// splitInside makes three triangles of one.
func (m *planeMesh) splitInside(t, p int32) {
	old := m.tris[t]
	a, b := int32(len(m.tris)), int32(len(m.tris)+1)
	c := old.corner
	m.tris = append(m.tris, planeTriangle{}, planeTriangle{})
	m.set(t, [3]int32{c[0], c[1], p}, [3]int32{old.next[0], a, b})
	m.set(a, [3]int32{c[1], c[2], p}, [3]int32{old.next[1], b, t})
	m.set(b, [3]int32{c[2], c[0], p}, [3]int32{old.next[2], t, a})
	m.relink(old.next[1], t, a)
	m.relink(old.next[2], t, b)
	for k := range 3 {
		m.stack = append(m.stack, planeEdge{c[k], c[(k+1)%3]})
	}
}

// splitEdge makes two triangles of each of the one or two at an edge.
func (m *planeMesh) splitEdge(t int32, k int, p int32) {
	old := m.tris[t]
	other := old.next[k]
	v, w, apex := old.corner[k], old.corner[(k+1)%3], old.corner[(k+2)%3]
	a := int32(len(m.tris))
	m.tris = append(m.tris, planeTriangle{})
	b := int32(-1)
	if other >= 0 {
		b = int32(len(m.tris))
		m.tris = append(m.tris, planeTriangle{})
	}
	// t keeps the side of w, a takes that of v.
	m.set(t, [3]int32{p, w, apex}, [3]int32{other, old.next[(k+1)%3], a})
	m.set(a, [3]int32{v, p, apex}, [3]int32{b, t, old.next[(k+2)%3]})
	m.relink(old.next[(k+2)%3], t, a)
	m.stack = append(m.stack, planeEdge{w, apex}, planeEdge{apex, v})
	if other < 0 {
		return
	}
	far := m.tris[other]
	j := slices.Index(far.next[:], t)
	apex = far.corner[(j+2)%3]
	m.set(other, [3]int32{w, p, apex}, [3]int32{t, b, far.next[(j+2)%3]})
	m.set(b, [3]int32{p, v, apex}, [3]int32{a, far.next[(j+1)%3], other})
	m.relink(far.next[(j+1)%3], other, b)
	m.stack = append(m.stack, planeEdge{v, apex}, planeEdge{apex, w})
}

// set replaces a triangle.
func (m *planeMesh) set(t int32, corner, next [3]int32) {
	m.tris[t] = planeTriangle{corner, next}
	for _, c := range corner {
		m.at[c] = t
	}
}

// relink makes t, which may be −1, the neighbour of a triangle in the place of
// another.
func (m *planeMesh) relink(t, from, to int32) {
	if t < 0 {
		return
	}
	for k := range 3 {
		if m.tris[t].next[k] == from {
			m.tris[t].next[k] = to
			return
		}
	}
}

// legalize turns edges opposite the new point p while the circle beyond them
// holds it.
func (m *planeMesh) legalize(p int32) {
	for budget := 64 * len(m.tris); len(m.stack) > 0 && budget > 0; budget-- {
		e := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		t, k := m.find(e.p, e.q)
		if t < 0 || m.tris[t].corner[(k+2)%3] != p {
			continue
		}
		other := m.tris[t].next[k]
		if other < 0 {
			continue
		}
		j := slices.Index(m.tris[other].next[:], t)
		far := m.tris[other].corner[(j+2)%3]
		if !m.circleHolds(e.p, e.q, p, far) || !m.canFlip(e.p, e.q, p, far) {
			continue
		}
		m.flip(t, k)
		m.stack = append(m.stack, planeEdge{e.p, far}, planeEdge{far, e.q})
	}
}

// circleHolds reports whether the circle through three points clearly holds a
// fourth, rounded as they are.
func (m *planeMesh) circleHolds(a, b, c, d int32) bool {
	o := m.flat[d]
	p, q, r := m.flat[a].minus(o), m.flat[b].minus(o), m.flat[c].minus(o)
	pp, qq, rr := p.norm2(), q.norm2(), r.norm2()
	x, y, z := q.cross(r), r.cross(p), p.cross(q)
	det := float64(pp*x) + float64(qq*y) + float64(rr*z)
	size := float64(pp*math.Abs(x)) + float64(qq*math.Abs(y)) + float64(rr*math.Abs(z))
	const clearly = 1e-10
	return det > float64(clearly*size)
}

func (p point2) minus(q point2) point2  { return point2{p.x - q.x, p.y - q.y} }
func (p point2) norm2() float64         { return float64(p.x*p.x) + float64(p.y*p.y) }
func (p point2) cross(q point2) float64 { return float64(p.x*q.y) - float64(p.y*q.x) }

// canFlip reports whether the edge from p to q between the far corners a, to
// its left, and b can be turned: whether the four make a convex corner
// everywhere.
func (m *planeMesh) canFlip(p, q, a, b int32) bool {
	return m.turn(a, p, b) > 0 && m.turn(b, q, a) > 0
}

// flip turns edge k of triangle t.
func (m *planeMesh) flip(t int32, k int) {
	old := m.tris[t]
	other := old.next[k]
	far := m.tris[other]
	j := slices.Index(far.next[:], t)
	p, q, a, b := old.corner[k], old.corner[(k+1)%3], old.corner[(k+2)%3], far.corner[(j+2)%3]
	// Around: p, b, q, a. The new edge runs from a to b.
	pb, bq := far.next[(j+1)%3], far.next[(j+2)%3]
	qa, ap := old.next[(k+1)%3], old.next[(k+2)%3]
	m.set(t, [3]int32{p, b, a}, [3]int32{pb, other, ap})
	m.set(other, [3]int32{b, q, a}, [3]int32{bq, qa, t})
	m.relink(pb, other, t)
	m.relink(qa, t, other)
}

// find returns the triangle in which an edge runs from p to q, and which of its
// edges that is; −1 if there is none.
func (m *planeMesh) find(p, q int32) (t int32, k int) {
	found, edge := int32(-1), 0
	m.around(p, func(t int32, k int) bool {
		if m.tris[t].corner[(k+1)%3] == q {
			found, edge = t, k
			return false
		}
		return true
	})
	return found, edge
}

// around visits the triangles around point p, with the place of p in each,
// until visit returns false.
func (m *planeMesh) around(p int32, visit func(t int32, k int) bool) {
	start := m.at[p]
	for t := start; ; {
		k := slices.Index(m.tris[t].corner[:], p)
		if !visit(t, k) {
			return
		}
		// Counter-clockwise, over the edge that ends at p.
		t = m.tris[t].next[(k+2)%3]
		if t == start {
			return
		}
		if t < 0 {
			break
		}
	}
	for t := start; ; {
		k := slices.Index(m.tris[t].corner[:], p)
		t = m.tris[t].next[k]
		if t < 0 {
			return
		}
		if !visit(t, slices.Index(m.tris[t].corner[:], p)) {
			return
		}
	}
}

// force makes an edge from p to q. No other point lies on it, and it crosses
// no edge that is fixed.
func (m *planeMesh) force(p, q int32) {
	if t, _ := m.find(p, q); t >= 0 {
		return
	}
	if t, _ := m.find(q, p); t >= 0 {
		return
	}
	m.findCrossed(p, q)
	most := 64 + 4*len(m.queue)*len(m.queue)
	for next := 0; next < len(m.queue); next++ {
		if next > most {
			m.stuck = true
			return
		}
		e := m.queue[next]
		t, k := m.find(e.p, e.q)
		if t < 0 {
			continue
		}
		other := m.tris[t].next[k]
		a := m.tris[t].corner[(k+2)%3]
		b := m.tris[other].corner[(slices.Index(m.tris[other].next[:], t)+2)%3]
		if !m.canFlip(e.p, e.q, a, b) {
			m.queue = append(m.queue, e)
			continue
		}
		m.flip(t, k)
		if a != p && a != q && b != p && b != q && m.turn(p, q, a)*m.turn(p, q, b) < 0 {
			m.queue = append(m.queue, planeEdge{a, b})
		}
	}
}

// findCrossed lists the edges that the segment from p to q crosses.
func (m *planeMesh) findCrossed(p, q int32) {
	m.queue = m.queue[:0]
	t, k := int32(-1), 0
	m.around(p, func(at int32, i int) bool {
		c := &m.tris[at].corner
		if m.turn(p, c[(i+1)%3], q) > 0 && m.turn(p, c[(i+2)%3], q) < 0 {
			t, k = at, (i+1)%3
			return false
		}
		return true
	})
	for t >= 0 {
		e := planeEdge{m.tris[t].corner[k], m.tris[t].corner[(k+1)%3]}
		m.queue = append(m.queue, e)
		other := m.tris[t].next[k]
		if other < 0 {
			return
		}
		j := slices.Index(m.tris[other].next[:], t)
		far := m.tris[other].corner[(j+2)%3]
		if far == q {
			return
		}
		// e runs from the right of the segment to its left; so does the next.
		if m.turn(p, q, far) > 0 {
			t, k = other, (j+1)%3
		} else {
			t, k = other, (j+2)%3
		}
	}
}
