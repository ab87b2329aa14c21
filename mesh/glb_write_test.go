package mesh_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// A GLB reads back with the same surface, in mm and z upward, to 32 bits.
func TestGLBReadsBack(t *testing.T) {
	for _, solid := range []meshtest.Solid{meshtest.Cube(20), meshtest.Torus(10, 3, 40, 20).Rotate(3), meshtest.HollowBox(4, 5, 6, 1)} {
		data := write(t, solid.Mesh, mesh.FormatGLB, mesh.WriteOptions{Name: "a part"})
		f := read(t, data, mesh.ReadOptions{})
		if f.Format != mesh.FormatGLB || len(f.Warnings) > 0 {
			t.Errorf("%s: %s, %v", solid.Name, f.Format, f.Warnings)
		}
		sameSurface(t, solid.Name, f.Mesh, solid.Round().Mesh, 1e-15)
		if !bytes.Equal(data, write(t, solid.Mesh, mesh.FormatGLB, mesh.WriteOptions{Name: "a part"})) {
			t.Errorf("%s: written twice, the bytes differ", solid.Name)
		}
	}
}

// The container is laid out as the specification wants it, and its buffer
// holds colours in linear light and the numbers of vertices.
func TestGLBAttributes(t *testing.T) {
	m := meshtest.Tetrahedron(1000).Mesh
	n := len(m.Vertices)
	colors, scalars := make([][3]uint8, n), make([]float32, n)
	colors[0], colors[1] = [3]uint8{255, 0, 0}, [3]uint8{188, 10, 1}
	scalars[0], scalars[1] = 1.5, float32(math.NaN())
	data := write(t, m, mesh.FormatGLB, mesh.WriteOptions{Colors: colors, Scalars: scalars, ScalarName: "thickness"})
	word := func(at int) int { return int(binary.LittleEndian.Uint32(data[at:])) }
	if string(data[:4]) != "glTF" || word(4) != 2 || word(8) != len(data) || word(12)%4 != 0 || string(data[16:20]) != "JSON" {
		t.Fatalf("header % x", data[:20])
	}
	body := 20 + word(12)
	if string(data[body+4:body+8]) != "BIN\x00" || body+8+word(body) != len(data) {
		t.Fatalf("second chunk % x", data[body:body+8])
	}
	var document struct {
		Accessors []struct {
			BufferView, ComponentType, Count int
			Type                             string
			Normalized                       bool
			Min, Max                         []float64
		}
		BufferViews []struct{ ByteOffset, ByteLength, ByteStride, Target int }
		Buffers     []struct{ ByteLength int }
		Meshes      []struct {
			Primitives []struct {
				Attributes map[string]int
				Indices    int
			}
		}
	}
	if err := json.Unmarshal(data[20:body], &document); err != nil {
		t.Fatal(err)
	}
	if document.Buffers[0].ByteLength != word(body) {
		t.Errorf("a buffer of %d bytes in a chunk of %d", document.Buffers[0].ByteLength, word(body))
	}
	primitive := document.Meshes[0].Primitives[0]
	at := func(name string) []byte {
		i, ok := primitive.Attributes[name]
		if !ok {
			t.Fatalf("no attribute %s in %v", name, primitive.Attributes)
		}
		if document.Accessors[i].Count != n {
			t.Errorf("%s: %d of %d", name, document.Accessors[i].Count, n)
		}
		v := document.BufferViews[document.Accessors[i].BufferView]
		return data[body+8+v.ByteOffset:][:v.ByteLength]
	}
	color := func(i int) (c [4]uint16) {
		for k := range c {
			c[k] = binary.LittleEndian.Uint16(at("COLOR_0")[8*i+2*k:])
		}
		return c
	}
	// IEC 61966-2-1: 188 is half of the light, 10 is 10/255/12.92.
	if got := color(0); got != [4]uint16{65535, 0, 0, 65535} {
		t.Errorf("red: %v", got)
	}
	if got := color(1); math.Abs(float64(got[0])-0.5*65535) > 200 || got[1] != 199 || got[2] != 20 {
		t.Errorf("second colour: %v", got)
	}
	for i, want := range []float32{1.5, -1, 0} {
		if got := math.Float32frombits(binary.LittleEndian.Uint32(at("_THICKNESS")[4*i:])); got != want {
			t.Errorf("scalar %d: %v, want %v", i, got, want)
		}
	}
	box := m.Bounds()
	position := document.Accessors[primitive.Attributes["POSITION"]]
	if !slices.Equal(position.Max, []float64{f32(box.Max.X), f32(box.Max.Y), f32(box.Max.Z)}) {
		t.Errorf("max %v of %v", position.Max, box)
	}
	for i, v := range document.BufferViews {
		if v.ByteOffset%4 != 0 || v.ByteOffset+v.ByteLength > word(body) || v.Target == 0 {
			t.Errorf("view %d: %+v", i, v)
		}
	}
}

func f32(x float64) float64 {
	// The decimals of the file have the digits of a 32-bit number.
	var out float64
	text, _ := json.Marshal(float32(x))
	_ = json.Unmarshal(text, &out)
	return out
}

func TestGLBRefuses(t *testing.T) {
	cube := meshtest.Cube(1).Mesh
	far := &mesh.Mesh{Vertices: []r3.Vector{{X: 1e42}, {Y: 1}, {Z: 1}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	infinite := make([]float32, len(cube.Vertices))
	infinite[3] = float32(math.Inf(1))
	for name, c := range map[string]struct {
		m    *mesh.Mesh
		opts mesh.WriteOptions
		code mesh.Code
	}{
		"empty":           {&mesh.Mesh{}, mesh.WriteOptions{}, mesh.CodeEmptyMesh},
		"far":             {far, mesh.WriteOptions{}, mesh.CodeCoordinateRange},
		"index":           {&mesh.Mesh{Triangles: []mesh.Triangle{{0, 1, 2}}}, mesh.WriteOptions{}, mesh.CodeIndexRange},
		"infinite number": {cube, mesh.WriteOptions{Scalars: infinite}, mesh.CodeNonFinite},
	} {
		var out bytes.Buffer
		var e *mesh.Error
		if err := mesh.Write(&out, c.m, mesh.FormatGLB, c.opts); !errors.As(err, &e) || e.Code != c.code || out.Len() > 0 {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	var out bytes.Buffer
	if err := mesh.Write(&out, cube, mesh.FormatGLB, mesh.WriteOptions{Colors: make([][3]uint8, 3)}); err == nil {
		t.Error("three colours for a cube")
	}
}
