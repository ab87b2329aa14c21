package mesh

import (
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

// Shadow returns the convex hull of the projection of h along z, relative to
// the middle of its box: counter-clockwise and without points on edges; two
// points or one if the shadow has no area.
func (h *Hull) Shadow() []r2.Point {
	flat := make([]r2.Point, len(h.local))
	for i, v := range h.local {
		flat[i] = r2.Point{X: v.X, Y: v.Y}
	}
	corners := planarHull(flat)
	shadow := make([]r2.Point, len(corners))
	for i, c := range corners {
		shadow[i] = flat[c]
	}
	return shadow
}
