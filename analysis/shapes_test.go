package analysis_test

import (
	"math"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// S31: doubled faces, bodies that touch, an inner wall, an inverted shell and
// nested shells are analysed to the end, with a volume and a wall that follow
// from what the file means.
func TestDoubtfulShapes(t *testing.T) {
	cube := meshtest.Cube(20)
	for _, c := range []struct {
		name         string
		solid        meshtest.Solid
		volume, wall float64
		bodies       int
	}{
		{"every face twice", meshtest.Merge("double", cube, cube), 8000, 20, 1},
		{"inside out", cube.Flip(), 8000, 20, 1},
		{"touching along an edge", meshtest.Merge("edge", cube, cube.Translate(20, 20, 0)), 16000, 20, 2},
		{"touching at a vertex", meshtest.Merge("vertex", cube, cube.Translate(20, 20, 20)), 16000, 20, 2},
		{"an inner wall, which goes", meshtest.Merge("face", cube, cube.Translate(20, 0, 0)), 16000, 20, 1},
		{"nested shells", meshtest.NestedBoxes(30, 3, 3), 30*30*30 - 24*24*24 + 18*18*18, 3, 2},
		{"overlapping bodies", meshtest.OverlappingCubes(20, 10, 10, 10), 16000, 20, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, err := analysis.RunBytes(t.Context(), stl(c.solid), analysis.Options{MinWall: 1, Sampling: fewSamples})
			if err != nil {
				t.Fatal(err)
			}
			if report.Error != nil {
				t.Fatalf("refused: %+v", report.Error)
			}
			o := report.Optimized
			if o.Volume == nil || math.Abs(*o.Volume-c.volume) > 1e-6*c.volume {
				t.Errorf("volume %v, want %g", o.Volume, c.volume)
			}
			if bodies := o.Shells - o.Cavities; bodies != c.bodies {
				t.Errorf("%d bodies, want %d", bodies, c.bodies)
			}
			if m := report.Thickness.Minimum; m == nil || math.Abs(*m-c.wall) > 0.01*c.wall {
				t.Errorf("thinnest wall %v, want %g", m, c.wall)
			}
		})
	}
}

// S17: a question that would need more samples than memory has room for is
// answered with the limit that was hit, not with a number and not with an
// endless run.
func TestHugePartHitsResolution(t *testing.T) {
	opts := analysis.Options{ConcaveHull: true, Sampling: fewSamples}
	report, err := analysis.RunBytes(t.Context(), stl(meshtest.LBracket(10_000, 10_000, 1000, 10_000)), opts)
	if err != nil {
		t.Fatal(err)
	}
	if report.Error != nil {
		t.Fatalf("refused: %+v", report.Error)
	}
	if report.Optimized.ConcaveHullVolume != nil || len(report.LimitsHit) != 1 || !strings.HasPrefix(report.LimitsHit[0], "concaveHull: ") {
		t.Errorf("concave hull %v, limits %q", report.Optimized.ConcaveHullVolume, report.LimitsHit)
	}
	if report.Criteria["minimumSize"].Status == "" || report.Warnings[0].Code != mesh.CodeUnitHint {
		t.Errorf("a part of 10 m without a hint at its unit: %+v", report.Warnings)
	}
}
