package orient

import (
	"math"
	"testing"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
)

// Both ways to find what columns meet find the same.
func TestColumnsMeetTheSame(t *testing.T) {
	for _, solid := range append(meshtest.Closed(), meshtest.OverlappingCubes(20, 10, 10, 10), meshtest.Comb([]float64{1, 2, 3}, 4, 10, 2, 20).Flip()) {
		for seed := range uint64(3) {
			s, err := newSurface(t.Context(), Part{Mesh: solid.Rotate(seed).Mesh}, 2)
			if err != nil {
				t.Fatal(err)
			}
			o := s.overhangs(r3.Vector{Z: 1}, bins)
			plumbed := s.columns(o, 3000)
			if done, err := s.plumb(t.Context(), o, plumbed); !done || err != nil {
				t.Fatalf("%s: %v, %v", solid.Name, done, err)
			}
			shot := s.columns(o, 3000)
			if err := s.shoot(t.Context(), o, shot); err != nil {
				t.Fatal(err)
			}
			for i := range shot {
				a, b := &plumbed[i], &shot[i]
				if a.meets != b.meets || a.meets == meetsPart && math.Abs(a.z-b.z) > 1e-9 {
					t.Errorf("%s, turn %d, column %d from %v: plumbed %d at %g, shot %d at %g", solid.Name, seed, i, a.point, a.meets, a.z, b.meets, b.z)
					break
				}
			}
		}
	}
}

// Where large faces lie over one another by the thousand, rays take over, and
// the answer is the same: the air between plates.
func TestColumnsThroughStack(t *testing.T) {
	const plates = 1500
	var parts []meshtest.Solid
	for i := range plates {
		parts = append(parts, meshtest.Box(10, 10, 1).Translate(0, 0, 3*float64(i)))
	}
	solid := meshtest.Merge("stack", parts...)
	s, err := newSurface(t.Context(), Part{Mesh: solid.Mesh}, 2)
	if err != nil {
		t.Fatal(err)
	}
	o := s.overhangs(r3.Vector{Z: 1}, 45)
	if done, err := s.plumb(t.Context(), o, s.columns(o, Columns)); done || err != nil {
		t.Fatalf("plumbed: %v, %v", done, err)
	}
	h, err := s.histogram(t.Context(), o, Columns)
	if err != nil {
		t.Fatal(err)
	}
	if want := float64(plates-1) * 100 * 2; math.Abs(h.Volume(45)-want) > 1e-9*want {
		t.Errorf("volume %g, want %g", h.Volume(45), want)
	}
}

// The cone of directions closes when points lie all around.
func TestSurround(t *testing.T) {
	for _, row := range []struct {
		degrees []float64
		all     bool
	}{
		{[]float64{0, 120, 240}, true},
		{[]float64{0, 240, 120}, true},
		{[]float64{0, 100, 50, 170}, false},
		{[]float64{350, 10, 160, 100}, false},
		{[]float64{350, 10, 180.5}, true},
		{[]float64{350, 10, 180, 100, 260}, true},
		{[]float64{90}, false},
	} {
		var s surround
		for _, a := range row.degrees {
			sin, cos := math.Sincos(a * degree)
			s.add(r2.Point{X: cos, Y: sin})
		}
		if s.all != row.all {
			t.Errorf("%v: got %v", row.degrees, s.all)
		}
	}
}
