package analysis

import "strings"

// Technology is a way to print. It gives limits their defaults.
type Technology string

// The technologies with presets.
const (
	FDM      Technology = "fdm"       // filament
	SLA      Technology = "sla"       // resin
	SLS      Technology = "sls"       // laser-sintered polymer powder
	MJF      Technology = "mjf"       // fused polymer powder
	MetalPBF Technology = "metal-pbf" // metal powder bed fusion
)

// A Preset has the usual limits of a technology in mm.
type Preset struct {
	Technology    Technology
	SupportedWall float64 // minimum: a wall held on more than one side
	FreeWall      float64 // optimum: a wall that stands free
	GapLimit      float64 // clearance below which surfaces fuse
}

// Presets returns the presets in a fixed order.
func Presets() []Preset {
	return []Preset{
		{FDM, 0.8, 0, 0.3},
		{SLA, 0.5, 1.0, 0.2},
		{SLS, 0.8, 1.0, 0.2},
		{MJF, 0.7, 1.0, 0.2},
		{MetalPBF, 0.4, 0.8, 0.2},
	}
}

// PresetOf returns the preset of a technology.
func PresetOf(t Technology) (Preset, bool) {
	for _, p := range Presets() {
		if p.Technology == t {
			return p, true
		}
	}
	return Preset{}, false
}

// defaultGapLimit is for parts of no known technology.
const defaultGapLimit = 0.2

func technologyNames() string {
	var names []string
	for _, p := range Presets() {
		names = append(names, string(p.Technology))
	}
	return strings.Join(names, ", ")
}
