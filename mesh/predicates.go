package mesh

import (
	"math"
	"math/big"

	"github.com/golang/geo/r3"
)

// Geometric predicates with exact signs. Each climbs a ladder: the
// determinant in double precision with a bound of its rounding error, then
// exact arithmetic on floating-point expansions, then, for coordinates so
// small that products could underflow, arbitrary precision.
//
// The error bounds are those of J. R. Shewchuk, "Adaptive Precision
// Floating-Point Arithmetic and Fast Robust Geometric Predicates", Discrete &
// Computational Geometry 18 (1997), §4. They hold for coordinates of absolute
// value up to 1e50, where the determinant of degree five stays far from
// overflow; products are rounded on their own, so that the bounds hold on
// processors that could fuse them too.

const (
	// halfUlp is the largest relative rounding error of one operation.
	halfUlp = 1.0 / (1 << 53)

	orient2DBound = (3 + 16*halfUlp) * halfUlp
	orient3DBound = (7 + 56*halfUlp) * halfUlp
	inSphereBound = (16 + 224*halfUlp) * halfUlp

	// underflowBound exceeds the error that underflow of an intermediate
	// product can cause: 24 products, each wrong by 2^-1075 and multiplied by
	// at most (2·10⁵⁰)³ afterwards.
	underflowBound = 1e-165
)

// orient2D returns +1 if the points a, b, c of the plane make a left turn, −1
// if they make a right turn and 0 if they lie on one line. The sign is exact.
func orient2D(ax, ay, bx, by, cx, cy float64) int {
	acx, bcx := ax-cx, bx-cx
	acy, bcy := ay-cy, by-cy
	left := float64(acx * bcy)
	right := float64(acy * bcx)
	det := left - right
	bound := float64(orient2DBound*(math.Abs(left)+math.Abs(right))) + underflowBound
	switch {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	case acx == 0 && bcx == 0, acy == 0 && bcy == 0:
		return 0
	}
	return orient2DExact(ax, ay, bx, by, cx, cy)
}

func orient2DExact(ax, ay, bx, by, cx, cy float64) int {
	coordinates := [...]float64{ax, ay, bx, by, cx, cy}
	if underflows(coordinates[:]) {
		return bigDeterminantSign([][]*big.Float{
			{bigDifference(ax, cx), bigDifference(ay, cy)},
			{bigDifference(bx, cx), bigDifference(by, cy)},
		})
	}
	var s expansionScratch
	return s.minor(s.difference(ax, cx), s.difference(ay, cy), s.difference(bx, cx), s.difference(by, cy)).sign()
}

// orient3D returns the sign of (a−d)·((b−d)×(c−d)), six times the signed
// volume of the tetrahedron: +1 if d lies below the plane of a, b, c, which
// run counter-clockwise seen from above, −1 if it lies above, and 0 if the
// four points lie in one plane. The sign is exact.
func orient3D(a, b, c, d r3.Vector) int {
	ad, bd, cd := a.Sub(d), b.Sub(d), c.Sub(d)
	bxcy, cxby := float64(bd.X*cd.Y), float64(cd.X*bd.Y)
	cxay, axcy := float64(cd.X*ad.Y), float64(ad.X*cd.Y)
	axby, bxay := float64(ad.X*bd.Y), float64(bd.X*ad.Y)
	det := float64(ad.Z*(bxcy-cxby)) + float64(bd.Z*(cxay-axcy)) + float64(cd.Z*(axby-bxay))
	size := float64((math.Abs(bxcy)+math.Abs(cxby))*math.Abs(ad.Z)) +
		float64((math.Abs(cxay)+math.Abs(axcy))*math.Abs(bd.Z)) +
		float64((math.Abs(axby)+math.Abs(bxay))*math.Abs(cd.Z))
	bound := float64(orient3DBound*size) + underflowBound
	switch {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	// Planes across an axis are the commonest degenerate case.
	case ad.X == 0 && bd.X == 0 && cd.X == 0,
		ad.Y == 0 && bd.Y == 0 && cd.Y == 0,
		ad.Z == 0 && bd.Z == 0 && cd.Z == 0:
		return 0
	}
	return orient3DExact(a, b, c, d)
}

func orient3DExact(a, b, c, d r3.Vector) int {
	coordinates := [...]float64{a.X, a.Y, a.Z, b.X, b.Y, b.Z, c.X, c.Y, c.Z, d.X, d.Y, d.Z}
	if underflows(coordinates[:]) {
		return bigDeterminantSign([][]*big.Float{bigRow(a, d), bigRow(b, d), bigRow(c, d)})
	}
	var s expansionScratch
	var row [3]expansionRow
	for i, p := range [...]r3.Vector{a, b, c} {
		row[i] = s.row(p, d)
	}
	return s.determinant(&row[0], &row[1], &row[2]).sign()
}

// inSphere returns +1 if e lies inside the sphere through a, b, c, d, −1 if
// outside and 0 on it, provided that orient3D(a, b, c, d) is positive; the
// reverse if it is negative. The sign is exact.
func inSphere(a, b, c, d, e r3.Vector) int {
	ae, be, ce, de := a.Sub(e), b.Sub(e), c.Sub(e), d.Sub(e)

	ab, abSize := minor(ae.X, ae.Y, be.X, be.Y)
	bc, bcSize := minor(be.X, be.Y, ce.X, ce.Y)
	cd, cdSize := minor(ce.X, ce.Y, de.X, de.Y)
	da, daSize := minor(de.X, de.Y, ae.X, ae.Y)
	ac, acSize := minor(ae.X, ae.Y, ce.X, ce.Y)
	bd, bdSize := minor(be.X, be.Y, de.X, de.Y)

	abc := float64(ae.Z*bc) - float64(be.Z*ac) + float64(ce.Z*ab)
	bcd := float64(be.Z*cd) - float64(ce.Z*bd) + float64(de.Z*bc)
	cda := float64(ce.Z*da) + float64(de.Z*ac) + float64(ae.Z*cd)
	dab := float64(de.Z*ab) + float64(ae.Z*bd) + float64(be.Z*da)

	aLift, bLift, cLift, dLift := ae.Norm2(), be.Norm2(), ce.Norm2(), de.Norm2()
	det := (float64(dLift*abc) - float64(cLift*dab)) + (float64(bLift*cda) - float64(aLift*bcd))

	az, bz, cz, dz := math.Abs(ae.Z), math.Abs(be.Z), math.Abs(ce.Z), math.Abs(de.Z)
	size := float64((float64(cdSize*bz)+float64(bdSize*cz)+float64(bcSize*dz))*aLift) +
		float64((float64(daSize*cz)+float64(acSize*dz)+float64(cdSize*az))*bLift) +
		float64((float64(abSize*dz)+float64(bdSize*az)+float64(daSize*bz))*cLift) +
		float64((float64(bcSize*az)+float64(acSize*bz)+float64(abSize*cz))*dLift)
	bound := float64(inSphereBound*size) + underflowBound
	switch {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	}
	return inSphereExact(a, b, c, d, e)
}

// minor returns ax·by − bx·ay and the sum of the absolute products.
func minor(ax, ay, bx, by float64) (det, size float64) {
	l, r := float64(ax*by), float64(bx*ay)
	return l - r, math.Abs(l) + math.Abs(r)
}

func inSphereExact(a, b, c, d, e r3.Vector) int {
	coordinates := [...]float64{a.X, a.Y, a.Z, b.X, b.Y, b.Z, c.X, c.Y, c.Z, d.X, d.Y, d.Z, e.X, e.Y, e.Z}
	if underflows(coordinates[:]) {
		matrix := make([][]*big.Float, 0, 4)
		for _, p := range [...]r3.Vector{a, b, c, d} {
			row := bigRow(p, e)
			lift := bigExact()
			for _, x := range row {
				lift.Add(lift, bigExact().Mul(x, x))
			}
			matrix = append(matrix, append(row, lift))
		}
		return bigDeterminantSign(matrix)
	}
	var s expansionScratch
	var row [4]expansionRow
	var lift [4]expansion
	for i, p := range [...]r3.Vector{a, b, c, d} {
		row[i] = s.row(p, e)
		lift[i] = s.norm2(&row[i])
	}
	// Expansion of the 4×4 determinant along its last column.
	plus := s.sum(
		s.product(lift[3], s.determinant(&row[0], &row[1], &row[2])),
		s.product(lift[1], s.determinant(&row[0], &row[2], &row[3])))
	minus := s.sum(
		s.product(lift[2], s.determinant(&row[0], &row[1], &row[3])),
		s.product(lift[0], s.determinant(&row[1], &row[2], &row[3])))
	return s.sum(plus, minus.negate()).sign()
}

// underflows reports whether a product of five differences of the coordinates
// could have bits below 2^-1074.
func underflows(coordinates []float64) bool {
	const least = 1.0 / (1 << 63) / (1 << 63) / (1 << 22) // 2^-148, whose last bit is 2^-200
	for _, x := range coordinates {
		if x != 0 && math.Abs(x) < least {
			return true
		}
	}
	return false
}

// bigExact returns a zero whose sums and products with its like are exact for
// every determinant of this file: its precision exceeds five times the span
// of the exponents of double precision.
func bigExact() *big.Float { return new(big.Float).SetPrec(1 << 14) }

func bigDifference(a, b float64) *big.Float {
	return bigExact().Sub(big.NewFloat(a), big.NewFloat(b))
}

func bigRow(p, origin r3.Vector) []*big.Float {
	return []*big.Float{bigDifference(p.X, origin.X), bigDifference(p.Y, origin.Y), bigDifference(p.Z, origin.Z)}
}

func bigDeterminantSign(matrix [][]*big.Float) int { return bigDeterminant(matrix).Sign() }

// bigDeterminant expands along the first row.
func bigDeterminant(matrix [][]*big.Float) *big.Float {
	if len(matrix) == 1 {
		return matrix[0][0]
	}
	det := bigExact()
	for j, x := range matrix[0] {
		below := make([][]*big.Float, 0, len(matrix)-1)
		for _, row := range matrix[1:] {
			below = append(below, append(append([]*big.Float{}, row[:j]...), row[j+1:]...))
		}
		term := bigExact().Mul(x, bigDeterminant(below))
		if j%2 == 1 {
			term.Neg(term)
		}
		det.Add(det, term)
	}
	return det
}
