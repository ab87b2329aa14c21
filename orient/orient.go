// Package orient finds the direction in which a part is best built, and
// measures what a build direction costs: height, support, contact with the
// bed, cross-sections.
//
// Find looks for the best pose under one of several objectives; Support gives
// the support of a single direction for every critical angle at once. The
// method and its formulas are described in docs/orientation.md.
//
// Everything is relative to the size of the part, and nothing depends on how
// it was turned when it came, but for the choice between poses that are
// equally good. Results do not depend on the number of processors.
package orient

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/partgauge/partgauge/fit"
)

// An Objective says what is to be small.
type Objective string

// The objectives. The letters are those of docs/orientation.md.
const (
	// Height: the lowest pose; of equally low ones that with the smallest
	// box. For powder beds, where nothing needs support.
	Height Objective = "height"
	// LeastSupport: little support; the part must stand safely on the bed, by
	// itself or together with its supports. The default.
	LeastSupport Objective = "support"
	// SupportArea: few faces that carry support or its marks, for metal.
	SupportArea Objective = "support_area"
	// SLA: small cross-sections, little support, few faces nearly parallel to
	// the layers. The part may hang in its supports.
	SLA Objective = "sla"
	// BedArea: the largest contact with the bed, standing safely by itself; of
	// equal ones the lowest.
	BedArea Objective = "bed_area"
	// LeastPrice: Options.Price decides. Whether the part stands is for it to
	// judge: an infinite price refuses a pose.
	LeastPrice Objective = "price"
	// Custom: Options.Weights decide.
	Custom Objective = "custom"
)

// Objectives returns all objectives.
func Objectives() []Objective {
	return []Objective{LeastSupport, Height, SupportArea, SLA, BedArea, LeastPrice, Custom}
}

// Weights are those of the objective Custom; each term is a number without
// unit: height by diameter of the part, volume of support by volume, area that
// needs support by area of the surface, contact with the bed by footprint
// (which is good: it counts against the others), stair-stepped area by area.
type Weights struct {
	Height, Volume, Area, Bed, Stairs float64
}

// Options say what to look for. The zero value is LeastSupport at 45°.
type Options struct {
	Objective Objective
	// CriticalAngle is the angle to the horizontal in degrees, above 0 and at
	// most 90, below which a face that points down needs support: 45 if 0.
	CriticalAngle float64
	// Chamber, if set, must hold the part, which may be turned about z for it.
	Chamber *fit.Chamber
	// Alternatives is how many further poses are returned: none if 0.
	Alternatives int
	// Weights are those of Custom.
	Weights Weights
	// Price is what LeastPrice makes small: the price of a pose. It is called
	// from one goroutine, once for each pose that is measured.
	Price func(*Pose) (float64, error)
	// LayerHeight is how far above the lowest point a face may lie and still
	// be part of the first layer, in mm: 1/500 of the diameter if 0.
	LayerHeight float64
	// Exact is how many candidates are measured with columns: 16 if 0.
	Exact int
	// Threads is how many processors to use: all that Go may use if 0.
	Threads int
}

const (
	defaultCriticalAngle = 45
	defaultExact         = 16
	// MaxAlternatives bounds Options.Alternatives.
	MaxAlternatives = 100
)

// An OptionError says which option cannot be and why.
type OptionError struct{ Option, Reason string }

func (e *OptionError) Error() string { return e.Option + ": " + e.Reason }

// WithDefaults returns o with everything that was left open filled in.
func (o Options) WithDefaults() Options {
	if o.Objective == "" {
		o.Objective = LeastSupport
	}
	if o.CriticalAngle == 0 {
		o.CriticalAngle = defaultCriticalAngle
	}
	if o.Exact <= 0 {
		o.Exact = defaultExact
	}
	return o
}

// mustStand reports whether a pose in which the part falls over is none. Then
// only poses on facets of the hull and on faces come into question.
func (o Options) mustStand() bool { return o.Objective == LeastSupport || o.Objective == BedArea }

// tilts reports whether the best pose may be one that is special in no way.
func (o Options) tilts() bool { return !o.mustStand() && o.Objective != Height }

// Validate returns an *OptionError for the first option that cannot be.
func (o Options) Validate() error {
	o = o.WithDefaults()
	if !slices.Contains(Objectives(), o.Objective) {
		var names []string
		for _, known := range Objectives() {
			names = append(names, string(known))
		}
		return &OptionError{"objective", fmt.Sprintf("%q is not known; use %s", o.Objective, strings.Join(names, ", "))}
	}
	if !(o.CriticalAngle > 0 && o.CriticalAngle <= 90) {
		return &OptionError{"criticalAngle", fmt.Sprintf("%v° is no angle above 0° and up to 90°", o.CriticalAngle)}
	}
	if o.Alternatives < 0 || o.Alternatives > MaxAlternatives {
		return &OptionError{"alternatives", fmt.Sprintf("%d is not between 0 and %d", o.Alternatives, MaxAlternatives)}
	}
	if !(o.LayerHeight >= 0) || math.IsInf(o.LayerHeight, 0) {
		return &OptionError{"layerHeight", fmt.Sprintf("%v mm is no height", o.LayerHeight)}
	}
	if o.Objective == LeastPrice && o.Price == nil {
		return &OptionError{"price", "the objective needs a function for the price"}
	}
	if o.Objective == Custom && o.Weights == (Weights{}) {
		return &OptionError{"weights", "all weights are zero; give at least one"}
	}
	for _, w := range [...]float64{o.Weights.Height, o.Weights.Volume, o.Weights.Area, o.Weights.Bed, o.Weights.Stairs} {
		if !(w >= 0) || math.IsInf(w, 0) {
			return &OptionError{"weights", fmt.Sprintf("%v is no weight; give numbers of 0 or more", w)}
		}
	}
	return nil
}

// A Result is the best pose found and what it gains.
type Result struct {
	Objective     Objective `json:"objective"`
	CriticalAngle float64   `json:"criticalAngle"` // degrees from the horizontal
	Pose                    // the best
	// Baseline is the uploaded pose, and Gain what the best pose saves of it.
	Baseline Pose `json:"baseline"`
	Gain     Gain `json:"gain"`
	// Alternatives are the next best poses, at least 5° from all better ones.
	Alternatives []Pose `json:"alternatives"`

	CandidatesEvaluated int `json:"candidatesEvaluated"` // directions looked at
	CandidatesExact     int `json:"candidatesExact"`     // of them, measured with columns
	// Exact is true if no candidate that was not measured with columns could
	// have been better.
	Exact bool `json:"exact"`
}

// A Gain says by how many per cent of the uploaded pose's numbers those of the
// best pose are smaller, or larger for the bed; null where the uploaded pose
// has 0.
type Gain struct {
	Height        *float64 `json:"height"`
	SupportVolume *float64 `json:"supportVolume"`
	SupportArea   *float64 `json:"supportArea"`
	BedArea       *float64 `json:"bedArea"`
}

// A Pose is a build direction and its numbers, in mm, mm² and mm³.
type Pose struct {
	Rotation  Rotation   `json:"rotation"`  // from the uploaded pose
	Direction [3]float64 `json:"direction"` // of the uploaded part that points up
	Height    float64    `json:"height"`
	Box       Box        `json:"box"`
	// BedArea is the area of the faces in the first layer.
	BedArea float64 `json:"bedArea"`
	// SupportVolume is that of solid columns below the faces that need
	// support, down to the part or the bed; SupportVolumeToBed that of columns
	// through the part.
	SupportVolume      float64 `json:"supportVolume"`
	SupportVolumeToBed float64 `json:"supportVolumeToBed"`
	// SupportArea is the area of the faces that need support, OverhangArea
	// what they cover seen from below, and SupportContactOnPart the part of it
	// whose columns stand on the part.
	SupportArea          float64 `json:"supportArea"`
	OverhangArea         float64 `json:"overhangArea"`
	SupportContactOnPart float64 `json:"supportContactOnPart"`
	// StairArea is the area of faces up or down at 1.4° to 14° to the
	// horizontal, where layers show most.
	StairArea float64 `json:"stairArea"`
	// MaxCrossSection is the area of the largest layer.
	MaxCrossSection float64 `json:"maxCrossSection"`
	// CenterOfMass is relative to the corner of Box with the least
	// coordinates.
	CenterOfMass [3]float64 `json:"centerOfMass"`
	// Stable is whether the centre of mass lies over the area that the points
	// on the bed span, and StabilityMargin how far from its border, by the
	// root of that area; negative if it does not.
	Stable          bool    `json:"stable"`
	StabilityMargin float64 `json:"stabilityMargin"`
	// Held is whether it is stable, or lies on a face and is stable together
	// with its supports. Objectives that do not ask leave it at Stable.
	Held bool  `json:"held"`
	Fits *Fits `json:"fits"` // null without a chamber
	// Score is what the objective made of these numbers; less is better.
	Score float64 `json:"score"`
}

// Box is the size of a pose along x, y and z.
type Box struct {
	W float64 `json:"w"`
	D float64 `json:"d"`
	H float64 `json:"h"`
}

// Fits says whether a pose fits the chamber.
type Fits struct {
	AsIs bool `json:"asIs"` // as Rotation puts it
	// ZRotation is whether it fits after a further turn about z by AngleDeg.
	// Of poses that fit, Rotation contains that turn already, unless it is
	// that of the uploaded pose.
	ZRotation bool    `json:"zRotation"`
	AngleDeg  float64 `json:"angleDeg"`
}

// Find looks for the best pose of a part.
//
// Candidates are compared by what follows from the normals of all faces and
// from the hull; the most promising are measured with columns. Poses whose
// scores differ by less than 0.1 % count as equal, and of equal ones that is
// taken which turns the part least. The time is near-linear in the number of
// faces.
//
// It returns an *OptionError for options that cannot be, an *mesh.Error for a
// mesh that is empty or flat, an error of Options.Price, or that of ctx.
func Find(ctx context.Context, part Part, opts Options) (*Result, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	opts = opts.WithDefaults()
	s, err := newSurface(ctx, part, opts.Threads)
	if err != nil {
		return nil, err
	}
	estimator, err := newEstimator(ctx, s, opts)
	if err != nil {
		return nil, err
	}
	search := search{estimator: estimator}
	return search.run(ctx)
}
