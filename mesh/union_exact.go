package mesh

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/golang/geo/r3"
)

// Exact coordinates of points in which lines and planes of a mesh meet.
//
// All coordinates of the mesh are integers in units of a power of two, so that
// planes and points in which they meet are integers in homogeneous
// coordinates. They are computed from what defines a point when the rounded
// point is not enough to decide a sign; see M. Attene, "Indirect Predicates
// for Geometric Constructions", Computer-Aided Design 126 (2020), for the idea
// of keeping definitions in the place of coordinates.

// A planeRef names a plane: that of three vertices, or, if the third one is
// alongAxis and more, that of two vertices and the direction of an axis.
type planeRef [3]uint32

// alongAxis is the third entry of a planeRef along the x axis.
const alongAxis = noIndex - 3

// A madePoint defines a point: where the line through vertices p and q meets
// the first plane or, if p is noIndex, where three planes meet.
type madePoint struct {
	p, q   uint32
	planes [3]planeRef
}

// An exactPoint has homogeneous coordinates: x, y, z and then w, which is
// positive.
type exactPoint struct {
	id uint32 // in the cache
	x  [4]big.Int
}

// An exactPlane is the set of points at which a sum of products with its
// coordinates is zero. It is positive above the plane, where its corners run
// counter-clockwise.
type exactPlane struct {
	ref planeRef
	x   [4]big.Int
}

const (
	exactPoints = 256 // kept by an exactKernel
	exactPlanes = 64
)

// An exactKernel computes exact points. It keeps those that it computed last.
// It may not be used by two goroutines at once.
type exactKernel struct {
	points *arrangedPoints
	made   [exactPoints]exactPoint
	planes [exactPlanes]exactPlane

	// Room for intermediate results. What is used by whom must not overlap:
	// the corners and sides by planes, the rows by points of three planes.
	corner          [3]exactPoint
	sides           [2][3]big.Int
	rows            [3][4]big.Int
	minor           [6]big.Int
	t               [3]big.Int
	loaded          [3]exactPoint
	center          exactPoint
	num, den, ratio big.Float
}

func newExactKernel(points *arrangedPoints) *exactKernel {
	k := &exactKernel{points: points}
	for i := range k.made {
		k.made[i].id = noIndex
	}
	for i := range k.planes {
		k.planes[i].ref = planeRef{noIndex, noIndex, noIndex}
	}
	return k
}

// lowestExponent returns the largest e for which all coordinates are integers
// in units of 2^e.
func lowestExponent(points []r3.Vector) int {
	lowest := math.MaxInt
	for _, p := range points {
		for _, x := range [...]float64{p.X, p.Y, p.Z} {
			if x != 0 {
				mantissa, exponent := integerParts(x)
				lowest = min(lowest, exponent+bits.TrailingZeros64(uint64(mantissa)))
			}
		}
	}
	if lowest == math.MaxInt {
		return 0
	}
	return lowest
}

// integerParts returns x as mantissa · 2^exponent.
func integerParts(x float64) (mantissa int64, exponent int) {
	fraction, exponent := math.Frexp(x)
	return int64(math.Ldexp(fraction, 53)), exponent - 53
}

// setCoordinate sets z to a coordinate of the mesh.
func (k *exactKernel) setCoordinate(z *big.Int, x float64) {
	if x == 0 {
		z.SetInt64(0)
		return
	}
	mantissa, exponent := integerParts(x)
	zeros := bits.TrailingZeros64(uint64(mantissa))
	z.SetInt64(mantissa >> zeros)
	z.Lsh(z, uint(exponent+zeros-k.points.exponent))
}

// setVertex sets to the vertex v of the mesh.
func (k *exactKernel) setVertex(to *exactPoint, v uint32) {
	p := k.points.at[v]
	k.setCoordinate(&to.x[0], p.X)
	k.setCoordinate(&to.x[1], p.Y)
	k.setCoordinate(&to.x[2], p.Z)
	to.x[3].SetInt64(1)
}

// point returns point i. It is valid until the next point is computed.
func (k *exactKernel) point(i uint32) *exactPoint {
	e := &k.made[i%exactPoints]
	if e.id == i {
		return e
	}
	if v := k.points.vertices; i < v {
		k.setVertex(e, i)
	} else {
		k.define(e, &k.points.made[i-v])
	}
	e.id = i
	return e
}

// plane returns the plane of a reference.
func (k *exactKernel) plane(ref planeRef) *exactPlane {
	e := &k.planes[(ref[0]*31+ref[1]*7+ref[2])%exactPlanes]
	if e.ref == ref {
		return e
	}
	e.ref = ref
	a := &k.corner[0]
	k.setVertex(a, ref[0])
	k.setVertex(&k.corner[1], ref[1])
	u, v := &k.sides[0], &k.sides[1]
	for i := range 3 {
		u[i].Sub(&k.corner[1].x[i], &a.x[i])
	}
	if ref[2] >= alongAxis {
		axis := int(ref[2] - alongAxis)
		e.x[axis].SetInt64(0)
		e.x[(axis+1)%3].Neg(&u[(axis+2)%3])
		e.x[(axis+2)%3].Set(&u[(axis+1)%3])
	} else {
		k.setVertex(&k.corner[2], ref[2])
		for i := range 3 {
			v[i].Sub(&k.corner[2].x[i], &a.x[i])
		}
		for i := range 3 {
			k.cross(&e.x[i], &u[(i+1)%3], &u[(i+2)%3], &v[(i+1)%3], &v[(i+2)%3])
		}
	}
	e.x[3].SetInt64(0)
	for i := range 3 {
		e.x[3].Sub(&e.x[3], k.t[0].Mul(&e.x[i], &a.x[i]))
	}
	return e
}

// cross sets z to ax·by − ay·bx.
func (k *exactKernel) cross(z, ax, ay, bx, by *big.Int) {
	k.t[0].Mul(ax, by)
	k.t[1].Mul(ay, bx)
	z.Sub(&k.t[0], &k.t[1])
}

// define computes a point from its definition.
func (k *exactKernel) define(to *exactPoint, by *madePoint) {
	if by.p != noIndex {
		k.meetLine(to, by.p, by.q, by.planes[0])
	} else {
		k.meetPlanes(to, by.planes)
	}
	if to.x[3].Sign() < 0 {
		for i := range to.x {
			to.x[i].Neg(&to.x[i])
		}
	}
}

// meetLine sets to where the line through two vertices meets a plane.
func (k *exactKernel) meetLine(to *exactPoint, p, q uint32, ref planeRef) {
	plane := k.plane(ref)
	a, b := &k.corner[0], &k.corner[1]
	k.setVertex(a, p)
	k.setVertex(b, q)
	atA, atB := &k.minor[0], &k.minor[1]
	k.evaluate(atA, plane, a)
	k.evaluate(atB, plane, b)
	for i := range 3 {
		k.cross(&to.x[i], &a.x[i], &b.x[i], atA, atB)
	}
	to.x[3].Sub(atB, atA)
}

// evaluate sets z to the value of a plane at a point.
func (k *exactKernel) evaluate(z *big.Int, plane *exactPlane, p *exactPoint) {
	z.Mul(&plane.x[0], &p.x[0])
	for i := 1; i < 4; i++ {
		z.Add(z, k.t[0].Mul(&plane.x[i], &p.x[i]))
	}
}

// meetPlanes sets to where three planes meet: the vector of the minors of their
// matrix.
func (k *exactKernel) meetPlanes(to *exactPoint, refs [3]planeRef) {
	rows := &k.rows // the cache may not hold all three at once
	for i, ref := range refs {
		plane := k.plane(ref)
		for j := range 4 {
			rows[i][j].Set(&plane.x[j])
		}
	}
	// The minors of the last two rows in columns i < j.
	columns := [6][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}
	for n, c := range columns {
		k.cross(&k.minor[n], &rows[1][c[0]], &rows[1][c[1]], &rows[2][c[0]], &rows[2][c[1]])
	}
	// For each column left out, the other three and the minors beside them.
	terms := [4][3][2]int{
		{{1, 5}, {2, 4}, {3, 3}},
		{{0, 5}, {2, 2}, {3, 1}},
		{{0, 4}, {1, 2}, {3, 0}},
		{{0, 3}, {1, 1}, {2, 0}},
	}
	for i, t := range terms {
		z := &to.x[i]
		z.Mul(&rows[0][t[0][0]], &k.minor[t[0][1]])
		z.Sub(z, k.t[0].Mul(&rows[0][t[1][0]], &k.minor[t[1][1]]))
		z.Add(z, k.t[0].Mul(&rows[0][t[2][0]], &k.minor[t[2][1]]))
		if i%2 == 0 {
			z.Neg(z)
		}
	}
}

// rounded returns a point in double precision, each coordinate the nearest.
func (k *exactKernel) rounded(p *exactPoint) r3.Vector {
	return r3.Vector{X: k.quotient(&p.x[0], &p.x[3]), Y: k.quotient(&p.x[1], &p.x[3]), Z: k.quotient(&p.x[2], &p.x[3])}
}

func (k *exactKernel) quotient(a, b *big.Int) float64 {
	if a.Sign() == 0 {
		return 0
	}
	k.num.SetPrec(0).SetInt(a)
	k.den.SetPrec(0).SetInt(b)
	k.ratio.SetPrec(53).Quo(&k.num, &k.den)
	k.ratio.SetMantExp(&k.ratio, k.points.exponent)
	x, _ := k.ratio.Float64()
	return x
}

// load computes point i and returns it in a place that keeps it until the next
// point is loaded there.
func (k *exactKernel) load(place int, i uint32) *exactPoint {
	e, to := k.point(i), &k.loaded[place]
	for j := range e.x {
		to.x[j].Set(&e.x[j])
	}
	return to
}

// compare compares two points on an axis.
func (k *exactKernel) compare(p, q *exactPoint, axis int) int {
	k.cross(&k.minor[0], &p.x[axis], &p.x[3], &q.x[axis], &q.x[3])
	return k.minor[0].Sign()
}

// same reports whether two points are one.
func (k *exactKernel) same(p, q *exactPoint) bool {
	return k.compare(p, q, 0) == 0 && k.compare(p, q, 1) == 0 && k.compare(p, q, 2) == 0
}

// turn returns the sign of the determinant of three points seen along an axis.
func (k *exactKernel) turn(p, q, r *exactPoint, axis int) int {
	u, v := (axis+1)%3, (axis+2)%3
	k.cross(&k.minor[0], &q.x[u], &q.x[v], &r.x[u], &r.x[v])
	k.cross(&k.minor[1], &r.x[u], &r.x[v], &p.x[u], &p.x[v])
	k.cross(&k.minor[2], &p.x[u], &p.x[v], &q.x[u], &q.x[v])
	sum := &k.t[2]
	sum.Mul(&p.x[3], &k.minor[0])
	sum.Add(sum, k.t[0].Mul(&q.x[3], &k.minor[1]))
	sum.Add(sum, k.t[0].Mul(&r.x[3], &k.minor[2]))
	return sum.Sign()
}

// middle returns the center of three points. It is valid until the next call.
func (k *exactKernel) middle(t Triangle) *exactPoint {
	p, q, r := k.load(0, t[0]), k.load(1, t[1]), k.load(2, t[2])
	to := &k.center
	for j := range 3 {
		to.x[j].SetInt64(0)
	}
	add := func(a, b, c *exactPoint) {
		k.t[0].Mul(&b.x[3], &c.x[3])
		for j := range 3 {
			to.x[j].Add(&to.x[j], k.t[1].Mul(&k.t[0], &a.x[j]))
		}
	}
	add(p, q, r)
	add(q, r, p)
	add(r, p, q)
	to.x[3].Mul(k.t[1].Mul(&k.t[0], &r.x[3]), k.t[2].SetInt64(3)) // t[0] is that of the last addition
	return to
}

// side returns on which side of a plane a point lies: +1 above, −1 below.
func (k *exactKernel) side(ref planeRef, p *exactPoint) int {
	k.evaluate(&k.minor[0], k.plane(ref), p)
	return k.minor[0].Sign()
}
