package mesh

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/golang/geo/r3"
)

// A meshWriter collects bytes and writes them in large pieces. The first
// error of the writer below is kept and ends the writing.
type meshWriter struct {
	w      io.Writer
	buf    []byte
	err    error
	divide float64 // mm in the unit that is written
}

// writeChunk is how many bytes are written at once.
const writeChunk = 64 << 10

func newMeshWriter(w io.Writer, unit Unit) *meshWriter {
	return &meshWriter{w: w, buf: make([]byte, 0, writeChunk+4096), divide: unit.Scale()}
}

// full writes what was collected if it is enough, and reports whether the
// writing has failed.
func (w *meshWriter) full() bool {
	if len(w.buf) >= writeChunk {
		w.flush()
	}
	return w.err != nil
}

// flush writes what was collected and returns the first error.
func (w *meshWriter) flush() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf = w.buf[:0]
	return w.err
}

func (w *meshWriter) text(s string) { w.buf = append(w.buf, s...) }

// point appends three coordinates, each after a blank: the shortest decimals
// that are nearest to them.
func (w *meshWriter) point(p r3.Vector) {
	for _, c := range [...]float64{p.X, p.Y, p.Z} {
		w.buf = append(w.buf, ' ')
		w.buf = strconv.AppendFloat(w.buf, c, 'g', -1, 64)
	}
}

// direction appends a unit vector with the digits that normals need.
func (w *meshWriter) direction(p r3.Vector) {
	for _, c := range [...]float64{p.X, p.Y, p.Z} {
		w.buf = append(w.buf, ' ')
		w.buf = strconv.AppendFloat(w.buf, c, 'g', -1, 32)
	}
}

// inUnit returns p, in mm, in the unit that is written, without −0.
func (w *meshWriter) inUnit(p r3.Vector) r3.Vector {
	return r3.Vector{X: p.X/w.divide + 0, Y: p.Y/w.divide + 0, Z: p.Z/w.divide + 0}
}

// checkVertices refuses vertices that no format can hold, or that are beyond
// most once they are in the unit that is written.
func (w *meshWriter) checkVertices(m *Mesh, format Format, most float64) error {
	for i, p := range m.Vertices {
		p = w.inUnit(p)
		if math.Abs(p.X) <= most && math.Abs(p.Y) <= most && math.Abs(p.Z) <= most {
			continue
		}
		place := fmt.Sprintf("vertex %d", i)
		if math.IsNaN(p.X+p.Y+p.Z) || math.IsInf(p.X, 0) || math.IsInf(p.Y, 0) || math.IsInf(p.Z, 0) {
			return refuse(format, CodeNonFinite, place, "a coordinate is not a finite number and cannot be written")
		}
		return refuse(format, CodeCoordinateRange, place, "a coordinate beyond %.3g cannot be written; choose a larger unit or another format", most)
	}
	return nil
}

// faceNormal returns the unit normal of a triangle; zero if it has no area.
func faceNormal(a, b, c r3.Vector) r3.Vector {
	u, v := b.Sub(a), c.Sub(a)
	// Scaled first, so that the product neither overflows nor underflows.
	size := max(math.Abs(u.X), math.Abs(u.Y), math.Abs(u.Z), math.Abs(v.X), math.Abs(v.Y), math.Abs(v.Z))
	if size == 0 || math.IsInf(size, 0) {
		return r3.Vector{}
	}
	n := r3.Vector{X: u.X / size, Y: u.Y / size, Z: u.Z / size}.Cross(r3.Vector{X: v.X / size, Y: v.Y / size, Z: v.Z / size})
	n = n.Normalize()
	return r3.Vector{X: n.X + 0, Y: n.Y + 0, Z: n.Z + 0}
}

// solidName returns name as text formats can hold it: on one line, and empty
// if a reader could take a word of it for a keyword.
func solidName(name string) string {
	name = strings.Join(strings.Fields(cleanName(name)), " ")
	for _, word := range strings.Fields(strings.ToLower(name)) {
		if word == "facet" || word == "endsolid" {
			return ""
		}
	}
	return strings.TrimRight(name, "\\")
}
