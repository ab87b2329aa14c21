package mesh_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// Where two sides of a box are missing, the hole that they leave is closed by
// both of them, however the box is divided, shaped and turned: the least area
// would cut the corner.
func TestRepairClosesTwoSides(t *testing.T) {
	for _, size := range [][3]float64{{20, 20, 20}, {10, 10, 60}, {40, 5, 12}} {
		for _, n := range []int{1, 2, 5} {
			for seed := range uint64(3) {
				name := fmt.Sprint(size, n, seed)
				box := meshtest.GridBox(size[0], size[1], size[2], n)
				open := without(box.Mesh, func(f int) bool { return isOn(box.Mesh, f, 2, size[2]) || isOn(box.Mesh, f, 1, size[1]) })
				turned := meshtest.Solid{Mesh: open}.Rotate(seed).Translate(5, -7, 11)
				m, _ := repaired(t, name, turned.Mesh, mesh.RepairOptions{FillLarge: true})
				mended(t, name, m, size[0]*size[1]*size[2], 1e-9, 1, 0)
			}
		}
	}
}

// isOn reports whether all corners of a triangle have a coordinate.
func isOn(m *mesh.Mesh, f, axis int, at float64) bool {
	a, b, c := m.Corners(f)
	for _, p := range []r3.Vector{a, b, c} {
		if math.Abs([3]float64{p.X, p.Y, p.Z}[axis]-at) > 1e-9 {
			return false
		}
	}
	return true
}

// A hole between two meridians of a coarse ball runs in two planes as well, but
// nobody cuts a wedge out of it: the planes are at too sharp an angle.
func TestRepairKeepsRound(t *testing.T) {
	const meridians, parallels = 8, 5 // so coarse that nothing is faired
	ball := &mesh.Mesh{Vertices: []r3.Vector{{Z: 10}, {Z: -10}}}
	at := func(i, k int) uint32 {
		switch k {
		case 0:
			return 0
		case parallels:
			return 1
		}
		return uint32(2 + (k-1)*meridians + i%meridians)
	}
	for k := 1; k < parallels; k++ {
		for i := range meridians {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / meridians)
			ring, height := math.Sincos(math.Pi * float64(k) / parallels)
			ball.Vertices = append(ball.Vertices, r3.Vector{X: 10 * ring * cos, Y: 10 * ring * sin, Z: 10 * height})
		}
	}
	for i := 1; i < meridians; i++ { // the first lune is missing
		for k := range parallels {
			a, b, c, d := at(i, k), at(i, k+1), at(i+1, k+1), at(i+1, k)
			if k < parallels-1 {
				ball.Triangles = append(ball.Triangles, mesh.Triangle{a, b, c})
			}
			if k > 0 {
				ball.Triangles = append(ball.Triangles, mesh.Triangle{a, c, d})
			}
		}
	}
	m, _ := repaired(t, "ball", ball, mesh.RepairOptions{FillLarge: true})
	_, s := survey(t, m)
	// Of the polyhedron, a lune is an eighth; flat patches would leave it out.
	whole := 0.0
	for k := range parallels {
		r1, z1 := math.Sincos(math.Pi * float64(k) / parallels)
		r2, z2 := math.Sincos(math.Pi * float64(k+1) / parallels)
		ring := meridians / 2 * math.Sin(2*math.Pi/meridians)
		whole += 1000 * ring * (z1 - z2) * (r1*r1 + r1*r2 + r2*r2) / 3
	}
	if math.Abs(s.Volume-whole) > 1e-9*whole {
		t.Errorf("volume %g of %g", s.Volume, whole)
	}
}
