package analysis_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// brokenCube is a cube of 20 whose top is two triangles where its sides have
// four edges of two halves (T-junctions), with a triangle missing in the
// bottom and one of the side at x = 20 flipped.
func brokenCube() *mesh.Mesh {
	grid := meshtest.GridBox(20, 20, 20, 2).Mesh
	m := &mesh.Mesh{Vertices: slices.Clone(grid.Vertices)}
	missing, flipped := false, false
	for _, t := range grid.Triangles {
		a, b, c := grid.Vertices[t[0]], grid.Vertices[t[1]], grid.Vertices[t[2]]
		switch {
		case a.Z == 20 && b.Z == 20 && c.Z == 20:
			continue
		case !missing && a.Z == 0 && b.Z == 0 && c.Z == 0:
			missing = true
			continue
		case !flipped && a.X == 20 && b.X == 20 && c.X == 20:
			flipped = true
			t[1], t[2] = t[2], t[1]
		}
		m.Triangles = append(m.Triangles, t)
	}
	var top [4]uint32
	for i, p := range []r3.Vector{{Z: 20}, {X: 20, Z: 20}, {X: 20, Y: 20, Z: 20}, {Y: 20, Z: 20}} {
		top[i] = uint32(slices.Index(m.Vertices, p))
	}
	m.Triangles = append(m.Triangles, mesh.Triangle{top[0], top[1], top[2]}, mesh.Triangle{top[0], top[2], top[3]})
	return m
}

func report(t *testing.T, data []byte, opts analysis.Options) *analysis.Report {
	t.Helper()
	r, err := analysis.RunBytes(t.Context(), data, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What repair did stands in the report, step by step, with numbers that meet.
func TestRepairIsReported(t *testing.T) {
	found := report(t, meshtest.STL(brokenCube()), analysis.Options{Stages: []analysis.Stage{analysis.StageClean}})
	r := found.Repair
	if r == nil || !r.Changed {
		t.Fatalf("got %+v", r)
	}
	if v := found.Optimized.Volume; v == nil || math.Abs(*v-8000) > 1e-9 {
		t.Errorf("volume %v", v)
	}
	counts := map[mesh.RepairStepName]int{}
	before := r.Before
	for _, s := range r.Steps {
		counts[s.Name] += s.Count
		if len(s.Places) != s.Count {
			t.Errorf("%s: %d places, %d counted", s.Name, len(s.Places), s.Count)
		}
		if s.Before != before {
			t.Errorf("%s starts with %+v, the step before it ended with %+v", s.Name, s.Before, before)
		}
		before = s.After
	}
	for name, want := range map[mesh.RepairStepName]int{mesh.RepairJunctions: 4, mesh.RepairTurn: 1, mesh.RepairHoles: 1} {
		if counts[name] != want {
			t.Errorf("%s: %d, want %d", name, counts[name], want)
		}
	}
	if len(counts) != 3 {
		t.Errorf("steps %v", counts)
	}
	if r.Before.Triangles != found.Original.Triangles || r.Before.BorderEdges != found.Original.BorderEdges || r.Before.Flipped != 1 {
		t.Errorf("before: %+v", r.Before)
	}
	if before != r.After || r.After.Triangles != found.Optimized.Triangles || r.After.BorderEdges+r.After.Holes+r.After.Flipped != 0 {
		t.Errorf("after: %+v, the last step ended with %+v", r.After, before)
	}
	if want := 10 * math.Sqrt2; math.Abs(r.LargestFilled-want) > 1e-9 {
		t.Errorf("largest filled %v, want %v", r.LargestFilled, want)
	}
}

// A sound part was not changed; a hole that is left open is said with its size
// and reason; without repair there is nothing to say.
func TestRepairThatDidNothing(t *testing.T) {
	clean := analysis.Options{Stages: []analysis.Stage{analysis.StageClean}}
	cube := meshtest.STL(meshtest.Cube(20).Mesh)
	r := report(t, cube, clean).Repair
	want := mesh.RepairCounts{Triangles: 12, Vertices: 8, Shells: 1}
	if r == nil || r.Changed || len(r.Steps) > 0 || r.Before != want || r.After != want {
		t.Errorf("cube: %+v", r)
	}
	if text, _ := json.Marshal(r); !strings.Contains(string(text), `"steps":[],"refused":[]`) {
		t.Errorf("%s: lists that are null", text)
	}

	r = report(t, meshtest.STL(meshtest.LidlessBox(20, 20, 20).Mesh), clean).Repair
	if r == nil || r.Changed || r.RefusedCount != 1 || len(r.Refused) != 1 || r.Before.BorderEdges != 4 || r.After != r.Before {
		t.Fatalf("box without a lid: %+v", r)
	}
	hole := r.Refused[0]
	if hole.Edges != 4 || hole.Length != 80 || hole.Area != 400 || hole.Centroid != [3]float64{10, 10, 20} || hole.Reason == "" {
		t.Errorf("box without a lid: %+v", hole)
	}

	for name, r := range map[string]*analysis.Mending{
		"off":     report(t, cube, analysis.Options{Stages: clean.Stages, Repair: analysis.RepairOff}).Repair,
		"refused": report(t, cube[:600], clean).Repair,
		"not run": report(t, cube, analysis.Options{Stages: []analysis.Stage{analysis.StageHull}}).Repair,
	} {
		if r != nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// mendedExample is the part whose repair docs/report.md shows: a cube of 20
// with a triangle missing, beside a box of 20 without a lid.
func mendedExample() *mesh.Mesh {
	cube := meshtest.Cube(20)
	cube.Mesh.Triangles = cube.Mesh.Triangles[1:]
	return meshtest.Merge("mended", cube, meshtest.LidlessBox(20, 20, 20).Translate(30, 0, 0)).Mesh
}
