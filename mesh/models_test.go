package mesh_test

import (
	"errors"
	"math"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// refusedModels are the real models in STL and OBJ that are refused.
var refusedModels = map[string]mesh.Code{
	"assimp__box_UTF16BE.obj":                  mesh.CodeEncoding,
	"assimp__malformed.obj":                    mesh.CodeOBJIndexRange,
	"mal_ascii_nan.stl":                        mesh.CodeNumberFormat,
	"mal_nan_vertex.stl":                       mesh.CodeNonFinite,
	"mal_obj_index_zero.obj":                   mesh.CodeOBJIndexZero,
	"mal_truncated_mid_facet.stl":              mesh.CodeSTLTruncated,
	"manifold__Cray_right.obj":                 mesh.CodeCoordinateRange,
	"openscad__invalidvertex.stl":              mesh.CodeNumberFormat,
	"openscad__unparseable.stl":                mesh.CodeNumberFormat,
	"quirk_ascii_comma_decimal.stl":            mesh.CodeNumberFormat,
	"stl-models__faceless.ascii.stl":           mesh.CodeEmptyMesh,
	"stl-models__fourVertices.ascii.stl":       mesh.CodeSTLSyntax,
	"stl-models__incorrectFaceCounter.bin.stl": mesh.CodeSTLCountMismatch,
	"tinyobjloader__test-nan.obj":              mesh.CodeNonFinite,
	"trimesh__empty.stl":                       mesh.CodeEmptyMesh,
	"trimesh__obj_points.obj":                  mesh.CodeNoFaces,
	"trimesh__stl_empty_ascii.stl":             mesh.CodeEmptyMesh,
}

// otherCounts are models whose numbers of triangles or vertices differ from
// the reference, with the reason.
var otherCounts = map[string]string{
	"tinyobjloader__issue-319-002.obj": "a polygon names two corners at one place; the triangle between them is left out",
}

// TestModelsSTLAndOBJ proves that every real model in STL or OBJ is read with
// the counts and the box of the reference, or refused with the right code.
func TestModelsSTLAndOBJ(t *testing.T) {
	reference := meshtest.References(t, "own")
	for _, row := range meshtest.Manifest(t) {
		if row.Format != "STL-binary" && row.Format != "STL-ascii" && row.Format != "OBJ" || row.Kind == "wrong extension" {
			continue
		}
		f, err := mesh.Read(t.Context(), meshtest.Model(t, row.File), mesh.ReadOptions{})
		if code, refused := refusedModels[row.File]; refused {
			var e *mesh.Error
			if !errors.As(err, &e) || e.Code != code {
				t.Errorf("%s: %v, want %s", row.File, err, code)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.File, err)
			continue
		}
		compareWithReference(t, row.File, f.Mesh, reference[row.File])
	}
}

func compareWithReference(t *testing.T, name string, m *mesh.Mesh, r meshtest.ReferenceRow) {
	t.Helper()
	if !r.OK() {
		return
	}
	if _, known := otherCounts[name]; !known {
		triangles, _ := r.Number("facets")
		vertices, ok := r.Number("verts")
		if len(m.Triangles) != int(triangles) || ok && len(m.Vertices) != int(vertices) {
			t.Errorf("%s: %d triangles, %d vertices; the reference has %v, %v", name, len(m.Triangles), len(m.Vertices), triangles, vertices)
		}
	}
	if want, ok := r.Box(); ok {
		b := m.Bounds()
		for i, got := range [...]float64{b.Min.X, b.Min.Y, b.Min.Z, b.Max.X, b.Max.Y, b.Max.Z} {
			// The reference takes the numbers of ASCII STL to 32 bits.
			if math.Abs(got-want[i]) > 1.2e-7*max(1, math.Abs(want[i])) {
				t.Errorf("%s: box %v, want %v", name, b, want)
				break
			}
		}
	}
}
