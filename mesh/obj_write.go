package mesh

import (
	"io"
	"math"
	"strconv"
)

// writeOBJ writes m as Wavefront OBJ of one object.
func writeOBJ(out io.Writer, m *Mesh, opts *WriteOptions) error {
	w := newMeshWriter(out, opts.Unit)
	if err := w.checkVertices(m, FormatOBJ, math.MaxFloat64); err != nil {
		return err
	}
	w.text("# unit " + string(opts.Unit) + "\n")
	if name := solidName(opts.Name); name != "" {
		w.text("o " + name + "\n")
	}
	for _, p := range m.Vertices {
		w.text("v")
		w.point(w.inUnit(p))
		w.text("\n")
		if w.full() {
			break
		}
	}
	for _, t := range m.Triangles {
		w.text("f")
		for _, v := range t {
			w.buf = append(w.buf, ' ')
			w.buf = strconv.AppendUint(w.buf, uint64(v)+1, 10)
		}
		w.text("\n")
		if w.full() {
			break
		}
	}
	return w.flush()
}
