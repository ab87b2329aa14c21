package mesh

import (
	"context"
	"slices"
)

// NoIndex stands for "none" in arrays of indices.
const NoIndex = noIndex

// A Topology says how the triangles of a mesh hang together. It depends on
// the vertex indices alone, never on coordinates.
//
// Half-edge 3f+k of triangle f runs from its corner k to its corner (k+1)%3.
// An edge is a pair of vertices that some half-edge joins, in whichever
// direction. Triangles that name a vertex twice (Collapsed) bound nothing:
// they take no part in edges, vertices or shells.
//
// All lists are in rising order unless said otherwise. A Topology is
// immutable.
type Topology struct {
	// Twins holds, for every half-edge, the half-edge of the other triangle
	// at the same edge, or NoIndex where the edge has not exactly two
	// triangles. Twins run in opposite directions except at Misoriented edges.
	Twins []uint32
	// ShellOf holds the shell of every triangle, or NoIndex for Collapsed
	// ones. Triangles that share an edge, however many do, are of one shell;
	// shells are numbered in the order of their first triangles.
	ShellOf []uint32
	Shells  int

	Vertices int // used by triangles that are not Collapsed
	Edges    int

	// Border has the half-edges of the edges with one triangle.
	Border []uint32
	// Holes are the chains that Border forms.
	Holes Holes
	// Misoriented has one half-edge, the lower, of each edge whose two
	// triangles run through it in the same direction.
	Misoriented []uint32
	// NonManifoldEdges are the edges with more than two triangles.
	NonManifoldEdges EdgeList
	// NonManifoldVertices are the vertices around which the triangles do not
	// form one fan: corners of non-manifold edges, and points where several
	// fans, each closed or ending in two border edges, touch.
	NonManifoldVertices []uint32

	// Flipped has the triangles whose turn contradicts the rest: within each
	// set of triangles connected over two-triangle edges, the minority. Of two
	// equal halves it is the one without the first triangle.
	Flipped []uint32
	// OneSided is a half-edge at which a one-sided surface (a Möbius band)
	// meets its own back, or NoIndex. Flipped is then one way of several.
	OneSided uint32

	// Collapsed has the triangles that name a vertex twice.
	Collapsed []uint32
	// Duplicates has the triangles that repeat the corners and the turn of an
	// earlier one.
	Duplicates []uint32

	// Balanced reports whether every edge is run through equally often in both
	// directions. Only then does the surface enclose a volume that does not
	// depend on the origin. It implies that there is no Border.
	Balanced bool

	shells     []shellEdges // of each shell
	unbalanced []uint32     // a half-edge of each non-manifold edge that is not balanced
}

// shellEdges says what edges a shell has.
type shellEdges uint8

const (
	hasBorder     shellEdges = 1 << iota
	hasUnbalanced            // run through more often in one direction, border or not
)

// EdgeList is a list of edges, each with its half-edges in rising order, the
// edges in the order of their vertex pairs.
type EdgeList struct {
	start     []uint32 // of each edge in halfEdges, and the end; nil if empty
	halfEdges []uint32
}

// Len returns the number of edges.
func (l *EdgeList) Len() int { return max(0, len(l.start)-1) }

// At returns the half-edges of edge i. The slice is shared.
func (l *EdgeList) At(i int) []uint32 { return l.halfEdges[l.start[i]:l.start[i+1]] }

// Watertight reports whether every edge has at least two triangles.
func (t *Topology) Watertight() bool { return t.Edges > 0 && len(t.Border) == 0 }

// Manifold reports whether no edge has more than two triangles and the
// triangles of every vertex form one fan.
func (t *Topology) Manifold() bool {
	return t.NonManifoldEdges.Len() == 0 && len(t.NonManifoldVertices) == 0
}

// Orientable reports whether triangles can be turned so that every
// two-triangle edge is run through once in each direction.
func (t *Topology) Orientable() bool { return t.OneSided == NoIndex }

// Triangles returns the number of triangles that are not Collapsed.
func (t *Topology) Triangles() int { return len(t.ShellOf) - len(t.Collapsed) }

// Euler returns the Euler characteristic, V − E + F.
func (t *Topology) Euler() int { return t.Vertices - t.Edges + t.Triangles() }

// Genus returns the sum of the genera of all shells, the number of handles.
// It is defined for closed orientable manifolds only.
func (t *Topology) Genus() (genus int, ok bool) {
	if !t.Watertight() || !t.Manifold() || !t.Orientable() {
		return 0, false
	}
	return t.Shells - t.Euler()/2, true
}

// ClosedShell reports whether shell s encloses a volume, as Balanced does for
// all of them.
func (t *Topology) ClosedShell(s int) bool { return t.shells[s]&hasUnbalanced == 0 }

// OpenShell reports whether shell s has border edges.
func (t *Topology) OpenShell(s int) bool { return t.shells[s]&hasBorder != 0 }

// maxTopologyTriangles keeps half-edges below 2³¹, which leaves a bit free.
const maxTopologyTriangles = (1<<31 - 1) / 3

// NewTopology finds out how the triangles of m hang together, with up to
// threads processors; 0 means all that Go may use. The result does not depend
// on threads.
//
// Time is linear in the size of the mesh, save for the n log n of sorting the
// n triangles around a vertex where those are many or not a simple fan. Memory
// is about 18 bytes for each triangle, of which 16 stay.
func NewTopology(ctx context.Context, m *Mesh, threads int) (*Topology, error) {
	if len(m.Triangles) > maxTopologyTriangles || len(m.Vertices) >= noIndex {
		return nil, refuse("", CodeLimitTriangles, "", "a mesh may have %d triangles", maxTopologyTriangles)
	}
	t := &Topology{OneSided: NoIndex}
	links, err := newLinks(ctx, m, t)
	if err != nil {
		return nil, err
	}
	if err := links.pair(ctx, t, threads); err != nil {
		return nil, err
	}
	if err := t.findShells(ctx, m); err != nil {
		return nil, err
	}
	if err := t.findHoles(ctx, m); err != nil {
		return nil, err
	}
	if err := t.orient(ctx, m); err != nil {
		return nil, err
	}
	t.findDuplicates(m)
	return t, nil
}

// isCollapsed reports whether a triangle names a vertex twice.
func isCollapsed(t *Triangle) bool { return t[0] == t[1] || t[1] == t[2] || t[2] == t[0] }

// origin returns the vertex that half-edge h starts from.
func origin(triangles []Triangle, h uint32) uint32 { return triangles[h/3][h%3] }

// nextHalfEdge returns the half-edge that follows h in its triangle.
func nextHalfEdge(h uint32) uint32 {
	if h%3 == 2 {
		return h - 2
	}
	return h + 1
}

// previousHalfEdge returns the half-edge before h in its triangle.
func previousHalfEdge(h uint32) uint32 {
	if h%3 == 0 {
		return h + 2
	}
	return h - 1
}

// findDuplicates lists the triangles that repeat an earlier one. All three
// edges of such a triangle are run through at least twice in the same
// direction: they are non-manifold or misoriented, which leaves few.
func (t *Topology) findDuplicates(m *Mesh) {
	var faces []uint32
	for i := range t.NonManifoldEdges.Len() {
		for _, h := range t.NonManifoldEdges.At(i) {
			faces = append(faces, h/3)
		}
	}
	for _, h := range t.Misoriented {
		faces = append(faces, h/3, t.Twins[h]/3)
	}
	slices.Sort(faces)
	type corners struct {
		triangle Triangle
		face     uint32
	}
	var candidates []corners
	for i := 0; i+2 < len(faces); i++ {
		if f := faces[i]; faces[i+2] == f && (len(candidates) == 0 || candidates[len(candidates)-1].face != f) {
			candidates = append(candidates, corners{lowestFirst(m.Triangles[f]), f})
		}
	}
	slices.SortFunc(candidates, func(a, b corners) int {
		if c := slices.Compare(a.triangle[:], b.triangle[:]); c != 0 {
			return c
		}
		return int(a.face) - int(b.face)
	})
	for i := 1; i < len(candidates); i++ {
		if candidates[i].triangle == candidates[i-1].triangle {
			t.Duplicates = append(t.Duplicates, candidates[i].face)
		}
	}
	slices.Sort(t.Duplicates)
}

// lowestFirst turns a triangle's corners, keeping its turn, so that the lowest
// index comes first.
func lowestFirst(t Triangle) Triangle {
	switch {
	case t[1] < t[0] && t[1] < t[2]:
		return Triangle{t[1], t[2], t[0]}
	case t[2] < t[0] && t[2] < t[1]:
		return Triangle{t[2], t[0], t[1]}
	}
	return t
}
