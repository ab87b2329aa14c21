package printability

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
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
// vertex are not proven to lie side by side.
func findPatches(p *Part, threads int) *patches {
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
	doubtFans(p, threads, doubtful)
	return joinFaces(p.Topology.Twins, doubtful, threads)
}

// doubtFans marks the faces around every vertex whose fan is not proven to lie
// side by side. Vertices are independent of one another, so each worker takes
// those of its own remainder.
func doubtFans(p *Part, threads int, doubtful []bool) {
	seen := make([]bool, len(p.Topology.Twins)) // half-edges, each by the worker of its vertex
	found := make([][]uint32, threads)
	var group parallel.Group
	for worker := range threads {
		group.Go(func() {
			var around fan
			for start := range p.Topology.Twins {
				vertex := p.Mesh.Triangles[start/3][start%3]
				if int(vertex)%threads != worker || seen[start] {
					continue
				}
				if !around.walk(p, uint32(start), seen) || !around.sideBySide() {
					found[worker] = append(found[worker], around.halfEdges...)
				}
			}
		})
	}
	group.Wait()
	for _, halfEdges := range found {
		for _, h := range halfEdges {
			doubtful[h/3] = true
		}
	}
}

func previous(h uint32) uint32 {
	if h%3 == 0 {
		return h + 2
	}
	return h - 1
}

// A fan is the triangles around a vertex, with scratch memory for many.
type fan struct {
	halfEdges []uint32    // that leave the vertex
	spokes    []r3.Vector // along them, against the clock
	normals   []r3.Vector // of the triangle that ends at each spoke, unit length
}

// walk goes around the vertex that a half-edge leaves, marks the half-edges it
// sees, and reports whether it came back to the first.
func (f *fan) walk(p *Part, start uint32, seen []bool) bool {
	f.halfEdges = f.halfEdges[:0]
	for h := start; ; {
		seen[h] = true
		f.halfEdges = append(f.halfEdges, h)
		h = p.Topology.Twins[previous(h)]
		if h == start {
			f.measure(p.Mesh)
			return true
		}
		if h == mesh.NoIndex || seen[h] {
			return false
		}
	}
}

// measure finds the spokes and normals of a closed fan.
func (f *fan) measure(m *mesh.Mesh) {
	first := f.halfEdges[0]
	vertex := m.Vertices[m.Triangles[first/3][first%3]]
	f.spokes, f.normals = f.spokes[:0], f.normals[:0]
	for _, h := range f.halfEdges {
		f.spokes = append(f.spokes, m.Vertices[m.Triangles[h/3][(h+1)%3]].Sub(vertex))
	}
	last := f.spokes[len(f.spokes)-1]
	for _, s := range f.spokes {
		f.normals = append(f.normals, last.Cross(s).Normalize())
		last = s
	}
}

// viewpoint returns a direction from which all triangles seem to face the
// viewer: their mean normal, pulled towards the one that faces least until
// none faces away (the perceptron rule, which finds a direction if there is
// one). It gives up after some steps.
func (f *fan) viewpoint() r3.Vector {
	var view r3.Vector
	for _, n := range f.normals {
		view = view.Add(n)
	}
	for range 16 {
		least, at := math.Inf(1), 0
		for i, n := range f.normals {
			if facing := n.Dot(view); facing < least {
				least, at = facing, i
			}
		}
		if least > 0.01*view.Norm() {
			break
		}
		view = view.Add(f.normals[at])
	}
	return view
}

// sideBySide reports whether the triangles of a fan are proven to have nothing
// in common but their edges: seen from somewhere all face the viewer, and they
// go around the vertex once.
func (f *fan) sideBySide() bool {
	view := f.viewpoint()
	across := view.Cross(f.spokes[0]) // spokes turn over a line across the view
	last := f.spokes[len(f.spokes)-1]
	lastBelow := last.Dot(across) < 0
	turns := 0
	for _, spoke := range f.spokes {
		// The sign is certain when it is far beyond the rounding of a triple
		// product.
		const certain = 1e-12
		if !(view.Dot(last.Cross(spoke)) > certain*view.Norm()*last.Norm()*spoke.Norm()) {
			return false
		}
		below := spoke.Dot(across) < 0
		if lastBelow && !below {
			turns++
		}
		last, lastBelow = spoke, below
	}
	return turns == 1
}

// joinFaces makes patches of the faces that are not doubtful. Each worker joins
// the faces of a stretch; edges between two stretches are left for the end.
func joinFaces(twins []uint32, doubtful []bool, threads int) *patches {
	faces := len(doubtful)
	sets := newUnionFind(faces)
	across := make([][]uint32, threads) // half-edges
	var group parallel.Group
	for worker := range threads {
		group.Go(func() {
			start, end := worker*faces/threads, (worker+1)*faces/threads
			for h := 3 * start; h < 3*end; h++ {
				f, twin := h/3, twins[h]
				switch {
				case doubtful[f] || twin == mesh.NoIndex || int(twin) < h || doubtful[twin/3]:
				case int(twin/3) < end:
					sets.join(uint32(f), twin/3)
				default:
					across[worker] = append(across[worker], uint32(h))
				}
			}
		})
	}
	group.Wait()
	for _, halfEdges := range across {
		for _, h := range halfEdges {
			sets.join(h/3, twins[h]/3)
		}
	}
	sets.flatten()
	p := &patches{of: make([]uint32, faces)}
	for f := range p.of {
		switch root := sets[f]; {
		case doubtful[f]:
			p.of[f] = noPatch
		case int(root) == f:
			p.of[f] = uint32(len(p.first))
			p.first = append(p.first, root)
		default:
			p.of[f] = p.of[root]
		}
	}
	p.winding = make([]int, len(p.first))
	return p
}
