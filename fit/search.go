package fit

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// searchAll looks at all rotations: first those that lay a facet of the hull
// flat on a wall of the chamber, which are solved exactly, then the whole
// space of rotations by branch and bound.
//
// The space is cut into cells. For each a bound is known below which the use
// of the room (the largest extent by its limit) cannot fall in the cell. The
// cell of the lowest bound is halved along all three of its sides next. If
// some rotation is found that fits, that is the answer; if the lowest bound
// of all cells exceeds 1, no rotation fits, and that is the certificate; and
// if neither happens within Options.Cells cells, nothing is claimed.
func (f *fitter) searchAll(ctx context.Context) (bool, error) {
	if f.options.KeepOrientation || f.options.Cells < 0 {
		return false, nil
	}
	p := newProbe(f.h, f.limit)
	g, ok, err := f.layFlat(ctx, p)
	if err != nil {
		return false, err
	}
	if ok {
		f.acceptRotation(g)
		return true, nil
	}
	s := &search{fitter: f, probe: p, best: math.Inf(1)}
	return s.run(ctx)
}

func (f *fitter) acceptRotation(g frame) {
	if least, ok := f.smallest(g); ok {
		g = least
	}
	f.accept(AnyRotation, g, fmt.Sprintf("the part fits the chamber when turned by %.4g°; %s", g.angle()*180/math.Pi, extentText(f.extents(g))))
}

// layFlat tries the large facets of the hull against each pair of walls. Most
// of what does not fit is found out on the hull of the probe, which is small.
func (f *fitter) layFlat(ctx context.Context, p *probe) (frame, bool, error) {
	small, err := mesh.ConvexHullPoints(ctx, p.points)
	if err != nil {
		return frame{}, false, err
	}
	for _, up := range f.facetDirections() {
		height := f.h.Extent(up)
		for k := range 3 {
			if height > f.limit[k] {
				continue
			}
			if _, ok := f.layOn(small, up, k); !ok {
				continue
			}
			if g, ok := f.layOn(f.h, up, k); ok && f.within(f.extents(g)) {
				return g, true, nil
			}
		}
		if err := ctx.Err(); err != nil {
			return frame{}, false, err
		}
	}
	return frame{}, false, nil
}

// layOn returns a rotation of h that brings up along axis k and fits the other
// two axes.
func (f *fitter) layOn(h *mesh.Hull, up r3.Vector, k int) (g frame, ok bool) {
	x := up.Ortho()
	y := up.Cross(x)
	i, j := (k+1)%3, (k+2)%3
	angle, ok := turnToFit(h.Shadow(x, y), f.limit[i], f.limit[j])
	if !ok {
		return g, false
	}
	sin, cos := math.Sincos(angle)
	g[i] = mesh.Scaled(x, cos).Sub(mesh.Scaled(y, sin))
	g[j] = mesh.Scaled(x, sin).Add(mesh.Scaled(y, cos))
	g[k] = up
	return g, true
}

// facetDirections returns the normals of the largest facets, one of each group
// that is closer than 2°, and without those that are mere bits of something
// round.
func (f *fitter) facetDirections() []r3.Vector {
	const most, apart, bit = 48, 0.99939, 1e-3 // apart is cos 2°, bit a share of the area
	var order []int
	for i := range f.h.Facets {
		if f.h.Facets[i].Area >= bit*f.h.Area {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := f.h.Facets[a].Area, f.h.Facets[b].Area; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	var directions []r3.Vector
	for _, i := range order {
		if len(directions) == most {
			break
		}
		n := f.h.Facets[i].Normal
		if !slices.ContainsFunc(directions, func(d r3.Vector) bool { return math.Abs(d.Dot(n)) > apart }) {
			directions = append(directions, n)
		}
	}
	return directions
}

// A cell is a cube of rotations, given by quaternions (1, x, y, z). Turning
// the chamber by half a turn about an axis changes no extent but exchanges the
// components of the quaternion, so the largest can always be the first, and
// the cube −1 ≤ x, y, z ≤ 1 holds all that matters.
type cell struct {
	x, y, z float64 // the middle
	half    float64 // of a side
	bound   float64
	number  int // order of making, to break ties
}

// turn returns the rotation in the middle of c.
func (c *cell) turn() frame { return fromQuaternion(1, c.x, c.y, c.z) }

// radius returns an angle by which no rotation of c is farther from its
// middle. Seen from the origin, a step in the cube subtends at most its length
// by the distance; the angle of the rotation is twice that of the quaternion.
func (c *cell) radius() float64 {
	step := float64(math.Sqrt(3) * c.half)
	middle := math.Sqrt(1 + float64(c.x*c.x) + float64(c.y*c.y) + float64(c.z*c.z))
	return 2 * step / max(1, middle-step)
}

// cells is a heap of cells, lowest bound first.
type cells []cell

func (q cells) Len() int { return len(q) }
func (q cells) Less(i, j int) bool {
	if q[i].bound != q[j].bound {
		return q[i].bound < q[j].bound
	}
	return q[i].number < q[j].number
}
func (q cells) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *cells) Push(x any)   { *q = append(*q, x.(cell)) }
func (q *cells) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}

// search is the branch and bound.
type search struct {
	*fitter
	probe *probe
	queue cells
	best  float64 // the least use of the middle of a cell so far
}

// excluded is the bound from which a cell certainly holds no fit: beyond 1 by
// more than rounding.
const excluded = 1 + 1e-10

func (s *search) run(ctx context.Context) (bool, error) {
	if s.look(cell{half: 1}) {
		return true, nil
	}
	for len(s.queue) > 0 && s.out.Cells < s.options.Cells {
		c := heap.Pop(&s.queue).(cell)
		half := c.half / 2
		for i := range 8 {
			child := cell{
				x: c.x + float64(half*float64(2*(i&1)-1)), y: c.y + float64(half*float64(i&2-1)), z: c.z + float64(half*float64(i>>1&2-1)),
				half: half, number: s.out.Cells,
			}
			if s.look(child) {
				return true, nil
			}
		}
		if s.out.Cells&0xff8 == 0 {
			if err := ctx.Err(); err != nil {
				return false, err
			}
		}
	}
	if len(s.queue) > 0 {
		return false, nil
	}
	s.refuse(Rotations, s.best, 1, fmt.Sprintf("the part does not fit %s: every rotation needs more, the best one found by %.3g %%", s.roomText(), 100*(s.best-1)))
	return true, nil
}

// look computes the bound of a cell and queues it unless it is excluded. It
// reports true when that found a fit.
func (s *search) look(c cell) bool {
	s.out.Cells++
	turn := c.turn()
	sin, cos := math.Sincos(min(c.radius(), math.Pi/2))
	use, bound := s.probe.reach(turn, cos, sin)
	if bound > excluded {
		s.best = min(s.best, use)
		return false
	}
	c.bound = bound
	heap.Push(&s.queue, c)
	if use >= s.best {
		return false
	}
	s.best = use
	turn, use = descend(s.probe, turn, use)
	for range 8 {
		if use > 1 {
			return false
		}
		if s.within(s.extents(turn)) {
			s.acceptRotation(turn)
			return true
		}
		// The probe fits but the part does not: the probe was too small.
		s.probe.complete(turn)
		turn, use = descend(s.probe, turn, s.probe.use(turn))
	}
	return false
}
