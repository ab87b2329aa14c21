package mesh

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
)

// writeGLB writes m as a glTF 2.0 in its binary container: one mesh of one
// primitive. Its positions are those of m in mm, rounded to 32 bits; the matrix
// of its node makes of them the metres with y upward that the format wants, so
// that nothing is rounded twice. Colours become the attribute COLOR_0, in
// linear light as the format wants that too, scalars one of their own, such as
// _THICKNESS, in which NaN stands as −1 because the format has no NaN.
func writeGLB(out io.Writer, m *Mesh, opts *WriteOptions) error {
	w := glbWriter{meshWriter: newMeshWriter(out, Millimetre), m: m, opts: opts}
	if err := w.check(); err != nil {
		return err
	}
	w.layOut()
	document, err := w.document()
	if err != nil {
		return err
	}
	total := int64(12+8+8) + int64(len(document)) + int64(w.end)
	w.words(0x46546c67, 2, uint32(total))
	w.words(uint32(len(document)), 0x4e4f534a)
	w.buf = append(w.buf, document...)
	w.words(uint32(w.end), 0x004e4942)
	w.body()
	return w.flush()
}

type glbWriter struct {
	*meshWriter
	m    *Mesh
	opts *WriteOptions
	// Where the views begin in the buffer, -1 for those that are not there.
	indices, positions, colors, scalars, end int
}

// mostGLB is the size of a container in bytes that its header can tell.
const mostGLB = math.MaxUint32 - 1<<16

func (w *glbWriter) check() error {
	n, f := int64(len(w.m.Vertices)), int64(len(w.m.Triangles))
	if f == 0 {
		return refuse(FormatGLB, CodeEmptyMesh, "", "a glTF cannot hold a mesh without triangles")
	}
	if 12*f+20*n > mostGLB {
		return refuse(FormatGLB, CodeLimitTriangles, "", "a GLB of 4 GB cannot hold %d triangles; write a PLY", f)
	}
	for i, s := range w.opts.Scalars {
		if math.IsInf(float64(s), 0) {
			return refuse(FormatGLB, CodeNonFinite, fmt.Sprintf("vertex %d", i), "a number is infinite and cannot be written")
		}
	}
	for i := range w.m.Triangles {
		for _, v := range w.m.Triangles[i] {
			if int64(v) >= n {
				return refuse(FormatGLB, CodeIndexRange, fmt.Sprintf("triangle %d", i), "vertex %d of %d does not exist", v, n)
			}
		}
	}
	return w.checkVertices(w.m, FormatGLB, math.MaxFloat32)
}

// layOut places the views one behind the other. All of them are made of whole
// words of four bytes.
func (w *glbWriter) layOut() {
	n := len(w.m.Vertices)
	w.indices, w.positions = 0, 12*len(w.m.Triangles)
	w.end = w.positions + 12*n
	w.colors, w.scalars = -1, -1
	if w.opts.Colors != nil {
		w.colors, w.end = w.end, w.end+8*n
	}
	if w.opts.Scalars != nil {
		w.scalars, w.end = w.end, w.end+4*n
	}
}

// position returns vertex i as it is written.
func (w *glbWriter) position(i int) [3]float32 {
	p := w.inUnit(w.m.Vertices[i])
	return [3]float32{float32(p.X), float32(p.Y), float32(p.Z)}
}

// A gltfObject is an object of the JSON.
type gltfObject map[string]any

// document returns the JSON, filled with blanks to whole words.
func (w *glbWriter) document() ([]byte, error) {
	const arrayBuffer, elementArrayBuffer = 34962, 34963
	n := len(w.m.Vertices)
	low, high := w.position(0), w.position(0)
	for i := range n {
		for k, c := range w.position(i) {
			low[k], high[k] = min(low[k], c), max(high[k], c)
		}
	}
	views := []gltfObject{
		{"buffer": 0, "byteOffset": w.indices, "byteLength": w.positions - w.indices, "target": elementArrayBuffer},
		{"buffer": 0, "byteOffset": w.positions, "byteLength": 12 * n, "target": arrayBuffer},
	}
	accessors := []gltfObject{
		{"bufferView": 0, "componentType": gltfUint32, "count": 3 * len(w.m.Triangles), "type": "SCALAR"},
		{"bufferView": 1, "componentType": gltfFloat32, "count": n, "type": "VEC3", "min": low, "max": high},
	}
	attributes := gltfObject{"POSITION": 1}
	if w.colors >= 0 {
		attributes["COLOR_0"] = len(accessors)
		views = append(views, gltfObject{"buffer": 0, "byteOffset": w.colors, "byteLength": 8 * n, "byteStride": 8, "target": arrayBuffer})
		accessors = append(accessors, gltfObject{
			"bufferView": len(views) - 1, "componentType": gltfUint16, "normalized": true, "count": n, "type": "VEC4",
		})
	}
	if w.scalars >= 0 {
		attributes[w.attribute()] = len(accessors)
		views = append(views, gltfObject{"buffer": 0, "byteOffset": w.scalars, "byteLength": 4 * n, "target": arrayBuffer})
		accessors = append(accessors, gltfObject{
			"bufferView": len(views) - 1, "componentType": gltfFloat32, "count": n, "type": "SCALAR",
		})
	}
	// By columns: x, y, z become x, z, −y in metres.
	upright := [16]float64{0: 0.001, 6: -0.001, 9: 0.001, 15: 1}
	name := cleanName(w.opts.Name)
	if name == "" {
		name = "part"
	}
	// Keys of a map are written in their order.
	document, err := json.Marshal(gltfObject{
		"asset": gltfObject{"version": "2.0", "generator": "Partgauge"},
		"scene": 0, "scenes": []gltfObject{{"nodes": []int{0}}},
		"nodes":       []gltfObject{{"mesh": 0, "name": name, "matrix": upright}},
		"meshes":      []gltfObject{{"name": name, "primitives": []gltfObject{{"attributes": attributes, "indices": 0, "material": 0}}}},
		"materials":   []gltfObject{{"doubleSided": true, "pbrMetallicRoughness": gltfObject{"metallicFactor": 0, "roughnessFactor": 0.8}}},
		"accessors":   accessors,
		"bufferViews": views,
		"buffers":     []gltfObject{{"byteLength": w.end}},
	})
	for len(document)%4 != 0 {
		document = append(document, ' ')
	}
	return document, err
}

// attribute returns the name of the scalars: the format wants those of
// programs to begin with _ and to be in capitals.
func (w *glbWriter) attribute() string {
	name := w.opts.ScalarName
	if name == "" {
		name = "quality"
	}
	return "_" + strings.ToUpper(name)
}

func (w *glbWriter) words(words ...uint32) {
	for _, x := range words {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, x)
	}
}

// body writes the buffer.
func (w *glbWriter) body() {
	for _, t := range w.m.Triangles {
		if w.words(t[0], t[1], t[2]); w.full() {
			return
		}
	}
	for i := range w.m.Vertices {
		p := w.position(i)
		w.words(math.Float32bits(p[0]), math.Float32bits(p[1]), math.Float32bits(p[2]))
		if w.full() {
			return
		}
	}
	for _, c := range w.opts.Colors {
		for _, v := range c {
			w.buf = binary.LittleEndian.AppendUint16(w.buf, linear16(v))
		}
		w.buf = binary.LittleEndian.AppendUint16(w.buf, math.MaxUint16)
		if w.full() {
			return
		}
	}
	for _, s := range w.opts.Scalars {
		if math.IsNaN(float64(s)) {
			s = -1
		}
		if w.words(math.Float32bits(s)); w.full() {
			return
		}
	}
}

// linear16 returns the linear light of a byte of sRGB in 16 bits. For none of
// the 256 does the last digit of math.Pow, in which machines may differ,
// decide how the result is rounded.
func linear16(v uint8) uint16 {
	s := float64(v) / 255
	if s <= 0.04045 {
		return uint16(float64(s/12.92*math.MaxUint16) + 0.5)
	}
	return uint16(float64(math.Pow((s+0.055)/1.055, 2.4)*math.MaxUint16) + 0.5)
}
