package mesh

// A union-find forest (Tarjan 1975) is a slice of parents in which no parent
// is above its child, so that the lowest member of a set is its root.

// rootOf returns the root of x, halving the path to it.
func rootOf(parent []uint32, x uint32) uint32 {
	for parent[x] != x {
		parent[x] = parent[parent[x]]
		x = parent[x]
	}
	return x
}

// unite joins the sets of a and b and reports whether they were two.
func unite(parent []uint32, a, b uint32) bool {
	a, b = rootOf(parent, a), rootOf(parent, b)
	switch {
	case a < b:
		parent[b] = a
	case b < a:
		parent[a] = b
	}
	return a != b
}
