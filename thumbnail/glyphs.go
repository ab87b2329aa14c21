package thumbnail

import (
	"cmp"
	"slices"
	"sync"

	"github.com/golang/geo/r3"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// legendFont is parsed once. It is part of the program, so that it can only
// fail in its tests.
var legendFont = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(goregular.TTF) })

// A lettering is text of one size. Outlines come from the font in whole 64ths
// of a pixel and are filled in integers, so that every machine draws them
// alike.
type lettering struct {
	font   *sfnt.Font
	size   fixed.Int26_6 // pixels an em
	buffer sfnt.Buffer
}

func newLettering(pixels float64) (*lettering, error) {
	f, err := legendFont()
	return &lettering{font: f, size: fixed.Int26_6(pixels * 64)}, err
}

// width returns the width of text in pixels.
func (l *lettering) width(text string) (float64, error) {
	sum := fixed.Int26_6(0)
	for _, r := range text {
		i, err := l.font.GlyphIndex(&l.buffer, r)
		if err != nil {
			return 0, err
		}
		advance, err := l.font.GlyphAdvance(&l.buffer, i, l.size, font.HintingNone)
		if err != nil {
			return 0, err
		}
		sum += advance
	}
	return float64(sum) / 64, nil
}

// draw puts text on c, beginning at x on the line at y.
func (l *lettering) draw(c *canvas, text string, x, y float64, light r3.Vector) error {
	pen := fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
	for _, r := range text {
		i, err := l.font.GlyphIndex(&l.buffer, r)
		if err != nil {
			return err
		}
		advance, err := l.font.GlyphAdvance(&l.buffer, i, l.size, font.HintingNone)
		if err != nil {
			return err
		}
		segments, err := l.font.LoadGlyph(&l.buffer, i, l.size, nil)
		if err != nil {
			return err
		}
		fill(c, flatten(segments, pen), light)
		pen.X += advance
	}
	return nil
}

// A stroke is a straight piece of an outline in 64ths of a pixel, with its
// upper end first; down says whether the outline runs downward.
type stroke struct {
	x0, y0, x1, y1 int
	down           bool
}

// flatten makes straight pieces of an outline at pen.
func flatten(segments sfnt.Segments, pen fixed.Point26_6) []stroke {
	var strokes []stroke
	var from fixed.Point26_6
	line := func(to fixed.Point26_6) {
		s := stroke{int(from.X), int(from.Y), int(to.X), int(to.Y), true}
		if s.y0 > s.y1 {
			s = stroke{s.x1, s.y1, s.x0, s.y0, false}
		}
		if s.y0 != s.y1 {
			strokes = append(strokes, s)
		}
		from = to
	}
	const steps = 8 // of a curve
	for _, s := range segments {
		a, b, c := s.Args[0].Add(pen), s.Args[1].Add(pen), s.Args[2].Add(pen)
		start := from
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			from = a
		case sfnt.SegmentOpLineTo:
			line(a)
		case sfnt.SegmentOpQuadTo:
			for i := fixed.Int26_6(1); i <= steps; i++ {
				j := steps - i
				line(weighted3(start, j*j, a, 2*i*j, b, i*i, steps*steps))
			}
		case sfnt.SegmentOpCubeTo: // no TrueType font has these
			line(c)
		}
	}
	return strokes
}

func weighted3(a fixed.Point26_6, u fixed.Int26_6, b fixed.Point26_6, v fixed.Int26_6, c fixed.Point26_6, w, all fixed.Int26_6) fixed.Point26_6 {
	return fixed.Point26_6{X: (a.X*u + b.X*v + c.X*w) / all, Y: (a.Y*u + b.Y*v + c.Y*w) / all}
}

// fill draws what strokes enclose, by the nonzero rule. Each pixel has eight
// lines, of which 64ths are counted.
func fill(c *canvas, strokes []stroke, light r3.Vector) {
	const lines, unit = 8, 64
	if len(strokes) == 0 {
		return
	}
	low, high := strokes[0].y0, strokes[0].y1
	left, right := strokes[0].x0, strokes[0].x0
	for _, s := range strokes {
		low, high = min(low, s.y0), max(high, s.y1)
		left, right = min(left, s.x0, s.x1), max(right, s.x0, s.x1)
	}
	first := left >> 6
	covered := make([]int, right>>6-first+1)
	type crossing struct {
		x    int
		down bool
	}
	var crossings []crossing
	for y := low >> 6; y <= high>>6; y++ {
		clear(covered)
		for k := range lines {
			at := y*unit + (2*k+1)*unit/(2*lines)
			crossings = crossings[:0]
			for _, s := range strokes {
				if s.y0 <= at && at < s.y1 {
					crossings = append(crossings, crossing{s.x0 + (s.x1-s.x0)*(at-s.y0)/(s.y1-s.y0), s.down})
				}
			}
			slices.SortFunc(crossings, func(a, b crossing) int { return cmp.Compare(a.x, b.x) })
			winding := 0
			for i := range crossings {
				if winding != 0 {
					cover(covered, crossings[i-1].x-first*unit, crossings[i].x-first*unit)
				}
				if crossings[i].down {
					winding++
				} else {
					winding--
				}
			}
		}
		for i, n := range covered {
			c.blend(first+i, y, light, float64(n)/(lines*unit))
		}
	}
}

// cover counts the 64ths from a to b in the pixels that they lie in.
func cover(covered []int, a, b int) {
	for i := a >> 6; i <= b>>6 && i < len(covered); i++ {
		covered[i] += max(0, min(b, (i+1)*64)-max(a, i*64))
	}
}
