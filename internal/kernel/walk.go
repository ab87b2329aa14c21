package kernel

import (
	"math"
	"math/bits"
)

// A key is a child to be looked into: its distance, as bits, before its
// reference, so that keys are ordered by distance.
type key uint64

func makeKey(distance int32, ref uint32) key { return key(uint32(distance))<<32 | key(ref) }

func (k key) distance() int32 { return int32(k >> 32) }
func (k key) ref() uint32     { return uint32(k) }

// LeafBatch is how many leaves a walk reports at once.
const LeafBatch = 8

// A walk is what remains of a way through the tree: children still to be
// looked into, the next one last.
type walk struct {
	Leaves [LeafBatch]uint32 // numbers of the leaves that Next found
	keep   int32             // distance up to which entries of the stack are looked into
	top    int64
	stack  [stackSize]uint64 // keys
}

// Start makes the walk begin at the root, node 0.
func (w *walk) Start() {
	w.top = 1
	w.stack[0] = 0
}

// takeLeaf takes k, a leaf, and those that follow it on the stack, and returns
// how many they are.
func (w *walk) takeLeaf(k key) int {
	n := 0
	for {
		w.Leaves[n] = k.ref() &^ Leaf
		n++
		if n == LeafBatch || w.top == 0 {
			return n
		}
		k = key(w.stack[w.top-1])
		if k.ref()&Leaf == 0 || k.distance() > w.keep {
			return n
		}
		w.top--
	}
}

// push puts the children in the bits of met on the stack, the nearest last.
func (w *walk) push(n *Node, distance *[Width]int32, met uint32) {
	base := w.top
	for ; met != 0; met &= met - 1 {
		i := bits.TrailingZeros32(met)
		k := makeKey(distance[i&(Width-1)], n.Refs[i&(Width-1)])
		j := w.top
		for ; j > base && w.stack[j-1] < uint64(k); j-- {
			w.stack[j] = w.stack[j-1]
		}
		w.stack[j] = uint64(k)
		w.top++
	}
}

// A Ray is a ray on its way through a tree. The plane of a box at x is met at
// depth x·Scale − Near along the ray if it is the one that is met first, else
// at x·Scale − Far. Side is where in Node.Planes those are that are met first:
// 16·axis for the minima, 16·axis + Width for the maxima.
//
// A box is met if the ray enters it no more than slack units in the last place
// behind where it leaves it, between Low and Limit. Those come first that are
// nearest to depth Mid.
//
// Leaves are tested in View, in double precision: those that the ray certainly
// passes are not reported.
type Ray struct {
	Scale, Near, Far [3]float32
	Side             [3]uint32
	Low, Limit       int32 // bits of depths; may be brought together between calls
	Mid              float32
	View             View
	walk
}

// slack is the rounding of depths that a ray allows for, in units of the last
// place.
const slack = 8

// Next walks on to the next leaves that the ray may meet, nearer ones first
// among siblings, puts their numbers into Leaves and returns how many they are:
// 0 when there are no more.
func (r *Ray) Next(nodes []Node, leaves *Triangles) int {
	r.setKeep()
	switch {
	case leaves.Single == nil && hasAVX2:
		return nextRayDoubleAVX2(r, &nodes[0], &leaves.Double[0][0])
	case leaves.Single == nil:
		return nextRayGeneric(r, nodes, leaves.Double)
	case hasAVX2:
		return nextRaySingleAVX2(r, &nodes[0], &leaves.Single[0][0])
	}
	return nextRayGeneric(r, nodes, leaves.Single)
}

// setKeep sets keep to the distance from Mid of the farthest box that was met.
func (r *Ray) setKeep() {
	ahead := math.Float32frombits(uint32(r.Limit+slack)) - r.Mid
	behind := r.Mid - math.Float32frombits(uint32(max(r.Low-slack, 0)))
	r.keep = int32(math.Float32bits(max(ahead, behind, 0)))
}

func nextRayGeneric[T float32 | float64](r *Ray, nodes []Node, leaves []Triangle[T]) int {
	count := 0
	for r.top > 0 {
		k := key(r.stack[r.top-1])
		leaf := k.ref()&Leaf != 0 && k.distance() <= r.keep
		if count > 0 && !leaf {
			break
		}
		r.top--
		if k.distance() > r.keep {
			continue
		}
		if leaf {
			if i := k.ref() &^ Leaf; !misses(&r.View, &leaves[i]) {
				r.Leaves[count] = i
				if count++; count == LeafBatch {
					break
				}
			}
			continue
		}
		n := &nodes[k.ref()]
		var near [Width]int32
		r.push(n, &near, r.meet(n, &near))
	}
	return count
}

// meet returns the children that the ray meets, as bits, and how far they are
// from Mid.
func (r *Ray) meet(n *Node, distance *[Width]int32) (met uint32) {
	x, y, z := r.Side[0]%(6*Width), r.Side[1]%(6*Width), r.Side[2]%(6*Width)
	nearX, nearY, nearZ := n.side(x), n.side(y), n.side(z)
	farX, farY, farZ := n.side(x^Width), n.side(y^Width), n.side(z^Width)
	for i := range Width {
		enter := max(
			int32(math.Float32bits(float32(nearX[i]*r.Scale[0])-r.Near[0])),
			int32(math.Float32bits(float32(nearY[i]*r.Scale[1])-r.Near[1])),
			int32(math.Float32bits(float32(nearZ[i]*r.Scale[2])-r.Near[2])), r.Low)
		leave := min(
			int32(math.Float32bits(float32(farX[i]*r.Scale[0])-r.Far[0])),
			int32(math.Float32bits(float32(farY[i]*r.Scale[1])-r.Far[1])),
			int32(math.Float32bits(float32(farZ[i]*r.Scale[2])-r.Far[2])), r.Limit)
		if enter <= leave+slack {
			met |= 1 << i
		}
		ahead := math.Float32frombits(uint32(enter)) - r.Mid
		behind := r.Mid - math.Float32frombits(uint32(leave))
		distance[i] = max(int32(math.Float32bits(ahead)), int32(math.Float32bits(behind)), 0)
	}
	return met
}

// side returns the planes of all children from the given one on.
func (n *Node) side(first uint32) *[Width]float32 {
	return (*[Width]float32)(n.Planes[first : first+Width])
}

// A Cone is a bundle of rays from one point. Each plane of a box, numbered as
// in Node.Planes divided by Width, bounds the depths at which some ray of the
// bundle lies on the box's side of it: by x·Scale − Offset, from below where
// Below is all ones, from above where it is 0.
//
// A box is met if depths between 0 and Limit are left, give or take slack units
// in the last place, and it lies within Reach of Near.
type Cone struct {
	Scale, Offset [6]float32
	Below         [6]uint32
	Limit         int32 // bits of a depth; may be lowered between calls
	Near          Box   // may change between calls
	Reach         int32 // bits of a squared distance; may be lowered between calls
	walk
}

// Next walks on to the next leaves whose boxes the cone meets, nearer ones
// first among siblings, puts their numbers into Leaves and returns how many
// they are: 0 when there are no more.
func (c *Cone) Next(nodes []Node) int {
	c.keep = c.Limit + slack
	if hasAVX2 {
		return nextConeAVX2(c, &nodes[0])
	}
	return nextConeGeneric(c, nodes)
}

func nextConeGeneric(c *Cone, nodes []Node) int {
	for c.top > 0 {
		c.top--
		k := key(c.stack[c.top])
		if k.distance() > c.keep {
			continue
		}
		if k.ref()&Leaf != 0 {
			return c.takeLeaf(k)
		}
		n := &nodes[k.ref()]
		var near [Width]int32
		c.push(n, &near, c.meet(n, &near))
	}
	return 0
}

// meet returns the children that the cone meets, as bits, and the depths where
// it enters them.
func (c *Cone) meet(n *Node, near *[Width]int32) (met uint32) {
	for i := range Width {
		enter, leave := int32(0), c.Limit
		for plane := range 6 {
			depth := int32(math.Float32bits(float32(n.Planes[plane*Width+i]*c.Scale[plane]) - c.Offset[plane]))
			if c.Below[plane] != 0 {
				enter = max(enter, depth)
			} else {
				leave = min(leave, depth)
			}
		}
		near[i] = enter
		if enter <= leave+slack && n.distance(i, &c.Near) <= c.Reach {
			met |= 1 << i
		}
	}
	return met
}

// A Point looks for boxes near a point, which is known to lie within Near. A
// box is met if its squared distance is Limit at most.
type Point struct {
	Near  Box
	Limit int32 // bits of a squared distance; may be lowered between calls
	walk
}

// Next walks on to the next leaves whose boxes are met, nearer ones first among
// siblings, puts their numbers into Leaves and returns how many they are: 0
// when there are no more.
func (p *Point) Next(nodes []Node) int {
	p.keep = p.Limit
	if hasAVX2 {
		return nextPointAVX2(p, &nodes[0])
	}
	return nextPointGeneric(p, nodes)
}

func nextPointGeneric(p *Point, nodes []Node) int {
	for p.top > 0 {
		p.top--
		k := key(p.stack[p.top])
		if k.distance() > p.keep {
			continue
		}
		if k.ref()&Leaf != 0 {
			return p.takeLeaf(k)
		}
		n := &nodes[k.ref()]
		var distance [Width]int32
		p.push(n, &distance, p.meet(n, &distance))
	}
	return 0
}

// meet returns the children that are near enough, as bits, and the squared
// distances of all.
func (p *Point) meet(n *Node, distance *[Width]int32) (met uint32) {
	for i := range Width {
		distance[i] = n.distance(i, &p.Near)
		if distance[i] <= p.Limit {
			met |= 1 << i
		}
	}
	return met
}

// distance returns the squared distance of a box from that of a child, as bits.
func (n *Node) distance(child int, to *Box) int32 {
	x := apart(n.Planes[child], n.Planes[8+child], to.Lo[0], to.Hi[0])
	y := apart(n.Planes[16+child], n.Planes[24+child], to.Lo[1], to.Hi[1])
	z := apart(n.Planes[32+child], n.Planes[40+child], to.Lo[2], to.Hi[2])
	return int32(math.Float32bits(float32(float32(x*x)+float32(y*y)) + float32(z*z)))
}

// apart returns how far two intervals are apart, 0 if they meet.
func apart(lo, hi, otherLo, otherHi float32) float32 {
	return math.Float32frombits(uint32(max(
		int32(math.Float32bits(lo-otherHi)), int32(math.Float32bits(otherLo-hi)), 0)))
}
