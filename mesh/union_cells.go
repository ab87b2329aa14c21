package mesh

import (
	"encoding/binary"
	"slices"
)

// An arrangement is a surface cut along all lines in which its triangles meet:
// no two of its triangles have more in common than corners and edges.
type arrangement struct {
	points    *arrangedPoints
	triangles []Triangle // whose corners are points
	from      []uint32   // the triangle of the mesh that each one is a part of
	weight    []int32    // how many lie there, those turned against it subtracted
	doubled   []uint32   // for each cell that lies on another, its triangle of the mesh
}

// cellTable keeps the cells of triangles that lie on others. A cell is what
// segments leave of a triangle; where two triangles lie on one another, both
// have the same segments and so the same cells.
type cellTable struct {
	known  map[string]knownCell
	cells  []int32 // of the triangles of a planeMesh
	stack  []int32
	border []Triangle // edges, the lower end first, and 1 if it is run through upwards
	key    []byte
}

// A knownCell is a cell by its triangles in the arrangement.
type knownCell struct {
	lo, hi int
	upward bool // how the first edge is run through
}

// add adds the triangles of a planeMesh that belongs to triangle f, those that
// are there already by their weight.
func (a *arrangement) add(m *planeMesh, f uint32, table *cellTable) {
	if table == nil {
		for i := range m.tris {
			a.append(m.global(int32(i)), f)
		}
		return
	}
	for cell := range table.flood(m) {
		a.addCell(m, f, int32(cell), table)
	}
}

func (a *arrangement) append(t Triangle, f uint32) {
	a.triangles = append(a.triangles, t)
	a.from = append(a.from, f)
	a.weight = append(a.weight, 1)
}

// global returns the points of a triangle.
func (m *planeMesh) global(t int32) Triangle {
	c := &m.tris[t].corner
	return Triangle{m.ids[c[0]], m.ids[c[1]], m.ids[c[2]]}
}

// isFixed reports whether edge k of a triangle is a part of a segment.
func (m *planeMesh) isFixed(t int32, k int) bool {
	p, q := m.ids[m.tris[t].corner[k]], m.ids[m.tris[t].corner[(k+1)%3]]
	_, found := slices.BinarySearchFunc(m.cuts.pieces, [2]uint32{min(p, q), max(p, q)}, func(a, b [2]uint32) int { return slices.Compare(a[:], b[:]) })
	return found
}

// flood numbers the cells and returns how many there are.
func (c *cellTable) flood(m *planeMesh) int {
	c.cells = slices.Grow(c.cells[:0], len(m.tris))[:len(m.tris)]
	for i := range c.cells {
		c.cells[i] = -1
	}
	count := int32(0)
	for i := range c.cells {
		if c.cells[i] >= 0 {
			continue
		}
		c.cells[i] = count
		c.stack = append(c.stack[:0], int32(i))
		for len(c.stack) > 0 {
			t := c.stack[len(c.stack)-1]
			c.stack = c.stack[:len(c.stack)-1]
			for k, next := range m.tris[t].next {
				if next >= 0 && c.cells[next] < 0 && !m.isFixed(t, k) {
					c.cells[next] = count
					c.stack = append(c.stack, next)
				}
			}
		}
		count++
	}
	return int(count)
}

// addCell adds one cell.
func (a *arrangement) addCell(m *planeMesh, f uint32, cell int32, table *cellTable) {
	key, upward := table.outline(m, cell)
	if known, ok := table.known[string(key)]; ok {
		weight := int32(1)
		if known.upward != upward {
			weight = -1
		}
		for i := known.lo; i < known.hi; i++ {
			a.weight[i] += weight
		}
		a.doubled = append(a.doubled, f)
		return
	}
	lo := len(a.triangles)
	for t, c := range table.cells {
		if c == cell {
			a.append(m.global(int32(t)), f)
		}
	}
	table.known[string(key)] = knownCell{lo, len(a.triangles), upward}
}

// outline returns what distinguishes a cell from all others, its border, and
// how the first edge of that is run through.
func (c *cellTable) outline(m *planeMesh, cell int32) (key []byte, upward bool) {
	c.border = c.border[:0]
	for t := range m.tris {
		if c.cells[t] != cell {
			continue
		}
		for k, next := range m.tris[t].next {
			if next >= 0 && c.cells[next] == cell {
				continue
			}
			p, q := m.ids[m.tris[t].corner[k]], m.ids[m.tris[t].corner[(k+1)%3]]
			edge := Triangle{min(p, q), max(p, q), 0}
			if p < q {
				edge[2] = 1
			}
			c.border = append(c.border, edge)
		}
	}
	slices.SortFunc(c.border, func(s, t Triangle) int { return slices.Compare(s[:], t[:]) })
	c.key = c.key[:0]
	for _, e := range c.border {
		c.key = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(c.key, e[0]), e[1])
	}
	return c.key, c.border[0][2] == 1
}

// dropCancelled removes the triangles that others cancel, and turns those over
// that are outweighed.
func (a *arrangement) dropCancelled() {
	n := 0
	for i, w := range a.weight {
		if w == 0 {
			continue
		}
		t := a.triangles[i]
		if w < 0 {
			t[1], t[2] = t[2], t[1]
		}
		a.triangles[n], a.from[n], a.weight[n] = t, a.from[i], max(w, -w)
		n++
	}
	a.triangles, a.from, a.weight = a.triangles[:n], a.from[:n], a.weight[:n]
}
