package mesh_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// cubeSTL returns a cube of 20 mm as binary STL: 12 triangles.
func cubeSTL() []byte { return meshtest.STL(meshtest.Cube(20).Mesh) }

// cubeASCII returns a cube of 20 mm as ASCII STL with the given parts changed.
func cubeASCII(replace ...string) []byte {
	var out bytes.Buffer
	if err := mesh.Write(&out, meshtest.Cube(20).Mesh, mesh.FormatSTLASCII, mesh.WriteOptions{Name: "cube"}); err != nil {
		panic(err)
	}
	return []byte(strings.NewReplacer(replace...).Replace(out.String()))
}

// withCount sets the count of a binary STL.
func withCount(data []byte, n uint32) []byte {
	binary.LittleEndian.PutUint32(data[80:], n)
	return data
}

// withHeader sets the free bytes of a binary STL.
func withHeader(data []byte, header string) []byte {
	clear(data[:80])
	copy(data[:80], header)
	return data
}

// withCorner sets coordinate k, 0 to 8, of a triangle of a binary STL.
func withCorner(data []byte, triangle, k int, bits uint32) []byte {
	binary.LittleEndian.PutUint32(data[84+50*triangle+12+4*k:], bits)
	return data
}

func cut(data []byte, n int) []byte { return data[:len(data)-n] }

func random(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

// repeated returns n copies of every triangle of a binary STL.
func repeated(data []byte, n int) []byte {
	out := append([]byte{}, data[:84]...)
	for i := 84; i < len(data); i += 50 {
		out = append(out, bytes.Repeat(data[i:i+50], n)...)
	}
	return withCount(out, uint32((len(out)-84)/50))
}

func TestSTLBinaryVerdicts(t *testing.T) {
	low := cubeSTL()
	for i := range low {
		low[i] &= 0x7f
	}
	// Cleared sign bits mirror nothing: all coordinates of the cube are positive.
	colours := cubeSTL()
	for i := range 12 {
		copy(colours[84+50*i+48:], "\xe0\xff")
	}
	solid := []mesh.Solid{{Triangles: 12}}
	judge(t, []verdict{
		{name: "S0 a plain cube", data: cubeSTL(), triangles: 12, vertices: 8, solids: solid},
		{name: "S1 count 2^32-1", data: withCount(cubeSTL(), math.MaxUint32), warned: mesh.CodeSTLCountPlaceholder, triangles: 12},
		{name: "S1 count 0", data: withCount(cubeSTL(), 0), warned: mesh.CodeSTLCountPlaceholder, triangles: 12},
		{name: "S1 count 50 million", data: withCount(cubeSTL(), 50_000_000), refused: mesh.CodeSTLCountMismatch, place: "byte 80"},
		{name: "S1 count 13", data: withCount(cubeSTL(), 13), refused: mesh.CodeSTLCountMismatch},
		{name: "S2 count 6", data: withCount(cubeSTL(), 6), refused: mesh.CodeSTLCountMismatch},
		{name: "S2 count 11", data: withCount(cubeSTL(), 11), refused: mesh.CodeSTLCountMismatch},
		{name: "S3 header solid", data: withHeader(cubeSTL(), "solid cube"), triangles: 12, vertices: 8},
		{name: "S3 header like ASCII", data: withHeader(cubeSTL(), "solid cube\nfacet normal 0 0 1\n outer loop\n"), triangles: 12},
		{name: "S3 header solid, cut", data: cut(withHeader(cubeSTL(), "solid cube"), 20), refused: mesh.CodeSTLTruncated},
		{name: "S4 all bytes below 128", data: withCount(low, 12), triangles: 12},
		{name: "S5 cut in the last record", data: cut(cubeSTL(), 1), refused: mesh.CodeSTLTruncated, place: "byte 683"},
		{name: "S5 cut in the eighth", data: cut(cubeSTL(), 227), refused: mesh.CodeSTLTruncated},
		{name: "S5 cut in the first", data: cut(cubeSTL(), 599), refused: mesh.CodeSTLTruncated},
		{name: "S5 cut after the count", data: cut(cubeSTL(), 600), refused: mesh.CodeSTLCountMismatch},
		{name: "S5 cut, count of a streaming writer", data: withCount(cut(cubeSTL(), 10), math.MaxUint32), refused: mesh.CodeSTLTruncated},
		{name: "S6 one byte more", data: append(cubeSTL(), 0), warned: mesh.CodeSTLTrailing, triangles: 12},
		{name: "S6 49 bytes more", data: append(cubeSTL(), make([]byte, 49)...), warned: mesh.CodeSTLTrailing, triangles: 12},
		{name: "S6 a record more is S2", data: append(cubeSTL(), make([]byte, 50)...), refused: mesh.CodeSTLCountMismatch},
		{name: "S6 51 bytes more", data: append(cubeSTL(), make([]byte, 51)...), refused: mesh.CodeSTLTrailing, place: "byte 684"},
		{name: "S6 a line more", data: append(cubeSTL(), '\r', '\n'), warned: mesh.CodeSTLTrailing, triangles: 12},
		{name: "S7 no triangles", data: cubeSTL()[:84:84], refused: mesh.CodeSTLCountMismatch},
		{name: "S7 count 0 and no triangles", data: withCount(cubeSTL()[:84:84], 0), refused: mesh.CodeEmptyMesh},
		{name: "S7 80 bytes", data: cubeSTL()[:80], refused: mesh.CodeTooShort},
		{name: "S7 80 zeros", data: make([]byte, 80), refused: mesh.CodeTooShort},
		{name: "S7 empty", data: nil, refused: mesh.CodeTooShort},
		{name: "S8 NaN", data: withCorner(cubeSTL(), 4, 3, 0x7fc00000), refused: mesh.CodeNonFinite, place: "triangle 5"},
		{name: "S8 signalling NaN", data: withCorner(cubeSTL(), 11, 8, 0xff800001), refused: mesh.CodeNonFinite, place: "triangle 12"},
		{name: "S8 infinite", data: withCorner(cubeSTL(), 0, 0, 0x7f800000), refused: mesh.CodeNonFinite, place: "triangle 1"},
		{name: "S8 bad normals", data: withNormals(cubeSTL(), 0x7fc00000), triangles: 12, vertices: 8},
		{name: "S9 1e38", data: withCorner(cubeSTL(), 2, 1, math.Float32bits(1e38)), refused: mesh.CodeCoordinateRange, place: "triangle 3"},
		{name: "S9 beyond the limit in inch only", data: withCorner(cubeSTL(), 2, 1, math.Float32bits(5e7)), opts: mesh.ReadOptions{Unit: mesh.Inch}, refused: mesh.CodeCoordinateRange},
		{name: "S9 within the limit", data: withCorner(cubeSTL(), 2, 1, math.Float32bits(5e7)), triangles: 12},
		{name: "S10 denormals", data: meshtest.STL(meshtest.Cube(1e-43).Mesh), triangles: 12, vertices: 8},
		{name: "S12 each face 1000 times", data: repeated(cubeSTL(), 1000), triangles: 12_000, vertices: 8},
		{name: "S16 one giant triangle", data: withCount(cubeSTL()[:134:134], 1), triangles: 1, vertices: 3},
		{name: "S26 random bytes", data: random(100_000), refused: mesh.CodeUnknownFormat},
		{name: "S26 few random bytes", data: random(300), refused: mesh.CodeUnknownFormat},
		{name: "S28 far from the origin", data: meshtest.STL(meshtest.Cube(64).Translate(1e7, 0, 0).Mesh), triangles: 12, vertices: 8},
		{name: "S30 colours", data: colours, triangles: 12, vertices: 8},
		{name: "S32 a triangle too many", data: cubeSTL(), opts: mesh.ReadOptions{Limits: mesh.Limits{Triangles: 11}}, refused: mesh.CodeLimitTriangles},
		{name: "S32 as many triangles as allowed", data: cubeSTL(), opts: mesh.ReadOptions{Limits: mesh.Limits{Triangles: 12}}, triangles: 12},
		{name: "L1 as long as allowed", data: cubeSTL(), opts: mesh.ReadOptions{Limits: mesh.Limits{FileBytes: 684}}, triangles: 12},
		{name: "L1 a byte too long", data: cubeSTL(), opts: mesh.ReadOptions{Limits: mesh.Limits{FileBytes: 683}}, refused: mesh.CodeLimitFile},
	})
}

// withNormals sets every number of every normal.
func withNormals(data []byte, bits uint32) []byte {
	for i := 84; i < len(data); i += 50 {
		for k := range 3 {
			binary.LittleEndian.PutUint32(data[i+4*k:], bits)
		}
	}
	return data
}

func TestSTLASCIIVerdicts(t *testing.T) {
	cube := []mesh.Solid{{Name: "cube", Triangles: 12}}
	text := string(cubeASCII())
	line := strings.Join(strings.Fields(text), " ")
	mark := "\xef\xbb\xbf"
	two := text + strings.Replace(text, "cube", "cube", 1)
	judge(t, []verdict{
		{name: "S0 a plain cube", data: []byte(text), triangles: 12, vertices: 8, solids: cube},
		{name: "S7 solid without facets", data: []byte("solid nothing\nendsolid nothing\n"), refused: mesh.CodeEmptyMesh},
		{name: "S7 solid alone", data: []byte("solid"), refused: mesh.CodeEmptyMesh},
		{name: "S7 white space", data: []byte(" \r\n\t\n"), refused: mesh.CodeEmptyMesh},
		{name: "S8 bad normals", data: cubeASCII("normal 0 0 1", "normal nan inf -1.#IND", "normal 1 0 0", "normal"), triangles: 12, vertices: 8},
		{name: "S9 1e38", data: cubeASCII("vertex 20 20 0", "vertex 1e38 20 0"), refused: mesh.CodeCoordinateRange},
		{name: "S18 one line", data: []byte(line), triangles: 12, vertices: 8, solids: cube},
		{name: "S18 one line with two solids", data: []byte(line + " " + line), triangles: 24, vertices: 8, solids: []mesh.Solid{{Name: "cube", Triangles: 12}, {Name: "cube", Triangles: 12}}},
		{name: "S18 one line of tabs", data: []byte(strings.ReplaceAll(line, " ", "\t")), triangles: 12, vertices: 8, solids: cube},
		{name: "S18 a word a line", data: []byte(strings.ReplaceAll(strings.Replace(line, "solid cube", "solid", 1), " ", "\n")), refused: mesh.CodeSTLSyntax},
		{name: "S18 a word a line, nameless", data: []byte(strings.ReplaceAll(strings.ReplaceAll(line, " cube", ""), " ", "\n")), triangles: 12, vertices: 8},
		{name: "S18 a name of keywords", data: []byte(strings.ReplaceAll(text, "cube", "facet solid loop")), triangles: 12, solids: []mesh.Solid{{Name: "facet solid loop", Triangles: 12}}},
		{name: "S19 no endsolid", data: []byte(text[:strings.LastIndex(text, "endsolid")]), warned: mesh.CodeSTLNoEnd, triangles: 12},
		{name: "S19 cut in a facet", data: []byte(text[:strings.LastIndex(text, "endloop")]), refused: mesh.CodeSTLTruncated},
		{name: "S19 cut in a number", data: []byte(text[:strings.LastIndex(text, "vertex")+9]), refused: mesh.CodeSTLTruncated},
		{name: "S19 cut after outer", data: []byte(text[:strings.LastIndex(text, " loop")]), refused: mesh.CodeSTLTruncated},
		{
			name: "S20 a name of 1 MB", data: cubeASCII("solid cube", "solid "+strings.Repeat("long ", 200_000)), triangles: 12,
			solids: []mesh.Solid{{Name: strings.Repeat("long ", 51)[:254], Triangles: 12}},
		},
		{
			name: "S20 a name of control characters", data: cubeASCII("solid cube", "solid a\x00\x01b\x1b[31m\x7f"), triangles: 12,
			solids: []mesh.Solid{{Name: "ab[31m", Triangles: 12}},
		},
		{name: "S20 a name in Latin-1", data: cubeASCII("solid cube", "solid w\xfcrfel"), triangles: 12, solids: []mesh.Solid{{Name: "wrfel", Triangles: 12}}},
		{name: "S21 four vertices", data: cubeASCII(" endloop", "  vertex 1 2 3\n endloop"), refused: mesh.CodeSTLSyntax, place: "line 7"},
		{name: "S21 two vertices", data: []byte(strings.Replace(text, " endloop", "", 1)), refused: mesh.CodeSTLSyntax},
		{name: "S21 two vertices and endloop", data: []byte("solid a\nfacet normal 0 0 0\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nendloop\nendfacet\nendsolid"), refused: mesh.CodeSTLSyntax, place: "line 6"},
		{name: "S22 decimal comma", data: cubeASCII("vertex 20 20 0", "vertex 10,5 20 0"), refused: mesh.CodeNumberFormat},
		{name: "S23 1e999999", data: cubeASCII("vertex 20 20 0", "vertex 1e999999 20 0"), refused: mesh.CodeNumberFormat},
		{name: "S23 nan", data: cubeASCII("vertex 20 20 0", "vertex 20 nan 0"), refused: mesh.CodeNumberFormat},
		{name: "S23 hexadecimal", data: cubeASCII("vertex 20 20 0", "vertex 20 20 0x1p3"), refused: mesh.CodeNumberFormat},
		{name: "S23 underscore", data: cubeASCII("vertex 20 20 0", "vertex 1_000 20 0"), refused: mesh.CodeNumberFormat},
		{name: "S23 two numbers", data: cubeASCII("vertex 20 20 0", "vertex 20 20"), refused: mesh.CodeSTLSyntax},
		{name: "S23 four numbers", data: cubeASCII("vertex 20 20 0", "vertex 20 20 0 0"), refused: mesh.CodeSTLSyntax},
		{name: "S24 UTF-16 little endian", data: inUTF16(text, binary.LittleEndian, true), refused: mesh.CodeEncoding},
		{name: "S24 UTF-16 big endian", data: inUTF16(text, binary.BigEndian, true), refused: mesh.CodeEncoding},
		{name: "S24 UTF-16 without a mark", data: inUTF16(text, binary.LittleEndian, false), refused: mesh.CodeEncoding},
		{name: "S24 UTF-16 big endian without a mark", data: inUTF16(text, binary.BigEndian, false), refused: mesh.CodeEncoding},
		{name: "S24 mark and ASCII", data: []byte(mark + text), triangles: 12, vertices: 8, solids: cube},
		{name: "S24 mark and binary", data: append([]byte(mark), cubeSTL()...), refused: mesh.CodeEncoding},
		{name: "S25 CR", data: []byte(strings.ReplaceAll(text, "\n", "\r")), triangles: 12, vertices: 8, solids: cube},
		{name: "S25 CR LF", data: []byte(strings.ReplaceAll(text, "\n", "\r\n")), triangles: 12, vertices: 8, solids: cube},
		{name: "S25 line of an error, CR", data: []byte(strings.ReplaceAll(strings.Replace(text, "vertex", "vortex", 4), "\n", "\r")), refused: mesh.CodeSTLSyntax, place: "line 4"},
		{name: "S25 line of an error, CR LF", data: []byte(strings.ReplaceAll(strings.Replace(text, "endfacet", "facet", 1), "\n", "\r\n")), refused: mesh.CodeSTLSyntax, place: "line 8"},
		{name: "S26 solid and random bytes", data: append([]byte("solid "), random(50_000)...), refused: mesh.CodeUnknownFormat},
		{name: "S29 facets without vertices", data: []byte("solid a\n" + strings.Repeat("facet normal\n", 500_000)), refused: mesh.CodeSTLSyntax, place: "line 3"},
		{name: "S30 two solids of one name", data: []byte(two), triangles: 24, vertices: 8, solids: []mesh.Solid{{Name: "cube", Triangles: 12}, {Name: "cube", Triangles: 12}}},
		{
			name: "S30 some solids empty", data: []byte("solid a\nendsolid a\n" + text + "solid\nendsolid\n"), triangles: 12,
			solids: []mesh.Solid{{Name: "a"}, {Name: "cube", Triangles: 12}, {}},
		},
		{
			name: "S30 a solid begins before the last ends", data: []byte(strings.Replace(text, "endsolid cube\n", "", 1) + text), triangles: 24,
			solids: []mesh.Solid{{Name: "cube", Triangles: 12}, {Name: "cube", Triangles: 12}},
		},
		{name: "S32 a triangle too many", data: []byte(text), opts: mesh.ReadOptions{Limits: mesh.Limits{Triangles: 11}}, refused: mesh.CodeLimitTriangles},
		{name: "T1 capitals", data: []byte(strings.ToUpper(text)), triangles: 12, vertices: 8, solids: []mesh.Solid{{Name: "CUBE", Triangles: 12}}},
		{name: "T2 text after end tags", data: cubeASCII("endloop", "endloop foo", "endfacet", "endfacet bar 1 2", "endsolid cube", "endsolid some blah\n"), triangles: 12, vertices: 8},
		{name: "T3 text between facets", data: cubeASCII("endfacet\n", "endfacet\nfoo\n"), refused: mesh.CodeSTLSyntax, place: "line 9"},
		{name: "T4 text after the end", data: []byte(text + "that is all\n"), refused: mesh.CodeSTLSyntax},
		{name: "T5 NULs and control-Z after the end", data: []byte(text + "\x1a\x00\x00"), triangles: 12},
		{name: "T6 white space before the start", data: []byte("\n \t" + text), triangles: 12},
		{name: "T7 facet outside of a solid", data: []byte(text + text[strings.Index(text, "facet"):]), refused: mesh.CodeSTLSyntax},
		{name: "T8 all ways to write a number", data: cubeASCII("vertex 20 20 0", "vertex +2.0E+01 .2e2 -0.", "vertex 20 0 0", "vertex 200e-1 -.0 0e99999"), triangles: 12, vertices: 8},
		{name: "T9 solidworks is a word", data: []byte(strings.Replace(text, "solid ", "solidworks ", 1)), refused: mesh.CodeUnknownFormat},
	})
}

// inUTF16 encodes an ASCII text.
func inUTF16(text string, order binary.AppendByteOrder, mark bool) []byte {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, b := range []byte(text) {
		out = order.AppendUint16(out, uint16(b))
	}
	return out
}

// TestSTLAllocatesWhatIsThere proves that a count alone makes nobody allocate
// (S1), and that a long name (S20) is not copied.
func TestSTLAllocatesWhatIsThere(t *testing.T) {
	for name, data := range map[string][]byte{
		"count 2^32-1":     withCount(cubeSTL(), math.MaxUint32),
		"count 50 million": withCount(cubeSTL(), 50_000_000),
		"name":             cubeASCII("solid cube", "solid "+strings.Repeat("x", 10<<20)),
	} {
		if n := allocated(func() { _, _ = mesh.Read(context.Background(), data, mesh.ReadOptions{}) }); n > 1<<20+uint64(len(data))/8 {
			t.Errorf("%s: %d bytes were allocated", name, n)
		}
	}
}

// TestSTLLinear proves that the time does not depend on how triangles hang
// together: many shells (S13), one vertex in all triangles (S14), one line
// (S18), many solids (S30). Quadratic readers run into the deadline.
func TestSTLLinear(t *testing.T) {
	const n = 300_000
	shells := make([]byte, 84, 84+50*n)
	fan := make([]byte, 84, 84+50*n)
	for i := range n {
		x := float32(i)
		shells = appendRecord(shells, x, 0, 0, x+0.5, 0, 0, x, 0.5, 0)
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		sin2, cos2 := math.Sincos(2 * math.Pi * float64(i+1) / n)
		fan = appendRecord(fan, 0, 0, 1, float32(cos), float32(sin), 0, float32(cos2), float32(sin2), 0)
	}
	facet := " facet normal 0 0 1 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 1 0 endloop endfacet"
	judge(t, []verdict{
		{name: "S13 300 000 shells", data: withCount(shells, n), triangles: n, vertices: 3 * n},
		{name: "S14 one vertex in 300 000 triangles", data: withCount(fan, n), triangles: n},
		{name: "S18 a line of 25 MB", data: []byte("solid a" + strings.Repeat(facet, n) + " endsolid a"), triangles: n, vertices: 3},
		{name: "S18 a line of many solids", data: []byte(strings.Repeat("solid a endsolid a ", n) + "solid a" + facet + " endsolid a"), triangles: 1},
	})
	f := read(t, []byte(strings.Repeat("solid a\n"+facet+"\nendsolid a\n", n)), mesh.ReadOptions{})
	if f.SolidCount != n || len(f.Solids) != mesh.MaxListedSolids || f.Solids[999].Triangles != 1 {
		t.Errorf("%d solids, %d listed", f.SolidCount, len(f.Solids))
	}
}

func appendRecord(data []byte, corners ...float32) []byte {
	data = append(data, make([]byte, 12)...)
	for _, c := range corners {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(c))
	}
	return append(data, 0, 0)
}

// TestSTLManyPoints proves the weld of a table that has to grow, with points
// that come again long after their first use.
func TestSTLManyPoints(t *testing.T) {
	const n = 100_000
	data := make([]byte, 84)
	for i := range 2 * n {
		x := float32(i % n)
		data = appendRecord(data, x, 1, 0, x, 2, 0, x, 3, 0)
	}
	m := read(t, withCount(data, 2*n), mesh.ReadOptions{}).Mesh
	if len(m.Vertices) != 3*n {
		t.Fatalf("%d vertices, want %d", len(m.Vertices), 3*n)
	}
	for i := range n {
		if want := (mesh.Triangle{uint32(3 * i), uint32(3*i + 1), uint32(3*i + 2)}); m.Triangles[i] != want || m.Triangles[i+n] != want {
			t.Fatalf("triangles %d: %v and %v, want %v", i, m.Triangles[i], m.Triangles[i+n], want)
		}
	}
	if !m.SinglePrecision {
		t.Error("the mesh does not say that it is of single precision")
	}
}

// TestSTLUnits proves that the unit scales the part, in both forms.
func TestSTLUnits(t *testing.T) {
	for _, data := range [][]byte{cubeSTL(), cubeASCII()} {
		for unit, want := range map[mesh.Unit]float64{"": 20, mesh.Millimetre: 20, mesh.Inch: 508, mesh.Micrometre: 0.02, mesh.Metre: 20_000, mesh.Centimetre: 200, mesh.Foot: 6096} {
			f := read(t, data, mesh.ReadOptions{Unit: unit})
			if got := f.Mesh.Bounds().Size(); math.Abs(got.X-want) > 1e-12*want || f.Unit != unit && unit != "" {
				t.Errorf("%q: %v wide, unit %s", unit, got, f.Unit)
			}
		}
		if _, err := mesh.Read(context.Background(), data, mesh.ReadOptions{Unit: "ell"}); err == nil {
			t.Error("an unknown unit was taken")
		}
	}
}

// TestSTLCancelled proves that reading ends with its context.
func TestSTLCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	facet := "facet normal 0 0 1 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 1 0 endloop endfacet\n"
	for name, data := range map[string][]byte{
		"binary": repeated(cubeSTL(), 10_000),
		"ASCII":  []byte("solid\n" + strings.Repeat(facet, 100_000) + "endsolid"),
		"OBJ":    []byte("v 0 0 0\nv 1 0 0\nv 0 1 0\n" + strings.Repeat("f 1 2 3\n", 100_000)),
	} {
		if f, err := mesh.Read(ctx, data, mesh.ReadOptions{}); err != context.Canceled {
			t.Errorf("%s: %v, %v", name, f != nil, err)
		}
	}
}

// TestSTLErrorText proves that a refusal says what, where and what to do.
func TestSTLErrorText(t *testing.T) {
	_, err := mesh.Read(context.Background(), cut(cubeSTL(), 7), mesh.ReadOptions{})
	if want := "stl: stl_truncated: the file ends within a triangle, after 11 of 12 triangles; upload or export it again (byte 677)"; fmt.Sprint(err) != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}
