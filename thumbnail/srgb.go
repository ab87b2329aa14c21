package thumbnail

import (
	"image/color"
	"math"
	"sync"

	"github.com/golang/geo/r3"
)

// The transfer function of sRGB (IEC 61966-2-1), between bytes and linear
// light from 0 to 1. Light is mixed linearly, as it is by eyes.

// linearOf has the linear light of each byte.
var linearOf = sync.OnceValue(func() *[256]float64 {
	var table [256]float64
	for i := range table {
		s := float64(i) / 255
		if s <= 0.04045 {
			table[i] = s / 12.92
		} else {
			x := (s + 0.055) / 1.055
			table[i] = float64(x*x) * fifthRoot(float64(x*x)) // x^2.4
		}
	}
	return &table
})

// lightSteps is how finely linear light is looked up.
const lightSteps = 1 << 14

// byteOf has the byte for each step of linear light: the one whose light is
// nearest as sRGB counts, which changes half way between two bytes.
var byteOf = sync.OnceValue(func() *[lightSteps + 1]uint8 {
	var table [lightSteps + 1]uint8
	linear := linearOf()
	b := 0
	for i := range table {
		light := float64(i) / lightSteps
		for b < 255 && light >= (linear[b]+linear[b+1])/2 {
			b++
		}
		table[i] = uint8(b)
	}
	return &table
})

// fifthRoot returns the fifth root of x in (0, 1], by Newton's method: unlike
// math.Pow, it is the same on every machine.
func fifthRoot(x float64) float64 {
	r := 1.0
	for range 64 {
		r4 := float64(float64(r*r) * float64(r*r))
		next := (float64(4*r) + x/r4) / 5
		if math.Abs(next-r) < 1e-15 {
			return next
		}
		r = next
	}
	return r
}

// toLight returns the linear light of a colour, without its alpha.
func toLight(c color.NRGBA) r3.Vector {
	t := linearOf()
	return r3.Vector{X: t[c.R], Y: t[c.G], Z: t[c.B]}
}

// toByte returns the sRGB byte of linear light.
func toByte(light float64) uint8 {
	return byteOf()[int(float64(min(max(light, 0), 1)*lightSteps)+0.5)]
}
