package mesh

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"sort"

	"github.com/golang/geo/r3"
)

// Component types of glTF.
const (
	gltfInt8    = 5120
	gltfUint8   = 5121
	gltfInt16   = 5122
	gltfUint16  = 5123
	gltfUint32  = 5125
	gltfFloat32 = 5126
)

// gltfComponentSize returns the bytes of a component, 0 for unknown ones.
func gltfComponentSize(component int64) int64 {
	switch component {
	case gltfInt8, gltfUint8:
		return 1
	case gltfInt16, gltfUint16:
		return 2
	case gltfUint32, gltfFloat32:
		return 4
	}
	return 0
}

// gltfValues are the elements of an accessor, decoded when asked for, so that
// an accessor costs nothing but the file's own bytes however often it is used.
type gltfValues struct {
	data       []byte // of element 0; nil if all but the replaced ones are 0
	stride     int
	size       int // of an element
	count      int
	component  int64
	normalized bool

	// Elements that are replaced, in rising order, and what replaces them.
	replaced          []byte
	replacedComponent int64
	replacedCount     int
	replacements      []byte
}

// gltfZeros is an element whose bytes are not in the file.
var gltfZeros [12]byte

// element returns the bytes of element i.
func (v *gltfValues) element(i int) []byte {
	if v.replacedCount > 0 {
		k := sort.Search(v.replacedCount, func(k int) bool { return v.replacement(k) >= int64(i) })
		if k < v.replacedCount && v.replacement(k) == int64(i) {
			return v.replacements[k*v.size:]
		}
	}
	if v.data == nil {
		return gltfZeros[:]
	}
	return v.data[i*v.stride:]
}

// replacement returns which element the k-th replacement is for.
func (v *gltfValues) replacement(k int) int64 {
	return gltfUnsigned(v.replaced[k*int(gltfComponentSize(v.replacedComponent)):], v.replacedComponent)
}

// index returns element i of indices.
func (v *gltfValues) index(i int) int64 { return gltfUnsigned(v.element(i), v.component) }

func gltfUnsigned(s []byte, component int64) int64 {
	switch component {
	case gltfUint8:
		return int64(s[0])
	case gltfUint16:
		return int64(binary.LittleEndian.Uint16(s))
	}
	return int64(binary.LittleEndian.Uint32(s))
}

// point returns element i of positions.
func (v *gltfValues) point(i int) r3.Vector {
	s := v.element(i)
	if v.component == gltfFloat32 {
		return r3.Vector{
			X: float64(math.Float32frombits(binary.LittleEndian.Uint32(s))),
			Y: float64(math.Float32frombits(binary.LittleEndian.Uint32(s[4:]))),
			Z: float64(math.Float32frombits(binary.LittleEndian.Uint32(s[8:]))),
		}
	}
	n := v.size / 3
	return r3.Vector{X: v.quantized(s), Y: v.quantized(s[n:]), Z: v.quantized(s[2*n:])}
}

// quantized decodes a coordinate stored as a small integer.
func (v *gltfValues) quantized(s []byte) float64 {
	var value, most float64
	switch v.component {
	case gltfInt8:
		value, most = float64(int8(s[0])), math.MaxInt8
	case gltfUint8:
		value, most = float64(s[0]), math.MaxUint8
	case gltfInt16:
		value, most = float64(int16(binary.LittleEndian.Uint16(s))), math.MaxInt16
	default:
		value, most = float64(binary.LittleEndian.Uint16(s)), math.MaxUint16
	}
	if v.normalized {
		return max(value/most, -1)
	}
	return value
}

// points returns the accessor as positions.
func (g *gltfReader) points(accessor int64) (gltfValues, error) {
	return g.values(accessor, "VEC3", 3, gltfFloat32, gltfInt8, gltfUint8, gltfInt16, gltfUint16)
}

// corners returns the accessor as indices.
func (g *gltfReader) corners(accessor int64) (gltfValues, error) {
	return g.values(accessor, "SCALAR", 1, gltfUint8, gltfUint16, gltfUint32)
}

// values checks that an accessor lies within its view and returns it.
func (g *gltfReader) values(accessor int64, kind string, components int64, allowed ...int64) (gltfValues, error) {
	if accessor >= int64(len(g.accessors)) {
		return gltfValues{}, refuse(g.format, CodeGLTFBuffer, "", "accessor %d of %d does not exist", accessor, len(g.accessors))
	}
	a := &g.accessors[accessor]
	place := fmt.Sprintf("accessors[%d]", accessor)
	usable := false
	for _, c := range allowed {
		usable = usable || a.component == c
	}
	if a.kind != kind || !usable {
		return gltfValues{}, refuse(g.format, CodeGLTFBuffer, place, "%q of component type %d where %s belongs", a.kind, a.component, kind)
	}
	if a.count < 1 || a.count > math.MaxInt32 {
		return gltfValues{}, refuse(g.format, CodeGLTFBuffer, place, "an accessor cannot have %d elements", a.count)
	}
	size := components * gltfComponentSize(a.component)
	v := gltfValues{stride: int(size), size: int(size), count: int(a.count), component: a.component, normalized: a.normalized}
	if a.view < 0 && a.sparse == nil {
		return gltfValues{}, refuse(g.format, CodeGLTFBuffer, place, "an accessor without data; if the file is compressed, export it without compression")
	}
	if a.view >= 0 {
		stride, err := g.stride(a.view, size, place)
		if err != nil {
			return gltfValues{}, err
		}
		v.stride = int(stride)
		if v.data, err = g.slice(a.view, a.offset, a.count, stride, size, place); err != nil {
			return gltfValues{}, err
		}
	}
	if a.sparse != nil {
		if err := g.replace(&v, a, place); err != nil {
			return gltfValues{}, err
		}
	}
	return v, nil
}

// replace adds the replaced elements of a sparse accessor.
func (g *gltfReader) replace(v *gltfValues, a *gltfAccessor, place string) (err error) {
	s := a.sparse
	switch s.indexComponent {
	case gltfUint8, gltfUint16, gltfUint32:
	default:
		return refuse(g.format, CodeGLTFBuffer, place, "%d is no component type of sparse indices", s.indexComponent)
	}
	if s.count < 1 || s.count > a.count {
		return refuse(g.format, CodeGLTFBuffer, place, "%d of %d elements cannot be replaced", s.count, a.count)
	}
	size := gltfComponentSize(s.indexComponent)
	if v.replaced, err = g.slice(s.indexView, s.indexOffset, s.count, size, size, place); err != nil {
		return err
	}
	if v.replacements, err = g.slice(s.valuesView, s.valuesOffset, s.count, int64(v.size), int64(v.size), place); err != nil {
		return err
	}
	v.replacedComponent, v.replacedCount = s.indexComponent, int(s.count)
	last := int64(-1)
	for k := range v.replacedCount {
		i := v.replacement(k)
		if i <= last || i >= a.count {
			return refuse(g.format, CodeGLTFBuffer, place, "the sparse indices do not rise within the %d elements", a.count)
		}
		last = i
	}
	return nil
}

// stride returns the distance of elements of the given size in a view.
func (g *gltfReader) stride(view, size int64, place string) (int64, error) {
	if view >= int64(len(g.views)) {
		return 0, refuse(g.format, CodeGLTFBuffer, place, "buffer view %d of %d does not exist", view, len(g.views))
	}
	const most = 252
	stride := g.views[view].stride
	if stride == 0 {
		return size, nil
	}
	if stride < size || stride > most {
		return 0, refuse(g.format, CodeGLTFBuffer, place, "elements of %d bytes cannot lie %d bytes apart", size, stride)
	}
	return stride, nil
}

// slice returns the bytes from the first of count elements on, which are
// there in full.
func (g *gltfReader) slice(view, offset, count, stride, size int64, place string) ([]byte, error) {
	if view < 0 || view >= int64(len(g.views)) {
		return nil, refuse(g.format, CodeGLTFBuffer, place, "buffer view %d of %d does not exist", view, len(g.views))
	}
	v := &g.views[view]
	data, err := g.buffer(v.buffer)
	if err != nil {
		return nil, err
	}
	if v.offset > int64(len(data)) || v.length > int64(len(data))-v.offset {
		return nil, refuse(g.format, CodeGLTFBuffer, fmt.Sprintf("bufferViews[%d]", view), "bytes %d to %d of a buffer of %d", v.offset, v.offset+v.length, len(data))
	}
	data = data[v.offset:][:v.length]
	// Offsets go up to 2⁵³: a product of count and stride need not fit.
	if offset > int64(len(data)) || int64(len(data))-offset < size || (int64(len(data))-offset-size)/stride < count-1 {
		return nil, refuse(g.format, CodeGLTFBuffer, place, "%d elements do not fit into the %d bytes of the view", count, len(data))
	}
	return data[offset:], nil
}

// buffer returns the bytes of a buffer: the binary chunk of a GLB or those in
// the file itself as a data URI. Nothing else is ever opened.
func (g *gltfReader) buffer(i int64) ([]byte, error) {
	if i < 0 || i >= int64(len(g.buffers)) {
		return nil, refuse(g.format, CodeGLTFBuffer, "", "buffer %d of %d does not exist", i, len(g.buffers))
	}
	b := &g.buffers[i]
	if b.bytes != nil {
		return b.bytes, nil
	}
	place := fmt.Sprintf("buffers[%d]", i)
	var data []byte
	switch {
	case b.uri != nil:
		var err error
		if data, err = g.decodeURI(b.uri, place); err != nil {
			return nil, err
		}
	case i == 0 && g.binary != nil:
		data = g.binary
	default:
		return nil, refuse(g.format, CodeGLTFBuffer, place, "the buffer has no data; if the file is compressed, export it without compression")
	}
	if b.length < 1 || b.length > int64(len(data)) {
		return nil, refuse(g.format, CodeGLTFBuffer, place, "%d bytes are announced, %d are there; the file is cut or damaged, export it again", b.length, len(data))
	}
	b.bytes = data[:b.length]
	return b.bytes, nil
}

// decodeURI returns the data in a data URI.
func (g *gltfReader) decodeURI(uri []byte, place string) ([]byte, error) {
	const most = 200 // bytes of media type and parameters
	comma := bytes.IndexByte(uri[:min(len(uri), most)], ',')
	if !bytes.HasPrefix(uri, []byte("data:")) {
		return nil, refuse(g.format, CodeGLTFBuffer, place, "the geometry is in another file, %q; export the part as one file (GLB)", quotable(uri))
	}
	if comma < 0 || !bytes.HasSuffix(uri[:comma], []byte(";base64")) {
		return nil, refuse(g.format, CodeGLTFBuffer, place, "a data URI that is not in base 64")
	}
	text := bytes.TrimRight(uri[comma+1:], "=")
	data := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(data, text)
	if err != nil {
		return nil, refuse(g.format, CodeGLTFBuffer, place, "the base 64 is damaged: %v", err)
	}
	return data[:n], nil
}
