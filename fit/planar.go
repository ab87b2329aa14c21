package fit

import (
	"math"
	"sort"

	"github.com/golang/geo/r2"
)

// turnToFit finds the angle by which a convex polygon, given counter-clockwise,
// has to be turned so that it is no wider than width along x and no deeper
// than depth along y; false if no angle will do.
//
// It does not search: the width of a polygon across a direction θ is
// |d|·cos(θ−α) with the same pair of opposite corners, and so the same d and
// α, until an edge comes to lie across (rotating calipers; M. Shamos 1978).
// Piece by piece, the angles that are too wide are cut out, in x and in y. Of
// the stretches that remain, the one nearest to no turn at all is taken, and
// within it the angle with the most room: the least of the larger of both
// extents, each by its limit. O(n log n).
func turnToFit(polygon []r2.Point, width, depth float64) (angle float64, ok bool) {
	if len(polygon) < 2 {
		return 0, width >= 0 && depth >= 0
	}
	if !(width > 0 && depth > 0) {
		return 0, false
	}
	c := newCalipers(polygon)
	var best stretch
	var all []stretch
	cuts := c.cuts()
	for i := 1; i < len(cuts); i++ {
		all = append(all, c.stretches(cuts[i-1], cuts[i], width, depth)...)
	}
	if len(all) == 0 {
		return 0, false
	}
	for i, s := range join(all) {
		if i == 0 || s.nearer(best) {
			best = s
		}
	}
	// Turning the polygon by an angle is turning the directions back.
	angle = -best.at
	if angle <= -math.Pi/2 {
		angle += math.Pi
	}
	return angle, true
}

// A stretch is a range of directions, within 0 to π, along which the polygon
// fits, with the best of them.
type stretch struct {
	from, to float64
	at       float64 // the direction of the most room
	use      float64 // extent by limit there
}

// distance returns how far the stretch is from no turn, which is 0 and π.
func (s stretch) distance() float64 { return min(s.from, math.Pi-s.to) }

// nearer reports whether s needs less of a turn than o. Of stretches to both
// sides the one of positive turns is taken, which are directions before π.
func (s stretch) nearer(o stretch) bool {
	const same = 1e-9
	if d := s.distance() - o.distance(); math.Abs(d) > same {
		return d < 0
	}
	return s.from > o.from
}

// join unites stretches that touch; they are in order. Directions 0 and π are
// the same.
func join(all []stretch) []stretch {
	const touch = 1e-12
	joined := all[:1]
	for _, s := range all[1:] {
		last := &joined[len(joined)-1]
		if s.from > last.to+touch {
			joined = append(joined, s)
			continue
		}
		last.to = s.to
		last.takeBest(s)
	}
	if first, last := &joined[0], &joined[len(joined)-1]; first.from <= touch && last.to >= math.Pi-touch {
		last.takeBest(*first)
		first.takeBest(*last)
	}
	return joined
}

// takeBest takes over the best direction of o if it is better.
func (s *stretch) takeBest(o stretch) {
	if o.use < s.use {
		s.at, s.use = o.at, o.use
	}
}

// calipers knows the corners of a polygon that are farthest in each direction.
type calipers struct {
	normal []float64  // directions across the edges, ascending, within 0 to 2π
	corner []r2.Point // corner[i] is farthest from normal[i−1] to normal[i]
}

func newCalipers(polygon []r2.Point) *calipers {
	type edge struct {
		normal float64
		corner r2.Point
	}
	edges := make([]edge, len(polygon))
	for i, p := range polygon {
		d := polygon[(i+1)%len(polygon)].Sub(p)
		edges[i] = edge{turn(math.Atan2(-d.X, d.Y)), p}
	}
	sort.SliceStable(edges, func(i, j int) bool { return edges[i].normal < edges[j].normal })
	c := &calipers{normal: make([]float64, len(edges)), corner: make([]r2.Point, len(edges))}
	for i, e := range edges {
		c.normal[i], c.corner[i] = e.normal, e.corner
	}
	return c
}

// turn brings an angle into 0 to 2π.
func turn(a float64) float64 {
	if a < 0 {
		a += 2 * math.Pi
	}
	if a >= 2*math.Pi {
		a -= 2 * math.Pi
	}
	return a
}

// farthest returns the corner farthest in direction a.
func (c *calipers) farthest(a float64) r2.Point {
	i := sort.SearchFloat64s(c.normal, turn(a))
	return c.corner[i%len(c.corner)]
}

// across returns the vector between the corners that are farthest along and
// against direction a.
func (c *calipers) across(a float64) r2.Point {
	return c.farthest(a).Sub(c.farthest(a + math.Pi))
}

// cuts returns the directions between 0 and π at which a pair of farthest
// corners changes, along the direction or at right angles to it.
func (c *calipers) cuts() []float64 {
	cuts := []float64{0, math.Pi}
	for _, n := range c.normal {
		for _, a := range [...]float64{n, n + math.Pi/2} {
			cuts = append(cuts, math.Mod(a, math.Pi))
		}
	}
	sort.Float64s(cuts)
	return cuts
}

// stretches returns where the polygon fits between two cuts.
func (c *calipers) stretches(from, to, width, depth float64) []stretch {
	middle := float64((from + to) / 2)
	x, y := newWave(c.across(middle), 0, middle), newWave(c.across(middle+math.Pi/2), math.Pi/2, middle)
	var found []stretch
	for _, s := range x.below(width, from, to) {
		for _, u := range y.below(depth, s[0], s[1]) {
			found = append(found, roomiest(x, y, width, depth, u[0], u[1]))
		}
	}
	return found
}

// A wave is size·cos(a−peak).
type wave struct{ size, peak float64 }

// newWave returns the extent d·(cos b, sin b), where b is shift beyond the
// angle a; near is one of the angles it will be used for.
func newWave(d r2.Point, shift, near float64) wave {
	peak := math.Atan2(d.Y, d.X) - shift
	for peak < near-math.Pi {
		peak += 2 * math.Pi
	}
	for peak > near+math.Pi {
		peak -= 2 * math.Pi
	}
	return wave{size: d.Norm(), peak: peak}
}

func (w wave) at(a float64) float64 { return w.size * math.Cos(a-w.peak) }

// below returns the parts of the range from..to where w is no larger than
// limit. Within the range w is an extent and so not negative, hence concave.
func (w wave) below(limit, from, to float64) [][2]float64 {
	if w.size <= limit {
		return [][2]float64{{from, to}}
	}
	var parts [][2]float64
	half := math.Acos(limit / w.size)
	if end := min(to, w.peak-half); end >= from {
		parts = append(parts, [2]float64{from, end})
	}
	if start := max(from, w.peak+half); start <= to {
		parts = append(parts, [2]float64{start, to})
	}
	return parts
}

// roomiest returns the stretch from..to with its best angle: of two concave
// functions the larger is least at an end or where they are equal.
func roomiest(x, y wave, width, depth, from, to float64) stretch {
	s := stretch{from: from, to: to, use: math.Inf(1)}
	try := func(a float64) {
		if a < from || a > to {
			return
		}
		if use := max(x.at(a)/width, y.at(a)/depth); use < s.use {
			s.at, s.use = a, use
		}
	}
	try(from)
	try(to)
	// (p·cos(a−α))/width = (q·cos(a−β))/depth
	p, q := x.size/width, y.size/depth
	equal := math.Atan2(
		float64(q*math.Cos(y.peak))-float64(p*math.Cos(x.peak)),
		float64(p*math.Sin(x.peak))-float64(q*math.Sin(y.peak)))
	for k := -2.0; k <= 2; k++ {
		try(equal + float64(k*math.Pi))
	}
	return s
}
