package mesh

import (
	"cmp"
	"math"
	"slices"
)

// mostNested is the number of loops in one plane up to which it is looked
// whether they lie in one another.
const mostNested = 256

// A flatLoop is a loop in a plane, seen along the plane's normal.
type flatLoop struct {
	*loop
	place  int // in the list of all
	points []point2
	area   float64 // positive if its patch faces along the normal
}

// nestedLoops groups loops that one patch closes: a loop in a plane with those
// directly inside it that run the other way, as the two ends of a tube's wall
// do. All others are groups of one.
func (r *repairer) nestedLoops(loops []loop) [][]*loop {
	inside := make([]int, len(loops)) // the loop around each, or -1
	planes := map[[4]int64][]flatLoop{}
	var keys [][4]int64
	diagonal := r.box.Diagonal()
	for i := range loops {
		inside[i] = -1
		outline := loops[i].outline()
		if len(outline) < 3 || !r.isFlatLoop(outline) {
			continue
		}
		key, flat := r.inPlane(outline, diagonal)
		flat.loop, flat.place = &loops[i], i
		if planes[key] == nil {
			keys = append(keys, key)
		}
		planes[key] = append(planes[key], flat)
	}
	for _, key := range keys {
		if n := len(planes[key]); n > 1 && n <= mostNested {
			findNested(planes[key], inside)
		}
	}
	groups := make([][]*loop, 0, len(loops))
	at := make([]int, len(loops))
	for i := range loops {
		if inside[i] < 0 {
			at[i] = len(groups)
			groups = append(groups, []*loop{&loops[i]})
		}
	}
	for i := range loops {
		if o := inside[i]; o >= 0 {
			groups[at[o]] = append(groups[at[o]], &loops[i])
		}
	}
	return groups
}

// inPlane returns a key that loops of one plane share, safe for rounding, and
// the loop seen along the plane's normal, which points up the steepest axis.
func (r *repairer) inPlane(outline []uint32, diagonal float64) (key [4]int64, flat flatLoop) {
	normal := loopNormal(r.mesh, outline)
	axis := largestAxis(normal)
	up := 1.0
	if vectorAxis(normal, axis) < 0 {
		up = -1
	}
	unit := Scaled(normal.Normalize(), up)
	const turns, shifts = 1e3, 1e4
	key = [4]int64{
		int64(math.Round(unit.X * turns)), int64(math.Round(unit.Y * turns)), int64(math.Round(unit.Z * turns)),
		int64(math.Round(unit.Dot(r.mesh.Vertices[outline[0]]) / diagonal * shifts)),
	}
	u, v := (axis+1)%3, (axis+2)%3
	for _, w := range outline {
		flat.points = append(flat.points, point2{vectorAxis(r.mesh.Vertices[w], u), vectorAxis(r.mesh.Vertices[w], v)})
	}
	flat.area = polygonArea(flat.points)
	return key, flat
}

func polygonArea(points []point2) float64 {
	area := 0.0
	for i := 1; i+1 < len(points); i++ {
		ax, ay := points[i].x-points[0].x, points[i].y-points[0].y
		bx, by := points[i+1].x-points[0].x, points[i+1].y-points[0].y
		area += float64((float64(ax*by) - float64(ay*bx)) / 2)
	}
	return area
}

// findNested notes for each loop the smallest one around it, if that is
// outermost or itself not nested, and runs the other way.
func findNested(loops []flatLoop, inside []int) {
	slices.SortFunc(loops, func(a, b flatLoop) int {
		return cmp.Or(cmp.Compare(math.Abs(b.area), math.Abs(a.area)), cmp.Compare(a.place, b.place))
	})
	for i := range loops {
		for j := i - 1; j >= 0; j-- {
			if !loops[j].holds(loops[i].points[0]) {
				continue
			}
			if (loops[i].area > 0) != (loops[j].area > 0) && inside[loops[j].place] < 0 {
				inside[loops[i].place] = loops[j].place
			}
			break
		}
	}
}

// holds reports whether p lies inside the loop.
func (f *flatLoop) holds(p point2) bool {
	odd := false
	for i, a := range f.points {
		b := f.points[(i+1)%len(f.points)]
		if (a.y > p.y) != (b.y > p.y) && (orient2D(a.x, a.y, b.x, b.y, p.x, p.y) > 0) == (b.y > a.y) {
			odd = !odd
		}
	}
	return odd
}

// bridged joins the outline of the first loop with those of the others, which
// lie inside it, by bridges that are run through both ways (D. Eberly,
// "Triangulation by Ear Clipping", 2002).
func (r *repairer) bridged(loops []*loop) []uint32 {
	outline := loops[0].outline()
	normal := loopNormal(r.mesh, outline)
	axis := largestAxis(normal)
	u, v := (axis+1)%3, (axis+2)%3
	if vectorAxis(normal, axis) < 0 {
		u, v = v, u
	}
	b := bridger{mesh: r.mesh, u: u, v: v}
	type inner struct {
		outline []uint32
		start   int // its rightmost corner
	}
	var inners []inner
	for _, l := range loops[1:] {
		in := inner{outline: l.outline()}
		for i, w := range in.outline {
			if b.at(w).x > b.at(in.outline[in.start]).x {
				in.start = i
			}
		}
		inners = append(inners, in)
	}
	slices.SortStableFunc(inners, func(p, q inner) int {
		return cmp.Compare(b.at(q.outline[q.start]).x, b.at(p.outline[p.start]).x)
	})
	for _, in := range inners {
		at := b.visible(outline, in.outline[in.start])
		if at < 0 {
			continue // clipping will see that corners are missing
		}
		joined := append([]uint32{}, outline[:at+1]...)
		joined = append(joined, in.outline[in.start:]...)
		joined = append(joined, in.outline[:in.start+1]...)
		outline = append(joined, outline[at:]...)
	}
	return outline
}

type bridger struct {
	mesh *Mesh
	u, v int
}

func (b *bridger) at(w uint32) point2 {
	p := b.mesh.Vertices[w]
	return point2{vectorAxis(p, b.u), vectorAxis(p, b.v)}
}

// visible returns the place of a corner of the outline that can be seen from
// vertex w to the left of it, or -1.
func (b *bridger) visible(outline []uint32, w uint32) int {
	p := b.at(w)
	best, bestX := -1, math.Inf(1)
	for i := range outline {
		s, t := b.at(outline[i]), b.at(outline[(i+1)%len(outline)])
		if (s.y > p.y) == (t.y > p.y) {
			continue
		}
		x := s.x + float64((p.y-s.y)/(t.y-s.y)*(t.x-s.x))
		// The outline runs upward where its inside lies to the left.
		if x >= p.x && x < bestX && t.y > s.y {
			bestX = x
			if best = i; t.x > s.x {
				best = (i + 1) % len(outline)
			}
		}
	}
	if best < 0 {
		return -1
	}
	// Corners within the triangle of p, the point seen and the corner chosen
	// may hide that; then the one at the least angle is seen.
	q := b.at(outline[best])
	slope, distance := math.Inf(1), math.Inf(1)
	seen := best
	for i, o := range outline {
		s := b.at(o)
		if s == q || s.x < p.x || s.x > max(q.x, bestX) || !isWithin(p, point2{bestX, p.y}, q, s) {
			continue
		}
		k, d := math.Abs(s.y-p.y)/(s.x-p.x), s.x-p.x
		if k < slope || k == slope && d < distance {
			seen, slope, distance = i, k, d
		}
	}
	return seen
}

// isWithin reports whether s lies in the triangle of p, q and o, which may
// run either way, or on its border.
func isWithin(p, q, o, s point2) bool {
	a := orient2D(p.x, p.y, q.x, q.y, s.x, s.y)
	b := orient2D(q.x, q.y, o.x, o.y, s.x, s.y)
	c := orient2D(o.x, o.y, p.x, p.y, s.x, s.y)
	return a >= 0 && b >= 0 && c >= 0 || a <= 0 && b <= 0 && c <= 0
}
