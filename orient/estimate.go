package orient

import (
	"context"
	"math"

	"github.com/golang/geo/r3"
)

const (
	degree = math.Pi / 180

	// contactAngle is how far a face of the first layer may be from level.
	contactAngle = 5 * degree
	// layerShare is the default height of the first layer, in diameters:
	// 0.2 mm of a part of 100 mm.
	layerShare = 1.0 / 500
	// Between stairFrom and stairTo from level, layers show as stairs.
	stairFrom, stairTo = 1.4 * degree, 14 * degree
	// flatAngle bounds the faces that peel hard off the bottom of a vat.
	flatAngle = 10 * degree
)

// A candidate is a direction with what is known of it without columns. All of
// it is exact, but for the columns that end on the part.
type candidate struct {
	up      r3.Vector
	low     float64
	height  float64
	bed     float64 // contact with the bed
	area    float64 // of faces that need support
	toBed   float64 // volume of their columns through the part
	stance  float64
	held    bool    // stands with its supports; may be too careful
	shadow  float64 // of the hull; 0 if there is no bed
	flat    float64 // area of faces within flatAngle of down
	stairs  float64
	section float64 // at most the largest cross-section

	score float64 // with toBed as the support
	bound float64 // no better score is possible
	order int
}

func (c *candidate) stable() bool { return c.stance > 0 }

// footing reports whether the part could stand with the help of supports: a
// face of some size lies on the bed. Columns hold no part that balances on a
// corner.
func (c *candidate) footing() bool {
	const share = 0.02 // of the shadow
	return c.area > 0 && c.bed > share*c.shadow
}

// tilt is the cosine of the angle by which the part has to be tilted.
func (c *candidate) tilt() float64 { return c.up.Z }

// A limit selects faces within an angle of a direction; per cell it has the
// cosines below which none and above which all faces are within it.
type limit struct {
	cosine    float64
	none, all []float64
}

func (s *surface) newLimit(angle, cosine float64) *limit {
	l := &limit{cosine: cosine, none: make([]float64, len(s.cells)), all: make([]float64, len(s.cells))}
	for i := range s.cells {
		wide, narrow := angle+s.cells[i].deviation, angle-s.cells[i].deviation
		l.none[i], l.all[i] = -2, 2
		if wide < math.Pi {
			l.none[i] = math.Cos(wide)
		}
		if narrow > 0 {
			l.all[i] = math.Cos(narrow)
		}
	}
	return l
}

// areaWithin returns the area of the faces within a limit of a direction.
func (s *surface) areaWithin(direction r3.Vector, l *limit) float64 {
	sum := 0.0
	for i := range s.cells {
		c := &s.cells[i]
		d := c.axis.Dot(direction)
		if d < l.none[i] {
			continue
		}
		if d > l.all[i] {
			sum += c.area
			continue
		}
		for p := c.first; p < c.end; p++ {
			if s.normal[p].Dot(direction) > l.cosine {
				sum += s.area[p]
			}
		}
	}
	return sum
}

// needs sums up the faces that need support, for a limit that holds a whole
// number of degrees: their area and the volume of their columns to the bed.
// Faces that may lie on the bed are looked at one by one.
//
// The volume of the column below a face of area a, normal n and middle m is
// a·(−n·up)·(m·up − low). Summed over a cell that is −upᵀ·M·up + low·(v·up)
// with M = Σ a·n⊗m and v = Σ a·n.
func (s *surface) needs(up r3.Vector, low float64, l, near *limit) (area, toBed float64) {
	down := up.Mul(-1)
	var vector r3.Vector
	var moment [3]r3.Vector
	single := 0.0
	for i := range s.cells {
		c := &s.cells[i]
		d := c.axis.Dot(down)
		if d < l.none[i] {
			continue
		}
		if d > l.all[i] && d < near.none[i] {
			area += c.area
			vector = vector.Add(c.vector)
			for k := range moment {
				moment[k] = moment[k].Add(c.moment[k])
			}
			continue
		}
		for p := c.first; p < c.end; p++ {
			cosine := s.normal[p].Dot(down)
			if !(cosine > l.cosine) {
				continue
			}
			height := s.middle[p].Dot(up) - low
			if s.onBed(p, up, low, height) {
				continue
			}
			area += s.area[p]
			single += float64(float64(s.area[p]*cosine) * height)
		}
	}
	turned := r3.Vector{X: moment[0].Dot(up), Y: moment[1].Dot(up), Z: moment[2].Dot(up)}
	return area, max(0, single-turned.Dot(up)+float64(low*vector.Dot(up)))
}

// contact returns the area of the faces in the first layer.
func (s *surface) contact(up r3.Vector, low, layer float64, near *limit) float64 {
	down := up.Mul(-1)
	sum := 0.0
	for i := range s.cells {
		c := &s.cells[i]
		if c.axis.Dot(down) < near.none[i] {
			continue
		}
		for p := c.first; p < c.end; p++ {
			if s.normal[p].Dot(down) > near.cosine && s.within(p, up, low, s.middle[p].Dot(up)-low, layer) {
				sum += s.area[p]
			}
		}
	}
	return sum
}

// shadowOf returns the area of the hull's shadow.
func (s *surface) shadowOf(up r3.Vector) float64 {
	sum := 0.0
	for i := range s.hull.Facets {
		sum += float64(s.hull.Facets[i].Area * math.Abs(s.hull.Facets[i].Normal.Dot(up)))
	}
	return sum / 2
}

// An estimator finds what is known of candidates without columns.
type estimator struct {
	*surface
	opts Options
	// diameter is the largest distance of two points of the part.
	diameter float64
	layer    float64
	// The critical angle lies between two whole degrees, whose sums are mixed
	// as those of a Histogram are.
	lower, upper *limit
	share        float64 // of upper
	near         *limit
	flat         *limit
	stairs       [2]*limit
}

func newEstimator(ctx context.Context, s *surface, opts Options) (*estimator, error) {
	calipers, err := s.hull.Calipers(ctx)
	if err != nil {
		return nil, err
	}
	e := &estimator{surface: s, opts: opts, diameter: calipers.Diameter, layer: opts.LayerHeight}
	if e.layer == 0 {
		e.layer = layerShare * e.diameter
	}
	whole := math.Floor(opts.CriticalAngle)
	e.share = opts.CriticalAngle - whole
	degrees := func(n float64) *limit { return s.newLimit(n*degree, binCosines[int(n)]) }
	if whole > 0 {
		e.lower = degrees(whole)
	}
	if e.share > 0 {
		e.upper = degrees(whole + 1)
	}
	around := func(angle float64) *limit { return s.newLimit(angle, math.Cos(angle)) }
	e.near, e.flat = around(contactAngle), around(flatAngle)
	e.stairs = [2]*limit{around(stairFrom), around(stairTo)}
	return e, nil
}

// estimate looks at a direction, of length 1.
func (e *estimator) estimate(up r3.Vector) candidate {
	c := candidate{up: up, low: e.low(up), height: e.hull.Extent(up)}
	if e.lower != nil {
		c.area, c.toBed = e.needs(up, c.low, e.lower, e.near)
	}
	if e.upper != nil {
		area, toBed := e.needs(up, c.low, e.upper, e.near)
		c.area += float64(e.share * (area - c.area))
		c.toBed += float64(e.share * (toBed - c.toBed))
	}
	c.bed = e.contact(up, c.low, e.layer, e.near)
	c.stance = e.stance(up, c.low, e.layer)
	if c.bed > 0 {
		c.shadow = e.shadowOf(up)
	}
	c.held = c.stable() || c.footing() && e.opts.mustStand() && e.mayBeHeld(up, c.low)
	if e.opts.Objective == SLA {
		c.flat = e.areaWithin(up.Mul(-1), e.flat)
		c.section = e.volume / c.height
	}
	if e.opts.Objective == Custom && e.opts.Weights.Stairs > 0 {
		c.stairs = e.stairArea(up)
	}
	c.score = e.scoreOf(&c, c.toBed, 0, c.section)
	best := c
	best.held = c.held || c.footing()
	c.bound = e.scoreOf(&best, 0, 0, c.section)
	return c
}

// mayBeHeld is held for a few of the points under which columns stand.
func (e *estimator) mayBeHeld(up r3.Vector, low float64) bool {
	down := up.Mul(-1)
	l := e.lower
	if l == nil {
		l = e.upper
	}
	return e.surface.held(up, low, e.layer, func(add func(r3.Vector) bool) {
		for i := range e.cells {
			c := &e.cells[i]
			if c.axis.Dot(down) < l.all[i] {
				continue
			}
			for _, p := range c.extremes {
				if add(p) {
					return
				}
			}
		}
	})
}

// holds is held for all points under which columns stand.
func (e *estimator) holds(o *overhangs) bool {
	return e.surface.held(o.up, o.low, e.layer, func(add func(r3.Vector) bool) {
		for _, p := range o.places {
			for _, v := range e.mesh.Triangles[e.faces[p]] {
				if add(e.mesh.Vertices[v].Sub(e.center)) {
					return
				}
			}
		}
	})
}

// stairArea returns the area of faces on which layers show as stairs.
func (e *estimator) stairArea(up r3.Vector) float64 {
	sum := 0.0
	for _, d := range [...]r3.Vector{up, up.Mul(-1)} {
		sum += e.areaWithin(d, e.stairs[1]) - e.areaWithin(d, e.stairs[0])
	}
	return max(0, sum)
}

// scoreOf returns the score of a candidate; less is better. support and onPart
// are the volume of columns and their contact on the part, section the area of
// the largest cross-section. Except for prices all scores are numbers without
// unit.
func (e *estimator) scoreOf(c *candidate, support, onPart, section float64) float64 {
	h := c.height / e.diameter
	v := support / e.volume
	a := c.area / e.totalArea
	b := 0.0
	if c.shadow > 0 {
		b = min(1, c.bed/c.shadow)
	}
	switch e.opts.Objective {
	case Height:
		return h
	case SupportArea:
		return a + onPart/e.totalArea + float64(0.1*v) + float64(0.05*h)
	case SLA:
		// A quarter of the hull's surface is its shadow in the mean of all
		// directions (A. Cauchy 1832).
		return section/(e.hull.Area/4) + v + float64(0.2*c.flat)/e.totalArea
	case BedArea:
		return fall(c.stable()) - c.bed/e.totalArea
	case Custom:
		w := e.opts.Weights
		return float64(w.Height*h) + float64(w.Volume*v) + float64(w.Area*a) - float64(w.Bed*b) + float64(w.Stairs*c.stairs)/e.totalArea
	}
	score := v + float64(0.3*a) + float64(0.05*h) - float64(0.1*b)
	if e.opts.Objective == LeastSupport {
		score += fall(c.held)
	}
	return score
}

// fall returns what is added to the score of a part that must stand.
func fall(stands bool) float64 {
	const unstable = 10 // such poses are taken only if there is no other
	if stands {
		return 0
	}
	return unstable
}
