package mesh_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
)

// object is a JSON object.
type object = map[string]any

// gltfFile builds a glTF: one buffer and the arrays of the JSON.
type gltfFile struct {
	root   object
	binary []byte
}

func newGLTF() *gltfFile {
	return &gltfFile{root: object{"asset": object{"version": "2.0"}}}
}

// add appends to an array of the root and returns the index.
func (g *gltfFile) add(array string, entry object) int {
	list, _ := g.root[array].([]any)
	g.root[array] = append(list, entry)
	return len(list)
}

// view adds bytes as a buffer view, at a multiple of 4.
func (g *gltfFile) view(data []byte, more object) int {
	for len(g.binary)%4 != 0 {
		g.binary = append(g.binary, 0xaa)
	}
	entry := object{"buffer": 0, "byteOffset": len(g.binary), "byteLength": len(data)}
	for k, v := range more {
		entry[k] = v
	}
	g.binary = append(g.binary, data...)
	return g.add("bufferViews", entry)
}

func float32Bytes(values ...float64) []byte {
	var out []byte
	for _, v := range values {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(v)))
	}
	return out
}

// points adds an accessor of float positions.
func (g *gltfFile) points(coordinates ...float64) int {
	return g.add("accessors", object{
		"bufferView": g.view(float32Bytes(coordinates...), nil), "componentType": 5126, "type": "VEC3", "count": len(coordinates) / 3,
	})
}

// corners adds an accessor of indices of the given component type.
func (g *gltfFile) corners(component int, indices ...int) int {
	var data []byte
	for _, i := range indices {
		switch component {
		case 5121:
			data = append(data, byte(i))
		case 5123:
			data = binary.LittleEndian.AppendUint16(data, uint16(i))
		default:
			data = binary.LittleEndian.AppendUint32(data, uint32(i))
		}
	}
	return g.add("accessors", object{
		"bufferView": g.view(data, nil), "componentType": component, "type": "SCALAR", "count": len(indices),
	})
}

// mesh adds a mesh of primitives.
func (g *gltfFile) mesh(primitives ...object) int {
	return g.add("meshes", object{"primitives": primitives})
}

// primitive describes a primitive; indices −1 means none.
func gltfPrimitive(mode, position, indices int) object {
	p := object{"mode": mode, "attributes": object{"POSITION": position}}
	if indices >= 0 {
		p["indices"] = indices
	}
	return p
}

// place adds a root node for a mesh and puts it into the only scene.
func (g *gltfFile) place(mesh int, more object) int {
	node := object{"mesh": mesh}
	for k, v := range more {
		node[k] = v
	}
	i := g.add("nodes", node)
	g.scene(i)
	return i
}

func (g *gltfFile) scene(roots ...int) {
	if g.root["scenes"] == nil {
		g.root["scenes"] = []any{object{"nodes": []int{}}}
	}
	scene := g.root["scenes"].([]any)[0].(object)
	scene["nodes"] = append(scene["nodes"].([]int), roots...)
}

// glb returns the file as a container.
func (g *gltfFile) glb() []byte {
	if len(g.binary) > 0 && g.root["buffers"] == nil {
		g.root["buffers"] = []any{object{"byteLength": len(g.binary)}}
	}
	return containerOf(g.json(), g.binary)
}

// gltf returns the file as JSON with the buffer within.
func (g *gltfFile) gltf() []byte {
	g.root["buffers"] = []any{object{
		"byteLength": len(g.binary),
		"uri":        "data:application/octet-stream;base64," + base64.StdEncoding.EncodeToString(g.binary),
	}}
	return g.json()
}

func (g *gltfFile) json() []byte {
	data, err := json.Marshal(g.root)
	if err != nil {
		panic(err)
	}
	return data
}

// containerOf puts JSON and a buffer into a GLB.
func containerOf(text, buffer []byte) []byte {
	for len(text)%4 != 0 {
		text = append(text, ' ')
	}
	for len(buffer)%4 != 0 {
		buffer = append(buffer, 0)
	}
	out := append([]byte("glTF"), 2, 0, 0, 0)
	out = binary.LittleEndian.AppendUint32(out, uint32(12+8+len(text)+8+len(buffer)))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
	out = append(append(out, "JSON"...), text...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(buffer)))
	return append(append(out, "BIN\x00"...), buffer...)
}

// The tetrahedron of the tests, in metres: volume 1/6 m³.
var (
	gltfTetrahedron        = []float64{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}
	gltfTetrahedronCorners = []int{0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3}
)

// gltfTetrahedronFile is the tetrahedron as one mesh, 0, not yet placed.
func gltfTetrahedronFile() *gltfFile {
	g := newGLTF()
	points := g.points(gltfTetrahedron...)
	g.mesh(gltfPrimitive(4, points, g.corners(5123, gltfTetrahedronCorners...)))
	return g
}
