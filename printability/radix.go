package printability

import "math/bits"

// keyed is a sample with a key to sort by.
type keyed struct {
	key uint64
	id  uint32
}

// digitBits is the width of what one pass of the sort looks at.
const digitBits = 11

// sortKeyed sorts by key and leaves equal keys in their order: a radix sort
// from the lowest bits on. A digit begins at a bit in which keys differ, so
// that packed coordinates of short ranges take few passes.
func sortKeyed(items []keyed) {
	differ := uint64(0)
	for i := range items {
		differ |= items[i].key ^ items[0].key
	}
	if differ == 0 {
		return
	}
	from, to := items, make([]keyed, len(items))
	for differ != 0 {
		shift := bits.TrailingZeros64(differ)
		sortDigit(from, to, shift)
		from, to = to, from
		differ &^= (1<<digitBits - 1) << shift
	}
	if &from[0] != &items[0] {
		copy(items, from)
	}
}

// sortDigit sorts by the digit that begins at a bit.
func sortDigit(from, to []keyed, shift int) {
	var next [1 << digitBits]uint32
	digit := func(key uint64) uint64 { return key >> shift & (1<<digitBits - 1) }
	for i := range from {
		next[digit(from[i].key)]++
	}
	sum := uint32(0)
	for d, n := range next {
		next[d] = sum
		sum += n
	}
	for _, item := range from {
		at := &next[digit(item.key)]
		to[*at] = item
		*at++
	}
}
