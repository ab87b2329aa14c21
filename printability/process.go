package printability

import "fmt"

// Process says what a printing process can do about shape and pose, beside
// its walls and gaps. A limit that is zero is not judged.
type Process struct {
	// HoleDiameter is the smallest diameter in mm of a hole that stays open.
	HoleDiameter float64 `json:"holeDiameter"`
	// EscapeDiameter is the smallest diameter in mm of an opening through
	// which unused powder or resin gets out of a hollow.
	EscapeDiameter float64 `json:"escapeDiameter"`
	// OverhangAngle is the angle in degrees against the bed below which
	// surfaces that face down need support.
	OverhangAngle float64 `json:"overhangAngleDegrees"`
	// OverhangShare of the surface is how much of it may need support without
	// a warning. Default 0.01.
	OverhangShare float64 `json:"overhangShare"`
	// TippingAngle is the least angle in degrees by which a part must be
	// turned over an edge of what it stands on before it falls.
	TippingAngle float64 `json:"tippingAngleDegrees"`
	// Slenderness is the ratio of length to thickness above which parts warp,
	// if they are SlenderLength mm long at least, by default 50.
	Slenderness   float64 `json:"slenderness"`
	SlenderLength float64 `json:"slenderLength"`
	// OnPlate is set if parts are built on a plate that holds them: only what
	// lies on the plate then counts for warpage. In a bed of powder the whole
	// part does.
	OnPlate bool `json:"onPlate"`
}

// WithDefaults returns p with its zero fields set to those of a process, the
// zero Process for none, and to their defaults.
func (p Process) WithDefaults(of Process) Process {
	for _, d := range []struct {
		field  *float64
		values [2]float64
	}{
		{&p.HoleDiameter, [2]float64{of.HoleDiameter}},
		{&p.EscapeDiameter, [2]float64{of.EscapeDiameter}},
		{&p.OverhangAngle, [2]float64{of.OverhangAngle}},
		{&p.OverhangShare, [2]float64{of.OverhangShare, 0.01}},
		{&p.TippingAngle, [2]float64{of.TippingAngle}},
		{&p.Slenderness, [2]float64{of.Slenderness}},
		{&p.SlenderLength, [2]float64{of.SlenderLength, 50}},
	} {
		for _, v := range d.values {
			if *d.field == 0 {
				*d.field = v
			}
		}
	}
	p.OnPlate = p.OnPlate || of.OnPlate
	return p
}

// Validate reports the first field that makes no sense.
func (p Process) Validate() error {
	for _, f := range []struct {
		name        string
		value, most float64
	}{
		{"holeDiameter", p.HoleDiameter, 100},
		{"escapeDiameter", p.EscapeDiameter, 1000},
		{"overhangAngleDegrees", p.OverhangAngle, 90},
		{"overhangShare", p.OverhangShare, 1},
		{"tippingAngleDegrees", p.TippingAngle, 90},
		{"slenderness", p.Slenderness, 1e6},
		{"slenderLength", p.SlenderLength, 1e6},
	} {
		// The negation catches NaN.
		if !(f.value >= 0 && f.value <= f.most) {
			return fmt.Errorf("%s is %g, but must lie between 0 and %g", f.name, f.value, f.most)
		}
	}
	return nil
}

// unjudged starts a criterion whose limit is zero. Of a known process that
// means that it does not care, which reason says.
func unjudged(f *Facts, unit, reason string) Criterion {
	if f.Technology == "" {
		return Criterion{Status: NotChecked, Unit: unit, Message: "No limit was given; name a technology to have this judged."}
	}
	return Criterion{Status: Pass, Unit: unit, Message: reason}
}
