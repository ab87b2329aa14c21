package mesh

import (
	"context"
	"slices"

	"github.com/golang/geo/r3"
)

// The Delaunay tetrahedra of points in space, by adding one point after the
// other and replacing the tetrahedra whose spheres hold it (A. Bowyer, D. F.
// Watson, The Computer Journal 24 (1981)).
//
// Outside, every facet of the hull carries a tetrahedron with a corner at
// infinity, so that the hull needs no special case. The sphere of such a
// tetrahedron is the space beyond the facet, together with the inside of the
// facet's circle.
//
// All decisions are exact, and a sphere holds the points strictly inside only.
// The tetrahedra that a point replaces are then always a region that it sees
// whole, and none of the new ones is flat: points on one plane, one sphere or
// a grid need no special case either, and no perturbation.
//
// Points are added in random rounds of doubling size, each along a Hilbert
// curve (N. Amenta, S. Choi, G. Rote, "Incremental constructions con BRIO",
// SoCG 2003), so that each is found by a short walk from the last one. The
// expected time is O(n log n) for points spread over a surface or in space; it
// is O(n²) for some sets that have n² tetrahedra, such as two skew lines.

// infinite is the corner at infinity.
const infinite = -1

// A tetrahedron has corners a, b, c, d with orient3D(a, b, c, d) > 0, and
// next[i] lies beyond the facet opposite corner[i].
type tetrahedron struct {
	corner [4]int32
	next   [4]int32
}

// delaunay is the state of the algorithm.
type delaunay struct {
	points []r3.Vector
	tets   []tetrahedron
	mark   []int32 // of tets: +round where the point is inside the sphere, −round where not, dead if free
	free   []int32
	last   int32 // where the next walk begins
	round  int32
	random uint32

	hit   []int32 // tets to be replaced
	stack []int32
	made  []int32
	edges edgeTable
}

// freeTet is the mark of a tetrahedron that was replaced.
const freeTet = int32(-1 << 31)

// newDelaunay finds the Delaunay tetrahedra of points; there are none if the
// points lie in one plane. Of points that are the same the first one added
// counts. The result is the same in every run.
func newDelaunay(ctx context.Context, points []r3.Vector) (*delaunay, error) {
	d := &delaunay{points: points, random: 1}
	simplex, dimension := startSimplex(points)
	if dimension < 3 {
		return d, nil
	}
	d.begin(simplex)
	for i, p := range insertionOrder(points) {
		if !slices.Contains(simplex[:], p) {
			d.insert(p)
		}
		if i&0x3ff == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// exists reports whether there is a tetrahedron at place t and it is finite.
func (d *delaunay) exists(t int) bool {
	return d.mark[t] != freeTet && !d.tets[t].isOutside()
}

// boundary returns the facets between tetrahedra that are kept and such that
// are not, as triangles that face outward, and the number of those kept. They
// close: seen as sums of oriented facets, they are the boundary of a body.
func (d *delaunay) boundary(keep func(corner *[4]int32) bool) (facets []Triangle, count int) {
	kept := make([]bool, len(d.tets))
	for t := range d.tets {
		kept[t] = d.exists(t) && keep(&d.tets[t].corner)
		if kept[t] {
			count++
		}
	}
	// The corners of the facet opposite each corner, seen from outside.
	opposite := [4][3]int{{1, 3, 2}, {0, 2, 3}, {0, 3, 1}, {0, 1, 2}}
	for t := range d.tets {
		if !kept[t] {
			continue
		}
		for i, next := range d.tets[t].next {
			if !kept[next] {
				c, o := &d.tets[t].corner, opposite[i]
				facets = append(facets, Triangle{uint32(c[o[0]]), uint32(c[o[1]]), uint32(c[o[2]])})
			}
		}
	}
	return facets, count
}

// isOutside reports whether a corner of t lies at infinity.
func (t *tetrahedron) isOutside() bool {
	return t.corner[0] == infinite || t.corner[1] == infinite || t.corner[2] == infinite || t.corner[3] == infinite
}

// begin makes the first tetrahedron and the four around it.
func (d *delaunay) begin(corner [4]int32) {
	if orient3D(d.points[corner[0]], d.points[corner[1]], d.points[corner[2]], d.points[corner[3]]) < 0 {
		corner[0], corner[1] = corner[1], corner[0]
	}
	d.add(tetrahedron{corner: corner, next: [4]int32{1, 2, 3, 4}})
	for i := range 4 {
		// Seen from the other side, the facet is turned around.
		out := corner
		out[i] = infinite
		j, k := (i+1)%4, (i+2)%4
		out[j], out[k] = out[k], out[j]
		d.add(tetrahedron{corner: out})
	}
	for i := int32(1); i <= 4; i++ {
		for side, c := range d.tets[i].corner {
			if c == infinite {
				d.tets[i].next[side] = 0
				continue
			}
			// Beyond the facet without corner c lies the outer tetrahedron
			// that the first one has opposite c.
			d.tets[i].next[side] = int32(1 + slices.Index(corner[:], c))
		}
	}
}

// add puts t into a free place.
func (d *delaunay) add(t tetrahedron) int32 {
	if n := len(d.free); n > 0 {
		i := d.free[n-1]
		d.free = d.free[:n-1]
		d.tets[i], d.mark[i] = t, 0
		return i
	}
	d.tets = append(d.tets, t)
	d.mark = append(d.mark, 0)
	return int32(len(d.tets) - 1)
}

// side returns on which side of the facet opposite corner i of t point p lies:
// +1 on the side of t, −1 beyond, 0 in the plane. The facet must be finite.
func (d *delaunay) side(t *tetrahedron, i int, p int32) int {
	c := t.corner
	c[i] = p
	return orient3D(d.points[c[0]], d.points[c[1]], d.points[c[2]], d.points[c[3]])
}

// holds reports whether point p lies strictly inside the sphere of t.
func (d *delaunay) holds(t, p int32) bool {
	tet := &d.tets[t]
	for i, c := range tet.corner {
		if c == infinite {
			s := d.side(tet, i, p)
			return s > 0 || s == 0 && d.holds(tet.next[i], p)
		}
	}
	c := &tet.corner
	return inSphere(d.points[c[0]], d.points[c[1]], d.points[c[2]], d.points[c[3]], d.points[p]) > 0
}

// locate walks to a tetrahedron whose sphere holds point p; false if p is
// already there.
func (d *delaunay) locate(p int32) (int32, bool) {
	t := d.last
	if tet := &d.tets[t]; tet.isOutside() {
		t = tet.next[slices.Index(tet.corner[:], infinite)]
	}
	from := int32(noFace)
walk:
	for !d.tets[t].isOutside() {
		tet := &d.tets[t]
		// Starting at a random facet keeps the walk from going in circles
		// among tetrahedra of one sphere.
		d.random ^= d.random << 13
		d.random ^= d.random >> 17
		d.random ^= d.random << 5
		for k := range 4 {
			i := (int(d.random>>30) + k) & 3
			if next := tet.next[i]; next != from && d.side(tet, i, p) < 0 {
				from, t = t, next
				continue walk
			}
		}
		for _, c := range tet.corner {
			if d.points[c] == d.points[p] {
				return t, false
			}
		}
		break
	}
	return t, true
}

// insert adds point p.
func (d *delaunay) insert(p int32) {
	start, isNew := d.locate(p)
	if !isNew {
		return
	}
	d.round++
	d.hit = append(d.hit[:0], start)
	d.stack = append(d.stack[:0], start)
	d.mark[start] = d.round
	d.made = d.made[:0]
	d.edges.clear()
	for len(d.stack) > 0 {
		t := d.stack[len(d.stack)-1]
		d.stack = d.stack[:len(d.stack)-1]
		for i, next := range d.tets[t].next {
			switch d.mark[next] {
			case d.round:
				continue
			case -d.round:
			default:
				if d.holds(next, p) {
					d.mark[next] = d.round
					d.hit = append(d.hit, next)
					d.stack = append(d.stack, next)
					continue
				}
				d.mark[next] = -d.round
			}
			d.close(t, i, next, p)
		}
	}
	for _, t := range d.hit {
		d.mark[t] = freeTet
	}
	d.free = append(d.free, d.hit...)
	d.last = d.made[len(d.made)-1]
}

// close makes the tetrahedron of point p over the facet opposite corner i of
// t, beyond which lies next, which stays.
func (d *delaunay) close(t int32, i int, next, p int32) {
	corner := d.tets[t].corner
	corner[i] = p
	made := d.add(tetrahedron{corner: corner})
	d.made = append(d.made, made)
	d.tets[made].next[i] = next
	d.tets[next].next[d.sideTowards(next, t)] = made
	for j := range 4 {
		if j == i {
			continue
		}
		// The facet of p opposite corner j is known by its other two corners.
		a, b := otherTwo(&corner, i, j)
		if other, side, ok := d.edges.match(a, b, made, int32(j)); ok {
			d.tets[made].next[j] = other
			d.tets[other].next[side] = made
		}
	}
}

// sideTowards returns the place of neighbour t of tetrahedron of.
func (d *delaunay) sideTowards(of, t int32) int {
	return slices.Index(d.tets[of].next[:], t)
}

// otherTwo returns the corners that are neither at i nor at j, lesser first.
func otherTwo(corner *[4]int32, i, j int) (a, b int32) {
	first := true
	for k, c := range corner {
		if k == i || k == j {
			continue
		}
		if first {
			a, first = c, false
		} else {
			b = c
		}
	}
	return min(a, b), max(a, b)
}

// edgeTable finds the two facets that share an edge, by open addressing. Its
// entries are of one round each, so that clearing costs nothing.
type edgeTable struct {
	slots []edgeSlot
	round int32
	used  int
}

type edgeSlot struct {
	a, b      int32
	tet, side int32
	round     int32
}

func (e *edgeTable) clear() {
	e.round++
	e.used = 0
}

// match returns the entry of edge a, b if there is one, and else makes it.
func (e *edgeTable) match(a, b, tet, side int32) (other, otherSide int32, ok bool) {
	if 2*e.used >= len(e.slots) {
		e.grow()
	}
	s := e.find(a, b)
	if s.round == e.round {
		return s.tet, s.side, true
	}
	*s = edgeSlot{a, b, tet, side, e.round}
	e.used++
	return 0, 0, false
}

// find returns the slot of an edge or the free one where it belongs.
func (e *edgeTable) find(a, b int32) *edgeSlot {
	mask := uint32(len(e.slots) - 1)
	h := (uint32(a)*0x9e3779b1 ^ uint32(b)*0x85ebca6b) >> 7
	for i := h & mask; ; i = (i + 1) & mask {
		s := &e.slots[i]
		if s.round != e.round || s.a == a && s.b == b {
			return s
		}
	}
}

func (e *edgeTable) grow() {
	old := e.slots
	e.slots = make([]edgeSlot, max(256, 2*len(old)))
	for _, s := range old {
		if s.round == e.round && e.round > 0 {
			*e.find(s.a, s.b) = s
		}
	}
}
