package mesh

import (
	"context"
	"slices"
)

// orient finds the triangles to turn so that the two triangles of every
// two-triangle edge run through it in opposite directions: the minority in
// each set connected over such edges. Non-manifold edges tell nothing about
// the turn, so sets end there.
func (t *Topology) orient(ctx context.Context, m *Mesh) error {
	if len(t.Misoriented) == 0 {
		return nil
	}
	o := orienter{t: t, triangles: m.Triangles, turn: make([]int8, len(m.Triangles))}
	for f := range m.Triangles {
		if o.turn[f] == 0 && t.ShellOf[f] != noIndex {
			if err := o.flood(ctx, uint32(f)); err != nil {
				return err
			}
		}
	}
	slices.Sort(t.Flipped)
	return nil
}

type orienter struct {
	t         *Topology
	triangles []Triangle
	turn      []int8   // +1 as the first triangle of the set, −1 against it, 0 not seen yet
	set       []uint32 // triangles of the set, and the queue of the flood
}

// flood walks the set of triangle seed breadth first.
func (o *orienter) flood(ctx context.Context, seed uint32) error {
	o.set = append(o.set[:0], seed)
	o.turn[seed] = +1
	against := 0
	for i := 0; i < len(o.set); i++ {
		f := o.set[i]
		if o.turn[f] < 0 {
			against++
		}
		for h := 3 * f; h < 3*f+3; h++ {
			twin := o.t.Twins[h]
			if twin == noIndex {
				continue
			}
			turn := o.turn[f]
			if origin(o.triangles, h) == origin(o.triangles, twin) {
				turn = -turn
			}
			switch o.turn[twin/3] {
			case 0:
				o.turn[twin/3] = turn
				o.set = append(o.set, twin/3)
			case -turn:
				o.t.OneSided = min(o.t.OneSided, h)
			}
		}
		if i&0xfffff == 0xfffff && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	wrong := int8(-1)
	if 2*against > len(o.set) {
		wrong = +1
	}
	for _, f := range o.set {
		if o.turn[f] == wrong {
			o.t.Flipped = append(o.t.Flipped, f)
		}
	}
	return nil
}
