package thumbnail

import (
	"image/color"
	"math"
	"strconv"

	"github.com/golang/geo/r3"
)

// A legend says at the lower edge of a picture what its colours mean, in one
// row, or in two where one is too wide.
type legend struct {
	rows    [][]legendEntry
	letters *lettering
	size    float64 // of the letters, in pixels
	height  int     // of the strip, in pixels
}

type legendEntry struct {
	color color.NRGBA
	text  string
	width float64 // of the text
}

const (
	legendShare = 1.0 / 30 // size of the letters, of the smaller side
	smallest    = 8.5      // letters that can be read
	largest     = 72.0
)

// Lengths of a legend, in sizes of its letters.
const (
	swatchWidth = 0.85
	swatchGap   = 0.40 // between a swatch and its text
	entryGap    = 1.30
	plateInset  = 0.75
	rowHeight   = 1.5
	stripInset  = 0.5 // above and below the rows
)

// entriesOf returns what the colours of a picture mean.
func entriesOf(opts *Options) []legendEntry {
	var entries []legendEntry
	if h := opts.Heat; h != nil && !h.NoLegend {
		least, best := millimetres(h.Minimum), millimetres(h.Optimal)
		entries = append(entries, legendEntry{color: heatClassColors[heatThin], text: "< " + least + " mm"})
		if h.Optimal > h.Minimum {
			entries = append(entries, legendEntry{color: heatClassColors[heatWeak], text: least + " – " + best + " mm"})
			least = best
		}
		entries = append(entries,
			legendEntry{color: heatClassColors[heatGood], text: "≥ " + least + " mm"},
			legendEntry{color: heatClassColors[heatUnknown], text: "edge or unknown"})
	}
	return append(entries, opts.Marks.entries()...)
}

func millimetres(x float64) string {
	return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64)
}

// newLegend returns the legend of a picture; nil if there is nothing to say or
// no room to say it legibly.
func newLegend(opts *Options) (*legend, error) {
	entries := entriesOf(opts)
	if len(entries) == 0 {
		return nil, nil
	}
	small := float64(min(opts.Width, opts.Height))
	first := min(max(small*legendShare, 10), largest)
	for _, rows := range [...]int{1, 2} {
		for size := first; size >= smallest; size *= 0.94 {
			l := &legend{size: size, height: int(size*(float64(rowHeight*float64(rows))+2*stripInset)) + 1}
			var err error
			if l.letters, err = newLettering(size); err != nil {
				return nil, err
			}
			for i := range entries {
				if entries[i].width, err = l.letters.width(entries[i].text); err != nil {
					return nil, err
				}
			}
			half := (len(entries) + rows - 1) / rows
			for rest := entries; len(rest) > 0; rest = rest[min(half, len(rest)):] {
				l.rows = append(l.rows, rest[:min(half, len(rest))])
			}
			if l.width() <= float64(opts.Width)-size && float64(l.height) <= small/4 {
				return l, nil
			}
		}
	}
	return nil, nil
}

// width returns the width of the plate.
func (l *legend) width() float64 {
	widest := 0.0
	for _, row := range l.rows {
		widest = max(widest, l.rowWidth(row))
	}
	return widest + float64(2*plateInset*l.size)
}

func (l *legend) rowWidth(row []legendEntry) float64 {
	sum := -float64(l.size * entryGap)
	for i := range row {
		sum += float64(l.size*(swatchWidth+swatchGap+entryGap)) + row[i].width
	}
	return sum
}

// draw puts the legend on c.
func (l *legend) draw(c *canvas) error {
	plate, ink := toLight(color.NRGBA{R: 255, G: 255, B: 255}), toLight(color.NRGBA{R: 43, G: 48, B: 56})
	row := float64(l.size * rowHeight)
	top := float64(c.height) - float64(l.height) + float64(l.size*stripInset)
	width := l.width()
	x := math.Floor((float64(c.width) - width) / 2)
	roundedBox(c, x, top-float64(0.2*l.size), x+width, top+float64(row*float64(len(l.rows)))+float64(0.2*l.size), float64(0.5*l.size), plate, 0.85)
	for _, entries := range l.rows {
		x := math.Floor((float64(c.width) - l.rowWidth(entries)) / 2)
		middle := top + float64(row*0.5)
		for i := range entries {
			e := &entries[i]
			half := float64(l.size * (swatchWidth / 2))
			roundedBox(c, x, middle-half, x+float64(2*half), middle+half, float64(0.18*l.size), toLight(e.color), 1)
			x += float64(l.size * (swatchWidth + swatchGap))
			if err := l.letters.draw(c, e.text, x, middle+float64(0.36*l.size), ink); err != nil {
				return err
			}
			x += e.width + float64(l.size*entryGap)
		}
		top += row
	}
	return nil
}

// roundedBox fills a box with round corners.
func roundedBox(c *canvas, x0, y0, x1, y1, radius float64, light r3.Vector, share float64) {
	cx, cy := float64((x0+x1)*0.5), float64((y0+y1)*0.5)
	hx, hy := float64((x1-x0)*0.5)-radius, float64((y1-y0)*0.5)-radius
	for y := int(math.Floor(y0)); y <= int(math.Ceil(y1)); y++ {
		for x := int(math.Floor(x0)); x <= int(math.Ceil(x1)); x++ {
			dx := max(math.Abs(float64(x)+0.5-cx)-hx, 0)
			dy := max(math.Abs(float64(y)+0.5-cy)-hy, 0)
			distance := math.Sqrt(float64(dx*dx)+float64(dy*dy)) - radius
			c.blend(x, y, light, float64(share*min(max(0.5-distance, 0), 1)))
		}
	}
}
