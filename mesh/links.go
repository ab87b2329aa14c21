package mesh

import (
	"context"
	"math/bits"
	"slices"

	"github.com/partgauge/partgauge/internal/parallel"
)

// links holds, for each vertex, the list of half-edges that start there: the
// one-way adjacency from which everything else follows. Looking at the
// triangles around one vertex at a time, its link, is enough to pair every
// half-edge that starts there with its twin, to tell edges with one, two or
// more triangles apart, and to see whether the triangles form one fan.
type links struct {
	triangles []Triangle
	first     []uint32 // half-edge that starts at each vertex, or noIndex
	// Another half-edge that starts at the same vertex. When a vertex has been
	// looked at, nobody asks for its list again, and the twins take its place.
	next []uint32
}

// newLinks builds the lists and notes the collapsed triangles.
func newLinks(ctx context.Context, m *Mesh, t *Topology) (*links, error) {
	l := &links{
		triangles: m.Triangles,
		first:     make([]uint32, len(m.Vertices)),
		next:      make([]uint32, 3*len(m.Triangles)),
	}
	for v := range l.first {
		l.first[v] = noIndex
	}
	vertices := uint32(len(m.Vertices))
	for f := range m.Triangles {
		tri := &m.Triangles[f]
		if tri[0] >= vertices || tri[1] >= vertices || tri[2] >= vertices {
			return nil, refuse("", CodeIndexRange, "", "triangle %d names a vertex that does not exist", f)
		}
		if isCollapsed(tri) {
			t.Collapsed = append(t.Collapsed, uint32(f))
			continue
		}
		h := 3 * uint32(f)
		l.next[h], l.first[tri[0]] = l.first[tri[0]], h
		l.next[h+1], l.first[tri[1]] = l.first[tri[1]], h+1
		l.next[h+2], l.first[tri[2]] = l.first[tri[2]], h+2
		if f&0xfffff == 0xfffff && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return l, nil
}

// linkChunk is how many vertices are looked at together.
const linkChunk = 1 << 14

// linkFindings is what the vertices of one chunk tell besides twins.
type linkFindings struct {
	vertices    int
	border      []uint32
	misoriented []uint32
	shared      []uint32 // half-edges of non-manifold edges
	sharedStart []uint32 // of each edge in shared
	points      []uint32 // non-manifold vertices
	unbalanced  []uint32 // a half-edge of each non-manifold edge run through more often one way
}

// pair fills in t's twins and its lists of edges and vertices.
func (l *links) pair(ctx context.Context, t *Topology, threads int) error {
	t.Twins = l.next
	for _, f := range t.Collapsed {
		for k := range uint32(3) {
			t.Twins[3*f+k] = noIndex
		}
	}
	found := make([]linkFindings, (len(l.first)+linkChunk-1)/linkChunk)
	err := parallel.ForEach(ctx, threadCount(threads), len(found), func(chunk int) {
		w := linkWalker{links: l, findings: &found[chunk]}
		w.vertices(chunk*linkChunk, min((chunk+1)*linkChunk, len(l.first)))
	})
	if err != nil {
		return err
	}
	t.collect(found)
	return nil
}

// collect joins the findings of all chunks.
func (t *Topology) collect(found []linkFindings) {
	shared := &t.NonManifoldEdges
	for i := range found {
		c := &found[i]
		t.Vertices += c.vertices
		t.Border = append(t.Border, c.border...)
		t.Misoriented = append(t.Misoriented, c.misoriented...)
		t.NonManifoldVertices = append(t.NonManifoldVertices, c.points...)
		for _, s := range c.sharedStart {
			shared.start = append(shared.start, uint32(len(shared.halfEdges))+s)
		}
		shared.halfEdges = append(shared.halfEdges, c.shared...)
		t.unbalanced = append(t.unbalanced, c.unbalanced...)
	}
	if len(shared.start) > 0 {
		shared.start = append(shared.start, uint32(len(shared.halfEdges)))
	}
	slices.Sort(t.Border)
	slices.Sort(t.Misoriented)
	paired := len(t.Twins) - 3*len(t.Collapsed) - len(t.Border) - len(shared.halfEdges)
	t.Edges = paired/2 + len(t.Border) + shared.Len()
}

// smallLink is the number of triangles around a vertex up to which comparing
// each with each is fastest. It is at most the bits of a word.
const smallLink = 24

// linkGroup is how many lists are followed side by side. Each step of a list
// waits for memory; those of several lists wait together.
const linkGroup = 32

// linkWalker looks at the links of one chunk of vertices.
type linkWalker struct {
	*links
	findings *linkFindings

	// Of a group of vertices, the half-edges out of each, and how many there
	// are: smallLink+1 stands for more than smallLink.
	out    [linkGroup][smallLink]uint32
	degree [linkGroup]int
	warm   uint32 // keeps the loads of follow alive

	// Of one vertex, in the triangle of each half-edge, the half-edge that
	// comes back to it; the vertices where the first ends and where the second
	// starts.
	back     [smallLink]uint32
	to, from [smallLink]uint32
	after    [smallLink]uint8

	ends  []linkEnd // scratch of intricate
	joins []uint32  // scratch of intricate
}

// vertices pairs the half-edges that start at the vertices from lo to hi.
func (w *linkWalker) vertices(lo, hi int) {
	for ; lo < hi; lo += linkGroup {
		first := w.first[lo:min(lo+linkGroup, hi)]
		w.follow(first)
		for i := range first {
			v := uint32(lo + i)
			n := w.degree[i]
			if n > 0 {
				w.findings.vertices++
			}
			if n > smallLink || n > 0 && !w.simple(w.out[i][:n]) {
				w.intricate(v)
			}
		}
	}
}

// follow lists the half-edges of a group of vertices, given the first of each,
// and brings their triangles into the cache.
func (w *linkWalker) follow(first []uint32) {
	var at [linkGroup]uint32
	var open [linkGroup]uint8 // the vertices whose lists have not ended
	left := 0
	warm := uint32(0)
	for i, h := range first {
		w.degree[i] = 0
		if h != noIndex {
			at[i] = h
			open[left] = uint8(i)
			left++
		}
	}
	for n := 0; n < smallLink && left > 0; n++ {
		still := 0
		for _, i := range open[:left] {
			h := at[i]
			w.out[i][n] = h
			warm += w.triangles[h/3][0]
			h = w.next[h]
			at[i] = h
			w.degree[i] = n + 1
			open[still] = i
			if h != noIndex {
				still++
			}
		}
		left = still
	}
	for _, i := range open[:left] {
		w.degree[i] = smallLink + 1
	}
	w.warm = warm
}

// simple pairs the half-edges out of a vertex whose triangles form one closed
// and consistently turned fan. It reports false, and has done nothing, at any
// other vertex.
func (w *linkWalker) simple(out []uint32) bool {
	n := len(out)
	for i, h := range out {
		f := h / 3
		tri := &w.triangles[f]
		switch h - 3*f {
		case 0:
			w.to[i], w.from[i], w.back[i] = tri[1], tri[2], h+2
		case 1:
			w.to[i], w.from[i], w.back[i] = tri[2], tri[0], h-1
		default:
			w.to[i], w.from[i], w.back[i] = tri[0], tri[1], h-1
		}
	}
	entered := uint32(0)
	for i := range n {
		from := w.from[i]
		count, j := 0, 0
		for q := range n {
			if w.to[q] == from {
				count++
				j = q
			}
		}
		if count != 1 {
			return false
		}
		w.after[i] = uint8(j)
		entered |= 1 << j
	}
	if bits.OnesCount32(entered) != n {
		return false
	}
	steps := 1
	for i := w.after[0]; i != 0; i = w.after[i] {
		steps++
	}
	if steps != n {
		return false
	}
	for i := range n {
		w.next[out[w.after[i]]] = w.back[i]
	}
	return true
}

// A linkEnd is one of the two edges at a vertex of one of its triangles.
type linkEnd struct {
	other    uint32 // vertex at the other end
	entry    uint32 // place of the triangle in the list of the vertex, twice, +1 if it comes back
	halfEdge uint32
}

// intricate does for any vertex v what simple does, and notes the edges and
// vertices that are not as they should be. Edges are noted at their lower
// vertex.
func (w *linkWalker) intricate(v uint32) {
	w.ends, w.joins = w.ends[:0], w.joins[:0]
	for h := w.first[v]; h != noIndex; h = w.next[h] {
		i := uint32(len(w.joins))
		back := previousHalfEdge(h)
		w.ends = append(w.ends,
			linkEnd{origin(w.triangles, nextHalfEdge(h)), 2 * i, h},
			linkEnd{origin(w.triangles, back), 2*i + 1, back})
		w.joins = append(w.joins, i)
	}
	slices.SortFunc(w.ends, func(a, b linkEnd) int {
		if a.other != b.other {
			return compareIndex(a.other, b.other)
		}
		return compareIndex(a.halfEdge, b.halfEdge)
	})
	fans := len(w.joins)
	simple := true
	for lo := 0; lo < len(w.ends); {
		hi := lo + 1
		for hi < len(w.ends) && w.ends[hi].other == w.ends[lo].other {
			if unite(w.joins, w.ends[lo].entry/2, w.ends[hi].entry/2) {
				fans--
			}
			hi++
		}
		simple = simple && hi-lo <= 2
		w.edge(v, w.ends[lo:hi])
		lo = hi
	}
	if fans != 1 || !simple {
		w.findings.points = append(w.findings.points, v)
	}
}

// edge pairs the half-edges of one edge of v that start at v, and notes the
// edge if it is not as it should be and v is its lower vertex.
func (w *linkWalker) edge(v uint32, ends []linkEnd) {
	out := 0
	for _, e := range ends {
		out += int(1 - e.entry&1)
	}
	if len(ends) == 2 {
		for i, e := range ends {
			if e.entry&1 == 0 {
				w.next[e.halfEdge] = ends[1-i].halfEdge
			}
		}
	} else {
		for _, e := range ends {
			if e.entry&1 == 0 {
				w.next[e.halfEdge] = noIndex
			}
		}
	}
	if v > ends[0].other {
		return
	}
	switch {
	case len(ends) == 1:
		w.findings.border = append(w.findings.border, ends[0].halfEdge)
	case len(ends) > 2:
		if 2*out != len(ends) {
			w.findings.unbalanced = append(w.findings.unbalanced, ends[0].halfEdge)
		}
		w.findings.sharedStart = append(w.findings.sharedStart, uint32(len(w.findings.shared)))
		for _, e := range ends {
			w.findings.shared = append(w.findings.shared, e.halfEdge)
		}
	case out != 1:
		w.findings.misoriented = append(w.findings.misoriented, ends[0].halfEdge)
	}
}

func compareIndex(a, b uint32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
