package analysis

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// Options say what an analysis does. The zero value analyses everything that
// needs no threshold. Its JSON form is the "options" of a report and the
// configuration file of the command line: what one run reports, another can
// be given. What cannot change a result is no part of it.
type Options struct {
	// Name of the file in the report; display only.
	Name string `json:"-"`

	// Unit of the coordinates of formats that state none; empty means mm.
	// Where a file states its unit, that wins, with a warning if this says
	// something else.
	Unit mesh.Unit `json:"unit,omitempty"`

	// Technology is the name of one of printability.Technologies, which gives
	// walls and gaps their defaults. Default none.
	Technology string `json:"technology,omitempty"`
	// MinWall is the thinnest wall that can be printed, in mm, and
	// OptimalWall the thinnest that is not worth a warning. Zero means the
	// technology's; without one, walls are measured but not judged.
	MinWall     float64 `json:"minWall,omitzero"`
	OptimalWall float64 `json:"optimalWall,omitzero"`
	// GapLimit is the clearance below which two surfaces fuse, in mm. Zero
	// means the technology's, or 0.2.
	GapLimit float64 `json:"gapLimit,omitzero"`
	// Chamber is the space of the printer along x, y and z in mm. Without
	// one the fit is not checked. ChamberClearance is kept free at each of its
	// sides, and KeepOrientation allows a part to be turned about z only.
	Chamber          *[3]float64 `json:"chamber,omitempty"`
	ChamberClearance float64     `json:"chamberClearance"`
	KeepOrientation  bool        `json:"keepOrientation"`

	// MinimumSize is the smallest extents along x, y and z that can be made,
	// in mm. Without it only the plausibility of the size is judged.
	MinimumSize *[3]float64 `json:"minimumSize,omitempty"`

	// Repair says what is done to the mesh before it is judged.
	Repair Repair `json:"repair"`
	// ConcaveHull asks for the volume of the concave hull, which costs time;
	// recesses narrower than ConcaveHullEdge, 55 mm by default, are filled.
	ConcaveHull     bool    `json:"concaveHull"`
	ConcaveHullEdge float64 `json:"concaveHullEdge"`
	// Stages that run, besides those they need. Empty means AllStages.
	Stages []Stage `json:"stages"`

	// Sampling has the constants of the measurement of walls and gaps, Rules
	// those of their judgement; zero fields mean the defaults.
	Sampling printability.SampleOptions `json:"sampling"`
	Rules    printability.Rules         `json:"rules"`
	// SharpEdges has the constants of the search for sharp edges.
	SharpEdges printability.SharpEdgeOptions `json:"sharpEdges"`
	// Process has the limits of holes, hollows, overhangs, stance and
	// slenderness; zero fields mean the technology's, and without one that
	// they are not judged.
	Process printability.Process `json:"process"`
	// Limits on what is read; zero fields mean the defaults.
	Limits mesh.Limits `json:"limits"`

	// Threads is how many processors the analysis may use. Zero means all
	// that Go may use. Results do not depend on it.
	Threads int `json:"-"`
	// Timeout is how long the analysis may take before it is given up with an
	// Error of KindTimeout. Zero means for ever.
	Timeout time.Duration `json:"-"`
	// Progress, if set, is called as work goes on, one call after the other,
	// though not always from the goroutine of Run.
	Progress func(Progress) `json:"-"`
}

// Progress is how far an analysis has come.
type Progress struct {
	Stage    Stage   // that runs
	Fraction float64 // of the whole analysis, 0 to 1, an estimate
}

// Repair says what is done to a mesh before it is judged.
type Repair string

// The ways to repair. What Auto leaves as it is, the criteria that fail say in
// the report.
const (
	RepairAuto  Repair = "auto"  // everything that needs no guess; see mesh.Repair
	RepairUnion Repair = "union" // the same, and bodies that overlap are united
	RepairOff   Repair = "off"   // weld and drop duplicate triangles only
)

// An OptionError says which option cannot be and why.
type OptionError struct {
	Option string // the JSON name of the option
	Reason string
}

func (e *OptionError) Error() string { return e.Option + ": " + e.Reason }

// WithDefaults returns o with everything that was left open filled in: what
// a report prints as its options.
func (o Options) WithDefaults() Options {
	if o.Repair == "" {
		o.Repair = RepairAuto
	}
	preset, err := printability.TechnologyNamed(o.Technology)
	if err == nil {
		o.Technology = preset.Name
		if o.MinWall == 0 {
			o.MinWall = preset.Wall
		}
		// A minimum above what the technology thinks optimal leaves no room
		// for a warning between the two.
		if o.OptimalWall == 0 && preset.FreeWall > o.MinWall {
			o.OptimalWall = preset.FreeWall
		}
		if o.GapLimit == 0 {
			o.GapLimit = preset.Gap
		}
	}
	if o.GapLimit == 0 {
		o.GapLimit = printability.DefaultGap
	}
	if len(o.Stages) == 0 {
		o.Stages = AllStages()
	}
	o.Stages = completeStages(o.Stages)
	if o.ConcaveHull {
		o.Stages = completeStages(append(o.Stages, StageClean, StageHull))
	}
	if o.ConcaveHullEdge == 0 {
		o.ConcaveHullEdge = defaultConcaveHullEdge
	}
	o.Process = o.Process.WithDefaults(preset.Process)
	o.Sampling = o.Sampling.WithDefaults()
	// What is to be judged must have been measured.
	o.Sampling.GrooveLimit = max(o.Sampling.GrooveLimit, o.MinWall, o.OptimalWall)
	o.Sampling.HoleReach = max(o.Sampling.HoleReach, o.Process.HoleDiameter)
	o.Sampling.GapReach = max(o.Sampling.GapReach, o.GapLimit, o.Sampling.HoleReach)
	o.Rules = o.Rules.WithDefaults()
	o.SharpEdges = o.SharpEdges.WithDefaults()
	o.Limits = o.Limits.WithDefaults()
	return o
}

// defaultConcaveHullEdge is that of Options.ConcaveHullEdge in mm.
const defaultConcaveHullEdge = 55

// MaxWall bounds the walls and gaps that can be asked for, in mm.
const MaxWall = 1000

// Validate returns an *OptionError for the first option that cannot be.
func (o Options) Validate() error {
	if o.Unit != "" && o.Unit.Scale() == 0 {
		return &OptionError{"unit", fmt.Sprintf("%q is no unit; use mm, inch, cm, m, micron or foot", o.Unit)}
	}
	if o.Technology != "" {
		if _, err := printability.TechnologyNamed(o.Technology); err != nil {
			return &OptionError{"technology", err.Error()}
		}
	}
	for _, length := range []struct {
		option string
		value  float64
	}{{"minWall", o.MinWall}, {"optimalWall", o.OptimalWall}, {"gapLimit", o.GapLimit}, {"chamberClearance", o.ChamberClearance}} {
		// The negation catches NaN.
		if !(length.value >= 0 && length.value <= MaxWall) {
			return &OptionError{length.option, fmt.Sprintf("%v is no length from 0 to %v mm", length.value, MaxWall)}
		}
	}
	if full := o.WithDefaults(); full.OptimalWall != 0 && full.OptimalWall < full.MinWall {
		return &OptionError{"optimalWall", fmt.Sprintf("%v mm is less than the minimum wall of %v mm", full.OptimalWall, full.MinWall)}
	}
	if o.OptimalWall != 0 && o.WithDefaults().MinWall == 0 {
		return &OptionError{"optimalWall", "needs a minimum wall or a technology beside it"}
	}
	if !(o.ConcaveHullEdge >= 0) || math.IsInf(o.ConcaveHullEdge, 0) {
		return &OptionError{"concaveHullEdge", fmt.Sprintf("%v is no length in mm", o.ConcaveHullEdge)}
	}
	for _, size := range []struct {
		option string
		value  *[3]float64
	}{{"chamber", o.Chamber}, {"minimumSize", o.MinimumSize}} {
		if size.value == nil {
			continue
		}
		for _, c := range size.value {
			if !(c > 0) || math.IsInf(c, 0) {
				return &OptionError{size.option, fmt.Sprintf("%v is no size in mm; give three numbers above 0", c)}
			}
		}
	}
	switch o.Repair {
	case "", RepairAuto, RepairUnion, RepairOff:
	default:
		return &OptionError{"repair", fmt.Sprintf("%q is not known; use auto, union or off", o.Repair)}
	}
	for _, s := range o.Stages {
		if !slices.Contains(AllStages(), s) {
			return &OptionError{"stages", fmt.Sprintf("%q cannot be chosen; the stages are %s", s, stageNames(AllStages()))}
		}
	}
	if err := validateLimits(o.Limits); err != nil {
		return err
	}
	if o.Threads < 0 {
		return &OptionError{"threads", fmt.Sprintf("%d is negative", o.Threads)}
	}
	if o.Timeout < 0 {
		return &OptionError{"timeout", fmt.Sprintf("%v is negative", o.Timeout)}
	}
	if err := o.Sampling.Validate(); err != nil {
		return &OptionError{"sampling", err.Error()}
	}
	if err := o.Rules.Validate(); err != nil {
		return &OptionError{"rules", err.Error()}
	}
	if err := o.Process.Validate(); err != nil {
		return &OptionError{"process", err.Error()}
	}
	return nil
}

// validateLimits refuses limits that no file could keep. Zero is fine, it
// means the default.
func validateLimits(l mesh.Limits) error {
	if !(l.Coordinate >= 0) || math.IsInf(l.Coordinate, 0) {
		return &OptionError{"limits.coordinate", fmt.Sprintf("%v is no length in mm", l.Coordinate)}
	}
	for name, n := range map[string]int64{
		"fileBytes": l.FileBytes, "triangles": int64(l.Triangles), "lineBytes": int64(l.LineBytes),
		"polygonCorners": int64(l.PolygonCorners), "headerBytes": int64(l.HeaderBytes),
		"zipEntries": int64(l.ZipEntries), "zipBytes": l.ZipBytes, "zipRatio": l.ZipRatio,
		"xmlDepth": int64(l.XMLDepth), "xmlAttributes": int64(l.XMLAttributes),
		"xmlAttributeBytes": int64(l.XMLAttributeBytes), "metadataBytes": int64(l.MetadataBytes),
		"objects": int64(l.Objects), "objectDepth": int64(l.ObjectDepth), "instances": int64(l.Instances),
	} {
		if n < 0 {
			return &OptionError{"limits." + name, fmt.Sprintf("%d is negative", n)}
		}
	}
	return nil
}
