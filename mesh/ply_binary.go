package mesh

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// plyReal decodes a number at the start of s, which is long enough.
func plyReal(s []byte, kind plyKind, big bool) float64 {
	switch kind {
	case plyFloat32:
		return float64(math.Float32frombits(plyWord(s, big)))
	case plyFloat64:
		return math.Float64frombits(plyBits(s, 8, big))
	}
	return float64(plyInteger(s, kind, big))
}

// plyInteger decodes an integer at the start of s, which is long enough.
func plyInteger(s []byte, kind plyKind, big bool) int64 {
	u := plyBits(s, kind.size(), big)
	switch kind {
	case plyInt8:
		return int64(int8(u))
	case plyInt16:
		return int64(int16(u))
	case plyInt32:
		return int64(int32(u))
	case plyInt64:
		return int64(u)
	}
	return int64(min(u, math.MaxInt64))
}

// plyBits returns the first size bytes of s as an unsigned number.
func plyBits(s []byte, size int, big bool) uint64 {
	switch size {
	case 1:
		return uint64(s[0])
	case 2:
		if big {
			return uint64(binary.BigEndian.Uint16(s))
		}
		return uint64(binary.LittleEndian.Uint16(s))
	case 4:
		return uint64(plyWord(s, big))
	}
	if big {
		return binary.BigEndian.Uint64(s)
	}
	return binary.LittleEndian.Uint64(s)
}

// plyWord returns the first four bytes of s as an unsigned number.
func plyWord(s []byte, big bool) uint32 {
	u := binary.LittleEndian.Uint32(s)
	if big {
		return bits.ReverseBytes32(u)
	}
	return u
}

// readFixedVertices reads binary vertices whose rows all have stride bytes.
func (r *plyReader) readFixedVertices(axes [3]int, stride int) error {
	e := r.element
	rows := r.data[r.pos:][:int(e.rows)*stride]
	var offsets [3]int
	var kinds [3]plyKind
	for k, axis := range axes {
		for i := range axis {
			offsets[k] += e.properties[i].kind.size()
		}
		kinds[k] = e.properties[axis].kind
	}
	place := r.place
	usual := r.b.single
	for r.row = 0; r.row < e.rows; r.row++ {
		if err := r.cancelled(); err != nil {
			return err
		}
		var x, y, z float64
		if row := rows[int(r.row)*stride:][:stride]; usual {
			x = float64(math.Float32frombits(plyWord(row[offsets[0]:], r.big)))
			y = float64(math.Float32frombits(plyWord(row[offsets[1]:], r.big)))
			z = float64(math.Float32frombits(plyWord(row[offsets[2]:], r.big)))
		} else {
			x = plyReal(row[offsets[0]:], kinds[0], r.big)
			y = plyReal(row[offsets[1]:], kinds[1], r.big)
			z = plyReal(row[offsets[2]:], kinds[2], r.big)
		}
		p, err := r.b.position(x, y, z, place)
		if err != nil {
			return err
		}
		r.b.vertices = append(r.b.vertices, p)
		r.pos += stride
	}
	return nil
}

// hasUsualFaces reports whether faces are a list with a length of one byte
// and indices of four, alone or among single values.
func (r *plyReader) hasUsualFaces(list int) bool {
	for i := range r.element.properties {
		if p := &r.element.properties[i]; p.isList() != (i == list) {
			return false
		}
	}
	p := &r.element.properties[list]
	return p.count.size() == 1 && (p.kind == plyInt32 || p.kind == plyUint32)
}

// readUsualFaces reads faces of the usual layout, in which triangles are the
// most common by far; the other polygons go the general way.
func (r *plyReader) readUsualFaces(list int) error {
	e := r.element
	before, after := 0, 0
	for i := range e.properties {
		if i < list {
			before += e.properties[i].kind.size()
		} else if i > list {
			after += e.properties[i].kind.size()
		}
	}
	size := before + 1 + 12 + after
	count := uint32(len(r.b.vertices))
	for r.row = 0; r.row < e.rows; r.row++ {
		if len(r.data)-r.pos < size || r.data[r.pos+before] != 3 {
			if err := r.readFace(list, false); err != nil {
				return err
			}
			continue
		}
		corners := r.data[r.pos+before+1:][:12]
		v0 := plyWord(corners, r.big)
		v1 := plyWord(corners[4:], r.big)
		v2 := plyWord(corners[8:], r.big)
		if v0 >= count || v1 >= count || v2 >= count || v0 == v1 || v1 == v2 || v2 == v0 {
			if err := r.readFace(list, false); err != nil {
				return err
			}
			continue
		}
		if err := r.b.addTriangle(v0, v1, v2); err != nil {
			return err
		}
		r.pos += size
	}
	return nil
}
