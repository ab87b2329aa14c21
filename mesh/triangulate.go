package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// addPolygon appends the triangles of a polygon given by its corners, which
// are indices of vertices that exist, in their order around the boundary. A
// polygon without three distinct corners is left out and counted.
//
// Convex polygons become a fan about their first corner, so that a
// quadrilateral is cut from its first corner to its third. The others are
// seen along the axis nearest to their normal and cut by clipping ears with
// exact predicates: concave ones, those that touch themselves and those that
// hold holes joined to the rim by a bridge come out without overlaps. A
// polygon that crosses itself, as a folded quadrilateral seems to, is
// triangulated so that its signed area stays, and counted. The time is
// near-linear in the corners.
func (b *builder) addPolygon(indices []uint32, place func() string) error {
	if len(indices) > b.limits.PolygonCorners {
		return refuse(b.format, CodeLimitPolygon, place(), "a polygon of %d corners, at most %d are read", len(indices), b.limits.PolygonCorners)
	}
	if len(indices) == 3 && indices[0] != indices[1] && indices[1] != indices[2] && indices[2] != indices[0] {
		// A triangle stays as it is, even with two vertices at one place: as
		// in formats of triangles alone, it is counted when all are measured.
		return b.addTriangle(indices[0], indices[1], indices[2])
	}
	c := &b.clipper
	c.load(b.vertices, indices)
	if len(c.nodes) < 3 {
		b.degenerate++
		return nil
	}
	if len(c.nodes) == 3 {
		return b.addTriangle(c.nodes[0].vertex, c.nodes[1].vertex, c.nodes[2].vertex)
	}
	c.project(b.vertices)
	if c.isConvex() {
		return b.addFan()
	}
	return b.clipEars()
}

// addFan adds the triangles of the polygon in b.clipper from its first corner.
func (b *builder) addFan() error {
	n := b.clipper.nodes
	for i := 2; i < len(n); i++ {
		if err := b.addTriangle(n[0].vertex, n[i-1].vertex, n[i].vertex); err != nil {
			return err
		}
	}
	return nil
}

// clipEars triangulates the polygon in b.clipper.
func (b *builder) clipEars() error {
	c := &b.clipper
	if err := c.clip(b.ctx); err != nil {
		return err
	}
	if len(c.out) == 0 {
		b.degenerate++
	}
	if c.careless {
		b.crossing++
		if len(c.nodes) == 4 {
			return b.addFan()
		}
	}
	for _, t := range c.out {
		if err := b.addTriangle(t[0], t[1], t[2]); err != nil {
			return err
		}
	}
	return nil
}

// load fills c.nodes with the corners, without those at the place of the one
// before.
func (c *clipper) load(vertices []r3.Vector, indices []uint32) {
	c.nodes = c.nodes[:0]
	for _, v := range indices {
		if n := len(c.nodes); n == 0 || vertices[c.nodes[n-1].vertex] != vertices[v] {
			c.nodes = append(c.nodes, clipNode{vertex: v})
		}
	}
	for n := len(c.nodes); n > 1 && vertices[c.nodes[n-1].vertex] == vertices[c.nodes[0].vertex]; n-- {
		c.nodes = c.nodes[:n-1]
	}
}

// project gives the nodes their coordinates in the plane. To leave one
// coordinate out rounds nothing, and which way round corners run in the plane
// of the polygon stays as it is.
func (c *clipper) project(vertices []r3.Vector) {
	normal, size := c.normal(vertices)
	axis := largestAxis(normal)
	turned := vectorAxis(normal, axis) < 0
	if normal == (r3.Vector{}) {
		axis = smallestAxis(size)
	}
	u, v := (axis+1)%3, (axis+2)%3
	if turned {
		u, v = v, u
	}
	for i := range c.nodes {
		p := vertices[c.nodes[i].vertex]
		c.nodes[i].x, c.nodes[i].y = vectorAxis(p, u), vectorAxis(p, v)
	}
}

// normal returns the sum of the area vectors of a fan, which for a flat
// polygon of any shape is normal to it, and the extents of the corners.
func (c *clipper) normal(vertices []r3.Vector) (normal, size r3.Vector) {
	origin := vertices[c.nodes[0].vertex]
	box := EmptyBox().Add(origin)
	previous := r3.Vector{}
	for _, n := range c.nodes[1:] {
		p := vertices[n.vertex].Sub(origin)
		normal = normal.Add(previous.Cross(p))
		box = box.Add(vertices[n.vertex])
		previous = p
	}
	return normal, box.Size()
}

// isConvex reports whether all turns go left and add up to one turn.
func (c *clipper) isConvex() bool {
	n := len(c.nodes)
	lowest := 0
	for i := range c.nodes {
		p, q, r := &c.nodes[(i+n-1)%n], &c.nodes[i], &c.nodes[(i+1)%n]
		if orient2D(p.x, p.y, q.x, q.y, r.x, r.y) <= 0 {
			return false
		}
		if q.before(p) && q.before(r) {
			lowest++
		}
	}
	return lowest == 1
}

// before orders the plane by x, then y.
func (n *clipNode) before(m *clipNode) bool { return n.x < m.x || n.x == m.x && n.y < m.y }

func vectorAxis(v r3.Vector, axis int) float64 {
	switch axis {
	case 0:
		return v.X
	case 1:
		return v.Y
	}
	return v.Z
}

func largestAxis(v r3.Vector) int {
	x, y, z := math.Abs(v.X), math.Abs(v.Y), math.Abs(v.Z)
	switch {
	case x > y && x > z:
		return 0
	case y > z:
		return 1
	}
	return 2
}

func smallestAxis(v r3.Vector) int {
	switch {
	case v.X < v.Y && v.X < v.Z:
		return 0
	case v.Y < v.Z:
		return 1
	}
	return 2
}
