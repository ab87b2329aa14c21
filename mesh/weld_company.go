package mesh

import "math/bits"

// coarseCell is the side of a coarse cell in units of the tolerance, a power
// of two. Most border vertices are alone in theirs.
const coarseCell = 1 << 10

// withCompany returns the vertices listed that may have another within the
// tolerance, in their order: those that share a coarse cell with another, or
// lie so near to its side that one from the cell beyond may reach over. It is
// a quick look, one place of a small table for most vertices, that spares them
// the search among neighbours; a few that are alone slip through.
func (g *weldGrid) withCompany(vertices []uint32) []uint32 {
	table := newCompany(len(vertices))
	for _, v := range vertices {
		table.add(coarseKey(g.at(v), [3]int{}))
	}
	var out []uint32
	for _, v := range vertices {
		if g.hasCompany(g.at(v), table) {
			out = append(out, v)
		}
	}
	return out
}

func (g *weldGrid) hasCompany(at [3]float64, table *company) bool {
	if table.count(coarseKey(at, [3]int{})) > 1 {
		return true
	}
	// The cells beyond the sides that the point is near to, with a unit to
	// spare for rounding.
	var lo, hi [3]int
	for k, c := range at {
		within := c - float64(coarseCell*int(c/coarseCell))
		if within <= 2 {
			lo[k] = -1
		}
		if within >= coarseCell-2 {
			hi[k] = +1
		}
	}
	for x := lo[0]; x <= hi[0]; x++ {
		for y := lo[1]; y <= hi[1]; y++ {
			for z := lo[2]; z <= hi[2]; z++ {
				step := [3]int{x, y, z}
				if step != [3]int{} && table.count(coarseKey(at, step)) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// coarseKey numbers the coarse cell a step away from that of a point. There
// are less than 2¹⁴ on each axis, counted from 1 so that none is below 0.
func coarseKey(at [3]float64, step [3]int) uint64 {
	key := uint64(0)
	for k, c := range at {
		key = key<<16 | uint64(int(c/coarseCell)+1+step[k])
	}
	return key
}

// company counts coarse cells up to two, in a table of bits without keys (a
// Bloom filter of one hash): cells that fall into one place count together,
// which is about one in companyPlaces.
type company struct {
	once, twice []uint64
	shift       uint
}

// companyPlaces is how many places there are for each vertex. With two bits in
// each, the table of a million vertices is 4 MB and stays in the cache.
const companyPlaces = 16

func newCompany(vertices int) *company {
	logSize := uint(max(6, bits.Len(uint(companyPlaces*vertices))))
	words := 1 << (logSize - 6)
	return &company{once: make([]uint64, words), twice: make([]uint64, words), shift: 64 - logSize}
}

// place returns the word and the bit of a cell.
func (c *company) place(key uint64) (word, bit uint64) {
	const a = 0x9e3779b97f4a7c15
	h := key * a
	h ^= h >> 29
	h = (h * a) >> c.shift
	return h >> 6, 1 << (h & 63)
}

func (c *company) add(key uint64) {
	word, bit := c.place(key)
	c.twice[word] |= c.once[word] & bit
	c.once[word] |= bit
}

func (c *company) count(key uint64) int {
	word, bit := c.place(key)
	switch {
	case c.once[word]&bit == 0:
		return 0
	case c.twice[word]&bit == 0:
		return 1
	}
	return 2
}
