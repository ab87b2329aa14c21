package mesh

import (
	"cmp"
	"slices"

	"github.com/golang/geo/r3"
)

// What two triangles have in common, from exact signs of tetrahedra and
// triangles of vertices alone: no decision rests on a point that was computed.

// A contact is what two triangles have in common. Its points are defined, not
// computed; several may be the same.
type contact struct {
	points [16]madePoint // a vertex is one of p alone, with p equal to q
	count  int
}

func (c *contact) vertex(v uint32) {
	c.points[c.count] = madePoint{p: v, q: v}
	c.count++
}

func (c *contact) crossing(p, q uint32, plane planeRef) {
	c.points[c.count] = madePoint{p: min(p, q), q: max(p, q), planes: [3]planeRef{plane}}
	c.count++
}

// A contactFinder finds what triangles of a mesh have in common.
type contactFinder struct {
	mesh *Mesh
	axis []uint8 // for each triangle, the one that it is seen along
}

// noAxis stands for the axis of a triangle without area.
const noAxis = 3

// triangleAxis returns an axis along which a triangle does not look like a
// line, that of its largest shadow if rounding does not deceive, or noAxis if
// there is none.
func triangleAxis(t *[3]r3.Vector) uint8 {
	n := t[1].Sub(t[0]).Cross(t[2].Sub(t[0])).Abs()
	axis := int(n.LargestComponent())
	for i := range 3 {
		flat := dropAxis(t, r3.Axis((axis+i)%3))
		if turn(&flat) != 0 {
			return uint8((axis + i) % 3)
		}
	}
	return noAxis
}

func (c *contactFinder) corners(f uint32) [3]r3.Vector {
	p, q, r := c.mesh.Corners(int(f))
	return [3]r3.Vector{p, q, r}
}

// plane returns the plane of a triangle.
func (c *contactFinder) plane(f uint32) planeRef { return planeRef(c.mesh.Triangles[f]) }

// edgePlane returns the plane through edge k of triangle f along an axis.
func (c *contactFinder) edgePlane(f uint32, k int, axis uint8) planeRef {
	t := &c.mesh.Triangles[f]
	p, q := t[k], t[(k+1)%3]
	return planeRef{min(p, q), max(p, q), alongAxis + uint32(axis)}
}

// sharedCorners counts the corners that two triangles share, and returns the
// last one as a corner of each.
func (c *contactFinder) sharedCorners(f, g uint32) (count, ofF, ofG int) {
	for i, v := range c.mesh.Triangles[f] {
		if j := slices.Index(c.mesh.Triangles[g][:], v); j >= 0 {
			count, ofF, ofG = count+1, i, j
		}
	}
	return count, ofF, ofG
}

// touch reports whether two triangles have more in common than corners and
// edges that they share.
func (c *contactFinder) touch(f, g uint32) bool {
	if c.axis[f] == noAxis || c.axis[g] == noAxis {
		return false
	}
	shared, i, j := c.sharedCorners(f, g)
	ofG := c.cornerSides(f, g)
	if sameSide(ofG, shared) {
		return false
	}
	if ofG == ([3]int{}) {
		return c.coplanarTouch(f, g, shared, i, j)
	}
	if shared > 1 || sameSide(c.cornerSides(g, f), shared) {
		return false
	}
	var found contact
	c.cross(f, g, ofG, &found)
	return c.addsTo(&found, f, g)
}

// meet reports whether two triangles share no corner and meet in more than a
// point.
func (c *contactFinder) meet(f, g uint32) bool {
	shared, _, _ := c.sharedCorners(f, g)
	return shared == 0 && trianglesMeet(c.corners(f), c.corners(g))
}

// addsTo reports whether a contact has a point that is no corner of both.
func (c *contactFinder) addsTo(found *contact, f, g uint32) bool {
	for _, p := range found.points[:found.count] {
		if p.p != p.q || !slices.Contains(c.mesh.Triangles[f][:], p.p) || !slices.Contains(c.mesh.Triangles[g][:], p.p) {
			return true
		}
	}
	return false
}

// coplanarTouch is touch for triangles in one plane, which share some corners,
// the last of them corner i of f and j of g.
func (c *contactFinder) coplanarTouch(f, g uint32, shared, i, j int) bool {
	switch shared {
	case 1:
		return c.sectorsOverlap(f, g, i, j)
	case 2, 3:
		return shared == 3 || c.onOneSide(f, g)
	}
	for k := range 3 {
		var found contact
		c.clip(f, g, k, &found)
		c.clip(g, f, k, &found)
		if found.count > 0 {
			return true
		}
	}
	return false
}

// sectorsOverlap reports whether a ray from corner i of f, which is corner j
// of g, runs along or inside both.
func (c *contactFinder) sectorsOverlap(f, g uint32, i, j int) bool {
	s, t := c.corners(f), c.corners(g)
	p, q := dropAxis(&s, r3.Axis(c.axis[f])), dropAxis(&t, r3.Axis(c.axis[f]))
	apex, a, b := p[i], p[(i+1)%3], p[(i+2)%3]
	u, v := q[(j+1)%3], q[(j+2)%3]
	return isInSector(apex, a, b, u) || isInSector(apex, a, b, v) || isInSector(apex, u, v, a) || isInSector(apex, u, v, b)
}

// isInSector reports whether x lies within the angle from a to b as seen from
// the apex, or along one of its sides.
func isInSector(apex, a, b, x point2) bool {
	turn := orient2D(apex.x, apex.y, a.x, a.y, b.x, b.y)
	return turn*orient2D(apex.x, apex.y, a.x, a.y, x.x, x.y) >= 0 && turn*orient2D(apex.x, apex.y, x.x, x.y, b.x, b.y) >= 0
}

// onOneSide reports whether two triangles in one plane that share an edge lie
// on the same side of it.
func (c *contactFinder) onOneSide(f, g uint32) bool {
	s, t := c.corners(f), c.corners(g)
	p, q := dropAxis(&s, r3.Axis(c.axis[f])), dropAxis(&t, r3.Axis(c.axis[f]))
	side := func(p [3]point2, f, g uint32) (side int) {
		// The corner that is not shared, beside the edge, whose ends are taken
		// in the order of their indices.
		t := c.mesh.Triangles[f]
		for k, v := range t {
			if !slices.Contains(c.mesh.Triangles[g][:], v) {
				a, b := p[(k+1)%3], p[(k+2)%3]
				if t[(k+1)%3] > t[(k+2)%3] {
					a, b = b, a
				}
				side = orient2D(a.x, a.y, b.x, b.y, p[k].x, p[k].y)
			}
		}
		return side
	}
	return side(p, f, g) == side(q, g, f)
}

// cornerSides returns on which side of the plane of triangle f the corners of g
// lie, as orient3D.
func (c *contactFinder) cornerSides(f, g uint32) (sides [3]int) {
	s, t := c.corners(f), c.corners(g)
	for i, v := range c.mesh.Triangles[g] {
		if !slices.Contains(c.mesh.Triangles[f][:], v) {
			sides[i] = orient3D(s[0], s[1], s[2], t[i])
		}
	}
	return sides
}

// sameSide reports whether all corners but those shared lie on one side of a
// plane.
func sameSide(sides [3]int, shared int) bool {
	sum := sides[0] + sides[1] + sides[2]
	return shared < 3 && (sum == 3-shared || sum == shared-3)
}

// cross finds the contact of triangles f and g, whose corners lie on the given
// sides of the plane of f, not all in it. The ends of what they have in common
// are corners of one in the other, or lie where an edge goes through.
func (c *contactFinder) cross(f, g uint32, ofG [3]int, found *contact) {
	ofF := c.cornerSides(g, f)
	if sameSide(ofF, 0) {
		return
	}
	c.endsIn(g, f, ofG, found)
	c.endsIn(f, g, ofF, found)
}

// endsIn adds the corners of f that lie in triangle g, and the points where
// edges of f go through it. sides are those of the corners of f.
func (c *contactFinder) endsIn(f, g uint32, sides [3]int, found *contact) {
	s, t := c.corners(f), c.corners(g)
	for i := range 3 {
		j := (i + 1) % 3
		v := c.mesh.Triangles[f][i]
		if sides[i] == 0 && (slices.Contains(c.mesh.Triangles[g][:], v) || isInTriangle(&t, s[i], c.axis[g])) {
			found.vertex(v)
		}
		if sides[i]*sides[j] < 0 && goesThrough(s[i], s[j], &t) {
			found.crossing(v, c.mesh.Triangles[f][j], c.plane(g))
		}
	}
}

// goesThrough reports whether the line from p to q, which lie on two sides of
// the plane of t, meets t.
func goesThrough(p, q r3.Vector, t *[3]r3.Vector) bool {
	left, right := false, false
	for i := range 3 {
		switch orient3D(p, q, t[i], t[(i+1)%3]) {
		case 1:
			left = true
		case -1:
			right = true
		}
	}
	return !left || !right
}

// isInTriangle reports whether p, which lies in the plane of t, lies in t or
// on its border.
func isInTriangle(t *[3]r3.Vector, p r3.Vector, axis uint8) bool {
	flat := dropAxis(t, r3.Axis(axis))
	return isWithin(flat[0], flat[1], flat[2], flatPoint(p, int(axis)))
}

// clip finds what edge k of triangle g has in common with triangle f, which
// lies in the same plane.
func (c *contactFinder) clip(f, g uint32, k int, found *contact) {
	axis := c.axis[f]
	s, t := c.corners(f), c.corners(g)
	v, w := c.mesh.Triangles[g][k], c.mesh.Triangles[g][(k+1)%3]
	if isInTriangle(&s, t[k], axis) {
		found.vertex(v)
	}
	if isInTriangle(&s, t[(k+1)%3], axis) {
		found.vertex(w)
	}
	p, q := flatPoint(t[k], int(axis)), flatPoint(t[(k+1)%3], int(axis))
	flat := dropAxis(&s, r3.Axis(axis))
	var sides [3]int
	for i, x := range flat {
		sides[i] = orient2D(p.x, p.y, q.x, q.y, x.x, x.y)
		if sides[i] == 0 && isBetween(p.x, x.x, q.x) && isBetween(p.y, x.y, q.y) {
			found.vertex(c.mesh.Triangles[f][i])
		}
	}
	for i := range 3 {
		j := (i + 1) % 3
		a, b := flat[i], flat[j]
		if sides[i]*sides[j] < 0 && orient2D(a.x, a.y, b.x, b.y, p.x, p.y)*orient2D(a.x, a.y, b.x, b.y, q.x, q.y) < 0 {
			found.crossing(c.mesh.Triangles[f][i], c.mesh.Triangles[f][j], c.edgePlane(g, k, axis))
		}
	}
}

// compareCuts orders cuts by their triangles, then by their ends.
func compareCuts(a, b cut) int {
	return cmp.Or(cmp.Compare(a.face, b.face), cmp.Compare(a.p, b.p), cmp.Compare(a.q, b.q))
}
