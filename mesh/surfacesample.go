package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"
)

// A sampler spreads points over a surface so that no two are closer than a
// distance and none is missing where one would fit: Poisson-disk sampling by
// throwing darts, with the darts in a fixed order.
type sampler struct {
	points   []r3.Vector
	distance float64
	limit    int // of points
	min      r3.Vector
	next     []int32 // the next point of the same cell, −1 at the end
	slots    []sampleCell
	used     int
}

// A sampleCell is a cube with an edge of the distance, in an open-addressing
// table.
type sampleCell struct {
	at    [3]int32
	first int32 // of its points, −1 for a free slot
}

// maxSampleCells bounds the cells along an axis.
const maxSampleCells = 1 << 30

// The density of darts, by the square of the distance, and of darts along
// edges, by the distance. With it no place of the surface is farther from a
// sample than about the distance, so neighbours are at most two distances
// apart.
const (
	dartsByArea   = 6.0
	dartsByLength = 3.0
)

// sampleSurface returns points of the surface of m at a mutual distance of at
// least distance, no farther than about twice that from their neighbours;
// false if there would be more than limit. The vertices in first are tried
// before all others. Time is linear in the number of triangles and the number
// of samples.
func sampleSurface(ctx context.Context, m *Mesh, first []uint32, distance float64, limit int) ([]r3.Vector, bool, error) {
	box := m.Bounds()
	if box.Diagonal() > maxSampleCells*distance {
		return nil, false, nil
	}
	s := &sampler{distance: distance, limit: limit, min: box.Min}
	s.grow()
	for _, v := range first {
		s.throw(m.Vertices[v])
	}
	tried := make([]bool, len(m.Vertices))
	for pass := range 2 {
		for f := range m.Triangles {
			if pass == 0 {
				s.throwCorners(m, f, tried)
			} else {
				s.throwTriangle(m, f)
			}
			if len(s.points) > limit {
				return nil, false, nil
			}
			if f&0xfff == 0 {
				if err := ctx.Err(); err != nil {
					return nil, false, err
				}
			}
		}
	}
	return s.points, true, nil
}

// throwCorners throws darts at the corners of a triangle, at each vertex once.
func (s *sampler) throwCorners(m *Mesh, f int, tried []bool) {
	for _, v := range m.Triangles[f] {
		if !tried[v] {
			tried[v] = true
			s.throw(m.Vertices[v])
		}
	}
}

// throwTriangle throws darts at a triangle: along its edges, as far as it is
// not a mere sliver beside them, and over its area.
func (s *sampler) throwTriangle(m *Mesh, f int) {
	a, b, c := m.Corners(f)
	u, v := b.Sub(a), c.Sub(a)
	area := u.Cross(v).Norm() / 2
	for _, e := range [...][2]r3.Vector{{a, b}, {b, c}, {c, a}} {
		edge := e[1].Sub(e[0])
		length := edge.Norm()
		if n := math.Ceil(dartsByLength * length / s.distance); n > 1 && 8*area > s.distance*length {
			for k := 1.0; k < n && len(s.points) <= s.limit; k++ {
				s.throw(e[0].Add(Scaled(edge, k/n)))
			}
		}
	}
	// The darts of small triangles are thrown with the chance they have; the
	// chance and the places come from two irrational rotations.
	const g1, g2 = 0.7548776662466927, 0.5698402909980532
	x, y := fraction(float64(f)*g1), fraction(float64(f)*g2)
	n := math.Floor(float64(dartsByArea*area/(s.distance*s.distance)) + fraction(x+y))
	for k := 0.0; k < n && len(s.points) <= s.limit; k++ {
		x, y = fraction(x+g1), fraction(y+g2)
		i, j := x, y
		if i+j > 1 {
			i, j = 1-i, 1-j
		}
		s.throw(a.Add(Scaled(u, i)).Add(Scaled(v, j)))
	}
}

func fraction(x float64) float64 { return float64(x) - math.Floor(x) }

// throw takes p unless another point is too near.
func (s *sampler) throw(p r3.Vector) {
	q := p.Sub(s.min).Mul(1 / s.distance)
	cell := [3]int32{int32(q.X), int32(q.Y), int32(q.Z)}
	if s.isNear(p, cell) {
		return
	}
	for _, n := range neighbourCells {
		if s.isNear(p, [3]int32{cell[0] + n[0], cell[1] + n[1], cell[2] + n[2]}) {
			return
		}
	}
	if 2*s.used >= len(s.slots) {
		s.grow()
	}
	c := s.find(cell)
	if c.first < 0 {
		c.at = cell
		s.used++
	}
	s.next = append(s.next, c.first)
	c.first = int32(len(s.points))
	s.points = append(s.points, p)
}

// neighbourCells are the steps to the cells around one.
var neighbourCells = func() (steps [][3]int32) {
	for x := int32(-1); x <= 1; x++ {
		for y := int32(-1); y <= 1; y++ {
			for z := int32(-1); z <= 1; z++ {
				if x != 0 || y != 0 || z != 0 {
					steps = append(steps, [3]int32{x, y, z})
				}
			}
		}
	}
	return steps
}()

// isNear reports whether a point of a cell is too near to p.
func (s *sampler) isNear(p r3.Vector, cell [3]int32) bool {
	near := float64(s.distance * s.distance)
	for i := s.find(cell).first; i >= 0; i = s.next[i] {
		if s.points[i].Sub(p).Norm2() < near {
			return true
		}
	}
	return false
}

// find returns the slot of a cell or the free one where it belongs.
func (s *sampler) find(cell [3]int32) *sampleCell {
	mask := uint32(len(s.slots) - 1)
	h := uint32(cell[0])*0x9e3779b1 ^ uint32(cell[1])*0x85ebca6b ^ uint32(cell[2])*0xc2b2ae35
	for i := (h ^ h>>15) & mask; ; i = (i + 1) & mask {
		if c := &s.slots[i]; c.first < 0 || c.at == cell {
			return c
		}
	}
}

func (s *sampler) grow() {
	old := s.slots
	s.slots = make([]sampleCell, max(1<<12, 2*len(old)))
	for i := range s.slots {
		s.slots[i].first = -1
	}
	for _, c := range old {
		if c.first >= 0 {
			*s.find(c.at) = c
		}
	}
}
