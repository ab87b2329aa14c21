// Command build writes the assembly that builds trees. What the functions do
// is written in Go in package kernel.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"

	_ "github.com/partgauge/partgauge/internal/kernel" // so that its types are found
)

// What is fixed in package kernel.
const (
	boundsBytes = 32
	mostBins    = 16
	axisBytes   = mostBins * boundsBytes // in Bins, from the boxes of an axis to those of the next
	countsAt    = 3 * axisBytes          // in Bins
	countsBytes = 16                     // of a bin
	scaleAt     = 16                     // in Binner
	costAt      = 0                      // in sweep
	atAt        = 16

	lessThan = 17 // for VCMPPS, false for what is no number
)

func main() {
	Package("github.com/partgauge/partgauge/internal/kernel")
	ConstraintExpr("!noasm")
	fill()
	sweep()
	union()
	partition()
	Generate()
}

// infinity returns a register with +Inf in all lanes.
func infinity() VecVirtual {
	y := YMM()
	VPCMPEQD(y, y, y)
	VPSRLD(U8(24), y, y) // 255
	VPSLLD(U8(23), y, y)
	return y
}

// A placer computes places of boxes.
type placer struct{ from, scale VecVirtual }

func newPlacer() placer {
	to := Load(Param("to"), GP64())
	p := placer{XMM(), XMM()}
	VMOVUPS(Mem{Base: to}, p.from)
	VMOVUPS(Mem{Base: to, Disp: scaleAt}, p.scale)
	return p
}

// place returns the doubled centres of a box and their places.
func (p placer) place(box VecVirtual) (center, place VecVirtual) {
	center, place = XMM(), XMM()
	VEXTRACTF128(U8(1), box, center)
	VSUBPS(center, box.AsX(), center)
	VSUBPS(p.from, center, place)
	VMULPS(p.scale, place, place)
	return center, place
}

func fill() {
	TEXT("fillAVX2", NOSPLIT, "func(b *Bins, faces *Bounds, count int, to *Binner)")
	bins := Load(Param("b"), GP64())
	at := Load(Param("faces"), GP64())
	end := Load(Param("count"), GP64())
	SHLQ(U8(5), end)
	ADDQ(at, end)
	p := newPlacer()

	Label("face")
	box := YMM()
	VMOVUPS(Mem{Base: at}, box)
	_, place := p.place(box)
	VCVTTPS2DQ(place, place)
	VPSLLD(U8(4), place, place) // in bytes of counts
	x, y, z := GP64(), GP64(), GP64()
	VMOVQ(place, y)
	MOVL(y.As32(), x.As32())
	SHRQ(U8(32), y)
	VPEXTRD(U8(2), place, z.As32())
	for axis, bin := range []GPVirtual{x, y, z} {
		ANDL(U32(countsBytes*(mostBins-1)), bin.As32())
		in := Mem{Base: bins, Index: bin, Scale: boundsBytes / countsBytes, Disp: axis * axisBytes}
		all := YMM()
		VMINPS(in, box, all)
		VMOVUPS(all, in)
		INCL(Mem{Base: bins, Index: bin, Scale: 1, Disp: countsAt + 4*axis})
	}
	ADDQ(U8(boundsBytes), at)
	CMPQ(at, end)
	JNE(LabelRef("face"))
	VZEROUPPER()
	RET()
}

// sweep works on all three axes at once, one in each lane.
func sweep() {
	TEXT("sweepAVX2", NOSPLIT, "func(b *Bins, bins int, s *sweep)")
	bins := Load(Param("b"), GP64())
	end := Load(Param("bins"), GP64())
	result := Load(Param("s"), GP64())
	costs := AllocLocal(mostBins * 16)
	zero := XMM()
	VXORPS(zero, zero, zero)
	var boxes [3]VecVirtual
	count := XMM()
	clear := func() {
		all := infinity()
		for axis := range boxes {
			boxes[axis] = YMM()
			VMOVAPS(all, boxes[axis])
		}
		VPXOR(count, count, count)
	}
	// add adds bin k, given in bytes of counts, and returns its cost.
	k := GP64()
	add := func(disp int) VecVirtual {
		var areas [3]VecVirtual
		for axis, box := range boxes {
			VMINPS(Mem{Base: bins, Index: k, Scale: boundsBytes / countsBytes, Disp: axis*axisBytes + 2*disp}, box, box)
			side, next := XMM(), XMM()
			VEXTRACTF128(U8(1), box, side)
			VADDPS(box.AsX(), side, side)
			VBLENDPS(U8(8), zero, side, side)
			VPERMILPS(U8(0xC9), side, next) // y, z, x
			VMULPS(next, side, side)
			areas[axis] = side
		}
		VHADDPS(areas[1], areas[0], areas[0])
		VHADDPS(zero, areas[2], areas[2])
		VHADDPS(areas[2], areas[0], areas[0])
		VPADDD(Mem{Base: bins, Index: k, Scale: 1, Disp: countsAt + disp}, count, count)
		number := XMM()
		VCVTDQ2PS(count, number)
		VMULPS(number, areas[0], areas[0])
		return areas[0]
	}

	clear()
	SHLQ(U8(4), end)
	MOVQ(end, k)
	SUBQ(U8(countsBytes), k)
	Label("above")
	VMOVUPS(add(0), costs.Idx(k, 1))
	SUBQ(U8(countsBytes), k)
	JNZ(LabelRef("above"))

	clear()
	best, at, number, one := XMM(), XMM(), XMM(), XMM()
	VMOVAPS(infinity().AsX(), best)
	VPXOR(at, at, at)
	VPXOR(number, number, number)
	VPCMPEQD(one, one, one)
	MOVQ(U32(countsBytes), k)
	Label("below")
	VPSUBD(one, number, number)
	cost := add(-countsBytes)
	VADDPS(costs.Idx(k, 1), cost, cost)
	less := XMM()
	VCMPPS(U8(lessThan), best, cost, less)
	VBLENDVPS(less, cost, best, best)
	VBLENDVPS(less, number, at, at)
	ADDQ(U8(countsBytes), k)
	CMPQ(k, end)
	JNE(LabelRef("below"))
	VMOVUPS(best, Mem{Base: result, Disp: costAt})
	VMOVUPS(at, Mem{Base: result, Disp: atAt})
	VZEROUPPER()
	RET()
}

func union() {
	TEXT("unionAVX2", NOSPLIT, "func(boxes *Bounds, count int, all *Bounds)")
	at := Load(Param("boxes"), GP64())
	end := Load(Param("count"), GP64())
	to := Load(Param("all"), GP64())
	SHLQ(U8(5), end)
	ADDQ(at, end)
	all := YMM()
	VMOVUPS(Mem{Base: to}, all)
	Label("box")
	VMINPS(Mem{Base: at}, all, all)
	ADDQ(U8(boundsBytes), at)
	CMPQ(at, end)
	JNE(LabelRef("box"))
	storeBounds(all, to)
	VZEROUPPER()
	RET()
}

// storeBounds stores the coordinates of a box.
func storeBounds(box VecVirtual, to Register) {
	mask := YMM()
	VPCMPEQD(mask, mask, mask)
	VPSRLDQ(U8(4), mask, mask) // not the last lane of each half
	VMASKMOVPS(box, mask, Mem{Base: to})
}

func partition() {
	TEXT("partitionAVX2", NOSPLIT, "func(faces *Bounds, count int, to *Binner, axis uint32, at float32, below, above *Bounds) int")
	first := Load(Param("faces"), GP64())
	end := Load(Param("count"), GP64())
	SHLQ(U8(5), end)
	ADDQ(first, end)
	p := newPlacer()
	lane := XMM()
	axis, _ := Param("axis").Resolve()
	VBROADCASTSS(axis.Addr, lane) // chooses the place along the axis
	limit := XMM()
	at, _ := Param("at").Resolve()
	VBROADCASTSS(at.Addr, limit)
	below, above, ones, zero := infinity(), infinity(), YMM(), XMM()
	VPCMPEQD(ones, ones, ones)
	VXORPS(zero, zero, zero)
	n, i, step := GP64(), GP64(), GP64()
	MOVQ(first, n)
	MOVQ(first, i)

	Label("face")
	face, other := YMM(), YMM()
	VMOVUPS(Mem{Base: i}, face)
	VMOVUPS(Mem{Base: n}, other)
	center, place := p.place(face)
	VPERMILPS(lane, place, place)
	VCMPPS(U8(lessThan), limit, place, place)
	VMOVUPS(other, Mem{Base: i})
	VMOVUPS(face, Mem{Base: n})
	VMOVMSKPS(place, step.As32())
	ANDL(U8(1), step.As32())
	SHLQ(U8(5), step)
	ADDQ(step, n)
	negative := XMM()
	VSUBPS(center, zero, negative)
	range_, mask, without := YMM(), YMM(), YMM()
	VINSERTF128(U8(1), negative, center.AsY(), range_)
	VINSERTF128(U8(1), place, place.AsY(), mask)
	// With what is no number first, a minimum is the second.
	VORPS(mask, range_, without)
	VMINPS(above, without, above)
	VXORPS(ones, mask, mask)
	VORPS(mask, range_, range_)
	VMINPS(below, range_, below)
	ADDQ(U8(boundsBytes), i)
	CMPQ(i, end)
	JNE(LabelRef("face"))

	to := Load(Param("below"), GP64())
	VMINPS(Mem{Base: to}, below, below)
	storeBounds(below, to)
	to = Load(Param("above"), GP64())
	VMINPS(Mem{Base: to}, above, above)
	storeBounds(above, to)
	SUBQ(first, n)
	SHRQ(U8(5), n)
	Store(n, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
