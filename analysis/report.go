// Package analysis is the whole engine behind one call: the bytes of a file
// go in, one Report comes out.
package analysis

import (
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
	"github.com/partgauge/partgauge/printability"
)

// SchemaVersion is the version of the JSON form of Report. Fields are added
// without a new version; it changes when one is removed or means something
// else.
const SchemaVersion = 1

// Report is everything that was found out about one file. Its JSON form is
// documented, with an annotated example, in docs/report.md. Lengths are mm,
// areas mm², volumes mm³. Numbers that are not defined are null.
type Report struct {
	SchemaVersion int         `json:"schemaVersion"`
	Engine        string      `json:"engine"` // version of the engine
	File          string      `json:"file"`
	Format        mesh.Format `json:"format,omitempty"`
	SHA256        string      `json:"sha256,omitempty"` // of the bytes that were read
	Bytes         int64       `json:"bytes"`
	Unit          mesh.Unit   `json:"unit,omitempty"` // the coordinates of the file were taken in

	// Error is set for a refused file, and everything below is then absent.
	Error *Error `json:"error,omitempty"`

	Status    printability.Verdict              `json:"status,omitempty"`
	Original  *Measures                         `json:"original,omitempty"`
	Optimized *Measures                         `json:"optimized,omitempty"`
	Repair    *Mending                          `json:"repair,omitempty"` // nil if there was none: Options.Repair is off, or StageClean did not run
	Criteria  map[string]printability.Criterion `json:"criteria,omitempty"`
	Thickness *printability.Walls               `json:"thickness,omitempty"`
	Gaps      *printability.Gaps                `json:"gaps,omitempty"`
	// Support says how much support the part needs in the pose of the file,
	// for every critical angle.
	Support *orient.Histogram `json:"support,omitempty"`
	// ConcaveHull says how Optimized.ConcaveHullVolume was found.
	ConcaveHull *ConcaveHull   `json:"concaveHull,omitempty"`
	Solids      []mesh.Solid   `json:"solids,omitempty"` // bodies as the file names them
	SolidCount  int            `json:"solidCount,omitempty"`
	Warnings    []mesh.Warning `json:"warnings"`
	LimitsHit   []string       `json:"limitsHit"` // what was cut short, in words
	Options     *Options       `json:"options,omitempty"`

	// Timings are seconds for each stage, by wall clock; what a stage finds
	// done by another processor costs it nothing. They are the only part of a
	// Report that differs between two runs on the same bytes.
	Timings map[Stage]float64 `json:"timings,omitempty"`
}

// Measures are the numbers of one mesh.
type Measures struct {
	// Volume is signed by the turn of the triangles, the sum over all shells;
	// null when the surface is open.
	Volume *float64   `json:"volume"`
	Area   float64    `json:"area"`
	W      float64    `json:"w"` // extent along x
	D      float64    `json:"d"` // extent along y
	H      float64    `json:"h"` // extent along z
	BoxMin [3]float64 `json:"boxMin"`
	BoxMax [3]float64 `json:"boxMax"`

	Shells      int `json:"shells"` // cavities counted, noise not
	Cavities    int `json:"cavities"`
	NoiseShells int `json:"noiseShells"`
	Triangles   int `json:"triangles"`
	Vertices    int `json:"vertices"`

	BoxVolume         float64        `json:"boxVolume"`
	ConvexHullVolume  *float64       `json:"convexHullVolume"`
	ConcaveHullVolume *float64       `json:"concaveHullVolume"` // null unless asked for and closed; of the original only if it is the optimized
	CenterOfMass      *[3]float64    `json:"centerOfMass"`      // null when the surface is open
	Inertia           *[3][3]float64 `json:"inertia"`           // about the centre of mass at density 1, mm⁵

	Watertight          bool `json:"watertight"`
	Manifold            bool `json:"manifold"`
	BorderEdges         int  `json:"borderEdges"`
	Holes               int  `json:"holes"`
	NonManifoldEdges    int  `json:"nonManifoldEdges"`
	NonManifoldVertices int  `json:"nonManifoldVertices"`
	FlippedTriangles    int  `json:"flippedTriangles"`
	DegenerateTriangles int  `json:"degenerateTriangles"`
	DuplicateTriangles  int  `json:"duplicateTriangles"`
	SelfIntersections   *int `json:"selfIntersections"` // null when not looked for
	EulerCharacteristic int  `json:"eulerCharacteristic"`
	Genus               *int `json:"genus"` // null when the surface is open or not manifold

	// PerShell has the shells by falling area, MaxListedShells at most.
	PerShell []ShellMeasures `json:"perShell,omitempty"`
}

// ConcaveHull says how the volume of a concave hull was found and how good it
// is. See mesh.ConcaveHullVolume.
type ConcaveHull struct {
	Method     string  `json:"method"`
	Error      float64 `json:"error"` // mm³ by which the volume may be wrong
	Samples    int     `json:"samples"`
	Spacing    float64 `json:"spacing"` // of the samples, mm
	Tetrahedra int     `json:"tetrahedra"`
}

// MaxListedShells is how many shells Measures lists; its counts are exact.
const MaxListedShells = 1000

// ShellMeasures are the numbers of one shell.
type ShellMeasures struct {
	Kind         mesh.ShellKind `json:"kind"`   // "body", "cavity", "noise" or "open"
	Volume       *float64       `json:"volume"` // negative for a cavity, null when open
	Area         float64        `json:"area"`
	Triangles    int            `json:"triangles"`
	BoxMin       [3]float64     `json:"boxMin"`
	BoxMax       [3]float64     `json:"boxMax"`
	CenterOfMass *[3]float64    `json:"centerOfMass"`
}
