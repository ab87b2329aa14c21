package mesh_test

import (
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// boxInertia is the tensor of a w×d×h box of density 1 about its centre.
func boxInertia(w, d, h float64) [3][3]float64 {
	v := w * d * h / 12
	return [3][3]float64{{v * (d*d + h*h), 0, 0}, {0, v * (w*w + h*h), 0}, {0, 0, v * (w*w + d*d)}}
}

func nearTensor(got, want [3][3]float64, relative float64) bool {
	scale := max(math.Abs(want[0][0]), math.Abs(want[1][1]), math.Abs(want[2][2]))
	for i := range 3 {
		for j := range 3 {
			if math.Abs(got[i][j]-want[i][j]) > relative*scale {
				return false
			}
		}
	}
	return true
}

// Centre and inertia of a box, in place and a million millimetres away, right
// side out and inside out, in few triangles and in many.
func TestMeasureBox(t *testing.T) {
	for _, n := range []int{1, 40} {
		for _, offset := range []float64{0, 1e6} {
			s := meshtest.GridBox(10, 20, 30, n).Translate(offset, -offset, offset)
			for _, s := range []meshtest.Solid{s, s.Flip()} {
				_, m := survey(t, s.Mesh)
				want := r3.Vector{X: 5 + offset, Y: 10 - offset, Z: 15 + offset}
				if !m.HasMass || relativeError(m.Volume, s.Volume) > 1e-12 || relativeError(m.Area, 2200) > 1e-12 ||
					m.CenterOfMass.Distance(want) > 1e-15*(offset+100) || !nearTensor(m.Inertia, boxInertia(10, 20, 30), 1e-12) {
					t.Errorf("n %d offset %g: %+v", n, offset, m)
				}
				if m.Box.Min.Distance(want.Sub(r3.Vector{X: 5, Y: 10, Z: 15})) != 0 || m.Box.Size() != (r3.Vector{X: 10, Y: 20, Z: 30}) {
					t.Errorf("box %+v", m.Box)
				}
			}
		}
	}
}

// Two solids weigh what they weigh apart, about their common centre.
func TestMeasureParallelAxes(t *testing.T) {
	const far = 1000
	s := meshtest.Merge("two", meshtest.Cube(10), meshtest.Cube(10).Translate(far, 0, 0))
	_, m := survey(t, s.Mesh)
	own := boxInertia(10, 10, 10)
	want := own
	for i := range 3 {
		want[i][i] = 2 * own[i][i]
		if i > 0 {
			want[i][i] += 2 * 1000 * far * far / 4
		}
	}
	if !nearTensor(m.Inertia, want, 1e-14) || m.CenterOfMass.Distance(r3.Vector{X: 505, Y: 5, Z: 5}) > 1e-12 {
		t.Errorf("inertia %v, want %v; centre %v", m.Inertia, want, m.CenterOfMass)
	}
	for i, s := range m.Shells {
		if s.CenterOfMass.Distance(r3.Vector{X: 5 + float64(i)*far, Y: 5, Z: 5}) > 1e-12 || relativeError(s.Volume, 1000) > 1e-14 {
			t.Errorf("shell %d: %+v", i, s)
		}
	}
}

// The tensor turns with the solid: its invariants stay, and that of a regular
// tetrahedron is m·a²/20 about every axis.
func TestMeasureInertiaTurned(t *testing.T) {
	regular := meshtest.Solid{Mesh: &mesh.Mesh{
		Vertices:  []r3.Vector{{X: 1, Y: 1, Z: 1}, {X: 1, Y: -1, Z: -1}, {X: -1, Y: 1, Z: -1}, {X: -1, Y: -1, Z: 1}},
		Triangles: []mesh.Triangle{{0, 1, 2}, {0, 3, 1}, {0, 2, 3}, {1, 3, 2}},
	}}
	for seed := range uint64(5) {
		_, m := survey(t, regular.Rotate(seed).Translate(40, 50, 60).Mesh)
		const i = 8.0 / 3 * 8 / 20
		if !nearTensor(m.Inertia, [3][3]float64{{i, 0, 0}, {0, i, 0}, {0, 0, i}}, 1e-12) {
			t.Errorf("tetrahedron: %v, want %g", m.Inertia, i)
		}
		box := meshtest.Box(10, 20, 30)
		_, straight := survey(t, box.Mesh)
		_, turned := survey(t, box.Rotate(seed).Mesh)
		trace := func(x [3][3]float64) float64 { return x[0][0] + x[1][1] + x[2][2] }
		square := func(x [3][3]float64) (sum float64) {
			for _, row := range x {
				for _, v := range row {
					sum += v * v
				}
			}
			return sum
		}
		if relativeError(trace(turned.Inertia), trace(straight.Inertia)) > 1e-12 || relativeError(square(turned.Inertia), square(straight.Inertia)) > 1e-12 {
			t.Errorf("turned box: %v", turned.Inertia)
		}
	}
}

// The inertia of a fine sphere and of a fine tube come near those of the
// smooth solids.
func TestMeasureInertiaRound(t *testing.T) {
	_, sphere := survey(t, meshtest.Icosphere(10, 5).Mesh)
	i := 0.4 * sphere.Volume * 100
	if !nearTensor(sphere.Inertia, [3][3]float64{{i, 0, 0}, {0, i, 0}, {0, 0, i}}, 1e-3) {
		t.Errorf("sphere: %v, want about %g", sphere.Inertia, i)
	}
	_, tube := survey(t, meshtest.Tube(10, 8, 30, 512).Mesh)
	axial, across := tube.Volume*(100+64)/2, tube.Volume*(3*(100+64)+900)/12
	if !nearTensor(tube.Inertia, [3][3]float64{{across, 0, 0}, {0, across, 0}, {0, 0, axial}}, 1e-3) {
		t.Errorf("tube: %v, want about %g and %g", tube.Inertia, across, axial)
	}
}

// A tiny shell far from a large one keeps its digits.
func TestMeasureSmallShellFarAway(t *testing.T) {
	s := meshtest.Merge("two", meshtest.GridBox(10_000, 10_000, 10_000, 20), meshtest.Cube(1).Rotate(1).Translate(20_000, 20_000, 20_000))
	_, m := survey(t, s.Mesh)
	// Its coordinates have lost five digits themselves.
	if relativeError(m.Shells[1].Volume, 1) > 1e-10 {
		t.Errorf("volume %.17g", m.Shells[1].Volume)
	}
}

// A sheet that is closed only in that it has two sides has the volume 0 and no
// centre.
func TestMeasureTwoSidedSheet(t *testing.T) {
	sheet := meshtest.Sheet(10, 8).Rotate(3)
	m := &mesh.Mesh{Vertices: sheet.Mesh.Vertices}
	for _, t := range sheet.Mesh.Triangles {
		m.Triangles = append(m.Triangles, t, mesh.Triangle{t[1], t[0], t[2]})
	}
	topology, measures := survey(t, m)
	if !topology.Balanced || !measures.HasVolume || measures.Volume != 0 || measures.HasMass {
		t.Errorf("%+v", measures)
	}
}

func kinds(m *mesh.Measures) (out []mesh.ShellKind) {
	for _, s := range m.Shells {
		out = append(out, s.Kind)
	}
	return out
}

// Shells are told apart by where they lie and how they are turned.
func TestShellKinds(t *testing.T) {
	const body, cavity, noise, open = mesh.ShellBody, mesh.ShellCavity, mesh.ShellNoise, mesh.ShellOpen
	bracket := meshtest.LBracket(30, 30, 2, 30)
	inNook := meshtest.Cube(5).Translate(10, 15, 15) // in the bracket's box, not in the bracket
	for _, c := range []struct {
		s    meshtest.Solid
		want []mesh.ShellKind
	}{
		{meshtest.HollowBox(30, 20, 10, 1.2), []mesh.ShellKind{body, cavity}},
		{meshtest.HollowBox(30, 20, 10, 1.2).Flip(), []mesh.ShellKind{body, cavity}},
		{meshtest.NestedBoxes(30, 3, 4), []mesh.ShellKind{body, cavity, body, cavity}},
		{meshtest.NestedBoxes(30, 3, 4).Flip(), []mesh.ShellKind{body, cavity, body, cavity}},
		{meshtest.Merge("nook", bracket, inNook.Flip()), []mesh.ShellKind{body, body}},
		{meshtest.Merge("nook", inNook.Flip(), bracket), []mesh.ShellKind{body, body}},
		{meshtest.Merge("beside", meshtest.Cube(20), meshtest.Cube(10).Translate(40, 0, 0).Flip()), []mesh.ShellKind{body, body}},
		{meshtest.Merge("all inside out", meshtest.Cube(20).Flip(), meshtest.Cube(10).Translate(40, 0, 0).Flip()), []mesh.ShellKind{body, body}},
		{meshtest.Merge("solid inside solid", meshtest.Cube(20), meshtest.Cube(10).Translate(5, 5, 5)), []mesh.ShellKind{body, body}},
		{meshtest.Merge("open inside", meshtest.Cube(40), meshtest.LidlessBox(10, 10, 10).Translate(5, 5, 5)), []mesh.ShellKind{body, open}},
		{meshtest.Merge("noise", meshtest.Cube(100), meshtest.Cube(0.05).Translate(120, 0, 0)), []mesh.ShellKind{body, noise}},
		{meshtest.Merge("noise inside", meshtest.Cube(100), meshtest.Cube(0.05).Translate(50, 50, 50).Flip()), []mesh.ShellKind{body, noise}},
		{meshtest.Merge("small, not noise", meshtest.Cube(100), meshtest.Cube(2).Translate(50, 50, 50).Flip()), []mesh.ShellKind{body, cavity}},
		{meshtest.Merge("thin, not noise", meshtest.Cube(100), meshtest.Box(50, 1e-4, 1e-4).Translate(0, 0, 200)), []mesh.ShellKind{body, body}},
	} {
		for seed := range uint64(4) {
			s := c.s
			if seed > 0 {
				s = s.Rotate(seed).Translate(1, 2, 3)
			}
			_, m := survey(t, s.Mesh)
			got := kinds(m)
			for i := range c.want {
				if got[i] != c.want[i] {
					t.Errorf("%s, turn %d: %v, want %v", s.Name, seed, got, c.want)
					break
				}
			}
			if m.Bodies+m.Cavities+m.Noise+m.Open != len(m.Shells) {
				t.Errorf("%s: %d+%d+%d+%d shells of %d", s.Name, m.Bodies, m.Cavities, m.Noise, m.Open, len(m.Shells))
			}
		}
	}
}

// S13: very many shells, half of them cavities in the other half, are counted
// in near-linear time.
func TestManyShells(t *testing.T) {
	if testing.Short() {
		t.Skip("builds 1.2 million triangles")
	}
	const side = 37 // 50 653 pairs
	one := meshtest.HollowBox(8, 8, 8, 2)
	m := &mesh.Mesh{}
	for i := range side * side * side {
		base := uint32(len(m.Vertices))
		move := r3.Vector{X: float64(10 * (i % side)), Y: float64(10 * (i / side % side)), Z: float64(10 * (i / side / side))}
		for _, p := range one.Mesh.Vertices {
			m.Vertices = append(m.Vertices, p.Add(move))
		}
		for _, t := range one.Mesh.Triangles {
			m.Triangles = append(m.Triangles, mesh.Triangle{t[0] + base, t[1] + base, t[2] + base})
		}
	}
	topology, measures := survey(t, m)
	n := side * side * side
	if topology.Shells != 2*n || measures.Cavities != n || measures.Bodies != n || relativeError(measures.Volume, float64(n)*one.Volume) > 1e-12 {
		t.Errorf("%d shells, %d bodies, %d cavities, volume %g", topology.Shells, measures.Bodies, measures.Cavities, measures.Volume)
	}
}
