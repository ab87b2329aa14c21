package thumbnail

import (
	"context"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

const (
	// subBits are the binary digits of corners below a sample: they are
	// rounded to 1/64 of the distance between samples.
	subBits = 6
	subUnit = 1 << subBits
	// depthSteps is the number of steps between the nearest and the farthest
	// corner.
	depthSteps = 1 << 30
)

// A corner is a vertex in the picture: right and down from its upper left in
// 1/64 samples, and away from the eye in depthSteps.
type corner struct{ x, y, z int32 }

// A camera maps the part to the picture.
type camera struct {
	basis
	center r3.Vector // of the part's box
	// Of the part about center, along the axes of the picture.
	low, high r3.Vector
	scale     float64 // samples per mm
	left, top float64 // of center, in samples
	depth     float64 // pixels from the nearest to the farthest corner
}

// A frame is a rectangle of the picture in pixels.
type frame struct{ x0, y0, x1, y1 float64 }

// newCamera looks at m so that it fills the frame f, with n×n samples a pixel.
func newCamera(ctx context.Context, m *mesh.Mesh, view View, f frame, n, threads int) (camera, error) {
	c := camera{basis: view.basis(), center: m.Bounds().Center()}
	if err := c.measure(ctx, m, threads); err != nil {
		return c, err
	}
	size := c.high.Sub(c.low)
	width, height := f.x1-f.x0, f.y1-f.y0
	pixels := math.Min(width/size.X, height/size.Y)
	if !(pixels < 1e100) || !(pixels > 0) {
		return c, ErrNothingVisible
	}
	c.scale = pixels * float64(n)
	c.depth = size.Z * pixels
	middle := mesh.Scaled(c.low.Add(c.high), 0.5)
	c.left = float64((f.x0+f.x1)/2*float64(n)) - float64(middle.X*c.scale)
	c.top = float64((f.y0+f.y1)/2*float64(n)) + float64(middle.Y*c.scale)
	return c, nil
}

// measure finds the extent of m along the axes of the picture.
func (c *camera) measure(ctx context.Context, m *mesh.Mesh, threads int) error {
	chunks := (len(m.Triangles) + chunk - 1) / chunk
	boxes := make([]mesh.Box, chunks)
	err := inChunks(ctx, threads, len(m.Triangles), func(start, end int) {
		box := mesh.EmptyBox()
		for f := start; f < end; f++ {
			for _, v := range m.Triangles[f] {
				box = box.Add(c.of(m.Vertices[v].Sub(c.center)))
			}
		}
		boxes[start/chunk] = box
	})
	if err != nil {
		return err
	}
	all := mesh.EmptyBox()
	for _, b := range boxes {
		all = all.Add(b.Min).Add(b.Max)
	}
	if all.IsEmpty() {
		return ErrNothingVisible
	}
	c.low, c.high = all.Min, all.Max
	return nil
}

// project returns a point of the part in the picture. Points outside of the
// part's box end at the border of what a corner can say.
func (c *camera) project(p r3.Vector) corner {
	q := c.of(p.Sub(c.center))
	z := 0.0
	if depth := c.high.Z - c.low.Z; depth > 0 {
		z = float64((c.high.Z-q.Z)/depth) * depthSteps
	}
	return corner{
		x: wholeUnits(float64((float64(q.X*c.scale) + c.left) * subUnit)),
		y: wholeUnits(float64((c.top - float64(q.Y*c.scale)) * subUnit)),
		z: int32(math.Floor(min(max(z, 0), depthSteps-1))),
	}
}

// wholeUnits rounds to the next whole number.
func wholeUnits(x float64) int32 { return int32(math.Floor(min(max(x, -1<<29), 1<<29) + 0.5)) }

// projectAll returns all vertices of m in the picture.
func (c *camera) projectAll(ctx context.Context, m *mesh.Mesh, threads int) ([]corner, error) {
	corners := make([]corner, len(m.Vertices))
	err := inChunks(ctx, threads, len(m.Vertices), func(start, end int) {
		for v := start; v < end; v++ {
			corners[v] = c.project(m.Vertices[v])
		}
	})
	return corners, err
}
