package mesh_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// united makes the union of m and proves what holds for every union: it is
// closed, manifold and turned outward, its triangles do not cross, and to make
// the union again changes nothing.
func united(t testing.TB, name string, m *mesh.Mesh) (*mesh.Mesh, *mesh.RepairReport) {
	t.Helper()
	out, report, err := mesh.Repair(context.Background(), m, mesh.RepairOptions{Union: true})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if report.RefusedUnion != "" {
		t.Errorf("%s: refused: %s", name, report.RefusedUnion)
		return out, report
	}
	topology, s := survey(t, out)
	if len(out.Triangles) > 0 && !mesh.IsSound(topology, s) {
		t.Errorf("%s: not sound: %d border edges, %d and %d non-manifold edges and vertices, %d flipped", name,
			len(topology.Border), topology.NonManifoldEdges.Len(), len(topology.NonManifoldVertices), len(topology.Flipped))
	}
	if got := selfIntersections(t, out, mesh.SelfIntersectionOptions{}); got.Count > 0 {
		t.Errorf("%s: %d pairs of triangles cross", name, got.Count)
	}
	again, second, err := mesh.Repair(context.Background(), out, mesh.RepairOptions{Union: true})
	if err != nil || again != out || second.Changed || second.RefusedUnion != "" {
		t.Errorf("%s: united twice: %v %+v", name, err, second)
	}
	return out, report
}

// hasVolume checks that the union of m has a volume.
func hasVolume(t testing.TB, name string, m *mesh.Mesh, volume, relative float64) *mesh.Mesh {
	t.Helper()
	out, _ := united(t, name, m)
	if _, s := survey(t, out); math.Abs(s.Volume-volume) > relative*volume {
		t.Errorf("%s: volume %v, want %v", name, s.Volume, volume)
	}
	return out
}

// latticeBoxes makes boxes with corners on a lattice of side n and the number
// of cells that they cover together.
func latticeBoxes(seed uint64, boxes, n int) (meshtest.Solid, float64) {
	random := meshtest.Random(seed)
	full := make([]bool, n*n*n)
	var parts []meshtest.Solid
	for range boxes {
		var lo, hi [3]int
		for i := range 3 {
			lo[i] = random.IntN(n)
			hi[i] = lo[i] + 1 + random.IntN(n-lo[i])
		}
		for x := lo[0]; x < hi[0]; x++ {
			for y := lo[1]; y < hi[1]; y++ {
				for z := lo[2]; z < hi[2]; z++ {
					full[(x*n+y)*n+z] = true
				}
			}
		}
		box := meshtest.Box(float64(hi[0]-lo[0]), float64(hi[1]-lo[1]), float64(hi[2]-lo[2]))
		parts = append(parts, box.Translate(float64(lo[0]), float64(lo[1]), float64(lo[2])))
	}
	volume := 0.0
	for _, is := range full {
		if is {
			volume++
		}
	}
	return meshtest.Merge(fmt.Sprintf("lattice boxes %d", seed), parts...), volume
}

const unionCases = 300

// Boxes on a lattice meet in every degenerate way there is; what they cover is
// counted.
func TestUnionLatticeBoxes(t *testing.T) {
	for seed := range uint64(unionCases) {
		s, volume := latticeBoxes(seed, 2+int(seed%7), 3+int(seed%4))
		hasVolume(t, s.Name, s.Mesh, volume, 1e-12)
		if t.Failed() {
			t.FailNow()
		}
	}
}
