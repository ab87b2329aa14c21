package mesh

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/golang/geo/r3"
)

// The AMF reader follows ISO/ASTM 52915:2016: objects of one vertex list and
// several volumes, and constellations that place objects and one another.
// Materials, colours and textures are not read; curved triangles are read as
// flat ones, with a warning.

// An amfReader reads one AMF document as its tokens come.
type amfReader struct {
	*xmlScanner
	opts    *ReadOptions
	builder *builder
	assembly
	ids         map[string]int32 // objects and constellations
	refs        []amfRef         // what each component means
	unprintable []amfRef
	top         []bool   // constellations, by object index
	space       xmlSpace // of the root element
	unit        Unit
	metadata    int
	curved      bool
	supports    int // volumes
	unknown     []string
	used        []uint64 // a bit for each vertex of the mesh at hand
	unused      int
	degenerate  int
	number      [amfNumberBytes]byte
}

type amfRef struct {
	id   string
	line int
}

const (
	amfNumberBytes = 256 // of the text of a number
	amfIDBytes     = 64
)

// isAMF recognises an AMF document by its root element.
func isAMF(c *content) bool {
	head := c.data[:min(len(c.data), xmlTextPiece)]
	if trimmed := bytes.TrimLeft(head, "\xef\xbb\xbf\xff\xfe \t\r\n\x00"); len(trimmed) == 0 || trimmed[0] != '<' {
		return false
	}
	limits := DefaultLimits()
	s := newXMLScanner(context.Background(), bytes.NewReader(head), 4096, FormatAMF, "", &limits)
	token, err := s.next()
	if err != nil {
		// A document type is refused by the reader, which says so.
		return bytes.Contains(head, []byte("<amf"))
	}
	return token == xmlStart && string(s.name.local) == "amf"
}

func readAMF(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	return readAMFStream(ctx, bytes.NewReader(data), int64(len(data)), opts)
}

func readAMFStream(ctx context.Context, source io.Reader, size int64, opts *ReadOptions) (*File, error) {
	r := &amfReader{
		xmlScanner: newXMLScanner(ctx, source, size, FormatAMF, "", &opts.Limits),
		opts:       opts,
		builder:    newBuilder(ctx, FormatAMF, opts),
		assembly:   assembly{format: FormatAMF, limits: &opts.Limits},
		ids:        make(map[string]int32),
	}
	if err := r.readDocument(); err != nil {
		return nil, err
	}
	roots, err := r.resolveAMF()
	if err != nil {
		return nil, err
	}
	if err := r.measure(roots, true); err != nil {
		return nil, err
	}
	return r.build(roots)
}

func (r *amfReader) fault(code Code, format string, args ...any) error {
	return r.xmlScanner.refuse(code, format, args...)
}

// in reports whether the element at hand has that name.
func (r *amfReader) in(local string) bool { return r.is(r.space, local) }

// children calls child for each child element; child must read to its end.
func (r *amfReader) children(child func() error) error {
	depth := r.depth()
	for {
		token, err := r.next()
		switch {
		case err != nil:
			return err
		case token == xmlText:
			return r.fault(CodeAMFSyntax, "text between the elements")
		case token == xmlStart:
			if err := child(); err != nil {
				return err
			}
		case r.depth() < depth:
			return nil
		}
	}
}

// other reads over an element that does not bear on the geometry and notes it
// if AMF does not know it.
func (r *amfReader) other(known ...string) error {
	if r.name.space == r.space {
		for _, k := range known {
			if string(r.name.local) == k {
				return r.skip()
			}
		}
	}
	addName(&r.unknown, string(r.name.local))
	return r.skip()
}

func (r *amfReader) readDocument() error {
	token, err := r.next()
	if err != nil {
		return err
	}
	if token != xmlStart || string(r.name.local) != "amf" {
		return r.fault(CodeAMFSyntax, "the root element is not <amf>")
	}
	r.space = r.name.space
	r.unit = Millimetre
	if name, ok := r.attr(spaceNone, "unit"); ok {
		if r.unit = amfUnit(string(name)); r.unit == "" {
			return r.fault(CodeUnit, "the unit %q is unknown", cleanName(string(name)))
		}
	}
	err = r.children(func() error {
		switch {
		case r.in("object"):
			return r.readObject()
		case r.in("constellation"):
			return r.readConstellation()
		case r.in("metadata"):
			return r.readMetadata()
		}
		return r.other("material", "texture", "color")
	})
	if err != nil {
		return err
	}
	if token, err = r.next(); err == nil && token != xmlEOF {
		return r.syntax("text after the root element")
	}
	return err
}

func amfUnit(name string) Unit {
	switch name {
	case "millimeter", "mm":
		return Millimetre
	case "inch":
		return Inch
	case "feet", "foot":
		return Foot
	case "meter":
		return Metre
	case "micrometer", "micron":
		return Micrometre
	}
	return ""
}

// readMetadata reads over a metadata element, counts its bytes, and returns
// the start of its text if it is the name of something.
func (r *amfReader) readMetadata() error {
	_, err := r.readNamed()
	return err
}

func (r *amfReader) readNamed() (name string, err error) {
	kind, _ := r.attr(spaceNone, "type")
	isName := string(kind) == "name"
	limit := r.xmlScanner.limits.MetadataBytes
	for depth := r.depth(); r.depth() >= depth; {
		token, err := r.next()
		if err != nil {
			return "", err
		}
		if token == xmlText {
			r.metadata += len(r.text)
			if isName && name == "" {
				name = cleanName(string(r.text[:min(len(r.text), 1024)]))
			}
		}
		if r.metadata > limit {
			return "", r.fault(CodeLimitMetadata, "more than %d bytes of metadata", limit)
		}
	}
	return name, nil
}

// addObject takes an id and appends the object that it names.
func (r *amfReader) addObject(kind string) (int32, error) {
	id, ok := r.attr(spaceNone, "id")
	if id = trimXMLSpace(id); !ok || len(id) == 0 || len(id) > amfIDBytes {
		return 0, r.fault(CodeAMFSyntax, "the %s has no id", kind)
	}
	if _, twice := r.ids[string(id)]; twice {
		return 0, r.fault(CodeDuplicateName, "two objects have the id %s", cleanName(string(id)))
	}
	if limit := r.xmlScanner.limits.Objects; len(r.objects) >= limit {
		return 0, r.fault(CodeLimitObjects, "more than %d objects", limit)
	}
	index := int32(len(r.objects))
	r.ids[string(id)] = index
	r.objects = append(r.objects, assemblyObject{label: kind + " " + cleanName(string(id))})
	r.top = append(r.top, false)
	return index, nil
}

func (r *amfReader) readObject() error {
	index, err := r.addObject("object")
	if err != nil {
		return err
	}
	meshes, supports := 0, r.supports
	err = r.children(func() error {
		switch {
		case r.in("metadata"):
			name, err := r.readNamed()
			if name != "" {
				r.objects[index].name = name
			}
			return err
		case r.in("mesh"):
			if meshes++; meshes > 1 {
				return r.fault(CodeAMFSyntax, "an object with two meshes")
			}
			return r.readMesh(&r.objects[index])
		}
		return r.other("color", "texmap")
	})
	if err != nil {
		return err
	}
	switch o := &r.objects[index]; {
	case o.triangles.len() > 0:
	case r.supports > supports:
		o.use = useSupport
	default:
		o.refusal = refuse(FormatAMF, CodeEmptyMesh, r.xmlScanner.place(), "%s has no triangles", o.label)
	}
	return nil
}

func (r *amfReader) readMesh(o *assemblyObject) error {
	vertices, supports := 0, r.supports
	o.triangles.start = len(r.triangles)
	o.vertices.start = len(r.vertices)
	err := r.children(func() error {
		switch {
		case r.in("vertices"):
			if vertices++; vertices > 1 || len(r.triangles) > o.triangles.start {
				return r.fault(CodeAMFSyntax, "a mesh with two lists of vertices, or one behind its volumes")
			}
			if err := r.readVertices(); err != nil {
				return err
			}
			o.vertices.end = len(r.vertices)
			r.used = append(r.used[:0], make([]uint64, (o.vertices.len()+63)/64)...)
			return nil
		case r.in("volume"):
			return r.readVolume(uint64(o.vertices.len()))
		}
		return r.other("metadata", "color")
	})
	o.vertices.end = max(o.vertices.start, o.vertices.end)
	o.triangles.end = len(r.triangles)
	if r.supports == supports {
		for i := range o.vertices.len() {
			if r.used[i/64]&(1<<(i%64)) == 0 {
				r.unused++
			}
		}
	}
	return err
}

func (r *amfReader) readVertices() error {
	limit := 3 * r.xmlScanner.limits.Triangles
	return r.children(func() error {
		switch {
		case r.in("vertex"):
			if len(r.vertices) >= limit {
				return r.fault(CodeLimitVertices, "more than %d vertices", limit)
			}
			return r.readVertex()
		case r.in("edge"):
			r.curved = true
			return r.skip()
		}
		return r.other("metadata")
	})
}

func (r *amfReader) readVertex() error {
	var p [3]float64
	seen := 0
	err := r.children(func() error {
		switch {
		case r.in("coordinates"):
			return r.children(func() error {
				if len(r.name.local) != 1 || r.name.local[0]-'x' > 2 || r.name.space != r.space {
					return r.fault(CodeAMFSyntax, "<%s> is no coordinate", cleanName(string(r.name.local)))
				}
				axis := r.name.local[0] - 'x'
				if seen&(1<<axis) != 0 {
					return r.fault(CodeAMFSyntax, "a vertex has the coordinate %c twice", 'x'+axis)
				}
				seen |= 1 << axis
				text, err := r.leaf()
				if err != nil {
					return err
				}
				v, ok := parseFloat(text)
				if !ok {
					return r.fault(CodeNumberFormat, "%q is no coordinate", cleanName(string(text)))
				}
				p[axis] = v
				return nil
			})
		case r.in("normal"):
			r.curved = true
			return r.skip()
		}
		return r.other("color", "metadata")
	})
	if err == nil && seen != 7 {
		return r.fault(CodeAMFSyntax, "a vertex without x, y or z")
	}
	r.vertices = append(r.vertices, r3.Vector{X: p[0], Y: p[1], Z: p[2]})
	return err
}

// leaf returns the text of an element that has no children, without the white
// space around it. It is valid until the next leaf.
func (r *amfReader) leaf() ([]byte, error) {
	text := r.number[:0]
	for {
		token, err := r.next()
		switch {
		case err != nil:
			return nil, err
		case token == xmlEnd:
			return trimXMLSpace(text), nil
		case token == xmlStart:
			return nil, r.fault(CodeAMFSyntax, "<%s> where a number should be", cleanName(string(r.name.local)))
		case len(text)+len(r.text) > len(r.number):
			return nil, r.fault(CodeNumberFormat, "a number of more than %d characters", len(r.number))
		}
		text = append(text, r.text...)
	}
}

func (r *amfReader) readVolume(count uint64) error {
	kind, _ := r.attr(spaceNone, "type")
	support := string(kind) == "support"
	if support {
		r.supports++
	}
	limit := r.xmlScanner.limits.Triangles
	return r.children(func() error {
		switch {
		case r.in("triangle"):
			if len(r.triangles) >= limit {
				return r.fault(CodeLimitTriangles, "more than %d triangles; reduce the part or raise the limit", limit)
			}
			t, err := r.readTriangle(count)
			if err == nil && !support {
				r.triangles = append(r.triangles, t)
			}
			return err
		case r.in("metadata"):
			return r.readMetadata()
		}
		return r.other("color", "texmap")
	})
}

func (r *amfReader) readTriangle(count uint64) (Triangle, error) {
	var t Triangle
	seen := 0
	err := r.children(func() error {
		n := r.name.local
		if r.name.space != r.space || len(n) != 2 || n[0] != 'v' || n[1]-'1' > 2 {
			return r.other("color", "texmap", "map")
		}
		corner := n[1] - '1'
		if seen&(1<<corner) != 0 {
			return r.fault(CodeAMFSyntax, "a triangle has the corner v%c twice", '1'+corner)
		}
		seen |= 1 << corner
		text, err := r.leaf()
		if err != nil {
			return err
		}
		v, ok := parseIndex(text)
		if !ok {
			return r.fault(CodeNumberFormat, "%q is no index of a vertex", cleanName(string(text)))
		}
		if v >= count {
			return r.fault(CodeIndexRange, "there is no vertex %s, the mesh has %d", cleanName(string(text)), count)
		}
		t[corner] = uint32(v)
		r.used[v/64] |= 1 << (v % 64)
		return nil
	})
	if err == nil && seen != 7 {
		return t, r.fault(CodeAMFSyntax, "a triangle without v1, v2 or v3")
	}
	if t[0] == t[1] || t[1] == t[2] || t[2] == t[0] {
		r.degenerate++
	}
	return t, err
}

func (r *amfReader) build(roots []component) (*File, error) {
	b := r.builder
	b.useUnit(r.unit, r.opts)
	if _, err := r.assembly.place(b, roots); err != nil {
		return nil, err
	}
	if r.curved {
		b.warn(CodeIgnoredContent, "curved triangles were taken as flat")
	}
	if r.supports > 0 {
		b.warn(CodeSupportsIgnored, "%d support volumes were left out", r.supports)
	}
	if n := len(r.unprintable); n > 0 {
		b.warn(CodeIgnoredContent, "%d instances are marked as not to be printed and were left out", n)
	}
	if len(r.unknown) > 0 {
		b.warn(CodeIgnoredContent, "left out: %s", strings.Join(r.unknown, ", "))
	}
	if n := r.repeated(roots); n > 0 {
		b.warn(CodeOverlappingShells, "%d objects stand exactly where the same object stands already", n)
	}
	if r.unused > 0 {
		b.warn(CodeIgnoredContent, "%d vertices belong to no triangle", r.unused)
	}
	if r.degenerate > 0 {
		b.warn(CodeDegenerateFaces, "%d triangles name a vertex twice", r.degenerate)
	}
	return b.file(r.unit)
}
