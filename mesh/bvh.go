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
// The hierarchy is a binary tree in one slice, depth first, each node with the
// boxes of both children, so that a step of a traversal touches one cache
// line. Boxes are rounded outward to single precision, relative to the middle
// of the mesh and in a scale in which the mesh has about unit size: they only
// choose what is tested. Triangles keep their double-precision coordinates, in
// the order of the leaves, and everything that is returned is computed from
// them; a mesh far from the origin loses nothing.
//
// It takes about 60 bytes a triangle.
type BVH struct {
	nodes    []bvhNode
	corners  []leafTriangle // in leaf order
	faces    []uint32       // face of each of corners
	vertices []leafVertex   // by first use in corners

	frame bvhFrame
	root  Box // of the faces in the tree
	depth int
}

// BVHOptions controls NewBVH.
type BVHOptions struct {
	Threads int // 0 means GOMAXPROCS; the tree is the same for any number
}

// A leafTriangle holds the corners as indices into BVH.vertices.
type leafTriangle [3]uint32

// A leafVertex holds x, y, z and a fourth word that aligns it and spares
// bounds checks when an axis is chosen by a variable.
type leafVertex [4]float64

func (v *leafVertex) vector() r3.Vector { return r3.Vector{X: v[0], Y: v[1], Z: v[2]} }

// bvhFrame maps mesh coordinates to those of the boxes:
// (x − center) · scale, scale a power of two.
type bvhFrame struct {
	center r3.Vector
	scale  float64
}

// A bvhNode holds, for each of two children, the box and a reference:
//
//	0..5   first child:  min x, max x, min y, max y, min z, max z (float32 bits)
//	6..11  second child
//	12, 13 references of the children
//
// A reference is the index of a node or, if leafBit is set, a range of
// triangles: count and first. The box of a missing child is inside out.
type bvhNode [16]uint32

const (
	leafBit       = 1 << 31
	leafCountBits = 4
	leafShift     = 31 - leafCountBits
	leafMaxCount  = 1<<leafCountBits - 1
	leafFirstMask = 1<<leafShift - 1

	// maxBVHFaces is what leaf references can address.
	maxBVHFaces = 1 << leafShift

	// bvhStack bounds the depth of the tree, and so the stack of a traversal.
	bvhStack = 64
)

func leafRef(first, count int) uint32 {
	return leafBit | uint32(count)<<leafShift | uint32(first)
}

// leafRange returns the range of triangles of a reference with leafBit.
func leafRange(ref uint32) (first, end uint32) {
	first = ref & leafFirstMask
	return first, first + ref>>leafShift&leafMaxCount
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
	return 64*cap(b.nodes) + 12*cap(b.corners) + 4*cap(b.faces) + 32*cap(b.vertices)
}
