package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"
)

// NoFace is the index of no face.
const NoFace = math.MaxUint32

// A BVH is a bounding volume hierarchy over the triangles of a mesh. It
// answers ray and nearest-point queries and finds self-intersections. It is
// immutable, keeps no reference to the mesh, and may be used by any number of
// goroutines at once.
//
// Faces without a finite area greater than zero are left out: no query
// returns them.
//
// Boxes only choose what is tested. They are rounded outward to single
// precision, relative to the middle of the mesh and in a scale in which the
// mesh has about unit size. Triangles keep their double-precision coordinates,
// and everything that is returned is computed from them, so a mesh far from
// the origin loses nothing. It takes about 60 bytes a triangle if coordinates
// are of single precision, as in STL, else 100.
type BVH struct {
	nodes []bvhNode

	// The triangles in the order of the leaves, and their faces. single is
	// used when all coordinates are exact in single precision, else double.
	single []leafTriangle[float32]
	double []leafTriangle[float64]
	faces  []uint32

	frame          bvhFrame
	root           Box // of the faces in the tree
	rootLo, rootHi [3]float64
	depth          int // of nodes
}

// BVHOptions controls NewBVH.
type BVHOptions struct {
	Threads int // 0 means GOMAXPROCS; the tree is the same for any number
}

// A leafTriangle holds the coordinates of the three corners, one after the
// other.
type leafTriangle[T float32 | float64] [9]T

func (t *leafTriangle[T]) corners() (p, q, r r3.Vector) {
	return r3.Vector{X: float64(t[0]), Y: float64(t[1]), Z: float64(t[2])},
		r3.Vector{X: float64(t[3]), Y: float64(t[4]), Z: float64(t[5])},
		r3.Vector{X: float64(t[6]), Y: float64(t[7]), Z: float64(t[8])}
}

// leafCorners returns the corners of triangle i of the leaves.
func (b *BVH) leafCorners(i uint32) (p, q, r r3.Vector) {
	if b.single != nil {
		return b.single[i].corners()
	}
	return b.double[i].corners()
}

// A bvhNode has up to four children. Planes holds, for each axis, the minima of
// their boxes and then the maxima; the box of a missing child is inside out.
// A reference is the index of a node or, if leafBit is set, a range of
// triangles: count and first.
type bvhNode struct {
	planes [6 * bvhWidth]float32
	refs   [bvhWidth]uint32
}

const (
	// bvhWidth is the number of children of a node.
	bvhWidth = 4

	// bvhDepth bounds the depth of the tree. A node replaces an entry of the
	// stack of a traversal by up to four, so that bvhStack entries hold two
	// ways down the tree.
	bvhDepth = 20
	bvhStack = 128

	leafBit       = 1 << 31
	leafCountBits = 4
	leafShift     = 31 - leafCountBits
	leafMaxCount  = 1<<leafCountBits - 1
	leafFirstMask = 1<<leafShift - 1

	// maxBVHFaces is what leaf references can address.
	maxBVHFaces = 1 << leafShift
)

func leafRef(first, count int) uint32 {
	return leafBit | uint32(count)<<leafShift | uint32(first)
}

// leafRange returns the range of triangles of a reference with leafBit.
func leafRange(ref uint32) (first, end uint32) {
	first = ref & leafFirstMask
	return first, first + ref>>leafShift&leafMaxCount
}

// A bvhFrame maps mesh coordinates to those of the boxes:
// (x − center) · scale, scale a power of two.
type bvhFrame struct {
	center r3.Vector
	scale  float64
}

// toBox maps a point to the frame of the boxes. It is monotone in each
// coordinate.
func (f *bvhFrame) toBox(p r3.Vector) [3]float64 {
	return [3]float64{
		float64((p.X - f.center.X) * f.scale),
		float64((p.Y - f.center.Y) * f.scale),
		float64((p.Z - f.center.Z) * f.scale),
	}
}

// A nodeBox is a box in the frame of the nodes.
type nodeBox struct{ lo, hi [3]float32 }

func emptyNodeBox() nodeBox {
	inf := float32(math.Inf(1))
	return nodeBox{[3]float32{inf, inf, inf}, [3]float32{-inf, -inf, -inf}}
}

func (b *nodeBox) add(c *nodeBox) {
	for i := range 3 {
		if c.lo[i] < b.lo[i] {
			b.lo[i] = c.lo[i]
		}
		if c.hi[i] > b.hi[i] {
			b.hi[i] = c.hi[i]
		}
	}
}

func (b *nodeBox) overlaps(c *nodeBox) bool {
	return b.lo[0] <= c.hi[0] && c.lo[0] <= b.hi[0] &&
		b.lo[1] <= c.hi[1] && c.lo[1] <= b.hi[1] &&
		b.lo[2] <= c.hi[2] && c.lo[2] <= b.hi[2]
}

// extent returns the sum of the sides of a box.
func (b *nodeBox) extent() float32 {
	return (b.hi[0] - b.lo[0]) + (b.hi[1] - b.lo[1]) + (b.hi[2] - b.lo[2])
}

// triangle returns the box of a triangle of the mesh.
func (f *bvhFrame) triangle(a, b, c r3.Vector) (box nodeBox) {
	p, q, r := f.toBox(a), f.toBox(b), f.toBox(c)
	for i := range 3 {
		lo, hi := p[i], p[i]
		if q[i] < lo {
			lo = q[i]
		} else if q[i] > hi {
			hi = q[i]
		}
		if r[i] < lo {
			lo = r[i]
		} else if r[i] > hi {
			hi = r[i]
		}
		box.lo[i], box.hi[i] = roundDown(lo), -roundDown(-hi)
	}
	return box
}

// roundDown returns the largest float32 that is not above x.
func roundDown(x float64) float32 {
	y := float32(x)
	if float64(y) > x {
		return math.Nextafter32(y, float32(math.Inf(-1)))
	}
	return y
}

// set makes n the parent of the given boxes and references.
func (n *bvhNode) set(boxes []nodeBox, refs []uint32) {
	none := emptyNodeBox()
	for i := range bvhWidth {
		box, ref := &none, uint32(leafBit)
		if i < len(boxes) {
			box, ref = &boxes[i], refs[i]
		}
		for axis := range 3 {
			n.planes[2*bvhWidth*axis+i] = box.lo[axis]
			n.planes[2*bvhWidth*axis+bvhWidth+i] = box.hi[axis]
		}
		n.refs[i] = ref
	}
}

// children returns the boxes of the children and how many there are.
func (n *bvhNode) children() (boxes [bvhWidth]nodeBox, count int) {
	for i := range bvhWidth {
		for axis := range 3 {
			boxes[i].lo[axis] = n.planes[2*bvhWidth*axis+i]
			boxes[i].hi[axis] = n.planes[2*bvhWidth*axis+bvhWidth+i]
		}
		if n.refs[i] != leafBit {
			count++
		}
	}
	return boxes, count
}

// NewBVH builds the hierarchy of m by binned surface-area heuristic (I. Wald,
// "On fast Construction of SAH-based Bounding Volume Hierarchies", 2007). The
// result depends on m alone, not on the number of threads. Time grows with
// n·log n for ordinary meshes and is bounded by a constant number of passes
// over the triangles for any mesh, because the depth is bounded.
//
// The error is ctx's, or of code CodeLimitTriangles for more than 2^27 faces.
func NewBVH(ctx context.Context, m *Mesh, opts BVHOptions) (*BVH, error) {
	if len(m.Triangles) > maxBVHFaces {
		return nil, refuse("", CodeLimitTriangles, "", "more than %d triangles in one search tree; split the part", maxBVHFaces)
	}
	b := bvhBuilder{mesh: m, threads: threadCount(opts.Threads)}
	return b.build(ctx)
}

// Bounds returns the box of the faces in the hierarchy; EmptyBox if there are
// none.
func (b *BVH) Bounds() Box { return b.root }

// Bytes returns the memory the hierarchy holds.
func (b *BVH) Bytes() int {
	return 112*cap(b.nodes) + 36*cap(b.single) + 72*cap(b.double) + 4*cap(b.faces)
}
