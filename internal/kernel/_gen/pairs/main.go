// Command pairs writes the assembly that sorts pairs of triangles out. What the
// functions do is written in Go in package kernel.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"

	_ "github.com/partgauge/partgauge/internal/kernel" // so that its types are found
)

const (
	lessThan    = 17 // for VCMPPS, false for what is no number
	equal       = 0
	vectorBytes = 32
)

func main() {
	Package("github.com/partgauge/partgauge/internal/kernel")
	ConstraintExpr("!noasm")
	mayMeet()
	Generate()
}

// lanes returns memory with the same bits in all lanes.
func lanes(bits uint32) Mem {
	one, x, y, m := GP32(), XMM(), YMM(), AllocLocal(vectorBytes)
	MOVL(U32(bits), one)
	VMOVD(one, x)
	VBROADCASTSS(x, y)
	VMOVUPS(y, m)
	return m
}

func float(x float32) Mem { return lanes(math.Float32bits(x)) }

// coordinates are those of eight triangles in memory, a vector for each.
type coordinates struct{ at Mem }

func (c coordinates) of(k int) Mem { return c.at.Offset(k * vectorBytes) }

// corner returns a coordinate of a corner.
func (c coordinates) corner(k, axis int) Mem { return c.of(3*axis + k) }

// transpose stores the coordinates of the triangles whose numbers are those of
// eight pairs, from the given side of the pairs on.
func (c coordinates) transpose(pairs, triangles GPVirtual, side int) {
	for _, part := range []struct{ from, first int }{{0, 0}, {4, 0}, {5, 3}} {
		var rows [4]VecVirtual
		for i := range rows {
			rows[i] = YMM()
			VBROADCASTF128(c.triangle(pairs, triangles, 8*i+4*side, part.from), rows[i])
			VINSERTF128(U8(1), c.triangle(pairs, triangles, 8*(i+4)+4*side, part.from), rows[i], rows[i])
		}
		low0, low1, high0, high1, column := YMM(), YMM(), YMM(), YMM(), YMM()
		if part.first == 0 {
			VUNPCKLPS(rows[1], rows[0], low0)
			VUNPCKLPS(rows[3], rows[2], low1)
			VUNPCKLPD(low1, low0, column)
			VMOVUPS(column, c.of(part.from))
			VUNPCKHPD(low1, low0, column)
			VMOVUPS(column, c.of(part.from+1))
		}
		VUNPCKHPS(rows[1], rows[0], high0)
		VUNPCKHPS(rows[3], rows[2], high1)
		if part.first == 0 {
			VUNPCKLPD(high1, high0, column)
			VMOVUPS(column, c.of(part.from+2))
		}
		VUNPCKHPD(high1, high0, column)
		VMOVUPS(column, c.of(part.from+3))
	}
}

// triangle returns the place of a coordinate of a triangle.
func (coordinates) triangle(pairs, triangles GPVirtual, disp, coordinate int) Mem {
	i := GP64()
	MOVL(Mem{Base: pairs, Disp: disp}, i.As32())
	BTRL(U8(31), i.As32())
	LEAQ(Mem{Base: i, Index: i, Scale: 8}, i)
	return Mem{Base: triangles, Index: i, Scale: 4, Disp: 4 * coordinate}
}

// share returns which triangles have a corner in common.
func share(s, t coordinates) VecVirtual {
	any := YMM()
	VXORPS(any, any, any)
	for k := range 3 {
		var p [3]VecVirtual
		for axis := range p {
			p[axis] = YMM()
			VMOVUPS(s.corner(k, axis), p[axis])
		}
		for l := range 3 {
			both, same := YMM(), YMM()
			VCMPPS(U8(equal), t.corner(l, 0), p[0], both)
			for axis := 1; axis < 3; axis++ {
				VCMPPS(U8(equal), t.corner(l, axis), p[axis], same)
				VANDPS(same, both, both)
			}
			VORPS(both, any, any)
		}
	}
	return any
}

// constants of the test of planes.
type constants struct{ magnitude, share, least2, least3, most Mem }

// largest returns the largest absolute value of three.
func (c constants) largest(v [3]VecVirtual) VecVirtual {
	all, x := YMM(), YMM()
	VANDPS(c.magnitude, v[0], all)
	for axis := 1; axis < 3; axis++ {
		VANDPS(c.magnitude, v[axis], x)
		VMAXPS(x, all, all)
	}
	return all
}

// minus returns the vector from the first corner of s to corner l of t.
func minus(t coordinates, l int, s coordinates) (d [3]VecVirtual) {
	for axis := range d {
		d[axis] = YMM()
		VMOVUPS(t.corner(l, axis), d[axis])
		VSUBPS(s.corner(0, axis), d[axis], d[axis])
	}
	return d
}

// beside returns which triangles of t lie clearly on one side of the planes of
// those of s.
func (c constants) beside(s, t coordinates) VecVirtual {
	e, f := minus(s, 1, s), minus(s, 2, s)
	size, most := c.largest(e), YMM()
	VMULPS(c.largest(f), size, size)
	VMULPS(c.share, size, size)
	VADDPS(c.least2, size, size)
	VMOVAPS(size, most)
	var n [3]VecVirtual
	for axis := range n {
		i, j := (axis+1)%3, (axis+2)%3
		n[axis] = YMM()
		x := YMM()
		VMULPS(f[j], e[i], n[axis])
		VMULPS(f[i], e[j], x)
		VSUBPS(x, n[axis], n[axis])
	}
	above, below, zero := YMM(), YMM(), YMM()
	VXORPS(zero, zero, zero)
	for l := range 3 {
		d := minus(t, l, s)
		bound := c.largest(d)
		VMULPS(size, bound, bound)
		VADDPS(c.least3, bound, bound)
		VMAXPS(bound, most, most)
		height := d[0]
		VMULPS(n[0], height, height)
		for axis := 1; axis < 3; axis++ {
			VMULPS(n[axis], d[axis], d[axis])
			VADDPS(d[axis], height, height)
		}
		if l == 0 {
			VCMPPS(U8(lessThan), height, bound, above)
			VSUBPS(bound, zero, bound)
			VCMPPS(U8(lessThan), bound, height, below)
			continue
		}
		x := YMM()
		VCMPPS(U8(lessThan), height, bound, x)
		VANDPS(x, above, above)
		VSUBPS(bound, zero, bound)
		VCMPPS(U8(lessThan), bound, height, x)
		VANDPS(x, below, below)
	}
	VORPS(above, below, below)
	VCMPPS(U8(lessThan), c.most, most, most)
	VANDPS(most, below, below)
	return below
}

func mayMeet() {
	TEXT("mayMeetAVX2", NOSPLIT, "func(pairs *[2]uint32, count int, triangles *float32) int")
	at := Load(Param("pairs"), GP64()).(GPVirtual)
	end := Load(Param("count"), GP64())
	triangles := Load(Param("triangles"), GP64()).(GPVirtual)
	LEAQ(Mem{Base: at, Index: end, Scale: 8}, end)
	to := GP64()
	MOVQ(at, to)
	s, t := coordinates{AllocLocal(9 * vectorBytes)}, coordinates{AllocLocal(9 * vectorBytes)}

	c := constants{
		magnitude: lanes(1<<31 - 1), share: float(6 * 16 * 0x1p-24), least2: float(0x1p-120), least3: float(0x1p-100), most: float(0x1p90),
	}

	Label("batch")
	s.transpose(at, triangles, 0)
	t.transpose(at, triangles, 1)
	shared, left := share(s, t), GP32()
	store := AllocLocal(vectorBytes)
	VMOVUPS(shared, store)
	VMOVMSKPS(shared, left)
	XORL(U8(255), left)
	JZ(LabelRef("next"))
	out := c.beside(s, t)
	VORPS(store, out, out)
	VMOVUPS(out, store)
	out = c.beside(t, s)
	VORPS(store, out, out)
	VMOVMSKPS(out, left)
	XORL(U8(255), left)
	JZ(LabelRef("next"))
	i, pair := GP64(), GP64()
	// The pairs that are left move within what has been read.
	Label("move")
	BSFL(left, i.As32())
	MOVQ(Mem{Base: at, Index: i, Scale: 8}, pair)
	MOVQ(pair, Mem{Base: to})
	ADDQ(U8(8), to)
	BLSRL(left, left)
	JNZ(LabelRef("move"))
	Label("next")
	ADDQ(U8(64), at)
	CMPQ(at, end)
	JNE(LabelRef("batch"))

	first := Load(Param("pairs"), GP64())
	SUBQ(first, to)
	SHRQ(U8(3), to)
	Store(to, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
