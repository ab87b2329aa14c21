package thumbnail

import (
	"context"
	"math"
)

// A key says which triangle a sample shows: the depth in the upper 31 bits,
// then a bit for the back of a triangle, then the triangle. The smallest key
// is nearest; of equal depths fronts win, then the lowest triangle, so that
// the order of drawing does not matter.
type key uint64

const (
	noKey    key = math.MaxUint64
	backFlag     = 1 << 32
)

func (k key) triangle() uint32 { return uint32(k) }
func (k key) isBack() bool     { return k&backFlag != 0 }
func (k key) depth() uint32    { return uint32(k >> 33) }

// bandRows is the height in pixels of the bands that are drawn one by one.
const bandRows = 16

// bands lists the triangles that have samples in each band of the picture.
type bands struct {
	start     []int // of each band in triangles, and the end
	triangles []uint32
	// large is set when some triangle is more than a pixel wide or high.
	large bool
}

// sampleRange returns the first sample at or after the coordinate low and the
// last at or before high. Samples lie in the middle of their squares.
func sampleRange(low, high int32) (first, last int32) {
	return (low + subUnit/2 - 1) >> subBits, (high - subUnit/2) >> subBits
}

// extent returns the samples that the box of a triangle has; none if first is
// beyond last.
func extent(a, b, c corner) (x0, x1, y0, y1 int32) {
	x0, x1 = sampleRange(min(a.x, b.x, c.x), max(a.x, b.x, c.x))
	y0, y1 = sampleRange(min(a.y, b.y, c.y), max(a.y, b.y, c.y))
	return x0, x1, y0, y1
}

// sort finds the triangles of each band.
func (p *picture) sortIntoBands(ctx context.Context) error {
	rows := int32(bandRows * p.samples)
	count := (p.height + bandRows - 1) / bandRows
	chunks := (len(p.mesh.Triangles) + chunk - 1) / chunk
	counts := make([]int, chunks*count)
	large := make([]bool, chunks)
	each := func(start, end int, do func(band, f int)) (wide bool) {
		for f := start; f < end; f++ {
			t := &p.mesh.Triangles[f]
			x0, x1, y0, y1 := extent(p.corners[t[0]], p.corners[t[1]], p.corners[t[2]])
			x0, y0 = max(x0, 0), max(y0, 0)
			x1, y1 = min(x1, int32(p.width*p.samples)-1), min(y1, int32(p.height*p.samples)-1)
			if x0 > x1 || y0 > y1 {
				continue
			}
			wide = wide || p.isLarge(x0, x1, y0, y1)
			for b := y0 / rows; b <= y1/rows; b++ {
				do(int(b), f)
			}
		}
		return wide
	}
	err := inChunks(ctx, p.opts.Threads, len(p.mesh.Triangles), func(start, end int) {
		own := counts[start/chunk*count:][:count]
		large[start/chunk] = each(start, end, func(band, _ int) { own[band]++ })
	})
	if err != nil {
		return err
	}
	total := 0
	p.bands.start = make([]int, count+1)
	for b := range count {
		p.bands.start[b] = total
		for c := range chunks {
			counts[c*count+b], total = total, total+counts[c*count+b]
		}
	}
	p.bands.start[count] = total
	for _, l := range large {
		p.bands.large = p.bands.large || l
	}
	p.bands.triangles = make([]uint32, total)
	return inChunks(ctx, p.opts.Threads, len(p.mesh.Triangles), func(start, end int) {
		own := counts[start/chunk*count:][:count]
		each(start, end, func(band, f int) {
			p.bands.triangles[own[band]] = uint32(f)
			own[band]++
		})
	})
}

// A band is the samples of some rows of the picture.
type band struct {
	width      int32 // in samples
	first, end int32 // rows of samples
	keys       []key
}

// clear makes b the rows from first to end, showing nothing.
func (b *band) clear(width, first, end int32) {
	b.width, b.first, b.end = width, first, end
	if n := int(width) * int(end-first); cap(b.keys) < n {
		b.keys = make([]key, n)
	} else {
		b.keys = b.keys[:n]
	}
	for i := range b.keys {
		b.keys[i] = noKey
	}
}

// An edge is a line a·x + b·y + c that is at least zero on one side, in units
// of 1/64 sample.
type edge struct{ a, b, c int64 }

// newEdge returns the edge from p to q, with the inside to the right in a
// picture whose y points down. Of the samples on the line, those of a left or
// upper edge are inside, so that two triangles at an edge never share one.
func newEdge(p, q corner) edge {
	e := edge{a: int64(p.y) - int64(q.y), b: int64(q.x) - int64(p.x)}
	e.c = -(e.a*int64(p.x) + e.b*int64(p.y))
	if e.a < 0 || e.a == 0 && e.b < 0 {
		e.c--
	}
	return e
}

// at returns the value of e in the middle of sample x, y.
func (e *edge) at(x, y int32) int64 {
	return e.a*(int64(x)<<subBits+subUnit/2) + e.b*(int64(y)<<subBits+subUnit/2) + e.c
}

// A depthPlane gives the depth of a triangle at any place, within the depths
// of its corners.
type depthPlane struct {
	dx, dy, at0 float64
	low, high   float64
}

// newDepthPlane returns the depths of a triangle of twice the area area.
func newDepthPlane(a, b, c corner, area int64) depthPlane {
	zb, zc := int64(b.z)-int64(a.z), int64(c.z)-int64(a.z)
	d := depthPlane{low: float64(min(a.z, b.z, c.z)), high: float64(max(a.z, b.z, c.z))}
	// Depths have 30 bits and corners 20 in the picture, which an int64 holds.
	d.dx = float64(zb*int64(c.y-a.y)-zc*int64(b.y-a.y)) / float64(area)
	d.dy = float64(zc*int64(b.x-a.x)-zb*int64(c.x-a.x)) / float64(area)
	d.at0 = float64(a.z) - float64(d.dx*float64(a.x)) - float64(d.dy*float64(a.y))
	return d
}

// row returns the depth at the first sample of a row and the step to the next.
func (d *depthPlane) row(x, y int32) (z, step float64) {
	px, py := float64(int64(x)<<subBits+subUnit/2), float64(int64(y)<<subBits+subUnit/2)
	return d.at0 + float64(d.dx*px) + float64(d.dy*py), float64(d.dx * subUnit)
}

// spanWidth is the width in samples from which on the ends of each row are
// computed, instead of testing each sample.
const spanWidth = 12

// draw draws triangle f with the given corners into b.
func (b *band) draw(f uint32, p, q, r corner) {
	x0, x1, y0, y1 := extent(p, q, r)
	x0, x1 = max(x0, 0), min(x1, b.width-1)
	y0, y1 = max(y0, b.first), min(y1, b.end-1)
	if x0 > x1 || y0 > y1 {
		return
	}
	low := key(f)
	area := int64(q.x-p.x)*int64(r.y-p.y) - int64(r.x-p.x)*int64(q.y-p.y)
	if area == 0 {
		return
	}
	// Counter-clockwise, as fronts are, is a negative area with y down.
	if area < 0 {
		q, r, area = r, q, -area
	} else {
		low |= backFlag
	}
	edges := [3]edge{newEdge(p, q), newEdge(q, r), newEdge(r, p)}
	if x1-x0 < spanWidth {
		b.test(x0, x1, y0, y1, &edges, low, func() depthPlane { return newDepthPlane(p, q, r, area) })
		return
	}
	plane := newDepthPlane(p, q, r, area)
	for y := y0; y <= y1; y++ {
		first, last := x0, x1
		for i := range edges {
			first, last = clip(first, last, x0, edges[i].at(x0, y), edges[i].a)
		}
		b.fill(y, first, last, low, &plane)
	}
}

// test draws the samples of a box that are inside of three edges. Of small
// triangles most miss all samples, so plane is called when one is hit.
func (b *band) test(x0, x1, y0, y1 int32, edges *[3]edge, low key, plane func() depthPlane) {
	var depths depthPlane
	known := false
	for y := y0; y <= y1; y++ {
		e0, e1, e2 := edges[0].at(x0, y), edges[1].at(x0, y), edges[2].at(x0, y)
		row := b.keys[int(y-b.first)*int(b.width)+int(x0):][:x1-x0+1]
		for i := range row {
			if e0|e1|e2 >= 0 {
				if !known {
					depths, known = plane(), true
				}
				z, step := depths.row(x0, y)
				row[i] = min(row[i], low|depths.key(z+float64(step*float64(i))))
			}
			e0 += edges[0].a << subBits
			e1 += edges[1].a << subBits
			e2 += edges[2].a << subBits
		}
	}
}

// clip narrows the samples first to last of a row to those where an edge of
// slope a, which is e at sample x0, is at least zero.
func clip(first, last, x0 int32, e, a int64) (int32, int32) {
	step := a << subBits
	switch {
	case step > 0 && e < 0:
		first = max(first, x0+int32(min((-e+step-1)/step, 1<<20)))
	case step < 0 && e >= 0:
		last = min(last, x0+int32(min(e/-step, 1<<20)))
	case step <= 0 && e < 0:
		last = first - 1
	}
	return first, last
}

// fill draws the samples first to last of row y.
func (b *band) fill(y, first, last int32, low key, plane *depthPlane) {
	if first > last {
		return
	}
	z, step := plane.row(first, y)
	row := b.keys[int(y-b.first)*int(b.width)+int(first):][:last-first+1]
	for i := range row {
		row[i] = min(row[i], low|plane.key(z+float64(step*float64(i))))
	}
}

// key returns the upper part of a key at depth z.
func (d *depthPlane) key(z float64) key { return key(min(max(z, d.low), d.high)) << 33 }
