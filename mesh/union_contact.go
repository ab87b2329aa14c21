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
	coplanar bool
	points   [8]madePoint // a vertex is one of p alone, with p equal to q
	count    int
	edge     int // for coplanar ones: of the second triangle, the edge that the points lie on
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

// sharedCorners counts the corners that two triangles share.
func (c *contactFinder) sharedCorners(f, g uint32) int {
	count := 0
	for _, v := range c.mesh.Triangles[f] {
		if slices.Contains(c.mesh.Triangles[g][:], v) {
			count++
		}
	}
	return count
}

// touch reports whether two triangles have more in common than corners and
// edges that they share.
func (c *contactFinder) touch(f, g uint32) bool {
	if c.axis[f] == noAxis || c.axis[g] == noAxis {
		return false
	}
	shared := c.sharedCorners(f, g)
	s, t := c.corners(f), c.corners(g)
	ofT := cornerSides(&s, &t)
	if sameSide(ofT) {
		return false
	}
	if ofT == ([3]int{}) {
		return c.coplanarTouch(f, g, shared)
	}
	if shared > 1 {
		return false
	}
	var found contact
	c.cross(f, g, ofT, &found)
	return c.addsTo(&found, f, g)
}

// meet reports whether two triangles share no corner and meet in more than a
// point.
func (c *contactFinder) meet(f, g uint32) bool {
	return c.sharedCorners(f, g) == 0 && trianglesMeet(c.corners(f), c.corners(g))
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

// coplanarTouch is touch for triangles in one plane. Three shared corners
// count: the triangles lie on one another.
func (c *contactFinder) coplanarTouch(f, g uint32, shared int) bool {
	if shared == 3 {
		return true
	}
	for _, pair := range [...][2]uint32{{f, g}, {g, f}} {
		for k := range 3 {
			var found contact
			c.clip(pair[0], pair[1], k, &found)
			if c.addsTo(&found, f, g) {
				return true
			}
		}
	}
	return false
}

// cornerSides returns on which side of the plane of s the corners of t lie, as
// orient3D.
func cornerSides(s, t *[3]r3.Vector) (sides [3]int) {
	for i, p := range t {
		sides[i] = orient3D(s[0], s[1], s[2], p)
	}
	return sides
}

func sameSide(sides [3]int) bool {
	return sides[0] != 0 && sides[0] == sides[1] && sides[0] == sides[2]
}

// cross finds the contact of triangles f and g, whose corners lie on the given
// sides of the plane of f, not all in it. The ends of what they have in common
// are corners of one in the other, or lie where an edge goes through.
func (c *contactFinder) cross(f, g uint32, ofG [3]int, found *contact) {
	s, t := c.corners(f), c.corners(g)
	ofF := cornerSides(&t, &s)
	if sameSide(ofF) {
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
		if sides[i] == 0 && isInTriangle(&t, s[i], c.axis[g]) {
			found.vertex(c.mesh.Triangles[f][i])
		}
		if sides[i]*sides[j] < 0 && goesThrough(s[i], s[j], &t) {
			found.crossing(c.mesh.Triangles[f][i], c.mesh.Triangles[f][j], c.plane(g))
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
	found.coplanar, found.edge = true, k
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
