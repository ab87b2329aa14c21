package printability

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// A cell is one cube of an even grid over space, by its integer coordinates.
type cell struct{ x, y, z int32 }

func cellOf(p r3.Vector, size float64) cell {
	return cell{cellIndex(p.X / size), cellIndex(p.Y / size), cellIndex(p.Z / size)}
}

// cellIndex keeps indices in 21 bits, so that three make a key; a box would
// have to be two million cells long to notice.
func cellIndex(x float64) int32 {
	const most = 1<<20 - 2
	return int32(min(max(math.Floor(x), -most), most))
}

func (c cell) offset(x, y, z int32) cell { return cell{c.x + x, c.y + y, c.z + z} }

func (c cell) key() uint64 {
	const bias, mask = 1 << 20, 1<<21 - 1
	return uint64(c.x+bias)&mask<<42 | uint64(c.y+bias)&mask<<21 | uint64(c.z+bias)&mask
}

// cellOfKey is the inverse of key.
func cellOfKey(k uint64) cell {
	const bias, mask = 1 << 20, 1<<21 - 1
	return cell{int32(k>>42&mask) - bias, int32(k>>21&mask) - bias, int32(k&mask) - bias}
}

// keyTable maps cell keys to the numbers they were added with; an
// open-addressing hash table.
type keyTable struct {
	keys   []uint64 // key+1, 0 for a free slot
	values []uint32
	used   int
}

func newKeyTable(count int) *keyTable {
	size := 16
	for size < 2*count {
		size *= 2
	}
	return &keyTable{keys: make([]uint64, size), values: make([]uint32, size)}
}

func (t *keyTable) slot(key uint64) int {
	h := key * 0x9e3779b97f4a7c15
	h ^= h >> 29
	mask := len(t.keys) - 1
	i := int(h>>7) & mask
	for t.keys[i] != 0 && t.keys[i] != key+1 {
		i = (i + 1) & mask
	}
	return i
}

func (t *keyTable) get(key uint64) (uint32, bool) {
	i := t.slot(key)
	return t.values[i], t.keys[i] != 0
}

// put adds key with value unless it is there, and reports whether it was new.
func (t *keyTable) put(key uint64, value uint32) bool {
	if 2*(t.used+1) > len(t.keys) {
		t.grow()
	}
	i := t.slot(key)
	if t.keys[i] != 0 {
		return false
	}
	t.keys[i], t.values[i] = key+1, value
	t.used++
	return true
}

func (t *keyTable) grow() {
	old := *t
	*t = *newKeyTable(len(old.keys))
	for i, k := range old.keys {
		if k != 0 {
			t.put(k-1, old.values[i])
		}
	}
}

// cellMarks is a set of cells that may seem to have others too.
type cellMarks [1 << 15]uint64

func markOf(key uint64) (word int, bit uint64) {
	h := key * 0x9e3779b97f4a7c15 >> 43 // 21 bits
	return int(h >> 6), 1 << (h & 63)
}

// addAround adds the cell of a key and those beside it.
func (m *cellMarks) addAround(key uint64) {
	c := cellOfKey(key)
	for _, o := range nearestFirst {
		word, bit := markOf(c.offset(o.x, o.y, o.z).key())
		m[word] |= bit
	}
}

func (m *cellMarks) mayHave(c cell) bool {
	word, bit := markOf(c.key())
	return m[word]&bit != 0
}

// grid finds samples by place: samples sorted by cell, and where each cell
// starts.
type grid struct {
	ids    []uint32     // places in the list that the grid was made from
	points [][3]float32 // of these samples
	cells  cellList
	start  []uint32 // first of each cell's samples, and their number at the end
}

// newGrid makes a grid of samples. If others of the same size is given, those
// that lie neither in nor beside its cells may be left out.
func newGrid(s *Samples, ids []uint32, others *grid, size float64) *grid {
	var near cellMarks
	if others != nil {
		for _, key := range others.cells {
			near.addAround(key)
		}
	}
	var sorted []keyed
	for i, id := range ids {
		at := cellOf(s.All[id].position(), size)
		if others == nil || near.mayHave(at) {
			sorted = append(sorted, keyed{at.key(), uint32(i)})
		}
	}
	sortKeyed(sorted)
	count := 0
	for i, k := range sorted {
		if i == 0 || k.key != sorted[i-1].key {
			count++
		}
	}
	g := &grid{
		ids: make([]uint32, len(sorted)), points: make([][3]float32, len(sorted)),
		cells: make(cellList, 0, count), start: make([]uint32, 0, count+1),
	}
	for i, k := range sorted {
		g.ids[i] = k.id
		g.points[i] = s.All[ids[k.id]].Point
		if i == 0 || k.key != sorted[i-1].key {
			g.cells = append(g.cells, k.key)
			g.start = append(g.start, uint32(i))
		}
	}
	g.start = append(g.start, uint32(len(sorted)))
	return g
}

// A cellList is the keys of cells, rising.
type cellList []uint64

// columns are the offsets of the columns of cells along z that surround a cell,
// its own first. A column's cells follow one another in a list. The cells that
// follow a cell are in the first forwardColumns.
var columns = [9][2]int32{{0, 0}, {0, 1}, {1, 0}, {1, -1}, {1, 1}, {0, -1}, {-1, 0}, {-1, -1}, {-1, 1}}

const forwardColumns = 5

// A neighbourhood is where a cell and those beside it are in a list, by column.
type neighbourhood struct {
	ranges [len(columns)][2]uint32
	used   bool
}

// around sets n to the neighbourhood of the cell of a key, which must not lie
// below the one before, in some of the columns.
func (l cellList) around(key uint64, columns [][2]int32, n *neighbourhood) {
	c := cellOfKey(key)
	for i, o := range columns {
		least, most := c.offset(o[0], o[1], -1).key(), c.offset(o[0], o[1], 1).key()
		first := int(n.ranges[i][0]) // of the cell before
		if !n.used {
			first, _ = slices.BinarySearch(l, least)
		}
		for first < len(l) && l[first] < least {
			first++
		}
		end := first
		for end < len(l) && l[end] <= most {
			end++
		}
		n.ranges[i] = [2]uint32{uint32(first), uint32(end)}
	}
	n.used = true
}

// anyWithin reports whether a sample of a neighbourhood lies within radius of
// a point.
func (g *grid) anyWithin(n *neighbourhood, p *[3]float32, radius float64) bool {
	for _, r := range n.ranges {
		points := g.points[g.start[r[0]]:g.start[r[1]]]
		for i := range points {
			q := &points[i]
			x, y, z := float64(q[0])-float64(p[0]), float64(q[1])-float64(p[1]), float64(q[2])-float64(p[2])
			if float64(x*x)+float64(y*y)+float64(z*z) <= radius*radius {
				return true
			}
		}
	}
	return false
}

// nearestFirst are the offsets of a cell and those beside it, itself first.
var nearestFirst = func() []cell {
	var offsets []cell
	for x := int32(-1); x <= 1; x++ {
		for y := int32(-1); y <= 1; y++ {
			for z := int32(-1); z <= 1; z++ {
				offsets = append(offsets, cell{x, y, z})
			}
		}
	}
	length := func(c cell) int32 { return c.x*c.x + c.y*c.y + c.z*c.z }
	slices.SortStableFunc(offsets, func(a, b cell) int { return cmp.Compare(length(a), length(b)) })
	return offsets
}()

// box is an axis-aligned box.
type box struct{ min, max r3.Vector }

var emptyBox = box{
	min: r3.Vector{X: math.Inf(1), Y: math.Inf(1), Z: math.Inf(1)},
	max: r3.Vector{X: math.Inf(-1), Y: math.Inf(-1), Z: math.Inf(-1)},
}

func (b *box) add(p r3.Vector) {
	b.min = r3.Vector{X: min(b.min.X, p.X), Y: min(b.min.Y, p.Y), Z: min(b.min.Z, p.Z)}
	b.max = r3.Vector{X: max(b.max.X, p.X), Y: max(b.max.Y, p.Y), Z: max(b.max.Z, p.Z)}
}

// distances returns the squares of the smallest and largest distance between
// points of a and b.
func (a *box) distances(b *box) (least, most float64) {
	axis := func(aMin, aMax, bMin, bMax float64) {
		gap := max(0, aMin-bMax, bMin-aMax)
		span := max(aMax-bMin, bMax-aMin)
		least += float64(gap * gap)
		most += float64(span * span)
	}
	axis(a.min.X, a.max.X, b.min.X, b.max.X)
	axis(a.min.Y, a.max.Y, b.min.Y, b.max.Y)
	axis(a.min.Z, a.max.Z, b.min.Z, b.max.Z)
	return least, most
}
