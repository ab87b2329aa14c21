package mesh

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
)

// ConcaveHullOptions controls ConcaveHull. Fields that are zero mean the
// default.
type ConcaveHullOptions struct {
	// MaxEdge is the longest edge of a tetrahedron that is filled, 55 mm.
	MaxEdge float64
	// Samples is about how many points of the surface are taken, 20 000; five
	// times as many where they would otherwise be farther apart than a seventh
	// of MaxEdge, and fewer where that would be nearer than a thirtieth.
	Samples int
	Threads int // 0 means GOMAXPROCS; the result is the same for any number
}

const (
	defaultMaxEdge     = 55
	defaultHullSamples = 20_000
)

// A ConcaveHull is the volume that a solid and the narrow spaces around it
// take up.
type ConcaveHull struct {
	Volume float64
	// Error is by how much Volume may be wrong for being measured along lines:
	// the spread of three independent measurements; 0 where it is exact. That
	// samples are not infinitely many is not in it.
	Error  float64
	Method string // how the volume was found, in words

	Samples    int     // points of the surface, 0 if none were needed
	Spacing    float64 // neighbouring samples are no farther apart, about
	Tetrahedra int     // that were filled
}

// ConcaveHullVolume measures the solid united with all Delaunay tetrahedra of
// points of its surface that have no edge longer than opts.MaxEdge: recesses
// narrower than that are filled, wider ones are not. h is the convex hull of m
// and b its hierarchy; the surface must be closed.
//
// A part of a diameter below MaxEdge gives the volume of its convex hull, and
// the result is never below the volume of the solid nor above that of the
// convex hull.
//
// The points of the surface are spread evenly, half of MaxEdge apart at most
// and much nearer on all but very large parts: the volume is the one that ever
// denser samples tend to, to about 0.5 % where samples are a seventh of MaxEdge
// apart. The union is measured along straight lines: on each, the stretches
// within the solid and within the tetrahedra are known exactly, and only what
// the tetrahedra add to the solid is summed up over the lines. Lines in three
// directions give three independent results, of which the mean is taken.
//
// Memory is some 500 bytes a sample; time about half a second for 20 000
// samples. The error is ctx's, CodeOpenSurface if the surface does not close,
// or CodeLimitResolution if samples half of MaxEdge apart would be more than
// ten times opts.Samples.
func ConcaveHullVolume(ctx context.Context, m *Mesh, h *Hull, b *BVH, opts ConcaveHullOptions) (*ConcaveHull, error) {
	if opts.MaxEdge <= 0 {
		opts.MaxEdge = defaultMaxEdge
	}
	if opts.Samples <= 0 {
		opts.Samples = defaultHullSamples
	}
	if h.Dimension < 3 {
		return &ConcaveHull{Method: "the part is flat"}, nil
	}
	small, err := isSmall(ctx, h, opts.MaxEdge)
	if err != nil {
		return nil, err
	}
	if small {
		return &ConcaveHull{Volume: h.Volume, Method: fmt.Sprintf("convex hull, because the diameter is below %g mm", opts.MaxEdge)}, nil
	}
	const convex = 1 - 1e-9
	if math.Abs(signedVolume(m, h.center)) >= convex*h.Volume {
		return &ConcaveHull{Volume: h.Volume, Method: "convex hull, because the solid fills it"}, nil
	}
	points, distance, err := concaveSamples(ctx, m, h, opts)
	if err != nil {
		return nil, err
	}
	d, err := newDelaunay(ctx, points)
	if err != nil {
		return nil, err
	}
	// The ends of the longest edge that should be filled lie between samples,
	// and what is filled ends before it. The length that makes up for this,
	// six tenths of the least distance, was found on corners whose fill is
	// known; it leaves a tenth of the error.
	const reach = 0.6
	longest := opts.MaxEdge + float64(reach*distance)
	facets, count := d.boundary(func(c *[4]int32) bool { return longestEdge2(points, c) <= longest*longest })
	filled, err := NewBVH(ctx, &Mesh{Vertices: points, Triangles: facets}, BVHOptions{Threads: opts.Threads})
	if err != nil {
		return nil, err
	}
	out := &ConcaveHull{
		Samples:    len(points),
		Spacing:    2 * distance,
		Tetrahedra: count,
		Method: fmt.Sprintf("solid united with the Delaunay tetrahedra of %d surface samples with edges up to %g mm, measured along %d lines",
			len(points), opts.MaxEdge, 3*columnLines),
	}
	if err := out.measure(ctx, m, h, b, filled, opts.Threads); err != nil {
		return nil, err
	}
	return out, nil
}

// isSmall reports whether the diameter of h is below a length.
func isSmall(ctx context.Context, h *Hull, length float64) (bool, error) {
	box := h.Box()
	if size := box.Size(); box.Diagonal() < length || max(size.X, size.Y, size.Z) >= length {
		return box.Diagonal() < length, nil
	}
	c, err := h.Calipers(ctx)
	if err != nil {
		return false, err
	}
	return c.Complete && c.Diameter < length, nil
}

// longestEdge2 returns the square of the longest edge of a tetrahedron.
func longestEdge2(points []r3.Vector, c *[4]int32) float64 {
	longest := 0.0
	for i := range 4 {
		for j := range i {
			longest = max(longest, points[c[i]].Sub(points[c[j]]).Norm2())
		}
	}
	return longest
}

// concaveSamples returns points of the surface and their least distance. The
// points are moved by a ten-thousandth of it, so that those on common planes
// and spheres do not need exact arithmetic to be told apart.
func concaveSamples(ctx context.Context, m *Mesh, h *Hull, opts ConcaveHullOptions) ([]r3.Vector, float64, error) {
	// Evenly spread points of mutual distance r each take about r²/0.7.
	const coverage = 0.7
	var area compensated
	for f := range m.Triangles {
		area.add(m.AreaVector(f).Norm() / 2)
	}
	finest, fine, coarsest := opts.MaxEdge/60, opts.MaxEdge/14, opts.MaxEdge/4
	distance := math.Sqrt(coverage * area.value() / float64(opts.Samples))
	distance = min(distance, max(fine, distance/math.Sqrt(5)), coarsest)
	distance = max(distance, finest)
	points, ok, err := sampleSurface(ctx, m, h.Source, distance, 10*opts.Samples)
	if err != nil {
		return nil, 0, err
	}
	if !ok {
		return nil, 0, refuse("", CodeLimitResolution, "", "the surface of %.4g mm² needs more than %d samples for its concave hull; allow more samples or longer edges", area.value(), 10*opts.Samples)
	}
	const jitter = 1e-4
	for i := range points {
		k := float64(i)
		shift := r3.Vector{X: fraction(k * 0.8191725133961645), Y: fraction(k * 0.6710436067037893), Z: fraction(k * 0.5497004779019703)}
		points[i] = points[i].Add(Scaled(shift.Sub(r3.Vector{X: 0.5, Y: 0.5, Z: 0.5}), jitter*distance))
	}
	return points, distance, nil
}

// measure finds the volume of the union.
func (c *ConcaveHull) measure(ctx context.Context, m *Mesh, h *Hull, solid, filled *BVH, threads int) error {
	volume := math.Abs(signedVolume(m, h.center))
	var added, inside [3]float64
	for axis := range 3 {
		k := newColumns(axis, m.Bounds(), solid, filled)
		sums, err := k.integrate(ctx, threads)
		if err != nil {
			return err
		}
		if sums.open > 0 {
			return refuse("", CodeOpenSurface, "", "the surface does not close, so it has no concave hull")
		}
		added[axis], inside[axis] = sums.added, sums.solid
	}
	mean := (added[0] + added[1] + added[2]) / 3
	c.Error = max(math.Abs(added[0]-mean), math.Abs(added[1]-mean), math.Abs(added[2]-mean))
	// Where shells overlap, the sum of their volumes counts places twice, and
	// what the lines say holds.
	const overlap = 0.02
	in := (inside[0] + inside[1] + inside[2]) / 3
	if math.Abs(in-volume) > overlap*volume {
		volume = in
	}
	c.Volume = min(volume+max(mean, 0), h.Volume)
	return nil
}

// signedVolume returns the volume enclosed by m, which is closed.
func signedVolume(m *Mesh, center r3.Vector) float64 {
	var sum compensated
	for f := range m.Triangles {
		p, q, r := m.Corners(f)
		p, q, r = p.Sub(center), q.Sub(center), r.Sub(center)
		sum.add(p.Dot(q.Cross(r)))
	}
	return sum.value() / 6
}

// columnLines is the number of lines in each direction, a Fibonacci number, and
// columnStep the one before: the points (i, i·columnStep mod columnLines) are
// spread over a square more evenly than a grid, and never line up with the
// walls of a part.
const (
	columnLines = 28657
	columnStep  = 17711
	columnChunk = 512
)

// columns measures lengths along lines parallel to an axis.
type columns struct {
	axis, u, v    int // the axis and the two across
	min, size     [3]float64
	solid, filled *BVH
}

func newColumns(axis int, box Box, solid, filled *BVH) *columns {
	return &columns{
		axis: axis, u: (axis + 1) % 3, v: (axis + 2) % 3,
		min: components(box.Min), size: components(box.Size()),
		solid: solid, filled: filled,
	}
}

func components(p r3.Vector) [3]float64 { return [3]float64{p.X, p.Y, p.Z} }

// columnSums are volumes found along lines.
type columnSums struct {
	solid, added float64
	open         int // lines along which the surface does not close
}

// integrate sums over all lines.
func (k *columns) integrate(ctx context.Context, threads int) (columnSums, error) {
	chunks := (columnLines + columnChunk - 1) / columnChunk
	parts := make([]columnSums, chunks)
	err := parallel.ForEach(ctx, threadCount(threads), chunks, func(chunk int) {
		var line columnLine
		for i := chunk * columnChunk; i < min((chunk+1)*columnChunk, columnLines); i++ {
			line.measure(k, i, &parts[chunk])
		}
	})
	if err != nil {
		return columnSums{}, err
	}
	var solid, added compensated
	total := columnSums{}
	for _, p := range parts {
		solid.add(p.solid)
		added.add(p.added)
		total.open += p.open
	}
	share := k.size[k.u] * k.size[k.v] / columnLines
	total.solid, total.added = solid.value()*share, added.value()*share
	return total, nil
}

// ray returns line i, from below the box.
func (k *columns) ray(i int) Ray {
	var origin, direction [3]float64
	origin[k.axis] = k.min[k.axis]
	origin[k.u] = k.min[k.u] + float64((float64(i)+0.5)/columnLines*k.size[k.u])
	origin[k.v] = k.min[k.v] + float64((float64(i*columnStep%columnLines)+0.5)/columnLines*k.size[k.v])
	direction[k.axis] = 1
	return Ray{
		Origin: r3.Vector{X: origin[0], Y: origin[1], Z: origin[2]},
		Dir:    r3.Vector{X: direction[0], Y: direction[1], Z: direction[2]},
		Min:    math.Inf(-1), Max: math.Inf(1), Exclude: NoFace,
	}
}

// columnLine is the scratch of one line.
type columnLine struct {
	hits    []Hit
	stretch [][2]float64
}

// measure adds the lengths along line i.
func (l *columnLine) measure(k *columns, i int, sums *columnSums) {
	ray := k.ray(i)
	l.stretch = l.stretch[:0]
	if !l.inside(k.solid, ray) {
		sums.open++
		return
	}
	solid := unionLength(l.stretch)
	l.inside(k.filled, ray)
	sums.solid += solid
	sums.added += unionLength(l.stretch) - solid
}

// inside appends the stretches of a line within a closed surface; false if the
// surface does not close along the line.
func (l *columnLine) inside(b *BVH, ray Ray) bool {
	l.hits = b.AllHits(ray, l.hits[:0])
	winding := int32(0)
	for i, h := range l.hits {
		if winding != 0 {
			l.stretch = append(l.stretch, [2]float64{l.hits[i-1].T, h.T})
		}
		winding -= h.Sign
	}
	return winding == 0
}

// unionLength returns the length that stretches cover together; it sorts them.
func unionLength(stretch [][2]float64) float64 {
	slices.SortFunc(stretch, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	length, end := 0.0, math.Inf(-1)
	for _, s := range stretch {
		if s[1] > end {
			length += s[1] - max(s[0], end)
			end = s[1]
		}
	}
	return length
}
