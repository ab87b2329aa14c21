package mesh_test

import (
	"context"
	"math"
	"reflect"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// survey is the topology and the measures of a mesh.
func survey(t testing.TB, m *mesh.Mesh) (*mesh.Topology, *mesh.Measures) {
	t.Helper()
	topology, err := mesh.NewTopology(context.Background(), m, 0)
	if err != nil {
		t.Fatal(err)
	}
	measures, err := mesh.Measure(context.Background(), m, topology, 0)
	if err != nil {
		t.Fatal(err)
	}
	return topology, measures
}

func relativeError(got, want float64) float64 {
	return math.Abs(got-want) / max(math.Abs(want), math.SmallestNonzeroFloat64)
}

// Counts and measures of solids with known facts, before and after everything
// that must not change them.
func TestTopologyFacts(t *testing.T) {
	for _, s := range append(meshtest.Closed(), meshtest.Defective()...) {
		t.Run(s.Name, func(t *testing.T) {
			checkFacts(t, s)
			checkFacts(t, s.Rotate(1))
			checkFacts(t, s.Translate(1e3, -2e3, 5e2))
			checkFacts(t, s.Scale(25.4))
			checkFacts(t, s.Flip())
			checkFacts(t, s.PermuteTriangles(2).PermuteVertices(3))
			if s.Name != "touching_cubes_1" { // it has triangles twice
				checkFacts(t, s.Split())
			}
		})
	}
}

func checkFacts(t *testing.T, s meshtest.Solid) {
	t.Helper()
	topology, measures := survey(t, s.Mesh)
	if topology.Euler() != s.Euler || topology.Shells != s.Shells ||
		len(topology.Border) != s.BorderEdges || topology.NonManifoldEdges.Len() != s.NonManifoldEdges {
		t.Errorf("Euler %d, shells %d, border %d, non-manifold %d; want %d, %d, %d, %d",
			topology.Euler(), topology.Shells, len(topology.Border), topology.NonManifoldEdges.Len(),
			s.Euler, s.Shells, s.BorderEdges, s.NonManifoldEdges)
	}
	if relativeError(measures.Area, s.Area) > 1e-12 {
		t.Errorf("area %.17g, want %.17g", measures.Area, s.Area)
	}
	if measures.HasVolume != s.Closed() {
		t.Errorf("has volume %v", measures.HasVolume)
	}
	if s.Closed() && relativeError(measures.Volume, s.Volume) > 1e-12 {
		t.Errorf("volume %.17g, want %.17g", measures.Volume, s.Volume)
	}
	if measures.Cavities != s.Cavities || measures.Degenerate != 0 || len(topology.Duplicates) != 0 {
		t.Errorf("cavities %d, want %d; degenerate %d, duplicate %d",
			measures.Cavities, s.Cavities, measures.Degenerate, len(topology.Duplicates))
	}
	if genus, ok := topology.Genus(); ok != (s.Closed() && topology.Manifold()) || ok && genus != s.Genus() {
		t.Errorf("genus %d %v, want %d", genus, ok, s.Genus())
	}
}

// The result does not depend on the number of threads.
func TestTopologyThreads(t *testing.T) {
	s := meshtest.Merge("several", meshtest.Torus(100, 30, 200, 100), meshtest.LidlessBox(10, 20, 30), meshtest.Moebius(10, 3, 24))
	var first *mesh.Topology
	var measures *mesh.Measures
	for _, threads := range []int{1, 2, 5} {
		topology, err := mesh.NewTopology(context.Background(), s.Mesh, threads)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mesh.Measure(context.Background(), s.Mesh, topology, threads)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first, measures = topology, m
		}
		if !reflect.DeepEqual(first, topology) || !reflect.DeepEqual(measures, m) {
			t.Errorf("%d threads: another result", threads)
		}
	}
}
