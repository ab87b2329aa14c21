package mesh

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/golang/geo/r3"
)

// weldExact merges vertices whose coordinates are equal (−0 equals +0) and
// drops vertices that no triangle uses. The vertices come out in the order of
// their first use by a triangle. It takes triangles over and leaves vertices
// as they are.
func weldExact(vertices []r3.Vector, triangles []Triangle) *Mesh {
	table := newPointTable(min(len(vertices), len(triangles)/2))
	remap := make([]uint32, len(vertices))
	for i := range remap {
		remap[i] = noIndex
	}
	var wanted [pointBatch]uint32
	var hashes [pointBatch]uint64
	for batch := range slices.Chunk(triangles, pointBatch/3) {
		n := 0
		for _, t := range batch {
			for _, v := range t {
				if remap[v] == noIndex {
					wanted[n], hashes[n] = v, table.hash(vertices[v])
					n++
				}
			}
		}
		table.reserve(n)
		table.touch(hashes[:n])
		for i, v := range wanted[:n] {
			remap[v] = table.index(vertices[v], hashes[i])
		}
		for i, t := range batch {
			batch[i] = Triangle{remap[t[0]], remap[t[1]], remap[t[2]]}
		}
	}
	return &Mesh{Vertices: table.points, Triangles: triangles}
}

const noIndex = math.MaxUint32

// A pointTable gives each distinct point an index, in the order of their
// first use. It is an open-addressing hash table.
//
// A slot of a table of 2^k slots holds the index plus one in its low k bits
// and bits of the hash above, so that four bytes suffice and points are
// rarely compared in vain: the slots, which are visited at random, stay in
// the cache, and the points are visited about in the order of the file.
//
// The hash is seeded anew for each table: nobody can prepare a file whose
// points all collide. Indices do not depend on the seed.
type pointTable struct {
	points []r3.Vector
	slots  []uint32
	low    uint32 // len(slots) - 1
	seed   [3]uint64
	warm   float64 // keeps the loads of touch alive
}

// newPointTable returns a table for about n points; it grows when there are
// more.
func newPointTable(n int) *pointTable {
	t := &pointTable{
		points: make([]r3.Vector, 0, n+n/16+8),
		seed:   [3]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64()},
	}
	t.resize(1 << max(6, bits.Len(uint(n+n/2))))
	return t
}

// hash mixes the bits of p; −0 hashes as +0.
func (t *pointTable) hash(p r3.Vector) uint64 {
	x, y, z := math.Float64bits(float64(p.X)+0), math.Float64bits(float64(p.Y)+0), math.Float64bits(float64(p.Z)+0)
	hi, lo := bits.Mul64(x^t.seed[0], y^t.seed[1])
	hi, lo = bits.Mul64(hi^lo^z, t.seed[2]|1)
	return hi ^ lo
}

// pointBatch is how many points are looked up at once: touched together, then
// indexed one by one. What they touch fits into the first cache.
const pointBatch = 192

// touch brings the slots of hashes, pointBatch at most, and the points they
// name into the cache. Its loops do nothing else, so that the processor works
// on many loads at once.
func (t *pointTable) touch(hashes []uint64) {
	var named [pointBatch]uint32
	slots, low := t.slots, t.low
	for i, h := range hashes {
		named[i] = slots[uint32(h)&low]
	}
	warm := 0.0
	for _, slot := range named[:len(hashes)] {
		if i := slot & low; i != 0 {
			warm += t.points[i-1].X
		}
	}
	t.warm = warm
}

// index returns the index of p, whose hash is h, and makes one if it is new.
// Room must have been reserved.
func (t *pointTable) index(p r3.Vector, h uint64) uint32 {
	tag := uint32(h>>32) &^ t.low
	for s := uint32(h) & t.low; ; s = (s + 1) & t.low {
		slot := t.slots[s]
		if slot == 0 {
			i := uint32(len(t.points))
			t.slots[s] = tag | (i + 1)
			t.points = append(t.points, r3.Vector{X: p.X + 0, Y: p.Y + 0, Z: p.Z + 0})
			return i
		}
		if slot&^t.low == tag {
			if i := slot&t.low - 1; t.points[i] == p {
				return i
			}
		}
	}
}

// reserve makes room for n more points, so that three quarters of the slots
// are taken at most.
func (t *pointTable) reserve(n int) {
	if 4*(len(t.points)+n) > 3*len(t.slots) {
		t.resize(2 * len(t.slots))
	}
}

// resize moves the points to a table of n slots, a power of two.
func (t *pointTable) resize(n int) {
	t.slots = make([]uint32, n)
	t.low = uint32(n - 1)
	for i, p := range t.points {
		h := t.hash(p)
		s := uint32(h) & t.low
		for t.slots[s] != 0 {
			s = (s + 1) & t.low
		}
		t.slots[s] = uint32(h>>32)&^t.low | uint32(i+1)
	}
}

// A cornerBatch looks up the corners of triangles that come one by one.
type cornerBatch struct {
	table  *pointTable
	points [pointBatch]r3.Vector // corners, by threes
	hashes [pointBatch]uint64
}

// index gives each of the first triangles in points its indices. It returns
// the points that are new.
func (b *cornerBatch) index(out []Triangle) []r3.Vector {
	points, hashes := b.points[:3*len(out)], b.hashes[:3*len(out)]
	for i, p := range points {
		hashes[i] = b.table.hash(p)
	}
	b.table.reserve(len(points))
	b.table.touch(hashes)
	known := len(b.table.points)
	for i := range out {
		out[i] = Triangle{
			b.table.index(points[3*i], hashes[3*i]),
			b.table.index(points[3*i+1], hashes[3*i+1]),
			b.table.index(points[3*i+2], hashes[3*i+2]),
		}
	}
	return b.table.points[known:]
}
