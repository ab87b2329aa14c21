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

func (q *ballQuery) search(b *BVH) {
	q.center(b)
	var stack [bvhStack]uint32
	top := 0
	ref := uint32(0)
	for {
		if ref&leafBit != 0 {
			first, end := leafRange(ref)
			for i := first; i < end; i++ {
				q.triangle(b, i)
			}
		} else {
			n := &b.nodes[ref]
			d0, d1 := q.near.boxDistance(n, 0), q.near.boxDistance(n, 1)
			ref0, ref1 := n[12], n[13]
			if d1 < d0 {
				d0, d1, ref0, ref1 = d1, d0, ref1, ref0
			}
			if d1 <= q.near.boxLimit {
				stack[top&(bvhStack-1)] = ref1
				top++
			}
			if d0 <= q.near.boxLimit {
				ref = ref0
				continue
			}
		}
		if top == 0 {
			return
		}
		top--
		ref = stack[top&(bvhStack-1)]
	}
}

// triangle shrinks the ball until triangle i of the leaves is not inside.
func (q *ballQuery) triangle(b *BVH, i uint32) {
	if b.faces[i] == q.exclude {
		return
	}
	t := &b.corners[i]
	v0, v1, v2 := b.vertices[t[0]].vector(), b.vertices[t[1]].vector(), b.vertices[t[2]].vector()
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
