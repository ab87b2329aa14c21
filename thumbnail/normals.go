package thumbnail

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// isLarge reports whether a triangle with these samples is so large, two
// pixels, that its own normal would be seen as a facet.
func (p *picture) isLarge(x0, x1, y0, y1 int32) bool {
	n := 2 * int32(p.samples)
	return x1-x0 >= n || y1-y0 >= n
}

// smoothing knows the triangles around the corners of large triangles, so that
// these can be shaded as parts of rounded surfaces.
type smoothing struct {
	large  []bool   // of each triangle
	slot   []uint32 // of each vertex in start, if it is a corner of a large one
	start  []uint32 // of the triangles around, and the end
	around []uint32
	cosine float64 // of the crease angle
}

const noSlot = math.MaxUint32

func newSmoothing(p *picture) *smoothing {
	m := p.mesh
	s := &smoothing{
		large: make([]bool, len(m.Triangles)), slot: make([]uint32, len(m.Vertices)),
		cosine: cosine(p.opts.CreaseAngle),
	}
	for v := range s.slot {
		s.slot[v] = noSlot
	}
	slots := uint32(0)
	for f := range m.Triangles {
		t := &m.Triangles[f]
		if s.large[f] = p.isLarge(extent(p.corners[t[0]], p.corners[t[1]], p.corners[t[2]])); !s.large[f] {
			continue
		}
		for _, v := range t {
			if s.slot[v] == noSlot {
				s.slot[v] = slots
				slots++
			}
		}
	}
	// Counting sort: start[i+1] first counts, then says where the next goes.
	s.start = make([]uint32, slots+2)
	s.each(m, func(slot uint32, _ int) { s.start[slot+2]++ })
	for i := 2; i < len(s.start); i++ {
		s.start[i] += s.start[i-1]
	}
	s.around = make([]uint32, s.start[len(s.start)-1])
	s.each(m, func(slot uint32, f int) {
		s.around[s.start[slot+1]] = uint32(f)
		s.start[slot+1]++
	})
	return s
}

// each calls do for every corner that has a slot.
func (s *smoothing) each(m *mesh.Mesh, do func(slot uint32, f int)) {
	for f := range m.Triangles {
		for _, v := range m.Triangles[f] {
			if slot := s.slot[v]; slot != noSlot {
				do(slot, f)
			}
		}
	}
}

// mostAround bounds how many triangles around a corner are looked at. Hubs of
// more are tips of fans, whose mean any part of them gives.
const mostAround = 256

// cornerNormal returns the normal at vertex v of a triangle with unit normal
// own: the mean, by the angle at v, of the triangles around v that meet own at
// less than the crease angle. After "Computing vertex normals from polygonal
// facets" (Thürmer and Wüthrich, Journal of Graphics Tools 3(1), 1998).
func (s *smoothing) cornerNormal(m *mesh.Mesh, v uint32, own r3.Vector) r3.Vector {
	slot := s.slot[v]
	around := s.around[s.start[slot]:s.start[slot+1]]
	var sum r3.Vector
	for _, f := range around[:min(len(around), mostAround)] {
		normal := m.AreaVector(int(f)).Normalize()
		if normal.Dot(own) >= s.cosine {
			sum = sum.Add(mesh.Scaled(normal, angleAt(m, f, v)))
		}
	}
	if sum == (r3.Vector{}) {
		return own
	}
	return sum.Normalize()
}

// angleAt returns a measure of the angle of triangle f at vertex v that grows
// with it from 0 to 2: one minus its cosine.
func angleAt(m *mesh.Mesh, f, v uint32) float64 {
	t := &m.Triangles[f]
	k := 0
	for k < 2 && t[k] != v {
		k++
	}
	p := m.Vertices[v]
	a := m.Vertices[t[(k+1)%3]].Sub(p).Normalize()
	b := m.Vertices[t[(k+2)%3]].Sub(p).Normalize()
	return 1 - a.Dot(b)
}

// A normalCache keeps the corner normals of the triangles used last.
type normalCache struct {
	face    [1 << cacheBits]uint32 // plus one
	normals [1 << cacheBits][3]r3.Vector
}

const cacheBits = 10

// of returns the corner normals of triangle f.
func (c *normalCache) of(s *smoothing, m *mesh.Mesh, f uint32) *[3]r3.Vector {
	i := f & (1<<cacheBits - 1)
	if c.face[i] != f+1 {
		c.face[i] = f + 1
		own := m.AreaVector(int(f)).Normalize()
		for k, v := range m.Triangles[f] {
			c.normals[i][k] = s.cornerNormal(m, v, own)
		}
	}
	return &c.normals[i]
}

// normal returns the unit normal and the point of triangle f at a place of
// the picture in 1/64 samples.
func (w *bandWorker) normal(f uint32, x, y float64) (normal, at r3.Vector) {
	p := w.picture
	smooth := p.smooth != nil && p.smooth.large[f]
	if !smooth && p.heat == nil {
		return p.mesh.AreaVector(int(f)).Normalize(), r3.Vector{}
	}
	t := &p.mesh.Triangles[f]
	u, v := within(p.corners[t[0]], p.corners[t[1]], p.corners[t[2]], x, y)
	a, b, c := p.mesh.Corners(int(f))
	at = a.Add(mesh.Scaled(b.Sub(a), u)).Add(mesh.Scaled(c.Sub(a), v))
	if !smooth {
		return p.mesh.AreaVector(int(f)).Normalize(), at
	}
	n := w.normals.of(p.smooth, p.mesh, f)
	normal = mesh.Scaled(n[0], 1-u-v).Add(mesh.Scaled(n[1], u)).Add(mesh.Scaled(n[2], v))
	return normal.Normalize(), at
}

// within returns the barycentric coordinates of x, y to the second and third
// corner, moved into the triangle if x, y lies outside.
func within(a, b, c corner, x, y float64) (u, v float64) {
	area := float64(int64(b.x-a.x)*int64(c.y-a.y) - int64(c.x-a.x)*int64(b.y-a.y))
	dx, dy := x-float64(a.x), y-float64(a.y)
	u = (float64(dx*float64(c.y-a.y)) - float64(dy*float64(c.x-a.x))) / area
	v = (float64(dy*float64(b.x-a.x)) - float64(dx*float64(b.y-a.y))) / area
	u, v = min(max(u, 0), 1), min(max(v, 0), 1)
	if sum := u + v; sum > 1 {
		u, v = u/sum, v/sum
	}
	return u, v
}

// cosine returns the cosine of an angle in degrees, 0 to 180, by the series of
// Taylor around the next multiple of a right angle: unlike that of math, it is
// the same on every machine.
func cosine(degrees float64) float64 {
	if degrees > 90 {
		return -cosine(180 - degrees)
	}
	x := degrees * (math.Pi / 180)
	sum, term := 0.0, 1.0
	for n := 1.0; n < 30; n += 2 {
		sum += term
		term = float64(-term*x*x) / float64(n*(n+1))
	}
	return sum
}
