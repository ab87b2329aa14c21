package mesh_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// readAnything reads arbitrary bytes within small limits and proves what holds
// of every input: a file or an *Error, never both, and a mesh whose parts fit
// together.
func readAnything(t *testing.T, data []byte) *mesh.File {
	t.Helper()
	opts := mesh.ReadOptions{Limits: mesh.Limits{
		FileBytes: 1 << 20, Triangles: 20_000, PolygonCorners: 2000, LineBytes: 1 << 16,
		ZipBytes: 1 << 20, Instances: 100, Objects: 100, ObjectDepth: 20,
	}}
	f, err := mesh.Read(context.Background(), data, opts)
	var e *mesh.Error
	switch {
	case err == nil && f == nil, err != nil && f != nil:
		t.Fatalf("file %v, error %v", f, err)
	case err != nil && !errors.As(err, &e):
		t.Fatalf("the error is a %T: %v", err, err)
	case err != nil:
		if e.Code == "" || e.Reason == "" || len(e.Error()) > 2000 {
			t.Fatalf("an empty or endless refusal: %#v", e)
		}
		return nil
	}
	m := f.Mesh
	if len(m.Triangles) == 0 || len(m.Triangles) > opts.Limits.Triangles {
		t.Fatalf("%d triangles", len(m.Triangles))
	}
	next := uint32(0)
	for _, tri := range m.Triangles {
		for _, v := range tri {
			if v > next || int(v) >= len(m.Vertices) {
				t.Fatalf("vertex %d of %d is used before vertex %d", v, len(m.Vertices), next)
			}
			if v == next {
				next++
			}
		}
	}
	if int(next) != len(m.Vertices) {
		t.Fatalf("%d of %d vertices are used", next, len(m.Vertices))
	}
	for _, p := range m.Vertices {
		if !(math.Abs(p.X) <= 1e9 && math.Abs(p.Y) <= 1e9 && math.Abs(p.Z) <= 1e9) {
			t.Fatalf("a vertex at %v", p)
		}
	}
	return f
}

// FuzzSniff reads arbitrary bytes.
func FuzzSniff(f *testing.F) {
	for _, s := range []string{"", "solid", "solid a\n", "\xef\xbb\xbf", "\xff\xfe", "OFF\n3 1 0\n", "ply\n", "PK\x03\x04", "\x1f\x8b", "glTF", "{}", "<amf", "v 0 0 0", "# \n", "<?xml?>", "<svg", "ISO-10303-21;"} {
		f.Add([]byte(s))
	}
	f.Add(cubeSTL())
	f.Add(cubeASCII())
	f.Add([]byte(objVertices + objFaces))
	f.Fuzz(func(t *testing.T, data []byte) { readAnything(t, data) })
}

// FuzzSTL reads arbitrary records, behind a count that fits, and what is read
// as ASCII STL; what is read must survive being written and read again.
func FuzzSTL(f *testing.F) {
	f.Add(cubeSTL()[84:], false)
	f.Add(cubeSTL()[84:384], false)
	for _, s := range []string{
		string(cubeASCII()), "solid a facet normal 0 0 1 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 1e-3 -0 endloop endfacet endsolid a",
		"SOLID\rFACET NORMAL nan inf x\rOUTER LOOP\rVERTEX .5 5. +1E+2\rVERTEX 1 1 1\rVERTEX 2 2 2\rENDLOOP x\rENDFACET y\rENDSOLID z solid",
	} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, text bool) {
		if text {
			data = append([]byte("solid "), data...)
		} else {
			data = withCount(append(make([]byte, 84), data[:len(data)/50*50]...), uint32(len(data)/50))
		}
		file := readAnything(t, data)
		if file == nil {
			return
		}
		format := mesh.FormatSTL
		if file.Format == mesh.FormatSTLASCII {
			format = mesh.FormatSTLASCII
		}
		again := readAnything(t, write(t, file.Mesh, format, mesh.WriteOptions{Name: file.Solids[0].Name}))
		if !reflect.DeepEqual(again.Mesh, file.Mesh) {
			t.Fatal("another mesh comes back")
		}
	})
}

// FuzzOBJ reads arbitrary statements.
func FuzzOBJ(f *testing.F) {
	f.Add(objVertices + objFaces)
	f.Add("f -1 1/2/3 3//4 \\\n 2\nv 1 2 3 0.5\nv 1e2 .5 5. 1 1 1\nv 0 0 0 # x\nv 9 9 9\no a\ng b\n")
	f.Add("v 0 0 0\rv 2 2 0\rv 0 4 0\rv 1 2 0\rf 1 2 3 4\rcurv 1\rf 1 2 3 4 1 2 3 4\r")
	f.Add("v 0 0 0\nv 4 0 0\nv 4 4 0\nv 0 4 0\nv 1 1 0\nv 1 3 0\nv 3 3 0\nv 3 1 0\nf 1 2 3 4 1 5 6 7 8 5\nf 1 3 2 4 5 7 6 8\n")
	f.Fuzz(func(t *testing.T, s string) {
		data := []byte("o x\n" + s)
		file := readAnything(t, data)
		if file == nil || file.Format != mesh.FormatOBJ {
			return
		}
		// Other line ends are the same file, unless a line is joined.
		if !strings.ContainsAny(s, "\\\r") {
			other := readAnything(t, bytes.ReplaceAll(data, []byte("\n"), []byte("\r")))
			if other == nil || !reflect.DeepEqual(other.Mesh, file.Mesh) {
				t.Fatal("CR instead of LF gives another mesh")
			}
		}
	})
}
