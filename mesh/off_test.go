package mesh_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// offTetrahedron has the volume 1/6 and four edges too few in its header,
// which nobody counts.
const offTetrahedron = `OFF
4 4 2
0 0 0
1 0 0
0 1 0
0 0 1
3 0 2 1
3 0 1 3
3 0 3 2
3 1 2 3
`

// TestOFFVariants: whatever the notation, the part is the same.
func TestOFFVariants(t *testing.T) {
	want := mustRead(t, []byte(offTetrahedron)).Mesh
	if v := signedVolume(want); math.Abs(v-1.0/6) > 1e-15 || len(want.Vertices) != 4 || want.SinglePrecision {
		t.Fatalf("volume %g, %+v", v, want)
	}
	rows := func(keyword, vertexSuffix, faceSuffix string) string {
		s := strings.ReplaceAll(offTetrahedron, "\n3 0 2 1", " \n3 0 2 1")
		lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
		lines[0] = keyword
		for i := 2; i < 6; i++ {
			lines[i] += vertexSuffix
		}
		for i := 6; i < len(lines); i++ {
			lines[i] += faceSuffix
		}
		return strings.Join(lines, "\n")
	}
	for name, data := range map[string]string{
		"counts beside the keyword": strings.Replace(offTetrahedron, "OFF\n", "OFF ", 1),
		"no edges":                  strings.Replace(offTetrahedron, "4 4 2", "4 4", 1),
		"CR LF":                     strings.ReplaceAll(offTetrahedron, "\n", "\r\n"),
		"CR":                        strings.ReplaceAll(offTetrahedron, "\n", "\r"),
		"no last line end":          strings.TrimSuffix(offTetrahedron, "\n"),
		"blank lines":               strings.ReplaceAll(offTetrahedron, "\n", "\n \n\t\n"),
		"comments":                  "# a\n\n#b\n" + strings.ReplaceAll(offTetrahedron, "\n", "# c 1 2 3\n#\n"),
		"long comment":              "OFF\n#" + strings.Repeat("x", 3<<20) + "\n" + strings.TrimPrefix(offTetrahedron, "OFF"),
		"byte order mark":           "\xef\xbb\xbf" + offTetrahedron,
		"colours of faces":          rows("OFF", "", " 0.5 0.5 0.5 1"),
		"index of a colour":         rows("OFF", "", " 7"),
		"COFF":                      rows("COFF", " 255 0 0 255", ""),
		"NOFF":                      rows("NOFF", " 0 0 1", ""),
		"STOFF":                     rows("STOFF", " 0.5 0.5", ""),
		"STCNOFF":                   rows("STCNOFF", " 0 0 1 1 0 0 1 0.5 0.5", ""),
		"4OFF":                      rows("4OFF", " 1", ""),
		"CN4OFF":                    rows("CN4OFF", " 1 0 0 1 1 0 0 1", ""),
		"4OFF with weights":         strings.Replace(offTetrahedron, "OFF\n4 4 2\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n", "4OFF\n4 4 2\n0 0 0 8\n3 0 0 3\n0 0.5 0 .5\n0 0 1 1\n", 1),
		"signs and exponents":       strings.Replace(offTetrahedron, "\n1 0 0\n0 1 0\n", "\n+1e0 -0 0.0\n0 1000E-3 0.\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			f := mustRead(t, []byte(data))
			if f.Format != mesh.FormatOFF || !reflect.DeepEqual(f.Mesh, want) || len(f.Warnings) > 0 {
				t.Errorf("%s %+v, want %+v; %v", f.Format, f.Mesh, want, f.Warnings)
			}
		})
	}
}

// TestOFFRefused: each broken file gets its code.
func TestOFFRefused(t *testing.T) {
	broken := func(old, new string) string {
		s := strings.Replace(offTetrahedron, old, new, 1)
		if s == offTetrahedron {
			t.Fatalf("%q is not there", old)
		}
		return s
	}
	for _, test := range []struct {
		id, data string
		code     mesh.Code
		place    string
	}{
		{"counts beyond the file", broken("4 4 2", "353535235358 4 0"), mesh.CodeOFFTruncated, "line 2"},
		{"faces beyond the file", broken("4 4 2", "4 9223372036854775807 0"), mesh.CodeOFFTruncated, "line 2"},
		{"counts beyond int64", broken("4 4 2", "99999999999999999999 4 0"), mesh.CodeOFFSyntax, "line 2"},
		{"negative count", broken("4 4 2", "-4 4 0"), mesh.CodeOFFSyntax, "line 2"},
		{"one count", broken("4 4 2", "4"), mesh.CodeOFFSyntax, "line 2"},
		{"no counts", "OFF\n# nothing\n", mesh.CodeOFFSyntax, "line 2"},
		{"keyword alone", "OFF", mesh.CodeOFFSyntax, "line 1"},
		{"a face too few", broken("3 1 2 3\n", ""), mesh.CodeOFFTruncated, "line 9"},
		{"a vertex too few", broken("1 0 0\n", ""), mesh.CodeOFFTruncated, "line 9"},
		{"vertices in one line", broken("0 0 0\n1 0 0\n", "0 0 0 1 0 0\n"), mesh.CodeOFFTruncated, "line 9"},
		{"two numbers", broken("\n1 0 0\n", "\n1 0\n"), mesh.CodeOFFSyntax, "line 4"},
		{"corner too few", broken("3 0 2 1", "3 0 2"), mesh.CodeOFFSyntax, "line 7"},
		{"index = count", broken("3 0 2 1", "3 0 2 4"), mesh.CodeIndexRange, "line 7"},
		{"index −1", broken("3 0 2 1", "3 0 2 -1"), mesh.CodeIndexRange, "line 7"},
		{"index 2³²", broken("3 0 2 1", "3 0 2 4294967296"), mesh.CodeIndexRange, "line 7"},
		{"index 10²⁰", broken("3 0 2 1", "3 0 2 100000000000000000000"), mesh.CodeIndexRange, "line 7"},
		{"corners −1", broken("3 0 2 1", "-1 0 2 1"), mesh.CodeOFFSyntax, "line 7"},
		{"corners 10⁹", broken("3 0 2 1", "1000000000 0 2 1"), mesh.CodeLimitPolygon, "line 7"},
		{"no faces", "OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n", mesh.CodeNoFaces, ""},
		{"nan", broken("\n1 0 0\n", "\nnan 0 0\n"), mesh.CodeNonFinite, "line 4"},
		{"inf", broken("\n1 0 0\n", "\n-Infinity 0 0\n"), mesh.CodeNonFinite, "line 4"},
		{"1e999", broken("\n1 0 0\n", "\n1e999 0 0\n"), mesh.CodeNumberFormat, "line 4"},
		{"far out", broken("\n1 0 0\n", "\n1e10 0 0\n"), mesh.CodeCoordinateRange, "line 4"},
		{"comma", broken("\n1 0 0\n", "\n10,5 0 0\n"), mesh.CodeNumberFormat, "line 4"},
		{"weight 0", "4OFF\n3 1 0\n0 0 0 1\n1 0 0 0\n0 1 0 1\n3 0 1 2\n", mesh.CodeOFFSyntax, "line 4"},
		{"weight −1", "4OFF\n3 1 0\n0 0 0 1\n1 0 0 -1\n0 1 0 1\n3 0 1 2\n", mesh.CodeOFFSyntax, "line 4"},
		{"weight missing", "4OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", mesh.CodeOFFSyntax, "line 3"},
		{"weight that divides beyond the range", "4OFF\n3 1 0\n0 0 0 1\n1 0 0 1e-300\n0 1 0 1\n3 0 1 2\n", mesh.CodeCoordinateRange, "line 4"},
		{"n dimensions", "nOFF\n3\n" + strings.TrimPrefix(offTetrahedron, "OFF\n"), mesh.CodeUnsupportedFormat, ""},
		{"4nOFF", "4nOFF 3\n", mesh.CodeUnsupportedFormat, ""},
		{"binary", "OFF BINARY\n\x00\x00\x00\x04\x00\x00\x00\x04\x00\x00\x00\x00", mesh.CodeUnsupportedFormat, ""},
		{"long line", broken("3 0 2 1", "3 0 2 1"+strings.Repeat(" ", 2<<20)), mesh.CodeLimitLine, "line 7, byte 2097193"},
	} {
		t.Run(test.id, func(t *testing.T) {
			if e := refusal(t, []byte(test.data), mesh.ReadOptions{}); e.Code != test.code || e.Place != test.place {
				t.Errorf("%v; want %s at %q", e, test.code, test.place)
			}
		})
	}
}

// TestOFFWarnings: what is left out is reported.
func TestOFFWarnings(t *testing.T) {
	f := mustRead(t, []byte(offTetrahedron+"3 0 1 2\n"))
	if len(f.Mesh.Triangles) != 4 || len(f.Warnings) != 1 || f.Warnings[0].Code != mesh.CodeIgnoredContent {
		t.Errorf("%d triangles, %v", len(f.Mesh.Triangles), f.Warnings)
	}
}

// TestOFFLimits: the limits of the caller hold.
func TestOFFLimits(t *testing.T) {
	for _, test := range []struct {
		limits mesh.Limits
		code   mesh.Code
	}{
		{mesh.Limits{Triangles: 3}, mesh.CodeLimitTriangles},
		{mesh.Limits{Triangles: 1}, mesh.CodeLimitVertices},
		{mesh.Limits{PolygonCorners: 2}, mesh.CodeLimitPolygon},
		{mesh.Limits{LineBytes: 5}, mesh.CodeLimitLine},
		{mesh.Limits{Coordinate: 0.5}, mesh.CodeCoordinateRange},
	} {
		if e := refusal(t, []byte(offTetrahedron), mesh.ReadOptions{Limits: test.limits}); e.Code != test.code {
			t.Errorf("%v, want %s", e, test.code)
		}
	}
}

func FuzzOFF(f *testing.F) {
	f.Add([]byte(offTetrahedron))
	f.Add([]byte(" 4 4 0\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n4 0 1 2 3 0.5 0.5 0.5 # x\n2 0 1\n3 0 1 2\n3 1 2 3\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkRead(t, "OFF", data)
		checkRead(t, "CN4OFF", data)
	})
}
