package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// Vertices and triangles make up nearly all of a model, and nearly all
// programs write them in one way. What is written that way is read here, at
// several times the speed; anything else, also at the end of the buffer, is
// left to the scanner, whose answer is the same.

// plainElements reports whether elements without prefix that start now are of
// the core specification and within the limits that plain ones cannot exceed.
func (m *modelReader) plainElements() bool {
	return m.defaults == spaceCore && !m.selfClosed && m.depth() < m.limits.XMLDepth && m.limits.XMLAttributes >= 3
}

// plainVertex reads <vertex x="1" y="2" z="3"/>. Nothing is read if ok is
// false.
func (m *modelReader) plainVertex() (p r3.Vector, ok bool) {
	b := skipXMLSpace(m.buf[m.pos:])
	var c [3]float64
	for axis, before := range [...]string{`<vertex x="`, `" y="`, `" z="`} {
		if len(b) < len(before) || string(b[:len(before)]) != before {
			return p, false
		}
		b = b[len(before):]
		v, n := scanFloat(b)
		if n == 0 || n > m.limits.XMLAttributeBytes || math.IsInf(v, 0) {
			return p, false
		}
		c[axis] = v
		b = b[n:]
	}
	n := plainEnd(b)
	if n == 0 {
		return p, false
	}
	m.pos = len(m.buf) - len(b) + n
	return r3.Vector{X: c[0], Y: c[1], Z: c[2]}, true
}

// plainTriangle reads <triangle v1="1" v2="2" v3="3"/> of a mesh of count
// vertices. Nothing is read if ok is false.
func (m *modelReader) plainTriangle(count uint32) (t Triangle, ok bool) {
	b := skipXMLSpace(m.buf[m.pos:])
	for corner, before := range [...]string{`<triangle v1="`, `" v2="`, `" v3="`} {
		if len(b) < len(before) || string(b[:len(before)]) != before {
			return t, false
		}
		b = b[len(before):]
		v, n := uint64(0), 0
		for n < len(b) && n < 10 && b[n]-'0' < 10 {
			v = v*10 + uint64(b[n]-'0')
			n++
		}
		if n == 0 || n > m.limits.XMLAttributeBytes || v >= uint64(count) {
			return t, false
		}
		t[corner] = uint32(v)
		b = b[n:]
	}
	n := plainEnd(b)
	if n == 0 {
		return t, false
	}
	m.pos = len(m.buf) - len(b) + n
	return t, true
}

func skipXMLSpace(b []byte) []byte {
	i := 0
	for i < len(b) && isXMLSpace(b[i]) {
		i++
	}
	return b[i:]
}

// plainEnd returns the length of the end of an empty element behind its last
// attribute, 0 if b begins with something else.
func plainEnd(b []byte) int {
	if len(b) >= 4 {
		switch {
		case string(b[:3]) == `"/>`:
			return 3
		case string(b[:4]) == `" />`:
			return 4
		}
	}
	return 0
}
