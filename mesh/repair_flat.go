package mesh

import "slices"

// flatPasses bounds how often triangles without area are looked for: each
// pass takes one out of every group of neighbours.
const flatPasses = 8

// flat takes out triangles without area that are left inside the surface.
//
// At a border they are removed, one after the other from there inwards: they
// cover nothing, and the next step joins what they joined. Elsewhere such a
// triangle is a cap, one corner lying on the opposite side; the edge there is
// swapped for the one to the far corner of the neighbour, which leaves two
// triangles with area and opens nothing.
func (r *repairer) flat() (change, error) {
	var done change
	if len(r.topology.Border)+r.topology.NonManifoldEdges.Len()+len(r.topology.Misoriented) == 0 {
		return done, nil
	}
	flat := r.withoutArea()
	if len(flat) == 0 {
		return done, nil
	}
	peeled := r.peel(flat)
	for _, f := range peeled {
		done.at(r.middle(f))
	}
	if err := r.drop(peeled); err != nil {
		return done, err
	}
	for range flatPasses {
		m := withTriangles(r.mesh)
		swapped := 0
		locked := map[uint32]bool{}
		for _, f := range r.withoutArea() {
			if r.swap(m, f, locked) {
				swapped++
				done.at(r.middle(f))
			}
		}
		if swapped == 0 {
			break
		}
		if err := r.take(m, nil); err != nil {
			return done, err
		}
	}
	return done, nil
}

// withoutArea lists the triangles without area.
func (r *repairer) withoutArea() (faces []uint32) {
	for f := range r.mesh.Triangles {
		if r.mesh.NoArea(f) {
			faces = append(faces, uint32(f))
		}
	}
	return faces
}

// peel lists those of the triangles without area that can be reached from the
// border through one another.
func (r *repairer) peel(flat []uint32) (peeled []uint32) {
	t := r.topology
	isFlat := make(map[uint32]bool, len(flat))
	for _, f := range flat {
		isFlat[f] = true
	}
	for _, h := range t.Border {
		if f := h / 3; isFlat[f] {
			delete(isFlat, f)
			peeled = append(peeled, f)
		}
	}
	for i := 0; i < len(peeled); i++ {
		for k := range uint32(3) {
			twin := t.Twins[3*peeled[i]+k]
			if twin != noIndex && isFlat[twin/3] {
				delete(isFlat, twin/3)
				peeled = append(peeled, twin/3)
			}
		}
	}
	return peeled
}

// swap swaps the longest edge of triangle f in m, whose triangles are those of
// r.mesh save for the locked ones, and reports whether that was possible.
func (r *repairer) swap(m *Mesh, f uint32, locked map[uint32]bool) bool {
	h := r.longestSide(f)
	twin := r.topology.Twins[h]
	if twin == noIndex || origin(m.Triangles, h) == origin(m.Triangles, twin) {
		return false
	}
	g := twin / 3
	a, b := origin(r.mesh.Triangles, h), origin(r.mesh.Triangles, twin)
	c := origin(r.mesh.Triangles, previousHalfEdge(h))
	d := origin(r.mesh.Triangles, previousHalfEdge(twin))
	if c == d || r.joined(h, d) {
		return false
	}
	// The triangles around change, and with them what joined would say.
	around := r.neighbours(f, g)
	if slices.ContainsFunc(around, func(n uint32) bool { return locked[n] }) {
		return false
	}
	trial := Mesh{Vertices: r.mesh.Vertices, Triangles: []Triangle{{c, a, d}, {d, b, c}}}
	if trial.NoArea(0) || trial.NoArea(1) {
		return false
	}
	m.Triangles[f], m.Triangles[g] = trial.Triangles[0], trial.Triangles[1]
	for _, n := range around {
		locked[n] = true
	}
	return true
}

// neighbours lists two triangles and those beside them.
func (r *repairer) neighbours(f, g uint32) []uint32 {
	out := []uint32{f, g}
	for _, n := range [...]uint32{f, g} {
		for k := range uint32(3) {
			if twin := r.topology.Twins[3*n+k]; twin != noIndex {
				out = append(out, twin/3)
			}
		}
	}
	return out
}

func (r *repairer) longestSide(f uint32) uint32 {
	longest, length := 3*f, -1.0
	for h := 3 * f; h < 3*f+3; h++ {
		a := r.mesh.Vertices[origin(r.mesh.Triangles, h)]
		b := r.mesh.Vertices[origin(r.mesh.Triangles, nextHalfEdge(h))]
		if l := b.Sub(a).Norm2(); l > length {
			longest, length = h, l
		}
	}
	return longest
}

// joined reports whether the far corner of the triangle of half-edge h has an
// edge to vertex d, or might have one beyond a border.
func (r *repairer) joined(h, d uint32) bool {
	t, triangles := r.topology, r.mesh.Triangles
	v := origin(triangles, previousHalfEdge(h))
	start := previousHalfEdge(h) // a half-edge out of v
	e := start
	for {
		if origin(triangles, nextHalfEdge(e)) == d {
			return true
		}
		in := previousHalfEdge(e)
		twin := t.Twins[in]
		if twin == noIndex || origin(triangles, twin) != v {
			return true
		}
		if e = twin; e == start {
			return false
		}
	}
}
