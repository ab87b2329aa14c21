package mesh

import (
	"context"
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// The convex hull of points in space by quickhull: C. B. Barber, D. P. Dobkin,
// H. Huhdanpaa, "The Quickhull Algorithm for Convex Hulls", ACM Transactions
// on Mathematical Software 22 (1996). Every point that is still outside hangs
// in the list of one face that sees it; the farthest one of a list is added,
// the faces that it sees are replaced by a fan, and their lists are dealt out
// again.
//
// Whether a face sees a point is decided exactly, and points in the plane of
// a face do not count as seen. The faces seen from a point therefore always
// form a disk, its rim is one simple loop, and no face is ever degenerate:
// there are no tolerances, and nothing to repair afterwards. Only the order of
// insertion depends on rounded distances. Faces in one plane stay apart here;
// newHull merges them.
//
// The expected time is O(n log n).

// A hullFace is a triangle of the growing hull, counter-clockwise seen from
// outside.
type hullFace struct {
	corner [3]int32
	next   [3]int32 // next[i] is the face across the edge corner[i]→corner[i+1]
	origin r3.Vector
	normal r3.Vector // outward, of twice the triangle's area
	bound  float64   // a larger normal·(p−origin) has the right sign
	length float64   // of normal

	first   int32 // list of the points outside, linked by quickhull.link
	far     int32 // the farthest of them
	farthst float64
	seen    int32 // the last insertion that looked at the face; dead for a free face
}

const (
	noFace = -1
	dead   = -1 // hullFace.seen of a face that was replaced
)

// quickhull is the state of the algorithm.
type quickhull struct {
	points []r3.Vector
	reach  float64 // no two points differ more in one coordinate
	faces  []hullFace
	free   []int32 // faces to be used again
	link   []int32 // the next point in the same list

	pending []int32 // faces that have points outside, or had
	visible []int32 // faces seen from the point being added
	stack   []int32
	rim     []rimEdge
	fan     []int32 // faces being made
	startAt []int32 // the new face whose rim edge starts at a point
}

// A rimEdge is an edge of a face seen by the new point whose other side is
// not seen.
type rimEdge struct {
	from, to int32
	outside  int32 // the face beyond
	side     int32 // the edge's place in that face
}

// newQuickhull starts from a tetrahedron of four points that do not lie in
// one plane; corner are their indices.
func newQuickhull(points []r3.Vector, corner [4]int32, reach float64) *quickhull {
	q := &quickhull{
		points:  points,
		reach:   reach,
		link:    make([]int32, len(points)),
		startAt: make([]int32, len(points)),
	}
	a, b, c, d := corner[0], corner[1], corner[2], corner[3]
	if orient3D(points[a], points[b], points[c], points[d]) < 0 {
		b, c = c, b
	}
	// d lies below abc: abc is seen from outside.
	f0 := q.addFace(a, b, c)
	f1 := q.addFace(a, d, b)
	f2 := q.addFace(b, d, c)
	f3 := q.addFace(c, d, a)
	q.faces[f0].next = [3]int32{f1, f2, f3}
	q.faces[f1].next = [3]int32{f3, f2, f0}
	q.faces[f2].next = [3]int32{f1, f3, f0}
	q.faces[f3].next = [3]int32{f2, f1, f0}
	first := []int32{f0, f1, f2, f3}
	for p := range points {
		if i := int32(p); i != a && i != b && i != c && i != d {
			q.deal(i, first)
		}
	}
	q.pending = append(q.pending, first...)
	return q
}

// run adds points until none is outside.
func (q *quickhull) run(ctx context.Context) error {
	for round := int32(1); len(q.pending) > 0; {
		f := q.pending[len(q.pending)-1]
		if q.faces[f].seen == dead || q.faces[f].first == noFace {
			q.pending = q.pending[:len(q.pending)-1]
			continue
		}
		q.insert(f, round)
		if round++; round&0x3ff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// insert adds the farthest point of face f.
func (q *quickhull) insert(f, round int32) {
	p := q.faces[f].far
	q.look(f, p, round)
	q.fan = q.fan[:0]
	for _, e := range q.rim {
		n := q.addFace(e.from, e.to, p)
		q.faces[n].next[0] = e.outside
		q.faces[e.outside].next[e.side] = n
		q.startAt[e.from] = n
		q.fan = append(q.fan, n)
	}
	for _, n := range q.fan {
		right := q.startAt[q.faces[n].corner[1]]
		q.faces[n].next[1] = right
		q.faces[right].next[2] = n
	}
	for _, v := range q.visible {
		list := q.faces[v].first
		q.faces[v].first = noFace
		q.faces[v].seen = dead
		for list != noFace {
			i := list
			list = q.link[i]
			if i != p {
				q.deal(i, q.fan)
			}
		}
	}
	q.free = append(q.free, q.visible...)
	for _, n := range q.fan {
		if q.faces[n].first != noFace {
			q.pending = append(q.pending, n)
		}
	}
}

// look collects the faces that see point p, beginning at f, which does, and
// the rim around them.
func (q *quickhull) look(f, p, round int32) {
	q.visible = append(q.visible[:0], f)
	q.rim = q.rim[:0]
	q.faces[f].seen = round
	q.stack = append(q.stack[:0], f)
	for len(q.stack) > 0 {
		v := q.stack[len(q.stack)-1]
		q.stack = q.stack[:len(q.stack)-1]
		face := &q.faces[v]
		for side, n := range face.next {
			other := &q.faces[n]
			if other.seen == round {
				continue
			}
			if q.sees(n, p) {
				other.seen = round
				q.visible = append(q.visible, n)
				q.stack = append(q.stack, n)
				continue
			}
			from, to := face.corner[side], face.corner[(side+1)%3]
			q.rim = append(q.rim, rimEdge{from: from, to: to, outside: n, side: sideFrom(other, to)})
		}
	}
}

// sideFrom returns the place of the edge of f that starts at corner v.
func sideFrom(f *hullFace, v int32) int32 {
	switch v {
	case f.corner[0]:
		return 0
	case f.corner[1]:
		return 1
	}
	return 2
}

// deal hangs point i on the first face of the list that sees it, and drops it
// when none does.
func (q *quickhull) deal(i int32, faces []int32) {
	p := q.points[i]
	for _, f := range faces {
		face := &q.faces[f]
		height := face.height(p)
		if height < -face.bound || height <= face.bound && !q.seesExactly(f, i) {
			continue
		}
		q.link[i] = face.first
		face.first = i
		if distance := height / face.length; face.far == noFace || distance > face.farthst {
			face.far, face.farthst = i, distance
		}
		return
	}
}

// sees reports whether point p lies strictly outside the plane of face f.
func (q *quickhull) sees(f, p int32) bool {
	face := &q.faces[f]
	height := face.height(q.points[p])
	if height > face.bound {
		return true
	}
	return height >= -face.bound && q.seesExactly(f, p)
}

func (q *quickhull) seesExactly(f, p int32) bool {
	c := &q.faces[f].corner
	return orient3D(q.points[c[0]], q.points[c[1]], q.points[c[2]], q.points[p]) < 0
}

// height returns the distance of p from the plane of f times the length of
// the normal.
func (f *hullFace) height(p r3.Vector) float64 {
	return float64(f.normal.X*(p.X-f.origin.X)) +
		float64(f.normal.Y*(p.Y-f.origin.Y)) +
		float64(f.normal.Z*(p.Z-f.origin.Z))
}

// addFace makes a face without neighbours.
func (q *quickhull) addFace(a, b, c int32) int32 {
	f := int32(len(q.faces))
	if n := len(q.free); n > 0 {
		f = q.free[n-1]
		q.free = q.free[:n-1]
	} else {
		if len(q.faces) == cap(q.faces) {
			q.faces = slices.Grow(q.faces, max(64, len(q.faces)))
		}
		q.faces = append(q.faces, hullFace{})
	}
	origin := q.points[a]
	u, v := q.points[b].Sub(origin), q.points[c].Sub(origin)
	normal := u.Cross(v)
	// The six products whose sum bounds the rounding error of the height as
	// in orient3D, here for every point of the set at once.
	size := math.Abs(u.Y*v.Z) + math.Abs(u.Z*v.Y) +
		math.Abs(u.Z*v.X) + math.Abs(u.X*v.Z) +
		math.Abs(u.X*v.Y) + math.Abs(u.Y*v.X)
	q.faces[f] = hullFace{
		corner: [3]int32{a, b, c},
		next:   [3]int32{noFace, noFace, noFace},
		origin: origin,
		normal: normal,
		bound:  float64(float64(2*orient3DBound*size)*q.reach) + underflowBound,
		length: normal.Norm(),
		first:  noFace,
		far:    noFace,
	}
	return f
}
