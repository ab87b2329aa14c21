package mesh

import (
	"cmp"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
	"github.com/partgauge/partgauge/internal/parallel"
)

// The winding numbers beside the parts of an arrangement.

// A surfacePatch is a part of an arrangement with the same winding numbers all
// over: triangles connected over edges of two.
type surfacePatch struct {
	triangle uint32 // the largest
	from     uint32 // the triangle of the mesh that it is a part of
	weight   int32  // of all its triangles
	front    int32  // winding number before it; behind it, that and its weight
}

// isBorder reports whether a patch bounds what is wound around at least once.
func (p *surfacePatch) isBorder() bool { return p.front <= 0 && p.front+p.weight >= 1 }

// patches joins the triangles of an arrangement over edges of two, and finds
// their winding numbers. of holds the patch of each triangle.
func (u *meshUnion) patches(a *arrangement) (list []surfacePatch, of []uint32, err error) {
	t, err := NewTopology(u.ctx, &Mesh{Vertices: u.points.at, Triangles: a.triangles}, u.threads)
	if err != nil {
		return nil, nil, err
	}
	if !a.isBalanced(t) {
		return nil, nil, errUnbalanced
	}
	of = make([]uint32, len(a.triangles))
	for f := range of {
		of[f] = uint32(f)
	}
	for h, twin := range t.Twins {
		if twin != noIndex && twin > uint32(h) {
			unite(of, uint32(h)/3, twin/3)
		}
	}
	list = a.numberPatches(of)
	return list, of, u.wind(a, list)
}

// numberPatches turns a forest of triangles into numbers of patches. Parents
// come before their children, so every parent has its number already.
func (a *arrangement) numberPatches(of []uint32) (list []surfacePatch) {
	var areas []float64
	for f := range of {
		c := a.triangles[f]
		p := a.points.at[c[0]]
		area := a.points.at[c[1]].Sub(p).Cross(a.points.at[c[2]].Sub(p)).Norm2()
		if of[f] == uint32(f) {
			of[f] = uint32(len(list))
			list = append(list, surfacePatch{weight: a.weight[f]})
			areas = append(areas, -1)
		} else {
			of[f] = of[of[f]]
		}
		if patch := of[f]; area > areas[patch] {
			areas[patch], list[patch].triangle, list[patch].from = area, uint32(f), a.from[f]
		}
	}
	return list
}

// isBalanced reports whether every edge is run through equally often both ways,
// by the weight of its triangles.
func (a *arrangement) isBalanced(t *Topology) bool {
	if len(t.Border)+len(t.Misoriented) > 0 {
		return false
	}
	for h, twin := range t.Twins {
		if twin != noIndex && a.weight[h/3] != a.weight[twin/3] {
			return false
		}
	}
	for i := range t.NonManifoldEdges.Len() {
		edge := t.NonManifoldEdges.At(i)
		sum, v := int32(0), origin(a.triangles, edge[0])
		for _, h := range edge {
			if origin(a.triangles, h) == v {
				sum += a.weight[h/3]
			} else {
				sum -= a.weight[h/3]
			}
		}
		if sum != 0 {
			return false
		}
	}
	return true
}

// wind finds the winding numbers of all patches.
func (u *meshUnion) wind(a *arrangement, list []surfacePatch) error {
	threads := threadCount(u.threads)
	kernels := make(chan *exactKernel, threads)
	for range threads {
		kernels <- nil
	}
	return parallel.ForEach(u.ctx, threads, len(list), func(i int) {
		k := <-kernels
		if k == nil {
			k = newExactKernel(u.points)
		}
		f := list[i].triangle
		list[i].front = u.windingBefore(k, a.triangles[f], a.from[f], a.weight[f])
		kernels <- k
	})
}

// A windingRay goes from a point inside a triangle of the arrangement along an
// axis. The point is exact, and so is what the ray meets: where it meets an
// edge or a vertex, it counts as moved aside by an infinitesimal amount, as
// that of a BVH does.
type windingRay struct {
	union  *meshUnion
	kernel *exactKernel
	exact  *exactPoint
	near   r3.Vector // rounded
	slack  float64   // more than rounding has moved it, in the frame of the tree
	axis   int
	ahead  int // the direction along the axis
	sum    int32
}

// windingBefore returns the winding number just before a triangle of the
// arrangement, which is a part of triangle f of the mesh or lies on it.
func (u *meshUnion) windingBefore(k *exactKernel, t Triangle, f uint32, weight int32) int32 {
	r := windingRay{union: u, kernel: k, exact: k.middle(t), axis: int(u.find.axis[f])}
	r.near = k.rounded(r.exact)
	r.ahead = k.orient2D(t[0], t[1], t[2], r.axis)
	frame := &u.tree.frame
	r.slack = float64(frameSlack * (1 + float64(largestComponent(r.near)*frame.scale)))
	r.visit(0, frame.toBox(r.near))
	return r.sum
}

// visit walks the tree.
func (r *windingRay) visit(node uint32, at [3]float64) {
	n := &r.union.tree.nodes[node]
	for i, ref := range n.Refs {
		box := childBox(n, i)
		switch {
		case !box.aheadOf(&at, r.axis, r.ahead, r.slack):
		case isLeaf(ref):
			r.meet(r.union.tree.faces[ref&^kernel.Leaf])
		default:
			r.visit(ref, at)
		}
	}
}

// aheadOf reports whether a ray from a point along an axis, give or take slack,
// may meet the box.
// The box of a child that is missing is met by none.
func (b *nodeBox) aheadOf(at *[3]float64, axis, ahead int, slack float64) bool {
	u, v := (axis+1)%3, (axis+2)%3
	if at[u] < float64(b.Lo[u])-slack || at[u] > float64(b.Hi[u])+slack ||
		at[v] < float64(b.Lo[v])-slack || at[v] > float64(b.Hi[v])+slack {
		return false
	}
	if ahead > 0 {
		return float64(b.Hi[axis]) >= at[axis]-slack
	}
	return float64(b.Lo[axis]) <= at[axis]+slack
}

// meet adds what triangle g contributes.
func (r *windingRay) meet(g uint32) {
	find := &r.union.find
	if find.axis[g] == noAxis {
		return
	}
	s := find.corners(g)
	flat := dropAxis(&s, r3.Axis(r.axis))
	facing := 0
	for i := range 3 {
		side := r.edgeSide(find.mesh.Triangles[g], i, flat[i], flat[(i+1)%3])
		if side == 0 || facing != 0 && side != facing {
			return
		}
		facing = side
	}
	leaves := facing * r.ahead
	if r.side(g, &s) == leaves {
		r.sum += int32(leaves)
	}
}

// edgeSide returns on which side of edge i of a triangle, from p to q as seen
// along the axis, the ray passes: +1 left, −1 right, 0 if the edge is a point.
func (r *windingRay) edgeSide(t Triangle, i int, p, q point2) int {
	if side := certainTurn(p, q, flatPoint(r.near, r.axis)); side != 0 {
		return side
	}
	k := r.kernel
	if side := k.turn(k.load(0, t[i]), k.load(1, t[(i+1)%3]), r.exact, r.axis); side != 0 {
		return side
	}
	if p.y != q.y {
		return cmp.Compare(p.y, q.y)
	}
	return cmp.Compare(q.x, p.x)
}

// side returns on which side of triangle g the point lies, as orient3D.
func (r *windingRay) side(g uint32, s *[3]r3.Vector) int {
	ad, bd, cd := s[0].Sub(r.near), s[1].Sub(r.near), s[2].Sub(r.near)
	det := ad.Dot(bd.Cross(cd))
	reach := max(largestComponent(ad), largestComponent(bd), largestComponent(cd))
	size := float64(roundedBound * max(reach, largestComponent(r.near)))
	errors := float64(float64(size*reach)*reach) + float64(float64(size*size)*reach) + float64(float64(size*size)*size)
	bound := float64(4*errors) + underflowBound
	switch {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	}
	return -r.kernel.side(r.union.find.plane(g), r.exact)
}
