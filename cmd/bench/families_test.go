package main

import (
	"math"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// Each family is what its name says: closed or with as many holes as asked
// for, turned outward, with its number of bodies and its volume.
func TestFamilies(t *testing.T) {
	plateVolume := func(holes float64) float64 {
		k := 2*math.Sqrt(holes) + 1
		return 3 * 100 * 100 * (1 - holes/(k*k))
	}
	for _, c := range []struct {
		name                     string
		n                        int
		triangles, shells, holes int
		volume                   float64 // NaN for none
	}{
		{"ordinary", 20_000, 20_000, 1, 0, 2 * math.Pi * math.Pi * 40 * 15 * 15},
		{"shells", 30, 120, 30, 0, 30.0 / 6},
		{"nested", 10, 120, 10, 0, 1e6 * (1 - 0.729 + 0.512 - 0.343 + 0.216 - 0.125 + 0.064 - 0.027 + 0.008 - 0.001)},
		{"hub", 2000, 2000, 1, 0, math.Pi * 50 * 50 * 40 / 3},
		{"slivers", 600, 804, 1, 0, 50_000},
		{"sticks", 50, 200, 50, 0, 50 * 0.2 * 0.2 / 2 * 100 / 3},
		{"holes", 16, 2*(81-16) + 2*81 + 8*9, 1, 16, math.NaN()},
		{"perforated", 16, 4*(81-16) + 8*9 + 8*16, 1, 0, plateVolume(16)},
	} {
		f, err := findFamily(c.name)
		if err != nil {
			t.Fatal(err)
		}
		m := f.build(c.n)
		topology, err := mesh.NewTopology(t.Context(), m, 1)
		if err != nil {
			t.Fatal(err)
		}
		if near := float64(len(m.Triangles)) / float64(c.triangles); math.Abs(near-1) > 0.02 {
			t.Errorf("%s: %d triangles, want %d", c.name, len(m.Triangles), c.triangles)
		}
		if topology.Shells != c.shells || topology.Holes.Len() != c.holes || topology.Watertight() != (c.holes == 0) {
			t.Errorf("%s: %d shells and %d holes, want %d and %d", c.name, topology.Shells, topology.Holes.Len(), c.shells, c.holes)
		}
		measures, err := mesh.Measure(t.Context(), m, topology, 1)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case math.IsNaN(c.volume):
			if measures.HasVolume {
				t.Errorf("%s: an open surface has the volume %g", c.name, measures.Volume)
			}
		case math.Abs(measures.Volume/c.volume-1) > 0.005:
			t.Errorf("%s: volume %g, want %g", c.name, measures.Volume, c.volume)
		}
	}
	if len(families) != 8 {
		t.Errorf("%d families, of which 8 are tested", len(families))
	}
}
