package mesh_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// TestRealRefusals: real PLY and OFF files that have no geometry to be sure
// of are refused for the right reason.
func TestRealRefusals(t *testing.T) {
	for file, code := range map[string]mesh.Code{
		"assimp__OutOfMemory.off":                                    mesh.CodeOFFTruncated,
		"assimp__crash-30d6d0f7c529b3b66b4131700b7a4580cd7082df.ply": mesh.CodePLYHeader,
		"assimp__invalid.off":                                        mesh.CodeOFFSyntax,
		"assimp__issue623.ply":                                       mesh.CodeNoFaces, // its list of faces belongs to the vertices
		"mal_ply_count_huge.ply":                                     mesh.CodePLYTruncated,
		"mal_ply_index_oob.ply":                                      mesh.CodeIndexRange,
		"trimesh__ply_points_bin.ply":                                mesh.CodeNoFaces,
	} {
		t.Run(file, func(t *testing.T) {
			if e := refusal(t, meshtest.Model(t, file), mesh.ReadOptions{}); e.Code != code {
				t.Errorf("%v, want %s", e, code)
			}
		})
	}
}

// TestRealGLB: the real GLB files, in metres with y upward, agree with
// trimesh in triangles, area, box and, where they are closed, volume.
func TestRealGLB(t *testing.T) {
	references := meshtest.References(t, "trimesh")
	for _, row := range meshtest.Manifest(t) {
		if ext := filepath.Ext(row.File); ext != ".glb" && ext != ".gltf" {
			continue
		}
		t.Run(row.File, func(t *testing.T) {
			m := mustRead(t, meshtest.Model(t, row.File)).Mesh
			want := references[row.File]
			if n, ok := want.Number("facets"); !ok || len(m.Triangles) != int(n) {
				t.Errorf("%d triangles, want %g", len(m.Triangles), n)
			}
			area := 0.0
			for i := range m.Triangles {
				area += m.AreaVector(i).Norm() / 2
			}
			if a, ok := want.Number("area"); !ok || math.Abs(area/1e6-a) > 1e-5*a {
				t.Errorf("area %g m², want %g", area/1e6, a)
			}
			v, ok := want.Number("volume")
			if got := signedVolume(m) / 1e9; want.Text("watertight") == "yes" && (!ok || math.Abs(got-v) > 1e-5*v) {
				t.Errorf("volume %g m³, want %g", got, v)
			}
			b, ok := want.Box()
			got := m.Bounds()
			upright := [6]float64{b[0], -b[5], b[1], b[3], -b[2], b[4]}
			for i, c := range [...]float64{got.Min.X, got.Min.Y, got.Min.Z, got.Max.X, got.Max.Y, got.Max.Z} {
				if !ok || math.Abs(c-1000*upright[i]) > 1e-6*got.Diagonal() {
					t.Errorf("box %v, want %v m", got, upright)
				}
			}
		})
	}
}
