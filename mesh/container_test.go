package mesh_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// stlCube is a binary STL of a cube of edge 2.
func stlCube() string {
	b := make([]byte, 84, 84+12*50)
	binary.LittleEndian.PutUint32(b[80:], 12)
	for _, t := range cubeTriangles {
		b = append(b, make([]byte, 12)...)
		for _, v := range t {
			for axis := range 3 {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v>>axis&1)*2))
			}
		}
		b = append(b, 0, 0)
	}
	return string(b)
}

func gzipped(name, content string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name = name
	w.Write([]byte(content))
	w.Close()
	return b.Bytes()
}

const amfTetrahedron = `<?xml version="1.0" encoding="utf-8"?>
<amf unit="millimeter"><object id="1"><mesh><vertices>
<vertex><coordinates><x>0</x><y>0</y><z>0</z></coordinates></vertex>
<vertex><coordinates><x>1</x><y>0</y><z>0</z></coordinates></vertex>
<vertex><coordinates><x>0</x><y>1</y><z>0</z></coordinates></vertex>
<vertex><coordinates><x>0</x><y>0</y><z>6</z></coordinates></vertex>
</vertices><volume>
<triangle><v1>0</v1><v2>2</v2><v3>1</v3></triangle>
<triangle><v1>0</v1><v2>1</v2><v3>3</v3></triangle>
<triangle><v1>1</v1><v2>2</v2><v3>3</v3></triangle>
<triangle><v1>2</v1><v2>0</v2><v3>3</v3></triangle>
</volume></mesh></object></amf>`

// TestContainers: gzip and zip around one model are taken off, whatever the
// entries are called, and what was left out is said.
func TestContainers(t *testing.T) {
	stl, cube := stlCube(), string(threeMF(cubeModel("")))
	ignored := mesh.CodeIgnoredContent
	for _, test := range []struct {
		name   string
		data   []byte
		format mesh.Format
		volume float64
		warn   []mesh.Code
	}{
		{"zip", zipOf("part.stl", stl), mesh.FormatSTL, 8, nil},
		{"zip, odd name", zipOf("part.stl.exe", stl), mesh.FormatSTL, 8, nil},
		{"zip of this folder", zipOf("./part.stl", stl), mesh.FormatSTL, 8, nil},
		{"zip with more", zipOf("a/.DS_Store", "x", "__MACOSX/._part.stl", stl, "README.txt", "read me", "a/part", stl, "photo.png", "\x89PNG\r\n\x1a\n"), mesh.FormatSTL, 8, []mesh.Code{ignored, ignored}},
		{"zip of a 3MF", zipOf("part.3mf", cube), mesh.Format3MF, 8, nil},
		{"zip of a zipped AMF", zipOf("part.amf", string(zipOf("part.amf", amfTetrahedron)), "notes.md", "#"), mesh.FormatAMF, 1, []mesh.Code{ignored}},
		{"zip with an archive", zipOf("part.stl", stl, "old.zip", string(zipOf("old.stl", stl))), mesh.FormatSTL, 8, []mesh.Code{ignored}},
		{"zipped AMF", zipOf("x", amfTetrahedron), mesh.FormatAMF, 1, nil},
		{"gzip", gzipped("part.stl", stl), mesh.FormatSTL, 8, nil},
		{"gzip without name", gzipped("", stl), mesh.FormatSTL, 8, nil},
		{"gzip in two streams", append(gzipped("", stl[:100]), gzipped("", stl[100:])...), mesh.FormatSTL, 8, nil},
		{"gzip of a 3MF", gzipped("", cube), mesh.Format3MF, 8, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := mustRead(t, test.data)
			if v := signedVolume(f.Mesh); f.Format != test.format || math.Abs(v-test.volume) > 1e-9 {
				t.Errorf("%s of volume %g, want %s of %g", f.Format, v, test.format, test.volume)
			}
			wantWarnings(t, f, test.warn...)
		})
	}
}

// TestContainersRefused: containers that hold no model, several, another
// container, or a bomb.
func TestContainersRefused(t *testing.T) {
	stl := stlCube()
	zeros := gzipped("", strings.Repeat("\x00", 300<<20))
	damaged := gzipped("", stl)
	damaged[len(damaged)-5] ^= 1 // of the checksum
	for _, test := range []struct {
		name string
		data []byte
		want mesh.Code
	}{
		{"several models", zipOf("a.stl", stl, "b.stl", stl), mesh.CodeSeveralModels},
		{"a model and a broken one", zipOf("a.stl", stl, "b.stl", "solid"), mesh.CodeSeveralModels},
		{"no model", zipOf("a.txt", "text", "b.png", "\x89PNG\r\n\x1a\n"), mesh.CodeUnknownFormat},
		{"a CAD file", zipOf("a.step", "ISO-10303-21;\n"), mesh.CodeUnsupportedFormat},
		{"hidden files only", zipOf(".a.stl", stl), mesh.CodeUnknownFormat},
		{"a broken model", zipOf("a.ply", "x"), mesh.CodeUnknownFormat},
		{"zip in zip", zipOf("a.zip", string(zipOf("a.stl", stl))), mesh.CodeLimitZipNesting},
		{"gzip in zip", zipOf("a.stl.gz", string(gzipped("", stl))), mesh.CodeLimitZipNesting},
		{"zip in gzip", gzipped("", string(zipOf("a.stl", stl))), mesh.CodeLimitZipNesting},
		{"gzip in gzip", gzipped("", string(gzipped("", stl))), mesh.CodeLimitZipNesting},
		{"another office document", zipOf("[Content_Types].xml", contentTypesXML, "_rels/.rels", relsXML("http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument", "/word/document.xml")), mesh.CodeOPCRelationships},
		{"tar in gzip", gzipped("", strings.Repeat("x", 257)+"ustar"+strings.Repeat("x", 512)), mesh.CodeUnsupportedFormat},
		{"gzip bomb", zeros, mesh.CodeLimitZipRatio},
		{"gzip cut", damaged[:len(damaged)/2], mesh.CodeGzipCorrupt},
		{"gzip head only", damaged[:4], mesh.CodeGzipCorrupt},
		{"gzip checksum", damaged, mesh.CodeGzipCorrupt},
		{"gzip with more behind", append(gzipped("", stl), "more"...), mesh.CodeGzipCorrupt},
		{"empty gzip", gzipped("", ""), mesh.CodeTooShort},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := refusal(t, test.data, mesh.ReadOptions{})
			if e.Code != test.want {
				t.Errorf("refused with %s, want %s: %v", e.Code, test.want, e)
			}
		})
	}
	if n := allocated(func() { refusal(t, zeros, mesh.ReadOptions{}) }); n > 5*200*uint64(len(zeros)) {
		t.Errorf("%d bytes were allocated for a gzip of %d", n, len(zeros))
	}
	opts := mesh.ReadOptions{Limits: mesh.Limits{ZipBytes: int64(len(stl)) - 1}}
	if e := refusal(t, gzipped("", stl), opts); e.Code != mesh.CodeLimitZipSize {
		t.Errorf("refused with %s", e.Code)
	}
}

// TestMembers: each model of an archive comes by itself, in the order of the
// archive, damaged entries do not stop the others, and what a model's
// wrapping is called makes no difference.
func TestMembers(t *testing.T) {
	stl, cube := stlCube(), string(threeMF(cubeModel("")))
	archive := zipFile{entries: []zipEntry{
		{name: "a.stl", content: stl},
		{name: "folder/", stored: true},
		{name: "damaged.stl", content: stl, local: put32(localCRC, 1), central: put32(centralCRC, 1)},
		{name: "readme.txt", content: "hello"},
		{name: "inner.zip", content: string(zipOf("x.stl", stl))},
		{name: "folder/b.zip", content: cube},
		{name: "folder/bad.stl", content: "nonsense"},
		{name: "\xff\u202e" + strings.Repeat("long", 100), content: stl},
	}}.bytes()
	type got struct {
		name    string
		size    int
		skipped bool
		code    mesh.Code
	}
	collect := func(name string, data []byte) (out []got) {
		for m, err := range mesh.Members(context.Background(), name, data, mesh.Limits{}) {
			g := got{name: m.Name, size: len(m.Data), skipped: m.Skipped != nil}
			var e *mesh.Error
			if errors.As(err, &e) {
				g.code = e.Code
			} else if err != nil {
				t.Fatal(err)
			}
			out = append(out, g)
		}
		return out
	}
	for _, test := range []struct {
		name string
		data []byte
		want []got
	}{
		{"all.zip", archive, []got{
			{name: "a.stl", size: len(stl)},
			{name: "damaged.stl", code: mesh.CodeZipCorrupt},
			{name: "readme.txt", skipped: true},
			{name: "inner.zip", skipped: true},
			{name: "folder/b.zip", size: len(cube)},
			{name: "folder/bad.stl", size: len("nonsense")},
			{name: "\u202e" + strings.Repeat("long", 63), size: len(stl)},
		}},
		{"plain.stl", []byte(stl), []got{{name: "plain.stl", size: len(stl)}}},
		{"nonsense", []byte("nonsense"), []got{{name: "nonsense", size: len("nonsense")}}},
		{"cube.zip", []byte(cube), []got{{name: "cube.zip", size: len(cube)}}},
		{"a.stl.gz", gzipped("", stl), []got{{name: "a.stl", size: len(stl)}}},
		{"a.gz", gzipped("b.stl", stl), []got{{name: "b.stl", size: len(stl)}}},
		{"a.gz", gzipped("", string(gzipped("", stl))), []got{{name: "a", code: mesh.CodeLimitZipNesting}}},
		{"cut.zip", archive[:100], []got{{name: "cut.zip", code: mesh.CodeZipCorrupt}}},
	} {
		if out := collect(test.name, test.data); len(out) != len(test.want) {
			t.Errorf("%s: %+v, want %+v", test.name, out, test.want)
		} else {
			for i := range out {
				if out[i] != test.want[i] {
					t.Errorf("%s, member %d: %+v, want %+v", test.name, i, out[i], test.want[i])
				}
			}
		}
	}
}

// TestMembersStop: the caller may stop, and a cancelled context stops too.
func TestMembersStop(t *testing.T) {
	stl := stlCube()
	data := zipOf("a.stl", stl, "b.stl", stl)
	for m := range mesh.Members(context.Background(), "", data, mesh.Limits{}) {
		if m.Name != "a.stl" {
			t.Fatalf("went on to %s", m.Name)
		}
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for _, err := range mesh.Members(ctx, "", data, mesh.Limits{}) {
		if n++; n == 2 && !errors.Is(err, context.Canceled) {
			t.Errorf("the second member came with %v", err)
		}
		cancel()
	}
	if n != 2 {
		t.Errorf("%d members", n)
	}
}

// TestContainerLimit: the file size limit holds exactly.
func TestContainerLimit(t *testing.T) {
	data := zipOf("a.stl", stlCube())
	for _, extra := range []int64{-1, 0, 1} {
		limits := mesh.Limits{FileBytes: int64(len(data)) + extra}
		_, err := mesh.Read(t.Context(), data, mesh.ReadOptions{Limits: limits})
		if (err != nil) != (extra < 0) {
			t.Errorf("limit %+d: %v", extra, err)
		}
		for _, err := range mesh.Members(t.Context(), "", data, limits) {
			if (err != nil) != (extra < 0) {
				t.Errorf("limit %+d: %v", extra, err)
			}
		}
	}
}
