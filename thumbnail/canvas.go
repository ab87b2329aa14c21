package thumbnail

import (
	"context"
	"image"
	"image/color"

	"github.com/golang/geo/r3"
)

// A canvas is the picture in linear light, each colour times its alpha.
type canvas struct {
	width, height int
	pixels        []pixel
}

// newCanvas puts the pixels of p before the background.
func newCanvas(p *picture) *canvas {
	c := &canvas{width: p.width, height: p.height, pixels: p.pixels}
	if a := float32(p.opts.Background.A) / 255; a > 0 {
		light := toLight(p.opts.Background)
		r, g, b := float32(light.X)*a, float32(light.Y)*a, float32(light.Z)*a
		for i := range c.pixels {
			q := &c.pixels[i]
			k := 1 - q.alpha
			q.red += float32(r * k)
			q.green += float32(g * k)
			q.blue += float32(b * k)
			q.alpha += float32(a * k)
		}
	}
	return c
}

// blend puts light of the given share before pixel x, y.
func (c *canvas) blend(x, y int, light r3.Vector, share float64) {
	if share <= 0 || x < 0 || y < 0 || x >= c.width || y >= c.height {
		return
	}
	q := &c.pixels[y*c.width+x]
	a, k := float32(share), float32(1-share)
	q.red = float32(float32(light.X)*a) + float32(q.red*k)
	q.green = float32(float32(light.Y)*a) + float32(q.green*k)
	q.blue = float32(float32(light.Z)*a) + float32(q.blue*k)
	q.alpha = a + float32(q.alpha*k)
}

// image returns the canvas as sRGB.
func (c *canvas) image(ctx context.Context, threads int) (*image.NRGBA, error) {
	img := image.NewNRGBA(image.Rect(0, 0, c.width, c.height))
	err := forEach(ctx, threads, c.height, func(y int) {
		for x := range c.width {
			q := &c.pixels[y*c.width+x]
			if q.alpha <= 0 {
				continue
			}
			a := float64(q.alpha)
			img.SetNRGBA(x, y, color.NRGBA{
				R: toByte(float64(q.red) / a), G: toByte(float64(q.green) / a), B: toByte(float64(q.blue) / a),
				A: uint8(min(float64(a*255)+0.5, 255)),
			})
		}
	})
	return img, err
}
