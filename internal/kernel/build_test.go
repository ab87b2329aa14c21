package kernel

import (
	"slices"
	"testing"
)

// bounds returns boxes with centres of all kinds, some of them equal.
func (f forest) bounds(count int) []Bounds {
	faces := make([]Bounds, count)
	grid := f.IntN(3) == 0
	for i := range faces {
		b := &faces[i]
		*b = Bounds{Face: f.Uint32(), Nest: f.Uint32()}
		for axis := range 3 {
			lo, hi := float32(f.Float64()-0.5), float32(0)
			switch {
			case grid:
				lo = float32(f.IntN(3)) / 4
			case f.IntN(20) == 0:
				lo = float32(1e-40 * f.Float64())
			}
			if f.IntN(2) == 0 {
				hi = float32(f.Float64() * f.Float64())
			}
			b.Lo[axis], b.Neg[axis] = lo, 0-(lo+hi)
		}
	}
	return faces
}

// coordinates are what of bounds is compared: the rest means nothing.
func coordinates(b *Bounds) [6]float32 {
	return [6]float32{b.Lo[0], b.Lo[1], b.Lo[2], b.Neg[0], b.Neg[1], b.Neg[2]}
}

// The assembly fills bins, finds the best split and unites boxes as the Go code
// does.
func TestBinsVariants(t *testing.T) {
	needAssembly(t)
	f := newForest(5)
	for range 3000 {
		faces, bins := f.bounds(1+f.IntN(200)), 2+f.IntN(MostBins-1)
		centers := Centers(faces)
		to := NewBinner(&centers, bins)
		var a, b Bins
		a.Clear(bins)
		b.Clear(bins)
		fillAVX2(&a, &faces[0], len(faces), &to)
		fillGeneric(&b, faces, &to)
		total := uint32(0)
		for k := range bins {
			for axis := range 3 {
				if p, q := &a.boxes[axis][k], &b.boxes[axis][k]; coordinates(p) != coordinates(q) {
					t.Fatalf("bin %d of axis %d is %+v with assembly, %+v without", k, axis, p, q)
				}
			}
			total += b.counts[k][0]
		}
		if a.counts != b.counts || total != uint32(len(faces)) {
			t.Fatalf("%d of %d boxes counted: %v with assembly, %v without", total, len(faces), a.counts, b.counts)
		}
		var p, q sweep
		sweepAVX2(&a, bins, &p)
		sweepGeneric(&b, bins, &q)
		p.cost[3], p.at[3] = 0, 0
		if p != q {
			t.Fatalf("best splits %+v with assembly, %+v without", p, q)
		}
		all, want := EmptyBounds(), EmptyBounds()
		unionAVX2(&faces[0], len(faces), &all)
		for i := range faces {
			want.Add(&faces[i])
		}
		if all != want {
			t.Fatalf("union %+v with assembly, %+v without", all, want)
		}
	}
}

// The assembly moves boxes to the places where the Go code moves them, and both
// keep every box.
func TestPartitionVariants(t *testing.T) {
	needAssembly(t)
	f := newForest(6)
	for range 3000 {
		faces, bins := f.bounds(1+f.IntN(200)), 2+f.IntN(MostBins-1)
		centers := Centers(faces)
		to := NewBinner(&centers, bins)
		axis, at := uint32(f.IntN(3)), float32(1+f.IntN(bins-1))
		a, b := slices.Clone(faces), slices.Clone(faces)
		belowA, aboveA, belowB, aboveB := EmptyBounds(), EmptyBounds(), EmptyBounds(), EmptyBounds()
		m := partitionAVX2(&a[0], len(a), &to, axis, at, &belowA, &aboveA)
		n := partitionGeneric(b, &to, axis, at, &belowB, &aboveB)
		if m != n || !slices.Equal(a, b) {
			t.Fatalf("%d below with assembly, %d without:\n%v\n%v", m, n, a, b)
		}
		if belowA != belowB || aboveA != aboveB {
			t.Fatalf("centres %+v and %+v with assembly, %+v and %+v without", belowA, aboveA, belowB, aboveB)
		}
		if want := Centers(b[:n]); belowB != want {
			t.Fatalf("centres %+v below, want %+v", belowB, want)
		}
		for i := range b {
			if below := to.place(&b[i], int(axis)) < at; below != (i < n) {
				t.Fatalf("box %d of %d below is on the wrong side", i, n)
			}
		}
		order := func(p, q Bounds) int { return int(int64(p.Face) - int64(q.Face)) }
		slices.SortFunc(b, order)
		slices.SortFunc(faces, order)
		if !slices.Equal(b, faces) {
			t.Fatal("boxes were lost")
		}
	}
}
