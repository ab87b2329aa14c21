package fit

import (
	"math"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// A probe stands for the part where many rotations are tried: some of the
// corners of its hull. Its extents are never larger than the part's, so what
// does not fit for the probe does not fit for the part.
type probe struct {
	h      *mesh.Hull
	points []r3.Vector // relative to the middle
	has    []bool      // which vertices of the hull are in points
	center r3.Vector
	limit  [3]float64
}

// probeAll is the number of vertices up to which all are taken.
const probeAll = 200

func newProbe(h *mesh.Hull, limit [3]float64) *probe {
	p := &probe{h: h, has: make([]bool, len(h.Vertices)), center: h.Box().Center(), limit: limit}
	if len(h.Vertices) <= probeAll {
		for v := range h.Vertices {
			p.add(uint32(v))
		}
		return p
	}
	for _, d := range mesh.Icosphere(2) {
		p.add(h.Support(d))
	}
	return p
}

func (p *probe) add(v uint32) {
	if !p.has[v] {
		p.has[v] = true
		p.points = append(p.points, p.h.Vertices[v].Sub(p.center))
	}
}

// complete adds the part's own extreme vertices for a rotation.
func (p *probe) complete(g frame) {
	for _, r := range g {
		p.add(p.h.Support(r))
		p.add(p.h.Support(r.Mul(-1)))
	}
}

// pair returns the vector from the probe's lowest point along d to its highest.
func (p *probe) pair(d r3.Vector) r3.Vector {
	low, high := math.Inf(1), math.Inf(-1)
	var from, to r3.Vector
	for i := range p.points {
		q := &p.points[i]
		x := float64(d.X*q.X) + float64(d.Y*q.Y) + float64(d.Z*q.Z)
		if x < low {
			low, from = x, *q
		}
		if x > high {
			high, to = x, *q
		}
	}
	return to.Sub(from)
}

// use returns the largest extent by its limit after a rotation: up to 1 fits.
func (p *probe) use(g frame) float64 {
	use := 0.0
	for i, r := range g {
		use = max(use, p.pair(r).Dot(r)/p.limit[i])
	}
	return use
}

// reach returns the use after a rotation, and a bound: no rotation that turns
// g by less than the angle whose cosine and sine are given uses less. Turned
// by the angle δ, a row encloses with the vector d between two points an angle
// up to δ wider, and the extent is at least |d| times the cosine of that.
func (p *probe) reach(g frame, cos, sin float64) (use, bound float64) {
	for i, r := range g {
		d := p.pair(r)
		along := d.Dot(r)
		beside := math.Sqrt(max(0, d.Norm2()-float64(along*along)))
		use = max(use, along/p.limit[i])
		bound = max(bound, (float64(along*cos)-float64(beside*sin))/p.limit[i])
	}
	return use, bound
}
