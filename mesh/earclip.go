package mesh

import (
	"context"
	"math"
)

// A clipper cuts one polygon of the plane, counter-clockwise, into triangles.
//
// It clips ears (G. H. Meisters, "Polygons have ears", 1975) in the order of
// a queue: a corner enters it when its neighbours change and when the corner
// that kept it from being an ear is gone, so that no corner is tried in vain
// twice. What may keep it, reflex and straight corners, lies in a tree of
// boxes (cornerTree). All decisions use the exact sign of orient2D.
//
// A corner whose triangle only touches others is an ear unless their edges
// lead into the triangle; that is what polygons with bridges and those that
// touch themselves need.
type clipper struct {
	nodes []clipNode
	out   []Triangle
	tree  cornerTree
	left  int // nodes that are not cut off

	queue []int32
	head  int // of the queue

	// Lists of corners that were straight, and of those at which the boundary
	// turned back on itself, when they were added.
	straight, spikes []int32

	// waiting heads lists of corners in waits: 2i of those that wait for node
	// i to go or to become convex, 2i+1 of those that wait for its edges to
	// change.
	waiting  []int32
	waits    []clipWait
	freeWait int32 // first of the unused waits, or -1

	relaxed  bool // ears may have corners on the cut
	careless bool // the polygon crosses itself: everything may be cut
	work     int  // comparisons left before the polygon counts as such
}

type clipNode struct {
	vertex     uint32
	x, y       float64
	prev, next int32
	turn       int8 // left (convex) +1, straight 0, right (reflex) -1
	queued     bool
	gone       bool
}

// clipWait is a corner that waits, and the next of its list or -1.
type clipWait struct{ node, next int32 }

// clipWork is how many corners may be compared for each corner of a polygon,
// over a base for small ones. Polygons that do not cross themselves need some
// ten; the bound is for those made to take long.
const (
	clipWork     = 2048
	clipWorkBase = 1 << 20
)

// clip fills c.out with the triangles of c.nodes, whose vertex, x and y are
// set.
func (c *clipper) clip(ctx context.Context) error {
	c.start()
	tried := 0
	for c.left > 3 {
		if tried++; tried&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if c.cutLast(&c.spikes, c.isSpike) {
			continue
		}
		if c.head == len(c.queue) {
			c.unblock()
			continue
		}
		i := c.queue[c.head]
		c.head++
		n := &c.nodes[i]
		n.queued = false
		if n.gone || n.turn <= 0 && !c.careless {
			continue
		}
		if blocker, kind := c.blocker(i); blocker >= 0 {
			c.wait(i, 2*blocker+kind)
			continue
		}
		c.cut(i)
	}
	c.last()
	return nil
}

// start links the nodes and fills the queue and the tree.
func (c *clipper) start() {
	n := len(c.nodes)
	c.left = n
	c.relaxed, c.careless = false, false
	c.work = clipWorkBase + clipWork*n
	c.out, c.straight, c.spikes = c.out[:0], c.straight[:0], c.spikes[:0]
	c.queue, c.head = c.queue[:0], 0
	c.waiting, c.waits = c.waiting[:0], c.waits[:0]
	c.freeWait = -1
	for i := range c.nodes {
		c.nodes[i].prev, c.nodes[i].next = int32((i+n-1)%n), int32((i+1)%n)
		c.nodes[i].queued, c.nodes[i].gone = false, false
		c.waiting = append(c.waiting, -1, -1)
	}
	for i := range c.nodes {
		c.nodes[i].turn = c.turn(int32(i))
		c.enqueue(int32(i))
	}
	c.tree.build(c.nodes)
}

// turn returns which way the boundary turns at node i.
func (c *clipper) turn(i int32) int8 {
	n := &c.nodes[i]
	p, q := &c.nodes[n.prev], &c.nodes[n.next]
	return int8(orient2D(p.x, p.y, n.x, n.y, q.x, q.y))
}

func (c *clipper) enqueue(i int32) {
	n := &c.nodes[i]
	switch {
	case n.gone:
	case c.isSpike(i):
		c.spikes = append(c.spikes, i)
	case n.turn == 0 && !c.careless:
		c.straight = append(c.straight, i)
	case !n.queued && (n.turn > 0 || c.careless):
		n.queued = true
		c.queue = append(c.queue, i)
	}
}

// wait puts node i into a list.
func (c *clipper) wait(i, list int32) {
	w := c.freeWait
	if w < 0 {
		w = int32(len(c.waits))
		c.waits = append(c.waits, clipWait{})
	} else {
		c.freeWait = c.waits[w].next
	}
	c.waits[w] = clipWait{i, c.waiting[list]}
	c.waiting[list] = w
}

// release queues the corners of a list and empties it.
func (c *clipper) release(list int32) {
	for w := c.waiting[list]; w >= 0; {
		c.enqueue(c.waits[w].node)
		next := c.waits[w].next
		c.waits[w].next = c.freeWait
		c.freeWait, w = w, next
	}
	c.waiting[list] = -1
}

// cut takes node i off and emits its triangle, unless two of its corners are
// at one place.
func (c *clipper) cut(i int32) {
	n := &c.nodes[i]
	p, q := n.prev, n.next
	if !c.samePlace(p, q) {
		c.emit(p, i, q)
	}
	c.remove(i)
	// Where a spike was cut off, its two feet are one corner.
	if c.left > 3 && c.samePlace(p, q) {
		after := c.nodes[q].next
		c.remove(q)
		q = after
	}
	c.update(p)
	c.update(q)
}

// remove unlinks node i.
func (c *clipper) remove(i int32) {
	n := &c.nodes[i]
	n.gone = true
	c.left--
	c.nodes[n.prev].next, c.nodes[n.next].prev = n.next, n.prev
	c.tree.drop(i)
	c.release(2 * i)
	c.release(2*i + 1)
}

// update takes in that an edge of node i has changed.
func (c *clipper) update(i int32) {
	n := &c.nodes[i]
	n.turn = c.turn(i)
	if n.turn > 0 {
		c.tree.drop(i)
		c.release(2 * i)
	}
	c.release(2*i + 1)
	c.enqueue(i)
}

func (c *clipper) samePlace(i, j int32) bool {
	return c.nodes[i].x == c.nodes[j].x && c.nodes[i].y == c.nodes[j].y
}

func (c *clipper) emit(i, j, k int32) {
	c.out = append(c.out, Triangle{c.nodes[i].vertex, c.nodes[j].vertex, c.nodes[k].vertex})
}

// last emits the triangle that is left when three corners are.
func (c *clipper) last() {
	for i := range c.nodes {
		if n := &c.nodes[i]; !n.gone {
			if p, q := n.prev, n.next; !c.samePlace(p, q) && !c.samePlace(p, int32(i)) && !c.samePlace(q, int32(i)) {
				c.emit(p, int32(i), q)
			}
			return
		}
	}
}

// unblock goes on when no corner is an ear: a straight corner is cut off as a
// triangle without area, which keeps its edges matched; then corners on the
// cut are allowed; at last the polygon must cross itself.
func (c *clipper) unblock() {
	if c.cutLast(&c.straight, func(i int32) bool { return c.nodes[i].turn == 0 }) {
		return
	}
	c.careless = c.careless || c.relaxed
	c.relaxed = true
	for i := range c.nodes {
		c.enqueue(int32(i))
	}
}

// isSpike reports whether the boundary turns back on itself at node i.
func (c *clipper) isSpike(i int32) bool {
	n := &c.nodes[i]
	p, q := &c.nodes[n.prev], &c.nodes[n.next]
	return n.turn == 0 && !(isBetween(p.x, n.x, q.x) && isBetween(p.y, n.y, q.y))
}

// isBetween reports whether b lies between a and c or on one of them.
func isBetween(a, b, c float64) bool { return a <= b && b <= c || c <= b && b <= a }

// cutLast takes corners from the end of list until one is still as wanted,
// and cuts that off. It reports whether there was one.
func (c *clipper) cutLast(list *[]int32, wanted func(int32) bool) bool {
	for n := len(*list); n > 0; n-- {
		i := (*list)[n-1]
		*list = (*list)[:n-1]
		if !c.nodes[i].gone && wanted(i) {
			c.cut(i)
			return true
		}
	}
	return false
}

// blocker returns a corner that keeps node i from being an ear, and 0 if it
// does so as long as it is there, 1 if by its edges; -1 if node i is an ear.
func (c *clipper) blocker(i int32) (blocker, kind int32) {
	if c.careless {
		return -1, 0
	}
	n := &c.nodes[i]
	t := clipTriangle{c: c, p: n.prev, q: i, r: n.next}
	c.work--
	// The neighbours' own edges may lead into the triangle.
	for _, j := range [...]int32{n.prev, n.next} {
		if t.blocks(j) != notBlocked {
			return j, 1
		}
	}
	t.setBox()
	found, how := c.tree.search(&t)
	if c.work -= t.compared + 1; c.work <= 0 {
		c.careless = true
		return -1, 0
	}
	if how == blockedByEdge {
		return found, 1
	}
	return found, 0
}

// clipTriangle is the triangle of a corner q with its neighbours.
type clipTriangle struct {
	c                      *clipper
	p, q, r                int32
	minX, minY, maxX, maxY float64
	compared               int
}

func (t *clipTriangle) setBox() {
	a, b, d := &t.c.nodes[t.p], &t.c.nodes[t.q], &t.c.nodes[t.r]
	t.minX, t.maxX = min(a.x, b.x, d.x), max(a.x, b.x, d.x)
	t.minY, t.maxY = min(a.y, b.y, d.y), max(a.y, b.y, d.y)
}

type blocking int8

const (
	notBlocked blocking = iota
	blockedByPlace
	blockedByEdge
)

// blocks tells whether node i keeps t from being cut off: because it lies
// inside, or on the cut, or because it lies on the boundary and one of its
// edges leads into t.
func (t *clipTriangle) blocks(i int32) blocking {
	c := t.c
	n := &c.nodes[i]
	a, b, d := &c.nodes[t.p], &c.nodes[t.q], &c.nodes[t.r]
	onPQ := orient2D(a.x, a.y, b.x, b.y, n.x, n.y)
	if onPQ < 0 {
		return notBlocked
	}
	onQR := orient2D(b.x, b.y, d.x, d.y, n.x, n.y)
	if onQR < 0 {
		return notBlocked
	}
	onRP := orient2D(d.x, d.y, a.x, a.y, n.x, n.y)
	switch {
	case onRP < 0:
		return notBlocked
	case onPQ > 0 && onQR > 0 && (onRP > 0 || !c.relaxed):
		return blockedByPlace
	}
	for _, j := range [...]int32{n.prev, n.next} {
		w := &c.nodes[j]
		if (onPQ > 0 || orient2D(a.x, a.y, b.x, b.y, w.x, w.y) > 0) &&
			(onQR > 0 || orient2D(b.x, b.y, d.x, d.y, w.x, w.y) > 0) &&
			(onRP > 0 || orient2D(d.x, d.y, a.x, a.y, w.x, w.y) > 0) {
			return blockedByEdge
		}
	}
	return notBlocked
}

// misses reports whether a box certainly has no point of t.
func (t *clipTriangle) misses(b *cornerBox) bool {
	if b.minX > t.maxX || b.maxX < t.minX || b.minY > t.maxY || b.maxY < t.minY {
		return true
	}
	c := t.c
	p, q, r := &c.nodes[t.p], &c.nodes[t.q], &c.nodes[t.r]
	return b.rightOf(p, q) || b.rightOf(q, r) || b.rightOf(r, p)
}

// rightOf reports whether b lies right of the line from p to q, with a margin
// for rounding.
func (b *cornerBox) rightOf(p, q *clipNode) bool {
	dx, dy := q.x-p.x, q.y-p.y
	x, y := b.minX, b.maxY // the corner farthest to the left of the line
	if dy < 0 {
		x = b.maxX
	}
	if dx < 0 {
		y = b.minY
	}
	left, right := float64(dx*(y-p.y)), float64(dy*(x-p.x))
	const margin = 1e-14
	return left-right < float64(-margin*(math.Abs(left)+math.Abs(right)))-underflowBound
}
