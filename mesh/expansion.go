package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// An expansion is an exact sum of floating-point numbers of increasing
// magnitude that do not overlap; zero components are left out and zero is
// empty. Sums and products of expansions are exact as long as nothing
// overflows or underflows.
//
// After J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast
// Robust Geometric Predicates" (1997), §2: fast expansion sum and scaling with
// elimination of zeros. Coordinates of 32-bit origin give expansions of a few
// components, so the exact predicates cost little more than their number of
// operations.
type expansion []float64

// An expansionRow holds the exact differences of two points.
type expansionRow struct{ x, y, z expansion }

// sign returns the sign of the value: that of the largest component.
func (e expansion) sign() int {
	switch {
	case len(e) == 0:
		return 0
	case e[len(e)-1] > 0:
		return 1
	}
	return -1
}

// negate changes the sign of e in place and returns it.
func (e expansion) negate() expansion {
	for i := range e {
		e[i] = -e[i]
	}
	return e
}

// expansionScratch holds the components of a computation.
type expansionScratch struct {
	store [256]float64
	used  int
}

// take returns room for n components.
func (s *expansionScratch) take(n int) expansion {
	if s.used+n > len(s.store) {
		return make(expansion, 0, n)
	}
	e := s.store[s.used : s.used : s.used+n]
	s.used += n
	return e
}

// difference returns a − b.
func (s *expansionScratch) difference(a, b float64) expansion {
	e := s.take(2)
	high, low := twoSum(a, -b)
	return e.add(low).add(high)
}

// add appends a component of larger magnitude.
func (e expansion) add(x float64) expansion {
	if x != 0 {
		e = append(e, x)
	}
	return e
}

// row returns p − origin.
func (s *expansionScratch) row(p, origin r3.Vector) expansionRow {
	return expansionRow{s.difference(p.X, origin.X), s.difference(p.Y, origin.Y), s.difference(p.Z, origin.Z)}
}

// norm2 returns the squared length of r.
func (s *expansionScratch) norm2(r *expansionRow) expansion {
	return s.sum(s.sum(s.product(r.x, r.x), s.product(r.y, r.y)), s.product(r.z, r.z))
}

// minor returns ax·by − bx·ay.
func (s *expansionScratch) minor(ax, ay, bx, by expansion) expansion {
	return s.sum(s.product(ax, by), s.product(bx, ay).negate())
}

// determinant returns a·(b×c).
func (s *expansionScratch) determinant(a, b, c *expansionRow) expansion {
	return s.sum(s.sum(
		s.product(a.z, s.minor(b.x, b.y, c.x, c.y)),
		s.product(b.z, s.minor(c.x, c.y, a.x, a.y))),
		s.product(c.z, s.minor(a.x, a.y, b.x, b.y)))
}

// sum returns e + f.
func (s *expansionScratch) sum(e, f expansion) expansion {
	if len(e) == 0 {
		return append(s.take(len(f)), f...)
	}
	if len(f) == 0 {
		return append(s.take(len(e)), e...)
	}
	h := s.take(len(e) + len(f))
	i, j := 0, 0
	next := func() (x float64) {
		if j == len(f) || i < len(e) && math.Abs(e[i]) <= math.Abs(f[j]) {
			x = e[i]
			i++
		} else {
			x = f[j]
			j++
		}
		return x
	}
	high := next()
	for i < len(e) || j < len(f) {
		var low float64
		high, low = twoSum(high, next())
		h = h.add(low)
	}
	return h.add(high)
}

// product returns e · f.
func (s *expansionScratch) product(e, f expansion) expansion {
	if len(e) < len(f) {
		e, f = f, e
	}
	if len(f) == 0 {
		return nil
	}
	total := s.scale(e, f[0])
	for _, x := range f[1:] {
		total = s.sum(total, s.scale(e, x))
	}
	return total
}

// scale returns e · b for an e that is not empty.
func (s *expansionScratch) scale(e expansion, b float64) expansion {
	h := s.take(2 * len(e))
	high, low := twoProduct(e[0], b)
	h = h.add(low)
	for _, x := range e[1:] {
		productHigh, productLow := twoProduct(x, b)
		high, low = twoSum(high, productLow)
		h = h.add(low)
		high, low = twoSum(productHigh, high)
		h = h.add(low)
	}
	return h.add(high)
}

// twoSum returns a + b rounded, and the rounding error.
func twoSum(a, b float64) (sum, err float64) {
	a, b = float64(a), float64(b) // no product that was passed is fused
	sum = a + b
	bPart := sum - a
	aPart := sum - bPart
	return sum, (a - aPart) + (b - bPart)
}

// twoProduct returns a · b rounded, and the rounding error.
func twoProduct(a, b float64) (product, err float64) {
	product = float64(a * b)
	return product, math.FMA(a, b, -product)
}
