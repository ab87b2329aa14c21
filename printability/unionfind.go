package printability

// A unionFind is disjoint sets of numbers: each has a parent in its set, that
// of the least, the root, being itself. So the outcome does not depend on the
// order of joins.
type unionFind []uint32

// newUnionFind returns count sets of one number.
func newUnionFind(count int) unionFind {
	u := make(unionFind, count)
	for i := range u {
		u[i] = uint32(i)
	}
	return u
}

func (u unionFind) root(i uint32) uint32 {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u unionFind) join(i, j uint32) {
	a, b := u.root(i), u.root(j)
	u[max(a, b)] = min(a, b)
}

// flatten makes the root of each number its parent and counts the sets.
func (u unionFind) flatten() (sets int) {
	for i := range u {
		u[i] = u[u[i]] // parents are not above, so that one is done
		if u[i] == uint32(i) {
			sets++
		}
	}
	return sets
}
