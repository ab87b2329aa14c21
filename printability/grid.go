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

// cellSet is a set of cells.
type cellSet struct {
	table *keyTable
	cells []cell
}

func newCellSet(count int) *cellSet { return &cellSet{table: newKeyTable(min(count, 1<<16))} }

func (s *cellSet) add(c cell) {
	if s.table.put(c.key(), 0) {
		s.cells = append(s.cells, c)
	}
}

func (s *cellSet) has(c cell) bool {
	_, ok := s.table.get(c.key())
	return ok
}

// grown returns s with all cells beside its cells.
func (s *cellSet) grown() *cellSet {
	out := newCellSet(4 * len(s.cells))
	for _, c := range s.cells {
		for x := int32(-1); x <= 1; x++ {
			for y := int32(-1); y <= 1; y++ {
				for z := int32(-1); z <= 1; z++ {
					out.add(c.offset(x, y, z))
				}
			}
		}
	}
	return out
}

// grid finds samples by place: samples sorted by cell, and where each cell
// starts.
type grid struct {
	size  float64
	ids   []uint32
	start []uint32 // first of each cell's ids, and their number at the end
	table *keyTable
}

// keyed is a sample with a key to sort by.
type keyed struct {
	key uint64
	id  uint32
}

func (a keyed) compare(b keyed) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id))
}

func newGrid(s *Samples, ids []uint32, size float64) *grid {
	sorted := make([]keyed, len(ids))
	for i, id := range ids {
		sorted[i] = keyed{cellOf(s.All[id].position(), size).key(), id}
	}
	slices.SortFunc(sorted, keyed.compare)
	g := &grid{size: size, ids: make([]uint32, len(ids)), table: newKeyTable(len(ids)/4 + 1)}
	for i, k := range sorted {
		g.ids[i] = k.id
		if i == 0 || k.key != sorted[i-1].key {
			g.table.put(k.key, uint32(len(g.start)))
			g.start = append(g.start, uint32(i))
		}
	}
	g.start = append(g.start, uint32(len(ids)))
	return g
}

// anyWithin reports whether a sample of the grid lies within radius, the
// grid's cell size at most, of p.
func (g *grid) anyWithin(s *Samples, p r3.Vector, radius float64) bool {
	c := cellOf(p, g.size)
	for _, o := range nearestFirst {
		n, ok := g.table.get(c.offset(o.x, o.y, o.z).key())
		if !ok {
			continue
		}
		for _, id := range g.ids[g.start[n]:g.start[n+1]] {
			if s.All[id].position().Sub(p).Norm2() <= radius*radius {
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
