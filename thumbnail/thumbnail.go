// Package thumbnail makes pictures of meshes: shaded, or coloured by a number
// such as the wall thickness, with defects marked.
//
// It draws with a rasteriser of its own and needs no graphics hardware. The
// pixels are the same on every machine and for every number of threads:
// corners are rounded to fixed point, which triangle a sample shows is decided
// in integers with ties broken by the triangle's index, and no product of the
// shading is fused into a sum.
package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"runtime"

	"github.com/partgauge/partgauge/mesh"
)

// The sizes that a picture may have, in pixels.
const (
	MinSize = 16
	MaxSize = 4096
)

// Options say what a picture shows. The zero value is a shaded picture of
// 512×512 pixels, seen from the front right above, without a background.
type Options struct {
	// Width and Height are in pixels, MinSize to MaxSize. Default 512; a
	// Height of 0 is the width.
	Width, Height int
	// View is where the part is seen from. Default isometric.
	View View
	// Background fills what the part leaves free. Default transparent.
	Background color.NRGBA
	// Color of the part where no heat map says otherwise; it is always
	// opaque. Default a light blue grey.
	Color color.NRGBA
	// CreaseAngle in degrees: faces that meet at less look like one rounded
	// surface. Default 35; negative makes every face flat.
	CreaseAngle float64
	// Heat colours the faces by a number, if set.
	Heat *HeatMap
	// Marks are drawn on the part, if set.
	Marks *Marks
	// Threads is how many processors are used; 0 means all. The picture does
	// not depend on it.
	Threads int
}

// defaultColor is the part's colour unless another is asked for.
var defaultColor = color.NRGBA{R: 176, G: 192, B: 211, A: 255}

// WithDefaults returns o with its zero fields set to their defaults.
func (o Options) WithDefaults() Options {
	if o.Width == 0 {
		o.Width = 512
	}
	if o.Height == 0 {
		o.Height = o.Width
	}
	if o.Color == (color.NRGBA{}) {
		o.Color = defaultColor
	}
	if o.CreaseAngle == 0 {
		o.CreaseAngle = 35
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	return o
}

// Validate reports the first option that makes no sense. Whether a heat map
// fits a mesh is found out by Render.
func (o Options) Validate() error {
	o = o.WithDefaults()
	for _, size := range [...]int{o.Width, o.Height} {
		if size < MinSize || size > MaxSize {
			return fmt.Errorf("thumbnail: a picture of %d×%d pixels; each side must have %d to %d", o.Width, o.Height, MinSize, MaxSize)
		}
	}
	if !(o.CreaseAngle <= 180) {
		return fmt.Errorf("thumbnail: a crease angle of %g°; it must be at most 180", o.CreaseAngle)
	}
	if err := o.View.validate(); err != nil {
		return err
	}
	if o.Heat != nil {
		if err := o.Heat.validate(); err != nil {
			return err
		}
	}
	return nil
}

// ErrNothingVisible is returned for a mesh that shows no pixel: one without
// triangles, or a flat one seen along its plane.
var ErrNothingVisible = errors.New("thumbnail: nothing of the part can be seen from here; choose another view")

// Render draws m. The other errors besides ErrNothingVisible are those of
// opts, of coordinates or indices that are none, and of ctx.
//
// Time is linear in the triangles and in the pixels. Memory is about 20 bytes
// a vertex, 5 a triangle and 50 a pixel, 12 more for each triangle around a
// corner of one that is larger than two pixels, and 8 for each sample of a heat
// map.
func Render(ctx context.Context, m *mesh.Mesh, opts Options) (*image.NRGBA, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	opts = opts.WithDefaults()
	used, err := check(m)
	if err != nil {
		return nil, err
	}
	if opts.View.Auto {
		view, err := automaticView(ctx, m, used, opts.Threads)
		if err != nil {
			return nil, err
		}
		opts.View = view
	}
	p, err := newPicture(ctx, m, used, &opts)
	if err != nil {
		return nil, err
	}
	if err := p.draw(ctx); err != nil {
		return nil, err
	}
	return p.finish(ctx)
}

// WritePNG writes img to w as a PNG.
func WritePNG(w io.Writer, img image.Image) error { return png.Encode(w, img) }

// check returns which vertices the triangles of m use, and refuses a mesh that
// cannot be drawn.
func check(m *mesh.Mesh) (used []bool, err error) {
	used = make([]bool, len(m.Vertices))
	for f := range m.Triangles {
		for _, v := range m.Triangles[f] {
			if int(v) >= len(m.Vertices) {
				return nil, fmt.Errorf("thumbnail: triangle %d has a vertex %d of %d", f, v, len(m.Vertices))
			}
			used[v] = true
		}
	}
	for v := range m.Vertices {
		p := &m.Vertices[v]
		// Beyond this the square of an area would not be finite.
		const most = 1e70
		if !(math.Abs(p.X) < most && math.Abs(p.Y) < most && math.Abs(p.Z) < most) && used[v] {
			return nil, fmt.Errorf("thumbnail: vertex %d is at %v, %v, %v", v, p.X, p.Y, p.Z)
		}
	}
	return used, nil
}
