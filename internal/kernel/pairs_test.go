package kernel

import (
	"math"
	"slices"
	"testing"
)

// The assembly leaves the pairs that the Go code leaves, of triangles of all
// sizes that share corners or planes.
func TestPairsVariants(t *testing.T) {
	needAssembly(t)
	f := newForest(7)
	left, out := 0, 0
	for round := range 3000 {
		scale := float32(math.Ldexp(1, []int{0, 0, 0, -40, -60, 40, 60, 120}[round%8]))
		triangles := MakeTriangles(50, true).Single
		for i := range triangles {
			for k := range 9 {
				triangles[i][k] = scale * f.coordinate()
			}
			switch f.IntN(4) {
			case 0:
				k := f.IntN(3)
				other := triangles[f.IntN(i+1)]
				for axis := range 3 {
					triangles[i][3*axis] = other[3*axis+k]
				}
			case 1: // nearly in a plane
				triangles[i][6], triangles[i][7], triangles[i][8] = scale, scale, scale*(1+0x1p-20*float32(f.IntN(9)))
			}
		}
		a := make([][2]uint32, PairBatch*(1+f.IntN(5)))
		for i := range a {
			a[i] = [2]uint32{Leaf | f.Uint32N(50), f.Uint32N(50)}
		}
		b := slices.Clone(a)
		m, n := mayMeetAVX2(&a[0], len(a), &triangles[0][0]), mayMeetGeneric(b, triangles)
		if m != n || !slices.Equal(a[:m], b[:n]) {
			t.Fatalf("%d pairs left with assembly, %d without: %v and %v", m, n, a[:m], b[:n])
		}
		left, out = left+n, out+len(b)-n
	}
	if left < 1000 || out < 1000 {
		t.Errorf("%d pairs left, %d left out: the test proves little", left, out)
	}
}
