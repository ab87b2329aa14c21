package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// trianglesMeet reports whether two triangles with area have more than one
// point in common. It is exact.
//
// After P. Guigue and O. Devillers, "Fast and Robust Triangle-Triangle Overlap
// Test Using Orientation Predicates", Journal of Graphics Tools 8 (2003): each
// triangle cuts a segment out of the line in which the planes meet, and the
// order of the segments' ends is the sign of tetrahedra. Here contact in one
// point does not count.
func trianglesMeet(s, t [3]r3.Vector) bool {
	if clearlyBeside(&s, &t) || clearlyBeside(&t, &s) || clearlyOutside(&s, &t) || clearlyOutside(&t, &s) {
		return false
	}
	ofT, apart := planeSides(&s, &t)
	if apart {
		return false
	}
	if ofT == ([3]int{}) {
		return coplanarTrianglesMeet(&s, &t)
	}
	ofS, apart := planeSides(&t, &s)
	if apart {
		return false
	}
	// The first corner of each alone on its side of the other's plane, which
	// is to be the side above.
	sideOfS, sideOfT := aloneFirst(&s, ofS), aloneFirst(&t, ofT)
	if sideOfS > 0 {
		t[1], t[2] = t[2], t[1]
	}
	if sideOfT > 0 {
		s[1], s[2] = s[2], s[1]
	}
	return orient3D(s[0], s[1], t[0], t[1]) > 0 && orient3D(s[0], s[2], t[2], t[0]) > 0
}

// clearlyBeside reports whether t lies on one side of the plane of s by more
// than rounding could make of it. Most pairs that are tested do.
func clearlyBeside(s, t *[3]r3.Vector) bool {
	e, f := s[1].Sub(s[0]), s[2].Sub(s[0])
	n := e.Cross(f)
	// Each of the six products of a height is at most the product of the
	// largest coordinates and passes through eight roundings at most.
	const share = 6 * 16 * halfUlp
	size := float64(share*largestComponent(e)) * largestComponent(f)
	below, above := 0, 0
	for _, p := range t {
		d := p.Sub(s[0])
		height, bound := n.Dot(d), float64(size*largestComponent(d))+underflowBound
		switch {
		case height > bound:
			above++
		case height < -bound:
			below++
		default:
			return false
		}
	}
	return below == 3 || above == 3
}

// clearlyOutside reports whether t lies on the other side of an edge of s, seen
// across the plane of s, by more than rounding could make of it. It settles
// most pairs in one plane.
func clearlyOutside(s, t *[3]r3.Vector) bool {
	n := s[1].Sub(s[0]).Cross(s[2].Sub(s[0]))
	for i := range s {
		// Whatever rounding makes of the direction, it is one that may separate
		// the two.
		inward := n.Cross(s[(i+1)%3].Sub(s[i]))
		// A height has three products of four roundings each.
		size := float64(2 * 3 * 4 * halfUlp * largestComponent(inward))
		height := func(p r3.Vector) (h, bound float64) {
			d := p.Sub(s[i])
			return inward.Dot(d), float64(size*largestComponent(d)) + underflowBound
		}
		least := 0.0 // of s
		for _, p := range []r3.Vector{s[(i+1)%3], s[(i+2)%3]} {
			h, bound := height(p)
			least = min(least, h-bound)
		}
		outside := 0
		for _, p := range t {
			if h, bound := height(p); h < least-2*bound {
				outside++
			}
		}
		if outside == 3 {
			return true
		}
	}
	return false
}

// planeSides returns on which side of the plane of s the corners of t lie, as
// orient3D does, and whether t meets that plane in at most one point.
func planeSides(s, t *[3]r3.Vector) (sides [3]int, apart bool) {
	below, above := 0, 0
	for i, p := range t {
		sides[i] = orient3D(s[0], s[1], s[2], p)
		switch sides[i] {
		case 1:
			below++
		case -1:
			above++
		}
	}
	return sides, below == 3 || above == 3 || below+above == 2 && (below == 2 || above == 2)
}

// aloneFirst turns s so that its first corner alone lies on one side of a
// plane, and returns the side.
func aloneFirst(s *[3]r3.Vector, sides [3]int) int {
	for i, side := range sides {
		if side != 0 && side != sides[(i+1)%3] && side != sides[(i+2)%3] {
			*s = [3]r3.Vector{s[i], s[(i+1)%3], s[(i+2)%3]}
			return side
		}
	}
	return 0
}

// coplanarTrianglesMeet decides for triangles in one plane.
func coplanarTrianglesMeet(s, t *[3]r3.Vector) bool {
	a, b := projectTriangles(s, t)
	for range 2 {
		for i := range a {
			p, q := a[i], a[(i+1)%3]
			var on [3]point2
			inside, count := 0, 0
			for _, x := range b {
				switch orient2D(p.x, p.y, q.x, q.y, x.x, x.y) {
				case 1:
					inside++
				case 0:
					on[count] = x
					count++
				}
			}
			if inside == 0 {
				// The line through p and q separates them.
				return count == 2 && segmentsOverlap(p, q, on[0], on[1])
			}
		}
		a, b = b, a
	}
	return true
}

// A point2 is a point of a plane.
type point2 struct{ x, y float64 }

// projectTriangles drops the coordinate along which the plane of two triangles
// is steepest, and turns both counter-clockwise.
func projectTriangles(s, t *[3]r3.Vector) (a, b [3]point2) {
	n := s[1].Sub(s[0]).Cross(s[2].Sub(s[0])).Abs()
	drop := n.LargestComponent()
	for range 3 {
		a, b = dropAxis(s, drop), dropAxis(t, drop)
		turnA, turnB := turn(&a), turn(&b)
		if turnA < 0 {
			a[1], a[2] = a[2], a[1]
		}
		if turnB < 0 {
			b[1], b[2] = b[2], b[1]
		}
		if turnA != 0 && turnB != 0 {
			break
		}
		// Rounding chose an axis in the plane.
		drop = (drop + 1) % 3
	}
	return a, b
}

func dropAxis(t *[3]r3.Vector, axis r3.Axis) (p [3]point2) {
	for i, v := range t {
		switch axis {
		case r3.XAxis:
			p[i] = point2{v.Y, v.Z}
		case r3.YAxis:
			p[i] = point2{v.Z, v.X}
		default:
			p[i] = point2{v.X, v.Y}
		}
	}
	return p
}

func turn(p *[3]point2) int { return orient2D(p[0].x, p[0].y, p[1].x, p[1].y, p[2].x, p[2].y) }

// segmentsOverlap reports whether two segments of one line have more than a
// point in common.
func segmentsOverlap(a, b, c, d point2) bool {
	if a.x != b.x {
		return math.Max(math.Min(a.x, b.x), math.Min(c.x, d.x)) < math.Min(math.Max(a.x, b.x), math.Max(c.x, d.x))
	}
	return math.Max(math.Min(a.y, b.y), math.Min(c.y, d.y)) < math.Min(math.Max(a.y, b.y), math.Max(c.y, d.y))
}
