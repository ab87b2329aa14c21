package mesh_test

import (
	"context"
	"testing"
	"time"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// gridMesh makes a mesh of vertices on a small grid, where everything that can
// coincide does: two bytes choose each corner of three.
func gridMesh(data []byte) *mesh.Mesh {
	m := &mesh.Mesh{}
	for z := range 4 {
		for y := range 4 {
			for x := range 4 {
				m.Vertices = append(m.Vertices, r3.Vector{X: float64(x), Y: float64(y), Z: float64(z)})
			}
		}
	}
	for len(data) >= 3 && len(m.Triangles) < 200 {
		m.Triangles = append(m.Triangles, mesh.Triangle{uint32(data[0]) % 64, uint32(data[1]) % 64, uint32(data[2]) % 64})
		data = data[3:]
	}
	return m
}

// checkGridRepair proves that repair ends, leaves no defect of its own and has
// nothing to do the second time.
func checkGridRepair(t *testing.T, m *mesh.Mesh, opts mesh.RepairOptions) {
	t.Helper()
	opts.Threads, opts.FillLarge = 1, true
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	out, _, err := mesh.Repair(ctx, m, opts)
	if ctx.Err() != nil {
		t.Fatal("repair takes too long")
	}
	if err != nil {
		return
	}
	for _, tri := range out.Triangles {
		for _, v := range tri {
			if int(v) >= len(out.Vertices) {
				t.Fatal("a triangle names a vertex that is not there")
			}
		}
	}
	again, report, err := mesh.Repair(ctx, out, opts)
	if err != nil || again != out {
		t.Errorf("repaired twice: %v %+v", err, report)
	}
}

func FuzzRepair(f *testing.F) {
	f.Add([]byte{0, 1, 4, 1, 5, 4, 0, 4, 16, 1, 0, 17})
	f.Add([]byte{0, 3, 12, 3, 15, 12, 0, 12, 48, 3, 0, 51, 1, 2, 17, 17, 2, 18})
	f.Fuzz(func(t *testing.T, data []byte) { checkGridRepair(t, gridMesh(data), mesh.RepairOptions{}) })
}

// tetrahedra closes the first triangles, but not the last, to tetrahedra with
// the first corner of the next.
func tetrahedra(m *mesh.Mesh) *mesh.Mesh {
	out := &mesh.Mesh{Vertices: m.Vertices}
	for i := 1; i < min(len(m.Triangles), 16); i++ {
		a, b, c, d := m.Triangles[i-1][0], m.Triangles[i-1][1], m.Triangles[i-1][2], m.Triangles[i][0]
		out.Triangles = append(out.Triangles, mesh.Triangle{a, c, b}, mesh.Triangle{a, b, d}, mesh.Triangle{b, c, d}, mesh.Triangle{a, d, c})
	}
	return out
}

func FuzzUnion(f *testing.F) {
	f.Add([]byte{0, 1, 4, 21, 2, 3, 0, 2, 8, 32, 1, 1})
	f.Add([]byte{0, 3, 12, 48, 15, 12, 3, 60, 63, 3, 0, 51, 1, 2, 17, 17, 2, 18})
	f.Fuzz(func(t *testing.T, data []byte) {
		checkGridRepair(t, gridMesh(data), mesh.RepairOptions{Union: true})
		checkGridRepair(t, tetrahedra(gridMesh(data)), mesh.RepairOptions{Union: true})
	})
}

// TestRepairRandomSoup does so for soups of all sizes.
func TestRepairRandomSoup(t *testing.T) {
	for seed := range uint64(300) {
		r := meshtest.Random(seed)
		data := make([]byte, 3*(4+seed%100))
		for i := range data {
			data[i] = byte(r.IntN(256))
			if seed%2 == 0 {
				data[i] %= 8 // crowded
			}
		}
		checkGridRepair(t, gridMesh(data), mesh.RepairOptions{})
		if seed < 100 {
			checkGridRepair(t, gridMesh(data), mesh.RepairOptions{Union: true})
			checkGridRepair(t, tetrahedra(gridMesh(data)), mesh.RepairOptions{Union: true, Single: true})
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
