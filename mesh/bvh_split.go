package mesh

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"github.com/partgauge/partgauge/internal/kernel"
)

// mostSplits is how many splits deep the tree may get; the nodes of which each
// triangle is a child are below that.
const mostSplits = splitsPerNode * (kernel.Depth - 1)

// A buildRange is a range of faces that becomes a subtree. If it is whole, it
// becomes a node of its faces; otherwise gain tells which range of several is
// best split within a node.
type buildRange struct {
	first, end   int
	depth        int // of splits
	box, centers kernel.Bounds
	whole        bool
	gain         float32
	split        faceSplit
}

func (r *buildRange) count() int { return r.end - r.first }

// longest returns the axis along which the centres spread most.
func (r *buildRange) longest() int {
	axis := 0
	extent := func(i int) float32 { return -r.centers.Neg[i] - r.centers.Lo[i] }
	for i := 1; i < 3; i++ {
		if extent(i) > extent(axis) {
			axis = i
		}
	}
	return axis
}

// A faceSplit is a way to split a range along an axis. With bins, faces whose
// bin lies below at go first; without, the first at faces in the order of
// their centres.
type faceSplit struct {
	axis, bins, at int
	below, above   kernel.Bounds
}

// plan decides how a range is split, if at all. Ranges that lie too deep for
// their size are halved, which bounds the depth.
func (b *bvhBuilder) plan(r *buildRange, threads int) {
	n := r.count()
	if r.whole = n <= bvhWidth; r.whole {
		return
	}
	deep := r.depth+bits.Len(uint(n)) >= mostSplits-1
	if deep || !b.planBins(r, threads) {
		b.planHalves(r)
	}
	r.gain = r.box.HalfArea()
}

// planHalves splits a range into halves of equal number.
func (b *bvhBuilder) planHalves(r *buildRange) {
	faces := b.faces[r.first:r.end]
	r.split.axis, r.split.bins, r.split.at = r.longest(), 0, len(faces)/2
	sortByCenter(faces, r.split.axis)
	r.split.below, r.split.above = kernel.Union(faces[:r.split.at]), kernel.Union(faces[r.split.at:])
}

// sortByCenter sorts faces along an axis; equal ones by number.
func sortByCenter(faces []kernel.Bounds, axis int) {
	slices.SortFunc(faces, func(p, q kernel.Bounds) int {
		return cmp.Or(cmp.Compare(p.Center(axis), q.Center(axis)), cmp.Compare(p.Face, q.Face))
	})
}

// planBins finds the cheapest split between bins, and reports whether there is
// one.
func (b *bvhBuilder) planBins(r *buildRange, threads int) bool {
	n := r.count()
	count := min(kernel.MostBins, 4+n/16)
	to := kernel.NewBinner(&r.centers, count)
	faces := b.faces[r.first:r.end]
	var bins kernel.Bins
	bins.Clear(count)
	if threads == 1 || n <= 2*buildChunk {
		bins.Fill(faces, &to)
	} else {
		fillByChunks(&bins, count, faces, to, threads)
	}
	axis, at, ok := bins.Best(count)
	if ok {
		r.split.axis, r.split.bins, r.split.at = axis, count, at
		r.split.below, r.split.above = bins.Sides(axis, at, count)
	}
	return ok
}

// fillByChunks fills bins with several threads.
func fillByChunks(bins *kernel.Bins, count int, faces []kernel.Bounds, to kernel.Binner, threads int) {
	parts := make([]kernel.Bins, buildChunks(len(faces)))
	// The context is watched between ranges.
	_ = forBuildChunks(context.Background(), threads, len(faces), func(chunk, lo, hi int) {
		parts[chunk].Clear(count)
		parts[chunk].Fill(faces[lo:hi], &to)
	})
	for i := range parts {
		bins.Merge(&parts[i], count)
	}
}

// cut reorders the faces of a range that is not whole by its split, makes it
// the lower part and above the upper one, and plans both.
func (b *bvhBuilder) cut(r, above *buildRange, threads int) {
	s := &r.split
	faces := b.faces[r.first:r.end]
	lower, upper := kernel.EmptyBounds(), kernel.EmptyBounds()
	at := s.at
	switch to := kernel.NewBinner(&r.centers, s.bins); {
	case s.bins == 0:
		sortByCenter(faces, s.axis)
		lower, upper = kernel.Centers(faces[:at]), kernel.Centers(faces[at:])
	case len(faces) <= 2*buildChunk:
		at = kernel.Partition(faces, &to, s.axis, at, &lower, &upper)
	default:
		at, lower, upper = partitionByChunks(faces, to, s.axis, at, threads)
	}
	above.first, above.end, above.depth = r.first+at, r.end, r.depth+1
	above.box, above.centers = s.above, upper
	r.end, r.depth = r.first+at, r.depth+1
	r.box, r.centers = s.below, lower
	b.plan(r, threads)
	b.plan(above, threads)
}

// partitionByChunks moves the faces in the bins below a split to the front and
// returns their number and the ranges of the doubled centres of both sides.
// Where faces come to lie does not depend on the number of threads: each chunk
// is partitioned, then faces on the wrong side are exchanged.
func partitionByChunks(faces []kernel.Bounds, to kernel.Binner, axis, bin, threads int) (at int, lower, upper kernel.Bounds) {
	type part struct {
		below        int
		lower, upper kernel.Bounds
	}
	parts := make([]part, buildChunks(len(faces)))
	_ = forBuildChunks(context.Background(), threads, len(faces), func(chunk, lo, hi int) {
		p := &parts[chunk]
		p.lower, p.upper = kernel.EmptyBounds(), kernel.EmptyBounds()
		p.below = kernel.Partition(faces[lo:hi], &to, axis, bin, &p.lower, &p.upper)
	})
	lower, upper = kernel.EmptyBounds(), kernel.EmptyBounds()
	for i := range parts {
		at += parts[i].below
		lower.Add(&parts[i].lower)
		upper.Add(&parts[i].upper)
	}
	exchange(faces, at, func(chunk int) int { return parts[chunk].below })
	return at, lower, upper
}

// exchange puts the faces that belong above but lie before at, where the others
// end, in the places of those that belong below but lie behind it. below tells
// how many faces at the beginning of a chunk belong below.
func exchange(faces []kernel.Bounds, at int, below func(chunk int) int) {
	behind := at/buildChunk - 1 // chunk
	j, stop := 0, 0
	for chunk := range buildChunks(at) {
		for i := chunk*buildChunk + below(chunk); i < min((chunk+1)*buildChunk, at); i++ {
			for j >= stop {
				behind++
				j, stop = max(behind*buildChunk, at), behind*buildChunk+below(behind)
			}
			faces[i], faces[j] = faces[j], faces[i]
			j++
		}
	}
}
