package mesh

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/golang/geo/r3"
)

// writePLY writes m as PLY: binary little endian for FormatPLY, text for
// FormatPLYASCII. Vertices and triangles keep their order. Coordinates are
// float if m is single precision and nothing is lost, else double. Colours
// become red, green and blue, scalars a float of their name, "quality" if
// they have none.
func writePLY(out io.Writer, m *Mesh, format Format, opts *WriteOptions) error {
	w := plyWriter{meshWriter: newMeshWriter(out, opts.Unit), m: m, opts: opts, text: format == FormatPLYASCII}
	if err := w.check(format); err != nil {
		return err
	}
	w.single = m.SinglePrecision && w.isLossless()
	w.header()
	for i := range m.Vertices {
		w.vertex(i)
		if w.full() {
			return w.err
		}
	}
	for _, t := range m.Triangles {
		w.triangle(t)
		if w.full() {
			return w.err
		}
	}
	return w.flush()
}

type plyWriter struct {
	*meshWriter
	m      *Mesh
	opts   *WriteOptions
	text   bool
	single bool
}

func (w *plyWriter) check(format Format) error {
	n := len(w.m.Vertices)
	if n > math.MaxInt32 {
		return refuse(format, CodeLimitVertices, "", "a PLY with indices of 32 bits cannot have %d vertices", n)
	}
	return w.checkVertices(w.m, format, math.MaxFloat64)
}

// isLossless reports whether 32 bits hold all coordinates.
func (w *plyWriter) isLossless() bool {
	for _, p := range w.m.Vertices {
		p = w.inUnit(p)
		if p != (r3.Vector{X: float64(float32(p.X)), Y: float64(float32(p.Y)), Z: float64(float32(p.Z))}) {
			return false
		}
	}
	return true
}

func (w *plyWriter) header() {
	encoding, kind := "binary_little_endian", "double"
	if w.text {
		encoding = "ascii"
	}
	if w.single {
		kind = "float"
	}
	w.buf = fmt.Appendf(w.buf, "ply\nformat %s 1.0\ncomment written by Partgauge, unit %s\nelement vertex %d\n", encoding, w.opts.Unit, len(w.m.Vertices))
	for _, axis := range [...]string{"x", "y", "z"} {
		w.buf = fmt.Appendf(w.buf, "property %s %s\n", kind, axis)
	}
	if w.opts.Colors != nil {
		w.buf = append(w.buf, "property uchar red\nproperty uchar green\nproperty uchar blue\n"...)
	}
	if w.opts.Scalars != nil {
		name := w.opts.ScalarName
		if name == "" {
			name = "quality"
		}
		w.buf = fmt.Appendf(w.buf, "property float %s\n", name)
	}
	w.buf = fmt.Appendf(w.buf, "element face %d\nproperty list uchar int vertex_indices\nend_header\n", len(w.m.Triangles))
}

func (w *plyWriter) vertex(i int) {
	p := w.inUnit(w.m.Vertices[i])
	for k, c := range [...]float64{p.X, p.Y, p.Z} {
		switch {
		case w.text:
			if k > 0 {
				w.buf = append(w.buf, ' ')
			}
			size := 64
			if w.single {
				size = 32
			}
			w.buf = strconv.AppendFloat(w.buf, c, 'g', -1, size)
		case w.single:
			w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(float32(c)))
		default:
			w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(c))
		}
	}
	if w.opts.Colors != nil {
		for _, c := range w.opts.Colors[i] {
			if w.text {
				w.buf = strconv.AppendUint(append(w.buf, ' '), uint64(c), 10)
			} else {
				w.buf = append(w.buf, c)
			}
		}
	}
	if w.opts.Scalars != nil {
		s := w.opts.Scalars[i]
		if w.text {
			w.buf = strconv.AppendFloat(append(w.buf, ' '), float64(s), 'g', -1, 32)
		} else {
			w.buf = binary.LittleEndian.AppendUint32(w.buf, math.Float32bits(s))
		}
	}
	if w.text {
		w.buf = append(w.buf, '\n')
	}
}

func (w *plyWriter) triangle(t Triangle) {
	if !w.text {
		w.buf = append(w.buf, 3)
		for _, v := range t {
			w.buf = binary.LittleEndian.AppendUint32(w.buf, v)
		}
		return
	}
	w.buf = append(w.buf, '3')
	for _, v := range t {
		w.buf = strconv.AppendUint(append(w.buf, ' '), uint64(v), 10)
	}
	w.buf = append(w.buf, '\n')
}
