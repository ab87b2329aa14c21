// Command _gen writes the assembly of package kernel. What the functions do is
// written in Go beside it.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"

	_ "github.com/partgauge/partgauge/internal/kernel" // so that its types are found
)

// What is fixed in package kernel.
const (
	axisBytes = 64 // in Node.Planes, from the planes of an axis to those of the next
	sideBytes = 32 // from the minima to the maxima
	refsAt    = 192
	nodeBytes = 224
	leafBatch = 8
)

func main() {
	Package("github.com/partgauge/partgauge/internal/kernel")
	ConstraintExpr("!noasm")
	overlaps()
	nextRay("nextRaySingleAVX2", "float32", 4)
	nextRay("nextRayDoubleAVX2", "float64", 8)
	nextCone()
	nextPoint()
	Generate()
}

// broadcast returns a register with a float or an integer in all lanes.
func broadcast(m Mem) VecVirtual {
	y := YMM()
	VBROADCASTSS(m, y)
	return y
}

// zero returns a register of zeros.
func zero() VecVirtual {
	y := YMM()
	VPXOR(y, y, y)
	return y
}

// slack returns a register with kernel's slack, 8, in all lanes.
func slack() VecVirtual {
	y := YMM()
	VPCMPEQD(y, y, y) // −1
	VPSRLD(U8(31), y, y)
	VPSLLD(U8(3), y, y)
	return y
}

// nextRay writes the walk of a ray to triangles of either precision, whose
// coordinates have so many bytes.
func nextRay(name, precision string, bytes int) {
	TEXT(name, NOSPLIT, "func(r *Ray, nodes *Node, leaves *"+precision+") int")
	w := newWalker("r")
	var scale [3]VecVirtual
	var side [3]GPVirtual
	for i := range 3 {
		scale[i] = broadcast(w.lane("Scale", i))
		side[i] = GP64()
		MOVL(w.lane("Side", i), side[i].As32())
		SHLQ(U8(2), side[i])
	}
	low, limit, mid, slackBits := broadcast(w.field("Low")), broadcast(w.field("Limit")), broadcast(w.field("Mid")), slack()
	w.coordinate = bytes

	w.walk(func(node GPVirtual, met GPVirtual) VecVirtual {
		enter, leave, t, offset := YMM(), YMM(), YMM(), YMM()
		depth := func(side GPVirtual, end string, axis int, to VecVirtual) {
			VMULPS(Mem{Base: node, Index: side, Scale: 1}, scale[axis], to)
			// Registers are left for the test of triangles.
			VBROADCASTSS(w.lane(end, axis), offset)
			VSUBPS(offset, to, to)
		}
		depth(side[0], "Near", 0, enter)
		for i := 1; i < 3; i++ {
			depth(side[i], "Near", i, t)
			VPMAXSD(t, enter, enter)
		}
		VPMAXSD(low, enter, enter)
		other := GP64()
		for i := range 3 {
			MOVQ(side[i], other)
			XORQ(U8(sideBytes), other)
			if i == 0 {
				depth(other, "Far", i, leave)
				continue
			}
			depth(other, "Far", i, t)
			VPMINSD(t, leave, leave)
		}
		VPMINSD(limit, leave, leave)
		VPADDD(slackBits, leave, t)
		VPCMPGTD(t, enter, t) // enter > leave + slack
		VMOVMSKPS(t, met.As32())
		XORL(U8(255), met.As32())
		VSUBPS(mid, enter, enter)
		VSUBPS(leave, mid, leave)
		VPMAXSD(leave, enter, enter)
		VPXOR(t, t, t)
		VPMAXSD(t, enter, enter)
		return enter
	})
}

// missesTriangle writes the test of a leaf, which jumps to "missed" if the ray
// certainly passes it. The three corners lie side by side; what the fourth lane
// holds does not matter.
func (w *walker) missesTriangle(leaf GPVirtual) {
	view := w.fields.Field("View")
	at := GP64()
	IMUL3Q(U32(9*w.coordinate), leaf, at)
	ADDQ(Load(Param("leaves"), GP64()), at)
	relative := func(i int) VecVirtual {
		row, x, origin := GP64(), YMM(), YMM()
		MOVL(address(view.Field("Rows").Index(i)), row.As32())
		corners := Mem{Base: at, Index: row, Scale: uint8(w.coordinate)}
		if w.coordinate == 4 {
			VCVTPS2PD(corners, x)
		} else {
			VMOVUPD(corners, x)
		}
		VBROADCASTSD(address(view.Field("Origin").Index(i)), origin)
		VSUBPD(origin, x, x)
		return x
	}
	z := relative(2)
	var turned, twice [2]VecVirtual // corners b, c, a and c, a, b
	for i := range 2 {
		x, shear := relative(i), YMM()
		VBROADCASTSD(address(view.Field("Shear").Index(i)), shear)
		VMULPD(z, shear, shear)
		VSUBPD(shear, x, x)
		turned[i], twice[i] = YMM(), YMM()
		VPERMPD(U8(0b_11_00_10_01), x, turned[i])
		VPERMPD(U8(0b_11_01_00_10), x, twice[i])
	}
	VMULPD(twice[1], turned[0], turned[0])
	VMULPD(twice[0], turned[1], turned[1])
	areas := YMM()
	VSUBPD(turned[1], turned[0], areas)
	signs := GP32()
	VMOVMSKPD(areas, signs)
	ANDL(U8(7), signs)
	JZ(LabelRef("met"))
	CMPL(signs, U8(7))
	JEQ(LabelRef("met"))
	// The signs differ: it is missed unless the product of the areas is zero.
	product, other := XMM(), XMM()
	VPERMILPD(U8(1), areas.AsX(), other)
	VMULSD(other, areas.AsX(), product)
	VEXTRACTF128(U8(1), areas, other)
	VMULSD(other, product, product)
	VXORPD(other, other, other)
	VUCOMISD(other, product)
	JNE(LabelRef("missed"))
	JP(LabelRef("missed"))
	Label("met")
}

// nextCone writes the walk of a cone.
func nextCone() {
	TEXT("nextConeAVX2", NOSPLIT, "func(c *Cone, nodes *Node) int")
	w := newWalker("c")
	limit, none, slackBits := broadcast(w.field("Limit")), zero(), slack()
	most := YMM() // more than all depths
	VPCMPEQD(most, most, most)
	VPSRLD(U8(1), most, most)
	var below [6]VecVirtual
	for i := range below {
		below[i] = broadcast(w.lane("Below", i))
	}

	w.walk(func(node GPVirtual, met GPVirtual) VecVirtual {
		enter, leave, depth, t := YMM(), YMM(), YMM(), YMM()
		VMOVDQU(none, enter)
		VMOVDQU(limit, leave)
		for i := range below {
			VBROADCASTSS(w.lane("Scale", i), depth)
			VMULPS(Mem{Base: node, Disp: i * sideBytes}, depth, depth)
			VBROADCASTSS(w.lane("Offset", i), t)
			VSUBPS(t, depth, depth)
			VPAND(below[i], depth, t)
			VPMAXSD(t, enter, enter)
			VBLENDVPS(below[i], most, depth, depth)
			VPMINSD(depth, leave, leave)
		}
		VPADDD(slackBits, leave, leave)
		VPCMPGTD(leave, enter, leave) // enter > leave
		apart := func(axis int, x VecVirtual) {
			VMOVUPS(Mem{Base: node, Disp: axis * axisBytes}, x)
			VBROADCASTSS(w.near("Hi", axis), t)
			VSUBPS(t, x, x)
			VBROADCASTSS(w.near("Lo", axis), t)
			VSUBPS(Mem{Base: node, Disp: axis*axisBytes + sideBytes}, t, t)
			VPMAXSD(t, x, x)
			VPMAXSD(none, x, x)
			VMULPS(x, x, x)
		}
		sum := YMM()
		apart(0, sum)
		for i := 1; i < 3; i++ {
			apart(i, depth)
			VADDPS(depth, sum, sum)
		}
		VBROADCASTSS(w.field("Reach"), t)
		VPCMPGTD(t, sum, sum) // too far
		VPOR(sum, leave, leave)
		VMOVMSKPS(leave, met.As32())
		XORL(U8(255), met.As32())
		return enter
	})
}

// nextPoint writes the walk of a point.
func nextPoint() {
	TEXT("nextPointAVX2", NOSPLIT, "func(p *Point, nodes *Node) int")
	w := newWalker("p")
	var lo, hi [3]VecVirtual
	for i := range 3 {
		lo[i], hi[i] = broadcast(w.near("Lo", i)), broadcast(w.near("Hi", i))
	}
	limit, none := broadcast(w.field("Limit")), zero()

	w.walk(func(node GPVirtual, met GPVirtual) VecVirtual {
		sum, x, t := YMM(), YMM(), YMM()
		apart := func(axis int, x VecVirtual) {
			VMOVUPS(Mem{Base: node, Disp: axis * axisBytes}, x)
			VSUBPS(hi[axis], x, x)
			VSUBPS(Mem{Base: node, Disp: axis*axisBytes + sideBytes}, lo[axis], t)
			VPMAXSD(t, x, x)
			VPMAXSD(none, x, x)
			VMULPS(x, x, x)
		}
		apart(0, sum)
		for i := 1; i < 3; i++ {
			apart(i, x)
			VADDPS(x, sum, sum)
		}
		VPCMPGTD(limit, sum, x)
		VMOVMSKPS(x, met.As32())
		XORL(U8(255), met.As32())
		return sum
	})
}

// A walker writes what the walks have in common.
type walker struct {
	nodes, top GPVirtual

	fields Component // of the walk

	coordinate int // bytes of a coordinate of the leaves, which are tested; 0 if they are not

	keep, topField, leaves, stack Mem
}

func newWalker(self string) *walker {
	w := &walker{top: GP64()}
	w.nodes = Load(Param("nodes"), GP64()).(GPVirtual)
	w.fields = Dereference(Param(self))
	state := w.fields.Field("walk")
	w.keep = address(state.Field("keep"))
	w.topField = address(state.Field("top"))
	w.leaves = address(state.Field("Leaves").Index(0))
	w.stack = address(state.Field("stack").Index(0))
	MOVQ(w.topField, w.top)
	return w
}

// address returns where a component is.
func address(c Component) Mem {
	b, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// field returns a field of the walk.
func (w *walker) field(name string) Mem { return address(w.fields.Field(name)) }

// lane returns an element of a field.
func (w *walker) lane(name string, i int) Mem { return address(w.fields.Field(name).Index(i)) }

// near returns a coordinate of the point that distances are measured from.
func (w *walker) near(side string, i int) Mem {
	return address(w.fields.Field("Near").Field(side).Index(i))
}

// entry returns the entry of the stack that is above a number of others.
func (w *walker) entry(below GPVirtual, more int) Mem {
	return w.stack.Offset(8*more).Idx(below, 8)
}

// walk writes the loop. meet tests the children of a node and returns their
// distances, and those that are met in the bits of met.
func (w *walker) walk(meet func(node, met GPVirtual) VecVirtual) {
	distances := AllocLocal(32)
	key, other, met := GP64(), GP64(), GP64()

	count := GP64()
	XORQ(count, count)
	Label("pop")
	TESTQ(w.top, w.top)
	JZ(LabelRef("done"))
	DECQ(w.top)
	MOVQ(w.entry(w.top, 0), key)
	MOVQ(key, other)
	SHRQ(U8(32), other)
	CMPL(other.As32(), w.keep)
	JGT(LabelRef("pop"))

	Label("descend")
	TESTL(key.As32(), key.As32())
	JS(LabelRef("leaf"))
	MOVL(key.As32(), other.As32())
	IMUL3Q(U32(nodeBytes), other, key)
	ADDQ(w.nodes, key)
	node := key
	VMOVUPS(meet(node, met), distances)

	// No child, one, or more.
	child := GP64()
	TESTL(met.As32(), met.As32())
	JZ(LabelRef("pop"))
	BSFL(met.As32(), child.As32())
	BLSRL(met.As32(), met.As32())
	JNZ(LabelRef("several"))
	MOVL(Mem{Base: node, Index: child, Scale: 4, Disp: refsAt}, key.As32())
	JMP(LabelRef("descend"))

	Label("several")
	w.makeKey(node, child, distances, other)
	BSFL(met.As32(), child.As32())
	BLSRL(met.As32(), met.As32())
	JNZ(LabelRef("many"))
	// Two: the nearer one is next, the other goes on the stack.
	second := GP64()
	w.makeKey(node, child, distances, second)
	MOVQ(other, key)
	CMPQ(second, other)
	CMOVQCS(second, key)
	CMOVQCS(other, second)
	MOVQ(second, w.entry(w.top, 0))
	INCQ(w.top)
	JMP(LabelRef("descend"))

	// Many: sorted into the stack one by one, the farthest first.
	Label("many")
	base, at, above := GP64(), GP64(), GP64()
	MOVQ(w.top, base)
	MOVQ(other, w.entry(w.top, 0))
	INCQ(w.top)
	Label("insert")
	w.makeKey(node, child, distances, other)
	MOVQ(w.top, at)
	Label("shift")
	MOVQ(w.entry(at, -1), above)
	CMPQ(above, other)
	JAE(LabelRef("place"))
	MOVQ(above, w.entry(at, 0))
	DECQ(at)
	CMPQ(at, base)
	JNE(LabelRef("shift"))
	Label("place")
	MOVQ(other, w.entry(at, 0))
	INCQ(w.top)
	BSFL(met.As32(), child.As32())
	BLSRL(met.As32(), met.As32())
	// BLSR sets the carry if there was no bit left.
	JCC(LabelRef("insert"))
	DECQ(w.top)
	MOVQ(w.entry(w.top, 0), key)
	JMP(LabelRef("descend"))

	// A leaf, and those that follow it on the stack.
	Label("leaf")
	BTRL(U8(31), key.As32())
	if w.coordinate != 0 {
		w.missesTriangle(key)
	}
	MOVL(key.As32(), w.leaves.Idx(count, 4))
	INCQ(count)
	CMPQ(count, U8(leafBatch))
	JEQ(LabelRef("done"))
	Label("missed")
	TESTQ(w.top, w.top)
	JZ(LabelRef("done"))
	MOVQ(w.entry(w.top, -1), key)
	TESTL(key.As32(), key.As32())
	JNS(LabelRef("other"))
	MOVQ(key, other)
	SHRQ(U8(32), other)
	CMPL(other.As32(), w.keep)
	JGT(LabelRef("other"))
	DECQ(w.top)
	JMP(LabelRef("leaf"))

	// Something else comes next, for the next call if leaves were found.
	Label("other")
	TESTQ(count, count)
	JZ(LabelRef("pop"))
	Label("done")
	MOVQ(w.top, w.topField)
	VZEROUPPER()
	Store(count, ReturnIndex(0))
	RET()
}

// makeKey writes the distance and the reference of a child to a register.
func (w *walker) makeKey(node, child GPVirtual, distances Mem, key GPVirtual) {
	MOVL(distances.Idx(child, 4), key.As32())
	SHLQ(U8(32), key)
	ref := GP64()
	MOVL(Mem{Base: node, Index: child, Scale: 4, Disp: refsAt}, ref.As32())
	ORQ(ref, key)
	if w.coordinate != 0 {
		w.prefetch(ref)
	}
}

// prefetch writes the request for what a reference refers to: where a ray meets
// several children, it mostly waits for memory.
func (w *walker) prefetch(ref GPVirtual) {
	leaf, leaves := GP64(), GP64()
	MOVL(ref.As32(), leaf.As32())
	IMUL3Q(U32(nodeBytes), ref, ref)
	ADDQ(w.nodes, ref)
	Load(Param("leaves"), leaves)
	BTRL(U8(31), leaf.As32())
	LEAQ(Mem{Base: leaf, Index: leaf, Scale: 8}, leaf)
	LEAQ(Mem{Base: leaves, Index: leaf, Scale: uint8(w.coordinate)}, leaf)
	CMOVQCS(leaf, ref)
	PREFETCHT0(Mem{Base: ref})
	PREFETCHT0(Mem{Base: ref, Disp: 64})
	PREFETCHT0(Mem{Base: ref, Disp: 128})
	PREFETCHT0(Mem{Base: ref, Disp: 192})
}

// overlaps writes the test of a box against the children of a node.
func overlaps() {
	TEXT("overlapsAVX2", NOSPLIT, "func(n *Node, box *Box) uint32")
	node := Load(Param("n"), GP64())
	box := Load(Param("box"), GP64())
	const lessOrEqual, greaterOrEqual = 2, 13
	var met VecVirtual
	both := func(y VecVirtual) {
		if met == nil {
			met = y
			return
		}
		VPAND(y, met, met)
	}
	for i := range 3 {
		lo, hi := broadcast(Mem{Base: box, Disp: 4 * i}), broadcast(Mem{Base: box, Disp: 12 + 4*i})
		// Comparisons take the memory operand second: min ≤ hi as hi ≥ min.
		VCMPPS(U8(greaterOrEqual), Mem{Base: node, Disp: i * axisBytes}, hi, hi)
		VCMPPS(U8(lessOrEqual), Mem{Base: node, Disp: i*axisBytes + sideBytes}, lo, lo)
		both(hi)
		both(lo)
	}
	bits := GP32()
	VMOVMSKPS(met, bits)
	VZEROUPPER()
	Store(bits, ReturnIndex(0))
	RET()
}
