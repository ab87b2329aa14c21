package mesh_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// amfXML is an AMF document around those elements.
func amfXML(attributes, inner string) []byte {
	return []byte(`<?xml version="1.0" encoding="utf-8"?>` + "\n<amf " + attributes + ">\n" + inner + "</amf>")
}

// amfObject is an object of a tetrahedron of volume 1 with a corner at the
// origin.
func amfObject(id, inner string) string {
	_, object, _ := strings.Cut(amfTetrahedron, `<object id="1">`)
	object, _, _ = strings.Cut(object, "</amf>")
	return `<object id="` + id + `">` + inner + object
}

func amfConstellation(id string, instances ...string) string {
	return `<constellation id="` + id + `">` + strings.Join(instances, "") + `</constellation>`
}

func amfInstance(id string, namesAndValues ...string) string {
	s := `<instance objectid="` + id + `">`
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		s += fmt.Sprintf("<%s> %s\n</%s>", namesAndValues[i], namesAndValues[i+1], namesAndValues[i])
	}
	return s + "</instance>"
}

// TestAMFRead: what an AMF may hold, and what comes out of it.
func TestAMFRead(t *testing.T) {
	plain := amfObject("1", "")
	near := func(a, b r3.Vector) bool { return a.Sub(b).Norm() < 1e-12 }
	for _, test := range []struct {
		name     string
		data     []byte
		volume   float64
		solids   int
		min, max r3.Vector
		warn     []mesh.Code
	}{
		{"one object", amfXML(`unit="millimeter" version="1.1"`, plain), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), nil},
		{"byte order mark", append([]byte("\xef\xbb\xbf"), amfXML("", plain)...), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), nil},
		{"no declaration", []byte("<amf>" + plain + "</amf>"), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), nil},
		{"zipped", zipOf("part.amf", string(amfXML("", plain))), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), nil},
		{"two objects", amfXML("", plain+amfObject("b", "")), 2, 2, r3vector(0, 0, 0), r3vector(1, 1, 6), nil},
		{
			"colours, textures and metadata", amfXML("", `<metadata type="name">x</metadata><texture id="1">AAAA</texture><material id="1"><color><r>1</r></color></material>`+
				strings.NewReplacer("<vertex>", "<vertex><color><r>1</r></color>", "<triangle>", "<triangle><color/>", "<volume>", `<volume materialid="1"><metadata>x</metadata><color/>`).Replace(plain)),
			1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), nil,
		},
		{"two volumes of one list", amfXML("", strings.Replace(plain, "<triangle><v1>1</v1>", "</volume><volume><triangle><v1>1</v1>", 1)), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), nil},
		{"white space and character data", amfXML("", strings.NewReplacer("<x>1</x>", "<x>\n <![CDATA[1]]><!-- one -->.0 </x>", "<v1>1</v1>", "<v1> &#49; </v1>").Replace(plain)), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), nil},
		{
			"constellation", amfXML("", plain+amfConstellation("2", amfInstance("1", "deltax", "10"), amfInstance("1", "deltay", "-10", "deltaz", "1"))),
			2, 2, r3vector(0, -10, 0), r3vector(11, 1, 7), nil,
		},
		{"constellation first", amfXML("", amfConstellation("2", amfInstance("1", "deltax", "10"))+plain), 1, 1, r3vector(10, 0, 0), r3vector(11, 1, 6), nil},
		{
			"turned about x, then y, then z", amfXML("", plain+amfConstellation("2", amfInstance("1", "rx", "90", "ry", "90", "rz", "90", "deltax", "100"))),
			// x → −z → −z, y → z → x → y, z → −y → −y → x
			1, 1, r3vector(100, 0, -1), r3vector(106, 1, 0), nil,
		},
		{
			"turned by an angle", amfXML("", plain+amfConstellation("2", amfInstance("1", "rz", "-30"))),
			1, 1, r3vector(0, -0.5, 0), r3vector(math.Sqrt(3)/2, math.Sqrt(3)/2, 6), nil,
		},
		{
			"turned by full turns", amfXML("", plain+amfConstellation("2", amfInstance("1", "rz", "-1080", "rx", "180", "ry", "-180"))),
			1, 1, r3vector(-1, -1, 0), r3vector(0, 0, 6), nil,
		},
		{
			"constellation of constellations", amfXML("", plain+amfConstellation("2", amfInstance("1"), amfInstance("1", "deltaz", "-6"))+amfConstellation("3", amfInstance("2", "rz", "180"))),
			2, 2, r3vector(-1, -1, -6), r3vector(0, 0, 6), nil,
		},
		{
			"scaled and mirrored", amfXML("", plain+amfConstellation("2", amfInstance("1", "scale", "2", "scalex", "3", "mirrory", "1", "mirrorx", "0", "printable", "1"))),
			24, 1, r3vector(0, -2, 0), r3vector(6, 0, 12), nil,
		},
		{"beside a constellation", amfXML("", plain+amfObject("5", "")+amfConstellation("2", amfInstance("1", "deltax", "10"))), 2, 2, r3vector(0, 0, 0), r3vector(11, 1, 6), []mesh.Code{mesh.CodeIgnoredContent}},
		{"not to be printed", amfXML("", plain+amfObject("5", "")+amfConstellation("2", amfInstance("1", "printable", "0"), amfInstance("5"))), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), []mesh.Code{mesh.CodeIgnoredContent}},
		{"twice at one place", amfXML("", plain+amfConstellation("2", amfInstance("1"), amfInstance("1", "deltax", "0"))), 2, 2, r3vector(0, 0, 0), r3vector(1, 1, 6), []mesh.Code{mesh.CodeOverlappingShells}},
		{"curved", amfXML("", strings.Replace(plain, "</vertex>", "<normal><nx>1</nx></normal></vertex>", 1)), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), []mesh.Code{mesh.CodeIgnoredContent}},
		{"curved edges", amfXML("", strings.Replace(plain, "</vertices>", "<edge><v1>0</v1></edge></vertices>", 1)), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), []mesh.Code{mesh.CodeIgnoredContent}},
		{"support volume", amfXML("", strings.Replace(plain, "</mesh>", `<volume type="support"><triangle><v1>0</v1><v2>1</v2><v3>2</v3></triangle></volume></mesh>`, 1)), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), []mesh.Code{mesh.CodeSupportsIgnored}},
		{"vertex of no triangle", amfXML("", strings.Replace(plain, "</vertices>", "<vertex><coordinates><x>0</x><y>0</y><z>0</z></coordinates></vertex></vertices>", 1)), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), []mesh.Code{mesh.CodeIgnoredContent}},
		{"unknown elements", amfXML("", "<thing/>"+strings.Replace(plain, "<mesh>", "<mesh><other>1</other>", 1)), 1, 1, r3vector(0, 0, 0), r3vector(1, 1, 6), []mesh.Code{mesh.CodeIgnoredContent}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := mustRead(t, test.data)
			b := f.Mesh.Bounds()
			if v := signedVolume(f.Mesh); f.Format != mesh.FormatAMF || f.SolidCount != test.solids || math.Abs(v-test.volume) > 1e-9 {
				t.Errorf("%s, %d solids of volume %v, want %d of %v", f.Format, f.SolidCount, v, test.solids, test.volume)
			}
			if !near(b.Min, test.min) || !near(b.Max, test.max) {
				t.Errorf("placed in %v", b)
			}
			wantWarnings(t, f, test.warn...)
		})
	}
	f := mustRead(t, amfXML("", amfObject("1", `<metadata type="name"> a &amp; b</metadata><metadata type="author">c</metadata>`)))
	if f.Solids[0].Name != "a & b" {
		t.Errorf("named %+v", f.Solids)
	}
}

// TestAMFUnits: each unit scales right, and wins over the caller's.
func TestAMFUnits(t *testing.T) {
	for name, scale := range map[string]float64{"millimeter": 1, "inch": 25.4, "feet": 304.8, "meter": 1000, "micrometer": 1e-3, "micron": 1e-3} {
		f, err := mesh.Read(t.Context(), amfXML(`unit="`+name+`"`, amfObject("1", "")), mesh.ReadOptions{Unit: mesh.Centimetre})
		if err != nil {
			t.Fatal(err)
		}
		if h := f.Mesh.Bounds().Size().Z; math.Abs(h-6*scale) > 1e-12*h {
			t.Errorf("%s: %v mm high", name, h)
		}
		wantWarnings(t, f, mesh.CodeUnitOverridden)
	}
}

// TestAMFRefused: each broken or hostile AMF gets its code.
func TestAMFRefused(t *testing.T) {
	plain := string(amfXML("", amfObject("1", "")))
	instead := func(old, replacement string) []byte {
		if !strings.Contains(plain, old) {
			t.Fatalf("the model has no %s", old)
		}
		return []byte(strings.Replace(plain, old, replacement, 1))
	}
	placed := func(constellations string) []byte { return amfXML("", amfObject("1", "")+constellations) }
	doubling := func(levels int) []byte {
		var b strings.Builder
		for i := 2; i <= levels; i++ {
			below := fmt.Sprint(i - 1)
			b.WriteString(amfConstellation(fmt.Sprint(i), amfInstance(below), amfInstance(below, "deltax", "3")))
		}
		return placed(b.String())
	}
	for _, test := range []struct {
		name string
		data []byte
		want mesh.Code
	}{
		{"DTD", instead("<amf", `<!DOCTYPE amf [<!ENTITY e SYSTEM "file:///etc/passwd">]><amf`), mesh.CodeXMLDTD},
		{"entity", instead("<x>0</x>", "<x>&e;</x>"), mesh.CodeXMLSyntax},
		{"cut", []byte(plain[:len(plain)/2]), mesh.CodeXMLSyntax},
		{"two roots", []byte(plain + "<amf/>"), mesh.CodeXMLSyntax},
		{"not UTF-8", instead("<mesh>", "<mesh><!--\xff-->"), mesh.CodeEncoding},
		{"unknown unit", amfXML(`unit="ell"`, amfObject("1", "")), mesh.CodeUnit},
		{"empty unit", amfXML(`unit=""`, amfObject("1", "")), mesh.CodeUnit},
		{"no objects", amfXML("", ""), mesh.CodeEmptyMesh},
		{"no mesh", amfXML("", `<object id="1"/>`), mesh.CodeEmptyMesh},
		{"no volume", amfXML("", `<object id="1"><mesh><vertices/></mesh></object>`), mesh.CodeEmptyMesh},
		{"no id", instead(`id="1"`, ""), mesh.CodeAMFSyntax},
		{"object id twice", amfXML("", amfObject("1", "")+amfObject(" 1", "")), mesh.CodeDuplicateName},
		{"object and constellation of one id", placed(amfConstellation("1", amfInstance("1"))), mesh.CodeDuplicateName},
		{"two meshes", instead("</mesh>", "</mesh><mesh/>"), mesh.CodeAMFSyntax},
		{"two lists of vertices", instead("</vertices>", "</vertices><vertices/>"), mesh.CodeAMFSyntax},
		{"volume before vertices", instead("<vertices>", "<volume><triangle><v1>0</v1><v2>1</v2><v3>2</v3></triangle></volume><vertices>"), mesh.CodeIndexRange},
		{"no x", instead("<x>1</x>", ""), mesh.CodeAMFSyntax},
		{"x twice", instead("<x>1</x>", "<x>1</x><x>1</x>"), mesh.CodeAMFSyntax},
		{"other coordinate", instead("<x>1</x>", "<u>1</u>"), mesh.CodeAMFSyntax},
		{"empty coordinate", instead("<x>1</x>", "<x/>"), mesh.CodeNumberFormat},
		{"comma", instead("<x>1</x>", "<x>1,5</x>"), mesh.CodeNumberFormat},
		{"nan", instead("<x>1</x>", "<x>nan</x>"), mesh.CodeNumberFormat},
		{"out of range", instead("<x>1</x>", "<x>1e10</x>"), mesh.CodeCoordinateRange},
		{"element in a number", instead("<x>1</x>", "<x>1<y/></x>"), mesh.CodeAMFSyntax},
		{"long number", instead("<x>1</x>", "<x>"+strings.Repeat("1", 300)+"</x>"), mesh.CodeNumberFormat},
		{"text in the mesh", instead("<vertices>", "1<vertices>"), mesh.CodeAMFSyntax},
		{"no v3", instead("<v3>1</v3>", ""), mesh.CodeAMFSyntax},
		{"v3 twice", instead("<v3>1</v3>", "<v3>1</v3><v3>1</v3>"), mesh.CodeAMFSyntax},
		{"index out of range", instead("<v3>1</v3>", "<v3>4</v3>"), mesh.CodeIndexRange},
		{"negative index", instead("<v3>1</v3>", "<v3>-1</v3>"), mesh.CodeIndexRange},
		{"huge index", instead("<v3>1</v3>", "<v3>99999999999999999999</v3>"), mesh.CodeIndexRange},
		{"index of a fraction", instead("<v3>1</v3>", "<v3>1.5</v3>"), mesh.CodeNumberFormat},
		{"instance of nothing", placed(amfConstellation("2", amfInstance("7"))), mesh.CodeReference},
		{"unprintable instance of nothing", placed(amfConstellation("2", amfInstance("1"), amfInstance("7", "printable", "0"))), mesh.CodeReference},
		{"instance without id", placed(amfConstellation("2", "<instance/>")), mesh.CodeAMFSyntax},
		{"empty constellation", placed(amfConstellation("2")), mesh.CodeEmptyMesh},
		{"nothing to be printed", placed(amfConstellation("2", amfInstance("1", "printable", "0"))), mesh.CodeEmptyMesh},
		{"cycle", placed(amfConstellation("2", amfInstance("3")) + amfConstellation("3", amfInstance("2"))), mesh.CodeComponentCycle},
		{"self-cycle beside another", placed(amfConstellation("2", amfInstance("2"), amfInstance("1")) + amfConstellation("3", amfInstance("1"))), mesh.CodeComponentCycle},
		{"doubling", doubling(40), mesh.CodeLimitInstances},
		{"no number", placed(amfConstellation("2", amfInstance("1", "rx", "a"))), mesh.CodeNumberFormat},
		{"unknown placement", placed(amfConstellation("2", amfInstance("1", "deltaw", "1"))), mesh.CodeAMFSyntax},
		{"placement twice", placed(amfConstellation("2", amfInstance("1", "rx", "1", "rx", "1"))), mesh.CodeAMFSyntax},
		{"flattened", placed(amfConstellation("2", amfInstance("1", "scalez", "0"))), mesh.CodeTransform},
		{"far away", placed(amfConstellation("2", amfInstance("1", "deltax", "1e30"))), mesh.CodeTransform},
		{"zip of a broken AMF", zipOf("x.amf", strings.Replace(plain, "</v1>", "</v2>", 1)), mesh.CodeXMLSyntax},
		{"zip of an AMF with a wrong checksum", zipFile{entries: []zipEntry{{name: "x.amf", content: plain, local: put32(localCRC, 1), central: put32(centralCRC, 1)}}}.bytes(), mesh.CodeZipCorrupt},
	} {
		t.Run(test.name, func(t *testing.T) { wantRefused(t, test.data, test.want, mesh.ReadOptions{}) })
	}
	long := amfXML("", `<metadata type="name">`+strings.Repeat("x", 2<<20)+"</metadata>"+amfObject("1", ""))
	wantRefused(t, long, mesh.CodeLimitMetadata, mesh.ReadOptions{})
	for limits, want := range map[mesh.Limits]mesh.Code{
		{Triangles: 3}: mesh.CodeLimitTriangles, {Triangles: 1}: mesh.CodeLimitVertices, {Objects: 1}: mesh.CodeLimitObjects,
	} {
		wantRefused(t, amfXML("", amfObject("1", "")+amfObject("2", "")), want, mesh.ReadOptions{Limits: limits})
	}
}

// TestAMFUTF16: AMF in UTF-16 is read like any other.
func TestAMFUTF16(t *testing.T) {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + strings.Replace(amfTetrahedron, "utf-8", "utf-16", 1))) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	for _, data := range [][]byte{b, zipOf("a.amf", string(b))} {
		if v := signedVolume(mustRead(t, data).Mesh); math.Abs(v-1) > 1e-12 {
			t.Errorf("volume %v", v)
		}
	}
}

// TestXMLFormatsCancelled: reading ends with the context.
func TestXMLFormatsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, data := range map[string][]byte{
		"3MF": threeMF(cubeModel("")), "AMF": []byte(amfTetrahedron), "zipped AMF": zipOf("a", amfTetrahedron),
		"zip": zipOf("a.stl", stlCube()), "gzip": gzipped("", stlCube()),
	} {
		if _, err := mesh.Read(ctx, data, mesh.ReadOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
