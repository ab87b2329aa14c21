package mesh_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// threeMFVerdicts are the real models that are refused, or of which other
// things come out than the reference says, with the reason.
var threeMFVerdicts = map[string]struct {
	code    mesh.Code // why it is refused
	reason  string
	facets  int // instead of the reference's
	volume  float64
	warning mesh.Code // that it is read with
}{
	"3mf-analyzer__CS-DOID_double-object-id.3mf":                                {code: mesh.CodeDuplicateName},
	"3mf-analyzer__CS-MTM_multiple-transformation-matrices.3mf":                 {code: mesh.CodeDuplicateName},
	"3mf-analyzer__CS-MUST_multiple-units-in-same-tag.3mf":                      {code: mesh.CodeDuplicateName},
	"3mf-analyzer__DOS-BL-MBR-2.3mf":                                            {code: mesh.CodeLimitInstances},
	"3mf-analyzer__DOS-FUZ-SLIC3R-1.3mf":                                        {code: mesh.CodeOPCContentTypes},
	"3mf-analyzer__XML-EGE-I-R.3mf":                                             {code: mesh.CodeXMLDTD},
	"3mf-analyzer__XML-EGE-IL-R.3mf":                                            {code: mesh.CodeXMLDTD},
	"3mf-analyzer__ZIP-SL-C_symbolic-link-circle.3mf":                           {code: mesh.CodeOPCPartName},
	"3mf-analyzer__ZIP-zbsm.3mf":                                                {code: mesh.CodeLimitZipRatio},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter2_DuplicatedColorGroupId.3mf":       {code: mesh.CodeDuplicateName},
	"3mfs__MUSTFAIL_Chapter2.1.1a_PartsRelationships_NonExist3DModelPart.3mf":   {code: mesh.CodeOPCRelationships},
	"3mfs__MUSTFAIL_Chapter2.1.2_PartsRelationships_MoreThanOne3DModelPart.3mf": {code: mesh.CodeDuplicateName},
	"3mfs__MUSTFAIL_Chapter2.1.4_PartsRelationships_MoreThanOnePrintTicket.3mf": {code: mesh.CodeOPCRelationships},
	"3mfs__MUSTFAIL_Chapter2.3.2b_DataTypeDefinitionInXMLMarkup.3mf":            {code: mesh.CodeXMLDTD},
	"3mfs__MUSTFAIL_Chapter2.3.2d_UndefinedXMLXSIInXSDSchema.3mf":               {code: mesh.CodeXMLSyntax},
	"3mfs__MUSTFAIL_Chapter3.4.3.1a_NotMatchingObjectIdInBuildItem.3mf":         {code: mesh.CodeReference},
	"3mfs__MUSTFAIL_Chapter3.4a_MoreThanOneModel.3mf":                           {code: mesh.CodeXMLSyntax},
	"3mfs__MUSTFAIL_Chapter3.4c_MissingResourceElement.3mf":                     {code: mesh.CodeSchema},
	"3mfs__pyramid.3mf":                           {code: mesh.CodeUnsupportedExtension, reason: "a beam lattice without a mesh"},
	"blender3mfformat__only_3dmodel_file.3mf":     {code: mesh.CodeOPCContentTypes, reason: "no content types, no relationships, and a model that is empty"},
	"lib3mf__DOS-FUZ-LIB3MF.3mf":                  {code: mesh.CodeZipCorrupt},
	"lib3mf__GEN-C-ADA-COMPONENT-TRANSFORM-0.3mf": {code: mesh.CodeDuplicateName},
	"lib3mf__N_XXX_0422_01.3mf":                   {code: mesh.CodeNumberFormat},
	"lib3mf__Slice_MustFail_TooRefsTooDeep.3mf":   {code: mesh.CodeReference},
	"mal_3mf_exponential_components.3mf":          {code: mesh.CodeLimitInstances},
	"mal_3mf_truncated.3mf":                       {code: mesh.CodeZipCorrupt},
	"openscad__amf_broken.amf":                    {code: mesh.CodeNumberFormat},
	"ruby3mf__3d_model_invalid_xml.3mf":           {code: mesh.CodeXMLSyntax},
	"slic3r__5061-malicious.amf":                  {code: mesh.CodeIndexRange},

	// The consortium wants these to fail; their geometry is certain.
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter2_MissingColorValue.3mf":                              {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter3_MissingTexId.3mf":                                   {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter4b_MatId_IsNotBaseMaterials.3mf":                      {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter4d_MissingMatIndices.3mf":                             {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter5b_MultipleReferenceToBaseAndCompositeMatterials.3mf": {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter5b_ReferToAnotherMultiProperties.3mf":                 {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter5d_MultipleReferenceToCompositeMaterials.3mf":         {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_3MF100_Extension_Chapter6_2DTexture_InvalidContentType.3mf":                   {warning: mesh.CodeMaterials},
	"3mfs__MUSTFAIL_Chapter3.4.1a_MissingMetadataName.3mf":                                        {warning: mesh.CodeIgnoredContent},
	"3mfs__MUSTFAIL_Chapter4b_PID_IsNotSpecified.3mf":                                             {warning: mesh.CodeMaterials},
	"lib3mf__MetaData_Model_DefaultNS_Fail.3mf":                                                   {warning: mesh.CodeIgnoredContent},
	"assimp__malformed_property_index_oob.3mf":                                                    {warning: mesh.CodeMaterials},

	"3mf-analyzer__CS-S_support-model.3mf":          {warning: mesh.CodeSupportsIgnored, facets: 6, volume: 32000, reason: "the reference counts the support"},
	"3mfs__MUSTPASS_Chapter4.1_ExplicitSupport.3mf": {warning: mesh.CodeSupportsIgnored, facets: 404, volume: 10988.3609, reason: "the reference counts the support"},
	"slic3r__20mmbox_deflated.amf":                  {facets: 12, volume: 4000, reason: "the reference does not place the instance of the constellation"},
	"assimp__test9.amf":                             {facets: 96, volume: 24, reason: "the reference does not place the twelve instances of the constellation"},
}

// TestThreeMFModels reads every 3MF and AMF of the real models: what must
// fail is refused or flagged, all others are read, and counts, volume and box
// are those of the reference.
func TestThreeMFModels(t *testing.T) {
	references := meshtest.References(t, "own")
	for _, row := range meshtest.Manifest(t) {
		if lower := strings.ToLower(row.File); !strings.HasSuffix(lower, ".3mf") && !strings.HasSuffix(lower, ".amf") {
			continue
		}
		t.Run(row.File, func(t *testing.T) {
			f, err := mesh.Read(t.Context(), meshtest.Model(t, row.File), mesh.ReadOptions{})
			verdict, special := threeMFVerdicts[row.File]
			if verdict.code != "" {
				if e := (*mesh.Error)(nil); !errors.As(err, &e) || e.Code != verdict.code {
					t.Fatalf("%v, want %s", err, verdict.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(row.Facts, "MUST FAIL") && len(f.Warnings) == 0 {
				t.Error("must fail, and is not even flagged")
			}
			flagged := verdict.warning == ""
			for _, w := range f.Warnings {
				flagged = flagged || w.Code == verdict.warning
			}
			if !flagged {
				t.Errorf("warnings %v, want %s", f.Warnings, verdict.warning)
			}
			ref, ok := references[row.File]
			if !ok || !ref.OK() {
				t.Fatalf("read, but the reference says %q", ref.Status)
			}
			facets, _ := ref.Number("facets")
			volume, _ := ref.Number("volume")
			same := !special || verdict.facets == 0
			if !same {
				facets, volume = float64(verdict.facets), verdict.volume
			}
			if float64(len(f.Mesh.Triangles)) != facets {
				t.Errorf("%d triangles, want %v", len(f.Mesh.Triangles), facets)
			}
			scale := f.Unit.Scale()
			if v := volumeAboutMean(f.Mesh) / (scale * scale * scale); math.Abs(v-volume) > 1e-8*math.Abs(volume)+1e-9 {
				t.Errorf("volume %.12g, want %.12g", v, volume)
			}
			box, ok := ref.Box()
			if !same || !ok {
				return
			}
			b := f.Mesh.Bounds()
			for i, got := range [...]float64{b.Min.X, b.Min.Y, b.Min.Z, b.Max.X, b.Max.Y, b.Max.Z} {
				if math.Abs(got/scale-box[i]) > 1e-8*b.Diagonal()/scale+5e-9*math.Abs(box[i]) {
					t.Errorf("box %v, want %v", b, box)
					break
				}
			}
		})
	}
}

// volumeAboutMean is the signed volume about the mean of all corners, as the
// reference takes it: it matters for open meshes only.
func volumeAboutMean(m *mesh.Mesh) float64 {
	mean := r3vector(0, 0, 0)
	for i := range m.Triangles {
		a, b, c := m.Corners(i)
		mean = mean.Add(a).Add(b).Add(c)
	}
	mean = mean.Mul(1 / float64(3*len(m.Triangles)))
	sum := 0.0
	for i := range m.Triangles {
		a, b, c := m.Corners(i)
		sum += a.Sub(mean).Dot(b.Sub(mean).Cross(c.Sub(mean))) / 6
	}
	return sum
}

// BenchmarkThreeMF reads 3DBenchy; the bytes are those of the unpacked model.
func BenchmarkThreeMF(b *testing.B) {
	data := meshtest.Model(b, "3dbenchy__3DBenchy.3mf")
	b.SetBytes(16952831)
	b.ReportAllocs()
	for b.Loop() {
		if f, err := mesh.Read(b.Context(), data, mesh.ReadOptions{}); err != nil || len(f.Mesh.Triangles) != 225154 {
			b.Fatal(err)
		}
	}
}
