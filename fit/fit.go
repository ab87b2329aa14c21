// Package fit decides whether a part fits a build chamber, and how it has to
// be turned.
//
// The answer is one of three: a rotation with which the part does fit; that no
// rotation will do, with a certificate that proves it; or unknown, when
// neither was found. "No" is never claimed for want of an idea.
package fit

import (
	"context"
	"fmt"
	"math"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// A Chamber is the inside of a machine, an axis-aligned box, in mm.
type Chamber struct {
	W, D, H float64 // extents along x, y and z
	// Clearance is kept free at each of the six sides.
	Clearance float64
}

// Options say how a part may be turned. The zero value allows every rotation.
type Options struct {
	// KeepOrientation allows turns about z only, for technologies or parts
	// whose build direction is settled.
	KeepOrientation bool

	// Cells bounds the search of all rotations, in cells of rotation space
	// that are looked at: 200 000 if 0, some tenths of a second; no search at
	// all if negative.
	Cells int
}

const defaultCells = 200_000

// Status is the outcome, by how little the part has to be turned.
type Status string

// The outcomes.
const (
	AsUploaded      Status = "as_uploaded"      // fits as it is
	AxisPermutation Status = "axis_permutation" // fits after quarter turns
	ZRotation       Status = "z_rotation"       // fits after a turn about z
	AnyRotation     Status = "any_rotation"     // fits after some rotation
	NoFit           Status = "no_fit"           // proven not to fit
	Unknown         Status = "unknown"          // neither found nor proven
)

// A Result is the answer for one part and chamber.
type Result struct {
	Status Status

	// Matrix is the rotation with which the part fits, to be applied to
	// column vectors; its determinant is 1. It is the identity for NoFit and
	// Unknown.
	Matrix   [3][3]float64
	AngleDeg float64    // of the rotation; signed for turns about z
	Extents  [3]float64 // of the part after Matrix
	Room     [3]float64 // the chamber less its clearance
	// Tolerance is by how much an extent may exceed the room: 1e-6 of the
	// diagonal of the part's box.
	Tolerance float64

	// Certificate names the proof of NoFit, and Value exceeds Limit there; both
	// are 0 for Footprint, which no single number proves.
	Certificate  Certificate
	Value, Limit float64

	// Measured are numbers of the part that the certificates used: "volume",
	// "surfaceArea", "meanWidth", "diameter", "minWidth"; absent when the
	// answer did not need them.
	Measured map[string]float64

	// Message says the outcome in one sentence.
	Message string

	// Cells is how many cells of rotation space were looked at.
	Cells int
}

// Fits reports whether a rotation was found with which the part fits.
func (r *Result) Fits() bool {
	return r.Status != NoFit && r.Status != Unknown
}

// Fit answers whether the part with the convex hull h fits the chamber. It
// tries, in this order, the part as it is, quarter turns, turns about z,
// which are decided exactly, then the certificates, and then all rotations.
//
// The result depends on nothing but the arguments. Most answers take
// O(n log n) for n vertices of the hull, and the search of all rotations up to
// Options.Cells more steps.
//
// It returns an error if the chamber's numbers are not finite and positive
// (Clearance may be 0), or the error of ctx.
func Fit(ctx context.Context, h *mesh.Hull, chamber Chamber, options Options) (*Result, error) {
	if err := chamber.check(); err != nil {
		return nil, err
	}
	if options.Cells == 0 {
		options.Cells = defaultCells
	}
	f := newFitter(h, chamber, options)
	if f.least() <= -f.out.Tolerance {
		f.refuse(NoRoom, 2*chamber.Clearance, min(chamber.W, chamber.D, chamber.H),
			"the clearance leaves no room in the chamber")
		return f.result(), nil
	}
	for _, step := range []func(context.Context) (bool, error){
		f.tryAsUploaded, f.tryPermutations, f.tryAboutZ, f.certify, f.searchAll,
	} {
		done, err := step(ctx)
		if err != nil {
			return nil, err
		}
		if done {
			return f.result(), nil
		}
	}
	f.out.Status = Unknown
	f.out.Message = fmt.Sprintf("whether the part fits %s could not be decided", f.roomText())
	return f.result(), nil
}

func (c Chamber) check() error {
	for _, x := range [...]float64{c.W, c.D, c.H} {
		if !(x > 0) || math.IsInf(x, 0) {
			return fmt.Errorf("fit: the chamber measures %g x %g x %g mm; every extent must be positive", c.W, c.D, c.H)
		}
	}
	if !(c.Clearance >= 0) || math.IsInf(c.Clearance, 0) {
		return fmt.Errorf("fit: the clearance is %g mm; it must not be negative", c.Clearance)
	}
	return nil
}

// fitter holds what the steps share.
type fitter struct {
	h       *mesh.Hull
	options Options
	limit   [3]float64 // the room with the tolerance
	turn    frame      // the rotation found
	out     Result
}

func newFitter(h *mesh.Hull, c Chamber, options Options) *fitter {
	const tolerance = 1e-6
	f := &fitter{h: h, options: options, turn: identity}
	f.out.Tolerance = tolerance * h.Box().Diagonal()
	f.out.Room = [3]float64{c.W - 2*c.Clearance, c.D - 2*c.Clearance, c.H - 2*c.Clearance}
	for i, x := range f.out.Room {
		f.limit[i] = x + f.out.Tolerance
	}
	f.out.Measured = make(map[string]float64)
	return f
}

// least returns the smallest extent of the room.
func (f *fitter) least() float64 { return min(f.out.Room[0], f.out.Room[1], f.out.Room[2]) }

// result fills in what follows from the rotation.
func (f *fitter) result() *Result {
	f.out.Matrix = f.turn.matrix()
	f.out.Extents = f.extents(f.turn)
	if f.out.Status != ZRotation {
		f.out.AngleDeg = f.turn.angle() * 180 / math.Pi
	}
	return &f.out
}

// extents returns the extents of the part after a rotation.
func (f *fitter) extents(g frame) [3]float64 {
	return [3]float64{f.h.Extent(g[0]), f.h.Extent(g[1]), f.h.Extent(g[2])}
}

// within reports whether extents fit. The solvers work with the very limits,
// so rounding has to be forgiven once more.
func (f *fitter) within(extents [3]float64) bool {
	slack := float64(1e-6 * f.out.Tolerance)
	return extents[0] <= f.limit[0]+slack && extents[1] <= f.limit[1]+slack && extents[2] <= f.limit[2]+slack
}

func (f *fitter) accept(status Status, turn frame, message string) {
	f.out.Status, f.turn, f.out.Message = status, turn, message
}

func (f *fitter) refuse(by Certificate, value, limit float64, message string) {
	f.out.Status, f.out.Certificate, f.out.Value, f.out.Limit = NoFit, by, value, limit
	f.out.Message = message
}

func (f *fitter) roomText() string {
	r := f.out.Room
	return fmt.Sprintf("a room of %.6g x %.6g x %.6g mm", r[0], r[1], r[2])
}

func (f *fitter) tryAsUploaded(context.Context) (bool, error) {
	if !f.within(f.extents(identity)) {
		return false, nil
	}
	f.accept(AsUploaded, identity, "the part fits the chamber as it is")
	return true, nil
}

// tryPermutations looks for the smallest rotation that only exchanges axes.
func (f *fitter) tryPermutations(context.Context) (bool, error) {
	if f.options.KeepOrientation {
		return false, nil
	}
	turn, ok := f.smallest(identity)
	if ok {
		f.accept(AxisPermutation, turn, fmt.Sprintf("the part fits the chamber after a quarter turn; %s", extentText(f.extents(turn))))
	}
	return ok, nil
}

// smallest returns the rotation of the smallest angle that fits among those
// that differ from g by an exchange of axes only.
func (f *fitter) smallest(g frame) (best frame, ok bool) {
	extents := f.extents(g)
	angle := math.Inf(1)
	g.sameExtents(func(c frame, order [3]int) {
		if !f.within([3]float64{extents[order[0]], extents[order[1]], extents[order[2]]}) {
			return
		}
		// Angles that differ by rounding only are the same: the first counts.
		if a := c.angle(); a < angle-1e-9 {
			best, angle, ok = c, a, true
		}
	})
	return best, ok
}

// tryAboutZ decides exactly whether a turn about z will do. If only such turns
// are allowed, that settles it.
func (f *fitter) tryAboutZ(context.Context) (bool, error) {
	height := f.h.Extent(r3.Vector{Z: 1})
	if height > f.limit[2] {
		if f.options.KeepOrientation {
			f.refuse(Height, height, f.out.Room[2], fmt.Sprintf("the part is %.6g mm high, more than the %.6g mm of the chamber, and may not be tilted", height, f.out.Room[2]))
		}
		return f.options.KeepOrientation, nil
	}
	shadow := f.h.Shadow(r3.Vector{X: 1}, r3.Vector{Y: 1})
	angle, ok := turnToFit(shadow, f.limit[0], f.limit[1])
	if turn := aboutZ(angle); ok && f.within(f.extents(turn)) {
		f.out.AngleDeg = angle * 180 / math.Pi
		f.accept(ZRotation, turn, fmt.Sprintf("the part fits the chamber when turned about z by %.4g°; %s", f.out.AngleDeg, extentText(f.extents(turn))))
		return true, nil
	}
	if f.options.KeepOrientation && !ok {
		f.refuse(Footprint, 0, 0, fmt.Sprintf("the part's footprint fits %.6g x %.6g mm at no angle, and the part may not be tilted", f.out.Room[0], f.out.Room[1]))
	}
	return f.options.KeepOrientation && !ok, nil
}

func extentText(e [3]float64) string {
	return fmt.Sprintf("it then measures %.6g x %.6g x %.6g mm", e[0], e[1], e[2])
}
