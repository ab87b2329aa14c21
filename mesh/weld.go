package mesh

import (
	"math"
	"math/bits"

	"github.com/golang/geo/r3"
)

// weldExact merges vertices whose coordinates are equal (−0 equals +0) and
// drops vertices that no triangle uses. The vertices come out in the order of
// their first use by a triangle. It takes both slices over.
func weldExact(vertices []r3.Vector, triangles []Triangle) *Mesh {
	table := newPointTable(len(vertices))
	remap := make([]uint32, len(vertices))
	for i := range remap {
		remap[i] = noIndex
	}
	for i := range triangles {
		for k, v := range triangles[i] {
			if remap[v] == noIndex {
				remap[v] = table.index(vertices[v])
			}
			triangles[i][k] = remap[v]
		}
	}
	return &Mesh{Vertices: table.points, Triangles: triangles}
}

const noIndex = math.MaxUint32

// pointTable gives each distinct point an index, by an open-addressing hash
// table of indices.
type pointTable struct {
	points []r3.Vector
	slots  []uint32
	shift  uint
}

func newPointTable(most int) *pointTable {
	// Closed meshes have half as many vertices as triangles; the table grows
	// when there are more.
	n := max(16, most/3)
	logSize := uint(bits.Len(uint(n)))
	t := &pointTable{points: make([]r3.Vector, 0, n), slots: make([]uint32, 1<<logSize), shift: 64 - logSize}
	for i := range t.slots {
		t.slots[i] = noIndex
	}
	return t
}

func (t *pointTable) index(p r3.Vector) uint32 {
	// Adding zero turns −0 into +0.
	p = r3.Vector{X: p.X + 0, Y: p.Y + 0, Z: p.Z + 0}
	if 4*len(t.points) >= 3*len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for s := hashPoint(p) >> t.shift; ; s = (s + 1) & mask {
		i := t.slots[s]
		if i == noIndex {
			i = uint32(len(t.points))
			t.slots[s] = i
			t.points = append(t.points, p)
			return i
		}
		if t.points[i] == p {
			return i
		}
	}
}

func (t *pointTable) grow() {
	t.shift--
	t.slots = make([]uint32, 2*len(t.slots))
	for i := range t.slots {
		t.slots[i] = noIndex
	}
	mask := uint64(len(t.slots) - 1)
	for i, p := range t.points {
		s := hashPoint(p) >> t.shift
		for t.slots[s] != noIndex {
			s = (s + 1) & mask
		}
		t.slots[s] = uint32(i)
	}
}

// hashPoint mixes the bits of the coordinates; the high bits are the best.
func hashPoint(p r3.Vector) uint64 {
	const a, b, c = 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9
	h := math.Float64bits(p.X) * a
	h = (bits.RotateLeft64(h, 29) ^ math.Float64bits(p.Y)) * b
	h = (bits.RotateLeft64(h, 31) ^ math.Float64bits(p.Z)) * c
	h ^= h >> 32
	return h * a
}
