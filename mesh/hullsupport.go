package mesh

import (
	"math"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/r3"
)

// climbFrom is the number of vertices from which climbing from edge to edge
// beats looking at all vertices.
const climbFrom = 200

// Support returns the vertex farthest along d, the least of several. The time
// is about the square root of the number of vertices.
func (h *Hull) Support(d r3.Vector) uint32 {
	if h.Dimension < 3 || len(h.Vertices) < climbFrom {
		_, high := h.extremeOf(d)
		return high
	}
	h.link()
	return h.climb(h.bestStart(d), d)
}

// bestStart returns the one of the start vertices that lies farthest along d.
func (h *Hull) bestStart(d r3.Vector) uint32 {
	v := h.starts[0]
	at := d.Dot(h.local[v])
	for _, s := range h.starts[1:] {
		if x := d.Dot(h.local[s]); x > at {
			v, at = s, x
		}
	}
	return v
}

// climb walks from vertex v to neighbours farther along d as long as there are
// any; on a convex polyhedron only the farthest vertex has none.
func (h *Hull) climb(v uint32, d r3.Vector) uint32 {
	at := d.Dot(h.local[v])
	for {
		next := v
		for _, e := range h.around[h.ring[v]:h.ring[v+1]] {
			w := h.head(e)
			if x := d.Dot(h.local[w]); x > at {
				next, at = w, x
			}
		}
		if next == v {
			return v
		}
		v = next
	}
}

// Extent returns how far the hull reaches along d, from its lowest to its
// highest point, for a d of length 1. The difference is taken near the hull,
// so that it is precise far from the origin too.
func (h *Hull) Extent(d r3.Vector) float64 {
	if h.Dimension < 3 || len(h.Vertices) < climbFrom {
		low, high := h.extremeOf(d)
		return d.Dot(h.local[high].Sub(h.local[low]))
	}
	h.link()
	high := h.climb(h.bestStart(d), d)
	down := d.Mul(-1)
	low := h.climb(h.bestStart(down), down)
	return d.Dot(h.local[high].Sub(h.local[low]))
}

// Box returns the axis-aligned box of the hull.
func (h *Hull) Box() Box {
	box := EmptyBox()
	for _, v := range h.Vertices {
		box = box.Add(v)
	}
	return box
}

// Shadow returns the convex hull of the projection of h onto the plane of x
// and y, two directions of length 1 at right angles: the coordinates along
// them relative to the middle of the hull's box, counter-clockwise and without
// points on edges; two points or one if the shadow has no area.
func (h *Hull) Shadow(x, y r3.Vector) []r2.Point {
	flat := make([]r2.Point, len(h.local))
	for i, v := range h.local {
		flat[i] = r2.Point{X: x.Dot(v), Y: y.Dot(v)}
	}
	corners := planarHull(flat)
	shadow := make([]r2.Point, len(corners))
	for i, c := range corners {
		shadow[i] = flat[c]
	}
	return shadow
}

// MeanWidth returns the extent of the hull averaged over all directions: each
// edge adds its length times the angle between the normals of its facets,
// divided by 4π. In a plane it is a quarter of the perimeter, on a line half
// the length.
func (h *Hull) MeanWidth() float64 {
	var total compensated
	switch {
	case h.Dimension < 2:
		total.add(h.local[len(h.local)-1].Sub(h.local[0]).Norm() * 2 * math.Pi)
	case h.Dimension == 2:
		for i, v := range h.local {
			total.add(h.local[(i+1)%len(h.local)].Sub(v).Norm() * math.Pi)
		}
	default:
		h.link()
		for e := range h.Loops {
			o := h.twin[e]
			if o < uint32(e) {
				continue
			}
			m, n := h.Facets[h.facetOf[e]].Normal, h.Facets[h.facetOf[o]].Normal
			length := h.local[h.head(uint32(e))].Sub(h.local[h.Loops[e]]).Norm()
			total.add(length * math.Atan2(m.Cross(n).Norm(), m.Dot(n)))
		}
	}
	return total.value() / (4 * math.Pi)
}
