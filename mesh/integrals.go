package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// integrals are the sums over triangles from which measures follow, for the
// tetrahedra that the triangles span with a reference point, signed by their
// turn. Coordinates are relative to that point.
//
// The integral of 1, of x and of x·y over the tetrahedron of corners 0, a, b,
// c with determinant d = a·(b×c) is d/6, d/24·Σx and d/120·(Σx·Σy + Σ(x·y)),
// sums over a, b, c (Lien and Kajiya, "A symbolic method for calculating the
// integral properties of arbitrary nonconvex polyhedra", 1984).
type integrals struct {
	area  float64 // 2·area
	det   float64 // 6·volume
	first r3.Vector
	// Integrals of x², y², z², xy, yz, zx, times 120.
	square, mixed r3.Vector
}

// add adds the triangle a, a+e, a+g whose area vector is n.
func (s *integrals) add(a, e, g, n r3.Vector) {
	d := a.Dot(n)
	s.area += n.Norm()
	s.det += d
	bx, by, bz := a.X+e.X, a.Y+e.Y, a.Z+e.Z
	cx, cy, cz := a.X+g.X, a.Y+g.Y, a.Z+g.Z
	x, y, z := a.X+bx+cx, a.Y+by+cy, a.Z+bz+cz
	s.first.X += float64(d * x)
	s.first.Y += float64(d * y)
	s.first.Z += float64(d * z)
	s.square.X += float64(d * (float64(x*x) + float64(a.X*a.X) + float64(bx*bx) + float64(cx*cx)))
	s.square.Y += float64(d * (float64(y*y) + float64(a.Y*a.Y) + float64(by*by) + float64(cy*cy)))
	s.square.Z += float64(d * (float64(z*z) + float64(a.Z*a.Z) + float64(bz*bz) + float64(cz*cz)))
	s.mixed.X += float64(d * (float64(x*y) + float64(a.X*a.Y) + float64(bx*by) + float64(cx*cy)))
	s.mixed.Y += float64(d * (float64(y*z) + float64(a.Y*a.Z) + float64(by*bz) + float64(cy*cz)))
	s.mixed.Z += float64(d * (float64(z*x) + float64(a.Z*a.X) + float64(bz*bx) + float64(cz*cx)))
}

// plus returns the sums over both sets of triangles, for the same reference
// point.
func (s integrals) plus(o integrals) integrals {
	return integrals{
		area: s.area + o.area, det: s.det + o.det, first: s.first.Add(o.first),
		square: s.square.Add(o.square), mixed: s.mixed.Add(o.mixed),
	}
}

// moved returns the sums for a reference point at −by: every coordinate grows
// by `by`. It is exact only for surfaces whose edges are balanced.
func (s integrals) moved(by r3.Vector) integrals {
	out := s
	out.first = s.first.Add(Scaled(by, 4*s.det))
	// With I the integral times 120: ∫(x+p)(y+q) = ∫xy + p∫y + q∫x + pq∫1, and
	// first is 24 times, det 6 times the integral.
	shift := func(i, x, y, p, q float64) float64 {
		return i + float64(5*(float64(p*y)+float64(q*x))) + float64(20*float64(float64(p*q)*s.det))
	}
	f := s.first
	out.square.X = shift(s.square.X, f.X, f.X, by.X, by.X)
	out.square.Y = shift(s.square.Y, f.Y, f.Y, by.Y, by.Y)
	out.square.Z = shift(s.square.Z, f.Z, f.Z, by.Z, by.Z)
	out.mixed.X = shift(s.mixed.X, f.X, f.Y, by.X, by.Y)
	out.mixed.Y = shift(s.mixed.Y, f.Y, f.Z, by.Y, by.Z)
	out.mixed.Z = shift(s.mixed.Z, f.Z, f.X, by.Z, by.X)
	return out
}

func (s integrals) volume() float64 { return s.det / 6 }

// center returns the centre of mass relative to the reference point.
func (s integrals) center() r3.Vector { return Scaled(s.first, 1/(4*s.det)) }

// inertia returns the tensor about the centre of mass at density 1, positive
// also for a solid that is inside out.
func (s integrals) inertia() [3][3]float64 {
	c := s.moved(s.center().Mul(-1))
	sign := math.Copysign(1.0/120, s.det)
	xx, yy, zz := float64(c.square.X*sign), float64(c.square.Y*sign), float64(c.square.Z*sign)
	xy, yz, zx := c.mixed.X*sign, c.mixed.Y*sign, c.mixed.Z*sign
	return [3][3]float64{
		{yy + zz, -xy, -zx},
		{-xy, zz + xx, -yz},
		{-zx, -yz, xx + yy},
	}
}
