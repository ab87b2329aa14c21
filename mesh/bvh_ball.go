package mesh

import "github.com/golang/geo/r3"

// A Ball touches a surface from inside.
type Ball struct {
	Radius  float64
	Face    uint32    // that holds the ball, NoFace if nothing does
	Contact r3.Vector // on Face
}

const (
	// ballSteps bounds how often a ball shrinks before one triangle.
	ballSteps = 30
	// ballSlack is the depth, in radii, to which triangles may stay inside.
	ballSlack = 1e-7
)

// TangentBall returns the largest ball, of the given radius at most, that
// touches the plane through p with unit normal n from below at p and has no
// face but exclude inside: the medial ball of p when n is the outward normal
// of the surface at p and exclude the face of p.
//
// A ball that shrinks while it keeps touching p stays inside the ball it was,
// so one walk through the tree suffices, in which every triangle that reaches
// into the ball shrinks it until it does no longer. The shrinking is that of
// J. Ma, S. W. Bae, S. Choi, "3D medial axis point approximation using nearest
// neighbors and the normal field", The Visual Computer 28 (2012).
func (b *BVH) TangentBall(p, n r3.Vector, radius float64, exclude uint32) Ball {
	ball := Ball{Radius: radius, Face: NoFace}
	if len(b.nodes) == 0 || !(radius > 0) {
		return ball
	}
	q := ballQuery{p: p, n: n, ball: ball, exclude: exclude}
	q.search(b)
	return q.ball
}

// A ballQuery is the state of a shrinking ball; near measures distances of
// boxes from its centre.
type ballQuery struct {
	p, n    r3.Vector
	exclude uint32
	ball    Ball
	near    nearestQuery
}

// center moves the centre and the reach of the search to the ball's.
func (q *ballQuery) center(b *BVH) {
	q.near.p = q.p.Sub(Scaled(q.n, q.ball.Radius))
	q.near.best.Distance = q.ball.Radius
	q.near.start(b)
}

// search walks the tree. An entry of the stack names a node and one of its
// children, so that its box can be compared with what the ball has become.
func (q *ballQuery) search(b *BVH) {
	q.center(b)
	near := &q.near
	q.push(b, 0)
	for near.top > 0 {
		near.top--
		entry := near.stack[near.top&(bvhStack-1)].ref()
		node, child := &b.nodes[entry/bvhWidth], entry%bvhWidth
		if near.boxDistance(node, child) > near.boxLimit {
			continue
		}
		ref := node.refs[child]
		if ref&leafBit == 0 {
			q.push(b, ref)
			continue
		}
		first, end := leafRange(ref)
		for i := first; i < end; i++ {
			q.triangle(b, i)
		}
	}
}

// push puts the children of a node that the ball reaches on the stack, the
// nearest last.
func (q *ballQuery) push(b *BVH, node uint32) {
	near := &q.near
	base := near.top
	for child := range uint32(bvhWidth) {
		d := near.boxDistance(&b.nodes[node], child)
		if d > near.boxLimit {
			continue
		}
		key := boxKey(d)<<32 | boxKey(node*bvhWidth+child)
		i := near.top
		for ; i > base && near.stack[(i-1)&(bvhStack-1)] < key; i-- {
			near.stack[i&(bvhStack-1)] = near.stack[(i-1)&(bvhStack-1)]
		}
		near.stack[i&(bvhStack-1)] = key
		near.top++
	}
}

// triangle shrinks the ball until triangle i of the leaves is not inside.
func (q *ballQuery) triangle(b *BVH, i uint32) {
	if b.faces[i] == q.exclude {
		return
	}
	v0, v1, v2 := b.leafCorners(i)
	shrunk := false
	for range ballSteps {
		at := closestOnTriangle(q.near.p, v0, v1, v2)
		if at.Sub(q.near.p).Norm() >= (1-ballSlack)*q.ball.Radius {
			break
		}
		apart := q.p.Sub(at)
		depth := 2 * q.n.Dot(apart)
		if !(depth > 0) {
			break // rounding: the ball has no room above this point
		}
		radius := apart.Norm2() / depth
		if !(radius < q.ball.Radius) {
			break
		}
		q.ball = Ball{Radius: radius, Face: b.faces[i], Contact: at}
		q.near.p = q.p.Sub(Scaled(q.n, radius))
		shrunk = true
	}
	if shrunk {
		q.center(b)
	}
}
