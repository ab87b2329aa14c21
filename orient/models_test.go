package orient_test

import (
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
)

// Real parts of which it is known which direction of theirs has to point up.
func TestModelsWithKnownBestDirection(t *testing.T) {
	for _, row := range []struct {
		name   string
		up     r3.Vector
		equals int // further poses that are as good
	}{
		{"tweaker-3__demo_object.stl", r3.Vector{X: 0, Y: -0.64278733, Z: -0.76604468}, 0},
		{"tweaker-3__pyramid.3mf", r3.Vector{X: -0.57735027, Y: 0.57735027, Z: 0.57735027}, 3},
	} {
		file, err := mesh.Read(t.Context(), meshtest.Model(t, row.name), mesh.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := find(t, meshtest.Solid{Name: row.name, Mesh: file.Mesh}, orient.Options{Alternatives: row.equals + 1})
		known := pointsTo(got.Pose, row.up)
		for i, a := range got.Alternatives {
			if i < row.equals {
				near(t, row.name+": score of an equal pose", a.Score, got.Score, 1e-6)
				known = known || pointsTo(a, row.up)
			}
		}
		if !known {
			t.Errorf("%s: %v points up, want %v", row.name, got.Direction, row.up)
		}
	}
}

func pointsTo(p orient.Pose, up r3.Vector) bool {
	return r3.Vector{X: p.Direction[0], Y: p.Direction[1], Z: p.Direction[2]}.Sub(up).Norm() < 1e-4
}
