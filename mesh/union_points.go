package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// arrangedPoints are the vertices of a mesh and the points in which its
// triangles meet. No two are the same point, though two may round to the same
// coordinates.
type arrangedPoints struct {
	at       []r3.Vector // rounded to the nearest in double precision
	made     []madePoint // definitions of the points behind the vertices
	vertices uint32      // number of vertices, whose coordinates are exact
	exponent int         // coordinates of vertices are integers in units of 2^exponent

	// Points by their coordinates: the first one of each place of the table,
	// and for each point the next one with the same coordinates.
	table *pointTable
	first []uint32
	next  []uint32
}

func newArrangedPoints(vertices []r3.Vector) *arrangedPoints {
	return &arrangedPoints{
		at: vertices[:len(vertices):len(vertices)], vertices: uint32(len(vertices)),
		exponent: lowestExponent(vertices),
	}
}

// prepare fills the table with the vertices.
func (a *arrangedPoints) prepare() {
	a.table = newPointTable(len(a.at))
	a.next = make([]uint32, len(a.at))
	for v, p := range a.at {
		a.next[v] = noIndex
		a.first = append(a.first, uint32(v))
		a.place(p)
	}
}

// place returns the place of coordinates in the table.
func (a *arrangedPoints) place(p r3.Vector) uint32 {
	a.table.reserve(1)
	return a.table.index(p, a.table.hash(p))
}

// add returns the point of a definition, which may be there already.
func (a *arrangedPoints) add(k *exactKernel, point madePoint) uint32 {
	if a.table == nil {
		a.prepare()
	}
	e := &k.loaded[0]
	k.define(e, &point)
	p := k.rounded(e)
	place := a.place(p)
	id := uint32(len(a.at))
	if int(place) == len(a.first) {
		a.first = append(a.first, noIndex)
	}
	last := uint32(noIndex)
	for other := a.first[place]; other != noIndex; other = a.next[other] {
		if k.same(e, k.load(1, other)) {
			return other
		}
		last = other
	}
	a.at = append(a.at, p)
	a.made = append(a.made, point)
	a.next = append(a.next, noIndex)
	if last == noIndex {
		a.first[place] = id
	} else {
		a.next[last] = id
	}
	return id
}

// isVertex reports whether the coordinates of a point are exact.
func (a *arrangedPoints) isVertex(i uint32) bool { return i < a.vertices }

// roundedBound bounds the relative error that roundings make in determinants
// of points that are rounded themselves: it is several times what the analysis
// of the products gives, which costs nothing but an exact answer too many.
const roundedBound = 64 * halfUlp

// certainTurn returns the turn of three points that are rounded, as orient2D, or
// 0 if rounding leaves it open.
func certainTurn(p, q, r point2) int {
	px, py, qx, qy := p.x-r.x, p.y-r.y, q.x-r.x, q.y-r.y
	det := float64(px*qy) - float64(py*qx)
	reach := max(math.Abs(px), math.Abs(py), math.Abs(qx), math.Abs(qy))
	size := float64(roundedBound * max(reach, math.Abs(r.x), math.Abs(r.y)))
	bound := float64(size*reach) + float64(size*size) + underflowBound
	switch {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	}
	return 0
}

// orient2D returns the turn of three points seen along an axis, as orient2D. It
// is exact.
func (k *exactKernel) orient2D(a, b, c uint32, axis int) int {
	pts := k.points
	p, q, r := flatPoint(pts.at[a], axis), flatPoint(pts.at[b], axis), flatPoint(pts.at[c], axis)
	if pts.isVertex(a) && pts.isVertex(b) && pts.isVertex(c) {
		return orient2D(p.x, p.y, q.x, q.y, r.x, r.y)
	}
	if turn := certainTurn(p, q, r); turn != 0 || a == b || b == c || c == a {
		return turn
	}
	return k.turn(k.load(0, a), k.load(1, b), k.load(2, c), axis)
}

// before compares two points by the coordinates across an axis, exactly.
func (k *exactKernel) before(a, b uint32, axis int) int {
	if a == b {
		return 0
	}
	exact := k.points.isVertex(a) && k.points.isVertex(b)
	for i := 1; i < 3; i++ {
		c := (axis + i) % 3
		x, y := vectorAxis(k.points.at[a], c), vectorAxis(k.points.at[b], c)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		case exact:
			continue
		}
		if s := k.compare(k.load(0, a), k.load(1, b), c); s != 0 {
			return s
		}
	}
	return 0
}

// flatPoint leaves out the coordinate of an axis.
func flatPoint(p r3.Vector, axis int) point2 {
	switch axis {
	case 0:
		return point2{p.Y, p.Z}
	case 1:
		return point2{p.Z, p.X}
	}
	return point2{p.X, p.Y}
}
