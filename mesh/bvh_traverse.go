package mesh

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
)

// rayBoxes is the walk of a ray through the boxes of a tree. It yields every
// leaf whose box the ray meets between its bounds, and some more.
//
// The test of a box follows T. Ize, "Robust BVH Ray Traversal", JCGT 2 (2013):
// in single precision, with errors on the side of a hit. Depths are measured
// along the longest axis of the direction, in the frame of the boxes, from
// where the ray enters the box of the tree.
type rayBoxes struct {
	kernel.Ray
	scale float64 // from T to depths
	first float64 // depth from the origin that depths are counted from
}

const (
	// parallelScale stands for the reciprocal of direction components that
	// are zero beside the largest one.
	parallelScale = 1 << 100

	// boxSlack is a relative error that exceeds what single precision makes in
	// a depth (three roundings) and in the position of the origin.
	boxSlack = 0x1p-21

	// frameSlack exceeds the relative errors of double precision in positions:
	// those of the origin, and of the corners in the test of triangles.
	frameSlack = 0x1p-47

	// mostDepth exceeds all depths: the tree is of about unit size.
	mostDepth = 1 << 20
)

// start prepares the walk of a ray with longest axis main and reports whether
// it meets the box of the tree.
func (w *rayBoxes) start(b *BVH, r *Ray, main uint) bool {
	p := b.frame.toBox(r.Origin)
	slope := [3]float64{r.Dir.X, r.Dir.Y, r.Dir.Z}
	steep := math.Abs(slope[main])
	w.scale = float64(steep * b.frame.scale)

	// Where the ray enters and leaves, in double precision, because the origin
	// may be far away.
	pad := float64(frameSlack * (1 + math.Abs(p[0]) + math.Abs(p[1]) + math.Abs(p[2])))
	enter, leave := float64(r.Min*w.scale), float64(r.Max*w.scale)
	var inverse [3]float64
	for i := range 3 {
		inverse[i] = steep / slope[i]
		slope[i] /= steep
		if math.Abs(slope[i]) < 1.0/parallelScale {
			slope[i], inverse[i] = 0, parallelScale
		}
		near, far := float64((b.rootLo[i]-pad-p[i])*inverse[i]), float64((b.rootHi[i]+pad-p[i])*inverse[i])
		if inverse[i] < 0 {
			near, far = float64((b.rootHi[i]+pad-p[i])*inverse[i]), float64((b.rootLo[i]-pad-p[i])*inverse[i])
		}
		if near > enter {
			enter = near
		}
		if far < leave {
			leave = far
		}
	}
	depthPad := float64(4*frameSlack*(math.Abs(enter)+math.Abs(leave))) + pad
	if !(enter <= leave+depthPad) {
		return false
	}
	w.first = enter - depthPad
	pad += float64(frameSlack * math.Abs(w.first))
	for i := range 3 {
		w.setAxis(i, p[i]+float64(w.first*slope[i]), inverse[i], pad)
	}
	w.Low, w.Limit, w.Mid = 0, math.MaxInt32, 0
	w.setLimit(leave)
	w.Start()
	return true
}

// startAtOrigin makes boxes near the origin come first, in both directions.
func (w *rayBoxes) startAtOrigin() { w.Mid = float32(max(-w.first, 0)) }

// setAxis prepares an axis for a ray that begins at x, uncertain by pad. The
// offsets are rounded so that boxes come out larger.
func (w *rayBoxes) setAxis(axis int, x, inverse, pad float64) {
	slack := float64(boxSlack*math.Abs(x)) + pad
	side := uint32(2 * bvhWidth * axis)
	if inverse < 0 {
		side += bvhWidth
		slack = -slack
	}
	w.Side[axis] = side
	w.Scale[axis] = float32(inverse)
	scale := float64(w.Scale[axis])
	w.Near[axis], w.Far[axis] = float32((x+slack)*scale), float32((x-slack)*scale)
}

// setLimit makes boxes beyond a depth from the origin irrelevant.
func (w *rayBoxes) setLimit(depth float64) {
	d := float64((depth-w.first)*(1+2*boxSlack)) + float64(frameSlack*(math.Abs(depth)+math.Abs(w.first)))
	if !(d > 0) {
		d = 0
	}
	if d > mostDepth {
		d = mostDepth
	}
	w.Limit = min(w.Limit, floatOrder(float32(d)))
}

// setLow makes boxes before a depth from the origin irrelevant.
func (w *rayBoxes) setLow(depth float64) {
	d := float64((depth-w.first)*(1-2*boxSlack)) - float64(frameSlack*(math.Abs(depth)+math.Abs(w.first)))
	if d > 0 {
		w.Low = max(w.Low, floatOrder(float32(min(d, mostDepth))))
	}
}

// coneBoxes is the walk of a cone through the boxes of a tree. It yields every
// leaf whose box the cone meets, and some more. Depths are measured along its
// axis.
type coneBoxes struct{ kernel.Cone }

// aim prepares the walk of the cone with its tip at p, a unit vector along its
// axis, and the tangent of the angle between that and its surface, below 1.
func (w *coneBoxes) aim(f *bvhFrame, p, axis r3.Vector, tangent float64) {
	at := f.toBox(p)
	pad := float64(frameSlack * (1 + math.Abs(at[0]) + math.Abs(at[1]) + math.Abs(at[2])))
	for i, slope := range [3]float64{axis.X, axis.Y, axis.Z} {
		// A ray of the cone is the axis and something across it. Slopes that
		// are zero, or nearly, become steeper, which makes the cone wider.
		const least = 1.0 / parallelScale
		aside := float64(tangent*math.Sqrt(max(0, 1-float64(slope*slope)))) + 1e-12
		lo, hi := slope-aside, slope+aside
		if math.Abs(lo) < least {
			lo = -least
		}
		if math.Abs(hi) < least {
			hi = least
		}
		// Rays are above the minimum of a box after z·hi reaches it if hi is
		// positive, until then if it is negative; and likewise below the
		// maximum.
		w.setPlane(2*i, at[i], 1/hi, hi > 0, pad)
		w.setPlane(2*i+1, at[i], 1/lo, lo < 0, pad)
	}
	w.Limit = math.MaxInt32
	w.Start()
}

// setPlane prepares the test of a plane. Offsets are rounded so that boxes come
// out larger.
func (w *coneBoxes) setPlane(plane int, x, inverse float64, below bool, pad float64) {
	w.Scale[plane] = float32(inverse)
	scale := float64(w.Scale[plane])
	slack := float64((float64(boxSlack*math.Abs(x)) + pad) * math.Abs(scale))
	w.Below[plane] = math.MaxUint32
	if !below {
		w.Below[plane] = 0
		slack = -slack
	}
	w.Offset[plane] = float32(float64(x*scale) + slack)
}

// reach makes boxes irrelevant that do not meet a ball at the tip of the cone.
func (w *coneBoxes) reach(f *bvhFrame, middle r3.Vector, radius float64) {
	d := float64(float64(2*radius*f.scale) * (1 + 4*boxSlack))
	w.Limit = min(w.Limit, floatOrder(float32(min(d, mostDepth))))
	w.Near, w.Reach = f.around(middle), f.squareLimit(radius)
}

// floatOrder returns the bits of x.
func floatOrder(x float32) int32 { return int32(math.Float32bits(x)) }
