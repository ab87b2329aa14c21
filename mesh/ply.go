package mesh

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"github.com/golang/geo/r3"
)

// readPLY reads a PLY file: Greg Turk's polygon format, in text or in binary
// of either byte order. Vertices come from the element "vertex", polygons
// from the list "vertex_indices" or "vertex_index" of the element "face" and
// triangle strips from that of "tristrips"; everything else is passed over,
// but must be there in full.
//
// In text every row ends its line, so that a value too few or too many is
// found where it occurs. Coordinates declared as 32-bit floating point are
// rounded to that, so that the text and the binary form of a model agree.
func readPLY(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	header, err := parsePLYHeader(data, &opts.Limits)
	if err != nil {
		return nil, err
	}
	r := &plyReader{
		b:      newBuilder(ctx, header.format, opts),
		header: header,
		data:   data,
		pos:    header.body,
		text:   header.format == FormatPLYASCII,
		big:    header.format == FormatPLYBig,
	}
	if err := r.assignRoles(); err != nil {
		return nil, err
	}
	if err := r.readElements(); err != nil {
		return nil, err
	}
	if n := r.trailing(); n > 0 {
		r.b.warn(CodeIgnoredContent, "%d bytes after the last element were ignored", n)
	}
	return r.b.file(opts.Unit)
}

// plyReader walks the body row by row. Text and binary differ only in how a
// value is read; the common binary layouts have faster loops.
type plyReader struct {
	b      *builder
	header *plyHeader
	data   []byte
	pos    int
	text   bool
	big    bool

	vertices, faces, strips *plyElement // nil if absent
	verticesRead            bool

	// Where reading stands, for messages.
	element *plyElement
	row     uint64

	indices []uint32 // of the polygon or strip at hand
}

// assignRoles finds the elements that hold the geometry.
func (r *plyReader) assignRoles() error {
	h := r.header
	r.faces, r.strips = h.element("face"), h.element("tristrips")
	if (r.faces == nil || r.faces.rows == 0) && (r.strips == nil || r.strips.rows == 0) {
		return refuse(h.format, CodeNoFaces, "", "the file holds points without faces; make a surface of them and export it")
	}
	r.vertices = h.element("vertex")
	if r.vertices == nil {
		return refuse(h.format, CodePLYHeader, "", "there is no element vertex")
	}
	for _, axis := range [...]string{"x", "y", "z"} {
		if i := r.vertices.property(axis); i < 0 || r.vertices.properties[i].isList() {
			return refuse(h.format, CodePLYHeader, "", "the element vertex has no property %s", axis)
		}
	}
	for _, e := range [...]*plyElement{r.faces, r.strips} {
		if e == nil || e.rows == 0 {
			continue
		}
		plural, single := e.property("vertex_indices"), e.property("vertex_index")
		if plural >= 0 && single >= 0 {
			return refuse(h.format, CodePLYHeader, "", "the element %s has both vertex_indices and vertex_index", e.name)
		}
		if i := max(plural, single); i < 0 || !e.properties[i].isList() {
			return refuse(h.format, CodePLYHeader, "", "the element %s has no list vertex_indices", e.name)
		}
	}
	return nil
}

// readElements reads the body. Faces that come before the vertices are passed
// over and read at the end, because cutting polygons needs positions.
func (r *plyReader) readElements() error {
	type deferred struct {
		element *plyElement
		pos     int
	}
	var later []deferred
	for i := range r.header.elements {
		e := &r.header.elements[i]
		r.element, r.row = e, 0
		if err := r.header.checkRows(e, len(r.data)-r.pos); err != nil {
			return err
		}
		var err error
		switch {
		case len(e.properties) == 0:
			// Rows without values take no bytes, however many there are.
		case e == r.vertices:
			err = r.readVertices()
			r.verticesRead = true
		case (e == r.faces || e == r.strips) && r.verticesRead:
			err = r.readFaces()
		default:
			if e == r.faces || e == r.strips {
				later = append(later, deferred{e, r.pos})
			}
			err = r.skipElement()
		}
		if err != nil {
			return err
		}
	}
	end := r.pos
	for _, d := range later {
		r.element, r.row, r.pos = d.element, 0, d.pos
		if err := r.readFaces(); err != nil {
			return err
		}
	}
	r.pos = end
	return nil
}

// trailing counts the bytes left over, apart from padding.
func (r *plyReader) trailing() int {
	return len(bytes.TrimRight(r.data[r.pos:], " \t\r\n\v\f\x00"))
}

// readVertices reads the element vertex.
func (r *plyReader) readVertices() error {
	e := r.element
	if most := uint64(r.b.mostVertices()); e.rows > most {
		return refuse(r.b.format, CodeLimitVertices, "", "%d vertices, at most %d are read", e.rows, most)
	}
	r.b.vertices = make([]r3.Vector, 0, e.rows)
	var axes [3]int
	r.b.single = true
	for k, name := range [...]string{"x", "y", "z"} {
		axes[k] = e.property(name)
		r.b.single = r.b.single && e.properties[axes[k]].kind == plyFloat32
	}
	if stride := e.stride(); stride > 0 && !r.text {
		return r.readFixedVertices(axes, stride)
	}
	place := r.place
	for r.row = 0; r.row < e.rows; r.row++ {
		if err := r.cancelled(); err != nil {
			return err
		}
		var p [3]float64
		for i := range e.properties {
			var err error
			switch property := &e.properties[i]; i {
			case axes[0]:
				p[0], err = r.real(property.kind)
			case axes[1]:
				p[1], err = r.real(property.kind)
			case axes[2]:
				p[2], err = r.real(property.kind)
			default:
				err = r.skip(property)
			}
			if err != nil {
				return err
			}
		}
		if err := r.endRow(); err != nil {
			return err
		}
		if err := r.b.addVertex(p[0], p[1], p[2], place); err != nil {
			return err
		}
	}
	return nil
}

// readFaces reads the element face or tristrips.
func (r *plyReader) readFaces() error {
	e := r.element
	list := max(e.property("vertex_indices"), e.property("vertex_index"))
	strips := e == r.strips
	if !strips {
		// The rows are there only as far as the bytes go: room for as many
		// triangles as could be.
		least := e.leastBytes(r.text)
		item := uint64(2)
		if !r.text {
			item = uint64(e.properties[list].kind.size())
		}
		room := min(e.rows, uint64(len(r.data)-r.pos)/(least+3*item), uint64(r.b.limits.Triangles))
		r.b.triangles = append(make([]Triangle, 0, uint64(len(r.b.triangles))+room), r.b.triangles...)
		if !r.text && r.hasUsualFaces(list) {
			return r.readUsualFaces(list)
		}
	}
	for r.row = 0; r.row < e.rows; r.row++ {
		if err := r.readFace(list, strips); err != nil {
			return err
		}
	}
	return nil
}

// readFace reads one row of face or tristrips.
func (r *plyReader) readFace(list int, strips bool) error {
	if err := r.cancelled(); err != nil {
		return err
	}
	for i := range r.element.properties {
		property := &r.element.properties[i]
		var err error
		if i == list {
			err = r.readIndices(property, strips)
		} else {
			err = r.skip(property)
		}
		if err != nil {
			return err
		}
	}
	if err := r.endRow(); err != nil {
		return err
	}
	if strips {
		return r.b.addStrip(r.indices)
	}
	return r.b.addPolygon(r.indices, r.place)
}

// readIndices reads the list of vertices into r.indices. In strips −1, which
// begins a new one, becomes noIndex.
func (r *plyReader) readIndices(property *plyProperty, strips bool) error {
	n, err := r.listLength(property)
	if err != nil {
		return err
	}
	if !strips && n > r.b.limits.PolygonCorners {
		return refuse(r.b.format, CodeLimitPolygon, r.place(), "a polygon of %d corners, at most %d are read", n, r.b.limits.PolygonCorners)
	}
	r.indices = r.indices[:0]
	count := int64(len(r.b.vertices))
	for range n {
		v, err := r.integer(property.kind, CodeIndexRange)
		if err != nil {
			return err
		}
		if v == -1 && strips {
			v = noIndex
		} else if v < 0 || v >= count {
			return refuse(r.b.format, CodeIndexRange, r.place(), "vertex %d of %d does not exist", v, count)
		}
		r.indices = append(r.indices, uint32(v))
	}
	return nil
}

// listLength reads the length of a list and checks that the list can be there.
func (r *plyReader) listLength(property *plyProperty) (int, error) {
	v, err := r.integer(property.count, CodePLYList)
	if err != nil {
		return 0, err
	}
	left, body, size := len(r.data)-r.pos, len(r.data)-r.header.body, property.kind.size()
	if r.text {
		// Two bytes each, but the last needs no separator.
		left, body, size = left+1, body+1, 2
	}
	if v < 0 || v > int64(body/size) {
		return 0, refuse(r.b.format, CodePLYList, r.place(), "a list cannot have %d items; the file is damaged, export it again", v)
	}
	if v > int64(left/size) {
		return 0, r.truncated()
	}
	return int(v), nil
}

// skipElement passes over an element.
func (r *plyReader) skipElement() error {
	e := r.element
	if stride := e.stride(); stride > 0 && !r.text {
		r.pos += int(e.rows) * stride
		return nil
	}
	for r.row = 0; r.row < e.rows; r.row++ {
		if err := r.cancelled(); err != nil {
			return err
		}
		for i := range e.properties {
			if err := r.skip(&e.properties[i]); err != nil {
				return err
			}
		}
		if err := r.endRow(); err != nil {
			return err
		}
	}
	return nil
}

// skip passes over one value or list.
func (r *plyReader) skip(property *plyProperty) error {
	n := 1
	if property.isList() {
		var err error
		if n, err = r.listLength(property); err != nil {
			return err
		}
	}
	if r.text {
		return r.skipTokens(n)
	}
	n *= property.kind.size()
	if n > len(r.data)-r.pos {
		return r.truncated()
	}
	r.pos += n
	return nil
}

// real reads a number.
func (r *plyReader) real(kind plyKind) (float64, error) {
	if r.text {
		return r.textReal(kind)
	}
	if kind.size() > len(r.data)-r.pos {
		return 0, r.truncated()
	}
	v := plyReal(r.data[r.pos:], kind, r.big)
	r.pos += kind.size()
	return v, nil
}

// integer reads a whole number; code is that of the refusal if it is none.
// Integers beyond int64 come out as the nearest int64.
func (r *plyReader) integer(kind plyKind, code Code) (int64, error) {
	if r.text {
		return r.textInteger(kind, code)
	}
	if kind.size() > len(r.data)-r.pos {
		return 0, r.truncated()
	}
	here := r.data[r.pos:]
	r.pos += kind.size()
	if !kind.isFloat() {
		return plyInteger(here, kind, r.big), nil
	}
	return r.whole(plyReal(here, kind, r.big), code)
}

// whole converts a floating-point number where an integer belongs.
func (r *plyReader) whole(v float64, code Code) (int64, error) {
	if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, refuse(r.b.format, code, r.place(), "%g is no index or length", v)
	}
	return int64(v), nil
}

// cancelled returns the error of the context, looking at it now and then.
func (r *plyReader) cancelled() error {
	if r.row&0xffff == 0 {
		return r.b.ctx.Err()
	}
	return nil
}

// place says where reading stands.
func (r *plyReader) place() string {
	name := r.element.title()
	if r.text {
		return fmt.Sprintf("%s %d, %s", name, r.row+1, textPlace(r.data, r.pos, 0))
	}
	return fmt.Sprintf("%s %d, byte %d", name, r.row+1, r.pos)
}

func (r *plyReader) truncated() error {
	return refuse(r.b.format, CodePLYTruncated, "", "the file ends in %s %d of %d; export or upload it again", r.element.title(), r.row+1, r.element.rows)
}
