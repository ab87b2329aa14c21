package mesh

import (
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

const (
	// fairedLoop is the number of corners from which on a patch in a smooth
	// surface is refined and faired.
	fairedLoop = 8
	// smoothTurn is the cosine of the angle between neighbouring triangles
	// around a hole up to which the surface counts as smooth, 30°.
	smoothTurn = 0.8660254037844387
	// refineDensity is Liepa's α: how dense the new vertices are.
	refineDensity = math.Sqrt2
	// refinePasses and refineMost bound the refinement.
	refinePasses = 12
	refineMost   = 20_000
	// fairSteps bounds the steps of the solver.
	fairSteps = 400
)

// refinePatch gives a patch in a smooth curved surface vertices as dense as
// those around the hole, and the shape of least bending that continues the
// surface (P. Liepa, "Filling holes in meshes", SGP 2003; the shape is the
// minimum of the squared Laplacians over the patch and its rim, found by
// conjugate gradients).
func (r *repairer) refinePatch(p *patch) {
	f := fairing{mesh: r.mesh, patch: p}
	f.measureRim()
	for range refinePasses {
		split := f.split()
		if f.relax(); !split || len(p.triangles) > refineMost {
			break
		}
	}
	if len(p.added) > 0 {
		f.solve(r.around(p.loops[0]))
	}
}

// isSmooth reports whether the surface has no sharp bend around a hole.
func (r *repairer) isSmooth(l *loop) bool {
	n := len(l.halfEdges)
	for i, h := range l.halfEdges {
		a := r.mesh.AreaVector(int(h / 3)).Normalize()
		b := r.mesh.AreaVector(int(l.halfEdges[(i+1)%n] / 3)).Normalize()
		if a.Dot(b) < smoothTurn {
			return false
		}
	}
	return true
}

// around returns, for each corner of a loop, the vertices that the surface
// joins it with.
func (r *repairer) around(l *loop) map[uint32][]uint32 {
	out := make(map[uint32][]uint32, len(l.corners))
	for i, h := range l.halfEdges {
		v := l.corners[i]
		list := []uint32{origin(r.mesh.Triangles, nextHalfEdge(h))}
		for e := previousHalfEdge(h); ; e = previousHalfEdge(e) {
			list = append(list, origin(r.mesh.Triangles, e))
			twin := r.topology.Twins[e]
			if twin == noIndex || origin(r.mesh.Triangles, twin) != v {
				break
			}
			e = twin
		}
		out[v] = list
	}
	return out
}

// A fairing works on one patch. Vertices are numbered as in the patch.
type fairing struct {
	mesh  *Mesh
	patch *patch
	scale map[uint32]float64 // length of edges around each vertex
}

func (f *fairing) at(v uint32) r3.Vector { return f.patch.at(f.mesh, v) }

func (f *fairing) measureRim() {
	f.scale = map[uint32]float64{}
	corners := f.patch.loops[0].corners
	n := len(corners)
	for i, v := range corners {
		before, after := f.mesh.Vertices[corners[(i+n-1)%n]], f.mesh.Vertices[corners[(i+1)%n]]
		at := f.mesh.Vertices[v]
		f.scale[v] = (before.Sub(at).Norm() + after.Sub(at).Norm()) / 2
	}
}

// split puts a vertex into the middle of triangles that are large beside the
// edges around their corners, and reports whether there were any.
func (f *fairing) split() bool {
	p := f.patch
	any := false
	for i := range len(p.triangles) {
		t := p.triangles[i]
		a, b, c := f.at(t[0]), f.at(t[1]), f.at(t[2])
		middle := Scaled(a.Add(b).Add(c), 1.0/3)
		scale := (f.scale[t[0]] + f.scale[t[1]] + f.scale[t[2]]) / 3
		if slices.ContainsFunc(t[:], func(v uint32) bool {
			d := refineDensity * f.at(v).Sub(middle).Norm()
			return d <= scale || d <= f.scale[v]
		}) {
			continue
		}
		any = true
		v := uint32(len(f.mesh.Vertices) + len(p.added))
		p.added = append(p.added, middle)
		f.scale[v] = scale
		p.triangles[i] = Triangle{t[0], t[1], v}
		p.triangles = append(p.triangles, Triangle{t[1], t[2], v}, Triangle{t[2], t[0], v})
	}
	return any
}

// relax swaps edges inside the patch where the angles beyond them add up to
// more than half a turn, as in a Delaunay triangulation.
func (f *fairing) relax() {
	triangles := f.patch.triangles
	sides := make(map[[2]uint32]uint32, 3*len(triangles)) // triangle at each directed side
	for i, t := range triangles {
		for k := range 3 {
			sides[[2]uint32{t[k], t[(k+1)%3]}] = uint32(i)
		}
	}
	for range refinePasses {
		swapped := false
		for i := range triangles {
			for k := range 3 {
				if f.swap(sides, uint32(i), k) {
					swapped = true
					break
				}
			}
		}
		if !swapped {
			return
		}
	}
}

func (f *fairing) swap(sides map[[2]uint32]uint32, i uint32, k int) bool {
	triangles := f.patch.triangles
	t := triangles[i]
	a, b, c := t[k], t[(k+1)%3], t[(k+2)%3]
	j, inner := sides[[2]uint32{b, a}]
	if !inner {
		return false
	}
	d := triangles[j][0] ^ triangles[j][1] ^ triangles[j][2] ^ a ^ b
	if _, there := sides[[2]uint32{c, d}]; there || c == d {
		return false
	}
	if _, there := sides[[2]uint32{d, c}]; there {
		return false
	}
	pa, pb, pc, pd := f.at(a), f.at(b), f.at(c), f.at(d)
	if pa.Sub(pc).Angle(pb.Sub(pc)).Radians()+pa.Sub(pd).Angle(pb.Sub(pd)).Radians() <= math.Pi+1e-9 {
		return false
	}
	delete(sides, [2]uint32{a, b})
	delete(sides, [2]uint32{b, a})
	triangles[i], triangles[j] = Triangle{a, d, c}, Triangle{d, b, c}
	for _, n := range [...]uint32{i, j} {
		for e := range 3 {
			sides[[2]uint32{triangles[n][e], triangles[n][(e+1)%3]}] = n
		}
	}
	return true
}

// solve moves the new vertices to where the sum of the squared Laplacians of
// the patch and its rim is least. rim has the neighbours of the rim's vertices
// in the surface.
func (f *fairing) solve(rim map[uint32][]uint32) {
	rows := f.rows(rim)
	// Conjugate gradients on the normal equations, for x, y and z at once.
	n := len(f.patch.added)
	x := slices.Clone(f.patch.added)
	residual, direction, product := make([]r3.Vector, n), make([]r3.Vector, n), make([]r3.Vector, n)
	images := make([]r3.Vector, len(rows))
	for i := range rows {
		images[i] = rows[i].value(x)
	}
	scatter(rows, images, residual)
	for i := range residual {
		residual[i] = residual[i].Mul(-1)
		direction[i] = residual[i]
	}
	size := sumSquares(residual)
	target := size * 1e-16
	for step := 0; step < fairSteps && size > target; step++ {
		for i := range rows {
			images[i] = rows[i].linear(direction)
		}
		curvature := sumSquares(images)
		if curvature == 0 {
			break
		}
		length := size / curvature
		scatter(rows, images, product)
		for i := range x {
			x[i] = x[i].Add(Scaled(direction[i], length))
			residual[i] = residual[i].Sub(Scaled(product[i], length))
		}
		next := sumSquares(residual)
		for i := range direction {
			direction[i] = residual[i].Add(Scaled(direction[i], next/size))
		}
		size = next
	}
	if f.mesh.SinglePrecision {
		for i, p := range x {
			x[i] = r3.Vector{X: float64(float32(p.X)), Y: float64(float32(p.Y)), Z: float64(float32(p.Z))}
		}
	}
	f.patch.added = x
}

// A laplacian is the mean of the neighbours of a vertex less itself, as a
// linear function of the new vertices.
type laplacian struct {
	constant r3.Vector
	of       []uint32 // new vertices
	weight   []float64
}

func (l *laplacian) linear(x []r3.Vector) r3.Vector {
	var sum r3.Vector
	for i, v := range l.of {
		sum = sum.Add(Scaled(x[v], l.weight[i]))
	}
	return sum
}

func (l *laplacian) value(x []r3.Vector) r3.Vector { return l.constant.Add(l.linear(x)) }

// scatter applies the transpose of the rows.
func scatter(rows []laplacian, images, to []r3.Vector) {
	clear(to)
	for i := range rows {
		for k, v := range rows[i].of {
			to[v] = to[v].Add(Scaled(images[i], rows[i].weight[k]))
		}
	}
}

func sumSquares(x []r3.Vector) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v.Norm2()
	}
	return sum
}

// rows returns the Laplacians of the rim and of the new vertices.
func (f *fairing) rows(rim map[uint32][]uint32) []laplacian {
	base := uint32(len(f.mesh.Vertices))
	neighbours := make(map[uint32][]uint32, len(rim)+len(f.patch.added))
	for _, v := range f.patch.loops[0].corners {
		neighbours[v] = slices.Clone(rim[v])
	}
	for _, t := range f.patch.triangles {
		for k := range 3 {
			// Each inner edge is seen from both sides; those of the rim are
			// known already.
			neighbours[t[k]] = append(neighbours[t[k]], t[(k+1)%3])
		}
	}
	order := slices.Clone(f.patch.loops[0].corners)
	for i := range f.patch.added {
		order = append(order, base+uint32(i))
	}
	rows := make([]laplacian, 0, len(order))
	for _, v := range order {
		list := neighbours[v]
		slices.Sort(list)
		list = slices.Compact(list)
		var row laplacian
		put := func(u uint32, weight float64) {
			if u >= base {
				row.of, row.weight = append(row.of, u-base), append(row.weight, weight)
			} else {
				row.constant = row.constant.Add(Scaled(f.mesh.Vertices[u], weight))
			}
		}
		put(v, -1)
		for _, u := range list {
			put(u, 1/float64(len(list)))
		}
		rows = append(rows, row)
	}
	return rows
}
