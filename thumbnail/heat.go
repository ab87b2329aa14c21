package thumbnail

import (
	"fmt"
	"image/color"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// A HeatMap colours a part by a thickness or another length in mm: red below
// Minimum, yellow below Optimal, green from there on, and grey where nothing
// is known.
type HeatMap struct {
	// Faces has the value of each triangle, NaN where it is unknown.
	Faces []float32
	// Samples are values at places of triangles, for triangles so large that
	// one value would not tell what is where: each place of a triangle shows
	// the sample of that triangle that is nearest. Triangles without samples
	// show Faces.
	Samples []HeatSample
	// Minimum and Optimal are the limits in mm. Minimum must be above 0; an
	// Optimal of 0 stands for none.
	Minimum, Optimal float64
	// NoLegend leaves the legend out. Pictures too small to read one have none
	// anyway.
	NoLegend bool
}

// A HeatSample is the value at one point of a triangle, NaN if unknown.
type HeatSample struct {
	Point r3.Vector
	Face  uint32
	Value float32
}

func (h *HeatMap) validate() error {
	switch {
	case !(h.Minimum > 0) || math.IsInf(h.Minimum, 0):
		return fmt.Errorf("thumbnail: a heat map with a minimum of %g; it must be above 0", h.Minimum)
	case h.Optimal != 0 && !(h.Optimal >= h.Minimum) || math.IsInf(h.Optimal, 0):
		return fmt.Errorf("thumbnail: a heat map with an optimum of %g; it must be at least the minimum of %g", h.Optimal, h.Minimum)
	}
	return nil
}

// A heatClass is what a value is in the eyes of a heat map.
type heatClass uint8

const (
	heatUnknown heatClass = iota
	heatThin
	heatWeak
	heatGood
)

// heatClassColors are told apart by those who see no red or green, too: they
// differ in lightness.
var heatClassColors = [...]color.NRGBA{
	heatUnknown: {R: 158, G: 163, B: 170, A: 255},
	heatThin:    {R: 214, G: 45, B: 50, A: 255},
	heatWeak:    {R: 250, G: 200, B: 40, A: 255},
	heatGood:    {R: 52, G: 168, B: 94, A: 255},
}

// class returns what v is. As when walls are judged, a value counts as thin
// only when it is so by more than 1 % and 0.001 mm.
func (h *HeatMap) class(v float32) heatClass {
	t := float64(v)
	switch {
	case !(t >= 0):
		return heatUnknown
	case t < heatThreshold(h.Minimum):
		return heatThin
	case t < heatThreshold(h.Optimal):
		return heatWeak
	}
	return heatGood
}

func heatThreshold(limit float64) float64 { return float64(0.99*limit) - 0.001 }

// Color returns the colour of a value.
func (h *HeatMap) Color(v float32) color.NRGBA { return heatClassColors[h.class(v)] }

// heatColors finds the colour of a place.
type heatColors struct {
	heat   *HeatMap
	lights [len(heatClassColors)]r3.Vector
	near   *nearestSamples // nil without samples
}

func newHeatColors(m *mesh.Mesh, h *HeatMap) (*heatColors, error) {
	if h.Faces != nil && len(h.Faces) != len(m.Triangles) {
		return nil, fmt.Errorf("thumbnail: a heat map of %d values for %d triangles", len(h.Faces), len(m.Triangles))
	}
	c := &heatColors{heat: h}
	for i := range c.lights {
		c.lights[i] = toLight(heatClassColors[i])
	}
	if len(h.Samples) > 0 {
		var err error
		if c.near, err = newNearestSamples(m, h.Samples); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// at returns the colour of triangle f at a point.
func (c *heatColors) at(f uint32, point r3.Vector) r3.Vector {
	v := float32(math.NaN())
	i, ok := c.near.of(f, point)
	switch {
	case ok:
		v = c.heat.Samples[i].Value
	case c.heat.Faces != nil:
		v = c.heat.Faces[f]
	}
	return c.lights[c.heat.class(v)]
}
