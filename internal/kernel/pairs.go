package kernel

import "math"

// PairBatch is what numbers of pairs must be multiples of.
const PairBatch = 8

// MayMeet moves the pairs of triangles to the front that may meet in more than
// a point without having a corner in common, in their order, and returns their
// number. Those that it leaves out share a corner, or one lies on one side of
// the plane of the other by more than rounding could make of it.
//
// The number of pairs is to be a multiple of PairBatch. A triangle is three
// corners of three coordinates; bits above Leaf's do not count as part of its
// number.
func MayMeet[T ~[9]float32](pairs [][2]uint32, triangles []T) int {
	if len(pairs) == 0 {
		return 0
	}
	if hasAVX2 {
		return mayMeetAVX2(&pairs[0], len(pairs), &triangles[0][:][0])
	}
	return mayMeetGeneric(pairs, triangles)
}

func mayMeetGeneric[T ~[9]float32](pairs [][2]uint32, triangles []T) int {
	n := 0
	for _, p := range pairs {
		s, t := [9]float32(triangles[p[0]&^Leaf]), [9]float32(triangles[p[1]&^Leaf])
		if !shareCorner(&s, &t) && !beside(&s, &t) && !beside(&t, &s) {
			pairs[n] = p
			n++
		}
	}
	return n
}

func shareCorner(s, t *[9]float32) bool {
	for k := 0; k < 9; k += 3 {
		for l := 0; l < 9; l += 3 {
			if s[k] == t[l] && s[k+1] == t[l+1] && s[k+2] == t[l+2] {
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
func beside(s, t *[9]float32) bool {
	ex, ey, ez := s[3]-s[0], s[4]-s[1], s[5]-s[2]
	fx, fy, fz := s[6]-s[0], s[7]-s[1], s[8]-s[2]
	nx := float32(ey*fz) - float32(ez*fy)
	ny := float32(ez*fx) - float32(ex*fz)
	nz := float32(ex*fy) - float32(ey*fx)
	size := float32(float32(largest(ex, ey, ez)*largest(fx, fy, fz))*besideShare) + besideLeast2
	above, below := true, true
	most := size
	for l := 0; l < 9; l += 3 {
		dx, dy, dz := t[l]-s[0], t[l+1]-s[1], t[l+2]-s[2]
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
