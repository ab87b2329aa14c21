package mesh_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

var plyFormats = []string{"ascii", "binary_little_endian", "binary_big_endian"}

func plyHeader(format string, lines ...string) string {
	return "ply\nformat " + format + " 1.0\n" + strings.Join(lines, "\n") + "\nend_header\n"
}

const (
	plyVertexLines = "property float x\nproperty float y\nproperty float z"
	plyFaceLines   = "property list uchar int vertex_indices"
)

// tetrahedronWith returns the bytes of a tetrahedron whose last face is given.
func tetrahedronWith(format string, last ...float64) []byte {
	vertices, faces := plyTetrahedron()
	faces.rows[3] = []any{last}
	return encodePLY(format, vertices, faces)
}

// refusal returns the error of reading data, which must be a *mesh.Error.
func refusal(t *testing.T, data []byte, opts mesh.ReadOptions) *mesh.Error {
	t.Helper()
	f, err := mesh.Read(context.Background(), data, opts)
	var e *mesh.Error
	if !errors.As(err, &e) {
		t.Fatalf("read %+v, %v; want a refusal", f, err)
	}
	return e
}

// TestPLYRefused: each broken file gets its code, and memory stays small.
func TestPLYRefused(t *testing.T) {
	vertices, faces := plyTetrahedron()
	huge := func(format string) []byte {
		return append([]byte(plyHeader(format, "element vertex 1000000000", plyVertexLines, "element face 12", plyFaceLines)), make([]byte, 96)...)
	}
	list := func(count string, length float64) []byte {
		h := plyHeader("binary_little_endian", "element vertex 4", plyVertexLines, "element face 1", "property list "+count+" int vertex_indices")
		return slices.Concat([]byte(h), make([]byte, 48), plyItem{count, length}.binary(""), make([]byte, 12))
	}
	header := func(lines ...string) []byte { return []byte(plyHeader("ascii", lines...)) }
	cut := func(format string, n int) []byte {
		data := encodePLY(format, vertices, faces)
		return data[:len(data)-n]
	}
	text := func(vertex, face string) []byte {
		return []byte(plyHeader("ascii", "element vertex 3", plyVertexLines, "element face 1", plyFaceLines) + vertex + "1 0 0\n0 1 0\n" + face)
	}
	double := func(v float64) []byte {
		v0, f0 := plyTetrahedron()
		v0.properties[1] = "double y"
		v0.rows[2][1] = v
		return encodePLY("binary_little_endian", v0, f0)
	}
	for _, test := range []struct {
		id   string
		data []byte
		code mesh.Code
	}{
		{"P1 text", huge("ascii"), mesh.CodePLYTruncated},
		{"P1 little endian", huge("binary_little_endian"), mesh.CodePLYTruncated},
		{"P1 big endian", huge("binary_big_endian"), mesh.CodePLYTruncated},
		{"P1 many faces", []byte(plyHeader("ascii", "element vertex 3", plyVertexLines, "element face 2000000000", plyFaceLines) + "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"), mesh.CodePLYTruncated},
		{"P2 negative", header("element vertex -1", plyVertexLines), mesh.CodePLYHeader},
		{"P2 no number", header("element vertex x", plyVertexLines), mesh.CodePLYHeader},
		{"P2 beyond int64", header("element vertex 99999999999999999999", plyVertexLines), mesh.CodePLYHeader},
		{"P2 none", header("element vertex", plyVertexLines), mesh.CodePLYHeader},
		{"P3 2³²−1", list("uint", math.MaxUint32), mesh.CodePLYList},
		{"P3 2³¹−1", list("int", math.MaxInt32), mesh.CodePLYList},
		{"P3 uint64", list("uint64", 1<<62), mesh.CodePLYList},
		{"P3 255", list("uchar", 255), mesh.CodePLYList},
		{"P3 −1 as char", list("char", -1), mesh.CodePLYList},
		{"P3 −1 as int64", list("int64", -1), mesh.CodePLYList},
		{"P3 NaN", list("float", math.NaN()), mesh.CodePLYList},
		{"P3 infinity", list("double", math.Inf(1)), mesh.CodePLYList},
		{"P3 fraction", list("float", 2.5), mesh.CodePLYList},
		{"P3 −1 in text", text("0 0 0\n", "-1 0 1 2\n"), mesh.CodePLYList},
		{"P3 huge in text", text("0 0 0\n", "4294967295 0 1 2\n"), mesh.CodePLYList},
		{"P3 no number in text", text("0 0 0\n", "three 0 1 2\n"), mesh.CodePLYList},
		{"P3 in an element passed over", []byte(plyHeader("binary_little_endian", "element junk 1", "property list int float junk", "element vertex 1", plyVertexLines, "element face 1", plyFaceLines) + "\xff\xff\xff\x7f                 "), mesh.CodePLYList},
		{"P5 nothing more", []byte("ply\nformat ascii 1.0\n"), mesh.CodePLYHeader},
		{"P5 only the magic", []byte("ply\n"), mesh.CodePLYHeader},
		{"P5 body follows", []byte("ply\nformat ascii 1.0\nelement vertex 3\n0 0 0\n"), mesh.CodePLYHeader},
		{"P6 long comment", []byte("ply\ncomment " + strings.Repeat("x", 10<<20) + "\nend_header\n"), mesh.CodeLimitHeader},
		{"P6 many comments", []byte("ply\n" + strings.Repeat("comment x\n", 1<<20) + "end_header\n"), mesh.CodeLimitHeader},
		{"P8 row cut, little endian", cut("binary_little_endian", 3), mesh.CodePLYTruncated},
		{"P8 row cut, big endian", cut("binary_big_endian", 3), mesh.CodePLYTruncated},
		{"P8 row cut, text", cut("ascii", 3), mesh.CodePLYTruncated},
		{"P8 rows missing", cut("binary_little_endian", 13), mesh.CodePLYTruncated},
		{"P8 vertices missing", cut("binary_little_endian", 60), mesh.CodePLYTruncated},
		{"P8 value missing in a line", text("0 0\n", "3 0 1 2\n"), mesh.CodePLYSyntax},
		{"P8 value too many in a line", text("0 0 0 0\n", "3 0 1 2\n"), mesh.CodePLYSyntax},
		{"P8 corner too many in a line", text("0 0 0\n", "3 0 1 2 1\n"), mesh.CodePLYSyntax},
		{"P9 count, text", tetrahedronWith("ascii", 1, 2, 4), mesh.CodeIndexRange},
		{"P9 count, little endian", tetrahedronWith("binary_little_endian", 1, 2, 4), mesh.CodeIndexRange},
		{"P9 count, big endian", tetrahedronWith("binary_big_endian", 1, 2, 4), mesh.CodeIndexRange},
		{"P9 −1, text", tetrahedronWith("ascii", 1, 2, -1), mesh.CodeIndexRange},
		{"P9 −1, little endian", tetrahedronWith("binary_little_endian", 1, 2, -1), mesh.CodeIndexRange},
		{"P9 2³²−16", tetrahedronWith("binary_little_endian", 1, 2, 1<<32-16), mesh.CodeIndexRange},
		{"P9 in a quad", tetrahedronWith("binary_little_endian", 0, 1, 2, 4), mesh.CodeIndexRange},
		{"P9 beyond int64", text("0 0 0\n", "3 0 1 99999999999999999999\n"), mesh.CodeIndexRange},
		{"P9 no whole number", text("0 0 0\n", "3 0 1 1.5\n"), mesh.CodeIndexRange},
		{"P10 unknown type", header("element vertex 1", "property half x"), mesh.CodePLYHeader},
		{"P10 unknown list type", header("element vertex 1", "property list uchar half x"), mesh.CodePLYHeader},
		{"P10 unknown keyword", header("elephant 1"), mesh.CodePLYHeader},
		{"P10 property twice", header("element vertex 1", plyVertexLines, "property float x"), mesh.CodePLYHeader},
		{"P10 element twice", header("element vertex 1", plyVertexLines, "element vertex 1"), mesh.CodePLYHeader},
		{"P10 property first", header(plyVertexLines), mesh.CodePLYHeader},
		{"P10 format twice", header("format ascii 1.0"), mesh.CodePLYHeader},
		{"P10 no format", []byte("ply\nelement vertex 1\nend_header\n"), mesh.CodePLYHeader},
		{"P10 other version", []byte("ply\nformat ascii 2.0\nend_header\n"), mesh.CodePLYHeader},
		{"P10 other format", []byte("ply\nformat utf8 1.0\nend_header\n"), mesh.CodePLYHeader},
		{"P10 both names of the list", header("element vertex 1", plyVertexLines, "element face 1", plyFaceLines, "property list uchar int vertex_index"), mesh.CodePLYHeader},
		{"P10 no list", header("element vertex 1", plyVertexLines, "element face 1", "property int vertex_indices"), mesh.CodePLYHeader},
		{"P10 no vertices", header("element face 1", plyFaceLines), mesh.CodePLYHeader},
		{"P10 no z", header("element vertex 1", "property float x\nproperty float y", "element face 1", plyFaceLines), mesh.CodePLYHeader},
		{"P11 no element", header("element vertex 1", plyVertexLines), mesh.CodeNoFaces},
		{"P11 no face", encodePLY("binary_little_endian", vertices, plyFaces()), mesh.CodeNoFaces},
		{"non-finite", double(math.NaN()), mesh.CodeNonFinite},
		{"infinite", double(math.Inf(-1)), mesh.CodeNonFinite},
		{"non-finite in text", text("0 nan 0\n", "3 0 1 2\n"), mesh.CodeNonFinite},
		{"far out", double(1e10), mesh.CodeCoordinateRange},
		{"beyond float32 in text", text("0 1e39 0\n", "3 0 1 2\n"), mesh.CodeCoordinateRange},
		{"comma", text("0 10,5 0\n", "3 0 1 2\n"), mesh.CodeNumberFormat},
		{"hexadecimal", text("0 0x1p3 0\n", "3 0 1 2\n"), mesh.CodeNumberFormat},
		{"NUL", text("0 0\x00 0\n", "3 0 1 2\n"), mesh.CodeNumberFormat},
	} {
		t.Run(test.id, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			e := refusal(t, test.data, mesh.ReadOptions{})
			runtime.ReadMemStats(&after)
			if e.Code != test.code {
				t.Errorf("%v; want %s", e, test.code)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
				t.Errorf("%d bytes allocated", n)
			}
		})
	}
}

// TestPLYEncodingsAgree: the three encodings of a file give the same mesh,
// bit for bit (P4), whatever the types.
func TestPLYEncodingsAgree(t *testing.T) {
	kinds := []string{
		"char", "int8", "uchar", "uint8", "short", "int16", "ushort", "uint16", "int", "int32",
		"uint", "uint32", "int64", "uint64", "float", "float32", "double", "float64",
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			unit := 1.0
			if strings.HasPrefix(kind, "float") || kind == "double" {
				unit = 0.1
			}
			vertices, faces := plyTetrahedron()
			vertices.properties = []string{kind + " x", "uchar red", kind + " y", "list " + kind + " short junk", kind + " z"}
			vertices.rows = [][]any{
				{0, 255, 0, []float64{}, 0},
				{100 * unit, 0, 0, []float64{-7}, 0},
				{0, 7, 100 * unit, []float64{1, 2, 3}, 0},
				{0, 8, 0, []float64{5, 5}, 100 * unit},
			}
			faces.properties = []string{"short flags", "list " + kind + " " + kind + " vertex_index", "double quality"}
			for i, row := range faces.rows {
				faces.rows[i] = []any{-i, row[0], 0.5}
			}
			extra := plyTable{"camera", []string{kind + " a", "list uchar float b"}, [][]any{{3, []float64{1, 2}}, {4, []float64{}}}}
			var first *mesh.File
			for _, format := range plyFormats {
				for _, order := range [][]plyTable{{vertices, faces, extra}, {extra, faces, vertices}} {
					f := mustRead(t, encodePLY(format, order...))
					if first == nil {
						first = f
					}
					if !reflect.DeepEqual(f.Mesh, first.Mesh) {
						t.Errorf("%s: %+v, want %+v", format, f.Mesh, first.Mesh)
					}
				}
			}
			if len(first.Mesh.Triangles) != 4 || first.Mesh.SinglePrecision != (kind == "float" || kind == "float32") {
				t.Errorf("%+v", first.Mesh)
			}
		})
	}
}

func mustRead(t testing.TB, data []byte) *mesh.File {
	t.Helper()
	f, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestPLYHeaders: what the header may look like without changing the part (P10).
func TestPLYHeaders(t *testing.T) {
	vertices, faces := plyTetrahedron()
	for _, format := range plyFormats {
		plain := encodePLY(format, vertices, faces)
		want := mustRead(t, plain).Mesh
		split := bytes.Index(plain, []byte("end_header\n")) + len("end_header\n")
		header, body := string(plain[:split]), plain[split:]
		for name, h := range map[string]string{
			"CR LF":                  strings.ReplaceAll(header, "\n", "\r\n"),
			"CR":                     strings.ReplaceAll(header, "\n", "\r"),
			"blank lines before":     "\n\n" + header,
			"blank lines within":     strings.ReplaceAll(header, "\nelement", "\n\n\t\nelement"),
			"white space":            strings.ReplaceAll(strings.ReplaceAll(header, " ", " \t "), "\n", "  \n"),
			"obj_info":               strings.Replace(header, "comment", "obj_info num_cols 512\nobj_info\ncomment", 1),
			"format stated late":     strings.Replace(strings.Replace(header, "format "+format+" 1.0\n", "", 1), "end_header", "format "+format+" 1.0\nend_header", 1),
			"element without values": strings.Replace(header, "element face", "element nothing 4000000000\nelement face", 1),
			"huge empty at the end":  strings.Replace(header, "end_header", "element nothing 9000000000000000000\nend_header", 1),
			"byte order mark":        "\xef\xbb\xbf" + header,
		} {
			t.Run(format+" "+name, func(t *testing.T) {
				f := mustRead(t, slices.Concat([]byte(h), body))
				if !reflect.DeepEqual(f.Mesh, want) || len(f.Warnings) > 0 {
					t.Errorf("%+v, want %+v; %v", f.Mesh, want, f.Warnings)
				}
			})
		}
	}
}

// TestPLYBodyBeginsWithLineFeed: a binary body may begin with the byte of a
// line end.
func TestPLYBodyBeginsWithLineFeed(t *testing.T) {
	vertices, faces := plyTetrahedron()
	vertices.properties = append([]string{"uchar ten"}, vertices.properties...)
	for i, row := range vertices.rows {
		vertices.rows[i] = append([]any{10}, row...)
	}
	data := encodePLY("binary_little_endian", vertices, faces)
	for _, h := range [][]byte{data, bytes.ReplaceAll(data, []byte("_header\n"), []byte("_header\r\n"))} {
		if f := mustRead(t, h); len(f.Mesh.Vertices) != 4 {
			t.Errorf("%+v", f.Mesh)
		}
	}
}

// TestPLYFewCorners: faces of fewer than three corners are left out and
// counted (P8).
func TestPLYFewCorners(t *testing.T) {
	for _, format := range plyFormats {
		vertices, faces := plyTetrahedron()
		for _, f := range [][]float64{{}, {1}, {1, 2}, {1, 2, 1}, {3, 3, 3, 3}} {
			faces.rows = append([][]any{{f}}, faces.rows...)
		}
		f := mustRead(t, encodePLY(format, vertices, faces))
		if len(f.Mesh.Triangles) != 4 || len(f.Warnings) != 1 || f.Warnings[0].Code != mesh.CodeDegenerateFaces || !strings.Contains(f.Warnings[0].Message, "5") {
			t.Errorf("%s: %d triangles, %v", format, len(f.Mesh.Triangles), f.Warnings)
		}
	}
}

// TestPLYCoincidentCorners: a triangle with two vertices at one place is one
// of the file in every encoding; what it is worth is measured later.
func TestPLYCoincidentCorners(t *testing.T) {
	for _, format := range plyFormats {
		vertices, faces := plyTetrahedron()
		vertices.rows = append(vertices.rows, vertices.rows[1])
		faces.rows = append(faces.rows, []any{[]float64{1, 4, 2}})
		if f := mustRead(t, encodePLY(format, vertices, faces)); len(f.Mesh.Triangles) != 5 || len(f.Warnings) != 0 {
			t.Errorf("%s: %d triangles, %v", format, len(f.Mesh.Triangles), f.Warnings)
		}
	}
}

// TestPLYStrips: −1 begins a new strip, the turn alternates, and repeated
// corners join strips (P10). The strip around a cube gives its volume.
func TestPLYStrips(t *testing.T) {
	vertices := plyVertices(
		[3]float64{0, 0, 0}, [3]float64{1, 0, 0}, [3]float64{0, 1, 0}, [3]float64{1, 1, 0},
		[3]float64{0, 0, 1}, [3]float64{1, 0, 1}, [3]float64{0, 1, 1}, [3]float64{1, 1, 1},
	)
	around := []float64{0, 1, 4, 5, 6, 7, 2, 3, 0, 1}
	for name, strip := range map[string][]float64{
		"restarts": append(slices.Clone(around), -1, 0, 4, 2, 6, -1, -1, 1, 3, 5, 7, -1),
		"joints":   append(slices.Clone(around), 1, 0, 0, 4, 2, 6, 6, 1, 1, 3, 5, 7),
	} {
		for _, format := range plyFormats {
			table := plyTable{"tristrips", []string{"list int int vertex_indices"}, [][]any{{strip}}}
			f := mustRead(t, encodePLY(format, vertices, table))
			if v := signedVolume(f.Mesh); len(f.Mesh.Triangles) != 12 || math.Abs(v-1) > 1e-12 || len(f.Warnings) > 0 {
				t.Errorf("%s %s: %d triangles, volume %g, %v", name, format, len(f.Mesh.Triangles), v, f.Warnings)
			}
		}
	}
	table := plyTable{"tristrips", []string{"list int uint vertex_indices"}, [][]any{{[]float64{0, 1, 2, math.MaxUint32, 1, 2, 3}}}}
	if e := refusal(t, encodePLY("binary_little_endian", vertices, table), mesh.ReadOptions{}); e.Code != mesh.CodeIndexRange {
		t.Error(e)
	}
}

// signedVolume is the sum of the tetrahedra between the origin and the
// triangles.
func signedVolume(m *mesh.Mesh) float64 {
	sum := 0.0
	for i := range m.Triangles {
		a, b, c := m.Corners(i)
		sum += a.Dot(b.Cross(c)) / 6
	}
	return sum
}

// TestPLYPrecision: float is rounded to 32 bits in text too, double is not.
func TestPLYPrecision(t *testing.T) {
	read := func(kind, x string) (float64, bool) {
		t.Helper()
		h := plyHeader("ascii", "element vertex 3", strings.ReplaceAll(plyVertexLines, "float", kind), "element face 1", plyFaceLines)
		f := mustRead(t, []byte(h+x+" 0 0\n9 0 0\n0 9 0\n3 0 1 2\n"))
		return f.Mesh.Vertices[0].X, f.Mesh.SinglePrecision
	}
	for _, x := range []string{"0.1", "1.00000017881393432617187500", "1.00000017881393432617187499", "1.00000017881393432617187501", "-3.4028234e8", "1e-45", "16777217"} {
		var want float32
		if _, err := fmt.Sscan(x, &want); err != nil {
			t.Fatal(err)
		}
		if got, single := read("float", x); got != float64(want) || !single {
			t.Errorf("%s: %g (%v), want %g", x, got, single, want)
		}
	}
	if got, single := read("double", "0.1"); got != 0.1 || single {
		t.Errorf("%g %v", got, single)
	}
}

// TestPLYTrailing: bytes that no element accounts for are reported, padding
// is not.
func TestPLYTrailing(t *testing.T) {
	vertices, faces := plyTetrahedron()
	for _, format := range plyFormats {
		data := encodePLY(format, vertices, faces)
		if f := mustRead(t, append(slices.Clone(data), "\r\n \x00\n"...)); len(f.Warnings) != 0 {
			t.Errorf("%s: %v", format, f.Warnings)
		}
		if f := mustRead(t, append(slices.Clone(data), "\nmore"...)); len(f.Warnings) != 1 || f.Warnings[0].Code != mesh.CodeIgnoredContent {
			t.Errorf("%s: %v", format, f.Warnings)
		}
	}
}

// TestPLYLimits: the limits of the caller hold.
func TestPLYLimits(t *testing.T) {
	vertices, faces := plyTetrahedron()
	quad := plyFaces([]float64{0, 1, 2, 3})
	for _, format := range plyFormats {
		data := encodePLY(format, vertices, faces)
		for _, test := range []struct {
			limits mesh.Limits
			data   []byte
			code   mesh.Code
		}{
			{mesh.Limits{Triangles: 3}, data, mesh.CodeLimitTriangles},
			{mesh.Limits{Triangles: 1}, data, mesh.CodeLimitVertices},
			{mesh.Limits{HeaderBytes: 100}, data, mesh.CodeLimitHeader},
			{mesh.Limits{Coordinate: 1}, data, mesh.CodeCoordinateRange},
			{mesh.Limits{PolygonCorners: 3}, encodePLY(format, vertices, quad), mesh.CodeLimitPolygon},
		} {
			if e := refusal(t, test.data, mesh.ReadOptions{Limits: test.limits}); e.Code != test.code {
				t.Errorf("%s: %v, want %s", format, e, test.code)
			}
		}
	}
}

// TestPLYPlaces: a refusal says where and in which line.
func TestPLYPlaces(t *testing.T) {
	if e := refusal(t, tetrahedronWith("ascii", 1, 2, 9), mesh.ReadOptions{}); e.Place != "face 4, line 18" {
		t.Error(e.Place)
	}
	if e := refusal(t, tetrahedronWith("binary_big_endian", 1, 2, 9), mesh.ReadOptions{}); !strings.HasPrefix(e.Place, "face 4, byte ") {
		t.Error(e.Place)
	}
	if e := refusal(t, []byte("ply\nformat ascii 1.0\nelement vertex -5\n"), mesh.ReadOptions{}); e.Place != "line 3" {
		t.Error(e.Place)
	}
}

// TestPLYCancelled: reading ends with the context.
func TestPLYCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	vertices, faces := plyTetrahedron()
	for _, format := range plyFormats {
		if _, err := mesh.Read(ctx, encodePLY(format, vertices, faces), mesh.ReadOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// largePLY is a sphere of about 330 000 triangles.
func largePLY(format string) []byte {
	m := meshtest.Icosphere(10, 7).Mesh
	vertices, faces := plyVertices(), plyFaces()
	for _, p := range m.Vertices {
		vertices.rows = append(vertices.rows, []any{p.X, p.Y, p.Z})
	}
	for _, f := range m.Triangles {
		faces.rows = append(faces.rows, []any{[]float64{float64(f[0]), float64(f[1]), float64(f[2])}})
	}
	return encodePLY(format, vertices, faces)
}

func BenchmarkReadPLY(b *testing.B) {
	for _, format := range plyFormats {
		b.Run(format, func(b *testing.B) {
			data := largePLY(format)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if f := mustRead(b, data); len(f.Mesh.Triangles) != 20<<14 {
					b.Fatal(len(f.Mesh.Triangles))
				}
			}
		})
	}
}

func FuzzPLY(f *testing.F) {
	vertices, faces := plyTetrahedron()
	strips := plyTable{"tristrips", []string{"list int int vertex_indices"}, [][]any{{[]float64{0, 1, 2, 3, -1, 1, 2, 3}}}}
	extra := plyTable{"camera", []string{"double a", "list uchar float b"}, [][]any{{3, []float64{1, 2}}}}
	for _, format := range plyFormats {
		f.Add(encodePLY(format, vertices, faces))
		f.Add(encodePLY(format, extra, strips, vertices))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRead(t, "ply\n", data) })
}

// checkRead reads hostile data of a known beginning within small limits and
// checks what every file that is read must be: in range and finite.
func checkRead(t *testing.T, magic string, data []byte) {
	if !bytes.HasPrefix(data, []byte(magic)) {
		data = append([]byte(magic), data...)
	}
	opts := mesh.ReadOptions{Limits: mesh.Limits{Triangles: 10_000}}
	f, err := mesh.Read(context.Background(), data, opts)
	if err != nil {
		var e *mesh.Error
		if !errors.As(err, &e) || e.Code == "" || e.Reason == "" {
			t.Fatalf("%v", err)
		}
		return
	}
	if n := len(f.Mesh.Triangles); n == 0 || n > 10_000 {
		t.Fatalf("%d triangles", n)
	}
	for _, triangle := range f.Mesh.Triangles {
		for _, v := range triangle {
			if p := f.Mesh.Vertices[v]; !(p.Norm() <= 2e9) {
				t.Fatalf("%v", p)
			}
		}
	}
	seen := map[r3.Vector]bool{}
	for _, p := range f.Mesh.Vertices {
		if seen[p] {
			t.Fatalf("%v is there twice", p)
		}
		seen[p] = true
	}
}

// P7: an element of four thousand million rows without properties takes no
// bytes and no time.
func TestPLYRowsWithoutProperties(t *testing.T) {
	for _, format := range []string{"ascii", "binary_little_endian"} {
		body := "0 0 0\n1 0 0\n0 1 0\n0 0 1\n3 0 2 1\n3 0 1 3\n3 1 2 3\n3 2 0 3\n"
		if format != "ascii" {
			var b bytes.Buffer
			for _, v := range []float32{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1} {
				_ = binary.Write(&b, binary.LittleEndian, v)
			}
			for _, f := range [][3]int32{{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}} {
				b.WriteByte(3)
				_ = binary.Write(&b, binary.LittleEndian, f)
			}
			body = b.String()
		}
		data := plyHeader(format, "element nothing 4000000000", "element vertex 4", plyVertexLines, "element face 4", plyFaceLines) + body
		file, err := mesh.Read(t.Context(), []byte(data), mesh.ReadOptions{})
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if len(file.Mesh.Triangles) != 4 {
			t.Errorf("%s: %d triangles, want 4", format, len(file.Mesh.Triangles))
		}
	}
}
