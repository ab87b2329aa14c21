package mesh

import (
	"cmp"
	"slices"

	"github.com/golang/geo/r3"
)

// junctionBudget is how many splits of edges are made for each border edge, at
// most; more are only found in files made to take long.
const junctionBudget = 16

// An edgePoint is a vertex that lies within a half-edge, at fraction t of it.
type edgePoint struct {
	halfEdge uint32
	t        float64
	vertex   uint32
}

// junctions splits border edges at the border vertices that lie on them within
// the weld tolerance, where the border beyond runs along them: T-junctions.
// The pieces then meet edge to edge.
func (r *repairer) junctions() (change, error) {
	var done change
	m, t := r.mesh, r.topology
	if len(t.Border) < 3 {
		return done, nil
	}
	tolerance := weldTolerance(m, r.box)
	j := junctionSearch{
		mesh: m, tolerance: max(tolerance[0], tolerance[1], tolerance[2]),
		tree:      newPointTree(m.Vertices, borderVertices(m, t)),
		neighbour: make(map[uint32][]uint32, len(t.Border)),
	}
	for _, h := range t.Border {
		a, b := origin(m.Triangles, h), origin(m.Triangles, nextHalfEdge(h))
		j.neighbour[a] = append(j.neighbour[a], b)
		j.neighbour[b] = append(j.neighbour[b], a)
	}
	budget := junctionBudget * len(t.Border)
	for i, h := range t.Border {
		if i&0xfff == 0xfff && r.ctx.Err() != nil {
			return done, r.ctx.Err()
		}
		if j.search(h); len(j.points) > budget {
			break
		}
	}
	for _, p := range j.points {
		done.at(m.Vertices[p.vertex])
	}
	return done, r.splitEdges(m.Vertices, j.points)
}

// A junctionSearch looks for vertices on border edges.
type junctionSearch struct {
	mesh      *Mesh
	tolerance float64
	tree      *pointTree
	neighbour map[uint32][]uint32 // the other ends of the border edges at each vertex
	points    []edgePoint
}

// search adds the points of half-edge h.
func (j *junctionSearch) search(h uint32) {
	a, b := origin(j.mesh.Triangles, h), origin(j.mesh.Triangles, nextHalfEdge(h))
	p, q := j.mesh.Vertices[a], j.mesh.Vertices[b]
	along := q.Sub(p)
	length2 := along.Norm2()
	first := len(j.points)
	j.tree.nearSegment(p, q, j.tolerance, func(v uint32) {
		if v == a || v == b || !j.within(p, q, j.mesh.Vertices[v]) || !j.runsAlong(v, a, b) {
			return
		}
		j.points = append(j.points, edgePoint{h, j.mesh.Vertices[v].Sub(p).Dot(along) / length2, v})
	})
	found := j.points[first:]
	slices.SortFunc(found, compareEdgePoints)
	// Of vertices at one place, which stayed apart for a reason, one will do.
	kept := found[:0]
	for _, e := range found {
		if n := len(kept); n == 0 || j.mesh.Vertices[e.vertex].Sub(j.mesh.Vertices[kept[n-1].vertex]).Norm() > j.tolerance {
			kept = append(kept, e)
		}
	}
	j.points = j.points[:first+len(kept)]
}

func compareEdgePoints(a, b edgePoint) int {
	return cmp.Or(cmp.Compare(a.halfEdge, b.halfEdge), cmp.Compare(a.t, b.t), cmp.Compare(a.vertex, b.vertex))
}

// within reports whether x lies on the segment from p to q, away from its
// ends.
func (j *junctionSearch) within(p, q, x r3.Vector) bool {
	return x.Sub(closestOnSegment(x, p, q)).Norm() <= j.tolerance &&
		x.Sub(p).Norm() > j.tolerance && x.Sub(q).Norm() > j.tolerance
}

// runsAlong reports whether a border edge at vertex v, which lies on the edge
// of a and b, goes on along it.
func (j *junctionSearch) runsAlong(v, a, b uint32) bool {
	p, q, x := j.mesh.Vertices[a], j.mesh.Vertices[b], j.mesh.Vertices[v]
	for _, w := range j.neighbour[v] {
		y := j.mesh.Vertices[w]
		if w == a || w == b || y.Sub(closestOnSegment(y, p, q)).Norm() <= j.tolerance ||
			j.within(x, y, p) || j.within(x, y, q) {
			return true
		}
	}
	return false
}

// splitEdges splits the triangles of half-edges at points on them, sorted by
// half-edge and place. vertices are those of the mesh and perhaps more.
func (r *repairer) splitEdges(vertices []r3.Vector, points []edgePoint) error {
	if len(points) == 0 {
		return nil
	}
	m := &Mesh{Vertices: vertices, SinglePrecision: r.mesh.SinglePrecision, Triangles: make([]Triangle, 0, len(r.mesh.Triangles)+len(points))}
	var from []uint32
	for f, t := range r.mesh.Triangles {
		n := 0
		for n < len(points) && points[n].halfEdge/3 == uint32(f) {
			n++
		}
		if n == 0 {
			m.Triangles = append(m.Triangles, t)
		} else {
			m.Triangles = appendSplit(m.Triangles, t, points[:n])
			points = points[n:]
		}
		for len(from) < len(m.Triangles) {
			from = append(from, uint32(f))
		}
	}
	return r.take(m, from)
}

// appendSplit appends the triangles that t falls into when its sides are split
// at points, sorted by side and place: fans from the far corner to the first
// side that is split, whose outermost triangles are split in turn from that
// side's outermost points.
func appendSplit(to []Triangle, t Triangle, points []edgePoint) []Triangle {
	var on [3][]uint32
	for _, p := range points {
		on[p.halfEdge%3] = append(on[p.halfEdge%3], p.vertex)
	}
	for len(on[0]) == 0 {
		t, on = Triangle{t[1], t[2], t[0]}, [3][]uint32{on[1], on[2], on[0]}
	}
	a, b, c := t[0], t[1], t[2]
	first, last := on[0][0], on[0][len(on[0])-1]
	to = appendFan(to, first, c, on[2], a)
	for i := 1; i < len(on[0]); i++ {
		to = append(to, Triangle{on[0][i-1], on[0][i], c})
	}
	return appendFan(to, last, b, on[1], c)
}

// appendFan appends the triangles of apex with each edge of the line from u to
// v over points.
func appendFan(to []Triangle, apex, u uint32, points []uint32, v uint32) []Triangle {
	for _, p := range points {
		to = append(to, Triangle{apex, u, p})
		u = p
	}
	return append(to, Triangle{apex, u, v})
}

// A pointTree is a balanced k-d tree (J. L. Bentley, 1975) over points, in one
// slice: the middle of each range splits it.
type pointTree struct {
	points []r3.Vector
	order  []uint32
	axes   []uint8 // that the range around each place is split along
}

// newPointTree builds the tree of the points listed, in n log² n.
func newPointTree(points []r3.Vector, listed []uint32) *pointTree {
	t := &pointTree{points: points, order: slices.Clone(listed), axes: make([]uint8, len(listed))}
	t.build(0, len(listed))
	return t
}

func (t *pointTree) build(lo, hi int) {
	if hi-lo < 2 {
		return
	}
	box := EmptyBox()
	for _, v := range t.order[lo:hi] {
		box.include(t.points[v])
	}
	axis := largestAxis(box.Size())
	slices.SortFunc(t.order[lo:hi], func(u, v uint32) int {
		return cmp.Or(cmp.Compare(vectorAxis(t.points[u], axis), vectorAxis(t.points[v], axis)), cmp.Compare(u, v))
	})
	mid := (lo + hi) / 2
	t.axes[mid] = uint8(axis)
	t.build(lo, mid)
	t.build(mid+1, hi)
}

// nearSegment calls visit for every point whose distance from the segment from
// p to q may be up to reach.
func (t *pointTree) nearSegment(p, q r3.Vector, reach float64, visit func(v uint32)) {
	t.walk(0, len(t.order), p, q, reach, visit)
}

func (t *pointTree) walk(lo, hi int, p, q r3.Vector, reach float64, visit func(v uint32)) {
	if lo >= hi {
		return
	}
	mid := (lo + hi) / 2
	v := t.order[mid]
	visit(v)
	if hi-lo == 1 {
		return
	}
	axis := int(t.axes[mid])
	at, from, to := vectorAxis(t.points[v], axis), vectorAxis(p, axis), vectorAxis(q, axis)
	if min(from, to)-reach <= at {
		low, high := clipSegment(p, q, from, to, at+reach, -1)
		t.walk(lo, mid, low, high, reach, visit)
	}
	if max(from, to)+reach >= at {
		low, high := clipSegment(p, q, from, to, at-reach, +1)
		t.walk(mid+1, hi, low, high, reach, visit)
	}
}

// clipSegment returns the part of the segment from p to q, whose coordinates
// on some axis are from and to, on one side of a plane across that axis, a
// little longer rather than shorter.
func clipSegment(p, q r3.Vector, from, to, plane float64, side float64) (r3.Vector, r3.Vector) {
	if d := to - from; (from-plane)*side < 0 && (to-plane)*side > 0 {
		s := (plane - from) / d
		return p.Add(Scaled(q.Sub(p), s)), q
	} else if (from-plane)*side > 0 && (to-plane)*side < 0 {
		s := (plane - from) / d
		return p, p.Add(Scaled(q.Sub(p), s))
	}
	return p, q
}
