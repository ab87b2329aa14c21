package kernel

import "math"

// PairBatch is what numbers of pairs must be multiples of.
const PairBatch = 8

// MayMeet moves the pairs of triangles to the front that may meet in more than
// a point without having a corner in common, in their order, and returns their
// number. Those that it leaves out share a corner, or one lies on one side of
// the plane of the other by more than rounding could make of it.
//
// The number of pairs is to be a multiple of PairBatch. Leaf does not count as
// part of a triangle's number.
func MayMeet(pairs [][2]uint32, triangles []Triangle[float32]) int {
	if len(pairs) == 0 {
		return 0
	}
	if hasAVX2 {
		return mayMeetAVX2(&pairs[0], len(pairs), &triangles[0][0])
	}
	return mayMeetGeneric(pairs, triangles)
}

func mayMeetGeneric(pairs [][2]uint32, triangles []Triangle[float32]) int {
	n := 0
	for _, p := range pairs {
		s, t := &triangles[p[0]&^Leaf], &triangles[p[1]&^Leaf]
		if !ShareCorner(s, t) && !beside(s, t) && !beside(t, s) {
			pairs[n] = p
			n++
		}
	}
	return n
}

// ShareCorner reports whether two triangles have a corner in common.
func ShareCorner[T float32 | float64](s, t *Triangle[T]) bool {
	for k := range 3 {
		x, y, z := s[k], s[3+k], s[6+k]
		for l := range 3 {
			if x == t[l] && y == t[3+l] && z == t[6+l] {
				return true
			}
		}
	}
	return false
}

const (
	// Each of the six products of a height is at most that of the largest
	// coordinates and passes through eight roundings at most: half of this.
	besideShare = 6 * 16 * 0x1p-24

	// What products lose that are too small, of two factors and of three.
	besideLeast2 = 0x1p-120
	besideLeast3 = 0x1p-100

	// With larger bounds numbers may have overflowed.
	besideMost = 0x1p90
)

// beside reports whether t clearly lies on one side of the plane of s.
func beside(s, t *Triangle[float32]) bool {
	ex, ey, ez := s[1]-s[0], s[4]-s[3], s[7]-s[6]
	fx, fy, fz := s[2]-s[0], s[5]-s[3], s[8]-s[6]
	nx := float32(ey*fz) - float32(ez*fy)
	ny := float32(ez*fx) - float32(ex*fz)
	nz := float32(ex*fy) - float32(ey*fx)
	size := float32(float32(largest(ex, ey, ez)*largest(fx, fy, fz))*besideShare) + besideLeast2
	above, below := true, true
	most := size
	for l := range 3 {
		dx, dy, dz := t[l]-s[0], t[3+l]-s[3], t[6+l]-s[6]
		height := float32(float32(nx*dx)+float32(ny*dy)) + float32(nz*dz)
		bound := float32(size*largest(dx, dy, dz)) + besideLeast3
		above = above && height > bound
		below = below && height < -bound
		most = max(most, bound)
	}
	return (above || below) && most < besideMost
}

// largest returns the largest absolute value.
func largest(x, y, z float32) float32 {
	return max(magnitude(x), magnitude(y), magnitude(z))
}

func magnitude(x float32) float32 {
	return math.Float32frombits(math.Float32bits(x) &^ (1 << 31))
}
