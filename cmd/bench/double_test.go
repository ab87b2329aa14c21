package main

import (
	"math"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
)

// A doubled mesh has twice the triangles and the same closed surface.
func TestDouble(t *testing.T) {
	for _, s := range []meshtest.Solid{meshtest.Cube(3), meshtest.Torus(10, 3, 24, 16), meshtest.HollowBox(9, 8, 7, 1)} {
		m, err := double(s.Mesh)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Triangles) != 2*len(s.Mesh.Triangles) {
			t.Errorf("%s: %d triangles from %d", s.Name, len(m.Triangles), len(s.Mesh.Triangles))
		}
		volume, runs := 0.0, map[[2]uint32]int{}
		for i, f := range m.Triangles {
			a, b, c := m.Corners(i)
			volume += a.Dot(b.Cross(c)) / 6
			for k := range 3 {
				runs[[2]uint32{f[k], f[(k+1)%3]}]++
			}
		}
		if math.Abs(volume-s.Volume) > 1e-9*s.Volume {
			t.Errorf("%s: volume %g became %g", s.Name, s.Volume, volume)
		}
		for e, n := range runs {
			if n != 1 || runs[[2]uint32{e[1], e[0]}] != 1 {
				t.Fatalf("%s: edge %v is not between two triangles that run opposite ways", s.Name, e)
			}
		}
	}
}
