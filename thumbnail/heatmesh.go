package thumbnail

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// HeatMesh returns m with its corners apart, and for each of them the colour
// and the value that h has for the triangle: what mesh.Write takes as Colors
// and Scalars. h.Faces must have a value for each triangle or be nil.
func HeatMesh(m *mesh.Mesh, h *HeatMap) (out *mesh.Mesh, colors [][3]uint8, scalars []float32) {
	out = &mesh.Mesh{SinglePrecision: m.SinglePrecision}
	n := 3 * len(m.Triangles)
	out.Vertices = make([]r3.Vector, n)
	out.Triangles = make([]mesh.Triangle, len(m.Triangles))
	colors, scalars = make([][3]uint8, n), make([]float32, n)
	for f := range m.Triangles {
		v := float32(math.NaN())
		if h.Faces != nil {
			v = h.Faces[f]
		}
		c := h.Color(v)
		for k := range 3 {
			i := 3*f + k
			out.Vertices[i] = m.Vertices[m.Triangles[f][k]]
			out.Triangles[f][k] = uint32(i)
			colors[i] = [3]uint8{c.R, c.G, c.B}
			scalars[i] = v
		}
	}
	return out, colors, scalars
}
