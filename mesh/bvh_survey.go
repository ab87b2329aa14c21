package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
)

// A surveyPart holds what the survey learns of a chunk of triangles.
type surveyPart struct {
	box    Box
	single bool
	kept   int
	sum    r3.Vector // of the corners, relative to the first of all
}

// survey finds the faces with area, their box, and where most of them lie.
func (b *bvhBuilder) survey(ctx context.Context) error {
	m := b.mesh
	b.root = EmptyBox()
	if len(m.Triangles) == 0 {
		return ctx.Err()
	}
	b.faces = make([]kernel.Bounds, len(m.Triangles))
	parts := make([]surveyPart, buildChunks(len(m.Triangles)))
	err := forBuildChunks(ctx, b.threads, len(m.Triangles), func(chunk, lo, hi int) {
		parts[chunk] = b.surveyChunk(lo, hi)
	})
	var sum r3.Vector
	kept := 0
	b.single = true
	for chunk, p := range parts {
		if p.kept == 0 {
			continue
		}
		copy(b.faces[kept:], b.faces[chunk*buildChunk:chunk*buildChunk+p.kept])
		kept += p.kept
		b.single = b.single && p.single
		b.root = addPoint(addPoint(b.root, p.box.Min), p.box.Max)
		sum = sum.Add(p.sum)
	}
	b.faces = b.faces[:kept]
	if kept > 0 {
		b.setFrame(sum.Mul(1 / float64(3*kept)))
	}
	return err
}

func (b *bvhBuilder) surveyChunk(lo, hi int) surveyPart {
	m := b.mesh
	reference := m.Vertices[m.Triangles[0][0]]
	p := surveyPart{box: EmptyBox(), single: true}
	for f := lo; f < hi; f++ {
		if !hasArea(m.AreaVector(f)) {
			continue
		}
		b.faces[lo+p.kept].Face = uint32(f)
		p.kept++
		for _, v := range m.Triangles[f] {
			x := m.Vertices[v]
			p.box = addPoint(p.box, x)
			p.single = p.single && isSingle(x)
			p.sum = p.sum.Add(x.Sub(reference))
		}
	}
	return p
}

// setFrame chooses the frame of the boxes around the mean corner, near which
// single precision is finest. The mean is relative to the first vertex.
func (b *bvhBuilder) setFrame(mean r3.Vector) {
	size := b.root.Size()
	extent := max(size.X, size.Y, size.Z)
	if !(extent <= math.MaxFloat64) {
		b.frame.scale = 0x1p-1022
		return
	}
	center := b.mesh.Vertices[b.mesh.Triangles[0][0]].Add(mean)
	if !(math.Abs(center.X)+math.Abs(center.Y)+math.Abs(center.Z) <= math.MaxFloat64) {
		center = b.root.Center() // the first vertex is none of the faces that count
	}
	_, e := math.Frexp(extent)
	b.frame = bvhFrame{center: center, scale: math.Ldexp(1, -e)}
}

// addPoint is Box.Add for finite points.
func addPoint(b Box, p r3.Vector) Box {
	if p.X < b.Min.X {
		b.Min.X = p.X
	}
	if p.Y < b.Min.Y {
		b.Min.Y = p.Y
	}
	if p.Z < b.Min.Z {
		b.Min.Z = p.Z
	}
	if p.X > b.Max.X {
		b.Max.X = p.X
	}
	if p.Y > b.Max.Y {
		b.Max.Y = p.Y
	}
	if p.Z > b.Max.Z {
		b.Max.Z = p.Z
	}
	return b
}

// isSingle reports whether the coordinates are exact in single precision.
func isSingle(p r3.Vector) bool {
	return float64(float32(p.X)) == p.X && float64(float32(p.Y)) == p.Y && float64(float32(p.Z)) == p.Z
}

// hasArea reports whether an area vector is finite and not zero.
func hasArea(n r3.Vector) bool {
	size := math.Abs(n.X) + math.Abs(n.Y) + math.Abs(n.Z)
	return size > 0 && size <= math.MaxFloat64
}

// collect computes the boxes of the faces and returns the range of all.
func (b *bvhBuilder) collect(ctx context.Context) (buildRange, error) {
	parts := make([]buildRange, buildChunks(len(b.faces)))
	err := forBuildChunks(ctx, b.threads, len(b.faces), func(chunk, lo, hi int) {
		faces := b.faces[lo:hi]
		for i := range faces {
			f := &faces[i]
			p, q, r := b.mesh.Corners(int(f.Face))
			b.frame.setBounds(f, b.frame.toBox(p), b.frame.toBox(q), b.frame.toBox(r))
		}
		parts[chunk] = buildRange{box: kernel.Union(faces), centers: kernel.Centers(faces)}
	})
	whole := buildRange{end: len(b.faces), box: kernel.EmptyBounds(), centers: kernel.EmptyBounds()}
	for i := range parts {
		whole.box.Add(&parts[i].box)
		whole.centers.Add(&parts[i].centers)
	}
	b.plan(&whole, b.threads)
	return whole, err
}

// setBounds makes f the box of a triangle of the frame, rounded outward.
func (*bvhFrame) setBounds(f *kernel.Bounds, p, q, r [3]float64) {
	for i := range 3 {
		// Adding zero makes negative zeros positive.
		f.Lo[i] = roundDown(min(p[i], q[i], r[i])) + 0
		f.Neg[i] = roundDown(-max(p[i], q[i], r[i])) + 0
	}
}
