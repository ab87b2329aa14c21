package mesh_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// TestWriteReadsBack proves that text formats keep every coordinate to the
// last bit, binary STL to 32 bits, and all of them the order of triangles.
func TestWriteReadsBack(t *testing.T) {
	solids := []meshtest.Solid{meshtest.Cube(20), meshtest.Torus(10, 3, 40, 20).Rotate(3), meshtest.HollowBox(4, 5, 6, 1).Translate(1e6, -1e-3, 0.1)}
	for _, solid := range solids {
		for _, format := range []mesh.Format{mesh.FormatSTLASCII, mesh.FormatOBJ, mesh.FormatSTL} {
			want := solid.Mesh
			if format == mesh.FormatSTL {
				want = solid.Round().Mesh
			}
			f := read(t, write(t, want, format, mesh.WriteOptions{Name: "a part"}), mesh.ReadOptions{})
			if f.Format != format {
				t.Errorf("%s as %s: read as %s", solid.Name, format, f.Format)
			}
			sameSurface(t, solid.Name+" as "+string(format), f.Mesh, want, 0)
		}
	}
}

// TestWriteUnits proves that a mesh written in a unit and read in that unit
// is the same but for rounding.
func TestWriteUnits(t *testing.T) {
	solid := meshtest.Torus(10, 3, 20, 10)
	for _, unit := range []mesh.Unit{mesh.Micrometre, mesh.Millimetre, mesh.Centimetre, mesh.Metre, mesh.Inch, mesh.Foot} {
		for _, format := range []mesh.Format{mesh.FormatSTLASCII, mesh.FormatOBJ} {
			data := write(t, solid.Mesh, format, mesh.WriteOptions{Unit: unit})
			f := read(t, data, mesh.ReadOptions{Unit: unit})
			sameSurface(t, string(format)+" in "+string(unit), f.Mesh, solid.Mesh, 1e-14)
			if unit == mesh.Inch {
				raw := read(t, data, mesh.ReadOptions{})
				if w := raw.Mesh.Bounds().Size().X * 25.4; math.Abs(w-26) > 1e-12 {
					t.Errorf("%s: 26 mm were written as %v inch", format, w/25.4)
				}
			}
		}
	}
}

// TestWriteAgain proves that a file read and written again is the same bytes,
// also where coordinates are rounded: nothing in it is of finer numbers than
// those that a reader gets.
func TestWriteAgain(t *testing.T) {
	m := meshtest.Torus(10, 3, 40, 20).Rotate(3).Mesh
	// With its vertices in the order in which readers number them.
	m = read(t, write(t, m, mesh.FormatSTLASCII, mesh.WriteOptions{}), mesh.ReadOptions{}).Mesh
	for _, format := range []mesh.Format{mesh.FormatSTL, mesh.FormatSTLASCII, mesh.FormatOBJ, mesh.FormatPLY, mesh.FormatPLYASCII, mesh.Format3MF, mesh.FormatGLB} {
		units := []mesh.Unit{mesh.Millimetre}
		if format == mesh.FormatSTL {
			units = append(units, mesh.Micrometre, mesh.Centimetre, mesh.Metre, mesh.Inch, mesh.Foot)
		}
		for _, unit := range units {
			first := write(t, m, format, mesh.WriteOptions{Unit: unit})
			again := write(t, read(t, first, mesh.ReadOptions{Unit: unit}).Mesh, format, mesh.WriteOptions{Unit: unit})
			if !bytes.Equal(first, again) {
				t.Errorf("%s in %s: other bytes", format, unit)
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	part := func(x float64) *mesh.Mesh {
		return &mesh.Mesh{Vertices: []r3.Vector{{X: x}, {Y: 1}, {Z: 1}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	}
	for name, c := range map[string]struct {
		m      *mesh.Mesh
		format mesh.Format
		opts   mesh.WriteOptions
		code   mesh.Code
	}{
		"beyond float32":           {part(1e39), mesh.FormatSTL, mesh.WriteOptions{}, mesh.CodeCoordinateRange},
		"beyond float32 in micron": {part(1e36), mesh.FormatSTL, mesh.WriteOptions{Unit: mesh.Micrometre}, mesh.CodeCoordinateRange},
		"nan":                      {part(math.NaN()), mesh.FormatSTL, mesh.WriteOptions{}, mesh.CodeNonFinite},
		"infinite":                 {part(math.Inf(1)), mesh.FormatSTLASCII, mesh.WriteOptions{}, mesh.CodeNonFinite},
		"infinite in OBJ":          {part(math.Inf(-1)), mesh.FormatOBJ, mesh.WriteOptions{}, mesh.CodeNonFinite},
		"unknown unit":             {part(1), mesh.FormatSTL, mesh.WriteOptions{Unit: "ell"}, mesh.CodeUnit},
		"format not written":       {part(1), mesh.FormatGLTF, mesh.WriteOptions{}, mesh.CodeUnsupportedFormat},
		"colours in STL":           {part(1), mesh.FormatSTL, mesh.WriteOptions{Colors: make([][3]uint8, 3)}, mesh.CodeUnsupportedFormat},
	} {
		var out bytes.Buffer
		var e *mesh.Error
		if err := mesh.Write(&out, c.m, c.format, c.opts); !errors.As(err, &e) || e.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if out.Len() > 0 {
			t.Errorf("%s: %d bytes were written", name, out.Len())
		}
	}
}

// TestWriteSTLNormals proves that normals are of unit length and outward, also
// of tiny and of long thin triangles, and zero where there is no area, or none
// is left in 32 bits.
func TestWriteSTLNormals(t *testing.T) {
	m := &mesh.Mesh{
		Vertices:  []r3.Vector{{}, {X: 1e-40}, {Y: 1e-40}, {X: 1e30}, {Y: 1e-30}, {X: 2e30}, {X: 1e-200}},
		Triangles: []mesh.Triangle{{0, 1, 2}, {0, 3, 4}, {0, 3, 5}, {0, 6, 2}},
	}
	data := write(t, m, mesh.FormatSTL, mesh.WriteOptions{})
	if bytes.HasPrefix(data, []byte("solid")) {
		t.Error("the header begins like an ASCII STL")
	}
	for i, want := range [][3]float32{{0, 0, 1}, {0, 0, 1}, {0, 0, 0}, {0, 0, 0}} {
		var n [3]float32
		for k := range n {
			n[k] = math.Float32frombits(binary.LittleEndian.Uint32(data[84+50*i+4*k:]))
		}
		if n != want {
			t.Errorf("triangle %d: normal %v, want %v", i, n, want)
		}
	}
}

// TestWriteNames proves that a name never breaks the file that carries it.
func TestWriteNames(t *testing.T) {
	for name, want := range map[string]string{
		"":                          "",
		"a part":                    "a part",
		"two\nlines\r\nand\ttabs":   "twolinesandtabs",
		"ends in backslash \\":      "ends in backslash",
		"facet normal 0 0 0":        "",
		"x endsolid x":              "",
		strings.Repeat("long ", 99): strings.TrimSpace(strings.Repeat("long ", 51)),
		"naïve ✓ part":              "naïve ✓ part",
		"bad \xff utf-8 \x00":       "bad utf-8",
	} {
		for _, format := range []mesh.Format{mesh.FormatSTLASCII, mesh.FormatOBJ} {
			f := read(t, write(t, meshtest.Cube(1).Mesh, format, mesh.WriteOptions{Name: name}), mesh.ReadOptions{})
			if len(f.Solids) != 1 || f.Solids[0].Name != want || f.Solids[0].Triangles != 12 || len(f.Warnings) > 0 {
				t.Errorf("%q as %s: solids %v, warnings %v", name, format, f.Solids, f.Warnings)
			}
		}
	}
}

// TestWriteReturnsErrors proves that an error of the destination comes back.
func TestWriteReturnsErrors(t *testing.T) {
	full := errors.New("no space left")
	m := meshtest.Sphere(10, 200).Mesh
	for _, format := range []mesh.Format{mesh.FormatSTL, mesh.FormatSTLASCII, mesh.FormatOBJ} {
		for _, room := range []int{0, 1000, 100_000} {
			if err := mesh.Write(&failingWriter{room, full}, m, format, mesh.WriteOptions{}); !errors.Is(err, full) {
				t.Errorf("%s: %v", format, err)
			}
		}
	}
}

type failingWriter struct {
	room int
	err  error
}

func (w *failingWriter) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, w.err
	}
	return len(b), nil
}

func TestFormatForExtension(t *testing.T) {
	for name, want := range map[string]mesh.Format{
		"a.stl": mesh.FormatSTL, "A.STL": mesh.FormatSTL, "dir.ply/b.obj": mesh.FormatOBJ, ".3mf": mesh.Format3MF, "x.y.Glb": mesh.FormatGLB,
	} {
		if f, ok := mesh.FormatForExtension(name); !ok || f != want {
			t.Errorf("%s: %s, %v", name, f, ok)
		}
	}
	for _, name := range []string{"", "stl", "a.stl.exe", "a.step", "a."} {
		if f, ok := mesh.FormatForExtension(name); ok {
			t.Errorf("%q: %s", name, f)
		}
	}
}

func write(t testing.TB, m *mesh.Mesh, format mesh.Format, opts mesh.WriteOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := mesh.Write(&out, m, format, opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t testing.TB, data []byte, opts mesh.ReadOptions) *mesh.File {
	t.Helper()
	f, err := mesh.Read(context.Background(), data, opts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sameSurface compares two meshes triangle by triangle.
func sameSurface(t *testing.T, name string, got, want *mesh.Mesh, tolerance float64) {
	t.Helper()
	if len(got.Triangles) != len(want.Triangles) {
		t.Fatalf("%s: %d triangles, want %d", name, len(got.Triangles), len(want.Triangles))
	}
	near := func(p, q r3.Vector) bool { return p == q || p.Sub(q).Norm() <= tolerance*q.Norm() }
	for f := range want.Triangles {
		a, b, c := got.Corners(f)
		d, e, g := want.Corners(f)
		if !near(a, d) || !near(b, e) || !near(c, g) {
			t.Fatalf("%s: triangle %d is %v %v %v, want %v %v %v", name, f, a, b, c, d, e, g)
		}
	}
}

// TestWeldOrder proves that vertices come in the order of their first use
// and that −0 is +0, in every format: a mesh read back is the same arrays.
func TestWeldOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	m := &mesh.Mesh{}
	seen := map[uint32]uint32{}
	grid := func(v uint32) float64 { return float64(v) - 20 }
	for range 20_000 {
		var tri mesh.Triangle
		first := random.Uint32N(30_000)
		for k := range tri {
			v := (first + uint32(k)*(1+random.Uint32N(10_000))) % 30_000
			i, ok := seen[v]
			if !ok {
				i = uint32(len(m.Vertices))
				seen[v] = i
				m.Vertices = append(m.Vertices, r3.Vector{X: grid(v % 40), Y: grid(v / 40 % 40), Z: grid(v / 1600)})
			}
			tri[k] = i
		}
		m.Triangles = append(m.Triangles, tri)
	}
	for _, format := range []mesh.Format{mesh.FormatSTL, mesh.FormatSTLASCII, mesh.FormatOBJ} {
		data := write(t, m, format, mesh.WriteOptions{})
		if format == mesh.FormatSTL {
			for i := 84; i < len(data); i += 50 {
				for k := 12; k < 48; k += 4 {
					if b := data[i+k:]; binary.LittleEndian.Uint32(b) == 0 && random.IntN(2) == 0 {
						b[3] = 0x80
					}
				}
			}
		} else {
			data = bytes.ReplaceAll(data, []byte(" 0\n"), []byte(" -0.0\n"))
		}
		got := read(t, data, mesh.ReadOptions{}).Mesh
		if !reflect.DeepEqual(got.Vertices, m.Vertices) || !reflect.DeepEqual(got.Triangles, m.Triangles) {
			t.Errorf("%s: %d vertices, want %d, or other indices", format, len(got.Vertices), len(m.Vertices))
		}
		for _, v := range got.Vertices {
			if math.Signbit(v.X) && v.X == 0 || math.Signbit(v.Z) && v.Z == 0 {
				t.Fatalf("%s: −0 was kept", format)
			}
		}
	}
}
