package printability_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// samplePart samples a part with all that makes it faster, and without.
func samplePart(t *testing.T, m *mesh.Mesh, opts printability.SampleOptions) (fast, slow *printability.Samples) {
	t.Helper()
	ctx := context.Background()
	topology, err := mesh.NewTopology(ctx, m, 0)
	if err != nil {
		t.Fatal(err)
	}
	clean, topology, _, err := mesh.Clean(ctx, m, topology, 0)
	if err != nil {
		t.Fatal(err)
	}
	bvh, err := mesh.NewBVH(ctx, clean, mesh.BVHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	crossing, err := bvh.SelfIntersections(ctx, mesh.SelfIntersectionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	part := printability.Part{Mesh: clean, BVH: bvh}
	if slow, err = printability.Measure(ctx, part, opts); err != nil {
		t.Fatal(err)
	}
	part.Topology, part.Intersections = topology, &crossing
	if fast, err = printability.Measure(ctx, part, opts); err != nil {
		t.Fatal(err)
	}
	return fast, slow
}

func checkSameSamples(t *testing.T, m *mesh.Mesh, opts printability.SampleOptions) {
	t.Helper()
	fast, slow := samplePart(t, m, opts)
	wrong := 0
	for i := range slow.All {
		if fast.All[i] == slow.All[i] {
			continue
		}
		if wrong++; wrong <= 3 {
			t.Errorf("sample %d: %+v, but with all crossings %+v", i, fast.All[i], slow.All[i])
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d samples differ", wrong, len(slow.All))
	}
}

// TestFirstHitsAreEnough proves that where the winding number is known from
// the surface, first hits give the very samples that all crossings give.
func TestFirstHitsAreEnough(t *testing.T) {
	opts := printability.SampleOptions{Samples: 20_000}
	for _, solid := range append(meshtest.Closed(), meshtest.Defective()...) {
		t.Run(solid.Name, func(t *testing.T) { checkSameSamples(t, solid.Rotate(1).Mesh, opts) })
	}
}

// TestFirstHitsAreEnoughOnRealParts proves the same on every real model.
func TestFirstHitsAreEnoughOnRealParts(t *testing.T) {
	folder := meshtest.Models(t)
	paths, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	thickness, _ := filepath.Glob(filepath.Join(folder, "thickness", "*"))
	for _, path := range append(paths, thickness...) {
		info, err := os.Stat(path)
		if err != nil || info.IsDir() || info.Size() > 5<<20 {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
			if err != nil {
				return // not a model, or one that is refused
			}
			checkSameSamples(t, file.Mesh, printability.SampleOptions{Samples: 20_000})
		})
	}
}
