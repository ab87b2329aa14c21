package mesh_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

var plyWritten = []mesh.Format{mesh.FormatPLY, mesh.FormatPLYASCII}

func writePLY(t *testing.T, m *mesh.Mesh, format mesh.Format, opts mesh.WriteOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := mesh.Write(&out, m, format, opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestWritePLYReadsBack: what is written reads back bit for bit, whether the
// coordinates have 32 bits, 64, or claim to have 32 and have more.
func TestWritePLYReadsBack(t *testing.T) {
	single := meshtest.Torus(10, 3, 40, 20).Rotate(3).Round().Mesh
	single.SinglePrecision = true
	double := meshtest.HollowBox(4, 5, 6, 1).Rotate(5).Mesh
	claimed := &mesh.Mesh{Vertices: double.Vertices, Triangles: double.Triangles, SinglePrecision: true}
	for _, format := range plyWritten {
		for _, test := range []struct {
			m    *mesh.Mesh
			kind string
		}{{single, "float"}, {double, "double"}, {claimed, "double"}} {
			data := writePLY(t, test.m, format, mesh.WriteOptions{})
			if !bytes.Contains(data, []byte("property "+test.kind+" z\n")) {
				t.Errorf("%s: coordinates are not %s", format, test.kind)
			}
			f := mustRead(t, data)
			if f.Format != format || f.Mesh.SinglePrecision != (test.kind == "float") || len(f.Warnings) > 0 {
				t.Errorf("%s: read as %s, single %v, %v", format, f.Format, f.Mesh.SinglePrecision, f.Warnings)
			}
			if !reflect.DeepEqual(sortedTriangles(f.Mesh), sortedTriangles(test.m)) {
				t.Errorf("%s, %s: other triangles", format, test.kind)
			}
		}
	}
}

// TestWritePLYUnits: what is written in a unit reads back in it.
func TestWritePLYUnits(t *testing.T) {
	m := meshtest.Cube(25.4).Mesh
	for _, format := range plyWritten {
		data := writePLY(t, m, format, mesh.WriteOptions{Unit: mesh.Inch})
		if size := mustRead(t, data).Mesh.Bounds().Size(); size != (r3.Vector{X: 1, Y: 1, Z: 1}) {
			t.Errorf("%s: %v inch", format, size)
		}
	}
}

// TestWritePLYColors: each vertex keeps its place, its colour and its number.
func TestWritePLYColors(t *testing.T) {
	m := &mesh.Mesh{Vertices: []r3.Vector{{X: 0.5}, {X: 1, Y: math.Copysign(0, -1)}, {Y: 0.1}}, Triangles: []mesh.Triangle{{2, 0, 1}}}
	colors := [][3]uint8{{0, 128, 255}, {1, 2, 3}, {4, 5, 6}}
	scalars := []float32{0.1, float32(math.NaN()), -3}
	want := `ply
format ascii 1.0
comment written by Partgauge, unit mm
element vertex 3
property double x
property double y
property double z
property uchar red
property uchar green
property uchar blue
property float thickness
element face 1
property list uchar int vertex_indices
end_header
0.5 0 0 0 128 255 0.1
1 0 0 1 2 3 NaN
0 0.1 0 4 5 6 -3
3 2 0 1
`
	opts := mesh.WriteOptions{Colors: colors, Scalars: scalars, ScalarName: "thickness"}
	if got := string(writePLY(t, m, mesh.FormatPLYASCII, opts)); got != want {
		t.Errorf("%s", got)
	}
	vertices := plyVertices([3]float64{0.5, 0, 0}, [3]float64{1, 0, 0}, [3]float64{0, 0.1, 0})
	vertices.properties = []string{"double x", "double y", "double z", "uchar red", "uchar green", "uchar blue", "float thickness"}
	for i := range vertices.rows {
		for _, c := range colors[i] {
			vertices.rows[i] = append(vertices.rows[i], int(c))
		}
		vertices.rows[i] = append(vertices.rows[i], float64(scalars[i]))
	}
	binary := encodePLY("binary_little_endian", vertices, plyFaces([]float64{2, 0, 1}))
	binary = bytes.Replace(binary, []byte("made by a test"), []byte("written by Partgauge, unit mm"), 1)
	if got := writePLY(t, m, mesh.FormatPLY, opts); !bytes.Equal(got, binary) {
		t.Errorf("%q, want %q", got, binary)
	}
	if got := writePLY(t, m, mesh.FormatPLY, mesh.WriteOptions{Scalars: scalars}); !bytes.Contains(got, []byte("property float quality\n")) {
		t.Errorf("%q", got)
	}
}

// TestWritePLYRefuses: nothing is written of what cannot be.
func TestWritePLYRefuses(t *testing.T) {
	m := &mesh.Mesh{Vertices: []r3.Vector{{}, {X: 1}, {Y: 1}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	nan := &mesh.Mesh{Vertices: []r3.Vector{{}, {X: math.NaN()}, {Y: 1}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	for name, test := range map[string]struct {
		m    *mesh.Mesh
		opts mesh.WriteOptions
		want string
	}{
		"NaN":             {nan, mesh.WriteOptions{}, "vertex 1"},
		"a colour less":   {m, mesh.WriteOptions{Colors: make([][3]uint8, 2)}, "2 colours for 3 vertices"},
		"a scalar more":   {m, mesh.WriteOptions{Scalars: make([]float32, 4)}, "4 scalars for 3 vertices"},
		"two words":       {m, mesh.WriteOptions{Scalars: make([]float32, 3), ScalarName: "wall thickness"}, "name"},
		"line end":        {m, mesh.WriteOptions{Scalars: make([]float32, 3), ScalarName: "a\nend_header"}, "name"},
		"name of an axis": {m, mesh.WriteOptions{Scalars: make([]float32, 3), ScalarName: "x"}, "name"},
	} {
		for _, format := range plyWritten {
			var out bytes.Buffer
			if err := mesh.Write(&out, test.m, format, test.opts); err == nil || !strings.Contains(err.Error(), test.want) || out.Len() > 0 {
				t.Errorf("%s: %v, %d bytes", name, err, out.Len())
			}
		}
	}
}

// brokenWriter fails after some bytes.
type brokenWriter struct{ left int }

var errBroken = errors.New("disk full")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

// TestWritePLYDiskFull: the error of the writer comes back.
func TestWritePLYDiskFull(t *testing.T) {
	m := meshtest.Icosphere(10, 5).Mesh
	for _, format := range plyWritten {
		for _, left := range []int{0, 100_000, 400_000} {
			if err := mesh.Write(&brokenWriter{left}, m, format, mesh.WriteOptions{}); !errors.Is(err, errBroken) {
				t.Errorf("%s: %v", format, err)
			}
		}
	}
}
