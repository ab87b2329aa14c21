package printability

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// The winding number just inside a surface changes only where other surface
// crosses it. So on a patch of faces that nothing crosses, joined over edges,
// it is the same everywhere: one ray of all hits finds it for the whole patch,
// and a sample there needs its first hits only. That makes lattices, where a
// ray crosses many walls, as fast as ordinary parts.

// noPatch marks faces about which nothing is known.
const noPatch = math.MaxUint32

// patches are the parts of a surface that no other surface crosses.
type patches struct {
	of      []uint32 // patch of each face, or noPatch
	first   []uint32 // a face of each patch
	winding []int    // just inside each patch
}

// windingAt returns the winding number just inside a face, if it is known.
func (p *patches) windingAt(face uint32) (winding int, known bool) {
	if p == nil || p.of[face] == noPatch {
		return 0, false
	}
	return p.winding[p.of[face]], true
}

// findPatches returns the patches of a surface that encloses a volume, and
// none when it does not, or when the search for intersections did not end.
//
// A face belongs to no patch if it crosses another face, has an edge of other
// than two faces or a vertex of several fans, or if its neighbours around a
// vertex are not proven to lie side by side. The proof is that all of them,
// seen along their mean normal, face the viewer and go around the vertex once.
func findPatches(p *Part) *patches {
	if p.Topology == nil || p.Intersections == nil || p.Intersections.Capped || !p.Topology.Balanced {
		return nil
	}
	doubtful := make([]bool, len(p.Mesh.Triangles))
	for _, pair := range p.Intersections.Pairs {
		doubtful[pair[0]], doubtful[pair[1]] = true, true
	}
	tangled := make([]bool, len(p.Mesh.Vertices))
	for _, v := range p.Topology.NonManifoldVertices {
		tangled[v] = true
	}
	for f, t := range p.Mesh.Triangles {
		if tangled[t[0]] || tangled[t[1]] || tangled[t[2]] {
			doubtful[f] = true
		}
	}
	doubtFans(p, doubtful)
	return join(p.Topology.Twins, doubtful)
}

// doubtFans marks the faces around every vertex whose fan is not proven to lie
// side by side.
func doubtFans(p *Part, doubtful []bool) {
	twins := p.Topology.Twins
	seen := make([]bool, len(twins))
	var fan []uint32 // half-edges that start at the vertex
	for start := range twins {
		if seen[start] {
			continue
		}
		fan = fan[:0]
		closed := true
		for h := uint32(start); ; {
			seen[h] = true
			fan = append(fan, h)
			h = twins[previous(h)]
			if h == mesh.NoIndex || int(h) != start && seen[h] {
				closed = false
				break
			}
			if int(h) == start {
				break
			}
		}
		if !closed || !sideBySide(p.Mesh, fan) {
			for _, h := range fan {
				doubtful[h/3] = true
			}
		}
	}
}

func previous(h uint32) uint32 {
	if h%3 == 0 {
		return h + 2
	}
	return h - 1
}

// sideBySide reports whether the triangles of a closed fan, given by the
// half-edges that leave its vertex, are proven to have nothing in common but
// their edges.
func sideBySide(m *mesh.Mesh, fan []uint32) bool {
	vertex := m.Vertices[m.Triangles[fan[0]/3][fan[0]%3]]
	spoke := func(h uint32) r3.Vector {
		t := &m.Triangles[h/3]
		return m.Vertices[t[(h+1)%3]].Sub(vertex)
	}
	var normal r3.Vector
	for _, h := range fan {
		normal = normal.Add(m.AreaVector(int(h / 3)).Normalize())
	}
	// A plane across the normal, in which the spokes turn.
	across := normal.Cross(spoke(fan[0]))
	turns := 0
	last := spoke(fan[len(fan)-1])
	lastBelow := last.Dot(across) < 0
	for _, h := range fan {
		// The fan runs against the clock, so each spoke follows the one before.
		next := spoke(h)
		// The sign is certain when it is far beyond the rounding of a triple
		// product.
		const certain = 1e-12
		if !(normal.Dot(last.Cross(next)) > certain*normal.Norm()*last.Norm()*next.Norm()) {
			return false
		}
		below := next.Dot(across) < 0
		if lastBelow && !below {
			turns++
		}
		last, lastBelow = next, below
	}
	return turns == 1
}

// join makes patches of the faces that are not doubtful.
func join(twins []uint32, doubtful []bool) *patches {
	p := &patches{of: make([]uint32, len(doubtful))}
	for f := range p.of {
		p.of[f] = noPatch
	}
	var stack []uint32
	for f := range doubtful {
		if doubtful[f] || p.of[f] != noPatch {
			continue
		}
		number := uint32(len(p.first))
		p.first = append(p.first, uint32(f))
		p.of[f] = number
		stack = append(stack[:0], uint32(f))
		for len(stack) > 0 {
			g := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for k := range uint32(3) {
				twin := twins[3*g+k]
				if twin == mesh.NoIndex || doubtful[twin/3] || p.of[twin/3] != noPatch {
					continue
				}
				p.of[twin/3] = number
				stack = append(stack, twin/3)
			}
		}
	}
	p.winding = make([]int, len(p.first))
	return p
}
