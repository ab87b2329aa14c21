package mesh

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
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
func (p *Probe) ClosestHit(r Ray) (Hit, bool) {
	q := &p.ray
	if !q.start(p.tree, &r) {
		return Hit{}, false
	}
	q.closest(p.tree)
	return q.hit, q.found
}

// AnyHit reports whether the ray hits any face. It stops at the first it
// finds.
func (p *Probe) AnyHit(r Ray) bool {
	if !p.ray.start(p.tree, &r) {
		return false
	}
	_, ok := p.ray.next(p.tree)
	return ok
}

// AllHits appends all hits to dst, sorted by T and then by face, and returns
// it. What dst held before is not touched.
func (p *Probe) AllHits(r Ray, dst []Hit) []Hit {
	if !p.ray.start(p.tree, &r) {
		return dst
	}
	n := len(dst)
	dst = p.ray.all(p.tree, dst)
	sortHits(dst[n:])
	return dst
}

// FirstHits appends the hit of least T and all others that lie at most slack
// beyond it to dst, sorted by T and then by face, and returns it. It costs
// hardly more than ClosestHit. What dst held before is not touched.
func (p *Probe) FirstHits(r Ray, slack float64, dst []Hit) []Hit {
	q := &p.ray
	if !q.start(p.tree, &r) {
		return dst
	}
	n := len(dst)
	q.slack, q.hits, q.collect = slack, dst, true
	q.closest(p.tree)
	return q.firsts(n)
}

// firsts returns the hits that were collected, without those from n on that
// turned out to lie too far beyond the first.
func (q *rayQuery) firsts(n int) []Hit {
	hits := q.hits
	q.hits = nil
	kept := hits[n:n]
	for _, h := range hits[n:] {
		if h.T <= q.hit.T+q.slack {
			kept = append(kept, h)
		}
	}
	sortHits(kept)
	return hits[:n+len(kept)]
}

// BothWays does what FirstHits does for the ray, and also finds the closest hit behind the
// origin: of those with −back ≤ T ≤ −gap the one of largest T, among equals that
// of the lowest face. It costs much less than two rays.
func (p *Probe) BothWays(r Ray, slack, gap, back float64, dst []Hit) (hits []Hit, behind Hit, found bool) {
	q := &p.ray
	least := r.Min
	r.Min = min(least, -back)
	if !q.start(p.tree, &r) {
		return dst, Hit{}, false
	}
	q.boxes.startAtOrigin()
	n := len(dst)
	q.slack, q.hits, q.collect, q.floor = slack, dst, true, -gap
	for h, ok := q.next(p.tree); ok; h, ok = q.next(p.tree) {
		if h.T >= least {
			q.closer(h)
		}
		if h.T > -gap || h.T < -back || found && (h.T < behind.T || h.T == behind.T && h.Face > behind.Face) {
			continue
		}
		behind, found = h, true
		q.min = max(q.min, min(h.T, least))
		q.boxes.setLow(float64(q.min * q.boxes.scale))
	}
	return q.firsts(n), behind, found
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
// For the test of boxes see rayBoxes.
type rayQuery struct {
	dz       float64 // the largest component of the direction
	min, max float64
	exclude  uint32

	boxes rayBoxes

	leaf, leaves int // of those in boxes.Leaves, the next one to be tested and their number

	found bool
	hit   Hit

	// For FirstHits: how far beyond the closest hit others count, and those
	// found on the way.
	slack   float64
	collect bool
	hits    []Hit
	floor   float64 // hits up to here count in any case
}

// start sets the query up and reports whether the ray may hit anything.
func (q *rayQuery) start(b *BVH, r *Ray) bool {
	ax, ay, az := math.Abs(r.Dir.X), math.Abs(r.Dir.Y), math.Abs(r.Dir.Z)
	o := [3]float64{r.Origin.X, r.Origin.Y, r.Origin.Z}
	d := [3]float64{r.Dir.X, r.Dir.Y, r.Dir.Z}
	sum := ax + ay + az
	if !(sum > 0 && sum <= math.MaxFloat64) || !(r.Min <= r.Max) || len(b.nodes) == 0 {
		return false
	}
	kx, ky, kz := uint(1), uint(2), uint(0)
	if ay > ax {
		kx, ky, kz = 2, 0, 1
	}
	if az > ax && az > ay {
		kx, ky, kz = 0, 1, 2
	}
	if d[kz] < 0 {
		// The projection must not turn the triangles over.
		kx, ky = ky, kx
	}
	q.dz = d[kz]
	q.boxes.View = kernel.View{
		Rows:   [3]uint32{uint32(3 * kx), uint32(3 * ky), uint32(3 * kz)},
		Origin: [3]float64{o[kx], o[ky], o[kz]},
		Shear:  [2]float64{d[kx] / d[kz], d[ky] / d[kz]},
	}
	q.min, q.max, q.exclude = r.Min, r.Max, r.Exclude
	q.leaf, q.leaves = 0, 0
	q.found, q.slack, q.collect, q.floor = false, 0, false, math.Inf(-1)
	return q.boxes.start(b, r, kz)
}

// closest finds the closest hit.
func (q *rayQuery) closest(b *BVH) {
	for {
		h, ok := q.next(b)
		if !ok {
			return
		}
		q.closer(h)
	}
}

// closer keeps a hit if it is better than the one so far.
func (q *rayQuery) closer(h Hit) {
	if q.collect {
		q.hits = append(q.hits, h)
	}
	if q.found && compareHits(h, q.hit) > 0 {
		return
	}
	q.hit, q.found = h, true
	q.max = min(q.max, max(h.T+q.slack, q.floor))
	q.boxes.setLimit(float64(q.max * q.boxes.scale))
}

// all appends all hits in no order.
func (q *rayQuery) all(b *BVH, dst []Hit) []Hit {
	for {
		h, ok := q.next(b)
		if !ok {
			return dst
		}
		dst = append(dst, h)
	}
}

// next returns another hit between the minimum and the maximum, from near to
// far by and large, and false when there are no more.
func (q *rayQuery) next(b *BVH) (Hit, bool) {
	for {
		for q.leaf < q.leaves {
			i := q.boxes.Leaves[q.leaf&(kernel.LeafBatch-1)]
			q.leaf++
			if b.faces[i] == q.exclude {
				continue
			}
			h, ok := Hit{}, false
			if b.leaves.Single != nil {
				h, ok = meet(q, &b.leaves.Single[i])
			} else {
				h, ok = meet(q, &b.leaves.Double[i])
			}
			if ok {
				h.Face = b.faces[i]
				return h, true
			}
		}
		q.leaf, q.leaves = 0, q.boxes.Next(b.nodes, &b.leaves)
		if q.leaves == 0 {
			return Hit{}, false
		}
	}
}

// meet completes the test of a triangle that the walk did not find to be
// missed: the areas that the origin spans with its edges have no different
// signs, or one of them is zero as far as can be said.
func meet[T float32 | float64](q *rayQuery, t *kernel.Triangle[T]) (Hit, bool) {
	ax, ay, az, bx, by, bz, cx, cy, cz := kernel.Project(&q.boxes.View, t)
	u, v, w := kernel.Areas(ax, ay, bx, by, cx, cy)
	sign := int32(1)
	if u < 0 {
		sign = -1
	}
	if float64(float64(u*v)*w) == 0 {
		su, sv, sw := edgeSide(bx, by, cx, cy), edgeSide(cx, cy, ax, ay), edgeSide(ax, ay, bx, by)
		if su == 0 || su != sv || su != sw {
			return Hit{}, false
		}
		sign = int32(su)
		u = math.Abs(edgeArea(bx, by, cx, cy))
		v = math.Abs(edgeArea(cx, cy, ax, ay))
		w = math.Abs(edgeArea(ax, ay, bx, by))
	}
	area := u + v + w
	if area == 0 {
		// Underflow: the triangle lies on the ray for all that can be said.
		u, v, w, area = 1, 1, 1, 3
	}
	depth := (float64(u*az) + float64(v*bz) + float64(w*cz)) / area
	h := Hit{T: depth / q.dz, Sign: sign, U: v / area, V: w / area}
	return h, h.T >= q.min && h.T <= q.max
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
	if (px == 0 || qy == 0) && (py == 0 || qx == 0) {
		return 0
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
