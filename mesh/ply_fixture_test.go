package mesh_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// plyTable is an element of a PLY: its properties as in the header, without
// the word "property", and a row of numbers and lists ([]float64) for each.
type plyTable struct {
	name       string
	properties []string
	rows       [][]any
}

// encodePLY writes tables as ascii, binary_little_endian or
// binary_big_endian, independently of the package under test.
func encodePLY(format string, tables ...plyTable) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "ply\nformat %s 1.0\ncomment made by a test\n", format)
	for _, t := range tables {
		fmt.Fprintf(&out, "element %s %d\n", t.name, len(t.rows))
		for _, p := range t.properties {
			fmt.Fprintf(&out, "property %s\n", p)
		}
	}
	out.WriteString("end_header\n")
	for _, t := range tables {
		for _, row := range t.rows {
			var words []string
			for i, value := range row {
				for _, item := range plyItems(strings.Fields(t.properties[i]), value) {
					if format == "ascii" {
						words = append(words, item.text())
					} else {
						out.Write(item.binary(format))
					}
				}
			}
			if format == "ascii" {
				out.WriteString(strings.Join(words, " ") + "\n")
			}
		}
	}
	return out.Bytes()
}

type plyItem struct {
	kind  string
	value float64
}

func plyItems(declaration []string, value any) []plyItem {
	if declaration[0] != "list" {
		return []plyItem{{declaration[0], plyNumber(value)}}
	}
	list := value.([]float64)
	items := []plyItem{{declaration[1], float64(len(list))}}
	for _, v := range list {
		items = append(items, plyItem{declaration[2], v})
	}
	return items
}

func plyNumber(value any) float64 {
	if v, ok := value.(int); ok {
		return float64(v)
	}
	return value.(float64)
}

func (i plyItem) text() string {
	bits := 64
	if i.kind == "float" || i.kind == "float32" {
		bits = 32
	}
	return strconv.FormatFloat(i.value, 'g', -1, bits)
}

func (i plyItem) binary(format string) []byte {
	order := binary.AppendByteOrder(binary.LittleEndian)
	if format == "binary_big_endian" {
		order = binary.BigEndian
	}
	switch i.kind {
	case "char", "int8", "uchar", "uint8":
		return []byte{byte(int64(i.value))}
	case "short", "int16", "ushort", "uint16":
		return order.AppendUint16(nil, uint16(int64(i.value)))
	case "int", "int32", "uint", "uint32":
		return order.AppendUint32(nil, uint32(int64(i.value)))
	case "int64", "uint64":
		return order.AppendUint64(nil, uint64(int64(i.value)))
	case "float", "float32":
		return order.AppendUint32(nil, math.Float32bits(float32(i.value)))
	case "double", "float64":
		return order.AppendUint64(nil, math.Float64bits(i.value))
	}
	panic("no type " + i.kind)
}

// plyVertices and plyFaces make the usual elements.
func plyVertices(points ...[3]float64) plyTable {
	t := plyTable{name: "vertex", properties: []string{"float x", "float y", "float z"}}
	for _, p := range points {
		t.rows = append(t.rows, []any{p[0], p[1], p[2]})
	}
	return t
}

func plyFaces(faces ...[]float64) plyTable {
	t := plyTable{name: "face", properties: []string{"list uchar int vertex_indices"}}
	for _, f := range faces {
		t.rows = append(t.rows, []any{f})
	}
	return t
}

// plyTetrahedron is a solid of volume 1/6 with a corner that no 32-bit number
// meets exactly.
func plyTetrahedron() (vertices, faces plyTable) {
	return plyVertices([3]float64{0.1, 0, 0}, [3]float64{1.1, 0, 0}, [3]float64{0.1, 1, 0}, [3]float64{0.1, 0, 1}),
		plyFaces([]float64{0, 2, 1}, []float64{0, 1, 3}, []float64{0, 3, 2}, []float64{1, 2, 3})
}
