package mesh

import (
	"cmp"
	"slices"
)

// folds removes triangles that lie back to back on the same three vertices:
// they enclose nothing, and without both every edge is as balanced as before.
// Where a whole shell is made so, as by programs that draw both sides of a
// surface, one triangle of each pair remains.
func (r *repairer) folds() (change, error) {
	var done change
	groups := r.backToBack()
	if len(groups) == 0 {
		return done, nil
	}
	double := r.doubleShells(groups)
	var drop []uint32
	for _, g := range groups {
		if double[r.topology.ShellOf[g.up[0]]] {
			drop = append(drop, max(g.up[0], g.down[0]))
		} else {
			n := min(len(g.up), len(g.down))
			drop = append(append(drop, g.up[:n]...), g.down[:n]...)
		}
		done.at(r.middle(g.up[0]))
	}
	return done, r.drop(drop)
}

// foldedFaces are triangles on the same vertices, by their turn.
type foldedFaces struct{ up, down []uint32 }

// backToBack lists the sets of triangles on the same vertices that have both
// turns. Such triangles share three edges, each non-manifold or one at which
// the far corners are the same.
func (r *repairer) backToBack() (groups []foldedFaces) {
	t, triangles := r.topology, r.mesh.Triangles
	var faces []uint32
	for i := range t.NonManifoldEdges.Len() {
		for _, h := range t.NonManifoldEdges.At(i) {
			faces = append(faces, h/3)
		}
	}
	for h, twin := range t.Twins {
		if twin != noIndex && origin(triangles, previousHalfEdge(uint32(h))) == origin(triangles, previousHalfEdge(twin)) {
			faces = append(faces, uint32(h)/3)
		}
	}
	slices.Sort(faces)
	faces = slices.Compact(faces)
	type keyed struct {
		key  Triangle
		face uint32
		up   bool
	}
	list := make([]keyed, 0, len(faces))
	for _, f := range faces {
		k := lowestFirst(triangles[f])
		up := k[1] < k[2]
		if !up {
			k[1], k[2] = k[2], k[1]
		}
		list = append(list, keyed{k, f, up})
	}
	slices.SortFunc(list, func(a, b keyed) int {
		return cmp.Or(slices.Compare(a.key[:], b.key[:]), cmp.Compare(a.face, b.face))
	})
	for lo := 0; lo < len(list); {
		var g foldedFaces
		hi := lo
		for ; hi < len(list) && list[hi].key == list[lo].key; hi++ {
			if list[hi].up {
				g.up = append(g.up, list[hi].face)
			} else {
				g.down = append(g.down, list[hi].face)
			}
		}
		if len(g.up) > 0 && len(g.down) > 0 {
			groups = append(groups, g)
		}
		lo = hi
	}
	return groups
}

// doubleShells finds the shells in which every triangle has another at its
// back.
func (r *repairer) doubleShells(groups []foldedFaces) []bool {
	single := make([]int, r.topology.Shells) // triangles that are left
	for _, s := range r.topology.ShellOf {
		if s != noIndex {
			single[s]++
		}
	}
	for _, g := range groups {
		single[r.topology.ShellOf[g.up[0]]] -= 2 * min(len(g.up), len(g.down))
	}
	double := make([]bool, len(single))
	for s := range double {
		double[s] = single[s] == 0
	}
	return double
}
