package mesh

import (
	"cmp"
	"slices"

	"github.com/golang/geo/r3"
)

// A loop is a hole, or a part of one between two visits of the same vertex: a
// closed line of border edges that passes no vertex twice.
type loop struct {
	halfEdges []uint32 // in their direction
	corners   []uint32 // where they start
}

// loops cuts the holes into loops. Holes whose triangles are not turned alike,
// or that do not close, come back as they are in the second result.
func (r *repairer) loops() (loops []loop, broken []int) {
	holes := &r.topology.Holes
	last := map[uint32]int{} // place of each vertex in the line so far
	for i := range holes.Len() {
		chain := holes.At(i)
		if !r.isClosed(chain) {
			broken = append(broken, i)
			continue
		}
		clear(last)
		var line loop
		for _, h := range chain {
			v := origin(r.mesh.Triangles, h)
			if at, seen := last[v]; seen {
				loops = append(loops, loop{slices.Clone(line.halfEdges[at:]), slices.Clone(line.corners[at:])})
				for _, w := range line.corners[at:] {
					delete(last, w)
				}
				line = loop{line.halfEdges[:at], line.corners[:at]}
			}
			last[v] = len(line.corners)
			line.halfEdges = append(line.halfEdges, h)
			line.corners = append(line.corners, v)
		}
		loops = append(loops, line)
	}
	return loops, broken
}

// isClosed reports whether the half-edges of a chain follow one another.
func (r *repairer) isClosed(chain []uint32) bool {
	for i, h := range chain {
		next := chain[(i+1)%len(chain)]
		if origin(r.mesh.Triangles, nextHalfEdge(h)) != origin(r.mesh.Triangles, next) {
			return false
		}
	}
	return true
}

// misfitGap is how far the corner of a misfit may lie from where its
// neighbours have theirs, in units of the shorter of its sides there.
const misfitGap = 0.25

// misfits puts the corner of a triangle where its neighbours have theirs: of
// one that hangs at the surface by one side only, in a hole of four edges. The
// triangle without which three edges remain open is replaced by the one that
// closes them; no vertex moves, but the wrong one goes.
func (r *repairer) misfits() (change, error) {
	var done change
	loops, _ := r.loops()
	m := r.mesh
	for _, l := range loops {
		h, corner, ok := r.misfit(&l)
		if !ok {
			continue
		}
		if m == r.mesh {
			m = withTriangles(r.mesh)
		}
		done.at(r.mesh.Vertices[corner])
		m.Triangles[h/3][h%3] = corner
	}
	if m == r.mesh {
		return done, nil
	}
	return done, r.take(compacted(m), nil)
}

// misfit returns the half-edge of a loop that starts at the corner of a
// misfit, and the vertex where it belongs.
func (r *repairer) misfit(l *loop) (halfEdge, corner uint32, ok bool) {
	if len(l.halfEdges) != 4 {
		return 0, 0, false
	}
	for i, h := range l.halfEdges {
		before := l.halfEdges[(i+3)%4]
		if before/3 != h/3 || r.topology.Twins[nextHalfEdge(h)] == noIndex {
			continue
		}
		d, a, c, b := l.corners[i], l.corners[(i+1)%4], l.corners[(i+2)%4], l.corners[(i+3)%4]
		p := r.mesh.Vertices
		gap := p[d].Sub(p[c]).Norm()
		if gap <= misfitGap*min(p[a].Sub(p[c]).Norm(), p[b].Sub(p[c]).Norm()) {
			return h, c, true
		}
	}
	return 0, 0, false
}

// A patch closes a loop, or several that lie in one plane.
type patch struct {
	loops     []*loop
	triangles []Triangle // vertices beyond those of the mesh are in added
	added     []r3.Vector
	area      float64
	reason    string // why there are no triangles
}

// holes closes holes by patches, unless those are too large.
func (r *repairer) holes() (change, error) {
	var done change
	r.report.Refused, r.report.RefusedCount = nil, 0
	if len(r.topology.Border) == 0 {
		return done, nil
	}
	loops, broken := r.loops()
	for _, i := range broken {
		hole := r.topology.Hole(r.mesh, i)
		r.refuse(RefusedHole{Edges: hole.Edges, Length: hole.Length, Centroid: hole.Centroid, Reason: "the triangles around it do not agree on a side"})
	}
	patches, err := r.patches(loops)
	if err != nil {
		return done, err
	}
	limit := r.opts.LargestPatch * r.area()
	m := &Mesh{Vertices: slices.Clip(r.mesh.Vertices), Triangles: slices.Clip(r.mesh.Triangles), SinglePrecision: r.mesh.SinglePrecision}
	from := make([]uint32, len(m.Triangles))
	for f := range from {
		from[f] = uint32(f)
	}
	for i := range patches {
		p := &patches[i]
		small := len(p.loops) == 1 && len(p.loops[0].corners) == 3
		if p.reason == "" && !small && p.area > limit && !r.opts.FillLarge {
			p.reason = "the patch would be larger than is filled unasked"
		}
		for _, l := range p.loops {
			hole := r.measureLoop(l)
			if p.reason != "" {
				hole.Area, hole.Reason = p.area, p.reason
				r.refuse(hole)
				continue
			}
			done.at(hole.Centroid)
			r.report.LargestFilled = max(r.report.LargestFilled, r.loopBox(l).Diagonal())
		}
		if p.reason == "" {
			m.add(p, len(r.mesh.Vertices))
		}
	}
	r.sortRefused()
	if len(m.Triangles) == len(r.mesh.Triangles) {
		return done, nil
	}
	for len(from) < len(m.Triangles) {
		from = append(from, noIndex)
	}
	return done, r.take(m, from)
}

// add appends the triangles of a patch; vertices from n on are its own.
func (m *Mesh) add(p *patch, n int) {
	base := uint32(len(m.Vertices) - n)
	for _, t := range p.triangles {
		for k := range t {
			if t[k] >= uint32(n) {
				t[k] += base
			}
		}
		m.Triangles = append(m.Triangles, t)
	}
	m.Vertices = append(m.Vertices, p.added...)
}

func (r *repairer) area() float64 {
	area := 0.0
	for f := range r.mesh.Triangles {
		area += float64(r.mesh.AreaVector(f).Norm() / 2)
	}
	return area
}

func (r *repairer) measureLoop(l *loop) RefusedHole {
	hole := RefusedHole{Edges: len(l.corners)}
	for i, v := range l.corners {
		a, b := r.mesh.Vertices[v], r.mesh.Vertices[l.corners[(i+1)%len(l.corners)]]
		length := b.Sub(a).Norm()
		hole.Length += length
		hole.Centroid = hole.Centroid.Add(Scaled(a.Add(b), length/2))
	}
	if hole.Length > 0 {
		hole.Centroid = Scaled(hole.Centroid, 1/hole.Length)
	}
	return hole
}

func (r *repairer) loopBox(l *loop) Box {
	box := EmptyBox()
	for _, v := range l.corners {
		box.include(r.mesh.Vertices[v])
	}
	return box
}

func (r *repairer) refuse(hole RefusedHole) {
	r.report.RefusedCount++
	r.report.Refused = append(r.report.Refused, hole)
	if len(r.report.Refused) > 2*maxRepairPlaces {
		r.sortRefused()
	}
}

// sortRefused keeps the longest holes.
func (r *repairer) sortRefused() {
	slices.SortStableFunc(r.report.Refused, func(a, b RefusedHole) int { return cmp.Compare(b.Length, a.Length) })
	r.report.Refused = r.report.Refused[:min(len(r.report.Refused), maxRepairPlaces)]
}

// patches makes a patch for each loop.
func (r *repairer) patches(loops []loop) ([]patch, error) {
	groups := r.nestedLoops(loops)
	edges := r.innerEdges()
	out := make([]patch, len(groups))
	var failure error
	for i, group := range groups {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		p := patch{loops: group}
		if len(group) == 1 && len(group[0].corners) == 3 {
			r.closeTriangle(&p)
		} else if failure = r.triangulatePatch(&p, edges); failure != nil {
			return nil, failure
		}
		for _, t := range p.triangles {
			p.area += r.patchArea(&p, t)
		}
		out[i] = p
	}
	return out, nil
}

// closeTriangle closes a loop of three edges, unless they are those of one
// triangle.
func (r *repairer) closeTriangle(p *patch) {
	l := p.loops[0]
	if l.halfEdges[0]/3 == l.halfEdges[1]/3 && l.halfEdges[1]/3 == l.halfEdges[2]/3 {
		p.reason = "it is a single triangle; closing it would enclose nothing"
		return
	}
	p.triangles = []Triangle{{l.corners[2], l.corners[1], l.corners[0]}}
}

func (r *repairer) patchArea(p *patch, t Triangle) float64 {
	a, b, c := p.at(r.mesh, t[0]), p.at(r.mesh, t[1]), p.at(r.mesh, t[2])
	return b.Sub(a).Cross(c.Sub(a)).Norm() / 2
}

// at returns the place of a vertex of a patch.
func (p *patch) at(m *Mesh, v uint32) r3.Vector {
	if n := uint32(len(m.Vertices)); v >= n {
		return p.added[v-n]
	}
	return m.Vertices[v]
}

// innerEdges returns the edges between border vertices that are not open
// themselves: a patch with one of them would make it non-manifold.
func (r *repairer) innerEdges() map[[2]uint32]bool {
	onBorder := make([]bool, len(r.mesh.Vertices))
	for _, h := range r.topology.Border {
		onBorder[origin(r.mesh.Triangles, h)] = true
		onBorder[origin(r.mesh.Triangles, nextHalfEdge(h))] = true
	}
	edges := map[[2]uint32]bool{}
	for f := range r.mesh.Triangles {
		for h := 3 * uint32(f); h < 3*uint32(f)+3; h++ {
			a, b := origin(r.mesh.Triangles, h), origin(r.mesh.Triangles, nextHalfEdge(h))
			if onBorder[a] && onBorder[b] {
				edges[[2]uint32{min(a, b), max(a, b)}] = true
			}
		}
	}
	return edges
}
