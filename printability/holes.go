package printability

import (
	"fmt"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// Holes are the holes, channels and hollows of a part so narrow that they may
// close.
type Holes struct {
	Limit   float64
	Minimum *float64 // mean width of the narrowest hole that counts, nil if none does
	Count   int      // holes narrower than Limit that are large enough to matter
	Places  []Location
}

// holeDirections is how many directions across a hole are tried. One of them
// is within 11.25° of the right one, where a chord is 2 % too long at most.
const holeDirections = 8

// holeTurns are the directions in the plane across a sample's normal.
var holeTurns = func() (turns [holeDirections][2]float64) {
	for i := range turns {
		turns[i][1], turns[i][0] = math.Sincos(math.Pi * float64(i) / holeDirections)
	}
	return turns
}()

// hole returns the width of the hole that point lies on the wall of. From the
// middle between it and the wall opposite, a gap goes on for long in every
// direction across the normal; a hole ends in all of them but along its axis.
// So of the chords through the middle at right angles to the normal, the
// shortest is the width on that side, and the larger of it and of clearance
// is the width of the hole; +Inf when there is none within HoleReach.
func (w *worker) hole(point, normal r3.Vector, clearance float64) float64 {
	reach := w.samples.Options.HoleReach
	middle := point.Add(mesh.Scaled(normal, clearance/2))
	x := normal.Ortho()
	y := normal.Cross(x)
	least := math.Inf(1)
	for _, turn := range holeTurns {
		direction := mesh.Scaled(x, turn[0]).Add(mesh.Scaled(y, turn[1]))
		ahead, found := w.toWall(middle, direction, min(reach, least))
		if !found {
			continue
		}
		behind, found := w.toWall(middle, direction.Mul(-1), min(reach, least)-ahead)
		if found {
			least = ahead + behind
		}
	}
	return max(least, clearance)
}

// toWall returns the distance along a direction to the first face, if that
// enters material.
func (w *worker) toWall(from, direction r3.Vector, reach float64) (float64, bool) {
	hit, found := w.probe.ClosestHit(mesh.Ray{Origin: from, Dir: direction, Max: reach, Exclude: mesh.NoFace})
	return hit.T, found && hit.Sign < 0
}

// EvaluateHoles finds the holes narrower than limit, which must not exceed
// SampleOptions.HoleReach. What is too small to matter is decided as for
// walls. The width of a hole is the mean over its wall.
func (s *Samples) EvaluateHoles(limit float64, rules Rules) *Holes {
	rules = rules.WithDefaults()
	h := &Holes{Limit: limit, Places: []Location{}}
	threshold := rules.threshold(limit)
	narrow := selection{reach: func(s *Sample, _ float64) float64 { return float64(s.Clearance) }}
	for i := range s.All {
		// Samples of other classes have no hole.
		if width := float64(s.All[i].Hole); width < threshold {
			narrow.add(i, width)
		}
	}
	found := s.findRegions(&narrow, limit, &rules)
	h.Count = found.counted
	for i := range found.regions {
		r := &found.regions[i]
		if r.Info {
			continue
		}
		width := r.sum / r.Area
		if h.Minimum == nil || width < *h.Minimum {
			h.Minimum = &width
		}
		if len(h.Places) < MaxLocations {
			place := r.place()
			place.Value = &width
			h.Places = append(h.Places, place)
		}
	}
	return h
}

func smallHoles(f *Facts) Criterion {
	limit := f.Process.HoleDiameter
	if limit == 0 {
		return unjudged(f, "mm", "The process keeps holes of any width open.")
	}
	h := f.Holes
	if h == nil {
		return Criterion{Status: NotChecked, Unit: "mm", Message: "Holes were not measured."}
	}
	c := Criterion{Status: Pass, Value: h.Minimum, Limit: &h.Limit, Unit: "mm", Count: h.Count, Locations: h.Places}
	c.Message = fmt.Sprintf("No hole is narrower than %g mm.", h.Limit)
	if h.Count > 0 {
		c.Status = Warn
		c.Message = fmt.Sprintf("%s narrower than %g mm and may close; widen them, or drill them afterwards.", pluralOf(h.Count, "hole is", "holes are"), h.Limit)
	}
	return c
}
