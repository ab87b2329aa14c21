package fit

import (
	"context"
	"fmt"
	"math"
)

// A Certificate names a proof that a part does not fit.
type Certificate string

// The certificates. K is the convex hull of the part and B the room with its
// tolerance, a box of a ≤ b ≤ c. If K, turned somehow, lies in B, then:
//
//   - Every intrinsic volume of K is at most that of B, for intrinsic volumes
//     are unchanged by rotation and grow with the set among convex ones
//     (H. Hadwiger 1957). In space there are three: the volume, at most abc;
//     half the surface area, at most ab+bc+ca; twice the mean width, at most
//     a+b+c.
//   - No two points of K are farther apart than those of B: the diameter is at
//     most √(a²+b²+c²).
//   - The planes of the two sides of B at distance a hold K between them: the
//     smallest width of K is at most a.
//
// Each certificate is the failure of one of these. Rotations is a proof by
// cases, see searchAll. Height and Footprint only say something about turns
// about z, and only these are then allowed; both are exact.
const (
	Volume      Certificate = "volume"
	SurfaceArea Certificate = "surface_area"
	MeanWidth   Certificate = "mean_width"
	Diameter    Certificate = "diameter"
	MinWidth    Certificate = "min_width"
	Rotations   Certificate = "all_rotations"
	Height      Certificate = "height"
	Footprint   Certificate = "footprint"
	NoRoom      Certificate = "no_room"
)

// certificateMargin is by how much a number must exceed its limit to prove
// anything: far beyond the rounding errors of both.
const certificateMargin = 1e-10

// certify looks for a certificate that no rotation fits.
func (f *fitter) certify(ctx context.Context) (bool, error) {
	if f.options.KeepOrientation {
		return false, nil
	}
	calipers, err := f.h.Calipers(ctx)
	if err != nil {
		return false, err
	}
	if calipers.Complete {
		f.out.Measured["minWidth"] = calipers.MinWidth
	}
	f.out.Measured["diameter"] = calipers.Diameter
	f.out.Measured["volume"] = f.h.Volume
	f.out.Measured["surfaceArea"] = f.h.Area
	f.out.Measured["meanWidth"] = f.h.MeanWidth()
	most := roomMeasures(f.limit)
	for _, c := range [...]struct {
		by  Certificate
		key string
		say string
	}{
		{MinWidth, "minWidth", "its thinnest place measures %.6g mm, the chamber's shortest side %.6g mm"},
		{Diameter, "diameter", "it is %.6g mm long, the chamber's space diagonal %.6g mm"},
		{Volume, "volume", "its convex hull has %.6g mm³, the chamber %.6g mm³"},
		{SurfaceArea, "surfaceArea", "the surface of its convex hull has %.6g mm², the chamber's %.6g mm²"},
		{MeanWidth, "meanWidth", "it is %.6g mm wide in the mean of all directions, the chamber %.6g mm"},
	} {
		value, known := f.out.Measured[c.key]
		if known && value > most[c.key]*(1+certificateMargin) {
			limit := roomMeasures(f.out.Room)[c.key]
			f.refuse(c.by, value, limit, "the part does not fit: "+fmt.Sprintf(c.say, value, limit))
			return true, nil
		}
	}
	return false, nil
}

// roomMeasures returns the measures of a box.
func roomMeasures(side [3]float64) map[string]float64 {
	a, b, c := side[0], side[1], side[2]
	return map[string]float64{
		"minWidth":    min(a, b, c),
		"diameter":    math.Sqrt(float64(a*a) + float64(b*b) + float64(c*c)),
		"volume":      a * b * c,
		"surfaceArea": 2 * (float64(a*b) + float64(b*c) + float64(c*a)),
		"meanWidth":   (a + b + c) / 2,
	}
}
