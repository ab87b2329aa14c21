package printability

import "fmt"

// Rules are the constants of the decision. They apply to stored samples, so
// changing one needs no new measurement. A field that is zero means its
// default.
type Rules struct {
	// A wall is thin below (1 − RelativeTolerance)·T − AbsoluteTolerance.
	// Defaults 0.01 and 0.001 mm: a wall exactly at the limit passes.
	RelativeTolerance float64 `json:"relativeTolerance"`
	AbsoluteTolerance float64 `json:"absoluteTolerance"`
	// DefectScale caps the size s = min(T, DefectScale) of what is too small
	// to matter. Default 0.8 mm. With a cap a stricter material is never
	// judged more mildly.
	DefectScale float64 `json:"defectScale"`
	// Severe: core thinner than Severe·T decides alone. Default 0.8.
	Severe float64 `json:"severe"`
	// RegionLimit, in s², is the core area that counts. Default 4.
	RegionLimit float64 `json:"regionLimit"`
	// Shares of the surface: core area that fails (0.01), thin area that
	// fails and thin edges that warn (0.1), unknown area (0.05), area below
	// the optimal wall that warns (0.05).
	CoreShare    float64 `json:"coreShare"`
	ThinShare    float64 `json:"thinShare"`
	UnknownShare float64 `json:"unknownShare"`
	OptimalShare float64 `json:"optimalShare"`
	// SheetShare: a part whose mean wall 2·volume/area is below SheetShare·T
	// is a sheet. Default 0.1.
	SheetShare float64 `json:"sheetShare"`
	// StepShare: no answer where neighbouring coordinates are farther apart
	// than StepShare·T. Default 0.02.
	StepShare float64 `json:"stepShare"`
}

// WithDefaults returns r with its zero fields set to their defaults.
func (r Rules) WithDefaults() Rules {
	for _, d := range []struct {
		field *float64
		value float64
	}{
		{&r.RelativeTolerance, 0.01},
		{&r.AbsoluteTolerance, 0.001},
		{&r.DefectScale, 0.8},
		{&r.Severe, 0.8},
		{&r.RegionLimit, 4},
		{&r.CoreShare, 0.01},
		{&r.ThinShare, 0.1},
		{&r.UnknownShare, 0.05},
		{&r.OptimalShare, 0.05},
		{&r.SheetShare, 0.1},
		{&r.StepShare, 0.02},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return r
}

// Validate reports the first constant that makes no sense.
func (r Rules) Validate() error {
	for name, v := range map[string]float64{
		"relativeTolerance": r.RelativeTolerance, "severe": r.Severe, "coreShare": r.CoreShare,
		"thinShare": r.ThinShare, "unknownShare": r.UnknownShare, "optimalShare": r.OptimalShare,
		"sheetShare": r.SheetShare, "stepShare": r.StepShare,
	} {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("%s is %g, but must lie between 0 and 1", name, v)
		}
	}
	if !(r.AbsoluteTolerance >= 0 && r.DefectScale >= 0 && r.RegionLimit >= 0) {
		return fmt.Errorf("absoluteTolerance, defectScale and regionLimit must not be negative")
	}
	return nil
}

// threshold returns the thickness below which a wall is thin.
func (r *Rules) threshold(limit float64) float64 {
	return float64((1-r.RelativeTolerance)*limit) - r.AbsoluteTolerance
}

// scale returns s, the size of what is too small to matter.
func (r *Rules) scale(limit float64) float64 { return min(limit, r.DefectScale) }
