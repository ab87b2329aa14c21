package mesh

import (
	"math/bits"
	"slices"

	"github.com/golang/geo/r3"
)

// insertionOrder returns the places of points in random rounds, each about
// twice as large as the one before and sorted along a Hilbert curve.
func insertionOrder(points []r3.Vector) []int32 {
	box := EmptyBox()
	for _, p := range points {
		box = box.Add(p)
	}
	scale := 0.0
	if size := box.Size(); reach(points) > 0 {
		scale = (hilbertCells - 1) / max(size.X, size.Y, size.Z)
	}
	type entry struct {
		round int
		key   uint64
		place int32
	}
	order := make([]entry, len(points))
	top := bits.Len(uint(len(points)))
	for i, p := range points {
		h := uint64(i) * 0x9e3779b97f4a7c15
		h ^= h >> 29
		h *= 0xbf58476d1ce4e5b9
		h ^= h >> 32
		q := p.Sub(box.Min).Mul(scale)
		order[i] = entry{
			round: top - min(bits.TrailingZeros64(h), top),
			key:   hilbertKey([3]uint32{uint32(q.X), uint32(q.Y), uint32(q.Z)}),
			place: int32(i),
		}
	}
	slices.SortFunc(order, func(a, b entry) int {
		switch {
		case a.round != b.round:
			return a.round - b.round
		case a.key != b.key:
			if a.key < b.key {
				return -1
			}
			return 1
		}
		return int(a.place - b.place)
	})
	places := make([]int32, len(order))
	for i, e := range order {
		places[i] = e.place
	}
	return places
}

const (
	hilbertBits  = 16
	hilbertCells = 1 << hilbertBits
)

// hilbertKey returns the position of a cell along a Hilbert curve through the
// cube (J. Skilling, "Programming the Hilbert curve", AIP Conference
// Proceedings 707 (2004)).
func hilbertKey(x [3]uint32) uint64 {
	for q := uint32(hilbertCells / 2); q > 1; q >>= 1 {
		p := q - 1
		for i := range x {
			if x[i]&q != 0 {
				x[0] ^= p
			} else {
				t := (x[0] ^ x[i]) & p
				x[0] ^= t
				x[i] ^= t
			}
		}
	}
	x[1] ^= x[0]
	x[2] ^= x[1]
	t := uint32(0)
	for q := uint32(hilbertCells / 2); q > 1; q >>= 1 {
		if x[2]&q != 0 {
			t ^= q - 1
		}
	}
	for i := range x {
		x[i] ^= t
	}
	key := uint64(0)
	for b := hilbertBits - 1; b >= 0; b-- {
		for i := range x {
			key = key<<1 | uint64(x[i]>>b&1)
		}
	}
	return key
}
