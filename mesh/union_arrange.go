package mesh

import (
	"context"
	"slices"
)

// A meshUnion computes the union of what the surface of a mesh winds around.
//
// It follows Q. Zhou, E. Grinspun, D. Zorin and A. Jacobson, "Mesh Arrangements
// for Solid Geometry", ACM TOG 35 (2016): the surface is cut where it meets
// itself, and the parts with winding number 0 or less on one side and 1 or
// more on the other are kept. Points where triangles meet are represented by
// what defines them, as in G. Cherchi, M. Livesu, R. Scateni and M. Attene,
// "Fast and Robust Mesh Arrangements using Floating-point Arithmetic", ACM TOG
// 39 (2020), so that all decisions are exact.
type meshUnion struct {
	ctx     context.Context
	threads int
	mesh    *Mesh // without vertices at the same place
	tree    *BVH
	find    contactFinder
	points  *arrangedPoints
	pairs   [][2]uint32 // of triangles that meet
}

func newMeshUnion(ctx context.Context, m *Mesh, threads int) (*meshUnion, error) {
	welded := weldExact(m.Vertices, slices.Clone(m.Triangles))
	welded.SinglePrecision = m.SinglePrecision
	tree, err := NewBVH(ctx, welded, BVHOptions{Threads: threads})
	if err != nil {
		return nil, err
	}
	u := &meshUnion{ctx: ctx, threads: threads, mesh: welded, tree: tree, points: newArrangedPoints(welded.Vertices)}
	u.find = contactFinder{mesh: welded, axis: make([]uint8, len(welded.Triangles))}
	for f := range u.find.axis {
		u.find.axis[f] = noAxis
	}
	for _, f := range tree.faces {
		s := u.find.corners(f)
		u.find.axis[f] = triangleAxis(&s)
	}
	return u, nil
}

// arrange cuts the surface where it meets itself, unless more than limit pairs
// of triangles meet.
func (u *meshUnion) arrange(limit int) (*arrangement, error) {
	var err error
	if u.pairs, err = meetingPairs(u.ctx, u.tree, &u.find, limit, u.threads); err != nil {
		return nil, err
	}
	c := cutter{
		contactFinder: u.find, points: u.points, kernel: newExactKernel(u.points),
		coplanar: make([]bool, len(u.mesh.Triangles)),
	}
	if err := c.cutAll(u.ctx, u.pairs); err != nil {
		return nil, err
	}
	return u.cutFaces(&c)
}

// cutFaces triangulates the triangles that are cut and takes over the others.
func (u *meshUnion) cutFaces(c *cutter) (*arrangement, error) {
	a := &arrangement{points: u.points}
	table := &cellTable{known: map[string]knownCell{}}
	cuts := faceCuts{points: u.points, kernel: c.kernel}
	var plane planeMesh
	next := 0
	for f, axis := range u.find.axis {
		if axis == noAxis {
			continue
		}
		first := next
		for next < len(c.cuts) && c.cuts[next].face == uint32(f) {
			next++
		}
		if first == next && !c.coplanar[f] {
			a.append(u.mesh.Triangles[f], uint32(f))
			continue
		}
		if err := u.ctx.Err(); err != nil {
			return nil, err
		}
		cuts.start(uint32(f), &u.find, c.cuts[first:next])
		cuts.cross()
		cuts.split()
		plane.build(&cuts, u.mesh.Triangles[f])
		if plane.stuck {
			return nil, errUnbalanced
		}
		if c.coplanar[f] {
			a.add(&plane, uint32(f), table)
		} else {
			a.add(&plane, uint32(f), nil)
		}
	}
	return a, nil
}
