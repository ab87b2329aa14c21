package printability

import (
	"fmt"
	"sync"

	"github.com/golang/geo/r3"
)

// Class says what a sample of the surface saw when it looked into the part.
type Class uint8

// The classes of samples.
const (
	// ClassUnknown: the surface is open or turned inside out here, so no
	// thickness can be given.
	ClassUnknown Class = iota
	// ClassWall: the ray left through a face that lies opposite.
	ClassWall
	// ClassEdge: the ray left through a face that does not lie opposite, as
	// it does beside every sharp edge of a solid. No wall was measured.
	ClassEdge
	// ClassBuried: the sample lies within another shell, or where two bodies
	// touch. It is no part of the surface and counts nowhere.
	ClassBuried
)

// SampleOptions are the constants of the measurement. They do not depend on
// any material. A field that is zero means its default.
type SampleOptions struct {
	// Samples is how many samples are spread over the area, besides the one
	// that every face gets. Default 200 000.
	Samples int `json:"samples"`
	// FullFaces is the number of faces up to which every face gets a sample;
	// above it there are FullFaces samples by area. Default 2 000 000.
	FullFaces int `json:"fullFaces"`
	// Opposition is β: two faces are a wall's two sides when their normals
	// are opposite within β degrees. Default 28, below the 30° of trapezoid
	// threads, lead-ins and chamfers, which are edges.
	Opposition float64 `json:"oppositionDegrees"`
	// GrooveLimit is the thickness in mm below which edge samples are also
	// measured by a ball, and up to which walls can be evaluated. Default 3.
	GrooveLimit float64 `json:"grooveLimit"`
	// GapReach is how far in mm clearances are looked for. Default 3.
	GapReach float64 `json:"gapReach"`
	// HoleReach is the width in mm up to which holes are measured, GapReach
	// at most. Default 0: none is.
	HoleReach float64 `json:"holeReach"`
	// Threads is how many processors are used; 0 means all.
	Threads int `json:"-"`
	// Progress, if set, is called with the fraction of the samples that are
	// measured, from a goroutine of Measure, one call after the other.
	Progress func(fraction float64) `json:"-"`
}

// WithDefaults returns o with its zero fields set to their defaults.
func (o SampleOptions) WithDefaults() SampleOptions {
	if o.Samples == 0 {
		o.Samples = 200_000
	}
	if o.FullFaces == 0 {
		o.FullFaces = 2_000_000
	}
	if o.Opposition == 0 {
		o.Opposition = 28
	}
	if o.GrooveLimit == 0 {
		o.GrooveLimit = 3
	}
	if o.GapReach == 0 {
		o.GapReach = 3
	}
	return o
}

// reporter returns what workers call with the number of the sample they have
// come to, of count.
func (o *SampleOptions) reporter(count int) func(at int) {
	if o.Progress == nil {
		return func(int) {}
	}
	var mu sync.Mutex
	most := 0
	return func(at int) {
		// Who finds another at it has nothing to add.
		if !mu.TryLock() {
			return
		}
		defer mu.Unlock()
		if at > most {
			most = at
			o.Progress(float64(at) / float64(count))
		}
	}
}

// Validate reports the first constant that makes no sense.
func (o SampleOptions) Validate() error {
	switch {
	case o.Samples < 0 || o.Samples > 100_000_000:
		return fmt.Errorf("samples is %d, but must lie between 1 and 100000000", o.Samples)
	case o.FullFaces < 0:
		return fmt.Errorf("fullFaces is %d, but must be positive", o.FullFaces)
	case o.Opposition < 0 || o.Opposition >= 90:
		return fmt.Errorf("oppositionDegrees is %g, but must lie between 0 and 90", o.Opposition)
	case o.GrooveLimit < 0 || o.GapReach < 0 || o.HoleReach < 0:
		return fmt.Errorf("grooveLimit, gapReach and holeReach must be positive")
	}
	return nil
}

// A Sample is one measured point of the surface. Lengths are mm, rounded to
// single precision.
type Sample struct {
	Point  [3]float32 // from Samples.Origin
	Normal [3]float32 // of the face, outward, unit length
	// Thickness is the distance along −Normal to where the ray leaves the
	// material; 0 for the classes unknown and buried.
	Thickness float32
	// Ball is the diameter of the largest ball in the material that touches
	// Point, for an edge sample thinner than SampleOptions.GrooveLimit whose
	// ball is held from the opposite side; otherwise 0.
	Ball float32
	// Clearance is the distance along +Normal to a face opposite, +Inf when
	// there is none within SampleOptions.GapReach.
	Clearance float32
	// Hole is the width of the hole that Point is on the wall of, +Inf when
	// there is none of up to SampleOptions.HoleReach.
	Hole   float32
	Weight float32 // area the sample stands for, mm²
	Face   uint32
	Exit   uint32 // face through which the ray left, NoFace if none
	Class  Class
}

// Samples are the thickness measurements of a part. They answer every
// question about walls and gaps for any material without the mesh.
type Samples struct {
	Origin    r3.Vector // smallest corner of the box
	Diagonal  float64   // of the box
	Area      float64   // of the surface, buried parts included
	Spacing   float64   // h: edge of the square that a sample stands for
	Volume    *float64  // nil when the surface is open
	Step      float64   // distance of neighbouring coordinates, 0 in double precision
	Faces     int       // triangles of the mesh
	Reduced   bool      // fewer samples than faces
	Options   SampleOptions
	All       []Sample
	unknown   float64 // area by class
	buried    float64
	limitsHit []string
}

// position returns the point of s relative to the origin.
func (s *Sample) position() r3.Vector {
	return r3.Vector{X: float64(s.Point[0]), Y: float64(s.Point[1]), Z: float64(s.Point[2])}
}

// along returns the point at distance d from s along its normal.
func (s *Sample) along(d float64) r3.Vector {
	return r3.Vector{
		X: float64(s.Point[0]) + float64(float64(s.Normal[0])*d),
		Y: float64(s.Point[1]) + float64(float64(s.Normal[1])*d),
		Z: float64(s.Point[2]) + float64(float64(s.Normal[2])*d),
	}
}

// UnknownArea returns the area where no thickness could be measured.
func (s *Samples) UnknownArea() float64 { return s.unknown }

// BuriedArea returns the area that is no surface of the part.
func (s *Samples) BuriedArea() float64 { return s.buried }

// LimitsHit says in words what was cut short; empty if nothing was.
func (s *Samples) LimitsHit() []string { return s.limitsHit }
