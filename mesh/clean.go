package mesh

import (
	"context"
	"slices"
)

// CleanReport says what Clean did.
type CleanReport struct {
	WeldedVertices int // that gave way to another within the tolerance
	Degenerate     int // triangles without area that were removed
	Duplicates     int // triangles removed because an earlier one has the same corners and turn

	// Faces holds, for each triangle of the cleaned mesh, its index in the
	// mesh that went in; nil if none was removed.
	Faces []uint32
}

// Changed reports whether anything was done.
func (r *CleanReport) Changed() bool {
	return r.WeldedVertices > 0 || r.Degenerate > 0 || r.Duplicates > 0
}

// Clean closes what rounding tore open and removes triangles that are no part
// of a surface. t is the topology of m. It returns the mesh, its topology and
// what was done; where there is nothing to do they are m and t themselves.
//
// First, vertices on border edges are welded if they differ by at most 1e-7 of
// the box diagonal on each axis, or by two steps of 32-bit coordinates if the
// source was single precision and that is more. Chains of such pairs end in
// one vertex, the one of the lowest coordinates. Vertices of closed surfaces
// stay, so that no thin sheet collapses.
//
// Then triangles are removed that name a vertex twice and that repeat the
// corners and the turn of an earlier one; two of opposite turn stay both.
// Triangles without area are removed if they belong to a shell without any
// area, or if their removal opens no edge. The others lie along a line between
// two triangles of the surface, which would be open without them, and stay.
//
// Vertices that are no longer used are dropped. The order of what remains does
// not change. Time is near-linear in the size of the mesh.
func Clean(ctx context.Context, m *Mesh, t *Topology, threads int) (*Mesh, *Topology, CleanReport, error) {
	var report CleanReport
	for _, step := range []func(context.Context, *Mesh, *Topology) (*Mesh, error){report.weld, report.dropUseless, report.dropFlags} {
		next, err := step(ctx, m, t)
		if err != nil {
			return nil, nil, report, err
		}
		if next == m {
			continue
		}
		m = compacted(next)
		if t, err = NewTopology(ctx, m, threads); err != nil {
			return nil, nil, report, err
		}
	}
	return m, t, report, nil
}

// weld joins border vertices within the tolerance.
func (r *CleanReport) weld(ctx context.Context, m *Mesh, t *Topology) (*Mesh, error) {
	if len(t.Border) == 0 {
		return m, nil
	}
	remap, welded, err := weldNear(ctx, m, borderVertices(m, t))
	if err != nil || welded == 0 {
		return m, err
	}
	r.WeldedVertices = welded
	return remapped(m, remap), nil
}

// borderVertices returns the vertices on border edges, rising.
func borderVertices(m *Mesh, t *Topology) []uint32 {
	onBorder := make([]bool, len(m.Vertices))
	for _, h := range t.Border {
		onBorder[origin(m.Triangles, h)] = true
		onBorder[origin(m.Triangles, nextHalfEdge(h))] = true
	}
	out := make([]uint32, 0, min(len(m.Vertices), 2*len(t.Border)))
	for v, is := range onBorder {
		if is {
			out = append(out, uint32(v))
		}
	}
	return out
}

// remapped returns m with other vertex indices.
func remapped(m *Mesh, remap []uint32) *Mesh {
	out := *m
	out.Triangles = make([]Triangle, len(m.Triangles))
	for f, t := range m.Triangles {
		out.Triangles[f] = Triangle{remap[t[0]], remap[t[1]], remap[t[2]]}
	}
	return &out
}

// dropUseless removes the triangles that are no part of the surface whatever
// is around them.
func (r *CleanReport) dropUseless(_ context.Context, m *Mesh, t *Topology) (*Mesh, error) {
	drop := slices.Concat(t.Collapsed, flatShells(m, t))
	r.Degenerate += len(drop)
	drop = append(drop, t.Duplicates...)
	slices.Sort(drop)
	drop = slices.Compact(drop)
	r.Duplicates += len(drop) - r.Degenerate
	return r.without(m, drop), nil
}

// dropFlags removes the triangles without area at non-manifold edges whose
// removal leaves no edge with one triangle that had two.
func (r *CleanReport) dropFlags(_ context.Context, m *Mesh, t *Topology) (*Mesh, error) {
	edges := &t.NonManifoldEdges
	edgeOf := map[uint32]int{} // the non-manifold edge of a half-edge of a triangle without area
	left := make([]int, edges.Len())
	var flat []uint32
	for i := range left {
		left[i] = len(edges.At(i))
		for _, h := range edges.At(i) {
			if m.NoArea(int(h / 3)) {
				edgeOf[h] = i
				flat = append(flat, h/3)
			}
		}
	}
	slices.Sort(flat)
	var drop []uint32
	for _, f := range slices.Compact(flat) {
		opens := false
		for h := 3 * f; h < 3*f+3; h++ {
			i, shared := edgeOf[h]
			opens = opens || t.Twins[h] != noIndex || shared && left[i] == 2
		}
		if opens {
			continue
		}
		drop = append(drop, f)
		for h := 3 * f; h < 3*f+3; h++ {
			if i, shared := edgeOf[h]; shared {
				left[i]--
			}
		}
	}
	r.Degenerate += len(drop)
	return r.without(m, drop), nil
}

// flatShells lists the triangles of shells in which no triangle has an area.
func flatShells(m *Mesh, t *Topology) []uint32 {
	hasArea := make([]bool, t.Shells)
	left := t.Shells
	for f, s := range t.ShellOf {
		if left == 0 {
			return nil
		}
		if s != noIndex && !hasArea[s] && !m.NoArea(f) {
			hasArea[s] = true
			left--
		}
	}
	var out []uint32
	if left > 0 {
		for f, s := range t.ShellOf {
			if s != noIndex && !hasArea[s] {
				out = append(out, uint32(f))
			}
		}
	}
	return out
}

// without returns m without the triangles listed, rising, or m itself if there
// are none, and keeps track of where the others came from.
func (r *CleanReport) without(m *Mesh, drop []uint32) *Mesh {
	if len(drop) == 0 {
		return m
	}
	out := *m
	out.Triangles = make([]Triangle, 0, len(m.Triangles)-len(drop))
	faces := make([]uint32, 0, len(m.Triangles)-len(drop))
	for f, t := range m.Triangles {
		switch {
		case len(drop) > 0 && drop[0] == uint32(f):
			drop = drop[1:]
			continue
		case r.Faces != nil:
			faces = append(faces, r.Faces[f])
		default:
			faces = append(faces, uint32(f))
		}
		out.Triangles = append(out.Triangles, t)
	}
	r.Faces = faces
	return &out
}

// compacted returns m without vertices that no triangle uses. It takes the
// triangles over.
func compacted(m *Mesh) *Mesh {
	place := make([]uint32, len(m.Vertices))
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			place[v] = 1
		}
	}
	out := *m
	out.Vertices = nil
	for v, used := range place {
		if used != 0 {
			place[v] = uint32(len(out.Vertices))
			out.Vertices = append(out.Vertices, m.Vertices[v])
		}
	}
	for i := range m.Triangles {
		for k, v := range m.Triangles[i] {
			m.Triangles[i][k] = place[v]
		}
	}
	return &out
}
