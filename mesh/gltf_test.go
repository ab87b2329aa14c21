package mesh_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// sortedTriangles lists the corner points of each triangle, the lowest first,
// in a fixed order, so that meshes can be compared whatever their indices.
func sortedTriangles(m *mesh.Mesh) [][3]r3.Vector {
	out := make([][3]r3.Vector, len(m.Triangles))
	for i := range out {
		a, b, c := m.Corners(i)
		switch {
		case b.Cmp(a) < 0 && b.Cmp(c) < 0:
			a, b, c = b, c, a
		case c.Cmp(a) < 0 && c.Cmp(b) < 0:
			a, b, c = c, a, b
		}
		out[i] = [3]r3.Vector{a, b, c}
	}
	sort.Slice(out, func(i, j int) bool {
		for k := range 3 {
			if c := out[i][k].Cmp(out[j][k]); c != 0 {
				return c < 0
			}
		}
		return false
	})
	return out
}

// TestGLTFForms: however the same tetrahedron is stored, the part is the
// same: in millimetres, z upward.
func TestGLTFForms(t *testing.T) {
	forms := map[string]func(g *gltfFile) []byte{}
	indexed := func(component int) func(g *gltfFile) []byte {
		return func(g *gltfFile) []byte {
			p := g.points(gltfTetrahedron...)
			g.place(g.mesh(gltfPrimitive(4, p, g.corners(component, gltfTetrahedronCorners...))), nil)
			return g.glb()
		}
	}
	forms["8-bit indices"] = indexed(5121)
	forms["16-bit indices"] = indexed(5123)
	forms["32-bit indices"] = indexed(5125)
	forms["data URI"] = func(g *gltfFile) []byte {
		indexed(5123)(g)
		return g.gltf()
	}
	forms["data URI with escapes and white space"] = func(g *gltfFile) []byte {
		indexed(5125)(g)
		text := bytes.ReplaceAll(g.gltf(), []byte("/"), []byte(`\/`))
		return append([]byte("\xef\xbb\xbf \n"), bytes.ReplaceAll(text, []byte(`,"`), []byte(" ,\r\n\t\""))...)
	}
	forms["no indices"] = func(g *gltfFile) []byte {
		var all []float64
		for _, c := range gltfTetrahedronCorners {
			all = append(all, gltfTetrahedron[3*c:3*c+3]...)
		}
		g.place(g.mesh(gltfPrimitive(4, g.points(all...), -1)), nil)
		return g.glb()
	}
	forms["mode left out"] = func(g *gltfFile) []byte {
		p := g.points(gltfTetrahedron...)
		primitive := gltfPrimitive(4, p, g.corners(5121, gltfTetrahedronCorners...))
		delete(primitive, "mode")
		g.place(g.mesh(primitive), nil)
		return g.glb()
	}
	forms["strip"] = func(g *gltfFile) []byte {
		p := g.points(gltfTetrahedron...)
		g.place(g.mesh(gltfPrimitive(5, p, g.corners(5121, 1, 0, 2, 3, 1, 0))), nil)
		return g.glb()
	}
	forms["strip with joints"] = func(g *gltfFile) []byte {
		p := g.points(gltfTetrahedron...)
		g.place(g.mesh(gltfPrimitive(5, p, g.corners(5121, 1, 0, 2, 3, 3, 3, 3, 2, 2, 2, 2, 3, 1, 0))), nil)
		return g.glb()
	}
	forms["fans"] = func(g *gltfFile) []byte {
		p := g.points(gltfTetrahedron...)
		g.place(g.mesh(gltfPrimitive(6, p, g.corners(5121, 3, 0, 1, 2, 0)), gltfPrimitive(6, p, g.corners(5121, 0, 2, 1))), nil)
		return g.glb()
	}
	forms["many unused points"] = func(g *gltfFile) []byte {
		p := g.points(append(slices.Clone(gltfTetrahedron), make([]float64, 3000)...)...)
		g.place(g.mesh(gltfPrimitive(4, p, g.corners(5123, gltfTetrahedronCorners...))), nil)
		return g.glb()
	}
	forms["stride and offset"] = func(g *gltfFile) []byte {
		data := []byte("0123")
		for i := range 4 {
			data = append(append(data, float32Bytes(gltfTetrahedron[3*i:3*i+3]...)...), "normals."...)
		}
		data = data[:len(data)-len("normals.")] // the last element need not be followed
		p := g.add("accessors", object{"bufferView": g.view(data, object{"byteStride": 20}), "byteOffset": 4, "componentType": 5126, "type": "VEC3", "count": 4})
		g.place(g.mesh(gltfPrimitive(4, p, g.corners(5123, gltfTetrahedronCorners...))), nil)
		return g.glb()
	}
	// sparse replaces elements of an accessor with or without data.
	sparse := func(base []float64, component int, index []byte, values []float64) func(g *gltfFile) []byte {
		return func(g *gltfFile) []byte {
			accessor := object{"componentType": 5126, "type": "VEC3", "count": 4, "sparse": object{
				"count":   len(values) / 3,
				"indices": object{"bufferView": g.view(append([]byte("abcd"), index...), nil), "byteOffset": 4, "componentType": component},
				"values":  object{"bufferView": g.view(append([]byte("abcd"), float32Bytes(values...)...), nil), "byteOffset": 4},
			}}
			if base != nil {
				accessor["bufferView"] = g.view(float32Bytes(base...), nil)
			}
			g.place(g.mesh(gltfPrimitive(4, g.add("accessors", accessor), g.corners(5123, gltfTetrahedronCorners...))), nil)
			return g.glb()
		}
	}
	base := []float64{0, 0, 0, 7, 7, 7, 0, 1, 0, math.NaN(), 8, 8}
	forms["sparse, 8-bit"] = sparse(base, 5121, []byte{1, 3}, []float64{1, 0, 0, 0, 0, 1})
	forms["sparse, 16-bit"] = sparse(base, 5123, []byte{1, 0, 3, 0}, []float64{1, 0, 0, 0, 0, 1})
	forms["sparse, 32-bit"] = sparse(base, 5125, []byte{1, 0, 0, 0, 3, 0, 0, 0}, []float64{1, 0, 0, 0, 0, 1})
	forms["sparse without a base"] = sparse(nil, 5121, []byte{1, 2, 3}, gltfTetrahedron[3:])
	quantized := func(component, most int, normalized bool, scale float64) func(g *gltfFile) []byte {
		return func(g *gltfFile) []byte {
			var data []byte
			for i := 0; i < len(gltfTetrahedron); i += 3 {
				for _, c := range gltfTetrahedron[i : i+3] {
					if component >= 5122 {
						data = binary.LittleEndian.AppendUint16(data, uint16(int(c)*most))
					} else {
						data = append(data, byte(int(c)*most))
					}
				}
				for len(data)%4 != 0 {
					data = append(data, 0)
				}
			}
			stride := len(data) / 4
			p := g.add("accessors", object{"bufferView": g.view(data, object{"byteStride": stride}), "componentType": component, "type": "VEC3", "count": 4, "normalized": normalized})
			g.root["extensionsRequired"] = []string{"KHR_mesh_quantization"}
			g.place(g.mesh(gltfPrimitive(4, p, g.corners(5123, gltfTetrahedronCorners...))), object{"scale": []float64{scale, scale, scale}})
			return g.glb()
		}
	}
	forms["8 bit normalized"] = quantized(5120, 127, true, 1)
	forms["8 bit unsigned normalized"] = quantized(5121, 255, true, 1)
	forms["16 bit normalized"] = quantized(5122, 32767, true, 1)
	forms["16 bit unsigned normalized"] = quantized(5123, 65535, true, 1)
	forms["8 bit"] = quantized(5120, 64, false, 1.0/64)
	forms["16 bit unsigned"] = quantized(5123, 32768, false, 1.0/32768)
	forms["no scene"] = func(g *gltfFile) []byte {
		indexed(5123)(g)
		delete(g.root, "scenes")
		g.add("nodes", object{"children": []int{0}})
		return g.glb()
	}
	forms["only a mesh"] = func(g *gltfFile) []byte {
		indexed(5123)(g)
		delete(g.root, "scenes")
		delete(g.root, "nodes")
		return g.glb()
	}
	forms["zeros after the JSON"] = func(g *gltfFile) []byte {
		indexed(5123)(g)
		g.glb()
		return containerOf(append(g.json(), 0, 0, 0), g.binary)
	}
	forms["unknown chunk and members"] = func(g *gltfFile) []byte {
		g.root["extras"] = object{"deep": []any{[]any{1.5e300, true, false, nil, "x\"y", object{}}}, "é": "\u2028"}
		data := append(indexed(5123)(g), 4, 0, 0, 0, 'X', 'X', 'X', 'X', 1, 2, 3, 4)
		binary.LittleEndian.PutUint32(data[8:], uint32(len(data)))
		return data
	}

	// x, y, z become x, −z, y.
	placed := &mesh.Mesh{}
	for i := 0; i < len(gltfTetrahedron); i += 3 {
		x, y, z := gltfTetrahedron[i], gltfTetrahedron[i+1], gltfTetrahedron[i+2]
		placed.Vertices = append(placed.Vertices, r3.Vector{X: 1000 * x, Y: 1000 * (0 - z), Z: 1000 * y})
	}
	for i := 0; i < len(gltfTetrahedronCorners); i += 3 {
		c := gltfTetrahedronCorners[i:]
		placed.Triangles = append(placed.Triangles, mesh.Triangle{uint32(c[0]), uint32(c[1]), uint32(c[2])})
	}
	want := sortedTriangles(placed)
	for name, build := range forms {
		t.Run(name, func(t *testing.T) {
			f := mustRead(t, build(newGLTF()))
			got := sortedTriangles(f.Mesh)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the triangles are %v", got)
			}
			if v := signedVolume(f.Mesh); math.Abs(v-1e9/6) > 1 {
				t.Errorf("volume %g", v)
			}
			if f.Unit != mesh.Metre || !f.Mesh.SinglePrecision || len(f.Warnings) > 0 || len(f.Mesh.Vertices) != 4 {
				t.Errorf("%s, %v, %v", f.Unit, f.Warnings, f.Mesh)
			}
		})
	}
}

// TestGLTFPlacement: nodes scale, turn, move and mirror; a mirrored solid
// keeps its outside.
func TestGLTFPlacement(t *testing.T) {
	half := math.Sqrt2 / 2
	for _, test := range []struct {
		name   string
		nodes  []object // the last one has the mesh, each is the child of the one before
		volume float64  // in m³
		corner r3.Vector
	}{
		{"in place", []object{{}}, 1.0 / 6, r3.Vector{Y: -1000}},
		{"scaled", []object{{"scale": []float64{2, 3, 4}}}, 4, r3.Vector{Y: -4000}},
		{"moved", []object{{"translation": []float64{1, 2, 3}}}, 1.0 / 6, r3.Vector{X: 1000, Y: -4000, Z: 2000}},
		{"turned about y", []object{{"rotation": []float64{0, half, 0, half}}}, 1.0 / 6, r3.Vector{X: 1000}},
		{"scale, then turn, then move", []object{{"scale": []float64{1, 1, 2}, "rotation": []float64{0, half, 0, half}, "translation": []float64{0, 5, 0}}}, 2.0 / 6, r3.Vector{X: 2000, Z: 5000}},
		{"nested", []object{{"translation": []float64{1, 0, 0}}, {}, {"rotation": []float64{0, half, 0, half}}, {"scale": []float64{3, 3, 3}}}, 27.0 / 6, r3.Vector{X: 4000}},
		{"matrix by columns", []object{{"matrix": []float64{1, 0, 0, 0, 0, 1, 0, 0, 0.5, 0, 1, 0, 7, 8, 9, 1}}}, 1.0 / 6, r3.Vector{X: 7500, Y: -10000, Z: 8000}},
		{"mirrored", []object{{"scale": []float64{1, 1, -1}}}, 1.0 / 6, r3.Vector{Y: 1000}},
		{"mirrored twice", []object{{"scale": []float64{-1, 1, 1}}, {"scale": []float64{1, 1, -1}}}, 1.0 / 6, r3.Vector{Y: 1000}},
		{"point reflection", []object{{"matrix": []float64{-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1}}}, 1.0 / 6, r3.Vector{Y: 1000}},
		{"millimetres", []object{{"scale": []float64{1e-3, 1e-3, 1e-3}}}, 1e-9 / 6, r3.Vector{Y: -1}},
		{"quaternion of six digits", []object{{"rotation": []float64{0, 0.707107, 0, 0.707107}}}, 1.0 / 6, r3.Vector{X: 1000}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := gltfTetrahedronFile()
			for i, n := range test.nodes {
				if i+1 < len(test.nodes) {
					n["children"] = []int{i + 1}
				} else {
					n["mesh"] = 0
				}
				g.add("nodes", n)
			}
			g.scene(0)
			f := mustRead(t, g.glb())
			if v := signedVolume(f.Mesh) / 1e9; math.Abs(v-test.volume) > 1e-12*test.volume {
				t.Errorf("volume %g m³, want %g", v, test.volume)
			}
			near := func(p r3.Vector) bool { return p.Sub(test.corner).Norm() < 1e-9 }
			if !slices.ContainsFunc(f.Mesh.Vertices, near) {
				t.Errorf("no corner at %v: %v", test.corner, f.Mesh.Vertices)
			}
		})
	}
}

// TestGLTFSolids: each placed mesh is a solid of the node's or mesh's name.
func TestGLTFSolids(t *testing.T) {
	g := gltfTetrahedronFile()
	g.root["meshes"].([]any)[0].(object)["name"] = "tetra\nhedron"
	g.place(0, nil)
	g.place(0, object{"translation": []int{5, 0, 0}, "name": "second"})
	f := mustRead(t, g.glb())
	want := []mesh.Solid{{Name: "tetrahedron", Triangles: 4}, {Name: "second", Triangles: 4}}
	if !reflect.DeepEqual(f.Solids, want) || f.SolidCount != 2 {
		t.Errorf("%v", f.Solids)
	}
}

// TestGLTFRefused: each broken file gets its code.
func TestGLTFRefused(t *testing.T) {
	// change builds the tetrahedron, placed, and lets a function break it.
	change := func(f func(g *gltfFile)) []byte {
		g := gltfTetrahedronFile()
		g.place(0, nil)
		f(g)
		return g.glb()
	}
	entry := func(array string, i int, key string, value any) []byte {
		return change(func(g *gltfFile) { g.root[array].([]any)[i].(object)[key] = value })
	}
	primitive := func(key string, value any) []byte {
		return change(func(g *gltfFile) {
			g.root["meshes"].([]any)[0].(object)["primitives"].([]object)[0][key] = value
		})
	}
	root := func(key string, value any) []byte { return change(func(g *gltfFile) { g.root[key] = value }) }
	buffer := func(entry object) []byte { return root("buffers", []any{entry}) }
	good := change(func(*gltfFile) {})
	raw := func(old, new string) []byte {
		g := gltfTetrahedronFile()
		g.place(0, nil)
		text := string(g.gltf())
		if !strings.Contains(text, old) {
			t.Fatalf("%q is not in %s", old, text)
		}
		return []byte(strings.Replace(text, old, new, 1))
	}
	container := func(edit func(data []byte) []byte) []byte { return edit(slices.Clone(good)) }
	sparse := func(edit func(sparse object)) []byte {
		return change(func(g *gltfFile) {
			s := object{
				"count":   2,
				"indices": object{"bufferView": g.view([]byte{1, 3}, nil), "componentType": 5121},
				"values":  object{"bufferView": g.view(float32Bytes(1, 0, 0, 0, 0, 1), nil)},
			}
			edit(s)
			g.root["accessors"].([]any)[0].(object)["sparse"] = s
		})
	}
	for _, test := range []struct {
		id   string
		data []byte
		code mesh.Code
	}{
		{"container cut", good[:len(good)-4], mesh.CodeGLTFSyntax},
		{"container of 16 bytes", good[:16], mesh.CodeTooShort},
		{"container of version 1", container(func(d []byte) []byte { d[4] = 1; return d }), mesh.CodeUnsupportedFormat},
		{"chunk beyond the end", container(func(d []byte) []byte { d[14] = 0xff; return d }), mesh.CodeGLTFSyntax},
		{"no JSON first", container(func(d []byte) []byte { d[16] = 'X'; return d }), mesh.CodeGLTFSyntax},
		{"container of length 0", container(func(d []byte) []byte { clear(d[8:12]); return d }), mesh.CodeGLTFSyntax},
		{"half a chunk header", container(func(d []byte) []byte {
			d = append(d, 1, 2, 3, 4)
			binary.LittleEndian.PutUint32(d[8:], uint32(len(d)))
			return d
		}), mesh.CodeGLTFSyntax},

		{"cut JSON", []byte(`{"asset":{"version":"2.0"}`), mesh.CodeGLTFSyntax},
		{"no asset", []byte(`{"x":"asset","y":{"asset":0}}`), mesh.CodeGLTFSyntax},
		{"text after the JSON", raw(`{`, `{} {`), mesh.CodeGLTFSyntax},
		{"member twice", raw(`"nodes":`, `"nodes":[],"nodes":`), mesh.CodeDuplicateName},
		{"escaped member twice", raw(`"nodes":[{`, `"nod\u0065s":[],"nodes":[{`), mesh.CodeDuplicateName},
		{"comma too many", raw(`"nodes":[`, `"nodes":[,`), mesh.CodeGLTFSyntax},
		{"colon missing", raw(`"nodes":`, `"nodes"`), mesh.CodeGLTFSyntax},
		{"string without end", raw(`"nodes":`, `"nodes`), mesh.CodeGLTFSyntax},
		{"bad escape", raw(`"nodes":`, `"\x":1,"nodes":`), mesh.CodeGLTFSyntax},
		{"number as a string", raw(`"count":4`, `"count":"4"`), mesh.CodeGLTFSyntax},
		{"leading zero", raw(`"count":4`, `"count":04`), mesh.CodeNumberFormat},
		{"plus sign", raw(`"count":4`, `"count":+4`), mesh.CodeNumberFormat},
		{"NaN", raw(`"count":4`, `"count":NaN`), mesh.CodeGLTFSyntax},
		{"1e999", raw(`"mesh":0`, `"mesh":0,"translation":[1e999,0,0]`), mesh.CodeNumberFormat},
		{"negative index", raw(`"mesh":0`, `"mesh":-1`), mesh.CodeGLTFSyntax},
		{"fraction as an index", raw(`"mesh":0`, `"mesh":0.5`), mesh.CodeGLTFSyntax},
		{"null", raw(`"mesh":0`, `"mesh":null`), mesh.CodeGLTFSyntax},
		{"normalized is no truth value", raw(`"count":4`, `"normalized":1,"count":4`), mesh.CodeGLTFSyntax},
		{"nested a million deep", []byte(`{"asset":{"version":"2.0"},"extras":` + strings.Repeat("[", 1<<20)), mesh.CodeLimitDepth},
		{"objects a million deep", []byte(`{"asset":` + strings.Repeat(`{"a":`, 1<<20)), mesh.CodeLimitDepth},
		{"a million scenes", []byte(`{"asset":{"version":"2.0"},"scenes":[` + strings.Repeat("{},", 1<<20)), mesh.CodeLimitObjects},
		{"a million primitives", []byte(`{"asset":{"version":"2.0"},"meshes":[{"primitives":[` + strings.Repeat("{},", 1<<20)), mesh.CodeLimitObjects},
		{"a million children", []byte(`{"asset":{"version":"2.0"},"nodes":[{"children":[` + strings.Repeat("1,", 1<<20)), mesh.CodeLimitObjects},

		{"version 1.0", root("asset", object{"version": "1.0"}), mesh.CodeUnsupportedFormat},
		{"version 3", root("asset", object{"version": "3.0"}), mesh.CodeUnsupportedFormat},
		{"at least version 2.1", root("asset", object{"version": "2.1", "minVersion": "2.1"}), mesh.CodeUnsupportedFormat},
		{"Draco", root("extensionsRequired", []string{"KHR_draco_mesh_compression"}), mesh.CodeRequiredExtension},
		{"meshopt", root("extensionsRequired", []string{"KHR_materials_unlit", "EXT_meshopt_compression"}), mesh.CodeRequiredExtension},
		{"unknown extension", root("extensionsRequired", []string{"ACME_shape"}), mesh.CodeRequiredExtension},
		{"Draco without fallback", change(func(g *gltfFile) {
			delete(g.root["accessors"].([]any)[0].(object), "bufferView")
			g.root["meshes"].([]any)[0].(object)["primitives"].([]object)[0]["extensions"] = object{"KHR_draco_mesh_compression": object{}}
		}), mesh.CodeUnsupportedExtension},
		{"instancing on the graphics card", entry("nodes", 0, "extensions", object{"EXT_mesh_gpu_instancing": object{}}), mesh.CodeUnsupportedExtension},

		{"buffer in another file", buffer(object{"byteLength": 72, "uri": "../../etc/passwd"}), mesh.CodeGLTFBuffer},
		{"buffer in the net", buffer(object{"byteLength": 72, "uri": "http://127.0.0.1/x.bin"}), mesh.CodeGLTFBuffer},
		{"buffer as text", buffer(object{"byteLength": 3, "uri": "data:text/plain,abc"}), mesh.CodeGLTFBuffer},
		{"damaged base 64", buffer(object{"byteLength": 72, "uri": "data:application/gltf-buffer;base64,@@@@"}), mesh.CodeGLTFBuffer},
		{"buffer too short", buffer(object{"byteLength": 77}), mesh.CodeGLTFBuffer},
		{"buffer of 2⁵³ bytes", buffer(object{"byteLength": 1 << 53}), mesh.CodeGLTFBuffer},
		{"buffer without bytes", buffer(object{}), mesh.CodeGLTFBuffer},
		{"no buffer", root("buffers", []any{}), mesh.CodeGLTFBuffer},
		{"no view", root("bufferViews", []any{}), mesh.CodeGLTFBuffer},
		{"no accessor", root("accessors", []any{}), mesh.CodeGLTFBuffer},
		{"view beyond the buffer", entry("bufferViews", 0, "byteLength", 1000), mesh.CodeGLTFBuffer},
		{"view beyond 2⁶³", entry("bufferViews", 0, "byteOffset", 1<<53), mesh.CodeGLTFBuffer},
		{"view without a buffer", change(func(g *gltfFile) { delete(g.root["bufferViews"].([]any)[0].(object), "buffer") }), mesh.CodeGLTFBuffer},
		{"stride below the element", entry("bufferViews", 0, "byteStride", 8), mesh.CodeGLTFBuffer},
		{"stride beyond the range", entry("bufferViews", 0, "byteStride", 1<<40), mesh.CodeGLTFBuffer},
		{"stride that leads out", entry("bufferViews", 0, "byteStride", 16), mesh.CodeGLTFBuffer},
		{"count beyond the view", entry("accessors", 0, "count", 5), mesh.CodeGLTFBuffer},
		{"count 0", entry("accessors", 0, "count", 0), mesh.CodeGLTFBuffer},
		{"count 2³¹−1", entry("accessors", 0, "count", math.MaxInt32), mesh.CodeGLTFBuffer},
		{"count 2⁵³", entry("accessors", 1, "count", 1<<53), mesh.CodeGLTFBuffer},
		{"offset beyond the view", entry("accessors", 0, "byteOffset", 4), mesh.CodeGLTFBuffer},
		{"offset 2⁵³", entry("accessors", 0, "byteOffset", 1<<53), mesh.CodeGLTFBuffer},
		{"unknown component", entry("accessors", 0, "componentType", 5124), mesh.CodeGLTFBuffer},
		{"floats as indices", entry("accessors", 1, "componentType", 5126), mesh.CodeGLTFBuffer},
		{"pairs as positions", entry("accessors", 0, "type", "VEC2"), mesh.CodeGLTFBuffer},
		{"no data", change(func(g *gltfFile) { delete(g.root["accessors"].([]any)[0].(object), "bufferView") }), mesh.CodeGLTFBuffer},
		{"sparse: more than there are", sparse(func(s object) { s["count"] = 5 }), mesh.CodeGLTFBuffer},
		{"sparse: none", sparse(func(s object) { s["count"] = 0 }), mesh.CodeGLTFBuffer},
		{"sparse: beyond its view", sparse(func(s object) { s["count"] = 3 }), mesh.CodeGLTFBuffer},
		{"sparse: no values", sparse(func(s object) { delete(s, "values") }), mesh.CodeGLTFBuffer},
		{"sparse: no indices", sparse(func(s object) { delete(s, "indices") }), mesh.CodeGLTFBuffer},
		{"sparse: falling", sparse(func(s object) { s["indices"].(object)["bufferView"] = 1 }), mesh.CodeGLTFBuffer},

		{"index = count", change(func(g *gltfFile) { copy(g.binary[48:], []byte{4, 0}) }), mesh.CodeIndexRange},
		{"index 2¹⁶−1", change(func(g *gltfFile) { copy(g.binary[48:], []byte{255, 255}) }), mesh.CodeIndexRange},
		{"not whole triangles", entry("accessors", 1, "count", 11), mesh.CodeGLTFSyntax},
		{"mode 7", primitive("mode", 7), mesh.CodeGLTFSyntax},
		{"mode 2⁵³", primitive("mode", 1<<53), mesh.CodeGLTFSyntax},
		{"points", primitive("mode", 0), mesh.CodeNoFaces},
		{"lines", primitive("mode", 3), mesh.CodeNoFaces},
		{"no positions", primitive("attributes", object{}), mesh.CodeNoFaces},
		{"no mesh", root("nodes", []any{object{}}), mesh.CodeEmptyMesh},
		{"nothing", []byte(`{"asset":{"version":"2.0"}}`), mesh.CodeEmptyMesh},
		{"NaN in a position", change(func(g *gltfFile) { copy(g.binary, float32Bytes(math.NaN())) }), mesh.CodeNonFinite},
		{"infinite position", change(func(g *gltfFile) { copy(g.binary, float32Bytes(math.Inf(-1))) }), mesh.CodeNonFinite},
		{"far out", change(func(g *gltfFile) { copy(g.binary, float32Bytes(1e7)) }), mesh.CodeCoordinateRange},

		{"node that is not there", root("scenes", []any{object{"nodes": []int{1}}}), mesh.CodeGLTFSyntax},
		{"scene that is not there", root("scene", 1), mesh.CodeGLTFSyntax},
		{"mesh that is not there", entry("nodes", 0, "mesh", 1), mesh.CodeGLTFSyntax},
		{"child that is not there", entry("nodes", 0, "children", []int{1 << 40}), mesh.CodeGLTFSyntax},
		{"own child", entry("nodes", 0, "children", []int{0}), mesh.CodeComponentCycle},
		{"cycle", change(func(g *gltfFile) {
			g.root["nodes"] = []any{object{"children": []int{1}}, object{"children": []int{2}}, object{"children": []int{0}, "mesh": 0}}
		}), mesh.CodeComponentCycle},
		{"child of two", change(func(g *gltfFile) {
			g.root["nodes"] = []any{object{"children": []int{1, 2}}, object{"children": []int{2}}, object{"mesh": 0}}
		}), mesh.CodeGLTFSyntax},
		{"twice in the scene", change(func(g *gltfFile) { g.scene(0) }), mesh.CodeGLTFSyntax},
		{"doubling forty times", change(func(g *gltfFile) {
			g.root["nodes"] = nil
			for i := range 40 {
				g.add("nodes", object{"children": []int{i + 1, i + 1}})
			}
			g.add("nodes", object{"mesh": 0})
		}), mesh.CodeLimitInstances},
		{"chain of 30 000", change(func(g *gltfFile) {
			g.root["nodes"] = nil
			for i := range 30_000 {
				g.add("nodes", object{"children": []int{i + 1}})
			}
			g.add("nodes", object{"mesh": 0})
		}), mesh.CodeLimitDepth},

		{"scale 0", entry("nodes", 0, "scale", []int{1, 0, 1}), mesh.CodeTransform},
		{"scale 1e30", entry("nodes", 0, "scale", []float64{1e30, 1e30, 1e30}), mesh.CodeTransform},
		{"scale 1e-300", entry("nodes", 0, "scale", []float64{1e-300, 1e-300, 1e-300}), mesh.CodeTransform},
		{"scale of two numbers", entry("nodes", 0, "scale", []int{1, 1}), mesh.CodeTransform},
		{"scale of four numbers", entry("nodes", 0, "scale", []int{1, 1, 1, 1}), mesh.CodeTransform},
		{"moved by 1e300", entry("nodes", 0, "translation", []float64{1e300, 0, 0}), mesh.CodeTransform},
		{"no quaternion", entry("nodes", 0, "rotation", []int{0, 0, 0, 0}), mesh.CodeTransform},
		{"quaternion of length 2", entry("nodes", 0, "rotation", []int{0, 0, 0, 2}), mesh.CodeTransform},
		{"flattening matrix", entry("nodes", 0, "matrix", []int{1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}), mesh.CodeTransform},
		{"projective matrix", entry("nodes", 0, "matrix", []float64{1, 0, 0, 0.1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}), mesh.CodeTransform},
		{"short matrix", entry("nodes", 0, "matrix", []int{1, 0, 0, 0, 1, 0, 0, 0, 1}), mesh.CodeTransform},
		{"matrix and scale", change(func(g *gltfFile) {
			n := g.root["nodes"].([]any)[0].(object)
			n["scale"], n["matrix"] = []int{1, 1, 1}, []int{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}
		}), mesh.CodeTransform},
	} {
		t.Run(test.id, func(t *testing.T) {
			if e := refusal(t, test.data, mesh.ReadOptions{}); e.Code != test.code {
				t.Errorf("%v; want %s", e, test.code)
			}
		})
	}
}

// TestGLTFBombs: small files that describe much are refused without the
// memory they describe.
func TestGLTFBombs(t *testing.T) {
	limits := mesh.Limits{Triangles: 100_000, Instances: 1000}
	many := func(n int, f func(i int) object) []any {
		out := make([]any, n)
		for i := range out {
			out[i] = f(i)
		}
		return out
	}
	for _, test := range []struct {
		id    string
		build func(g *gltfFile)
		code  mesh.Code
	}{
		{"instances", func(g *gltfFile) {
			g.root["nodes"] = many(1001, func(int) object { return object{"mesh": 0} })
		}, mesh.CodeLimitInstances},
		{"instances of many triangles", func(g *gltfFile) {
			p := g.points(make([]float64, 3*3*500)...)
			g.mesh(gltfPrimitive(4, p, -1))
			g.root["nodes"] = many(999, func(int) object { return object{"mesh": 1} })
		}, mesh.CodeLimitTriangles},
		{"instances of degenerate strips", func(g *gltfFile) {
			g.mesh(gltfPrimitive(5, 0, g.corners(5121, make([]int, 500)...)))
			g.root["nodes"] = many(999, func(int) object { return object{"mesh": 1} })
		}, mesh.CodeEmptyMesh},
		{"billions of implied zeros", func(g *gltfFile) {
			p := g.add("accessors", object{"componentType": 5126, "type": "VEC3", "count": math.MaxInt32 - 1, "sparse": object{
				"count":   1,
				"indices": object{"bufferView": 1, "componentType": 5123},
				"values":  object{"bufferView": 0},
			}})
			g.mesh(gltfPrimitive(4, p, -1))
			g.root["nodes"] = many(1, func(int) object { return object{"mesh": 1} })
		}, mesh.CodeLimitTriangles},
		{"billions of points for four triangles", func(g *gltfFile) {
			p := g.add("accessors", object{"componentType": 5126, "type": "VEC3", "count": math.MaxInt32 - 1, "sparse": object{
				"count":   1,
				"indices": object{"bufferView": 1, "componentType": 5123},
				"values":  object{"bufferView": 0},
			}})
			g.mesh(gltfPrimitive(4, p, 1))
			g.root["nodes"] = many(1000, func(int) object { return object{"mesh": 1} })
		}, ""},
		{"the same points for each of many triangles", func(g *gltfFile) {
			p := g.points(append(slices.Clone(gltfTetrahedron), make([]float64, 3*10_000)...)...)
			one := make([]object, 1000)
			for i := range one {
				one[i] = gltfPrimitive(4, p, 1)
			}
			g.root["nodes"] = many(1, func(int) object { return object{"mesh": g.mesh(one...)} })
		}, ""},
	} {
		t.Run(test.id, func(t *testing.T) {
			g := gltfTetrahedronFile()
			test.build(g)
			for i := range g.root["nodes"].([]any) {
				g.scene(i)
			}
			data := g.glb()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			f, err := mesh.Read(t.Context(), data, mesh.ReadOptions{Limits: limits})
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 100<<20 {
				t.Errorf("%d bytes allocated", n)
			}
			if test.code == "" {
				if err != nil || len(f.Mesh.Vertices) > 4 {
					t.Errorf("%v", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), string(test.code)) {
				t.Errorf("%v, want %s", err, test.code)
			}
		})
	}
}

// TestGLTFWarnings: what is not read is named.
func TestGLTFWarnings(t *testing.T) {
	build := func(f func(g *gltfFile)) []byte {
		g := gltfTetrahedronFile()
		g.place(0, nil)
		f(g)
		return g.glb()
	}
	for _, test := range []struct {
		id   string
		data []byte
		code mesh.Code
		word string
	}{
		{"skin", build(func(g *gltfFile) { g.root["nodes"].([]any)[0].(object)["skin"] = 0 }), mesh.CodeIgnoredContent, "skin"},
		{"morph", build(func(g *gltfFile) {
			g.root["meshes"].([]any)[0].(object)["primitives"].([]object)[0]["targets"] = []any{object{"POSITION": 0}}
		}), mesh.CodeIgnoredContent, "morph"},
		{"points beside triangles", build(func(g *gltfFile) {
			m := g.root["meshes"].([]any)[0].(object)
			m["primitives"] = append(m["primitives"].([]object), gltfPrimitive(0, 0, -1), gltfPrimitive(1, 99, -1))
		}), mesh.CodeIgnoredContent, "points"},
		{"two scenes", build(func(g *gltfFile) { g.add("scenes", object{"nodes": []int{77}}) }), mesh.CodeIgnoredContent, "scene"},
		{"trailing bytes", append(build(func(*gltfFile) {}), 1, 2, 3), mesh.CodeIgnoredContent, "3 bytes"},
		{"repeated corner", build(func(g *gltfFile) {
			m := g.root["meshes"].([]any)[0].(object)
			m["primitives"] = append(m["primitives"].([]object), gltfPrimitive(4, 0, g.corners(5121, 1, 1, 2)))
		}), mesh.CodeDegenerateFaces, "1 "},
	} {
		t.Run(test.id, func(t *testing.T) {
			f := mustRead(t, test.data)
			if len(f.Mesh.Triangles) != 4 || len(f.Warnings) != 1 || f.Warnings[0].Code != test.code || !strings.Contains(f.Warnings[0].Message, test.word) {
				t.Errorf("%d triangles, %v", len(f.Mesh.Triangles), f.Warnings)
			}
		})
	}
}

// TestGLTFScene: the default scene is the one that is read.
func TestGLTFScene(t *testing.T) {
	g := gltfTetrahedronFile()
	g.place(0, nil)
	g.add("nodes", object{"mesh": 0, "scale": []int{2, 2, 2}})
	g.add("scenes", object{"nodes": []int{1}})
	g.root["scene"] = 1
	if v := signedVolume(mustRead(t, g.glb()).Mesh); math.Abs(v-8e9/6) > 1 {
		t.Errorf("%g", v)
	}
}

// TestGLTFUnit: metres win over the unit of the call, with a warning if the
// caller named one.
func TestGLTFUnit(t *testing.T) {
	g := gltfTetrahedronFile()
	g.place(0, nil)
	data := g.glb()
	for unit, warned := range map[mesh.Unit]bool{"": false, mesh.Metre: false, mesh.Millimetre: true, mesh.Inch: true} {
		f, err := mesh.Read(t.Context(), data, mesh.ReadOptions{Unit: unit})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(f.Warnings) == 1 && f.Warnings[0].Code == mesh.CodeUnitOverridden; got != warned || f.Unit != mesh.Metre {
			t.Errorf("%q: %s, %v", unit, f.Unit, f.Warnings)
		}
		if v := signedVolume(f.Mesh); math.Abs(v-1e9/6) > 1 {
			t.Errorf("%q: volume %g", unit, v)
		}
	}
	if e := refusal(t, data, mesh.ReadOptions{Unit: "cubit"}); e.Code != mesh.CodeUnit {
		t.Error(e)
	}
}

// TestGLTFPlaces: a refusal says where.
func TestGLTFPlaces(t *testing.T) {
	g := gltfTetrahedronFile()
	g.place(0, nil)
	copy(g.binary[12:], float32Bytes(math.NaN()))
	if e := refusal(t, g.glb(), mesh.ReadOptions{}); e.Place != "meshes[0]" {
		t.Error(e)
	}
	copy(g.binary[48:], []byte{9, 0})
	if e := refusal(t, g.glb(), mesh.ReadOptions{}); e.Place != "meshes[0].primitives[0]" {
		t.Error(e)
	}
	text := `{"asset":{"version":"2.0"},"nodes":[}`
	if e := refusal(t, []byte(text), mesh.ReadOptions{}); e.Place != fmt.Sprintf("byte %d", len(text)-1) {
		t.Error(e)
	}
}

func FuzzGLTF(f *testing.F) {
	forms := []func(g *gltfFile){
		func(g *gltfFile) { g.place(0, object{"rotation": []float64{0, 0, 0, 1}, "scale": []float64{1, 2, -3}}) },
		func(g *gltfFile) {
			g.mesh(gltfPrimitive(5, 0, 1), gltfPrimitive(6, 0, 1))
			g.add("nodes", object{"mesh": 1, "matrix": []int{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}})
			g.add("nodes", object{"children": []int{0}})
		},
		func(g *gltfFile) {
			g.root["accessors"].([]any)[0].(object)["sparse"] = object{"count": 1, "indices": object{"bufferView": 1, "componentType": 5121}, "values": object{"bufferView": 0}}
			g.place(0, nil)
		},
	}
	for _, build := range forms {
		g := gltfTetrahedronFile()
		build(g)
		g.glb()
		f.Add(g.json(), g.binary)
		f.Add(g.gltf(), []byte{})
	}
	f.Fuzz(func(t *testing.T, text, buffer []byte) {
		checkRead(t, "{", text)
		checkRead(t, "glTF", containerOf(text, buffer))
	})
}

// FuzzGLTFNumbers keeps the JSON whole and varies the numbers in it.
func FuzzGLTFNumbers(f *testing.F) {
	f.Add(make([]byte, 100), 4, 0, 48, 4, 5126, 0, 48, 24, 12, 5123, 1, 72, 1.0, 0.5)
	f.Add(make([]byte, 100), 5, 20, 80, 4, 5122, 8, 80, 20, 20, 5121, 2, 90, -1.0, 0.0)
	f.Fuzz(func(t *testing.T, buffer []byte, mode, stride, length, count, component, offset, indexOffset, indexLength, indices, indexComponent, replaced, replacedOffset int, scale, shear float64) {
		if math.IsNaN(scale+shear) || math.IsInf(scale+shear, 0) {
			return // JSON has no such numbers
		}
		checkRead(t, "glTF", containerOf(fmt.Appendf(nil, `{
			"asset":{"version":"2.0"},
			"buffers":[{"byteLength":%d}],
			"bufferViews":[
				{"buffer":0,"byteStride":%d,"byteLength":%d},
				{"buffer":0,"byteOffset":%d,"byteLength":%d},
				{"buffer":0,"byteOffset":%d,"byteLength":8},
				{"buffer":0,"byteOffset":%d,"byteLength":24}],
			"accessors":[
				{"bufferView":0,"byteOffset":%d,"type":"VEC3","componentType":%d,"count":%d},
				{"bufferView":1,"type":"SCALAR","componentType":%d,"count":%d},
				{"type":"VEC3","componentType":%d,"count":%d,"sparse":{"count":%d,
					"indices":{"bufferView":2,"componentType":%d},"values":{"bufferView":3}}}],
			"meshes":[{"primitives":[
				{"mode":%d,"attributes":{"POSITION":0},"indices":1},
				{"mode":%d,"attributes":{"POSITION":2},"indices":1}]}],
			"nodes":[{"mesh":0,"matrix":[%g,0,0,0,%g,%g,0,0,0,0,1,0,0,0,0,1]}]}`,
			len(buffer), stride, length, indexOffset, indexLength, replacedOffset, replacedOffset,
			offset, component, count, indexComponent, indices, component, count, replaced, indexComponent,
			mode, mode, scale, shear, scale), buffer))
	})
}
