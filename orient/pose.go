package orient

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/fit"
)

// finish fills in what the search did not need.
func (r *search) finish(m measured) Pose {
	p := m.pose
	if p.MaxCrossSection == 0 {
		p.MaxCrossSection = r.largestSection(m.up, m.low, m.height)
	}
	p.StairArea = r.stairArea(m.up)
	if math.IsInf(p.StabilityMargin, -1) {
		p.StabilityMargin = -1 // nothing to stand on
	}
	q, extents := r.place(m.up, &p)
	rows := q.rows()
	p.Rotation = q.rotation()
	p.Box = Box{W: extents[0], D: extents[1], H: p.Height}
	for i, row := range rows {
		p.CenterOfMass[i] = r.centerOfMass.Dot(row) - r.low(row)
	}
	return p
}

// place chooses the turn about z: the first that lies straight and fits the
// chamber, or else the one that fit finds.
func (r *search) place(up r3.Vector, p *Pose) (quaternion, [2]float64) {
	turns := r.spin(up)
	extents := func(q quaternion) [2]float64 {
		rows := q.rows()
		return [2]float64{r.hull.Extent(rows[0]), r.hull.Extent(rows[1])}
	}
	first := extents(turns[0])
	if p.Fits == nil {
		return turns[0], first
	}
	result := *p.Fits // poses may share it
	p.Fits = &result
	c := r.opts.Chamber
	fits := func(e [2]float64) bool {
		slack := float64(1e-6 * r.diagonal)
		both := float64(2 * c.Clearance)
		return e[0] <= c.W-both+slack && e[1] <= c.D-both+slack && p.Height <= c.H-both+slack
	}
	p.Fits.AsIs, p.Fits.AngleDeg = fits(first), 0
	if p.Fits.AsIs || !p.Fits.ZRotation {
		return turns[0], first
	}
	identity := upright(up).angle() < 1e-9
	angle := r.fits(up).AngleDeg
	if identity {
		// The uploaded pose stays as it is; how to turn it is said beside it.
		p.Fits.AngleDeg = angle
		return turns[0], first
	}
	for _, q := range turns[1:] {
		if e := extents(q); fits(e) {
			p.Fits.AsIs = true
			return q, e
		}
	}
	q := upright(up).spun(angle * degree)
	p.Fits.AsIs = true
	return q, extents(q)
}

// fits says whether the part fits the chamber with up pointing up, after which
// turn about z that follows the smallest rotation to do so; nil without a
// chamber.
func (r *search) fits(up r3.Vector) *Fits {
	if r.opts.Chamber == nil {
		return nil
	}
	x, y := plane(up)
	angle, ok := fit.Upright(r.hull, [3]r3.Vector{x, y, up}, *r.opts.Chamber)
	return &Fits{ZRotation: ok, AngleDeg: angle}
}

// gainOf compares a pose with the uploaded one.
func gainOf(p, baseline *Pose) Gain {
	percent := func(now, before float64) *float64 {
		if before == 0 {
			return nil
		}
		saved := 100 * (before - now) / before
		return &saved
	}
	g := Gain{
		Height:        percent(p.Height, baseline.Height),
		SupportVolume: percent(p.SupportVolume, baseline.SupportVolume),
		SupportArea:   percent(p.SupportArea, baseline.SupportArea),
		BedArea:       percent(p.BedArea, baseline.BedArea),
	}
	if g.BedArea != nil {
		*g.BedArea = 0 - *g.BedArea
	}
	return g
}
