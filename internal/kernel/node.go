package kernel

const (
	// Width is the number of children of a node.
	Width = 8

	// Leaf marks references to leaves; the other bits are the leaf's number.
	Leaf = 1 << 31

	// NoChild is the reference of a child that is missing.
	NoChild = 1<<32 - 1

	// Depth is how many nodes deep a tree may be at most. A node takes the
	// place of one entry of the stack of a walk and leaves Width at most.
	Depth = 16

	stackSize = Depth*(Width-1) + 1
)

// A Node has up to Width children. Planes holds, for each axis, the minima of
// their boxes and then the maxima; the box of a missing child is inside out,
// from +Inf to −Inf. Refs are the numbers of nodes, or of leaves if Leaf is
// set.
type Node struct {
	Planes [6 * Width]float32
	Refs   [Width]uint32
}

// A Box reaches from Lo to Hi.
type Box struct{ Lo, Hi [3]float32 }

// Overlaps returns the children whose boxes meet a box, as bits.
func (n *Node) Overlaps(box *Box) uint32 {
	if hasAVX2 {
		return overlapsAVX2(n, box)
	}
	return overlapsGeneric(n, box)
}

func overlapsGeneric(n *Node, box *Box) (met uint32) {
	p := &n.Planes
	for i := range Width {
		if p[i] <= box.Hi[0] && box.Lo[0] <= p[8+i] &&
			p[16+i] <= box.Hi[1] && box.Lo[1] <= p[24+i] &&
			p[32+i] <= box.Hi[2] && box.Lo[2] <= p[40+i] {
			met |= 1 << i
		}
	}
	return met
}
