package mesh

import "math"

// rayBoxes is the walk of a ray through the boxes of a tree. It yields every
// leaf whose box the ray meets between its bounds, and some more.
//
// The test of a box follows T. Ize, "Robust BVH Ray Traversal", JCGT 2 (2013):
// in single precision, with errors on the side of a hit. Depths are measured
// along the longest axis of the direction, in the frame of the boxes, from
// where the ray enters the box of the tree, and compared as bits: those of
// floating-point numbers that are not negative are ordered like the numbers,
// and those of negative ones, taken as signed integers, come out below all of
// them.
type rayBoxes struct {
	axes  [3]rayAxis
	limit int32   // depth up to which boxes matter
	scale float64 // from T to depths
	first float64 // depth from the origin that depths are counted from

	// Boxes still to be looked into, the next one last. ahead is one that has
	// been taken from the stack already, when the order of leaves does not
	// matter.
	stack   [bvhStack]boxKey
	top     int
	ahead   boxKey
	ordered bool
}

// A rayAxis turns positions of planes along an axis into depths: the plane at
// x is met at x·scale − near, if it is the one of a box that is met first,
// else at x·scale − far. The offsets are rounded so that boxes come out larger.
// nearSide is where the planes met first are, 0 for the minima or bvhWidth
// for the maxima; farSide is the other.
type rayAxis struct {
	scale, near, far  float32
	nearSide, farSide uint
}

const (
	// parallelScale stands for the reciprocal of direction components that
	// are zero beside the largest one.
	parallelScale = 1 << 100

	// boxSlack is a relative error that exceeds what single precision makes in
	// a depth (three roundings) and in the position of the origin. depthUlps
	// is the same in units of the last place.
	boxSlack  = 0x1p-21
	depthUlps = 8

	// frameSlack exceeds the relative errors of double precision in positions:
	// those of the origin, and of the corners in the test of triangles.
	frameSlack = 0x1p-47

	// mostDepth exceeds all depths: the tree is of about unit size.
	mostDepth = 1 << 20

	// lookahead is the height of the stack below which there is room for two
	// ways down the tree at once.
	lookahead = bvhStack/2 - bvhWidth
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
		slope[i] /= steep
		inverse[i] = 1 / slope[i]
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
	for i := range w.axes {
		w.axes[i].set(p[i]+float64(w.first*slope[i]), inverse[i], pad)
	}
	w.limit = math.MaxInt32
	w.setLimit(leave)
	w.stack[0], w.top, w.ahead = 0, 1, missedBox
	return true
}

// set prepares an axis for a ray that begins at x, uncertain by pad.
func (a *rayAxis) set(x, inverse, pad float64) {
	slack := float64(boxSlack*math.Abs(x)) + pad
	a.nearSide, a.farSide = 0, bvhWidth
	if inverse < 0 {
		a.nearSide, a.farSide, slack = bvhWidth, 0, -slack
	}
	a.scale = float32(inverse)
	scale := float64(a.scale)
	a.near, a.far = float32((x+slack)*scale), float32((x-slack)*scale)
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
	w.limit = min(w.limit, floatOrder(float32(d))+depthUlps)
}

// A boxKey is a child that a ray meets: its depth, as bits, before its
// reference, so that keys are ordered by depth. missedBox is behind all others.
type boxKey uint64

const missedBox = boxKey(math.MaxUint64)

func (k boxKey) depth() int32 { return int32(k >> 32) }
func (k boxKey) ref() uint32  { return uint32(k) }

// nextLeaf returns the range of triangles of the next leaf, the nearest of
// siblings first if the walk is ordered; an empty range when there are no more.
func (w *rayBoxes) nextLeaf(nodes []bvhNode) (first, end uint32) {
	if !w.ordered {
		return w.nextLeafOfAll(nodes)
	}
	top := w.top
	for top > 0 {
		top--
		key := w.stack[top&(bvhStack-1)]
		if key.depth() > w.limit {
			continue
		}
		for key.ref()&leafBit == 0 {
			var k1, k2, k3 boxKey
			key, k1, k2, k3 = w.meet(&nodes[key.ref()])
			if key == missedBox {
				break
			}
			// Written first, counted then: this takes no branches.
			w.stack[top&(bvhStack-1)] = k3
			top += k3.met()
			w.stack[top&(bvhStack-1)] = k2
			top += k2.met()
			w.stack[top&(bvhStack-1)] = k1
			top += k1.met()
		}
		if key != missedBox {
			w.top = top
			return leafRange(key.ref())
		}
	}
	w.top = 0
	return 0, 0
}

// nextLeafOfAll is nextLeaf without an order. It takes the box after the next
// one from the stack before the children of the next one are there, so that a
// processor can work on both at once.
func (w *rayBoxes) nextLeafOfAll(nodes []bvhNode) (first, end uint32) {
	top, ahead := w.top, w.ahead
	for {
		key := ahead
		if key == missedBox {
			if top == 0 {
				w.top, w.ahead = 0, missedBox
				return 0, 0
			}
			top--
			key = w.stack[top&(bvhStack-1)]
		}
		ahead = missedBox
		if top > 0 && top < lookahead {
			top--
			ahead = w.stack[top&(bvhStack-1)]
		}
		if key.ref()&leafBit != 0 {
			w.top, w.ahead = top, ahead
			return leafRange(key.ref())
		}
		k0, k1, k2, k3 := w.meet(&nodes[key.ref()])
		w.stack[top&(bvhStack-1)] = k3
		top += k3.met()
		w.stack[top&(bvhStack-1)] = k2
		top += k2.met()
		w.stack[top&(bvhStack-1)] = k1
		top += k1.met()
		w.stack[top&(bvhStack-1)] = k0
		top += k0.met()
	}
}

// met returns 1 for a key of a box that is met, else 0.
func (k boxKey) met() int { return int(^k >> 63) }

// meet tests the children of a node and returns their keys, in order of depth
// if the walk is ordered.
//
// It has no branches that depend on the boxes, and is written out because a
// loop would keep everything in memory. This is the place for a kernel that
// tests all children at once.
func (w *rayBoxes) meet(n *bvhNode) (k0, k1, k2, k3 boxKey) {
	x, y, z := &w.axes[0], &w.axes[1], &w.axes[2]
	nearX, nearY, nearZ, farX, farY, farZ := x.nearSide, y.nearSide, z.nearSide, x.farSide, y.farSide, z.farSide
	if nearX > bvhWidth || nearY > bvhWidth || nearZ > bvhWidth || farX > bvhWidth || farY > bvhWidth || farZ > bvhWidth {
		return missedBox, missedBox, missedBox, missedBox // never, but it spares the bounds checks below
	}
	scaleX, scaleY, scaleZ := x.scale, y.scale, z.scale
	offX, offY, offZ := x.near, y.near, z.near
	endX, endY, endZ := x.far, y.far, z.far
	limit := w.limit
	p := &n.planes

	near := max(
		int32(math.Float32bits(float32(p[nearX]*scaleX)-offX)),
		int32(math.Float32bits(float32(p[8+nearY]*scaleY)-offY)),
		int32(math.Float32bits(float32(p[16+nearZ]*scaleZ)-offZ)), 0)
	far := min(
		int32(math.Float32bits(float32(p[farX]*scaleX)-endX)),
		int32(math.Float32bits(float32(p[8+farY]*scaleY)-endY)),
		int32(math.Float32bits(float32(p[16+farZ]*scaleZ)-endZ)), limit)
	k0 = boxKey(near)<<32 | boxKey(n.refs[0])
	if near > far+depthUlps {
		k0 = missedBox
	}

	near = max(
		int32(math.Float32bits(float32(p[1+nearX]*scaleX)-offX)),
		int32(math.Float32bits(float32(p[9+nearY]*scaleY)-offY)),
		int32(math.Float32bits(float32(p[17+nearZ]*scaleZ)-offZ)), 0)
	far = min(
		int32(math.Float32bits(float32(p[1+farX]*scaleX)-endX)),
		int32(math.Float32bits(float32(p[9+farY]*scaleY)-endY)),
		int32(math.Float32bits(float32(p[17+farZ]*scaleZ)-endZ)), limit)
	k1 = boxKey(near)<<32 | boxKey(n.refs[1])
	if near > far+depthUlps {
		k1 = missedBox
	}

	near = max(
		int32(math.Float32bits(float32(p[2+nearX]*scaleX)-offX)),
		int32(math.Float32bits(float32(p[10+nearY]*scaleY)-offY)),
		int32(math.Float32bits(float32(p[18+nearZ]*scaleZ)-offZ)), 0)
	far = min(
		int32(math.Float32bits(float32(p[2+farX]*scaleX)-endX)),
		int32(math.Float32bits(float32(p[10+farY]*scaleY)-endY)),
		int32(math.Float32bits(float32(p[18+farZ]*scaleZ)-endZ)), limit)
	k2 = boxKey(near)<<32 | boxKey(n.refs[2])
	if near > far+depthUlps {
		k2 = missedBox
	}

	near = max(
		int32(math.Float32bits(float32(p[3+nearX]*scaleX)-offX)),
		int32(math.Float32bits(float32(p[11+nearY]*scaleY)-offY)),
		int32(math.Float32bits(float32(p[19+nearZ]*scaleZ)-offZ)), 0)
	far = min(
		int32(math.Float32bits(float32(p[3+farX]*scaleX)-endX)),
		int32(math.Float32bits(float32(p[11+farY]*scaleY)-endY)),
		int32(math.Float32bits(float32(p[19+farZ]*scaleZ)-endZ)), limit)
	k3 = boxKey(near)<<32 | boxKey(n.refs[3])
	if near > far+depthUlps {
		k3 = missedBox
	}

	if !w.ordered {
		return k0, k1, k2, k3
	}
	k0, k1 = ordered(k0, k1)
	k2, k3 = ordered(k2, k3)
	k0, k2 = ordered(k0, k2)
	k1, k3 = ordered(k1, k3)
	k1, k2 = ordered(k1, k2)
	return k0, k1, k2, k3
}

// ordered returns a and b, the smaller first. Written so, it takes no branch.
func ordered(a, b boxKey) (lo, hi boxKey) {
	lo = min(a, b)
	return lo, a ^ b ^ lo
}

// floatOrder returns the bits of x, orderedFloat the number of such bits.
func floatOrder(x float32) int32 { return int32(math.Float32bits(x)) }

func orderedFloat(i int32) float32 { return math.Float32frombits(uint32(i)) }
