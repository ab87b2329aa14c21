package mesh

import (
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// triangulatePatch closes the loops of p: in a plane by clipping ears exactly,
// several with bridges between them; in two planes by a flat patch in each;
// elsewhere by the triangles of least area.
func (r *repairer) triangulatePatch(p *patch, edges map[[2]uint32]bool) error {
	outline := p.loops[0].outline()
	if r.isFlatLoop(outline) {
		if len(p.loops) > 1 {
			outline = r.bridged(p.loops)
		}
		ok, err := r.clipPatch(p, outline, edges)
		if ok || err != nil {
			return err
		}
	}
	if len(p.loops) > 1 {
		p.reason = "the loops in its plane cross"
		return nil
	}
	least := leastArea{mesh: r.mesh, edges: edges, beside: r.besideNormals(p.loops[0])}
	if !least.fill(outline) {
		p.reason = "no triangles close it that are not there already"
		return nil
	}
	p.triangles = least.out
	switch smooth := r.isSmooth(p.loops[0]); {
	case smooth && len(outline) >= fairedLoop && !r.isFlatLoop(outline):
		r.refinePatch(p)
	case !smooth:
		triangles, err := r.creased(outline, edges)
		if err != nil {
			return err
		}
		if len(triangles) > 0 && r.trianglesArea(triangles) <= creaseArea*r.trianglesArea(p.triangles) {
			p.triangles = triangles
		}
	}
	return r.ctx.Err()
}

func (r *repairer) trianglesArea(triangles []Triangle) float64 {
	area := 0.0
	for _, t := range triangles {
		area += r.patchArea(&patch{}, t)
	}
	return area
}

// outline returns the corners in the direction of the patch.
func (l *loop) outline() []uint32 {
	corners := slices.Clone(l.corners)
	slices.Reverse(corners)
	return corners
}

// loopNormal returns twice the vector area of a closed line (M. E. Newell).
func loopNormal(m *Mesh, corners []uint32) r3.Vector {
	var normal r3.Vector
	foot := m.Vertices[corners[0]]
	for i := 1; i+1 < len(corners); i++ {
		normal = normal.Add(m.Vertices[corners[i]].Sub(foot).Cross(m.Vertices[corners[i+1]].Sub(foot)))
	}
	return normal
}

// isFlatLoop reports whether a loop lies in a plane.
func (r *repairer) isFlatLoop(corners []uint32) bool {
	normal := loopNormal(r.mesh, corners)
	if normal.Norm2() == 0 {
		return false
	}
	normal = normal.Normalize()
	lo, hi := math.Inf(1), math.Inf(-1)
	box := EmptyBox()
	for _, v := range corners {
		at := r.mesh.Vertices[v].Sub(r.mesh.Vertices[corners[0]]).Dot(normal)
		lo, hi = min(lo, at), max(hi, at)
		box.include(r.mesh.Vertices[v])
	}
	return hi-lo <= flatness*box.Diagonal()
}

// clipPatch triangulates a flat outline. It reports false, and leaves p alone,
// if that crosses itself or would use an edge that is there already.
func (r *repairer) clipPatch(p *patch, outline []uint32, edges map[[2]uint32]bool) (bool, error) {
	var c clipper
	c.load(r.mesh.Vertices, outline)
	if len(c.nodes) != len(outline) {
		return false, nil
	}
	c.project(r.mesh.Vertices)
	if err := c.clip(r.ctx); err != nil {
		return false, err
	}
	if c.careless || len(c.out) != len(outline)-2 {
		return false, nil
	}
	side := make(map[[2]uint32]bool, len(outline))
	for i, v := range outline {
		w := outline[(i+1)%len(outline)]
		side[[2]uint32{min(v, w), max(v, w)}] = true
	}
	for _, t := range c.out {
		for k := range t {
			e := [2]uint32{min(t[k], t[(k+1)%3]), max(t[k], t[(k+1)%3])}
			if edges[e] && !side[e] {
				return false, nil
			}
		}
	}
	p.triangles = slices.Clone(c.out)
	return true, nil
}

// besideNormals returns the unit normal of the triangle at each border edge of
// a loop, by its ends.
func (r *repairer) besideNormals(l *loop) map[[2]uint32]r3.Vector {
	out := make(map[[2]uint32]r3.Vector, len(l.corners))
	for i, h := range l.halfEdges {
		v, w := l.corners[i], l.corners[(i+1)%len(l.corners)]
		out[[2]uint32{w, v}] = r.mesh.AreaVector(int(h / 3)).Normalize()
	}
	return out
}

// leastAreaCorners is the number of corners up to which all triangulations of
// an outline are compared.
const leastAreaCorners = 160

// leastArea triangulates outlines in space with the least area, and of equal
// areas with the least folds, by dynamic programming (G. Barequet and
// M. Sharir, "Filling gaps in the boundary of a polyhedron", CAGD 12, 1995;
// folds after P. Liepa, "Filling holes in meshes", SGP 2003).
//
// An outline of more than leastAreaCorners is thinned out to that many; what
// the coarse outline cuts off is done the same way. So time is linear in the
// corners, with a constant of leastAreaCorners².
type leastArea struct {
	mesh   *Mesh
	edges  map[[2]uint32]bool      // that must not be used again
	beside map[[2]uint32]r3.Vector // unit normal of the triangle beyond a directed side
	out    []Triangle

	corners []uint32
	cost    []patchCost // of the part of the outline from i to k, in i·n+k
	apex    []int32
	normal  []r3.Vector // of the triangle at the chord from i to k
}

// A patchCost is compared by area, then by folds.
type patchCost struct{ area, folds float64 }

// areaSlack is the relative difference of areas that does not count.
const areaSlack = 1e-6

func (c patchCost) less(d patchCost) bool {
	if slack := float64(areaSlack * max(c.area, d.area)); math.Abs(c.area-d.area) > slack {
		return c.area < d.area
	}
	return c.folds < d.folds
}

// fill appends the triangles of an outline to out and reports whether there
// are any.
func (a *leastArea) fill(outline []uint32) bool {
	if len(outline) <= leastAreaCorners {
		return a.solve(outline)
	}
	n := len(outline)
	coarse := make([]uint32, 0, leastAreaCorners)
	for i := range leastAreaCorners {
		lo, hi := i*n/leastAreaCorners, (i+1)*n/leastAreaCorners
		coarse = append(coarse, outline[lo])
		if hi-lo > 1 {
			// From the outline's corner lo to hi, closed by the chord.
			piece := append(slices.Clone(outline[lo:hi]), outline[hi%n])
			if !a.fill(piece) {
				return false
			}
		}
	}
	return a.solve(coarse)
}

// solve finds the triangles of a short outline.
func (a *leastArea) solve(outline []uint32) bool {
	n := len(outline)
	a.corners = outline
	a.cost = slices.Grow(a.cost[:0], n*n)[:n*n]
	a.apex = slices.Grow(a.apex[:0], n*n)[:n*n]
	a.normal = slices.Grow(a.normal[:0], n*n)[:n*n]
	for i := range n - 1 {
		a.cost[i*n+i+1] = patchCost{}
		a.apex[i*n+i+1] = -1
		a.normal[i*n+i+1] = a.beside[[2]uint32{outline[i], outline[i+1]}]
	}
	for width := 2; width < n; width++ {
		for i := 0; i+width < n; i++ {
			a.best(i, i+width)
		}
	}
	if math.IsInf(a.cost[n-1].area, 1) {
		return false
	}
	a.emit(0, n-1)
	return true
}

// best finds the apex for the chord from corner i to k.
func (a *leastArea) best(i, k int) {
	n := len(a.corners)
	at := i*n + k
	a.cost[at], a.apex[at] = patchCost{area: math.Inf(1)}, -1
	u, w := a.corners[i], a.corners[k]
	whole := i == 0 && k == n-1
	if !whole && a.edges[[2]uint32{min(u, w), max(u, w)}] {
		return
	}
	p, q := a.mesh.Vertices[u], a.mesh.Vertices[w]
	for j := i + 1; j < k; j++ {
		left, right := i*n+j, j*n+k
		c := patchCost{area: a.cost[left].area + a.cost[right].area, folds: a.cost[left].folds + a.cost[right].folds}
		if c.area > a.cost[at].area*(1+2*areaSlack) || math.IsInf(c.area, 1) {
			continue
		}
		normal := a.mesh.Vertices[a.corners[j]].Sub(p).Cross(q.Sub(p))
		size := normal.Norm()
		c.area += float64(size / 2)
		if size > 0 {
			normal = Scaled(normal, 1/size)
		}
		c.folds += fold(normal, a.normal[left]) + fold(normal, a.normal[right])
		if whole {
			c.folds += fold(normal, a.beside[[2]uint32{w, u}])
		}
		if a.apex[at] < 0 || c.less(a.cost[at]) {
			a.cost[at], a.apex[at], a.normal[at] = c, int32(j), normal
		}
	}
}

// fold is 0 for triangles that go on straight and 2 where they fold back; 1
// for one without a normal.
func fold(a, b r3.Vector) float64 { return 1 - a.Dot(b) }

// emit appends the triangles beyond the chord from corner i to k.
func (a *leastArea) emit(i, k int) {
	n := len(a.corners)
	for k-i > 1 {
		j := int(a.apex[i*n+k])
		a.out = append(a.out, Triangle{a.corners[i], a.corners[j], a.corners[k]})
		a.emit(i, j)
		i = j
	}
}
