package mesh

import (
	"context"
	"slices"
)

// A cut is a segment in a triangle along which another one meets it, from
// point p to point q, p < q; a lone point if they are equal.
type cut struct {
	face, p, q uint32
	plane      planeRef // that meets the triangle along the line of the segment
}

// maxUnionPairs is how many pairs of triangles may meet. A pair takes some 300
// bytes.
const maxUnionPairs = 1 << 20

// meetingPairs lists the pairs of triangles that have more in common than
// corners and edges that they share. More than limit of them are an error.
func meetingPairs(ctx context.Context, tree *BVH, find *contactFinder, limit, threads int) ([][2]uint32, error) {
	s := selfIntersection{tree: tree, ctx: ctx, limit: limit, meet: func(i, j uint32) bool {
		return find.touch(tree.faces[i], tree.faces[j])
	}}
	pairs, capped, err := s.list(threadCount(threads))
	if err == nil && capped {
		err = errManyPairs
		if limit < maxUnionPairs {
			err = errUnstableUnion
		}
	}
	return pairs, err
}

// A cutter makes cuts of contacts.
type cutter struct {
	contactFinder
	points   *arrangedPoints
	kernel   *exactKernel
	cuts     []cut
	coplanar []bool // triangles that lie on others
}

// cutAll finds the cuts of all pairs, sorted.
func (c *cutter) cutAll(ctx context.Context, pairs [][2]uint32) error {
	for i, pair := range pairs {
		if i&0x3ff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c.cutPair(pair[0], pair[1])
	}
	slices.SortFunc(c.cuts, compareCuts)
	c.cuts = slices.CompactFunc(c.cuts, func(a, b cut) bool { return compareCuts(a, b) == 0 })
	return nil
}

func (c *cutter) cutPair(f, g uint32) {
	ofG := c.cornerSides(f, g)
	if ofG == ([3]int{}) {
		c.coplanar[f], c.coplanar[g] = true, true
		for k := range 3 {
			c.clipInto(f, g, k)
			c.clipInto(g, f, k)
		}
		return
	}
	var found contact
	c.cross(f, g, ofG, &found)
	if p, q := c.ends(&found); p != noIndex {
		c.add(f, p, q, c.plane(g))
		c.add(g, p, q, c.plane(f))
	}
}

// clipInto cuts triangle f along edge k of g.
func (c *cutter) clipInto(f, g uint32, k int) {
	var found contact
	c.clip(f, g, k, &found)
	if p, q := c.ends(&found); p != noIndex {
		c.add(f, p, q, c.edgePlane(g, k, c.axis[f]))
	}
}

// ends computes the points of a contact, which are two at most; NoIndex if
// there are none.
func (c *cutter) ends(found *contact) (p, q uint32) {
	p, q = noIndex, noIndex
	for i := range found.count {
		point := found.points[i].p
		if point != found.points[i].q {
			point = c.points.add(c.kernel, found.points[i])
		}
		switch {
		case p == noIndex:
			p, q = point, point
		case point != p:
			q = point
		}
	}
	return min(p, q), max(p, q)
}

// add adds a cut, unless it is a corner or an edge of the triangle.
func (c *cutter) add(f, p, q uint32, plane planeRef) {
	t := c.mesh.Triangles[f][:]
	if slices.Contains(t, p) && slices.Contains(t, q) {
		return
	}
	c.cuts = append(c.cuts, cut{face: f, p: p, q: q, plane: plane})
}
