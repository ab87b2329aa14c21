package mesh_test

import (
	"errors"
	"math"
	"path/filepath"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// refusedModels are the real models of these formats that have no geometry to
// be sure of.
var refusedModels = map[string]mesh.Code{
	"assimp__OutOfMemory.off":                                    mesh.CodeOFFTruncated,
	"assimp__crash-30d6d0f7c529b3b66b4131700b7a4580cd7082df.ply": mesh.CodePLYHeader,
	"assimp__invalid.off":                                        mesh.CodeOFFSyntax,
	"assimp__issue623.ply":                                       mesh.CodeNoFaces, // its list of faces belongs to the vertices
	"mal_ply_count_huge.ply":                                     mesh.CodePLYTruncated,
	"mal_ply_index_oob.ply":                                      mesh.CodeIndexRange,
	"trimesh__ply_points_bin.ply":                                mesh.CodeNoFaces,
}

// TestRealPLYOFFGLTF: the real models of these formats are refused for the
// right reason or agree with the float64 reference in counts, volume, area
// and box.
func TestRealPLYOFFGLTF(t *testing.T) {
	own, trimesh := meshtest.References(t, "own"), meshtest.References(t, "trimesh")
	for _, row := range meshtest.Manifest(t) {
		switch filepath.Ext(row.File) {
		case ".ply", ".off", ".gltf", ".glb":
		default:
			continue
		}
		t.Run(row.File, func(t *testing.T) {
			f, err := mesh.Read(t.Context(), meshtest.Model(t, row.File), mesh.ReadOptions{})
			if code, refused := refusedModels[row.File]; refused {
				var e *mesh.Error
				if !errors.As(err, &e) || e.Code != code {
					t.Errorf("%v, want %s", err, code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want, ok := own[row.File]; ok {
				compareWithReference(t, f, want, 1)
			} else if want, ok := trimesh[row.File]; ok {
				compareWithReference(t, f, want, 1000) // metres
			} else {
				t.Error("no reference")
			}
		})
	}
}

// compareWithReference compares a mesh in mm with a reference whose unit is
// scale mm.
func compareWithReference(t *testing.T, f *mesh.File, want meshtest.ReferenceRow, scale float64) {
	t.Helper()
	m := f.Mesh
	if n, ok := want.Number("facets"); !ok || len(m.Triangles) != int(n) {
		t.Errorf("%d triangles, want %g", len(m.Triangles), n)
	}
	if n, ok := want.Number("verts"); want.Tool == "own" && (!ok || len(m.Vertices) != int(n)) {
		t.Errorf("%d vertices, want %g", len(m.Vertices), n)
	}
	area := 0.0
	for i := range m.Triangles {
		area += m.AreaVector(i).Norm() / 2
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-5*math.Abs(want) {
			t.Errorf("%s %.9g, want %.9g", what, got, want)
		}
	}
	if a, ok := want.Number("area"); ok {
		near("area", area, a*scale*scale)
	}
	closed := want.Text("open_edges") == "0" || want.Text("watertight") == "yes"
	if v, ok := want.Number("volume"); ok && closed {
		near("volume", signedVolume(m), v*scale*scale*scale)
	}
	box, ok := want.Box()
	if !ok {
		t.Fatal("the reference has no box")
	}
	if want.Tool != "own" {
		box = uprightBox(box)
	}
	got := m.Bounds()
	for i, c := range [...]float64{got.Min.X, got.Min.Y, got.Min.Z, got.Max.X, got.Max.Y, got.Max.Z} {
		if math.Abs(c-box[i]*scale) > 1e-6*got.Diagonal() {
			t.Errorf("box %v, want %v", got, box)
		}
	}
}

// uprightBox turns y upward into z upward.
func uprightBox(b [6]float64) [6]float64 {
	return [6]float64{b[0], -b[5], b[1], b[3], -b[2], b[4]}
}
