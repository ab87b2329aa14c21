package mesh

import (
	"github.com/golang/geo/r2"
	"github.com/golang/geo/r3"
)

// nearlyFlat is the width, as a share of the diagonal, below which a hull is
// taken for flat when its diameter is looked for: the normals of its facets
// may then be nothing but rounding errors. The ends of the diameter lie on the
// rim of the shadow, up to the square of this share.
const nearlyFlat = 1e-7

// flatCalipers measures a hull that spans no space.
func (h *Hull) flatCalipers() *Calipers {
	out := &Calipers{Complete: true}
	if h.Dimension == 2 {
		normal := h.local[1].Sub(h.local[0]).Cross(h.local[2].Sub(h.local[0])).Normalize()
		out.WidthDirection = normal
		i, j := polygonDiameter(h.local, normal)
		out.From, out.To = uint32(i), uint32(j)
	} else {
		out.To = uint32(len(h.local) - 1)
	}
	out.Diameter = h.Vertices[out.From].Sub(h.Vertices[out.To]).Norm()
	return out
}

// flatDiameter returns the vertices farthest apart of a hull that is nearly
// flat across a normal.
func (h *Hull) flatDiameter(normal r3.Vector) (from, to uint32) {
	x := normal.Ortho()
	y := normal.Cross(x)
	flat := make([]r2.Point, len(h.local))
	for i, v := range h.local {
		flat[i] = r2.Point{X: x.Dot(v), Y: y.Dot(v)}
	}
	corners := planarHull(flat)
	loop := make([]r3.Vector, len(corners))
	for i, c := range corners {
		loop[i] = h.local[c]
	}
	i, j := polygonDiameter(loop, normal)
	return uint32(corners[i]), uint32(corners[j])
}

// polygonDiameter returns the corners farthest apart of a convex polygon in a
// plane: by all pairs while these are few, by turning calipers (M. Shamos
// 1978) otherwise.
func polygonDiameter(loop []r3.Vector, normal r3.Vector) (from, to int) {
	const few = 2000
	n := len(loop)
	far2 := -1.0
	meet := func(a, b int) {
		if d := loop[a].Sub(loop[b]).Norm2(); d > far2 {
			far2, from, to = d, a, b
		}
	}
	if n <= few {
		for i := range n {
			for j := range i + 1 {
				meet(j, i)
			}
		}
		return from, to
	}
	if loop[1].Sub(loop[0]).Cross(loop[2].Sub(loop[1])).Dot(normal) < 0 {
		normal = normal.Mul(-1)
	}
	j := 1
	for i := range n {
		next := (i + 1) % n
		edge := loop[next].Sub(loop[i])
		for range n {
			meet(i, j)
			meet(next, j)
			ahead := loop[(j+1)%n].Sub(loop[j])
			if edge.Cross(ahead).Dot(normal) <= 0 {
				break
			}
			j = (j + 1) % n
		}
		meet(i, (j+1)%n)
		meet(next, (j+1)%n)
	}
	return from, to
}
