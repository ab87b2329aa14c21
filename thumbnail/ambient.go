package thumbnail

import (
	"context"
	"math"
)

// Corners and crevices get less of the light from around. How much is guessed
// from the depths of the pixels near by, after "The Alchemy screen-space
// ambient obscurance algorithm" (McGuire, Osman, Bukowski and Hennessy, High
// Performance Graphics 2011), with a fixed pattern of neighbours that turns
// within tiles of 4×4 pixels; a mean over such a tile takes the pattern out.

const (
	// occlusionReach is how far neighbours are looked for, as a share of the
	// smaller side.
	occlusionReach = 0.07
	occlusionTaps  = 16
	occlusionTile  = 4
	// occlusionBias keeps flat surfaces light: neighbours lower than this
	// sine over the surface do not count.
	occlusionBias = 0.08
	occlusionGain = 3.0
	// occlusionMost is the most light that is taken away.
	occlusionMost = 0.72
)

// taps are the neighbours of each place in a tile, in units of the reach:
// points of a sunflower's spiral, turned from place to place.
var taps = func() (t [occlusionTile * occlusionTile][occlusionTaps][2]float64) {
	// One turn of the golden angle, and of a sixteenth of a circle: cosine and
	// sine as numbers, so that they are the same on every machine.
	const goldenCosine, goldenSine = -0.7373688780783197, 0.6754902942615238
	const tileCosine, tileSine = 0.9238795325112867, 0.3826834323650898
	turn := func(x, y, c, s float64) (float64, float64) {
		return float64(x*c) - float64(y*s), float64(x*s) + float64(y*c)
	}
	x, y := 1.0, 0.0
	for i := range t {
		dx, dy := x, y
		for k := range t[i] {
			r := (float64(k) + 0.5) / occlusionTaps
			t[i][k] = [2]float64{float64(dx * r), float64(dy * r)}
			dx, dy = turn(dx, dy, goldenCosine, goldenSine)
		}
		// Seven sixteenths, so that neighbours in a tile differ much.
		for range 7 {
			x, y = turn(x, y, tileCosine, tileSine)
		}
	}
	return t
}()

// occlude darkens the pixels that others stand around, and those at edges.
func (p *picture) occlude(ctx context.Context) error {
	const rows = 16
	jobs := (p.height + rows - 1) / rows
	depths := p.depths()
	open := make([]float32, len(p.pixels))
	err := forEach(ctx, p.opts.Threads, jobs, func(job int) {
		for y := job * rows; y < min((job+1)*rows, p.height); y++ {
			for x := range p.width {
				if i := y*p.width + x; p.pixels[i].alpha > 0 {
					open[i] = float32(p.openness(depths, x, y))
				}
			}
		}
	})
	if err != nil {
		return err
	}
	factors := make([]float32, len(p.pixels))
	err = forEach(ctx, p.opts.Threads, jobs, func(job int) {
		for y := job * rows; y < min((job+1)*rows, p.height); y++ {
			for x := range p.width {
				if i := y*p.width + x; p.pixels[i].alpha > 0 {
					factors[i] = float32(p.mean(open, x, y) * p.line(x, y))
				}
			}
		}
	})
	for i := range p.pixels {
		q, k := &p.pixels[i], factors[i]
		q.red, q.green, q.blue = q.red*k, q.green*k, q.blue*k
	}
	return err
}

// noDepth stands where nothing of the part is seen.
const noDepth = math.MaxFloat32

// depths returns the depths alone: neighbours are looked up far apart, and four
// bytes stay in the cache where a whole pixel would not.
func (p *picture) depths() []float32 {
	depths := make([]float32, len(p.pixels))
	for i := range p.pixels {
		depths[i] = noDepth
		if p.pixels[i].alpha >= 0.5 {
			depths[i] = p.pixels[i].depth
		}
	}
	return depths
}

// openness returns the share of the light from around that reaches a pixel.
func (p *picture) openness(depths []float32, x, y int) float64 {
	at := &p.pixels[y*p.width+x]
	nx, ny, nz := float64(at.normal[0]), float64(at.normal[1]), float64(at.normal[2])
	reach := occlusionReach * float64(min(p.width, p.height))
	sum := 0.0
	for _, tap := range &taps[y%occlusionTile*occlusionTile+x%occlusionTile] {
		dx, dy := int(math.Floor(float64(tap[0]*reach)+0.5)), int(math.Floor(float64(tap[1]*reach)+0.5))
		u, v := x+dx, y+dy
		if dx == 0 && dy == 0 || u < 0 || v < 0 || u >= p.width || v >= p.height {
			continue
		}
		other := depths[v*p.width+u]
		if other == noDepth {
			continue
		}
		dz := float64(at.depth - other) // to the eye
		square := float64(dx*dx+dy*dy) + float64(dz*dz)
		over := float64(nx*float64(dx)) - float64(ny*float64(dy)) + float64(nz*dz)
		if over <= 0 {
			continue
		}
		sine := over/math.Sqrt(square) - occlusionBias
		if sine <= 0 {
			continue
		}
		// Neighbours beyond the reach fade out.
		near := 1 - square/float64(4*float64(reach*reach))
		if near > 0 {
			sum += float64(sine * near)
		}
	}
	return 1 - min(float64(sum*(occlusionGain/occlusionTaps)), occlusionMost)
}

// mean returns the mean of values over the tile around a pixel, of the pixels
// on the same surface.
func (p *picture) mean(values []float32, x, y int) float64 {
	at := &p.pixels[y*p.width+x]
	sum, count := 0.0, 0.0
	for v := max(y-occlusionTile/2, 0); v < min(y+occlusionTile/2, p.height); v++ {
		for u := max(x-occlusionTile/2, 0); u < min(x+occlusionTile/2, p.width); u++ {
			i := v*p.width + u
			other := &p.pixels[i]
			if other.alpha == 0 {
				continue
			}
			// The depth that the plane of this pixel has there.
			dx, dy, dz := float64(u-x), float64(y-v), float64(at.depth-other.depth)
			off := float64(dx*float64(at.normal[0])) + float64(dy*float64(at.normal[1])) + float64(dz*float64(at.normal[2]))
			if math.Abs(off) < 1.5 {
				sum += float64(values[i])
				count++
			}
		}
	}
	if count == 0 {
		return float64(values[y*p.width+x])
	}
	return sum / count
}

const (
	creaseLine  = 0.20 // most light that a crease takes away
	outlineLine = 0.35 // and an outline before another surface
)

// line returns the share of light that the lines at creases and outlines leave
// a pixel.
func (p *picture) line(x, y int) float64 {
	at := &p.pixels[y*p.width+x]
	crease, outline := 0.0, 0.0
	for _, d := range [...][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		u, v := x+d[0], y+d[1]
		if u < 0 || v < 0 || u >= p.width || v >= p.height {
			continue
		}
		other := &p.pixels[v*p.width+u]
		if other.alpha < 0.5 {
			continue
		}
		dot := 0.0
		for k := range at.normal {
			dot += float64(float64(at.normal[k]) * float64(other.normal[k]))
		}
		crease = max(crease, (0.87-dot)/0.5)
		// The other is farther than both of their planes explain.
		dx, dy, dz := float64(d[0]), float64(-d[1]), float64(other.depth-at.depth)
		slope := max(slopeOf(at, dx, dy), slopeOf(other, dx, dy))
		outline = max(outline, (dz-slope-1.5)/4)
	}
	dark := max(creaseLine*min(max(crease, 0), 1), outlineLine*min(max(outline, 0), 1))
	return 1 - dark
}

// slopeOf returns how much deeper the plane of a pixel gets a step away.
func slopeOf(p *pixel, dx, dy float64) float64 {
	nz := max(float64(p.normal[2]), 0.1)
	return (float64(dx*float64(p.normal[0])) + float64(dy*float64(p.normal[1]))) / nz
}
