package mesh

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/golang/geo/r3"
)

// writeSTLBinary writes m as binary STL: coordinates rounded to 32 bits, unit
// normals (zero where a triangle has no area), attribute bytes zero. Normals
// are those of the rounded corners, so that the file read and written again is
// the same bytes. The 80 free bytes name the unit; they do not begin with
// "solid".
func writeSTLBinary(out io.Writer, m *Mesh, opts *WriteOptions) error {
	w := newMeshWriter(out, opts.Unit)
	if uint64(len(m.Triangles)) > math.MaxUint32 {
		return refuse(FormatSTL, CodeLimitTriangles, "", "a binary STL cannot have %d triangles", len(m.Triangles))
	}
	if err := w.checkVertices(m, FormatSTL, math.MaxFloat32); err != nil {
		return err
	}
	var header [80]byte
	copy(header[:], "binary STL by Partgauge, unit "+string(opts.Unit))
	w.buf = append(w.buf, header[:]...)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(len(m.Triangles)))
	for f := range m.Triangles {
		a, b, c := m.Corners(f)
		a, b, c = rounded(w.inUnit(a)), rounded(w.inUnit(b)), rounded(w.inUnit(c))
		w.single(faceNormal(a, b, c))
		w.single(a)
		w.single(b)
		w.single(c)
		w.buf = append(w.buf, 0, 0)
		if w.full() {
			break
		}
	}
	return w.flush()
}

// rounded returns p as 32 bits hold it, without −0.
func rounded(p r3.Vector) r3.Vector {
	return r3.Vector{X: float64(float32(p.X)) + 0, Y: float64(float32(p.Y)) + 0, Z: float64(float32(p.Z)) + 0}
}

// single appends a point as three little-endian float32.
func (w *meshWriter) single(p r3.Vector) {
	w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(float32(p.X)))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(float32(p.Y)))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(float32(p.Z)))
}

// writeSTLASCII writes m as ASCII STL of one solid.
func writeSTLASCII(out io.Writer, m *Mesh, opts *WriteOptions) error {
	w := newMeshWriter(out, opts.Unit)
	if err := w.checkVertices(m, FormatSTLASCII, math.MaxFloat64); err != nil {
		return err
	}
	name := solidName(opts.Name)
	w.text("solid " + name + "\n")
	for f := range m.Triangles {
		a, b, c := m.Corners(f)
		a, b, c = w.inUnit(a), w.inUnit(b), w.inUnit(c)
		w.text("facet normal")
		w.direction(faceNormal(a, b, c))
		w.text("\n outer loop\n")
		for _, p := range [...]r3.Vector{a, b, c} {
			w.text("  vertex")
			w.point(p)
			w.text("\n")
		}
		w.text(" endloop\nendfacet\n")
		if w.full() {
			break
		}
	}
	w.text("endsolid " + name + "\n")
	return w.flush()
}
