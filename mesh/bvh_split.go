package mesh

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/partgauge/partgauge/internal/kernel"
)

const (
	// mostBins is the largest number of bins along an axis.
	mostBins = 16

	// mostSplits is how many splits deep the tree may get; the nodes of which
	// each triangle is a child are below that.
	mostSplits = splitsPerNode * (kernel.Depth - 1)
)

// A centerRange bounds the doubled box centres of a range of faces.
type centerRange struct{ lo, hi [3]int32 }

func emptyCenterRange() centerRange { return centerRange(emptyGridBox()) }

func (r *centerRange) add(f *buildFace) {
	x, y, z := f.center(0), f.center(1), f.center(2)
	(*gridBox)(r).grow(x, y, z, x, y, z)
}

// longest returns the axis along which the centres spread most.
func (r *centerRange) longest() int {
	axis := 0
	for i := range 3 {
		if r.hi[i]-r.lo[i] > r.hi[axis]-r.lo[axis] {
			axis = i
		}
	}
	return axis
}

// center returns twice the middle of the box along an axis.
func (f *buildFace) center(axis int) int32 { return f.box.lo[axis] + f.box.hi[axis] }

// A faceSplit is a way to split a range along an axis. With bins, faces whose
// bin lies below at go first; without, the first at faces in the order of
// their centres.
type faceSplit struct {
	axis, bins, at int
	cost           float64
	below, above   gridBox
}

// plan decides how a range is split, if at all. Ranges that lie too deep for
// their size are halved, which bounds the depth.
func (b *bvhBuilder) plan(r *buildRange, threads int) {
	n := r.count()
	if r.whole = n <= bvhWidth; r.whole {
		return
	}
	deep := r.depth+bits.Len(uint(n)) >= mostSplits-1
	if !deep {
		b.planBins(r, threads)
	}
	if deep || math.IsInf(r.split.cost, 1) {
		b.planHalves(r)
	}
	r.gain = r.box.halfArea()
}

// planHalves splits a range into halves of equal number.
func (b *bvhBuilder) planHalves(r *buildRange) {
	r.split = faceSplit{axis: r.centers.longest(), at: r.count() / 2}
	faces := b.faces[r.first:r.end]
	sortByCenter(faces, r.split.axis)
	r.split.below, r.split.above = boxOf(faces[:r.split.at]), boxOf(faces[r.split.at:])
}

func boxOf(faces []buildFace) gridBox {
	box := emptyGridBox()
	for i := range faces {
		box.add(&faces[i].box)
	}
	return box
}

// sortByCenter sorts faces along an axis; equal ones by number.
func sortByCenter(faces []buildFace, axis int) {
	slices.SortFunc(faces, func(p, q buildFace) int {
		return cmp.Or(cmp.Compare(p.center(axis), q.center(axis)), cmp.Compare(p.face, q.face))
	})
}

// A faceBin collects the faces with centres in an interval.
type faceBin struct {
	box   gridBox
	count int32
}

type faceBins [3][mostBins]faceBin

func (bins *faceBins) clear(n int) {
	for axis := range 3 {
		for i := range bins[axis][:n] {
			bins[axis][i] = faceBin{box: emptyGridBox()}
		}
	}
}

// A binner maps doubled centres along an axis to bins.
type binner struct {
	lo     int32
	factor uint64
}

func newBinner(r *centerRange, axis, bins int) binner {
	extent := uint64(r.hi[axis]-r.lo[axis]) + 1
	return binner{lo: r.lo[axis], factor: uint64(bins) << 32 / extent}
}

func (b binner) bin(center int32) int {
	return int(uint64(uint32(center-b.lo)) * b.factor >> 32)
}

// planBins finds the cheapest split between bins.
func (b *bvhBuilder) planBins(r *buildRange, threads int) {
	n := r.count()
	count := min(mostBins, 4+n/16)
	var bins faceBins
	bins.clear(count)
	if threads == 1 || n <= 2*buildChunk {
		b.fillBins(&bins, r, r.first, r.end, count)
	} else {
		parts := make([]faceBins, buildChunks(n))
		// The context is watched between ranges.
		_ = forBuildChunks(context.Background(), threads, n, func(chunk, lo, hi int) {
			parts[chunk].clear(count)
			b.fillBins(&parts[chunk], r, r.first+lo, r.first+hi, count)
		})
		for i := range parts {
			for axis := range 3 {
				for k := range count {
					bins[axis][k].box.add(&parts[i][axis][k].box)
					bins[axis][k].count += parts[i][axis][k].count
				}
			}
		}
	}
	r.split = faceSplit{cost: math.Inf(1)}
	for axis := range 3 {
		if r.centers.lo[axis] < r.centers.hi[axis] {
			sweepBins(bins[axis][:count], axis, n, &r.split)
		}
	}
}

func (b *bvhBuilder) fillBins(bins *faceBins, r *buildRange, first, end, count int) {
	x, y, z := newBinner(&r.centers, 0, count), newBinner(&r.centers, 1, count), newBinner(&r.centers, 2, count)
	faces := b.faces[first:end]
	for i := range faces {
		box := &faces[i].box
		x0, y0, z0, x1, y1, z1 := box.lo[0], box.lo[1], box.lo[2], box.hi[0], box.hi[1], box.hi[2]
		bin := &bins[0][x.bin(x0+x1)&(mostBins-1)]
		bin.count++
		bin.box.grow(x0, y0, z0, x1, y1, z1)
		bin = &bins[1][y.bin(y0+y1)&(mostBins-1)]
		bin.count++
		bin.box.grow(x0, y0, z0, x1, y1, z1)
		bin = &bins[2][z.bin(z0+z1)&(mostBins-1)]
		bin.count++
		bin.box.grow(x0, y0, z0, x1, y1, z1)
	}
}

// sweepBins looks for a cheaper split along an axis. Ties go to the first axis
// and the lowest bin.
func sweepBins(bins []faceBin, axis, n int, best *faceSplit) {
	var above [mostBins]gridBox
	box := emptyGridBox()
	for k := len(bins) - 1; k > 0; k-- {
		box.add(&bins[k].box)
		above[k] = box
	}
	box = emptyGridBox()
	below := 0
	for k := 1; k < len(bins); k++ {
		box.add(&bins[k-1].box)
		below += int(bins[k-1].count)
		if below == 0 || below == n {
			continue
		}
		cost := float64(box.halfArea()*float64(below)) + float64(above[k].halfArea()*float64(n-below))
		if cost < best.cost {
			*best = faceSplit{axis: axis, bins: len(bins), at: k, cost: cost, below: box, above: above[k]}
		}
	}
}

// cut reorders the faces of a range that is no leaf by its split, and plans
// both parts.
func (b *bvhBuilder) cut(r *buildRange, threads int) (parts [2]buildRange) {
	s := &r.split
	parts[0] = buildRange{first: r.first, depth: r.depth + 1, box: s.below, centers: emptyCenterRange()}
	parts[1] = buildRange{end: r.end, depth: r.depth + 1, box: s.above, centers: emptyCenterRange()}
	if s.bins > 0 {
		b.partition(r, &parts)
	} else {
		faces := b.faces[r.first:r.end]
		sortByCenter(faces, s.axis)
		for i := range faces[:s.at] {
			parts[0].centers.add(&faces[i])
		}
		for i := s.at; i < len(faces); i++ {
			parts[1].centers.add(&faces[i])
		}
		parts[0].end = r.first + s.at
	}
	parts[1].first = parts[0].end
	b.plan(&parts[0], threads)
	b.plan(&parts[1], threads)
	return parts
}

// partition moves the faces in the bins below the split to the front.
func (b *bvhBuilder) partition(r *buildRange, parts *[2]buildRange) {
	axis := r.split.axis
	to := newBinner(&r.centers, axis, r.split.bins)
	below, above := emptyCenterRange(), emptyCenterRange()
	faces := b.faces[r.first:r.end]
	i, j := 0, len(faces)-1
	for {
		for i <= j && to.bin(faces[i].center(axis)) < r.split.at {
			below.add(&faces[i])
			i++
		}
		for i <= j && to.bin(faces[j].center(axis)) >= r.split.at {
			above.add(&faces[j])
			j--
		}
		if i > j {
			break
		}
		faces[i], faces[j] = faces[j], faces[i]
	}
	parts[0].centers, parts[1].centers = below, above
	parts[0].end = r.first + i
}
