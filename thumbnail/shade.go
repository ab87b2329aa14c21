package thumbnail

import (
	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// A shader lights surfaces as a photographer lights a product: a key light
// from the upper left before the part, a weak fill from the right, a rim from
// behind, and light from all around that is stronger from above. The lights
// stand still relative to the eye.
type shader struct {
	surface r3.Vector // reflected share of red, green and blue
	sky     r3.Vector // where above is, along the axes of the picture
	gloss   float64
}

// A lamp is far away in a direction along the axes of the picture.
type lamp struct {
	from  r3.Vector // unit length
	power float64
	// half is the direction between from and the eye.
	half r3.Vector
}

func newLamp(x, y, z, power float64) lamp {
	from := r3.Vector{X: x, Y: y, Z: z}.Normalize()
	return lamp{from: from, power: power, half: from.Add(r3.Vector{Z: 1}).Normalize()}
}

var lamps = [...]lamp{
	newLamp(-0.62, 0.70, 0.48, 0.86), // key
	newLamp(0.85, 0.05, 0.45, 0.17),  // fill
	newLamp(0.35, 0.55, -0.76, 0.24), // rim
}

const (
	ambientSky    = 0.36 // light from straight above
	ambientGround = 0.12 // and from below
	// backLight is the share of light on the back of a triangle, which shows
	// through holes or is turned over.
	backLight = 0.55
)

func newShader(b *basis, opts *Options) shader {
	s := shader{surface: toLight(opts.Color), sky: b.of(r3.Vector{Z: 1}), gloss: 0.10}
	if opts.Heat != nil {
		s.gloss = 0.03
	}
	return s
}

// light returns the linear light that a surface of unit normal n, along the
// axes of the picture, sends to the eye.
func (s *shader) light(n, surface r3.Vector, back bool) r3.Vector {
	up := (n.Dot(s.sky) + 1) / 2
	diffuse := ambientGround + float64((ambientSky-ambientGround)*up)
	gloss := 0.0
	for i := range lamps {
		l := &lamps[i]
		facing := n.Dot(l.from)
		if facing <= 0 {
			continue
		}
		diffuse += float64(l.power * facing)
		if h := n.Dot(l.half); h > 0 {
			h *= h // to the power of 32
			h *= h
			h *= h
			h *= h
			gloss += float64(l.power * float64(h*h))
		}
	}
	// Grazing surfaces reflect what is around them (after Schlick, 1994).
	graze := 1 - min(max(n.Z, 0), 1)
	graze = float64(graze*graze) * float64(graze*graze)
	add := float64(s.gloss*gloss) + float64(0.10*float64(graze*up))
	if back {
		diffuse, add = float64(diffuse*backLight), 0
	}
	c := mesh.Scaled(surface, diffuse).Add(r3.Vector{X: add, Y: add, Z: add})
	return r3.Vector{X: shoulder(c.X), Y: shoulder(c.Y), Z: shoulder(c.Z)}
}

// shoulder bends light above 0.7 so that it reaches 1 only far beyond:
// highlights keep some shape.
func shoulder(x float64) float64 {
	const from = 0.7
	if x <= from {
		return x
	}
	over := (x - from) / (1 - from)
	return from + float64((1-from)*float64(over/(1+over)))
}
