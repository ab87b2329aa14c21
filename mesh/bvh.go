package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
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
// the origin loses nothing. It takes about 80 bytes a triangle if coordinates
// are of single precision, as in STL, else 120.
type BVH struct {
	// Each triangle is a leaf of its own, so that the test of a node is a test
	// of the boxes of up to eight triangles at once.
	nodes []kernel.Node

	// The triangles in the order of the leaves, and their faces. They are of
	// single precision when all coordinates are exact in it.
	leaves kernel.Triangles
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

func newTriangle[T float32 | float64](p, q, r r3.Vector) kernel.Triangle[T] {
	return kernel.Triangle[T]{T(p.X), T(q.X), T(r.X), T(p.Y), T(q.Y), T(r.Y), T(p.Z), T(q.Z), T(r.Z)}
}

func corners[T float32 | float64](t *kernel.Triangle[T]) (p, q, r r3.Vector) {
	return r3.Vector{X: float64(t[0]), Y: float64(t[3]), Z: float64(t[6])},
		r3.Vector{X: float64(t[1]), Y: float64(t[4]), Z: float64(t[7])},
		r3.Vector{X: float64(t[2]), Y: float64(t[5]), Z: float64(t[8])}
}

// leafCorners returns the corners of triangle i of the leaves.
func (b *BVH) leafCorners(i uint32) (p, q, r r3.Vector) {
	if b.leaves.Single != nil {
		return corners(&b.leaves.Single[i])
	}
	return corners(&b.leaves.Double[i])
}

const (
	// bvhWidth is the number of children of a node.
	bvhWidth = kernel.Width

	// maxBVHFaces is what references to leaves can address, NoChild excepted.
	maxBVHFaces = kernel.Leaf - 1
)

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
type nodeBox kernel.Box

func emptyNodeBox() nodeBox {
	inf := float32(math.Inf(1))
	return nodeBox{[3]float32{inf, inf, inf}, [3]float32{-inf, -inf, -inf}}
}

func (b *nodeBox) add(c *nodeBox) {
	for i := range 3 {
		if c.Lo[i] < b.Lo[i] {
			b.Lo[i] = c.Lo[i]
		}
		if c.Hi[i] > b.Hi[i] {
			b.Hi[i] = c.Hi[i]
		}
	}
}

// extent returns the sum of the sides of a box.
func (b *nodeBox) extent() float32 {
	return (b.Hi[0] - b.Lo[0]) + (b.Hi[1] - b.Lo[1]) + (b.Hi[2] - b.Lo[2])
}

// roundDown returns the largest float32 that is not above x.
func roundDown(x float64) float32 {
	y := float32(x)
	bits, step := int32(math.Float32bits(y)), int32(0)
	if float64(y) > x {
		step = bits>>31 | 1 // numbers grow with their bits, negative ones shrink
	}
	return math.Float32frombits(uint32(bits - step))
}

// setChildren makes n the parent of the given boxes and
// references.
func setChildren(n *kernel.Node, boxes []kernel.Bounds, refs []uint32) {
	inf := float32(math.Inf(1))
	for i := range bvhWidth {
		if i >= len(boxes) || i >= len(refs) {
			for axis := range 3 {
				n.Planes[2*bvhWidth*axis+i], n.Planes[2*bvhWidth*axis+bvhWidth+i] = inf, -inf
			}
			n.Refs[i] = kernel.NoChild
			continue
		}
		for axis := range 3 {
			n.Planes[2*bvhWidth*axis+i] = boxes[i].Lo[axis]
			n.Planes[2*bvhWidth*axis+bvhWidth+i] = 0 - boxes[i].Neg[axis]
		}
		n.Refs[i] = refs[i]
	}
}

// childBox returns the box of a child.
func childBox(n *kernel.Node, child int) (box nodeBox) {
	for axis := range 3 {
		box.Lo[axis] = n.Planes[2*bvhWidth*axis+child]
		box.Hi[axis] = n.Planes[2*bvhWidth*axis+bvhWidth+child]
	}
	return box
}

// NewBVH builds the hierarchy of m by binned surface-area heuristic (I. Wald,
// "On fast Construction of SAH-based Bounding Volume Hierarchies", 2007). The
// result depends on m alone, not on the number of threads. Time grows with
// n·log n for ordinary meshes and is bounded by a constant number of passes
// over the triangles for any mesh, because the depth is bounded.
//
// The error is ctx's, or of code CodeLimitTriangles for 2^31 faces and more.
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
	return 224*cap(b.nodes) + 36*cap(b.leaves.Single) + 72*cap(b.leaves.Double) + 4*cap(b.faces)
}
