// Package printability judges whether a part can be printed: it measures wall
// thickness and gaps, and turns measures into criteria with a verdict.
package printability

import "github.com/golang/geo/r3"

// Status is the outcome of one criterion.
type Status string

// The outcomes. NotChecked means that no input for the criterion was given;
// Unknown means that it was given but no answer can be trusted. Neither is
// ever reported as Pass.
const (
	Pass       Status = "pass"
	Warn       Status = "warning"
	Fail       Status = "fail"
	Unknown    Status = "unknown"
	NotChecked Status = "not_checked"
)

// Verdict is the outcome for a whole part.
type Verdict string

// The verdicts.
const (
	Printable             Verdict = "printable"
	PrintableWithWarnings Verdict = "printable_with_warnings"
	NotPrintable          Verdict = "not_printable"
	VerdictUnknown        Verdict = "unknown"
)

// A Criterion is one judged property of a part.
type Criterion struct {
	Status Status `json:"status"`
	// Value is the one number that was judged and Limit what it was held
	// against, both in Unit; nil where there is none.
	Value  *float64           `json:"value"`
	Limit  *float64           `json:"limit"`
	Values map[string]float64 `json:"values,omitempty"` // further numbers
	Limits map[string]float64 `json:"limits,omitempty"`
	Unit   string             `json:"unit,omitempty"` // "mm", "mm2", "mm3", "count", ...
	// Message says in one sentence what was found and what to do.
	Message string `json:"message"`
	Count   int    `json:"count"` // of what was found; exact
	// Locations are places of what was found, MaxLocations at most.
	Locations  []Location `json:"locations"`
	ComputedOn string     `json:"computedOn"` // "original" or "optimized"
	Details    any        `json:"details,omitempty"`
}

// MaxLocations is how many places a criterion lists.
const MaxLocations = 100

// A Location is a place on the part, in mm.
type Location struct {
	Point  [3]float64  `json:"point"`
	BoxMin *[3]float64 `json:"boxMin,omitempty"`
	BoxMax *[3]float64 `json:"boxMax,omitempty"`
	Value  *float64    `json:"value,omitempty"` // of the criterion at this place
}

// At returns a Location at p.
func At(p r3.Vector) Location { return Location{Point: [3]float64{p.X, p.Y, p.Z}} }
