package mesh

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// A Ray is the set of points Origin + T·Dir with Min ≤ T ≤ Max. Dir need not
// be a unit vector: T is in units of its length. Min and Max may be infinite
// and Min negative.
type Ray struct {
	Origin, Dir r3.Vector
	Min, Max    float64
	Exclude     uint32 // face that is never hit; NoFace for none
}

// A Hit is a point where a ray meets a face with corners a, b, c:
// (1−U−V)·a + U·b + V·c.
type Hit struct {
	T    float64
	Face uint32
	Sign int32 // +1 where the ray leaves the solid (along the face's normal), −1 where it enters
	U, V float64
}

// ClosestHit returns the hit of least T, among equals that of the lowest face.
//
// All queries agree on what is hit. A ray through an edge or vertex that faces
// share is decided as if it were moved aside by an infinitesimal amount, the
// same for all faces: where two faces meet at an edge and the surface goes on,
// it hits exactly one of them, at a fold it hits both or none. The Signs of
// all hits along a line through a closed, consistently oriented mesh therefore
// always add up to zero.
//
// A ray whose origin or direction is not finite, or whose direction is zero,
// hits nothing.
func (b *BVH) ClosestHit(r Ray) (Hit, bool) {
	var q rayQuery
	if !q.start(b, &r) {
		return Hit{}, false
	}
	q.closest(b)
	return q.hit, q.found
}

// AnyHit reports whether the ray hits any face. It stops at the first it
// finds.
func (b *BVH) AnyHit(r Ray) bool {
	var q rayQuery
	return q.start(b, &r) && q.any(b)
}

// AllHits appends all hits to dst, sorted by T and then by face, and returns
// it. What dst held before is not touched.
func (b *BVH) AllHits(r Ray, dst []Hit) []Hit {
	var q rayQuery
	if !q.start(b, &r) {
		return dst
	}
	n := len(dst)
	dst = q.all(b, dst)
	sortHits(dst[n:])
	return dst
}

// FirstHits appends the hit of least T and all others that lie at most slack
// beyond it to dst, sorted by T and then by face, and returns it. It costs
// hardly more than ClosestHit. What dst held before is not touched.
func (b *BVH) FirstHits(r Ray, slack float64, dst []Hit) []Hit {
	n := len(dst)
	q := rayQuery{slack: slack, collect: true, hits: dst}
	if !q.start(b, &r) {
		return dst
	}
	q.closest(b)
	first := q.hits[n:]
	kept := first[:0]
	for _, h := range first {
		if h.T <= q.hit.T+slack {
			kept = append(kept, h)
		}
	}
	sortHits(kept)
	return q.hits[:n+len(kept)]
}

func compareHits(a, b Hit) int {
	if a.T != b.T {
		return cmp.Compare(a.T, b.T)
	}
	return cmp.Compare(a.Face, b.Face)
}

// sortHits sorts by insertion while there are few, as usual.
func sortHits(hits []Hit) {
	if len(hits) > 16 {
		slices.SortFunc(hits, compareHits)
		return
	}
	for i := 1; i < len(hits); i++ {
		for j := i; j > 0 && compareHits(hits[j], hits[j-1]) < 0; j-- {
			hits[j], hits[j-1] = hits[j-1], hits[j]
		}
	}
}

// A rayQuery is the state of a ray on its way through the tree.
//
// The test of a triangle follows S. Woop, C. Benthin and I. Wald, "Watertight
// Ray/Triangle Intersection", JCGT 2 (2013), in double precision: the corners
// are moved and sheared so that the ray becomes an axis; a corner comes out
// the same for every triangle, and the rest is the plane question whether the
// origin lies inside the projected triangle, which is decided exactly.
//
// The test of a box follows T. Ize, "Robust BVH Ray Traversal", JCGT 2 (2013):
// in single precision, with errors on the side of a hit.
type rayQuery struct {
	// For triangles: the axes, the last one the largest component of the
	// direction, the origin along them, and the shear.
	kx, ky, kz int
	ox, oy, oz float64
	sx, sy, dz float64
	min, max   float64
	exclude    uint32

	// For boxes: depth along axis kz in the frame of the boxes, measured from
	// where the ray enters the box of the tree. The plane at x is met at
	// x·scale − near or − far: see boxAxis. limit is the depth up to which
	// boxes matter, as bits.
	box        [3]boxAxis
	limit      int32
	depthScale float64 // from T to depth
	depthStart float64

	found bool
	hit   Hit

	// For FirstHits: how far beyond the closest hit others count, and those
	// found on the way.
	slack   float64
	collect bool
	hits    []Hit
}

// A boxAxis turns plane positions along an axis into depths. near holds the
// offset for the plane that the ray meets first, rounded so that the depth
// comes out too small; far the opposite. side is 0 if that plane is the box's
// minimum, else 1.
type boxAxis struct {
	scale, near, far float32
	side             int
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

	// depthUlps is boxSlack in units of the last place.
	depthUlps = 8
)

// start sets the query up and reports whether the ray may hit anything.
func (q *rayQuery) start(b *BVH, r *Ray) bool {
	ax, ay, az := math.Abs(r.Dir.X), math.Abs(r.Dir.Y), math.Abs(r.Dir.Z)
	o := [3]float64{r.Origin.X, r.Origin.Y, r.Origin.Z}
	d := [3]float64{r.Dir.X, r.Dir.Y, r.Dir.Z}
	sum := ax + ay + az
	if !(sum > 0 && sum <= math.MaxFloat64) || !(math.Abs(o[0])+math.Abs(o[1])+math.Abs(o[2]) <= math.MaxFloat64) ||
		!(r.Min <= r.Max) || len(b.nodes) == 0 {
		return false
	}
	kz := 0
	if ay > ax {
		kz = 1
	}
	if az > max(ax, ay) {
		kz = 2
	}
	kx, ky := (kz+1)%3, (kz+2)%3
	if d[kz] < 0 {
		// The projection must not turn the triangles over.
		kx, ky = ky, kx
	}
	q.kx, q.ky, q.kz = kx, ky, kz
	q.ox, q.oy, q.oz = o[kx], o[ky], o[kz]
	q.sx, q.sy, q.dz = d[kx]/d[kz], d[ky]/d[kz], d[kz]
	q.min, q.max, q.exclude = r.Min, r.Max, r.Exclude
	return q.startBoxes(b, o, d)
}

// startBoxes sets up the test of boxes and reports whether the ray meets the
// box of the tree.
func (q *rayQuery) startBoxes(b *BVH, o, d [3]float64) bool {
	steep := math.Abs(q.dz)
	q.depthScale = float64(steep * b.frame.scale)
	p := b.frame.toBox(r3.Vector{X: o[0], Y: o[1], Z: o[2]})
	lo, hi := b.frame.toBox(b.root.Min), b.frame.toBox(b.root.Max)

	// Where the ray enters and leaves the box of the tree, in double
	// precision, because the origin may be far away.
	reach := 1 + max(math.Abs(p[0]), math.Abs(p[1]), math.Abs(p[2]))
	pad := float64(frameSlack * reach)
	enter, leave := float64(q.min*q.depthScale), float64(q.max*q.depthScale)
	var slope, inverse [3]float64
	for i := range 3 {
		slope[i] = d[i] / steep
		inverse[i] = 1 / slope[i]
		if math.Abs(slope[i]) < 1.0/parallelScale {
			inverse[i] = math.Copysign(parallelScale, slope[i])
		}
		near, far := float64((lo[i]-pad-p[i])*inverse[i]), float64((hi[i]+pad-p[i])*inverse[i])
		if inverse[i] < 0 {
			near, far = float64((hi[i]+pad-p[i])*inverse[i]), float64((lo[i]-pad-p[i])*inverse[i])
		}
		enter, leave = max(enter, near), min(leave, far)
	}
	depthPad := float64(4*frameSlack*(math.Abs(enter)+math.Abs(leave))) + pad
	if !(enter <= leave+depthPad) {
		return false
	}
	q.depthStart = enter - depthPad
	q.limit = q.depthBits(leave)

	pad += float64(frameSlack * math.Abs(q.depthStart))
	for i := range 3 {
		x := p[i] + float64(q.depthStart*slope[i])
		if math.Abs(slope[i]) < 1.0/parallelScale {
			x = p[i]
		}
		q.box[i].set(x, inverse[i], pad)
	}
	return true
}

// set prepares an axis for an origin at x, uncertain by pad.
func (a *boxAxis) set(x, inverse, pad float64) {
	slack := float64(boxSlack*math.Abs(x)) + pad
	a.scale = float32(inverse)
	s := float64(a.scale)
	if s > 0 {
		a.side = 0
		a.near, a.far = float32((x+slack)*s), float32((x-slack)*s)
	} else {
		a.side = 1
		a.near, a.far = float32((x-slack)*s), float32((x+slack)*s)
	}
}

// depthBits returns the bits of a depth not less than the given one, counted
// from where the ray enters the tree.
func (q *rayQuery) depthBits(depth float64) int32 {
	const most = 1 << 20 // the tree is of about unit size
	depth = min(max(depth-q.depthStart, 0), most)
	return int32(math.Float32bits(float32(float64(depth*(1+2*boxSlack)) + float64(frameSlack*math.Abs(q.depthStart)))))
}

// boxDepth returns the bits of the depth at which the ray enters a box of a
// node, 0 if it starts inside, and whether it meets it before the limit. The
// bits of floating-point numbers that are not negative are ordered like the
// numbers; negative ones come out below all of them.
func (q *rayQuery) boxDepth(n *bvhNode, child int) (int32, bool) {
	x, y, z := &q.box[0], &q.box[1], &q.box[2]
	o := 6 * child
	nx := float32(math.Float32frombits(n[(o+x.side)&15])*x.scale) - x.near
	ny := float32(math.Float32frombits(n[(o+2+y.side)&15])*y.scale) - y.near
	nz := float32(math.Float32frombits(n[(o+4+z.side)&15])*z.scale) - z.near
	fx := float32(math.Float32frombits(n[(o+1-x.side)&15])*x.scale) - x.far
	fy := float32(math.Float32frombits(n[(o+3-y.side)&15])*y.scale) - y.far
	fz := float32(math.Float32frombits(n[(o+5-z.side)&15])*z.scale) - z.far
	near := max(floatOrder(nx), floatOrder(ny), floatOrder(nz), 0)
	far := min(floatOrder(fx), floatOrder(fy), floatOrder(fz), q.limit)
	return near, near <= far+depthUlps
}

func floatOrder(x float32) int32 { return int32(math.Float32bits(x)) }

// closest finds the closest hit.
func (q *rayQuery) closest(b *BVH) {
	var stack [bvhStack]uint64 // depth bits and reference
	top := 0
	ref := uint32(0)
	for {
		if ref&leafBit != 0 {
			first, end := leafRange(ref)
			for i := first; i < end; i++ {
				q.closer(b, i)
			}
		} else {
			n := &b.nodes[ref]
			d0, hit0 := q.boxDepth(n, 0)
			d1, hit1 := q.boxDepth(n, 1)
			ref0, ref1 := n[12], n[13]
			if hit0 && hit1 {
				if d1 < d0 {
					ref0, ref1, d1 = ref1, ref0, d0
				}
				stack[top&(bvhStack-1)] = uint64(d1)<<32 | uint64(ref1)
				top++
				ref = ref0
				continue
			}
			if hit0 {
				ref = ref0
				continue
			}
			if hit1 {
				ref = ref1
				continue
			}
		}
		for {
			if top == 0 {
				return
			}
			top--
			entry := stack[top&(bvhStack-1)]
			if int32(entry>>32) <= q.limit {
				ref = uint32(entry)
				break
			}
		}
	}
}

// closer tests triangle i of the leaves and keeps its hit if it is better.
func (q *rayQuery) closer(b *BVH, i uint32) {
	h, ok := q.triangle(b, i)
	if !ok {
		return
	}
	if q.collect {
		q.hits = append(q.hits, h)
	}
	if q.found && compareHits(h, q.hit) > 0 {
		return
	}
	q.hit, q.found = h, true
	q.max = h.T + q.slack
	q.limit = min(q.limit, q.depthBits(float64(q.max*q.depthScale)))
}

// any reports whether there is a hit.
func (q *rayQuery) any(b *BVH) bool {
	found := false
	q.visit(b, func(i uint32) bool {
		_, found = q.triangle(b, i)
		return !found
	})
	return found
}

// all appends all hits in no order.
func (q *rayQuery) all(b *BVH, dst []Hit) []Hit {
	q.visit(b, func(i uint32) bool {
		if h, ok := q.triangle(b, i); ok {
			dst = append(dst, h)
		}
		return true
	})
	return dst
}

// visit calls test for every triangle that the ray may hit until it returns
// false.
func (q *rayQuery) visit(b *BVH, test func(i uint32) bool) {
	var stack [bvhStack]uint32
	top := 0
	ref := uint32(0)
	for {
		if ref&leafBit != 0 {
			first, end := leafRange(ref)
			for i := first; i < end; i++ {
				if !test(i) {
					return
				}
			}
		} else {
			n := &b.nodes[ref]
			_, hit0 := q.boxDepth(n, 0)
			_, hit1 := q.boxDepth(n, 1)
			if hit0 {
				if hit1 {
					stack[top&(bvhStack-1)] = n[13]
					top++
				}
				ref = n[12]
				continue
			}
			if hit1 {
				ref = n[13]
				continue
			}
		}
		if top == 0 {
			return
		}
		top--
		ref = stack[top&(bvhStack-1)]
	}
}

// triangle tests triangle i of the leaves.
func (q *rayQuery) triangle(b *BVH, i uint32) (Hit, bool) {
	t := &b.corners[i]
	ax, ay, az := q.project(&b.vertices[t[0]])
	bx, by, bz := q.project(&b.vertices[t[1]])
	cx, cy, cz := q.project(&b.vertices[t[2]])

	// Twice the areas that the origin spans with the edges. A difference of
	// rounded products has the right sign unless it is zero, because rounding
	// keeps the order.
	u := float64(bx*cy) - float64(by*cx)
	v := float64(cx*ay) - float64(cy*ax)
	w := float64(ax*by) - float64(ay*bx)
	sign := int32(1)
	if float64(float64(u*v)*w) == 0 {
		su, sv, sw := edgeSide(bx, by, cx, cy), edgeSide(cx, cy, ax, ay), edgeSide(ax, ay, bx, by)
		if su == 0 || su != sv || su != sw {
			return Hit{}, false
		}
		sign = int32(su)
		u, v, w = math.Abs(edgeArea(bx, by, cx, cy)), math.Abs(edgeArea(cx, cy, ax, ay)), math.Abs(edgeArea(ax, ay, bx, by))
	} else {
		bu, bv, bw := math.Float64bits(u), math.Float64bits(v), math.Float64bits(w)
		if int64((bu^bv)|(bu^bw)) < 0 {
			return Hit{}, false
		}
		if u < 0 {
			sign = -1
		}
	}
	area := u + v + w
	if area == 0 {
		// Underflow: the triangle lies on the ray for all that can be said.
		u, v, w, area = 1, 1, 1, 3
	}
	depth := (float64(u*az) + float64(v*bz) + float64(w*cz)) / area
	h := Hit{T: depth / q.dz, Face: b.faces[i], Sign: sign, U: v / area, V: w / area}
	if !(h.T >= q.min && h.T <= q.max) || h.Face == q.exclude {
		return Hit{}, false
	}
	return h, true
}

// project returns a corner with the ray's origin moved to zero and its
// direction turned and sheared to the last axis.
func (q *rayQuery) project(v *leafVertex) (x, y, z float64) {
	z = v[q.kz&3] - q.oz
	x = v[q.kx&3] - q.ox - float64(q.sx*z)
	y = v[q.ky&3] - q.oy - float64(q.sy*z)
	return x, y, z
}

// edgeSide returns on which side of the directed line from p to q the origin
// lies: +1 left, −1 right. If it lies on the line, the answer is that for the
// point (ε, ε²) with an ε > 0 smaller than everything: the sign of
// p×q − (qy−py)·ε + (qx−px)·ε². It is 0 only if p equals q. Exchanging p and q
// changes the sign.
func edgeSide(px, py, qx, qy float64) int {
	if side := crossSign(px, py, qx, qy); side != 0 {
		return side
	}
	if py != qy {
		return cmp.Compare(py, qy)
	}
	return cmp.Compare(qx, px)
}

// crossSign returns the sign of px·qy − py·qx, exactly.
func crossSign(px, py, qx, qy float64) int {
	left, right := float64(px*qy), float64(py*qx)
	if left != right {
		return cmp.Compare(left, right)
	}
	const safe = 0x1p-960 // the rounding errors of larger products do not underflow
	if math.Abs(left) < safe {
		return orient2D(px, py, qx, qy, 0, 0)
	}
	return cmp.Compare(math.FMA(px, qy, -left), math.FMA(py, qx, -right))
}

// edgeArea returns px·qy − py·qx, to a few units in the last place.
func edgeArea(px, py, qx, qy float64) float64 {
	left, right := float64(px*qy), float64(py*qx)
	return (left - right) + (math.FMA(px, qy, -left) - math.FMA(py, qx, -right))
}
