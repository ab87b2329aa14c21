package mesh_test

import (
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// The smallest width is among those that are visited, in every direction that
// has it: three edges face three others in a regular tetrahedron.
func TestEachWidth(t *testing.T) {
	for _, s := range []meshtest.Solid{
		meshtest.RegularTetrahedron(30).Rotate(1), meshtest.Box(10, 20, 60).Rotate(2),
		meshtest.Icosphere(10, 3), meshtest.Cone(5, 12, 24).Rotate(3),
	} {
		h, err := mesh.ConvexHull(t.Context(), s.Mesh)
		if err != nil {
			t.Fatal(err)
		}
		c, err := h.Calipers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var narrow []r3.Vector
		least := math.Inf(1)
		err = h.EachWidth(t.Context(), func(direction r3.Vector, width float64) {
			e := h.Extent(direction)
			least = min(least, e)
			if math.Abs(e-width) > 1e-6*e {
				t.Errorf("%s: width %g is said to be %g", s.Name, e, width)
			}
			for _, n := range narrow {
				if math.Abs(n.Dot(direction)) > 1-1e-9 {
					return
				}
			}
			if e < c.MinWidth*(1+1e-9) {
				narrow = append(narrow, direction)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(least-c.MinWidth) > 1e-12*least {
			t.Errorf("%s: least width %g, want %g", s.Name, least, c.MinWidth)
		}
		if s.Name == meshtest.RegularTetrahedron(30).Name && len(narrow) != 3 {
			t.Errorf("%s: %d narrow directions, want 3", s.Name, len(narrow))
		}
	}
}
