package mesh

import (
	"cmp"
	"context"
	"slices"

	"github.com/golang/geo/r3"
)

// Holes are the chains that the border edges form.
//
// At each end of a border edge, the chain goes on with the border edge that
// one meets when walking through the fan of triangles around that vertex. So
// holes are the boundary of the surface with its fans taken apart, whatever
// the turn of the triangles: parts that touch at a vertex have holes of their
// own there, and gaps in one part that touch at a vertex make one chain, which
// passes the vertex twice. Where the fan ends at a non-manifold edge instead,
// the chain goes on if the vertex has exactly one other such end, and
// otherwise stops there.
type Holes struct {
	start     []uint32
	halfEdges []uint32
}

// Len returns the number of holes.
func (h *Holes) Len() int { return max(0, len(h.start)-1) }

// At returns the half-edges of hole i in the order of the chain. They run
// along it one after the other where the triangles are turned alike. The slice
// is shared.
func (h *Holes) At(i int) []uint32 { return h.halfEdges[h.start[i]:h.start[i+1]] }

// A Hole is the size and the place of a hole.
type Hole struct {
	Index    int // in Holes
	Edges    int
	Length   float64
	Centroid r3.Vector // of the line
}

// Hole measures hole i of mesh m.
func (t *Topology) Hole(m *Mesh, i int) Hole {
	hole := Hole{Index: i, Edges: len(t.Holes.At(i))}
	var moment r3.Vector
	for _, h := range t.Holes.At(i) {
		a := m.Vertices[origin(m.Triangles, h)]
		b := m.Vertices[origin(m.Triangles, nextHalfEdge(h))]
		length := b.Sub(a).Norm()
		hole.Length += length
		moment = moment.Add(Scaled(a.Add(b), length/2))
	}
	if hole.Length > 0 {
		hole.Centroid = moment.Mul(1 / hole.Length)
	} else {
		hole.Centroid = m.Vertices[origin(m.Triangles, t.Holes.At(i)[0])]
	}
	return hole
}

// LongestHoles measures the holes of mesh m and returns the n longest, by
// falling length; of equal ones the first.
func (t *Topology) LongestHoles(m *Mesh, n int) []Hole {
	holes := make([]Hole, 0, min(t.Holes.Len(), 2*n))
	byLength := func(a, b Hole) int {
		return cmp.Or(cmp.Compare(b.Length, a.Length), cmp.Compare(a.Index, b.Index))
	}
	for i := range t.Holes.Len() {
		if holes = append(holes, t.Hole(m, i)); len(holes) >= 2*n {
			slices.SortFunc(holes, byLength)
			holes = holes[:n]
		}
	}
	slices.SortFunc(holes, byLength)
	return holes[:min(n, len(holes))]
}

// findHoles chains the border edges.
func (t *Topology) findHoles(ctx context.Context, m *Mesh) error {
	if len(t.Border) == 0 {
		return nil
	}
	c := chainer{t: t, triangles: m.Triangles, links: make([]uint32, 2*len(t.Border))}
	// While chaining, the twin of a border edge is its place in Border.
	for i, h := range t.Border {
		t.Twins[h] = borderMark | uint32(i)
	}
	err := c.linkEnds(ctx)
	for _, h := range t.Border {
		t.Twins[h] = noIndex
	}
	if err == nil {
		c.walkChains()
	}
	return err
}

// borderMark is a bit that no half-edge has.
const borderMark = 1 << 31

// A chainer links the ends of border edges. End 2i is the start of border
// edge i and end 2i+1 where it leads to.
type chainer struct {
	t         *Topology
	triangles []Triangle
	links     []uint32 // the end of another border edge at each end, or noIndex
	loose     []looseEnd
}

// A looseEnd is an end whose fan stops at a non-manifold edge.
type looseEnd struct{ vertex, end uint32 }

func (c *chainer) linkEnds(ctx context.Context) error {
	for i, h := range c.t.Border {
		c.links[2*i] = c.acrossFan(2*uint32(i), h, origin(c.triangles, h))
		c.links[2*i+1] = c.acrossFan(2*uint32(i)+1, h, origin(c.triangles, nextHalfEdge(h)))
		if i&0xffff == 0xffff && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	slices.SortFunc(c.loose, func(a, b looseEnd) int {
		return cmp.Or(cmp.Compare(a.vertex, b.vertex), cmp.Compare(a.end, b.end))
	})
	for lo := 0; lo < len(c.loose); {
		hi := lo + 1
		for hi < len(c.loose) && c.loose[hi].vertex == c.loose[lo].vertex {
			hi++
		}
		if hi-lo == 2 {
			a, b := c.loose[lo].end, c.loose[lo+1].end
			c.links[a], c.links[b] = b, a
		}
		lo = hi
	}
	return nil
}

// acrossFan walks from border half-edge h, whose end lies at vertex v, through
// the triangles around v to the edge where they end.
func (c *chainer) acrossFan(end, h, v uint32) uint32 {
	for {
		// The other edge of h's triangle at v.
		if origin(c.triangles, h) == v {
			h = previousHalfEdge(h)
		} else {
			h = nextHalfEdge(h)
		}
		twin := c.t.Twins[h]
		switch {
		case twin == noIndex:
			c.loose = append(c.loose, looseEnd{v, end})
			return noIndex
		case twin&borderMark != 0:
			other := 2 * (twin &^ borderMark)
			if origin(c.triangles, h) != v {
				other++
			}
			return other
		}
		h = twin
	}
}

// walkChains lists the chains, first those with loose ends, and each group by
// its lowest border edge.
func (c *chainer) walkChains() {
	holes := &c.t.Holes
	holes.start = append(holes.start, 0)
	holes.halfEdges = make([]uint32, 0, len(c.t.Border))
	seen := make([]bool, len(c.t.Border))
	walk := func(end uint32) {
		for end != noIndex && !seen[end/2] {
			seen[end/2] = true
			holes.halfEdges = append(holes.halfEdges, c.t.Border[end/2])
			end = c.links[end^1]
		}
		holes.start = append(holes.start, uint32(len(holes.halfEdges)))
	}
	for end := range c.links {
		if c.links[end] == noIndex && !seen[end/2] {
			walk(uint32(end))
		}
	}
	for i := range seen {
		if !seen[i] {
			walk(2 * uint32(i))
		}
	}
}
