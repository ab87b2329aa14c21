package mesh

import (
	"context"
	"fmt"
	"math"
	"sort"
	"sync"

	"github.com/golang/geo/r3"
)

// A Hull is the convex hull of a set of points.
//
// Vertices are exactly the extreme points: points inside facets or edges are
// left out, and triangles in one plane are merged into one facet. Both are
// decided with exact arithmetic, so the hull is the hull of the coordinates as
// they are, whatever their order.
type Hull struct {
	// Dimension is 3 for a solid, 2 if all points lie in one plane, 1 if on
	// one line, 0 if they are all the same. Below 3 there are no facets; in a
	// plane, Vertices run around the hull.
	Dimension int

	Vertices []r3.Vector
	Source   []uint32 // index of each vertex in the input; ascending for a solid

	Facets []Facet
	// Loops holds the corners of the facets one after the other as indices of
	// Vertices: those of facet f are Loops[Facets[f].First:Facets[f].End],
	// counter-clockwise seen from outside.
	Loops []uint32
	// Triangles are the facets split into fans; facets keep their order.
	Triangles []Triangle

	Volume float64 // 0 below dimension 3
	Area   float64 // of the surface; in a plane, of both sides

	center r3.Vector   // of the box of Vertices
	local  []r3.Vector // Vertices relative to the centre

	// The polyhedron as a graph, for a solid: half-edge e starts at Loops[e].
	// Most who ask for a hull ask for its volume only, so link makes it for the
	// first who needs it.
	linked  sync.Once
	facetOf []uint32 // facet of each half-edge
	twin    []uint32 // the same edge in the other facet
	around  []uint32 // half-edges that start at each vertex, in cyclic order
	ring    []uint32 // around[ring[v]:ring[v+1]] start at vertex v
	starts  []uint32 // vertices to start a climb from
}

// A Facet is a face of a Hull: a convex polygon.
type Facet struct {
	Normal     r3.Vector // outward, of length 1
	Area       float64
	First, End uint32 // range of its corners in Hull.Loops
}

// ConvexHull returns the convex hull of the vertices of m that triangles use.
// See ConvexHullPoints.
func ConvexHull(ctx context.Context, m *Mesh) (*Hull, error) {
	used := make([]bool, len(m.Vertices))
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			used[v] = true
		}
	}
	index := make([]uint32, 0, len(used))
	for i, u := range used {
		if u {
			index = append(index, uint32(i))
		}
	}
	if len(index) == len(m.Vertices) {
		return ConvexHullPoints(ctx, m.Vertices)
	}
	points := make([]r3.Vector, len(index))
	for i, v := range index {
		points[i] = m.Vertices[v]
	}
	h, err := ConvexHullPoints(ctx, points)
	if err != nil {
		return nil, err
	}
	for i, v := range h.Source {
		h.Source[i] = index[v]
	}
	return h, nil
}

// ConvexHullPoints returns the convex hull of points, which need not be
// distinct. The result does not depend on the number of processors, and apart
// from the numbering not on the order of the points. The expected time is
// O(n log n); volume and area are good to about 1e-14 relative, wherever the
// points lie.
//
// It returns an *Error with CodeEmptyMesh if there are no points and with
// CodeNonFinite if a coordinate is not finite, or the error of ctx.
func ConvexHullPoints(ctx context.Context, points []r3.Vector) (*Hull, error) {
	if len(points) == 0 {
		return nil, refuse("", CodeEmptyMesh, "", "there are no points to take the hull of")
	}
	for i, p := range points {
		// Subtracting gives NaN for infinite coordinates.
		if d := p.Sub(p); d != (r3.Vector{}) {
			return nil, refuse("", CodeNonFinite, fmt.Sprintf("vertex %d", i), "a coordinate is not a finite number")
		}
	}
	candidates, err := hullCandidates(ctx, points)
	if err != nil {
		return nil, err
	}
	left := make([]r3.Vector, len(candidates))
	for i, c := range candidates {
		left[i] = points[c]
	}
	simplex, dimension := startSimplex(left)
	h := &Hull{Dimension: dimension}
	if dimension < 3 {
		h.takeCorners(left, candidates, flatHull(left, simplex, dimension))
		h.finishFlat()
		return h, nil
	}
	q := newQuickhull(left, simplex, reach(left))
	if err := q.run(ctx); err != nil {
		return nil, err
	}
	h.takeFacets(q, candidates)
	h.measure()
	return h, nil
}

// reach returns the largest extent of points along an axis, rounded up.
func reach(points []r3.Vector) float64 {
	box := EmptyBox()
	for _, p := range points {
		box = box.Add(p)
	}
	s := box.Size()
	return float64(max(s.X, s.Y, s.Z) * (1 + 4*halfUlp))
}

// takeCorners makes the points with the given places the vertices.
func (h *Hull) takeCorners(points []r3.Vector, source, corners []int32) {
	h.Vertices = make([]r3.Vector, len(corners))
	h.Source = make([]uint32, len(corners))
	box := EmptyBox()
	for i, c := range corners {
		h.Vertices[i] = points[c]
		h.Source[i] = uint32(source[c])
		box = box.Add(points[c])
	}
	h.center = box.Center()
	h.local = make([]r3.Vector, len(corners))
	for i, v := range h.Vertices {
		h.local[i] = v.Sub(h.center)
	}
}

// takeFacets merges the faces of q that lie in one plane and makes the points
// where at least three facets meet the vertices.
func (h *Hull) takeFacets(q *quickhull, source []int32) {
	facetOf := mergeFaces(q)
	// One rim edge of each facet, and how many facets have a corner at a point.
	start := make([]rimPlace, len(q.faces))
	for i := range start {
		start[i].face = noFace
	}
	var order []int32
	meet := make([]int32, len(q.points))
	for i := range q.faces {
		f := &q.faces[i]
		if f.seen == dead {
			continue
		}
		for side, n := range f.next {
			if facetOf[n] == facetOf[i] {
				continue
			}
			meet[f.corner[side]]++
			if start[facetOf[i]].face == noFace {
				start[facetOf[i]] = rimPlace{int32(i), int32(side)}
				order = append(order, facetOf[i])
			}
		}
	}
	number := make([]uint32, len(q.points))
	var corners []int32
	for p, n := range meet {
		if n >= 3 {
			number[p] = uint32(len(corners))
			corners = append(corners, int32(p))
		}
	}
	h.takeCorners(q.points, source, corners)
	for _, facet := range order {
		h.takeLoop(q, facetOf, start[facet], meet, number)
	}
}

// mergeFaces gives all faces in one plane the same number.
func mergeFaces(q *quickhull) []int32 {
	facetOf := make([]int32, len(q.faces))
	for i := range facetOf {
		facetOf[i] = noFace
	}
	var stack []int32
	for i := range q.faces {
		if q.faces[i].seen == dead || facetOf[i] != noFace {
			continue
		}
		facetOf[i] = int32(i)
		stack = append(stack[:0], int32(i))
		for len(stack) > 0 {
			f := &q.faces[stack[len(stack)-1]]
			stack = stack[:len(stack)-1]
			for _, n := range f.next {
				if facetOf[n] == noFace && q.coplanar(int32(i), n) {
					facetOf[n] = int32(i)
					stack = append(stack, n)
				}
			}
		}
	}
	return facetOf
}

// coplanar reports whether face g lies in the plane of f; the two belong to
// one convex surface, so a corner in front of the plane cannot be.
func (q *quickhull) coplanar(f, g int32) bool {
	face := &q.faces[f]
	for _, c := range q.faces[g].corner {
		k := &face.corner
		if c == k[0] || c == k[1] || c == k[2] {
			continue
		}
		p := q.points[c]
		if face.height(p) < -face.bound || orient3D(q.points[k[0]], q.points[k[1]], q.points[k[2]], p) != 0 {
			return false
		}
	}
	return true
}

// A rimPlace is an edge between two facets, as a side of a face of one.
type rimPlace struct{ face, side int32 }

// takeLoop walks around the facet that has the rim edge start and appends it.
func (h *Hull) takeLoop(q *quickhull, facetOf []int32, start rimPlace, meet []int32, number []uint32) {
	first := len(h.Loops)
	face, side := start.face, start.side
	for {
		if c := q.faces[face].corner[side]; meet[c] >= 3 {
			h.Loops = append(h.Loops, number[c])
		}
		// The next rim edge starts at the end of this one: turn around it
		// through the faces of the facet.
		side = (side + 1) % 3
		for {
			n := q.faces[face].next[side]
			if facetOf[n] != facetOf[face] {
				break
			}
			v := q.faces[face].corner[side]
			face, side = n, sideFrom(&q.faces[n], v)
		}
		if face == start.face && side == start.side {
			break
		}
	}
	loop := h.Loops[first:]
	rotateToLeast(loop)
	h.Facets = append(h.Facets, Facet{First: uint32(first), End: uint32(len(h.Loops))})
	for i := 2; i < len(loop); i++ {
		h.Triangles = append(h.Triangles, Triangle{loop[0], loop[i-1], loop[i]})
	}
}

// rotateToLeast turns a loop so that it starts at its least number.
func rotateToLeast(loop []uint32) {
	least := 0
	for i, v := range loop {
		if v < loop[least] {
			least = i
		}
	}
	turned := append(append(make([]uint32, 0, len(loop)), loop[least:]...), loop[:least]...)
	copy(loop, turned)
}

// measure computes normals, areas and the volume.
func (h *Hull) measure() {
	var volume, area compensated
	var slivers []int
	for f := range h.Facets {
		facet := &h.Facets[f]
		loop := h.Loops[facet.First:facet.End]
		a := h.local[loop[0]]
		var normal r3.Vector
		long2 := 0.0
		for i := 2; i < len(loop); i++ {
			u, v := h.local[loop[i-1]].Sub(a), h.local[loop[i]].Sub(a)
			normal = normal.Add(u.Cross(v))
			long2 = max(long2, u.Norm2(), v.Norm2())
		}
		volume.add(normal.Dot(a))
		length := normal.Norm()
		facet.Area = length / 2
		area.add(facet.Area)
		if length <= sliver*long2 {
			slivers = append(slivers, f)
			continue
		}
		facet.Normal = normal.Mul(1 / length)
	}
	h.Volume = volume.value() / 6
	h.Area = area.value()
	if len(slivers) > 0 {
		h.link()
	}
	for _, f := range slivers {
		h.Facets[f].Normal = h.sliverNormal(f)
	}
}

// sliver is the height of a facet, as a share of its length, below which the
// normal computed from its corners is a matter of rounding errors.
const sliver = 1e-13

// sliverNormal returns a direction of length 1 between the normals of the
// facets around f, as that of f is.
func (h *Hull) sliverNormal(f int) r3.Vector {
	var sum, one r3.Vector
	for e := h.Facets[f].First; e < h.Facets[f].End; e++ {
		n := h.Facets[h.facetOf[h.twin[e]]].Normal
		sum = sum.Add(n)
		if n != (r3.Vector{}) {
			one = n
		}
	}
	switch {
	case sum.Norm2() > 0.01:
		return sum.Normalize()
	case one != (r3.Vector{}):
		return one
	}
	// All around are slivers too: the point of the facet is far from the middle.
	if d := h.local[h.Loops[h.Facets[f].First]]; d != (r3.Vector{}) {
		return d.Normalize()
	}
	return r3.Vector{Z: 1}
}

// finishFlat computes the area of a hull in a plane.
func (h *Hull) finishFlat() {
	if h.Dimension < 2 {
		return
	}
	var normal r3.Vector
	for i := 2; i < len(h.local); i++ {
		normal = normal.Add(h.local[i-1].Sub(h.local[0]).Cross(h.local[i].Sub(h.local[0])))
	}
	h.Area = normal.Norm()
}

// compensated is a running sum that carries its rounding error along
// (A. Neumaier 1974).
type compensated struct{ sum, carry float64 }

func (c *compensated) add(x float64) {
	s, err := twoSum(c.sum, float64(x)) // x may be a product
	c.sum = s
	c.carry += err
}

func (c *compensated) value() float64 { return c.sum + c.carry }

// link builds the graph of the polyhedron, once.
func (h *Hull) link() { h.linked.Do(h.buildGraph) }

func (h *Hull) buildGraph() {
	n := len(h.Loops)
	h.facetOf = make([]uint32, n)
	for f := range h.Facets {
		for e := h.Facets[f].First; e < h.Facets[f].End; e++ {
			h.facetOf[e] = uint32(f)
		}
	}
	h.ring = make([]uint32, len(h.Vertices)+1)
	for _, v := range h.Loops {
		h.ring[v+1]++
	}
	for v := range h.Vertices {
		h.ring[v+1] += h.ring[v]
	}
	h.around = make([]uint32, n)
	fill := append([]uint32{}, h.ring...)
	for e, v := range h.Loops {
		h.around[fill[v]] = uint32(e)
		fill[v]++
	}
	h.pair()
	for v := range h.Vertices {
		ring := h.around[h.ring[v]:h.ring[v+1]]
		e := ring[0]
		for i := range ring {
			ring[i] = e
			e = h.twin[h.before(e)]
		}
	}
	h.chooseStarts()
}

// pair finds the twins. Each edge is looked for where fewer edges start, so
// that a vertex of many edges costs no more than the others.
func (h *Hull) pair() {
	h.twin = make([]uint32, len(h.Loops))
	for e := range h.Loops {
		from, to := h.Loops[e], h.Loops[h.after(uint32(e))]
		here, there := h.ring[from+1]-h.ring[from], h.ring[to+1]-h.ring[to]
		if there > here || there == here && to > from {
			continue
		}
		for _, other := range h.around[h.ring[to]:h.ring[to+1]] {
			if h.Loops[h.after(other)] == from {
				h.twin[e], h.twin[other] = other, uint32(e)
				break
			}
		}
	}
}

// after returns the half-edge that follows e in its facet.
func (h *Hull) after(e uint32) uint32 {
	f := &h.Facets[h.facetOf[e]]
	if e+1 == f.End {
		return f.First
	}
	return e + 1
}

// before returns the half-edge that precedes e in its facet.
func (h *Hull) before(e uint32) uint32 {
	f := &h.Facets[h.facetOf[e]]
	if e == f.First {
		return f.End - 1
	}
	return e - 1
}

// head returns the vertex where half-edge e ends.
func (h *Hull) head(e uint32) uint32 { return h.Loops[h.after(e)] }

// chooseStarts picks the extreme vertices in a few directions.
func (h *Hull) chooseStarts() {
	for _, d := range halfCubeDirections() {
		low, high := h.extremeOf(d)
		h.starts = append(h.starts, low, high)
	}
	sort.Slice(h.starts, func(i, j int) bool { return h.starts[i] < h.starts[j] })
	n := 0
	for i, s := range h.starts {
		if i == 0 || s != h.starts[n-1] {
			h.starts[n] = s
			n++
		}
	}
	h.starts = h.starts[:n]
}

// extremeOf returns the vertices farthest against and along d by looking at
// all of them.
func (h *Hull) extremeOf(d r3.Vector) (low, high uint32) {
	least, most := math.Inf(1), math.Inf(-1)
	for i := range h.local {
		x := d.Dot(h.local[i])
		if x < least {
			least, low = x, uint32(i)
		}
		if x > most {
			most, high = x, uint32(i)
		}
	}
	return low, high
}
