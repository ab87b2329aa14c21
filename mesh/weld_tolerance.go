package mesh

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/golang/geo/r3"
)

// Vertices closer than this, in units of the box diagonal, are one.
const weldFraction = 1e-7

// weldSteps is how many steps of 32-bit coordinates two vertices may be apart
// if the source was single precision: one for the rounding of each.
const weldSteps = 2

// weldTolerance returns, for each axis, how far two vertices may be apart to
// be welded: 1e-7 of the box diagonal, or two steps of 32-bit coordinates at
// the far end of the box on that axis if the source was single precision and
// that is more.
func weldTolerance(m *Mesh, box Box) [3]float64 {
	var out [3]float64
	lo, hi := [3]float64{box.Min.X, box.Min.Y, box.Min.Z}, [3]float64{box.Max.X, box.Max.Y, box.Max.Z}
	for k := range out {
		out[k] = weldFraction * box.Diagonal()
		if m.SinglePrecision {
			out[k] = max(out[k], weldSteps*singleStep*max(math.Abs(lo[k]), math.Abs(hi[k])))
		}
	}
	return out
}

// weldNear returns, for every vertex of m, the vertex that it is welded to,
// itself for most, and how many are not themselves. Of the vertices listed,
// those whose coordinates differ by no more than the tolerance on any axis are
// welded, and so are those that a chain of such pairs connects; the one of the
// lowest coordinates (x first, then y, then z) remains. It returns nil if there
// is nothing to weld.
//
// Vertices are sorted into cubes of the tolerance. Those in one cube belong
// together, so that only pairs of neighbouring cubes are left to compare: time
// is near-linear however the vertices crowd.
func weldNear(ctx context.Context, m *Mesh, vertices []uint32) ([]uint32, int, error) {
	box := m.Bounds()
	tolerance := weldTolerance(m, box)
	if len(vertices) < 2 || min(tolerance[0], tolerance[1], tolerance[2]) == 0 {
		return nil, 0, nil
	}
	grid := weldGrid{m, box.Min, tolerance}
	vertices = grid.withCompany(vertices)
	w := newWelder(grid, vertices)
	if err := w.uniteNeighbours(ctx); err != nil {
		return nil, 0, err
	}
	remap, n := w.remap(m)
	return remap, n, nil
}

// weldGrid counts in units of the tolerance from the corner of the box, which
// is at most 1e7 of them wide.
type weldGrid struct {
	mesh      *Mesh
	corner    r3.Vector
	tolerance [3]float64
}

func (g *weldGrid) at(v uint32) [3]float64 {
	p := g.mesh.Vertices[v].Sub(g.corner)
	return [3]float64{p.X / g.tolerance[0], p.Y / g.tolerance[1], p.Z / g.tolerance[2]}
}

// A gridPoint is a vertex in units of the tolerance.
type gridPoint struct {
	at     [3]float64
	vertex uint32
}

// A cell is a cube of one unit, by its lower corner.
type cell [3]uint32

// welder unites vertices by cells.
type welder struct {
	cells  []cell
	points []gridPoint // by cell
	start  []uint32    // first point of each cell, and the end
	slots  []uint32    // hash table of cells
	shift  uint
	parent []uint32 // union-find forest over cells
}

// newWelder sorts the vertices into cells.
func newWelder(grid weldGrid, vertices []uint32) *welder {
	logSize := uint(bits.Len(uint(2 * len(vertices))))
	w := &welder{slots: make([]uint32, 1<<logSize), shift: 64 - logSize, points: make([]gridPoint, len(vertices))}
	for i := range w.slots {
		w.slots[i] = noIndex
	}
	unsorted := make([]gridPoint, len(vertices))
	cellOf := make([]uint32, len(vertices))
	for i, v := range vertices {
		at := grid.at(v)
		c := cell{uint32(at[0]), uint32(at[1]), uint32(at[2])}
		slot := w.slot(c)
		if w.slots[slot] == noIndex {
			w.slots[slot] = uint32(len(w.cells))
			w.cells = append(w.cells, c)
		}
		cellOf[i], unsorted[i] = w.slots[slot], gridPoint{at, v}
	}
	w.start = make([]uint32, len(w.cells)+1)
	w.parent = make([]uint32, len(w.cells))
	for _, c := range cellOf {
		w.start[c+1]++
	}
	for c := range w.cells {
		w.start[c+1] += w.start[c]
		w.parent[c] = uint32(c)
	}
	fill := slices.Clone(w.start)
	for i, c := range cellOf {
		w.points[fill[c]] = unsorted[i]
		fill[c]++
	}
	return w
}

// in returns the points of a cell, all within the tolerance of one another.
func (w *welder) in(c uint32) []gridPoint { return w.points[w.start[c]:w.start[c+1]] }

// slot returns the place of a cell in the table, or the free one for it.
func (w *welder) slot(c cell) uint64 {
	mask := uint64(len(w.slots) - 1)
	for s := hashCell(c) >> w.shift; ; s = (s + 1) & mask {
		if i := w.slots[s]; i == noIndex || w.cells[i] == c {
			return s
		}
	}
}

func hashCell(c cell) uint64 {
	const a, b = 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f
	h := (uint64(c[0])<<32 | uint64(c[1])) * a
	h = (bits.RotateLeft64(h, 31) ^ uint64(c[2])) * b
	h ^= h >> 32
	return h * a
}

// halfNeighbours are the steps to 13 of the 26 cells around one; the others
// are their opposites.
var halfNeighbours = func() (out [][3]int32) {
	for x := int32(-1); x <= 1; x++ {
		for y := int32(-1); y <= 1; y++ {
			for z := int32(-1); z <= 1; z++ {
				if x > 0 || x == 0 && (y > 0 || y == 0 && z > 0) {
					out = append(out, [3]int32{x, y, z})
				}
			}
		}
	}
	return out
}()

// uniteNeighbours unites cells beside one another that have points within the
// tolerance.
func (w *welder) uniteNeighbours(ctx context.Context) error {
	for i, c := range w.cells {
		for _, step := range halfNeighbours {
			// Below zero this wraps to a cell that no point is in.
			d := w.slots[w.slot(cell{c[0] + uint32(step[0]), c[1] + uint32(step[1]), c[2] + uint32(step[2])})]
			if d == noIndex || rootOf(w.parent, uint32(i)) == rootOf(w.parent, d) {
				continue
			}
			if near(w.in(uint32(i)), w.in(d), step) {
				unite(w.parent, uint32(i), d)
			}
		}
		if i&0xffff == 0xffff && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// near reports whether a point of one cell and a point of another, which lies
// a step away, are within one unit on every axis.
func near(a, b []gridPoint, step [3]int32) bool {
	if len(a)*len(b) > 64 {
		return nearCrowded(a, b, step)
	}
	for i := range a {
		for j := range b {
			p, q := &a[i].at, &b[j].at
			if math.Abs(p[0]-q[0]) <= 1 && math.Abs(p[1]-q[1]) <= 1 && math.Abs(p[2]-q[2]) <= 1 {
				return true
			}
		}
	}
	return false
}

// nearCrowded is near for many points, in n log n: a sweep along x over the
// points of both cells, with a prefix tree (Fenwick 1994) over their order
// along y that holds the farthest z of a's points.
//
// With the axes mirrored so that b lies upwards of a, points p and q are
// within one unit if q ≤ p + 1 on each axis with a step. On the others all
// points of both are within one unit, and their coordinates are taken as 0.
func nearCrowded(a, b []gridPoint, step [3]int32) bool {
	type event struct {
		at   [3]float64
		of   int // 0 for a, whose points come first, 1 for b
		rank int
	}
	mirrored := func(p *gridPoint, plus float64) (out [3]float64) {
		for k := range out {
			out[k] = float64(p.at[k]*float64(step[k])) + plus
		}
		return out
	}
	events := make([]event, 0, len(a)+len(b))
	for i := range a {
		events = append(events, event{at: mirrored(&a[i], 1)})
	}
	for i := range b {
		events = append(events, event{at: mirrored(&b[i], 0), of: 1})
	}
	falling := func(axis int) func(p, q event) int {
		return func(p, q event) int {
			switch {
			case p.at[axis] > q.at[axis]:
				return -1
			case p.at[axis] < q.at[axis]:
				return 1
			}
			return p.of - q.of
		}
	}
	slices.SortFunc(events, falling(1))
	for i := range events {
		events[i].rank = i + 1
	}
	slices.SortFunc(events, falling(0))
	highest := make([]float64, len(events)+1)
	for i := range highest {
		highest[i] = math.Inf(-1)
	}
	for _, e := range events {
		if e.of == 0 {
			for r := e.rank; r < len(highest); r += r & -r {
				highest[r] = max(highest[r], e.at[2])
			}
			continue
		}
		for r := e.rank; r > 0; r -= r & -r {
			if highest[r] >= e.at[2] {
				return true
			}
		}
	}
	return false
}

// remap turns the united cells into a map of vertices.
func (w *welder) remap(m *Mesh) ([]uint32, int) {
	lowest := make([]uint32, len(w.parent)) // vertex of each root
	for c := range lowest {
		lowest[c] = noIndex
	}
	welded := 0
	for c := range w.parent {
		root := rootOf(w.parent, uint32(c))
		for _, p := range w.in(uint32(c)) {
			if lowest[root] != noIndex {
				welded++
			}
			if lowest[root] == noIndex || m.Vertices[p.vertex].Cmp(m.Vertices[lowest[root]]) < 0 {
				lowest[root] = p.vertex
			}
		}
	}
	if welded == 0 {
		return nil, 0
	}
	remap := make([]uint32, len(m.Vertices))
	for v := range remap {
		remap[v] = uint32(v)
	}
	for c := range w.parent {
		root := rootOf(w.parent, uint32(c))
		for _, p := range w.in(uint32(c)) {
			remap[p.vertex] = lowest[root]
		}
	}
	return remap, welded
}
