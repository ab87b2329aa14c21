package mesh

import (
	"cmp"
	"slices"
)

// A cornerTree holds the reflex and straight corners of a polygon for the
// search of those that lie in a triangle. They are sorted along a Z curve of
// their ranks in x and in y, in which clusters spread out; every cornerLeaf
// of them have a box, and so have every two boxes. Corners that are dropped
// are passed over, and boxes without corners too.
type cornerTree struct {
	corners []int32 // in the order of the curve
	place   []int32 // of each node in corners, -1 if it is not there
	dead    []bool  // of corners
	boxes   []cornerBox
	leaves  int // of boxes, which are the last ones; 1 is the root, the children of i are 2i and 2i+1
	codes   []cornerCode
}

// cornerBox bounds corners, of which alive are left.
type cornerBox struct {
	minX, minY, maxX, maxY float64
	alive                  int
}

// cornerLeaf is how many corners are compared one by one.
const cornerLeaf = 8

// build takes in the corners of nodes that are not convex.
func (t *cornerTree) build(nodes []clipNode) {
	t.corners, t.place, t.dead = t.corners[:0], t.place[:0], t.dead[:0]
	for i := range nodes {
		t.place = append(t.place, -1)
		if nodes[i].turn <= 0 {
			t.corners = append(t.corners, int32(i))
			t.dead = append(t.dead, false)
		}
	}
	if len(t.corners) > cornerLeaf {
		t.sort(nodes)
	}
	t.leaves = 1
	for t.leaves*cornerLeaf < len(t.corners) {
		t.leaves *= 2
	}
	t.boxes = t.boxes[:0]
	for range 2 * t.leaves {
		t.boxes = append(t.boxes, cornerBox{})
	}
	for at, i := range t.corners {
		t.place[i] = int32(at)
		leaf := &t.boxes[t.leaves+at/cornerLeaf]
		leaf.add(&cornerBox{nodes[i].x, nodes[i].y, nodes[i].x, nodes[i].y, 1})
	}
	for i := t.leaves - 1; i > 0; i-- {
		t.boxes[i] = t.boxes[2*i]
		t.boxes[i].add(&t.boxes[2*i+1])
	}
}

// add grows b by the corners of o.
func (b *cornerBox) add(o *cornerBox) {
	switch {
	case o.alive == 0:
	case b.alive == 0:
		*b = *o
	default:
		b.minX, b.maxX = min(b.minX, o.minX), max(b.maxX, o.maxX)
		b.minY, b.maxY = min(b.minY, o.minY), max(b.maxY, o.maxY)
		b.alive += o.alive
	}
}

// cornerCode is a corner's place on the curve.
type cornerCode struct {
	code uint64
	node int32
}

// sort puts t.corners in the order of the curve.
func (t *cornerTree) sort(nodes []clipNode) {
	t.codes = t.codes[:0]
	for _, i := range t.corners {
		t.codes = append(t.codes, cornerCode{0, i})
	}
	slices.SortFunc(t.codes, func(a, b cornerCode) int {
		return cmp.Or(cmp.Compare(nodes[a.node].x, nodes[b.node].x), cmp.Compare(a.node, b.node))
	})
	for rank := range t.codes {
		t.codes[rank].code = spread(uint32(rank))
	}
	slices.SortFunc(t.codes, func(a, b cornerCode) int {
		return cmp.Or(cmp.Compare(nodes[a.node].y, nodes[b.node].y), cmp.Compare(a.node, b.node))
	})
	for rank := range t.codes {
		t.codes[rank].code |= spread(uint32(rank)) << 1
	}
	slices.SortFunc(t.codes, func(a, b cornerCode) int { return cmp.Compare(a.code, b.code) })
	for at := range t.codes {
		t.corners[at] = t.codes[at].node
	}
}

// spread puts a zero bit above each bit of x.
func spread(x uint32) uint64 {
	v := uint64(x)
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	return (v | v<<1) & 0x5555555555555555
}

// drop takes node i out, if it is there.
func (t *cornerTree) drop(i int32) {
	at := t.place[i]
	if at < 0 {
		return
	}
	t.place[i] = -1
	t.dead[at] = true
	for b := t.leaves + int(at)/cornerLeaf; b > 0; b /= 2 {
		t.boxes[b].alive--
	}
}

// search returns a corner that keeps s from being cut off and how, or -1.
func (t *cornerTree) search(s *clipTriangle) (int32, blocking) {
	var stack [64]int
	stack[0] = 1
	for depth := 1; depth > 0; {
		depth--
		b := stack[depth]
		if t.boxes[b].alive == 0 || s.misses(&t.boxes[b]) {
			s.compared++
			continue
		}
		if b < t.leaves {
			stack[depth], stack[depth+1] = 2*b+1, 2*b
			depth += 2
			continue
		}
		first := (b - t.leaves) * cornerLeaf
		for at := first; at < min(first+cornerLeaf, len(t.corners)); at++ {
			i := t.corners[at]
			if t.dead[at] || i == s.p || i == s.q || i == s.r {
				continue
			}
			s.compared++
			if how := s.blocks(i); how != notBlocked {
				return i, how
			}
		}
	}
	return -1, notBlocked
}
