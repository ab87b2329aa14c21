package mesh_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// in32Bits returns s with coordinates as a 32-bit file holds them.
func in32Bits(s meshtest.Solid) meshtest.Solid {
	s = s.Round().Weld()
	s.Mesh.SinglePrecision = true
	return s
}

func flatMesh(vertices []r3.Vector, triangles ...mesh.Triangle) meshtest.Solid {
	return meshtest.Solid{Mesh: &mesh.Mesh{Vertices: vertices, Triangles: triangles}}
}

// What is refused, with its code, and what is doubted.
func TestCheckSolid(t *testing.T) {
	giant := flatMesh([]r3.Vector{{}, {X: 1e6}, {Y: 1e6}}, mesh.Triangle{0, 1, 2})
	point := flatMesh([]r3.Vector{{X: 1}, {X: 2}}, mesh.Triangle{0, 0, 0}, mesh.Triangle{0, 1, 1})
	line := flatMesh([]r3.Vector{{}, {X: 1, Y: 1}, {X: 2, Y: 2}, {X: 3, Y: 3}, {X: 4, Y: 4}},
		mesh.Triangle{0, 1, 2}, mesh.Triangle{1, 2, 3}, mesh.Triangle{2, 3, 4}, mesh.Triangle{0, 2, 4})
	for _, c := range []struct {
		name  string
		s     meshtest.Solid
		code  mesh.Code // of the refusal
		word  string    // in the refusal
		warns []mesh.Code
	}{
		{"cube", meshtest.Cube(20), "", "", nil},
		{"inverted cube", meshtest.Cube(20).Flip(), "", "", nil},
		{"open box", meshtest.LidlessBox(10, 20, 30), "", "", []mesh.Code{mesh.CodeOpenSurface}},
		{"sheet of 1e-5", meshtest.Plate(20, 1e-5), "", "", nil},
		{"turned sheet of 1e-5 in 32 bits", in32Bits(meshtest.GridBox(20, 20, 1e-5, 3).Rotate(1)), "", "", nil},
		{"S10: 1e-43", meshtest.Cube(1e-43), mesh.CodePartTooSmall, "1e-43", nil},
		{"S10: 1e-5", meshtest.Cube(1e-5), "", "", []mesh.Code{mesh.CodeUnitHint}},
		{"S11: corners", point, mesh.CodeNoValidTriangles, "2 triangles", nil},
		{"S11: line", line, mesh.CodeNoValidTriangles, "4 triangles", nil},
		{"S16", giant, mesh.CodeNotASolid, "1e+06", nil},
		{"flat", meshtest.Sheet(10, 4), mesh.CodeNotASolid, "10 × 10 × 0", nil},
		{"flat and turned", meshtest.Sheet(10, 4).Rotate(3).Translate(100, 200, 300), mesh.CodeNotASolid, "one plane", nil},
		{"flat, turned, in 32 bits", in32Bits(meshtest.Sheet(10, 4).Rotate(3)), mesh.CodeNotASolid, "one plane", nil},
		{"empty", flatMesh(nil), mesh.CodeEmptyMesh, "", nil},
		{"S27", meshtest.Klein(3, 24, 12), mesh.CodeNotOrientable, "one-sided", nil},
		{"S28", in32Bits(meshtest.Cube(20).Translate(1e7, 1e7, 1e7)), "", "", []mesh.Code{mesh.CodePrecision}},
		{"1e5 away", in32Bits(meshtest.Cube(20).Translate(1e5, 0, 0)), "", "", []mesh.Code{mesh.CodePrecision}},
		{"1e4 away", in32Bits(meshtest.Cube(20).Translate(1e4, 0, 0)), "", "", nil},
		{"1e7 away in 64 bits", meshtest.Cube(20).Translate(1e7, 1e7, 1e7), "", "", nil},
		{"a cube in metres", meshtest.Cube(0.02), "", "", []mesh.Code{mesh.CodeUnitHint}},
		{"a cube in inches", meshtest.Cube(0.4), "", "", []mesh.Code{mesh.CodeUnitHint}},
		{"a cube in micrometres", meshtest.Cube(20_000), "", "", []mesh.Code{mesh.CodeUnitHint}},
	} {
		t.Run(c.name, func(t *testing.T) {
			topology, measures := survey(t, c.s.Mesh)
			warnings, err := mesh.CheckSolid(c.s.Mesh, topology, measures)
			var refused *mesh.Error
			switch {
			case c.code == "" && err != nil:
				t.Fatal(err)
			case c.code != "" && (!errors.As(err, &refused) || refused.Code != c.code || !strings.Contains(refused.Reason, c.word)):
				t.Fatalf("%v, want %s", err, c.code)
			}
			var codes []mesh.Code
			for _, w := range warnings {
				codes = append(codes, w.Code)
				if w.Message == "" {
					t.Errorf("%s says nothing", w.Code)
				}
			}
			if !slices.Equal(codes, c.warns) {
				t.Errorf("warnings %v, want %v", warnings, c.warns)
			}
		})
	}
}

// Counts are stated in the warnings.
func TestCheckSolidCounts(t *testing.T) {
	s := meshtest.Cube(20)
	m := &mesh.Mesh{Vertices: s.Mesh.Vertices, Triangles: append(slices.Clone(s.Mesh.Triangles), s.Mesh.Triangles[0], mesh.Triangle{1, 1, 2})}
	topology, measures := survey(t, m)
	warnings, err := mesh.CheckSolid(m, topology, measures)
	if err != nil || len(warnings) != 2 ||
		warnings[0].Code != mesh.CodeDegenerateFaces || !strings.HasPrefix(warnings[0].Message, "1 triangle ") ||
		warnings[1].Code != mesh.CodeDuplicateFaces || !strings.HasPrefix(warnings[1].Message, "1 triangle ") {
		t.Errorf("%v %v", warnings, err)
	}
}

// The hint names the units in which the part would have a likely size, and no
// others.
func TestUnitHint(t *testing.T) {
	for edge, words := range map[float64][]string{
		0.02:    {"0.02 × 0.02 × 0.02 mm", "metres, multiply by 1000"},
		0.4:     {"inches, multiply by 25.4", "metres, multiply by 1000"},
		20_000:  {"20000 × 20000 × 20000 mm", "micrometres, multiply by 0.001", "divide by 25.4"},
		500_000: {"micrometres, multiply by 0.001"},
		1e-5:    {"check the unit"},
		20:      nil,
	} {
		hint := mesh.UnitHint(meshtest.Cube(edge).Mesh.Bounds())
		if (hint == "") != (words == nil) {
			t.Errorf("%g: %q", edge, hint)
		}
		for _, w := range words {
			if !strings.Contains(hint, w) {
				t.Errorf("%g: %q does not say %q", edge, hint, w)
			}
		}
		units := func(s string) int { return strings.Count(s, "multiply") + strings.Count(s, "divide") }
		if units(hint) != units(strings.Join(words, " ")) {
			t.Errorf("%g: %q names %d units", edge, hint, units(hint))
		}
	}
}

// S15: slivers of an aspect beyond 1e7 are measured like all others.
func TestSlivers(t *testing.T) {
	m := &mesh.Mesh{Vertices: []r3.Vector{{}, {Z: 1}}}
	const n = 100_000
	for i := range n + 1 {
		m.Vertices = append(m.Vertices, r3.Vector{X: 100, Y: 1e-3 * float64(i) / n, Z: 0.5})
	}
	for i := range uint32(n) {
		m.Triangles = append(m.Triangles, mesh.Triangle{0, 3 + i, 2 + i}, mesh.Triangle{1, 2 + i, 3 + i})
	}
	m.Triangles = append(m.Triangles, mesh.Triangle{0, 2, 1}, mesh.Triangle{0, 1, n + 2})
	topology, measures := survey(t, m)
	want := 1e-3 * 100 / 6
	if !topology.Watertight() || measures.Degenerate != 0 || relativeError(measures.Volume, want) > 1e-11 || math.IsNaN(measures.Inertia[0][0]) {
		t.Errorf("watertight %v, %d degenerate, volume %.17g, want %.17g", topology.Watertight(), measures.Degenerate, measures.Volume, want)
	}
}
