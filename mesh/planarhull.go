package mesh

import (
	"math"
	"sort"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/r3"
)

// startSimplex returns the places of four points that do not lie in one plane,
// far apart where that is easily had, and 3. If there are none, it returns
// fewer points and the dimension of what the points span: three that are not
// on one line and 2, two distinct ones and 1, or one and 0. The dimension is
// exact.
func startSimplex(points []r3.Vector) (corner [4]int32, dimension int) {
	a := 0
	for i, p := range points {
		if p.Cmp(points[a]) < 0 {
			a = i
		}
	}
	b := farthest(points, func(p r3.Vector) float64 { return p.Sub(points[a]).Norm2() })
	if points[a] == points[b] {
		return [4]int32{int32(a)}, 0
	}
	edge := points[b].Sub(points[a])
	c := farthest(points, func(p r3.Vector) float64 { return edge.Cross(p.Sub(points[a])).Norm2() })
	if collinear(points[a], points[b], points[c]) {
		c = find(points, func(p r3.Vector) bool { return !collinear(points[a], points[b], p) })
		if c < 0 {
			return [4]int32{int32(a), int32(b)}, 1
		}
	}
	normal := edge.Cross(points[c].Sub(points[a]))
	d := farthest(points, func(p r3.Vector) float64 { return math.Abs(normal.Dot(p.Sub(points[a]))) })
	if orient3D(points[a], points[b], points[c], points[d]) == 0 {
		d = find(points, func(p r3.Vector) bool { return orient3D(points[a], points[b], points[c], p) != 0 })
		if d < 0 {
			return [4]int32{int32(a), int32(b), int32(c)}, 2
		}
	}
	return [4]int32{int32(a), int32(b), int32(c), int32(d)}, 3
}

// farthest returns the first point of the largest measure.
func farthest(points []r3.Vector, measure func(r3.Vector) float64) int {
	best, place := math.Inf(-1), 0
	for i, p := range points {
		if m := measure(p); m > best {
			best, place = m, i
		}
	}
	return place
}

// find returns the first point that is as wanted, or −1.
func find(points []r3.Vector, wanted func(r3.Vector) bool) int {
	for i, p := range points {
		if wanted(p) {
			return i
		}
	}
	return -1
}

// collinear reports exactly whether three points lie on one line: they do if
// their shadows along all three axes do.
func collinear(a, b, c r3.Vector) bool {
	return orient2D(a.X, a.Y, b.X, b.Y, c.X, c.Y) == 0 &&
		orient2D(a.Y, a.Z, b.Y, b.Z, c.Y, c.Z) == 0 &&
		orient2D(a.Z, a.X, b.Z, b.X, c.Z, c.X) == 0
}

// flatHull returns the places of the extreme points of a set that spans no
// space: the corners in cyclic order in a plane, both ends on a line.
func flatHull(points []r3.Vector, corner [4]int32, dimension int) []int32 {
	switch dimension {
	case 0:
		return []int32{corner[0]}
	case 1:
		// Along a line, the order by coordinates is the order on the line.
		b := corner[1]
		for i, p := range points {
			if p.Cmp(points[b]) > 0 {
				b = int32(i)
			}
		}
		return []int32{corner[0], b}
	}
	// One of the shadows along the axes keeps all points apart.
	a, b, c := points[corner[0]], points[corner[1]], points[corner[2]]
	flat := make([]r2.Point, len(points))
	switch {
	case orient2D(a.X, a.Y, b.X, b.Y, c.X, c.Y) != 0:
		for i, p := range points {
			flat[i] = r2.Point{X: p.X, Y: p.Y}
		}
	case orient2D(a.Y, a.Z, b.Y, b.Z, c.Y, c.Z) != 0:
		for i, p := range points {
			flat[i] = r2.Point{X: p.Y, Y: p.Z}
		}
	default:
		for i, p := range points {
			flat[i] = r2.Point{X: p.Z, Y: p.X}
		}
	}
	return planarHull(flat)
}

// planarHull returns the places of the extreme points of a set in the plane,
// counter-clockwise, beginning with the least by x, then y; two points if all
// lie on one line, one if all are the same. The decisions are exact. It is the
// monotone chain of A. M. Andrew (1979), O(n log n).
func planarHull(points []r2.Point) []int32 {
	order := make([]int32, len(points))
	for i := range order {
		order[i] = int32(i)
	}
	sort.Slice(order, func(i, j int) bool {
		p, q := points[order[i]], points[order[j]]
		if p.X != q.X {
			return p.X < q.X
		}
		if p.Y != q.Y {
			return p.Y < q.Y
		}
		return order[i] < order[j]
	})
	var hull []int32
	extend := func(floor int, i int32) {
		p := points[i]
		for len(hull) > floor {
			a, b := points[hull[len(hull)-2]], points[hull[len(hull)-1]]
			if orient2D(a.X, a.Y, b.X, b.Y, p.X, p.Y) > 0 {
				break
			}
			hull = hull[:len(hull)-1]
		}
		hull = append(hull, i)
	}
	for _, i := range order {
		if len(hull) > 0 && points[i] == points[hull[len(hull)-1]] {
			continue
		}
		extend(1, i)
	}
	if len(hull) == 1 {
		return hull
	}
	floor := len(hull)
	for k := len(order) - 1; k >= 0; k-- {
		if i := order[k]; points[i] != points[hull[len(hull)-1]] {
			extend(floor, i)
		}
	}
	return hull[:len(hull)-1]
}
