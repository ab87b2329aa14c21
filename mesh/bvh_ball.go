package mesh

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
)

// A Ball touches a surface from inside.
type Ball struct {
	Radius  float64
	Face    uint32    // that holds the ball, NoFace if nothing does
	Contact r3.Vector // on Face

	leaf uint32 // of Face
}

const (
	// ballSteps bounds how often a ball shrinks before one triangle.
	ballSteps = 30
	// ballSlack is the depth, in radii, to which triangles may stay inside.
	ballSlack = 1e-7
)

// OppositeBall returns the medial ball of a point of the surface, the largest
// one of the given radius at most that touches the plane through at with unit
// normal n from below at that point and has no face but exclude inside, if what
// holds it lies opposite of the point: if the angle between the two, seen from
// the middle of the ball, is at least 180° − β, where cosine is that of β and β
// below 90°. Otherwise it returns false, and a ball that is too large.
//
// The place where such a ball is held lies within β/2 of the direction of −n
// as seen from the point. So what lies in that cone is looked at first, and
// only if it holds a ball opposite is the rest of the ball's surroundings.
//
// A ball that shrinks while it keeps touching the plane stays inside the ball
// it was, so one walk through the tree suffices, in which every triangle that
// reaches into the ball shrinks it until it does no longer. The shrinking is
// that of J. Ma, S. W. Bae, S. Choi, "3D medial axis point approximation using
// nearest neighbors and the normal field", The Visual Computer 28 (2012).
//
// like, if not nil, is what the probe returned for a point nearby: the face of
// that ball is tried first, which saves much if it holds this one too.
func (p *Probe) OppositeBall(at, n r3.Vector, radius, cosine float64, exclude uint32, like *Ball) (Ball, bool) {
	q := &p.ball
	q.p, q.n, q.exclude, q.ball = at, n, exclude, Ball{Radius: radius, Face: NoFace}
	if len(p.tree.nodes) == 0 || !(radius > 0) {
		return q.ball, false
	}
	q.center()
	if like != nil && like.Face != NoFace {
		q.triangle(p.tree, like.leaf)
	}
	q.searchCone(p.tree, cosine)
	if q.ball.Face == NoFace || n.Dot(q.ball.Contact.Sub(q.middle)) > -cosine*q.ball.Radius {
		return q.ball, false
	}
	return q.ball, !q.searchBall(p.tree)
}

// A ballQuery is the state of a shrinking ball.
type ballQuery struct {
	p, n    r3.Vector
	exclude uint32
	ball    Ball
	middle  r3.Vector // of the ball
	cone    coneBoxes
	near    nearBoxes
}

// center moves the middle to where the radius wants it.
func (q *ballQuery) center() { q.middle = q.p.Sub(Scaled(q.n, q.ball.Radius)) }

// searchCone shrinks the ball by what lies in the cone.
func (q *ballQuery) searchCone(b *BVH, cosine float64) {
	cone := &q.cone
	cone.aim(&b.frame, q.p, q.n.Mul(-1), math.Sqrt((1-cosine)/(1+cosine)))
	cone.reach(&b.frame, q.middle, q.ball.Radius)
	for n := cone.Next(b.nodes); n > 0; n = cone.Next(b.nodes) {
		for i := range n {
			if q.triangle(b, cone.Leaves[i&(kernel.LeafBatch-1)]) {
				cone.reach(&b.frame, q.middle, q.ball.Radius)
			}
		}
	}
}

// searchBall looks at all that lies near the ball until something shrinks it,
// and reports whether anything did.
func (q *ballQuery) searchBall(b *BVH) bool {
	near := &q.near
	near.aim(&b.frame, q.middle)
	near.reach(&b.frame, q.ball.Radius)
	near.Start()
	for n := near.Next(b.nodes); n > 0; n = near.Next(b.nodes) {
		for i := range n {
			if q.triangle(b, near.Leaves[i&(kernel.LeafBatch-1)]) {
				return true
			}
		}
	}
	return false
}

// triangle shrinks the ball until triangle i of the leaves is not inside, and
// reports whether it was.
func (q *ballQuery) triangle(b *BVH, i uint32) (shrunk bool) {
	if b.faces[i] == q.exclude {
		return false
	}
	v0, v1, v2 := b.leafCorners(i)
	if q.clears(v0, v1, v2) {
		return false
	}
	for range ballSteps {
		at := closestOnTriangle(q.middle, v0, v1, v2)
		if at.Sub(q.middle).Norm() >= (1-ballSlack)*q.ball.Radius {
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
		q.ball = Ball{Radius: radius, Face: b.faces[i], Contact: at, leaf: i}
		q.center()
		shrunk = true
	}
	return shrunk
}

// clears reports whether a triangle is certainly outside of the ball: either as
// seen in the direction of its middle, which settles most of the small ones, or
// because the ball does not reach through its plane, which settles most of
// those that are large or lie in the tangent plane.
func (q *ballQuery) clears(v0, v1, v2 r3.Vector) bool {
	// A triangle narrower than this has no plane that is known well enough.
	const narrow = 1e-12
	v0, v1, v2 = v0.Sub(q.middle), v1.Sub(q.middle), v2.Sub(q.middle)
	reach := (1 - ballSlack) * q.ball.Radius
	reach2 := float64(reach * reach)
	m := v0.Add(v1).Add(v2)
	height := min(v0.Dot(m), v1.Dot(m), v2.Dot(m))
	if height > 0 && float64(height*height) >= float64(reach2*m.Norm2()) {
		return true
	}
	e, f := v1.Sub(v0), v2.Sub(v0)
	n := e.Cross(f)
	n2 := n.Norm2()
	height = n.Dot(v0)
	return float64(height*height) >= float64(reach2*n2) && n2 > float64(float64(narrow*e.Norm2())*f.Norm2())
}
