package mesh_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

const materialAttr = `xmlns:m="` + materialURI + `"`

// objectModel builds object 9 of those resources.
func objectModel(resources string) []byte {
	return threeMF(modelXML("", resources, itemXML(9, "")))
}

func cubeObject(id int, attributes string) string {
	return objectXML(id, attributes, cubeMesh("2"))
}

// identity as a transform, with one entry changed.
func transformXML(entry int, value string) string {
	m := strings.Fields("1 0 0 0 1 0 0 0 1 0 0 0")
	m[entry] = value
	return `transform="` + strings.Join(m, " ") + `"`
}

// TestThreeMFRead: what a 3MF may hold, and what comes out of it.
func TestThreeMFRead(t *testing.T) {
	part := modelXML("", cubeObject(1, ""), "")
	production := func(resources, items string, more ...string) []byte {
		return threeMF(modelXML(`xmlns:p="`+productionURI+`" requiredextensions="p"`, resources, items), append([]string{
			"3D/_rels/3dmodel.model.rels", relsXML(modelType, "/3D/a%20part.model"),
			"3D/a%20part.model", part,
		}, more...)...)
	}
	for _, test := range []struct {
		name   string
		data   []byte
		volume float64
		solids int
		warn   []mesh.Code
	}{
		{"one cube", threeMF(cubeModel("")), 8, 1, nil},
		{"M14 mirrored item", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, transformXML(0, "-1")))), 8, 1, nil},
		{"M14 mirrored twice", threeMF(modelXML("", cubeObject(1, "")+objectXML(2, "", componentsXML(componentXML(1, transformXML(4, "-3")))), itemXML(2, transformXML(0, "-1")))), 24, 1, nil},
		{"nested transforms", threeMF(modelXML("", cubeObject(1, "")+
			objectXML(2, "", componentsXML(componentXML(1, `transform="2 0 0 0 2 0 0 0 2 1 1 1"`), componentXML(1, ""))),
			itemXML(2, `transform="0 1 0 -1 0 0 0 0 1 5 5 5"`)+itemXML(1, ""))), 64 + 8 + 8, 3, nil},
		{"white space in numbers", objectModel(objectXML(9, "", strings.Replace(cubeMesh("2"), `x="2" y="0" z="0"`, "x=\" 2\n\" y=\"+0\" z=\"\t-0e3 \"", 1))), 8, 1, nil},
		{"object of every attribute", objectModel(cubeObject(9, `name="a &lt;b&gt; &#xe4;" partnumber="7" thumbnail="/x.png" type="model"`)), 8, 1, nil},
		{"M13 support beside a model", threeMF(modelXML("", cubeObject(1, "")+cubeObject(2, `type="support"`)+cubeObject(3, `type="solidsupport"`),
			itemXML(1, "")+itemXML(2, "")+itemXML(3, ""))), 8, 1, []mesh.Code{mesh.CodeSupportsIgnored}},
		{"M20 modifier among components", objectModel(cubeObject(1, "") + cubeObject(2, `type="other"`) + objectXML(9, "", componentsXML(componentXML(1, ""), componentXML(2, "")))), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"M20 type of a group means nothing", objectModel(cubeObject(1, "") + objectXML(9, `type="support"`, componentsXML(componentXML(1, "")))), 8, 1, nil},
		{"M20 item not to be printed", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, `printable="1"`)+itemXML(1, transformXML(9, "9")+` printable="0"`))), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"M20 settings of a slicer", threeMF(cubeModel(""), "Metadata/model_settings.config", `<config><script>rm</script>`), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"M21 pictures are not opened", threeMF(cubeModel(""), "Metadata/thumbnail.png", "<svg/>", "3D/Textures/x.png", "\x00"), 8, 1, nil},
		{"surface", objectModel(cubeObject(9, `type="surface"`)), 8, 1, []mesh.Code{mesh.CodeOpenSurface}},
		{"item twice at one place", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, "")+itemXML(1, transformXML(0, "1.0")))), 16, 2, []mesh.Code{mesh.CodeOverlappingShells}},
		{"components twice at one place", objectModel(cubeObject(1, "") + objectXML(9, "", componentsXML(componentXML(1, transformXML(9, "3")), componentXML(1, transformXML(9, "3.0"))))), 16, 2, []mesh.Code{mesh.CodeOverlappingShells}},
		{"vertex of no triangle", objectModel(objectXML(9, "", strings.Replace(cubeMesh("2"), "</vertices>", `<vertex x="1" y="1" z="1"/></vertices>`, 1))), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"triangle without area", objectModel(objectXML(9, "", strings.Replace(cubeMesh("2"), "</triangles>", `<triangle v1="1" v2="1" v3="2"/></triangles>`, 1))), 8, 1, []mesh.Code{mesh.CodeDegenerateFaces}},
		{"empty object that is not built", threeMF(modelXML("", objectXML(2, "", "<mesh><vertices/><triangles/></mesh>")+cubeObject(1, ""), itemXML(1, ""))), 8, 1, nil},
		{"unknown attributes", objectModel(cubeObject(9, `color="red"`)), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"unknown extension", threeMF(modelXML(`xmlns:x="urn:x" x:a="1"`, `<x:thing id="5"><x:inner/>text</x:thing>`+cubeObject(1, `x:b="2"`), itemXML(1, ""))), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"recommended extension", threeMF(cubeModel(`xmlns:x="urn:x" recommendedextensions="x"`)), 8, 1, nil},
		{"metadata", threeMF(strings.Replace(cubeModel(`xmlns:v="urn:v"`), "<resources>", `<metadata name="Title">a &amp; b</metadata><metadata name="v:x" preserve="1" type="xs:string"><![CDATA[<x>]]></metadata><resources>`, 1)), 8, 1, nil},
		{"unknown metadata", threeMF(strings.Replace(cubeModel(""), "<resources>", `<metadata name="Mood">good</metadata><resources>`, 1)), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"metadata groups", threeMF(modelXML("", objectXML(1, "", `<metadatagroup><metadata name="Title">x</metadata></metadatagroup>`+cubeMesh("2")),
			`<item objectid="1"><metadatagroup><metadata name="Title">y</metadata></metadatagroup></item>`)), 8, 1, nil},
		{"prefixed core", threeMF(strings.NewReplacer("xmlns=", "xmlns:c=", "<?", "<?", "</", "</c:", "<", "<c:").Replace(cubeModel(""))), 8, 1, nil},
		{"comments and instructions", threeMF(strings.Replace(cubeModel(""), "<resources>", "<!-- a - b > --><?pi <x>?><resources>", 1) + "<!--end-->\n"), 8, 1, nil},
		{"relative start part", zipOf("[Content_Types].xml", contentTypesXML, "_rels/.rels", relsXML(modelType, "3D/./x/../3dmodel.model"), "3D/3dmodel.model", cubeModel("")), 8, 1, nil},
		{"start part in other case", zipOf("[content_types].XML", contentTypesXML, "_RELS/.rels", relsXML(modelType, "/3d/3DModel.MODEL"), "3D/3dmodel.model", cubeModel("")), 8, 1, nil},
		{"content type by part", zipOf("[Content_Types].xml", strings.Replace(contentTypesXML, `<Default Extension="model"`, `<Override PartName="/x/y"`, 1), "_rels/.rels", relsXML(modelType, "/x/y"), "x/y", cubeModel("")), 8, 1, nil},
		{"production item", production("", `<item objectid="1" p:path="/3D/a part.model" p:UUID="x"/>`), 8, 1, nil},
		{"production component", production(objectXML(1, "", componentsXML(componentXML(1, `p:path="/3D/a%20part.model"`))), itemXML(1, "")), 8, 1, nil},
		{"model part that nothing uses", production(cubeObject(1, ""), itemXML(1, "")), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"mesh with beams", threeMF(modelXML(`xmlns:b="`+beamURI+`"`, objectXML(1, "", strings.Replace(cubeMesh("2"), "</mesh>", `<b:beamlattice minlength="1" radius="1"><b:beams><b:beam v1="0" v2="1"/></b:beams></b:beamlattice></mesh>`, 1)), itemXML(1, ""))), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"mesh with slices", threeMF(modelXML(`xmlns:s="`+sliceURI+`" requiredextensions="s"`, `<s:slicestack id="1" zbottom="0"/>`+objectXML(2, `s:slicestackid="1"`, cubeMesh("2")), itemXML(2, ""))), 8, 1, []mesh.Code{mesh.CodeIgnoredContent}},
		{"chain of 10 000 components (M4)", func() []byte {
			var b strings.Builder
			b.WriteString(cubeObject(1, ""))
			for id := 2; id <= 10_000; id++ {
				b.WriteString(objectXML(id, "", componentsXML(componentXML(id-1, ""))))
			}
			return threeMF(modelXML("", b.String(), itemXML(10_000, "")))
		}(), 8, 1, nil},
		{"20 000 items (M5)", func() []byte {
			var b strings.Builder
			for i := range 20_000 {
				b.WriteString(itemXML(1, transformXML(9, fmt.Sprint(3*i))))
			}
			return threeMF(modelXML("", cubeObject(1, ""), b.String()))
		}(), 160_000, 20_000, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := mustRead(t, test.data)
			b := f.Mesh.Bounds()
			m := &mesh.Mesh{Triangles: f.Mesh.Triangles}
			for _, v := range f.Mesh.Vertices { // sums of volumes far away lose digits
				m.Vertices = append(m.Vertices, v.Sub(b.Center()))
			}
			if v := signedVolume(m); math.Abs(v-test.volume) > 1e-7*test.volume || f.SolidCount != test.solids {
				t.Errorf("volume %v of %d solids, want %v of %d", v, f.SolidCount, test.volume, test.solids)
			}
			wantWarnings(t, f, test.warn...)
		})
	}
}

// TestThreeMFUnits: each unit scales right, and wins over the caller's with a
// warning (M15).
func TestThreeMFUnits(t *testing.T) {
	for name, edge := range map[string]float64{
		"micron": 0.002, "millimeter": 2, "centimeter": 20, "meter": 2000, "inch": 50.8, "foot": 609.6, "": 2,
	} {
		attr := `unit="` + name + `"`
		if name == "" {
			attr = ""
		}
		data := threeMF(cubeModel(attr))
		if got := mustRead(t, data).Mesh.Bounds().Size().X; math.Abs(got-edge) > 1e-12*edge {
			t.Errorf("%s: an edge of %v mm, want %v", name, got, edge)
		}
		f, err := mesh.Read(t.Context(), data, mesh.ReadOptions{Unit: mesh.Inch})
		if err != nil {
			t.Fatal(err)
		}
		if name == "inch" {
			wantWarnings(t, f)
		} else {
			wantWarnings(t, f, mesh.CodeUnitOverridden)
		}
	}
}

// TestThreeMFPlaces: row vectors, the transform of the component first; the
// name is that of the innermost named object.
func TestThreeMFPlaces(t *testing.T) {
	data := threeMF(modelXML("", cubeObject(1, "")+
		objectXML(2, `name=" group&#10;"`, componentsXML(componentXML(1, `transform="1 0 0 0 1 0 0 0 1 10 0 0"`))),
		itemXML(2, `transform="0 2 0 -1 0 0 0 0 3 0 0 5"`)))
	f := mustRead(t, data)
	b := f.Mesh.Bounds()
	// (x+10, y, z) → (−y, 2·(x+10), 3·z+5)
	if b.Min != r3vector(-2, 20, 5) || b.Max != r3vector(0, 24, 11) {
		t.Errorf("placed in %v", b)
	}
	if len(f.Solids) != 1 || f.Solids[0] != (mesh.Solid{Name: "group", Triangles: 12}) {
		t.Errorf("solids %+v", f.Solids)
	}
	if f.Mesh.SinglePrecision {
		t.Error("decimal numbers are no 32-bit numbers")
	}
}

// TestThreeMFUTF16: a model part in UTF-16 is read (M10).
func TestThreeMFUTF16(t *testing.T) {
	xml := strings.Replace(cubeModel(""), "UTF-8", "UTF-16", 1)
	xml = strings.Replace(xml, "<object ", `<object name="Würfel 🎲" `, 1)
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, mark := range []string{"\ufeff", ""} {
			var b []byte
			for _, u := range utf16.Encode([]rune(mark + xml)) {
				b = order.AppendUint16(b, u)
			}
			f := mustRead(t, threeMF(string(b)))
			if v := signedVolume(f.Mesh); math.Abs(v-8) > 1e-9 || f.Solids[0].Name != "Würfel 🎲" {
				t.Errorf("volume %v, %+v", v, f.Solids)
			}
			wantRefused(t, threeMF(string(b[:len(b)-1])), mesh.CodeEncoding, mesh.ReadOptions{})
			lone := slices.Concat(b[:len(b)-2], order.AppendUint16(nil, 0xd800))
			wantRefused(t, threeMF(string(lone)), mesh.CodeEncoding, mesh.ReadOptions{})
		}
	}
}

// TestThreeMFRefused: each broken or hostile model gets its code, and memory
// stays small.
func TestThreeMFRefused(t *testing.T) {
	xml := cubeModel("")
	instead := func(old, replacement string) []byte {
		if !strings.Contains(xml, old) {
			t.Fatalf("the model has no %s", old)
		}
		return threeMF(strings.Replace(xml, old, replacement, 1))
	}
	doctype := func(s string) string { return strings.Replace(s, "?>", `?><!DOCTYPE x [<!ENTITY e "x">]>`, 1) }
	parts := func(list ...string) []byte { return zipOf(list...) }
	const ct, rels, name = "[Content_Types].xml", "_rels/.rels", "3D/3dmodel.model"
	start := relsXML(modelType, "/"+name)
	productionModel := func(resources, items string) string {
		return modelXML(`xmlns:p="`+productionURI+`"`, resources, items)
	}
	production := func(model, part string, related ...string) []byte {
		return threeMF(model, "3D/_rels/3dmodel.model.rels", relsXML(related...), "3D/part.model", part)
	}
	partItem := `<item objectid="1" p:path="/3D/part.model"/>`
	doubling := func(levels int) []byte {
		var b strings.Builder
		b.WriteString(cubeObject(1, ""))
		for id := 2; id <= levels; id++ {
			b.WriteString(objectXML(id, "", componentsXML(componentXML(id-1, ""), componentXML(id-1, transformXML(9, "5")))))
		}
		return threeMF(modelXML("", b.String(), itemXML(levels, "")))
	}
	shape := func(uri, prefix, element string) []byte {
		return threeMF(modelXML(`xmlns:`+prefix+`="`+uri+`"`, objectXML(1, "", "<"+prefix+":"+element+"/>"), itemXML(1, "")))
	}
	required := func(uri string) []byte { return threeMF(cubeModel(`xmlns:q="` + uri + `" requiredextensions="q"`)) }
	const family = "http://schemas.microsoft.com/3dmanufacturing/"

	for _, test := range []struct {
		name string
		data []byte
		want mesh.Code
	}{
		{"M3 DTD in the model", threeMF(doctype(xml)), mesh.CodeXMLDTD},
		{"M3 DTD in the relationships", parts(ct, contentTypesXML, rels, doctype(start), name, xml), mesh.CodeXMLDTD},
		{"M3 DTD in the content types", parts(ct, doctype(contentTypesXML), rels, start, name, xml), mesh.CodeXMLDTD},
		{"M3 DTD behind the root", instead("</model>", "</model><!DOCTYPE x>"), mesh.CodeXMLDTD},
		{"M3 external entity", instead("<resources>", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><resources>`), mesh.CodeXMLDTD},
		{"M3 entity", instead("<resources>", "<resources>&e;"), mesh.CodeXMLSyntax},
		{"M3 XInclude", instead("<resources>", `<resources><include xmlns="http://www.w3.org/2001/XInclude" href="x"/><object id="1"/>`), mesh.CodeSchema},

		{"M4 cycle", objectModel(cubeObject(1, "") + objectXML(2, "", componentsXML(componentXML(9, ""))) + objectXML(9, "", componentsXML(componentXML(1, ""), componentXML(2, "")))), mesh.CodeComponentCycle},
		{"M4 self-cycle", objectModel(objectXML(9, "", componentsXML(componentXML(9, "")))), mesh.CodeComponentCycle},
		{"M4 cycle by the path", threeMF(productionModel(objectXML(9, "", componentsXML(componentXML(9, `p:path="/3D/3dmodel.model"`))), itemXML(9, ""))), mesh.CodeComponentCycle},
		{"M5 doubling 39 times", doubling(40), mesh.CodeLimitInstances},
		{"M5 doubling 63 times", doubling(64), mesh.CodeLimitInstances},
		{"M5 doubling 128 times", doubling(129), mesh.CodeLimitInstances},

		{"M6 no content types", parts(rels, start, name, xml), mesh.CodeOPCContentTypes},
		{"M6 no relationships", parts(ct, contentTypesXML, name, xml), mesh.CodeOPCRelationships},
		{"M6 model only", parts(name, xml), mesh.CodeOPCContentTypes},
		{"M6 no model", parts(ct, contentTypesXML, rels, start), mesh.CodeOPCMissingPart},
		{"M6 other target", parts(ct, contentTypesXML, rels, relsXML(modelType, "/3D/x.model"), name, xml), mesh.CodeOPCMissingPart},
		{"M6 other type", parts(ct, contentTypesXML, rels, relsXML("urn:x", "/"+name), name, xml), mesh.CodeOPCRelationships},
		{"M6 external target", parts(ct, contentTypesXML, rels, strings.Replace(start, "Target=", `TargetMode="External" Target=`, 1), name, xml), mesh.CodeOPCRelationships},
		{"M6 URL", parts(ct, contentTypesXML, rels, relsXML(modelType, "http://x/3D/3dmodel.model"), name, xml), mesh.CodeOPCRelationships},
		{"M6 target outside", parts(ct, contentTypesXML, rels, relsXML(modelType, "../3D/3dmodel.model"), name, xml), mesh.CodeOPCRelationships},
		{"M6 no content type", parts(ct, strings.Replace(contentTypesXML, `"model"`, `"x"`, 1), rels, start, name, xml), mesh.CodeOPCContentTypes},
		{"M6 other content type", parts(ct, strings.Replace(contentTypesXML, "3dmodel+xml", "xml", 1), rels, start, name, xml), mesh.CodeOPCContentTypes},
		{"M6 content type twice", parts(ct, strings.Replace(contentTypesXML, "<Default", `<Default Extension="MODEL" ContentType="x"/><Default`, 1), rels, start, name, xml), mesh.CodeOPCContentTypes},
		{"M6 content types of another root", parts(ct, strings.ReplaceAll(contentTypesXML, "Types", "Kinds"), rels, start, name, xml), mesh.CodeOPCContentTypes},
		{"M6 empty relationships", parts(ct, contentTypesXML, rels, "", name, xml), mesh.CodeXMLSyntax},
		{"M6 relationship without target", parts(ct, contentTypesXML, rels, strings.Replace(start, "Target", "target", 1), name, xml), mesh.CodeOPCRelationships},
		{"M6 two print tickets", threeMF(xml, "3D/_rels/3dmodel.model.rels", relsXML("http://schemas.microsoft.com/3dmanufacturing/2013/01/printticket", "/a.xml", "http://schemas.microsoft.com/3dmanufacturing/2013/01/printticket", "/b.xml")), mesh.CodeOPCRelationships},

		{"M7 two start parts", parts(ct, contentTypesXML, rels, relsXML(modelType, "/"+name, modelType, "/3D/b.model"), name, xml, "3D/b.model", xml), mesh.CodeDuplicateName},
		{"M7 object id twice", objectModel(cubeObject(9, "") + cubeObject(9, "")), mesh.CodeDuplicateName},
		{"M7 id of a material", threeMF(modelXML("", `<basematerials id="1"><base name="a" displaycolor="#000000"/></basematerials>`+cubeObject(1, ""), itemXML(1, ""))), mesh.CodeDuplicateName},
		{"M7 id of another extension", threeMF(modelXML(`xmlns:s="`+sliceURI+`"`, `<s:slicestack id="1"/>`+cubeObject(1, ""), itemXML(1, ""))), mesh.CodeDuplicateName},
		{"M7 attribute twice", instead(`id="1"`, `id="1" id="2"`), mesh.CodeDuplicateName},
		{"M7 attribute twice by namespace", threeMF(strings.Replace(cubeModel(`xmlns:a="urn:x" xmlns:b="urn:x"`), "<object ", `<object a:q="1" b:q="2" `, 1)), mesh.CodeDuplicateName},

		{"M8 200 000 attributes", func() []byte {
			var b strings.Builder
			for i := range 200_000 {
				fmt.Fprintf(&b, ` a%d="1"`, i)
			}
			return instead("<object ", "<object"+b.String()+" ")
		}(), mesh.CodeLimitXMLAttribute},
		{"M9 two million elements", packageWith(func(e *zipEntry) {
			e.stored = true
			e.content = strings.Replace(xml, "<resources>", strings.Repeat("<a>", 2_000_000), 1)
		}).bytes(), mesh.CodeSchema},
		{"M9 nested metadata", instead("<resources>", `<metadata name="Title">`+strings.Repeat("<a>", 64)), mesh.CodeLimitXMLDepth},
		{"M10 other encoding", instead("UTF-8", "ISO-8859-1"), mesh.CodeEncoding},
		{"M10 not UTF-8", instead("<object ", "<object name=\"\xff\" "), mesh.CodeEncoding},
		{"M10 UTF-16 announced only", instead("UTF-8", "UTF-16"), mesh.CodeEncoding},

		{"M11 index out of range", instead(`v1="0"`, `v1="8"`), mesh.CodeIndexRange},
		{"M11 negative index", instead(`v1="0"`, `v1="-1"`), mesh.CodeIndexRange},
		{"M11 index of 2³²", instead(`v1="0"`, `v1="4294967296"`), mesh.CodeIndexRange},
		{"M11 index of 2⁶⁴", instead(`v1="0"`, `v1="18446744073709551616"`), mesh.CodeIndexRange},
		{"M11 no index", instead(`v1="0"`, `v1="a"`), mesh.CodeNumberFormat},
		{"M11 empty index", instead(`v1="0"`, `v1=""`), mesh.CodeNumberFormat},
		{"M11 fraction", instead(`v1="0"`, `v1="0.0"`), mesh.CodeNumberFormat},
		{"M12 nan", instead(`x="2"`, `x="nan"`), mesh.CodeNumberFormat},
		{"M12 infinite", instead(`x="2"`, `x="1e999"`), mesh.CodeNumberFormat},
		{"M12 comma", instead(`x="2"`, `x="2,0"`), mesh.CodeNumberFormat},
		{"M12 hexadecimal", instead(`x="2"`, `x="0x1p1"`), mesh.CodeNumberFormat},
		{"M12 two numbers", instead(`x="2"`, `x="2 2"`), mesh.CodeNumberFormat},
		{"M12 out of range", instead(`x="2"`, `x="1e10"`), mesh.CodeCoordinateRange},

		{"M13 no triangles", objectModel(objectXML(9, "", "<mesh><vertices/><triangles/></mesh>")), mesh.CodeEmptyMesh},
		{"M13 no mesh", objectModel(objectXML(9, "", "")), mesh.CodeSchema},
		{"M13 no <triangles>", objectModel(objectXML(9, "", "<mesh><vertices/></mesh>")), mesh.CodeSchema},
		{"M13 no items", threeMF(modelXML("", cubeObject(1, ""), "")), mesh.CodeNoBuild},
		{"M13 no build", threeMF(strings.Replace(strings.Replace(xml, "<build>", "<!--", 1), "</build>", "-->", 1)), mesh.CodeNoBuild},
		{"M13 other built", objectModel(cubeObject(9, `type="other"`)), mesh.CodeNoBuild},
		{"M13 supports only", objectModel(cubeObject(9, `type="support"`)), mesh.CodeNoBuild},
		{"M13 nothing to be printed", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, `printable="0"`))), mesh.CodeNoBuild},
		{"M13 unknown type", objectModel(cubeObject(9, `type="modle"`)), mesh.CodeSchema},

		{"M14 NaN", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, transformXML(0, "nan")))), mesh.CodeTransform},
		{"M14 singular", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, transformXML(0, "0")))), mesh.CodeTransform},
		{"M14 two rows equal", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, `transform="1 2 3 1 2 3 0 0 1 0 0 0"`))), mesh.CodeTransform},
		{"M14 short", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, `transform="1 0 0 0 1 0 0 0 1 0 0"`))), mesh.CodeTransform},
		{"M14 long", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, `transform="1 0 0 0 1 0 0 0 1 0 0 0 0"`))), mesh.CodeTransform},
		{"M14 empty", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, `transform=""`))), mesh.CodeTransform},
		{"M14 1e30", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, transformXML(0, "1e30")))), mesh.CodeTransform},
		{"M14 1e30 away", threeMF(modelXML("", cubeObject(1, ""), itemXML(1, transformXML(9, "1e30")))), mesh.CodeTransform},
		{"M14 growing out of range", func() []byte {
			var b strings.Builder
			b.WriteString(cubeObject(1, ""))
			for id := 2; id <= 40; id++ {
				b.WriteString(objectXML(id, "", componentsXML(componentXML(id-1, `transform="1e9 0 0 0 1e9 0 0 0 1e9 0 0 0"`))))
			}
			return threeMF(modelXML("", b.String(), itemXML(40, "")))
		}(), mesh.CodeNonFinite},
		{"M14 of a component", objectModel(cubeObject(1, "") + objectXML(9, "", componentsXML(componentXML(1, transformXML(4, "0"))))), mesh.CodeTransform},

		{"M15 unknown unit", threeMF(cubeModel(`unit="furlong"`)), mesh.CodeUnit},
		{"M15 unit in capitals", threeMF(cubeModel(`unit="Inch"`)), mesh.CodeUnit},
		{"M15 empty unit", threeMF(cubeModel(`unit=""`)), mesh.CodeUnit},
		{"M15 unit on resources", instead("<resources>", `<resources unit="inch">`), mesh.CodeUnit},
		{"M15 unit on an object", instead("<object ", `<object unit="inch" `), mesh.CodeUnit},
		{"M15 unit twice", threeMF(cubeModel(`unit="inch" unit="micron"`)), mesh.CodeDuplicateName},
		{"M15 unknown attribute of the model", threeMF(cubeModel(`unti="inch"`)), mesh.CodeSchema},
		{"M15 unknown required extension", required("urn:x"), mesh.CodeRequiredExtension},
		{"M15 undeclared required extension", threeMF(cubeModel(`requiredextensions="q"`)), mesh.CodeRequiredExtension},
		{"M15 later materials", required(family + "material/2099/01"), mesh.CodeRequiredExtension},
		{"M15 part in another unit", production(productionModel("", partItem), modelXML(`unit="inch"`, cubeObject(1, ""), ""), modelType, "/3D/part.model"), mesh.CodeUnit},

		{"M16 item of nothing", threeMF(modelXML("", cubeObject(1, ""), itemXML(2, ""))), mesh.CodeReference},
		{"M16 item of a material", threeMF(modelXML(materialAttr, `<m:colorgroup id="5"><m:color color="#FFFFFF"/></m:colorgroup>`+cubeObject(1, ""), itemXML(5, ""))), mesh.CodeReference},
		{"M16 component of nothing", objectModel(objectXML(9, "", componentsXML(componentXML(1, "")))), mesh.CodeReference},
		{"M16 forward", objectModel(objectXML(9, "", componentsXML(componentXML(10, ""))) + cubeObject(10, "")), mesh.CodeReference},
		{"M16 path to nothing", threeMF(productionModel("", partItem)), mesh.CodeReference},
		{"M16 relative path", production(productionModel("", `<item objectid="1" p:path="part.model"/>`), xml, modelType, "/3D/part.model"), mesh.CodeReference},
		{"M16 path to no related part", production(productionModel("", partItem), xml), mesh.CodeOPCRelationships},
		{"M16 object of another part", production(productionModel("", `<item objectid="2" p:path="/3D/part.model"/>`), xml, modelType, "/3D/part.model"), mesh.CodeReference},
		{"M16 chain of parts", production(productionModel("", partItem), productionModel(objectXML(1, "", componentsXML(componentXML(1, `p:path="/3D/3dmodel.model"`))), ""), modelType, "/3D/part.model"), mesh.CodeReference},
		{"M16 path of another version", threeMF(modelXML(`xmlns:p="`+family+`production/2099/01"`, cubeObject(1, ""), partItem)), mesh.CodeUnsupportedExtension},
		{"M16 path without namespace", threeMF(modelXML("", cubeObject(1, ""), `<item objectid="1" path="/3D/part.model"/>`)), mesh.CodeSchema},
		{"M16 no object id", instead(`<item objectid="1"`, `<item`), mesh.CodeSchema},
		{"M16 bad object id", instead(`<item objectid="1"`, `<item objectid="-1"`), mesh.CodeNumberFormat},
		{"M16 broken part", production(productionModel("", partItem), "<model/>", modelType, "/3D/part.model"), mesh.CodeSchema},

		{"M22 secure content", required(family + "securecontent/2019/04"), mesh.CodeUnsupportedExtension},
		{"M22 encrypted part", production(productionModel("", partItem), "\x00\x01", modelType, "/3D/part.model", "http://schemas.openxmlformats.org/package/2006/relationships/encryptedfile", "/3D/part.model"), mesh.CodeUnsupportedExtension},
		{"M22 beams only", threeMF(modelXML(`xmlns:b="`+beamURI+`"`, objectXML(1, "", `<mesh><vertices><vertex x="0" y="0" z="0"/></vertices><triangles/><b:beamlattice/></mesh>`), itemXML(1, ""))), mesh.CodeUnsupportedExtension},
		{"M22 beams required", required(beamURI), mesh.CodeUnsupportedExtension},
		{"M22 slices instead of a mesh", threeMF(modelXML(`xmlns:s="`+sliceURI+`" requiredextensions="s"`, objectXML(1, `s:meshresolution="lowres"`, cubeMesh("2")), itemXML(1, ""))), mesh.CodeUnsupportedExtension},
		{"M22 volumetric", shape("http://schemas.3mf.io/3dmanufacturing/volumetric/2022/01", "v", "levelset"), mesh.CodeUnsupportedExtension},
		{"M22 implicit", required("http://schemas.3mf.io/3dmanufacturing/implicit/2023/12"), mesh.CodeUnsupportedExtension},
		{"M22 boolean", shape("http://schemas.3mf.io/3dmanufacturing/booleanoperations/2023/07", "bo", "booleanshape"), mesh.CodeUnsupportedExtension},
		{"M22 displacement", shape(family+"displacement/2022/07", "d", "displacementmesh"), mesh.CodeUnsupportedExtension},
		{"M22 alternatives", threeMF(modelXML(`xmlns:pa="`+family+`production/alternatives/2021/04"`, objectXML(1, `pa:modelresolution="obfuscated"`, cubeMesh("2")), itemXML(1, ""))), mesh.CodeUnsupportedExtension},
		{"M22 shape of an unknown extension", shape("urn:x", "x", "blob"), mesh.CodeUnsupportedExtension},

		{"other root", threeMF("<svg/>"), mesh.CodeSchema},
		{"other namespace", instead(coreURI, family+"core/2099/01"), mesh.CodeSchema},
		{"no namespace", instead(`xmlns="`+coreURI+`"`, ""), mesh.CodeSchema},
		{"two roots", threeMF(xml + xml[strings.Index(xml, "<model"):]), mesh.CodeXMLSyntax},
		{"text in the mesh", instead("<vertices>", "<vertices>1"), mesh.CodeSchema},
		{"element in a vertex", instead(`<vertex x="0" y="0" z="0"/>`, `<vertex x="0" y="0" z="0"><vertex x="1" y="1" z="1"/></vertex>`), mesh.CodeSchema},
		{"resources twice", instead("<build>", "<resources/><build>"), mesh.CodeSchema},
		{"build twice", instead("</model>", "<build/></model>"), mesh.CodeSchema},
		{"build first", instead("<resources>", "<build/><resources>"), mesh.CodeSchema},
		{"mesh twice", instead("</mesh>", "</mesh>"+cubeMesh("3")), mesh.CodeSchema},
		{"triangles first", instead("<mesh>", "<mesh><triangles/>"), mesh.CodeSchema},
		{"vertices twice", instead("<triangles>", "<vertices/><triangles>"), mesh.CodeSchema},
		{"no coordinate", instead(`z="0"`, ""), mesh.CodeSchema},
		{"other coordinate", instead(`z="0"`, `w="0"`), mesh.CodeSchema},
		{"no corner", instead(`v3="3"`, ""), mesh.CodeSchema},
		{"object in the build", instead("<build>", "<build>"+cubeObject(3, "")), mesh.CodeSchema},
		{"unknown element", instead("<resources>", "<resources><thing/>"), mesh.CodeSchema},
		{"metadata without name", instead("<resources>", "<metadata>x</metadata><resources>"), mesh.CodeSchema},
		{"object without id", instead(`id="1"`, ""), mesh.CodeSchema},
		{"object with id 0", instead(`id="1"`, `id="0"`), mesh.CodeNumberFormat},
		{"object with id 2³¹", instead(`id="1"`, `id="2147483648"`), mesh.CodeNumberFormat},
		{"component without object id", objectModel(cubeObject(1, "") + objectXML(9, "", "<components><component/></components>")), mesh.CodeSchema},
		{"component with an unknown attribute", objectModel(cubeObject(1, "") + objectXML(9, "", componentsXML(componentXML(1, `tranform="1"`)))), mesh.CodeSchema},
		{"no components", objectModel(objectXML(9, "", "<components/>")), mesh.CodeSchema},
		{"mesh and components", objectModel(cubeObject(1, "") + objectXML(9, "", cubeMesh("1")+componentsXML(componentXML(1, "")))), mesh.CodeSchema},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := wantRefused(t, test.data, test.want, mesh.ReadOptions{})
			if e.Format != mesh.Format3MF {
				t.Errorf("the format is %q", e.Format)
			}
		})
	}
}

// TestThreeMFMetadataLimit: metadata is counted while it is read, however it
// is cut up (M8).
func TestThreeMFMetadataLimit(t *testing.T) {
	const size = 1 << 20
	for _, test := range []struct {
		name, before, piece, after string
		times                      int
		refused                    bool
	}{
		{"one text of 50 MB", `<metadata name="Title">`, "x", "</metadata>", 50 << 20, true},
		{"one text within the limit", `<metadata name="Title">`, "x", "</metadata>", size - 5, false},
		{"one text beyond the limit", `<metadata name="Title">`, "x", "</metadata>", size - 4, true},
		{"entities", `<metadata name="Title">`, "&amp;", "</metadata>", size - 5, false},
		{"many", "", `<metadata name="Title">x</metadata>`, "", size/6 + 1, true},
		{"character data", `<metadata name="Title">`, "<![CDATA[xxxxxxxxxx]]>", "</metadata>", size/10 + 1, true},
		{"one long section", `<metadata name="Title"><![CDATA[`, "é", "]]></metadata>", size/2 - 3, false},
		{"one longer section", `<metadata name="Title"><![CDATA[`, "é", "]]></metadata>", size / 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := packageWith(func(e *zipEntry) {
				e.stored = true
				e.content = strings.Replace(e.content, "<resources>", test.before+strings.Repeat(test.piece, test.times)+test.after+"<resources>", 1)
			}).bytes()
			if test.refused {
				wantRefused(t, data, mesh.CodeLimitMetadata, mesh.ReadOptions{})
			} else {
				mustRead(t, data)
			}
		})
	}
}

// TestThreeMFAttributeLimits: the limits of XML hold exactly and can be set.
func TestThreeMFAttributeLimits(t *testing.T) {
	name := func(n int) []byte { return objectModel(cubeObject(9, `name="`+strings.Repeat("é", n)+`"`)) }
	many := func(n int) []byte {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `x:a%d="1" `, i)
		}
		return threeMF(modelXML(`xmlns:x="urn:x"`, cubeObject(1, b.String()), itemXML(1, "")))
	}
	nested := func(n int) []byte {
		inner := strings.Repeat("<x:a>", n) + strings.Repeat("</x:a>", n)
		return threeMF(modelXML(`xmlns:x="urn:x"`, inner+cubeObject(1, ""), itemXML(1, "")))
	}
	for _, test := range []struct {
		name string
		data []byte
		want mesh.Code
	}{
		{"longest attribute", name(32 << 10), ""},
		{"attribute too long", name(32<<10 + 1), mesh.CodeLimitXMLAttribute},
		{"most attributes", many(63), ""}, // and the id
		{"too many attributes", many(64), mesh.CodeLimitXMLAttribute},
		{"deepest", nested(62), ""}, // in the model and its resources
		{"too deep", nested(63), mesh.CodeLimitXMLDepth},
		{"name too long", threeMF(modelXML(`xmlns:x="urn:x"`, "<x:"+strings.Repeat("a", 2000)+"/>", "")), mesh.CodeLimitXMLAttribute},
		{"blanks without end", packageWith(func(e *zipEntry) {
			e.stored = true
			e.content = "<model" + strings.Repeat(" ", 12<<20)
		}).bytes(), mesh.CodeLimitXMLAttribute},
	} {
		if test.want == "" {
			mustRead(t, test.data)
			continue
		}
		e := refusal(t, test.data, mesh.ReadOptions{})
		if e.Code != test.want {
			t.Errorf("%s: refused with %s, want %s", test.name, e.Code, test.want)
		}
	}
	opts := mesh.ReadOptions{Limits: mesh.Limits{XMLDepth: 4}}
	wantRefused(t, threeMF(cubeModel("")), mesh.CodeLimitXMLDepth, opts)
}

// TestThreeMFGeometryLimits: limits of what is placed hold before anything is
// expanded.
func TestThreeMFGeometryLimits(t *testing.T) {
	three := threeMF(modelXML("", cubeObject(1, "")+objectXML(2, "", componentsXML(componentXML(1, ""), componentXML(1, transformXML(9, "3")))),
		itemXML(2, "")+itemXML(1, transformXML(9, "9"))))
	for _, test := range []struct {
		limits mesh.Limits
		want   mesh.Code
	}{
		{mesh.Limits{Triangles: 36, Instances: 3, Objects: 2, ObjectDepth: 2}, ""},
		{mesh.Limits{Triangles: 35}, mesh.CodeLimitTriangles},
		{mesh.Limits{Triangles: 11}, mesh.CodeLimitTriangles},
		{mesh.Limits{Triangles: 2}, mesh.CodeLimitVertices},
		{mesh.Limits{Instances: 2}, mesh.CodeLimitInstances},
		{mesh.Limits{Instances: 1}, mesh.CodeLimitInstances},
		{mesh.Limits{Objects: 1}, mesh.CodeLimitObjects},
		{mesh.Limits{ObjectDepth: 1}, mesh.CodeLimitDepth},
		{mesh.Limits{Coordinate: 10}, mesh.CodeCoordinateRange},
	} {
		opts := mesh.ReadOptions{Limits: test.limits}
		if test.want != "" {
			wantRefused(t, three, test.want, opts)
		} else if _, err := mesh.Read(t.Context(), three, opts); err != nil {
			t.Error(err)
		}
	}
	// Vertices that no triangle uses are multiplied too.
	var vertices strings.Builder
	for range 4000 {
		vertices.WriteString(`<vertex x="1" y="1" z="1"/>`)
	}
	many := strings.Replace(cubeMesh("2"), "</vertices>", vertices.String()+"</vertices>", 1)
	var items strings.Builder
	for i := range 10_000 {
		items.WriteString(itemXML(1, transformXML(9, fmt.Sprint(i))))
	}
	wantRefused(t, threeMF(modelXML("", objectXML(1, "", many), items.String())), mesh.CodeLimitVertices, mesh.ReadOptions{})
}

// TestThreeMFCyclePath: the refusal of a cycle names the way round.
func TestThreeMFCyclePath(t *testing.T) {
	e := refusal(t, objectModel(objectXML(3, "", componentsXML(componentXML(9, "")))+objectXML(9, "", componentsXML(componentXML(3, "")))), mesh.ReadOptions{})
	if !strings.Contains(e.Reason, "object 9 → object 3 → object 9") {
		t.Errorf("%v", e)
	}
}

// TestThreeMFPlaceOfErrors: a refusal names the part and the line.
func TestThreeMFPlaceOfErrors(t *testing.T) {
	xml := strings.Replace(cubeModel(""), `v1="0"`, `v1="99"`, 1)
	xml = strings.Replace(xml, "<triangles>", "\n\r\n\n<triangles>", 1)
	e := refusal(t, threeMF(xml), mesh.ReadOptions{})
	if e.Place != "3D/3dmodel.model line 6" {
		t.Errorf("the place is %q", e.Place)
	}
	// Far behind the first buffer too.
	xml = strings.Replace(xml, "<triangles>", strings.Repeat("<!-- - -->\n", 100_000)+"<triangles>", 1)
	e = refusal(t, threeMF(xml), mesh.ReadOptions{Limits: mesh.Limits{ZipRatio: 1e6}})
	if e.Place != "3D/3dmodel.model line 100006" {
		t.Errorf("the place is %q", e.Place)
	}
}

// TestThreeMFMaterials: faults of materials are said, and the geometry is
// read nevertheless.
func TestThreeMFMaterials(t *testing.T) {
	const groups = `<basematerials id="1"><base name="a" displaycolor="#0000FF"/><base name="b" displaycolor="#ff0000FF"/></basematerials>
<m:texture2d id="2" path="/3D/Textures/a.png" contenttype="image/png"/>
<m:colorgroup id="3"><m:color color="#FFFFFF"/><m:color color="#000000"/></m:colorgroup>
<m:texture2dgroup id="4" texid="2"><m:tex2coord u="0.5" v="1e0"/></m:texture2dgroup>
<m:compositematerials id="5" matid="1" matindices="0 1"><m:composite values="0.5 0.5"/></m:compositematerials>
<m:multiproperties id="6" pids="5 3"><m:multi pindices="0 1"/></m:multiproperties>`
	const triangle = `<triangle v1="0" v2="2" v3="3"`
	for _, test := range []struct {
		name, old, new string
		fault          bool
	}{
		{"none", "", "", false},
		{"properties of a triangle", triangle, triangle + ` pid="3" p1="0" p2="1" p3="1"`, false},
		{"properties of the object", triangle, triangle + ` p1="1"`, false},
		{"no colour", `<m:color color="#FFFFFF"/>`, `<m:color/>`, true},
		{"bad colour", `"#FFFFFF"`, `"#FFFFFG"`, true},
		{"short colour", `"#FFFFFF"`, `"#FFF"`, true},
		{"no name", `<base name="a"`, `<base`, true},
		{"no texture", `texid="2"`, "", true},
		{"texture of another kind", `texid="2"`, `texid="3"`, true},
		{"no number", `u="0.5"`, `u="x"`, true},
		{"no path", `path="/3D/Textures/a.png"`, "", true},
		{"bad content type", `"image/png"`, `"image/gif"`, true},
		{"composites of colours", `matid="1"`, `matid="3"`, true},
		{"no indices", `matindices="0 1"`, "", true},
		{"index out of range", `matindices="0 1"`, `matindices="0 2"`, true},
		{"two materials", `pids="5 3"`, `pids="5 1"`, true},
		{"two groups of colours", `pids="5 3"`, `pids="3 3"`, true},
		{"group that is not there", `pids="5 3"`, `pids="5 33"`, true},
		{"empty group", `<m:color color="#FFFFFF"/><m:color color="#000000"/>`, "", true},
		{"pindex without pid", `pid="1" pindex="1"`, `pindex="1"`, true},
		{"pid of nothing", `pid="1" pindex="1"`, `pid="77"`, true},
		{"pindex out of range", `pindex="1"`, `pindex="2"`, true},
		{"pid of a triangle", triangle, triangle + ` pid="8" p1="0"`, true},
		{"p1 out of range", triangle, triangle + ` pid="3" p1="1000000"`, true},
		{"p1 that is no number", triangle, triangle + ` pid="3" p1="-"`, true},
	} {
		xml := modelXML(materialAttr, groups+cubeObject(9, `pid="1" pindex="1"`), itemXML(9, ""))
		if !strings.Contains(xml, test.old) {
			t.Fatalf("%s: the model has no %s", test.name, test.old)
		}
		f := mustRead(t, threeMF(strings.Replace(xml, test.old, test.new, 1)))
		if v := signedVolume(f.Mesh); math.Abs(v-8) > 1e-9 {
			t.Errorf("%s: volume %v", test.name, v)
		}
		var want []mesh.Code
		if test.fault {
			want = append(want, mesh.CodeMaterials)
		}
		t.Run(test.name, func(t *testing.T) { wantWarnings(t, f, want...) })
	}
}

// TestThreeMFWrite: what is written is the same each time, well packed, and
// reads back equal.
func TestThreeMFWrite(t *testing.T) {
	for _, solid := range []meshtest.Solid{meshtest.Cube(20), meshtest.Torus(10, 3, 40, 20).Rotate(3), meshtest.Cube(1).Translate(1e6, -1e-3, 0.1)} {
		for _, unit := range []mesh.Unit{"", mesh.Millimetre, mesh.Micrometre, mesh.Centimetre, mesh.Metre, mesh.Inch, mesh.Foot} {
			opts := mesh.WriteOptions{Unit: unit, Name: "a <part> & \"more\"\x00\n"}
			data := write(t, solid.Mesh, mesh.Format3MF, opts)
			if again := write(t, solid.Mesh, mesh.Format3MF, opts); !bytes.Equal(data, again) {
				t.Error("the same mesh gave other bytes")
			}
			f := mustRead(t, data)
			tolerance := 1e-14
			if unit == "" || unit == mesh.Millimetre {
				tolerance = 0
			}
			sameSurface(t, solid.Name+" in "+string(unit), f.Mesh, solid.Mesh, tolerance)
			if unit != "" && f.Unit != unit || f.Solids[0].Name != `a <part> & "more"` {
				t.Errorf("%s, %+v", f.Unit, f.Solids)
			}
			wantWarnings(t, f)
		}
	}
}

func r3vector(x, y, z float64) r3.Vector { return r3.Vector{X: x, Y: y, Z: z} }
