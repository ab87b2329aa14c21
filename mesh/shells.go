package mesh

import "context"

// findShells unites the triangles that share an edge and numbers the sets,
// with a union-find forest (Tarjan 1975, path halving) in which the lowest
// triangle of a set is its root.
func (t *Topology) findShells(ctx context.Context, m *Mesh) error {
	parent := make([]uint32, len(m.Triangles))
	for f := range parent {
		parent[f] = uint32(f)
	}
	for f := range m.Triangles {
		for k := range 3 {
			// Each pair is seen from both sides; once is enough.
			if twin := t.Twins[3*f+k]; twin < 3*uint32(f) {
				unite(parent, uint32(f), twin/3)
			}
		}
		if f&0xfffff == 0xfffff && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for i := range t.NonManifoldEdges.Len() {
		edge := t.NonManifoldEdges.At(i)
		for _, h := range edge[1:] {
			unite(parent, edge[0]/3, h/3)
		}
	}
	t.numberShells(parent)
	t.noteShellEdges()
	return nil
}

// numberShells turns the forest into shell numbers in place. Parents come
// before their children, so every parent has its number already.
func (t *Topology) numberShells(parent []uint32) {
	collapsed := t.Collapsed
	for f := range parent {
		switch {
		case len(collapsed) > 0 && collapsed[0] == uint32(f):
			collapsed = collapsed[1:]
			parent[f] = noIndex
		case parent[f] == uint32(f):
			parent[f] = uint32(t.Shells)
			t.Shells++
		default:
			parent[f] = parent[parent[f]]
		}
	}
	t.ShellOf = parent
}

func (t *Topology) noteShellEdges() {
	t.shells = make([]shellEdges, t.Shells)
	for _, h := range t.Border {
		t.shells[t.ShellOf[h/3]] |= hasBorder | hasUnbalanced
	}
	for _, h := range t.Misoriented {
		t.shells[t.ShellOf[h/3]] |= hasUnbalanced
	}
	for _, h := range t.unbalanced {
		t.shells[t.ShellOf[h/3]] |= hasUnbalanced
	}
	t.Balanced = len(t.Border)+len(t.Misoriented)+len(t.unbalanced) == 0
}
