package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"
)

// Calipers are the smallest and the largest extent of a hull.
type Calipers struct {
	// MinWidth is the smallest distance of two parallel planes that hold the
	// hull between them, and WidthDirection their normal of length 1: 0 below
	// dimension 3.
	MinWidth       float64
	WidthDirection r3.Vector

	// Diameter is the largest distance of two points, which are the vertices
	// From and To.
	Diameter float64
	From, To uint32

	// Pairs is how many pairs of opposite edges were looked at. Complete is
	// false if they were too many to look at all of them: MinWidth is then an
	// upper and Diameter a lower bound.
	Pairs    int
	Complete bool
}

// Calipers measures the hull between parallel planes.
//
// The smallest width is attained where a facet faces a vertex or where two
// edges face each other (M. E. Houle, G. T. Toussaint, "Computing the Width of
// a Set", IEEE PAMI 10 (1988)), the diameter where two vertices do. All such
// pairs are found by drawing the normals of the hull on a sphere, once as they
// are and once reversed: an edge is an arc there and a vertex a cell, and a
// walk along every arc through the cells of the reversed drawing meets every
// pair. The time is proportional to their number: about n in practice, n² for
// a few bodies, such as the hull of two arcs that cross; the walk ends at
// twenty pairs a vertex, but not before four million.
//
// Every width reported is the width in some direction, measured; the only error
// is that of rounding, below 1e-12 of the diameter.
func (h *Hull) Calipers(ctx context.Context) (*Calipers, error) {
	if h.Dimension < 3 {
		return h.flatCalipers(), nil
	}
	w := &caliperWalk{
		h:         h,
		low:       make([]uint32, len(h.Facets)),
		inner:     make(map[uint32]r3.Vector),
		pairs:     h.pairBudget(),
		noise:     16 * halfUlp * h.Box().Diagonal(),
		mostNoise: 1e-12 * h.Box().Diagonal(),
	}
	w.out.MinWidth = math.Inf(1)
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	w.out.Pairs = h.pairBudget() - w.pairs
	w.out.Complete = w.pairs > 0
	if w.out.MinWidth < nearlyFlat*h.Box().Diagonal() {
		w.out.From, w.out.To = h.flatDiameter(w.out.WidthDirection)
	}
	w.out.Diameter = h.Vertices[w.out.From].Sub(h.Vertices[w.out.To]).Norm()
	return &w.out, nil
}

// EachWidth calls visit with every direction, of length 1, in which the width
// of the hull may be smallest, and with that width to a few digits: measure it
// with Extent where digits matter. They are met as Calipers meets them, and in
// the same time; a direction may come more than once, and its opposite is the
// same. Below dimension 3 there are none.
func (h *Hull) EachWidth(ctx context.Context, visit func(direction r3.Vector, width float64)) error {
	if h.Dimension < 3 {
		return nil
	}
	w := &caliperWalk{
		h:     h,
		low:   make([]uint32, len(h.Facets)),
		inner: make(map[uint32]r3.Vector),
		pairs: h.pairBudget(),
		visit: visit,
	}
	return w.run(ctx)
}

// pairBudget returns how many pairs of opposite edges are looked at.
func (h *Hull) pairBudget() int { return max(4_000_000, 20*len(h.Vertices)) }

// tie is the share of a turn within which vertices count as lowest together.
const tie = 1e-12

// caliperWalk is a walk over all pairs of opposite features.
type caliperWalk struct {
	h         *Hull
	low       []uint32 // the vertex opposite each facet
	inner     map[uint32]r3.Vector
	pairs     int     // how many may still be looked at
	noise     float64 // rounding error of a width, and the most it may be
	mostNoise float64
	far2      float64
	visit     func(direction r3.Vector, width float64) // instead of looking for the smallest
	out       Calipers
}

// run walks from facet to facet; whenever an edge is crossed for the first
// time, its arc is walked, which gives the vertex opposite the next facet.
func (w *caliperWalk) run(ctx context.Context) error {
	h := w.h
	h.link()
	known := make([]bool, len(h.Facets))
	left := make([]bool, len(h.Facets))
	low, _ := h.extremeOf(h.Facets[0].Normal)
	w.low[0], known[0] = low, true
	queue := make([]uint32, 1, len(h.Facets))
	for i := 0; i < len(queue); i++ {
		f := queue[i]
		left[f] = true
		facet := &h.Facets[f]
		v := w.low[f]
		w.offer(facet.Normal, facet.Normal.Dot(h.local[h.Loops[facet.First]].Sub(h.local[v])))
		for e := facet.First; e < facet.End; e++ {
			w.meet(h.Loops[e], v)
			g := h.facetOf[h.twin[e]]
			if left[g] {
				continue
			}
			var end uint32
			v, end = w.walk(e, v, g)
			if !known[g] {
				known[g] = true
				w.low[g] = end
				queue = append(queue, g)
			}
		}
		if i&0xfff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// meet notes that two vertices lie opposite each other.
func (w *caliperWalk) meet(a, b uint32) {
	if d := w.h.local[a].Sub(w.h.local[b]).Norm2(); d > w.far2 {
		w.far2 = d
		w.out.From, w.out.To = a, b
	}
}

// offer takes the width in a direction if it is the smallest so far. Where
// edges or facets are nearly parallel, the opposite feature or the direction
// between two edges is uncertain; so what looks like a smallest width is
// measured again. When that shows a rounding error, no more is made of
// differences of its size.
func (w *caliperWalk) offer(direction r3.Vector, width float64) {
	if w.visit != nil {
		w.visit(direction, width)
		return
	}
	if width >= w.out.MinWidth-w.noise {
		return
	}
	if e := w.h.Extent(direction); e < w.out.MinWidth {
		w.out.MinWidth, w.out.WidthDirection = e, direction
	} else {
		w.noise = max(w.noise, min(2*(w.out.MinWidth-width), w.mostNoise))
	}
}

// walk turns a normal n over edge e, from the facet of e to the facet g, and
// follows the vertex v that is lowest along n. It returns the first vertex
// that is left only after a real turn, and the last one. Where a facet lies
// opposite, all its corners are lowest at first; those of the following edges
// then follow one another around it, so that the next walk may begin where
// this one did in fact.
func (w *caliperWalk) walk(e, v, g uint32) (start, end uint32) {
	h := w.h
	a, b := h.Loops[e], h.head(e)
	edge := h.local[b].Sub(h.local[a])
	from, to := h.Facets[h.facetOf[e]].Normal, h.Facets[g].Normal
	start = v
	for t := 0.0; ; {
		w.meet(a, v)
		w.meet(b, v)
		if t < tie {
			start = v
		}
		side, share, ok := w.exit(v, between(from, to, t), to)
		if !ok || w.pairs == 0 {
			return start, v
		}
		w.pairs--
		t += float64((1 - t) * share)
		next := h.head(side)
		w.offerEdges(edge, h.local[next].Sub(h.local[v]), h.local[a].Sub(h.local[v]), between(from, to, t))
		v = next
	}
}

// between returns the point at share t of the way between two vectors.
func between(from, to r3.Vector, t float64) r3.Vector { return Scaled(from, 1-t).Add(Scaled(to, t)) }

// offerEdges takes the distance of two opposite edges if it is the smallest
// width so far; apart leads from one to the other. Their common normal is
// known roughly from the walk; where the edges are so nearly parallel that
// their product says something else, the walk is right.
func (w *caliperWalk) offerEdges(edge, other, apart, rough r3.Vector) {
	normal := edge.Cross(other)
	length := normal.Norm()
	if math.Abs(normal.Dot(rough)) < float64(0.999*length)*rough.Norm() || length == 0 {
		normal, length = rough, rough.Norm()
	}
	if length > 0 {
		w.offer(normal.Mul(1/length), math.Abs(normal.Dot(apart))/length)
	}
}

// exit returns the edge over which the lowest vertex changes first when the
// normal turns from n, for which v is lowest, towards to, and at which share
// of the way; false if v stays the lowest.
func (w *caliperWalk) exit(v uint32, n, to r3.Vector) (side uint32, share float64, ok bool) {
	const many = 64
	ring := w.h.around[w.h.ring[v]:w.h.ring[v+1]]
	if len(ring) <= many {
		return w.firstExit(v, ring, n, to)
	}
	// Edge i is met at the share a/(a−b), and over the cyclic order of the
	// edges b/a has a single valley: it is a linear function on the corners of
	// the polygon in which the plane n·x = 1 cuts the cone of the edges. So a
	// coarse look finds the stretch where the minimum lies. n may lie on the
	// border of the cone, where a is 0; a small step inside avoids that.
	inside := Scaled(n, 1-1e-9).Sub(Scaled(w.innerNormal(v), 1e-9))
	stride := int(math.Sqrt(float64(len(ring))))
	best, least := 0, math.Inf(1)
	for i := 0; i < len(ring); i += stride {
		d := w.h.local[w.h.head(ring[i])].Sub(w.h.local[v])
		if x := to.Dot(d) / inside.Dot(d); x < least {
			best, least = i, x
		}
	}
	near := make([]uint32, 0, 2*stride+1)
	for i := best - stride; i <= best+stride; i++ {
		near = append(near, ring[(i+len(ring))%len(ring)])
	}
	return w.firstExit(v, near, n, to)
}

// firstExit is exit over some of the edges at v.
func (w *caliperWalk) firstExit(v uint32, edges []uint32, n, to r3.Vector) (side uint32, share float64, ok bool) {
	share = math.Inf(1)
	at := w.h.local[v]
	for _, e := range edges {
		d := w.h.local[w.h.head(e)].Sub(at)
		b := to.Dot(d)
		// A head that is lower by no more than the rounding error of the
		// product does not count, or the walk could go round in circles.
		if b >= -8*halfUlp*(math.Abs(d.X)+math.Abs(d.Y)+math.Abs(d.Z)) {
			continue
		}
		a := max(n.Dot(d), 0)
		if s := a / (a - b); s < share {
			side, share, ok = e, s, true
		}
	}
	return side, share, ok
}

// innerNormal returns the mean normal of the facets at vertex v.
func (w *caliperWalk) innerNormal(v uint32) r3.Vector {
	if n, ok := w.inner[v]; ok {
		return n
	}
	var n r3.Vector
	for _, e := range w.h.around[w.h.ring[v]:w.h.ring[v+1]] {
		n = n.Add(w.h.Facets[w.h.facetOf[e]].Normal)
	}
	n = n.Normalize()
	w.inner[v] = n
	return n
}
