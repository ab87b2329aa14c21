package printability

import (
	"fmt"
	"math"
)

// Walls is the wall thickness of a part, evaluated for a minimum wall T and
// an optimal wall To. What depends on one that was not given is nil.
type Walls struct {
	MinimumWall *float64 `json:"minimumWall"` // T
	OptimalWall *float64 `json:"optimalWall"` // To

	// Minimum is the smallest thickness that decides: of the core of thin
	// places or, if there are none, the smallest wall that is thick enough.
	// Without T it equals RawMinimum.
	Minimum *float64 `json:"minimum"`
	// RawMinimum is the smallest wall sample. At the tip of a knife it tends
	// to 0, so it decides nothing.
	RawMinimum *float64 `json:"rawMinimum"`
	// P1, P5 and P50 are percentiles by area over wall samples.
	P1  *float64 `json:"p1"`
	P5  *float64 `json:"p5"`
	P50 *float64 `json:"p50"`

	AreaBelow     *float64 `json:"areaBelow"`    // of walls thinner than T, both sides
	EdgeBelow     *float64 `json:"edgeBelow"`    // beside sharp edges, thinner than T
	BelowOptimal  *float64 `json:"belowOptimal"` // of walls thinner than To
	CoreArea      *float64 `json:"coreArea"`     // of AreaBelow, away from thick material, in regions that matter
	UnknownArea   float64  `json:"unknownArea"`
	BuriedArea    float64  `json:"buriedArea"`
	Samples       int      `json:"samples"`
	Sampling      string   `json:"sampling"` // "full" or "reduced"
	Histogram     []Bin    `json:"histogram"`
	EdgeHistogram []Bin    `json:"edgeHistogram"`
	// Regions by falling core area, MaxListedRegions at most; RegionCount is
	// exact.
	Regions     []Region `json:"regions"`
	RegionCount int      `json:"regionCount"`

	isSheet bool
	status  Status
	message string
}

// Status returns the decision: NotChecked without T.
func (w *Walls) Status() Status { return w.status }

// Message says in a sentence why the status is what it is and what to do.
func (w *Walls) Message() string { return w.message }

// reading is what a sample says for a given T: an edge sample held by a ball
// from the opposite side is a wall.
func (s *Sample) reading(limit float64) (thickness float64, class Class) {
	if s.Class == ClassEdge && s.Ball > 0 && float64(s.Thickness) < limit {
		return float64(s.Ball), ClassWall
	}
	return float64(s.Thickness), s.Class
}

// Evaluate judges the walls for a minimum wall thickness and an optimal one,
// in mm; 0 means not given. It reads the stored samples only, in time
// n log n.
//
// A minimum above SampleOptions.GrooveLimit needs samples measured with a
// higher one, because walls under grooves are known only up to it.
func (s *Samples) Evaluate(minimum, optimal float64, rules Rules) *Walls {
	rules = rules.WithDefaults()
	w := &Walls{
		UnknownArea: s.unknown,
		BuriedArea:  s.buried,
		Samples:     len(s.All),
		Sampling:    "full",
		Regions:     []Region{},
		status:      NotChecked,
		message:     "No minimum wall thickness was given; state one, or a technology, to have the walls judged.",
	}
	if s.Reduced {
		w.Sampling = "reduced"
	}
	if optimal > 0 {
		w.OptimalWall = &optimal
		below := s.areaBelow(optimal, &rules)
		w.BelowOptimal = &below
	}
	var all Walls
	s.parts(2, func(part int) { // neither needs the other
		switch {
		case part == 0:
			all.distribution(s, minimum)
		case minimum > 0:
			w.MinimumWall = &minimum
			w.judge(s, minimum, &rules)
		}
	})
	w.RawMinimum, w.P1, w.P5, w.P50 = all.RawMinimum, all.P1, all.P5, all.P50
	w.Histogram, w.EdgeHistogram = all.Histogram, all.EdgeHistogram
	if !(minimum > 0) {
		w.Minimum = w.RawMinimum
	}
	return w
}

// distribution fills the raw minimum, percentiles and histograms.
func (w *Walls) distribution(s *Samples, limit float64) {
	least := math.Inf(1)
	var area float64
	var all, edges histogram
	coarse := make([]float64, thicknessBins)
	walls := make([]wall, 0, len(s.All))
	for i := range s.All {
		t, class := s.All[i].reading(limit)
		a := float64(s.All[i].Weight)
		switch class {
		case ClassWall:
			least = min(least, t)
			area += a
			all.add(t, a)
			thickness := math.Float32bits(float32(t))
			coarse[thickness/thicknessBins] += a
			walls = append(walls, wall{thickness, s.All[i].Weight})
		case ClassEdge:
			edges.add(t, a)
		}
	}
	w.Histogram, w.EdgeHistogram = all.bins(), edges.bins()
	if math.IsInf(least, 1) {
		return
	}
	w.RawMinimum = &least
	w.P1 = percentileOf(walls, coarse, 0.01*area)
	w.P5 = percentileOf(walls, coarse, 0.05*area)
	w.P50 = percentileOf(walls, coarse, 0.50*area)
}

// A wall is a wall sample: the bits of its thickness and its weight.
type wall struct {
	thickness uint32
	weight    float32
}

// thicknessBins is how many bins a thickness has, and how many each of them is
// divided into. All thicknesses are single-precision numbers above 0, which are
// ordered like their bits: the upper half of these is the bin.
const thicknessBins = 1 << 16

// percentileOf returns the thickness of a wall at which the sum of weights, from
// thin to thick, reaches target. coarse has the weights by bin.
func percentileOf(walls []wall, coarse []float64, target float64) *float64 {
	bin, below := reaches(coarse, target)
	fine := make([]float64, thicknessBins)
	for _, w := range walls {
		if w.thickness/thicknessBins == bin {
			fine[w.thickness%thicknessBins] += float64(w.weight)
		}
	}
	part, _ := reaches(fine, target-below)
	value := float64(math.Float32frombits(bin*thicknessBins + part))
	return &value
}

// reaches returns the first bin up to which the weights reach target, the last
// with a weight if rounding keeps them below it, and the sum of those before.
func reaches(weights []float64, target float64) (bin uint32, before float64) {
	sum := 0.0
	for i, w := range weights {
		if w == 0 {
			continue
		}
		bin, before = uint32(i), sum
		if sum += w; sum >= target {
			break
		}
	}
	return bin, before
}

type weighted struct{ value, weight float64 }

func (a weighted) compare(b weighted) int {
	switch {
	case a.value < b.value:
		return -1
	case a.value > b.value:
		return 1
	case a.weight < b.weight:
		return -1
	case a.weight > b.weight:
		return 1
	}
	return 0
}

// percentile returns the value at which the sum of weights reaches target.
func percentile(sorted []weighted, target float64) *float64 {
	sum := 0.0
	for i := range sorted {
		sum += sorted[i].weight
		if sum >= target {
			return &sorted[i].value
		}
	}
	return &sorted[len(sorted)-1].value
}

// areaBelow returns the area of walls thinner than limit.
func (s *Samples) areaBelow(limit float64, rules *Rules) float64 {
	threshold := rules.threshold(limit)
	sum := 0.0
	for i := range s.All {
		if t, class := s.All[i].reading(limit); class == ClassWall && t < threshold {
			sum += float64(s.All[i].Weight)
		}
	}
	return sum
}

// judge finds the thin places for the minimum wall T and decides.
func (w *Walls) judge(s *Samples, limit float64, rules *Rules) {
	threshold := rules.threshold(limit)
	thin := selection{reach: func(s *Sample, t float64) float64 { return -t }}
	var below, edgeBelow, promoted float64
	least := math.Inf(1) // smallest wall that is thick enough
	for i := range s.All {
		sample := &s.All[i]
		t, class := sample.reading(limit)
		switch {
		case class == ClassWall && t < threshold:
			thin.add(i, t)
			below += float64(sample.Weight)
			if sample.Class == ClassEdge {
				promoted += float64(sample.Weight)
			}
		case class == ClassEdge && t < threshold:
			edgeBelow += float64(sample.Weight)
		case class == ClassWall || class == ClassEdge:
			thin.rest = append(thin.rest, uint32(i))
			if class == ClassWall {
				least = min(least, t)
			}
		}
	}
	found := s.findRegions(&thin, limit, rules)
	w.AreaBelow, w.EdgeBelow, w.CoreArea = &below, &edgeBelow, &found.coreArea
	w.RegionCount = len(found.regions)
	w.Regions = found.listed()
	switch {
	case !math.IsInf(found.coreMinimum, 1):
		w.Minimum = &found.coreMinimum
	case !math.IsInf(least, 1):
		w.Minimum = &least
	}
	w.decide(s, limit, rules, found, edgeBelow+promoted)
}

// decide applies the rules in their order. edgeBelow here includes edge
// samples that count as walls for this T, so that a larger T never has less.
func (w *Walls) decide(s *Samples, limit float64, rules *Rules, found *regions, edgeBelow float64) {
	surface := s.Area - s.buried
	scale := rules.scale(limit)
	least := rules.RegionLimit * scale * scale
	w.isSheet = s.Volume != nil && 2*math.Abs(*s.Volume)/surface < rules.SheetShare*limit
	set := func(status Status, format string, args ...any) {
		w.status, w.message = status, fmt.Sprintf(format, args...)
	}
	switch {
	case s.unknown > rules.UnknownShare*surface:
		set(Unknown, "The thickness is unknown on %.1f %% of the surface, because it is open or turned inside out there; close or repair the part and analyse it again.", 100*s.unknown/surface)
	case s.Step > rules.StepShare*limit:
		set(Unknown, "The coordinates are too coarse, %.3g mm apart, to judge walls of %g mm; move the part to the origin before exporting it.", s.Step, limit)
	case w.isSheet:
		set(Fail, "The part is a sheet without thickness; give it walls of %g mm at least.", limit)
	case *w.AreaBelow >= rules.ThinShare*surface:
		set(Fail, "%.1f %% of the surface has walls thinner than %g mm; thicken them or choose a process for thinner walls.", 100**w.AreaBelow/surface, limit)
	case found.coreArea >= max(rules.CoreShare*surface, least):
		set(Fail, "Walls thinner than %g mm take up %.4g mm²; thicken them at the places listed.", limit, found.coreArea)
	case found.mostSevere >= least:
		set(Fail, "A wall of %s mm is far thinner than %g mm; thicken it at the places listed.", wallNumber(found.severeMinimum), limit)
	case found.counted > 0:
		set(Warn, "Small places are thinner than %g mm and may not print; look at the places listed.", limit)
	case edgeBelow >= rules.ThinShare*surface:
		set(Warn, "%.1f %% of the surface lies along sharp edges thinner than %g mm, which may print rounded; blunt them if their shape matters.", 100*edgeBelow/surface, limit)
	case w.BelowOptimal != nil && *w.BelowOptimal >= rules.OptimalShare*surface:
		set(Warn, "%.1f %% of the surface has walls thinner than the optimal %g mm; the part prints, but may be weak.", 100**w.BelowOptimal/surface, *w.OptimalWall)
	default:
		set(Pass, "All walls are at least %g mm thick.", limit)
	}
}
