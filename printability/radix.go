package printability

// keyed is a sample with a key to sort by.
type keyed struct {
	key uint64
	id  uint32
}

// sortKeyed sorts by key and leaves equal keys in their order: a radix sort
// byte by byte, which passes over bytes in which all keys agree.
func sortKeyed(items []keyed) {
	var counts [8][256]uint32
	for i := range items {
		for b, k := 0, items[i].key; b < 8; b, k = b+1, k>>8 {
			counts[b][k&255]++
		}
	}
	from, to := items, make([]keyed, len(items))
	for b := range counts {
		count := &counts[b]
		shift := uint(8 * b)
		if len(items) == 0 || int(count[items[0].key>>shift&255]) == len(items) {
			continue
		}
		sum := uint32(0)
		for v, n := range count {
			count[v] = sum
			sum += n
		}
		for _, item := range from {
			at := &count[item.key>>shift&255]
			to[*at] = item
			*at++
		}
		from, to = to, from
	}
	if len(items) > 0 && &from[0] != &items[0] {
		copy(items, from)
	}
}
