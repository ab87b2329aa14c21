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

// newCamera looks at m, whose triangles use the vertices used, so that it fills
// the frame f, with n×n samples a pixel.
func newCamera(ctx context.Context, m *mesh.Mesh, used []bool, view View, f frame, n, threads int) (camera, error) {
	c := camera{basis: view.basis()}
	box, err := boxOf(ctx, m, used, threads, func(p r3.Vector) r3.Vector { return p })
	if err != nil {
		return c, err
	}
	if box.IsEmpty() {
		return c, ErrNothingVisible
	}
	c.center = box.Center()
	box, err = boxOf(ctx, m, used, threads, func(p r3.Vector) r3.Vector { return c.of(p.Sub(c.center)) })
	if err != nil {
		return c, err
	}
	c.low, c.high = box.Min, box.Max
	size := c.high.Sub(c.low)
	pixels := math.Min((f.x1-f.x0)/size.X, (f.y1-f.y0)/size.Y)
	if !(pixels < 1e100) || !(pixels > 0) {
		return c, ErrNothingVisible
	}
	c.scale = float64(pixels * float64(n))
	c.depth = float64(size.Z * pixels)
	middle := mesh.Scaled(c.low.Add(c.high), 0.5)
	c.left = float64((f.x0+f.x1)/2*float64(n)) - float64(middle.X*c.scale)
	c.top = float64((f.y0+f.y1)/2*float64(n)) + float64(middle.Y*c.scale)
	return c, nil
}

// boxOf returns the box of the used vertices of m after place has moved them.
func boxOf(ctx context.Context, m *mesh.Mesh, used []bool, threads int, place func(r3.Vector) r3.Vector) (mesh.Box, error) {
	boxes := make([]mesh.Box, (len(m.Vertices)+chunk-1)/chunk)
	err := inChunks(ctx, threads, len(m.Vertices), func(start, end int) {
		box := mesh.EmptyBox()
		for v := start; v < end; v++ {
			if used[v] {
				box = box.Add(place(m.Vertices[v]))
			}
		}
		boxes[start/chunk] = box
	})
	all := mesh.EmptyBox()
	for _, b := range boxes {
		if !b.IsEmpty() {
			all = all.Add(b.Min).Add(b.Max)
		}
	}
	return all, err
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
