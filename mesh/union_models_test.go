package mesh_test

import (
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// Real and made models whose union is known.
func TestUnionModels(t *testing.T) {
	for _, row := range []struct {
		file             string
		volume, relative float64
		bodies, cavities int
		why              string
	}{
		{"gen_overlap_2cubes.stl", 15000, 1e-12, 1, 0, "two cubes of 20 that share one of 10"},
		{"gen_nested_3shell.stl", 30*30*30 - 24*24*24 + 10*10*10, 1e-12, 2, 1, "a solid in a cavity in a solid"},
		{"trimesh__two_objects.obj", 1, 1e-12, 1, 0, "a tetrahedron in the corner of a cube of 1"},
		{"thickness/overlap_cubes.stl", 15000, 1e-12, 1, 0, "two cubes of 20 that share one of 10"},
		{"thickness/nested_same_orient.stl", 8000, 1e-12, 1, 0, "a solid in a solid of 20"},
		{"thickness/two_plates_touch.stl", 1600, 1e-12, 1, 0, "two plates that share a part of a face"},
		{"thickness/two_plates_overlap0.2.stl", 1355, 1e-7, 1, 0, "the same, one in the other"},
		{"gen_touch_edge_cubes.stl", 16000, 1e-12, 2, 0, "two cubes of 20 that share an edge"},
	} {
		f, err := mesh.Read(t.Context(), meshtest.Model(t, row.file), mesh.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		out, _ := united(t, row.file, f.Mesh)
		mended(t, row.file, out, row.volume, row.relative, row.bodies, row.cavities)
	}
}

// Every real model is united, or left as repair without union leaves it for a
// reason that is said. A union is at most as large as all bodies together, and
// no smaller than the largest, if that does not overlap itself.
func TestUnionAllModels(t *testing.T) {
	for _, row := range meshtest.Manifest(t) {
		if row.Tier != "geometry" || row.Triangles > 30_000 {
			continue
		}
		f, err := mesh.Read(t.Context(), meshtest.Model(t, row.File), mesh.ReadOptions{})
		if err != nil {
			continue
		}
		plain, _, err := mesh.Repair(t.Context(), f.Mesh, mesh.RepairOptions{})
		if err != nil {
			continue
		}
		topology, before := survey(t, plain)
		if !topology.Watertight() || !topology.Balanced {
			_, report, err := mesh.Repair(t.Context(), f.Mesh, mesh.RepairOptions{Union: true})
			if err != nil || report.RefusedUnion == "" || report.Changed != (plain != f.Mesh) {
				t.Errorf("%s: %v %+v", row.File, err, report)
			}
			continue
		}
		out, _ := united(t, row.File, f.Mesh)
		_, after := survey(t, out)
		least, most := unionBounds(t, plain, topology, before)
		if after.Volume > most*(1+1e-6) || after.Volume < least*(1-1e-6) {
			t.Errorf("%s: volume %v, want %v to %v", row.File, after.Volume, least, most)
		}
	}
}

// unionBounds returns bounds of the volume of a union.
func unionBounds(t testing.TB, m *mesh.Mesh, topology *mesh.Topology, s *mesh.Measures) (least, most float64) {
	t.Helper()
	overlaps := make([]bool, len(s.Shells))
	for _, pair := range selfIntersections(t, m, mesh.SelfIntersectionOptions{}).Pairs {
		if a := topology.ShellOf[pair[0]]; a == topology.ShellOf[pair[1]] {
			overlaps[a] = true
		}
	}
	cavities := 0.0
	for i := range s.Shells {
		if v := s.Shells[i].Volume; v < 0 {
			cavities += v
		} else if most += v; !overlaps[i] {
			least = max(least, v)
		}
	}
	return least + cavities, most
}
