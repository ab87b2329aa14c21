package fit_test

import (
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// One build direction is decided exactly, with the turn about z that it needs.
func TestUpright(t *testing.T) {
	file := [3]r3.Vector{{X: 1}, {Y: 1}, {Z: 1}}
	onSide := [3]r3.Vector{{Y: 1}, {Z: 1}, {X: 1}}
	for _, row := range []struct {
		name    string
		solid   meshtest.Solid
		axes    [3]r3.Vector
		chamber fit.Chamber
		ok      bool
		angle   float64
	}{
		{"as it is", meshtest.Box(10, 20, 30), file, fit.Chamber{W: 10, D: 20, H: 30}, true, 0},
		{"too high", meshtest.Box(10, 20, 30), file, fit.Chamber{W: 30, D: 30, H: 29}, false, 0},
		{"on its side", meshtest.Box(10, 20, 30), onSide, fit.Chamber{W: 20, D: 30, H: 10}, true, 0},
		{"rod across", meshtest.Box(100, 4, 4), file, fit.Chamber{W: 80, D: 80, H: 20}, true, 45},
		{"rod too long", meshtest.Box(120, 4, 4), file, fit.Chamber{W: 80, D: 80, H: 20}, false, 0},
		{"no room", meshtest.Box(1, 1, 1), file, fit.Chamber{W: 10, D: 10, H: 10, Clearance: 6}, false, 0},
	} {
		h, err := mesh.ConvexHull(t.Context(), row.solid.Mesh)
		if err != nil {
			t.Fatal(err)
		}
		angle, ok := fit.Upright(h, row.axes, row.chamber)
		if ok != row.ok || ok && math.Abs(angle-row.angle) > 1e-6 {
			t.Errorf("%s: got %v, %g°", row.name, ok, angle)
		}
	}
}
