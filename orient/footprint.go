package orient

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/r3"
)

// plane returns two directions of length 1 at right angles to up and to one
// another; with up they turn as x, y and z do.
func plane(up r3.Vector) (x, y r3.Vector) {
	rows := upright(up).rows()
	return rows[0], rows[1]
}

// cross and dot are those of r2.Point, with products that are never fused into
// the sum, so that every processor gets the same digits.
func cross(p, q r2.Point) float64 { return float64(p.X*q.Y) - float64(p.Y*q.X) }

func dot(p, q r2.Point) float64 { return float64(p.X*q.X) + float64(p.Y*q.Y) }

// stance measures how safely the part stands: the distance of the centre of
// mass to the border of the area that the points up to reach above the bed
// span, by the root of that area; negative outside and −∞ if they span none.
func (s *surface) stance(up r3.Vector, low, reach float64) float64 {
	x, y := plane(up)
	var points []r2.Point
	for _, c := range s.corners {
		if c.Dot(up)-low <= reach {
			points = append(points, r2.Point{X: x.Dot(c), Y: y.Dot(c)})
		}
	}
	polygon := convex(points)
	area := polygonArea(polygon)
	const thin = 1e-9 // of the diagonal squared
	if area <= thin*s.diagonal*s.diagonal {
		return math.Inf(-1)
	}
	mass := r2.Point{X: x.Dot(s.centerOfMass), Y: y.Dot(s.centerOfMass)}
	margin := math.Inf(1)
	for i, p := range polygon {
		edge := polygon[(i+1)%len(polygon)].Sub(p)
		margin = min(margin, cross(edge, mass.Sub(p))/edge.Norm())
	}
	return margin / math.Sqrt(area)
}

// A surround finds out whether points lie all around the origin of a plane:
// whether it is inside their hull. It holds the cone, narrower than half a
// turn, that all points so far lie in.
type surround struct {
	right, left r2.Point // the cone lies counter-clockwise of right
	some, all   bool
}

// add adds a point and reports whether the origin is surrounded now.
func (s *surround) add(p r2.Point) bool {
	switch {
	case s.all:
	case p == (r2.Point{}):
	case !s.some:
		s.right, s.left, s.some = p, p, true
	default:
		ofRight, ofLeft := cross(s.right, p), cross(s.left, p)
		switch {
		case ofRight >= 0 && ofLeft <= 0: // in the cone, or straight behind it
		case ofRight >= 0 && ofLeft > 0:
			s.left = p
		case ofRight < 0 && ofLeft <= 0:
			s.right = p
		default:
			s.all = true
		}
	}
	return s.all
}

// held reports whether the part stands on the bed together with its supports:
// whether its centre of mass lies within the hull of the points in the first
// layer and of those under which columns stand, for which visit calls its
// argument until it returns true.
func (s *surface) held(up r3.Vector, low, reach float64, visit func(add func(r3.Vector) bool)) bool {
	x, y := plane(up)
	var around surround
	add := func(p r3.Vector) bool {
		d := p.Sub(s.centerOfMass)
		return around.add(r2.Point{X: x.Dot(d), Y: y.Dot(d)})
	}
	for _, c := range s.corners {
		if c.Dot(up)-low <= reach && add(c) {
			return true
		}
	}
	visit(add)
	return around.all
}

// convex returns the corners of the hull of points, counter-clockwise
// (A. M. Andrew 1979). It sorts points.
func convex(points []r2.Point) []r2.Point {
	slices.SortFunc(points, func(a, b r2.Point) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	points = slices.Compact(points)
	if len(points) < 3 {
		return points
	}
	var hull []r2.Point
	for pass := range 2 {
		base := len(hull)
		for i := range points {
			p := points[i]
			if pass == 1 {
				p = points[len(points)-1-i]
			}
			for len(hull) >= base+2 && cross(hull[len(hull)-1].Sub(hull[len(hull)-2]), p.Sub(hull[len(hull)-1])) <= 0 {
				hull = hull[:len(hull)-1]
			}
			hull = append(hull, p)
		}
		hull = hull[:len(hull)-1]
	}
	return hull
}

func polygonArea(polygon []r2.Point) float64 {
	twice := 0.0
	for i := 2; i < len(polygon); i++ {
		twice += cross(polygon[i-1].Sub(polygon[0]), polygon[i].Sub(polygon[0]))
	}
	return twice / 2
}

// A rectangle is one around a convex polygon.
type rectangle struct {
	angle float64 // by which the polygon has to be turned for sides along x and y
	area  float64
}

// rectangles returns, for each edge of a convex polygon, the rectangle around
// it with a side along that edge. The smallest of all is among them
// (H. Freeman, R. Shapira 1975), and calipers that turn around the polygon
// find them all in linear time (G. Toussaint 1983).
func rectangles(polygon []r2.Point) []rectangle {
	n := len(polygon)
	if n < 3 {
		return nil
	}
	out := make([]rectangle, 0, n)
	// The corners farthest along the edge, across it, and against it.
	ahead, across, behind := 1, 1, 1
	far := func(at int, d r2.Point) int {
		for steps := 0; steps < n && dot(polygon[(at+1)%n].Sub(polygon[at]), d) > 0; steps++ {
			at = (at + 1) % n
		}
		return at
	}
	for i, p := range polygon {
		d := polygon[(i+1)%n].Sub(p).Normalize()
		ahead = far(ahead, d)
		if i == 0 {
			across = ahead
		}
		across = far(across, d.Ortho())
		if i == 0 {
			behind = across
		}
		behind = far(behind, d.Mul(-1))
		width := dot(polygon[ahead].Sub(polygon[behind]), d)
		depth := dot(polygon[across].Sub(p), d.Ortho())
		out = append(out, rectangle{angle: -math.Atan2(d.Y, d.X), area: width * depth})
	}
	return out
}

// tightBox returns the volume of the smallest upright box around the part.
func (s *surface) tightBox(up r3.Vector, height float64) float64 {
	x, y := plane(up)
	area := math.Inf(1)
	for _, r := range rectangles(s.hull.Shadow(x, y)) {
		area = min(area, r.area)
	}
	return height * area
}

// spin returns the turn about z, after the smallest rotation that makes up
// point up, with which the part lies along x and y: the sides of the smallest
// rectangle around it do. Of the turns that do, it is the one with the least
// rotation in all. A part that needs no rotation is not turned, nor one for
// which it would gain nothing.
func (s *surface) spin(up r3.Vector) []quaternion {
	const (
		same  = 1e-6 // areas that are equal
		gains = 1e-3
	)
	tilt := upright(up)
	turns := []quaternion{tilt}
	if tilt.angle() < 1e-9 {
		return append(turns, quarterTurns(tilt)...)
	}
	x, y := plane(up)
	shadow := s.hull.Shadow(x, y)
	all := rectangles(shadow)
	least := math.Inf(1)
	for _, r := range all {
		least = min(least, r.area)
	}
	if own := s.hull.Extent(x) * s.hull.Extent(y); own <= least*(1+gains) {
		return append(turns, quarterTurns(tilt)...)
	}
	best, angle := tilt, math.Inf(1)
	for _, r := range all {
		if r.area > least*(1+same) {
			continue
		}
		for k := range 4 {
			q := tilt.spun(r.angle + float64(float64(k)*math.Pi/2))
			if a := q.angle(); a < angle-1e-9 {
				best, angle = q, a
			}
		}
	}
	return append([]quaternion{best}, quarterTurns(best)...)
}

// quarterTurns returns q followed by a quarter turn about z, either way.
func quarterTurns(q quaternion) []quaternion {
	turned := []quaternion{q.spun(math.Pi / 2), q.spun(-math.Pi / 2)}
	if turned[1].angle() < turned[0].angle() {
		turned[0], turned[1] = turned[1], turned[0]
	}
	return turned
}
