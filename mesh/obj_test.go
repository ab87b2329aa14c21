package mesh_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// A tetrahedron as OBJ: its vertices, and its faces with indices from one.
const (
	objVertices = "v 0 0 0\nv 10 0 0\nv 0 10 0\nv 0 0 10\n"
	objFaces    = "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"
)

func TestOBJVerdicts(t *testing.T) {
	const tetra = objVertices + objFaces
	face := func(s string) []byte { return []byte(tetra + "f " + s + "\n") }
	vertex := func(s string) []byte { return []byte("v " + s + "\nv 10 0 0\nv 0 10 0\nv 0 0 10\n" + objFaces) }
	named := func(names ...string) []mesh.Solid {
		var s []mesh.Solid
		for _, n := range names {
			s = append(s, mesh.Solid{Name: n, Triangles: 1})
		}
		return s
	}
	small := mesh.ReadOptions{Limits: mesh.Limits{LineBytes: 1000}}
	judge(t, []verdict{
		{name: "O0 a tetrahedron", data: []byte(tetra), triangles: 4, vertices: 4, solids: []mesh.Solid{{Triangles: 4}}},
		{name: "O1 index 0", data: face("0 1 2"), refused: mesh.CodeOBJIndexZero, place: "line 9"},
		{name: "O1 index -0", data: face("1 2 -0"), refused: mesh.CodeOBJIndexZero},
		{name: "O2 negative", data: []byte(objVertices + "f -4 -2 -3\nf -4 -3 -1\nf -3 -2 -1\nf -4 -1 -2\n"), triangles: 4, vertices: 4},
		{name: "O2 negative beyond the start", data: face("-5 1 2"), refused: mesh.CodeOBJIndexRange, place: "line 9"},
		{name: "O2 negative counts from its line", data: []byte("v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 0 0 1\nf -3 -2 -1\n"), triangles: 2, vertices: 4},
		{name: "O3 out of range", data: face("1 2 5"), refused: mesh.CodeOBJIndexRange, place: "line 9"},
		{name: "O3 10^20", data: face("1 2 100000000000000000000"), refused: mesh.CodeOBJIndexRange},
		{name: "O3 2^32+1", data: face("1 2 4294967297"), refused: mesh.CodeOBJIndexRange},
		{name: "O3 2^31", data: face("1 2 2147483648"), refused: mesh.CodeOBJIndexRange},
		{name: "O3 2^63", data: face("1 2 9223372036854775808"), refused: mesh.CodeOBJIndexRange},
		{name: "O3 -2^63", data: face("1 2 -9223372036854775808"), refused: mesh.CodeOBJIndexRange},
		{name: "O3 -10^20", data: face("1 2 -100000000000000000000"), refused: mesh.CodeOBJIndexRange},
		{name: "O4 a 10 000-gon", data: polygonOBJ(10_000), triangles: 9_998, vertices: 10_000},
		{name: "O4 a 1 000 000-gon", data: polygonOBJ(1_000_000), refused: mesh.CodeLimitPolygon},
		{name: "O5 a concave quadrilateral", data: []byte("v 0 0 0\nv 2 2 0\nv 0 4 0\nv 1 2 0\nf 1 2 3 4\n"), triangles: 2, vertices: 4},
		{name: "O5 a face without area", data: []byte("v 0 0 0\nv 1 0 0\nv 2 0 0\nv 3 0 0\nf 1 2 3 4\nf 1 2 3\n"), triangles: 3, vertices: 4},
		{name: "O5 a polygon that crosses itself", data: []byte("v 0 0 0\nv 1 1 0\nv 1 0 0\nv 0 1 0\nf 1 2 3 4\n"), warned: mesh.CodeConcavePolygon, triangles: 2},
		{name: "O6 no corners", data: []byte(tetra + "f\nf \n"), warned: mesh.CodeDegenerateFaces, triangles: 4},
		{name: "O6 one corner", data: face("1"), warned: mesh.CodeDegenerateFaces, triangles: 4},
		{name: "O6 two corners", data: face("1 2"), warned: mesh.CodeDegenerateFaces, triangles: 4},
		{name: "O6 a corner twice", data: face("1 2 2"), warned: mesh.CodeDegenerateFaces, triangles: 4},
		{name: "O6 a corner twice in four", data: face("1 2 2 4"), triangles: 5},
		{name: "O6 nothing but such faces", data: []byte(objVertices + "f 1 2\nf 1 1 1\n"), refused: mesh.CodeEmptyMesh},
		{name: "O7 a line in pieces", data: []byte("v 0 0 0\nv \\\n10 0 \\\r\n 0\nv 0 10 0\nv 0 0 10\n" + strings.ReplaceAll(objFaces, " ", " \\\n")), triangles: 4, vertices: 4},
		{name: "O7 500 000 joined lines", data: []byte(objVertices + "f 1 2 " + strings.Repeat("\\\n", 500_000) + "3\n"), triangles: 1},
		{name: "O7 600 000 joined lines", data: []byte(objVertices + "f 1 2 " + strings.Repeat("\\\n", 600_000) + "3\n"), refused: mesh.CodeLimitLine},
		{name: "O7 joined to the end", data: []byte(tetra + "f 1 2 3 \\"), refused: mesh.CodeOBJSyntax},
		{name: "O7 joined to nothing", data: []byte(tetra + "f 1 2 3 \\\n"), triangles: 5},
		{name: "O8 files and commands", data: []byte("mtllib ../../../etc/passwd\nmtllib http://example.org/a.mtl\nusemtl \\\\server\\share\\x\n" + tetra), triangles: 4},
		{name: "O9 nan", data: vertex("nan 0 0"), refused: mesh.CodeNonFinite, place: "line 1"},
		{name: "O9 -Infinity", data: vertex("0 -Infinity 0"), refused: mesh.CodeNonFinite},
		{name: "O9 1.#IND", data: vertex("0 0 1.#IND"), refused: mesh.CodeNonFinite},
		{name: "O9 1e999", data: vertex("0 1e999 0"), refused: mesh.CodeNonFinite},
		{name: "O9 a word", data: vertex("0 zero 0"), refused: mesh.CodeNumberFormat},
		{name: "O9 decimal comma", data: vertex("0,5 0 0"), refused: mesh.CodeNumberFormat},
		{name: "O9 hexadecimal", data: vertex("0x10 0 0"), refused: mesh.CodeNumberFormat},
		{name: "O9 two numbers", data: vertex("0 0"), refused: mesh.CodeOBJSyntax, place: "line 1"},
		{name: "O9 no numbers", data: vertex(""), refused: mesh.CodeOBJSyntax},
		{name: "O9 five numbers", data: vertex("0 0 0 1 1"), refused: mesh.CodeOBJSyntax},
		{name: "O9 eight numbers", data: vertex("0 0 0 1 1 1 1 1"), refused: mesh.CodeOBJSyntax},
		{name: "O9 weight", data: vertex("0 0 0 0.5"), triangles: 4, vertices: 4},
		{name: "O9 weight 0", data: vertex("0 0 0 0.0"), refused: mesh.CodeOBJSyntax},
		{name: "O9 weight nan", data: vertex("0 0 0 nan"), refused: mesh.CodeNonFinite},
		{name: "O9 colour", data: vertex("0 0 0 1 0 0.5"), triangles: 4, vertices: 4},
		{name: "O9 colour nan", data: vertex("0 0 0 nan nan nan"), triangles: 4, vertices: 4},
		{name: "O9 colour of four", data: vertex("0 0 0 1 0 0.5 1"), triangles: 4, vertices: 4},
		{name: "O9 too large", data: vertex("0 0 -1.1e9"), refused: mesh.CodeCoordinateRange, place: "line 1"},
		{name: "O10 UTF-16", data: inUTF16(tetra, binary.LittleEndian, true), refused: mesh.CodeEncoding},
		{name: "O10 UTF-16 without a mark", data: inUTF16(tetra, binary.BigEndian, false), refused: mesh.CodeEncoding},
		{name: "O10 a NUL in a number", data: []byte(strings.Replace(tetra, "10", "1\x00", 1)), refused: mesh.CodeEncoding, place: "line 2"},
		{name: "O10 a NUL at the end", data: []byte(tetra + "\x00"), refused: mesh.CodeEncoding, place: "line 9"},
		{name: "O10 mark and UTF-8", data: []byte("\xef\xbb\xbf" + tetra), triangles: 4, vertices: 4},
		{name: "O11 a comment of 20 MB", data: []byte("#" + strings.Repeat(" comment", 20<<17) + "\n" + tetra), triangles: 4},
		{name: "O11 a comment of 20 MB after a face", data: []byte(tetra + "f 1 2 3 #" + strings.Repeat(" comment", 20<<17) + "\n"), triangles: 5},
		{name: "O11 a name of 2 MB", data: []byte("o " + strings.Repeat("x", 2<<20) + "\n" + tetra), refused: mesh.CodeLimitLine, place: "line 1, byte 2097154"},
		{name: "O11 a name of 1 000 characters", data: []byte("o " + strings.Repeat("x", 990) + "\n" + tetra), opts: small, triangles: 4, solids: []mesh.Solid{{Name: strings.Repeat("x", 255), Triangles: 4}}},
		{name: "O12 /", data: face("1 2 /"), refused: mesh.CodeOBJSyntax},
		{name: "O12 ///", data: face("1// /// //////"), refused: mesh.CodeOBJSyntax, place: "line 9"},
		{name: "O12 1///", data: face("1/// 2/// 3///"), refused: mesh.CodeOBJSyntax},
		{name: "O12 //1", data: face("//1 //2 //3"), refused: mesh.CodeOBJSyntax},
		{name: "O12 letters", data: face("1/a 2/b 3/c"), refused: mesh.CodeOBJSyntax},
		{name: "O12 1.5", data: face("1.5 2 3"), refused: mesh.CodeOBJSyntax},
		{name: "O12 1/2/3/4", data: face("1/2/3/4 2 3"), refused: mesh.CodeOBJSyntax},
		{name: "O12 empty references", data: face("1// 2// 3//"), warned: mesh.CodeOBJSyntax, triangles: 5},
		{name: "O12 all forms of corners", data: face("1/5 2/7/-3 4//99999999999999999999"), triangles: 5},
		{name: "O13 points and lines", data: []byte(objVertices + "p 1 2 3\nl 1 2 3 4\n"), refused: mesh.CodeNoFaces},
		{name: "O13 vertices only", data: []byte(objVertices), refused: mesh.CodeNoFaces},
		{name: "O13 a line beside faces", data: []byte(tetra + "l 1 2\n"), warned: mesh.CodeIgnoredContent, triangles: 4},
		{name: "O13 free forms", data: []byte(tetra + "vp 0.1 0.2\ncstype bspline\ndeg 3 3\nsurf 0 1 0 1 1 2 3 4\nparm u 0 1\nend\n"), warned: mesh.CodeIgnoredContent, triangles: 4},
		{name: "O13 free forms only", data: []byte("cstype bspline\n" + objVertices + "curv 0 1 1 2 3\n"), refused: mesh.CodeNoFaces},
		{name: "O13 call and csh", data: []byte("call other.obj\ncsh rm -rf /\ncsh -touch x\n" + tetra), warned: mesh.CodeIgnoredContent, triangles: 4},
		{name: "O13 unknown words", data: []byte(tetra + "frobnicate 1 2 3\n"), warned: mesh.CodeIgnoredContent, triangles: 4},
		{name: "O14 faces before vertices", data: []byte(objFaces + objVertices), triangles: 4, vertices: 4},
		{name: "O14 faces between vertices", data: []byte("v 0 0 0\nv 10 0 0\nf 1 3 2\nf -2 -1 4\nv 0 10 0\nv 0 0 10\nf 2 3 4\nf 1 4 3\n"), triangles: 4, vertices: 4},
		{name: "O14 a polygon before its vertices", data: []byte("o a\nf 1 2 3 4\nl 1 2\nv 0 0 0\nv 2 2 0\nv 0 4 0\nv 1 2 0\n"), warned: mesh.CodeIgnoredContent, triangles: 2, solids: []mesh.Solid{{Name: "a", Triangles: 2}}},
		{name: "O14 vertices that never come", data: []byte("f 1 2 5\n" + tetra), refused: mesh.CodeOBJIndexRange, place: "line 1"},
		{name: "T1 objects", data: []byte(objVertices + "o a\nf 1 3 2\no b c # d\nf 1 2 4\no\nf 2 3 4\n"), triangles: 3, solids: named("a", "b c # d", "")},
		{name: "T2 groups", data: []byte(objVertices + "g a\nf 1 3 2\ng b\nf 1 2 4\n"), triangles: 2, solids: named("a", "b")},
		{name: "T3 groups within objects", data: []byte(objVertices + "o a\ng x\nf 1 3 2\ng y\no b\nf 1 2 4\n"), triangles: 2, solids: named("a", "b")},
		{name: "T4 faces before the first object", data: []byte(objVertices + "f 1 3 2\no b\nf 1 2 4\n"), triangles: 2, solids: named("", "b")},
		{name: "T5 objects without faces", data: []byte(objVertices + "o a\no b\nf 1 3 2\no c\n"), triangles: 1, solids: []mesh.Solid{{Name: "b", Triangles: 1}, {Name: "c"}}},
		{name: "T6 CR", data: []byte(strings.ReplaceAll("# x\n"+tetra, "\n", "\r")), triangles: 4, vertices: 4},
		{name: "T6 CR LF", data: []byte(strings.ReplaceAll("# x\n"+tetra, "\n", "\r\n")), triangles: 4, vertices: 4},
		{name: "T6 line of an error, CR LF", data: []byte(strings.ReplaceAll(tetra+"f 1 2 9\n", "\n", "\r\n")), refused: mesh.CodeOBJIndexRange, place: "line 9"},
		{name: "T7 no end of line", data: []byte(strings.TrimSpace(tetra)), triangles: 4},
		{name: "T8 blanks and tabs", data: []byte("  \t\n\n" + strings.ReplaceAll(tetra, " ", " \t ")), triangles: 4},
		{name: "T9 vertices never used", data: []byte("v 1 2 3\nv 4 5 6\n" + objVertices + "f 3 5 4\n"), triangles: 1, vertices: 3},
		{name: "T10 vertices at one place", data: []byte(objVertices + "v 0 0 0\nv -0 0 -0.0\n" + "f 5 3 2\nf 6 2 4\nf 2 3 4\nf 1 4 3\n"), triangles: 4, vertices: 4},
		{name: "T11 a comment ends with a backslash", data: []byte("# C:\\\n" + tetra), triangles: 4},
		{name: "T12 triangles beyond the limit", data: []byte(tetra), opts: mesh.ReadOptions{Limits: mesh.Limits{Triangles: 3}}, refused: mesh.CodeLimitTriangles},
		{name: "T13 vertices beyond the limit", data: []byte(tetra), opts: mesh.ReadOptions{Limits: mesh.Limits{Triangles: 1}}, refused: mesh.CodeLimitVertices},
		{name: "T14 inch", data: []byte(tetra), opts: mesh.ReadOptions{Unit: mesh.Inch}, triangles: 4},
	})
}

// polygonOBJ returns a regular polygon as one face.
func polygonOBJ(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		fmt.Fprintf(&b, "v %.12f %.12f 0\n", cos, sin)
	}
	b.WriteString("f")
	for i := range n {
		fmt.Fprintf(&b, " %d", i+1)
	}
	b.WriteString("\n")
	return b.Bytes()
}

// TestOBJManyObjects proves that many objects (O11) are counted, named up to
// the limit, and take linear time; also where lines end with CR only.
func TestOBJManyObjects(t *testing.T) {
	const n = 500_000
	for _, end := range []string{"\n", "\r"} {
		data := []byte(strings.ReplaceAll(objVertices+strings.Repeat("o a\nf 1 2 3\n", n), "\n", end))
		f := read(t, data, mesh.ReadOptions{})
		if f.SolidCount != n || len(f.Solids) != mesh.MaxListedSolids || len(f.Mesh.Triangles) != n {
			t.Errorf("%d solids, %d listed, %d triangles", f.SolidCount, len(f.Solids), len(f.Mesh.Triangles))
		}
	}
}

// TestOBJOpensNothing proves that a file named by an OBJ changes nothing (O8):
// not even one that exists.
func TestOBJOpensNothing(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "a.mtl")
	if err := os.WriteFile(pipe, []byte("not a material"), 0); err != nil {
		t.Fatal(err)
	}
	f := read(t, []byte("mtllib "+pipe+"\n"+objVertices+objFaces), mesh.ReadOptions{})
	if len(f.Warnings) > 0 {
		t.Errorf("%v", f.Warnings)
	}
}

// TestOBJPolygonArea proves that concave faces keep their area (O5), by a
// prism whose lids are stars.
func TestOBJPolygonArea(t *testing.T) {
	const n, height = 4000, 5.0
	var b bytes.Buffer
	want, rim := 0.0, make([]r3.Vector, n)
	for i := range rim {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		r := 10 - 6*float64(i%2)
		rim[i] = r3.Vector{X: r * cos, Y: r * sin}
		fmt.Fprintf(&b, "v %v %v 0\nv %v %v %v\n", rim[i].X, rim[i].Y, rim[i].X, rim[i].Y, height)
	}
	lid, floor := "f", "f"
	for i := range n {
		j := (i + 1) % n
		want += rim[i].Cross(rim[j]).Z / 2 * height
		fmt.Fprintf(&b, "f %d %d %d %d\n", 2*i+1, 2*j+1, 2*j+2, 2*i+2)
		lid += fmt.Sprintf(" %d", 2*i+2)
		floor += fmt.Sprintf(" %d", 2*(n-1-i)+1)
	}
	b.WriteString(lid + "\n" + floor + "\n")
	m := read(t, b.Bytes(), mesh.ReadOptions{}).Mesh
	if v := signedVolume(m); math.Abs(v-want) > 1e-12*want || len(m.Triangles) != 4*n-4 {
		t.Errorf("volume %v, want %v; %d triangles", v, want, len(m.Triangles))
	}
}

// TestOBJRoundSolids proves that what is written as OBJ comes back, also when
// faces come first.
func TestOBJRoundSolids(t *testing.T) {
	for _, s := range meshtest.Closed() {
		data := write(t, s.Mesh, mesh.FormatOBJ, mesh.WriteOptions{})
		plain := read(t, data, mesh.ReadOptions{})
		lines := strings.SplitAfter(string(data), "\n")
		var first, last strings.Builder
		for _, l := range lines {
			if strings.HasPrefix(l, "f") {
				first.WriteString(l)
			} else {
				last.WriteString(l)
			}
		}
		turned := read(t, []byte(first.String()+last.String()), mesh.ReadOptions{})
		sameSurface(t, s.Name, turned.Mesh, plain.Mesh, 0)
	}
}
