package mesh

import (
	"bytes"
	"context"
	"fmt"
	"math"
)

// readOBJ reads the vertices and faces of a Wavefront OBJ. Objects, or groups
// where there are no objects, become solids. Materials, normals and texture
// coordinates are skipped, and no file that an OBJ names is ever opened; free
// forms, lines and what is unknown is left out with a warning.
//
// Faces may come before their vertices: such a file is gone through once more.
func readOBJ(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, refuse(FormatOBJ, CodeEncoding, textPlace(data, i+1, 0), "a NUL byte in a text; save the file as UTF-8 or ASCII")
	}
	r := &objReader{builder: newBuilder(ctx, FormatOBJ, opts), objText: newOBJText(data)}
	err := r.read(vertices | faces)
	if r.forward {
		r = &objReader{builder: newBuilder(ctx, FormatOBJ, opts), objText: newOBJText(data)}
		if err = r.read(vertices); err == nil {
			r.objText = newOBJText(data)
			err = r.read(faces)
		}
	}
	if err != nil {
		return nil, err
	}
	return r.finish(opts.Unit)
}

// objReader turns statements into vertices and faces.
type objReader struct {
	*builder
	objText
	reads   objPart
	known   int // vertices above the present line
	forward bool

	corners       []uint32
	faces         int
	hasObjects    bool
	openReference bool // a corner like 1// was found

	ignored      int // statements left out
	firstIgnored string
}

// objPart says which statements a pass takes in.
type objPart uint8

const (
	vertices objPart = 1 << iota
	faces
)

// read goes through the file once.
func (r *objReader) read(parts objPart) error {
	r.reads, r.known = parts, 0
	for r.nextLine() {
		word := r.word()
		if err := r.statement(word); err != nil {
			return err
		}
		if r.pos-r.line > r.limits.LineBytes {
			return r.refuse(CodeLimitLine, "a line of more than %d bytes", r.limits.LineBytes)
		}
		r.skipLine()
	}
	return r.ctx.Err()
}

// statement reads one statement after its keyword.
func (r *objReader) statement(word []byte) error {
	switch string(word) {
	case "v":
		r.known++
		if r.reads&vertices != 0 {
			return r.vertex()
		}
	case "f", "fo":
		if r.reads&faces != 0 {
			return r.face()
		}
	case "o", "g":
		if r.reads&faces != 0 {
			r.solid(word[0] == 'o', nameFrom(r.rest()))
		}
	case "", "vn", "vt", "s", "usemtl", "mtllib", "usemap", "maplib", "lod", "bevel", "c_interp", "d_interp", "shadow_obj", "trace_obj":
	default:
		if r.reads&faces != 0 {
			r.ignore(word)
		}
	}
	return nil
}

// vertex reads "x y z", which a weight or a colour may follow.
func (r *objReader) vertex() error {
	var c [3]float64
	for k := range c {
		v, err := r.number()
		if err != nil {
			return err
		}
		c[k] = v
	}
	if r.moreWords() {
		if err := r.vertexTail(); err != nil {
			return err
		}
	}
	return r.addVertex(c[0], c[1], c[2], r.place)
}

// vertexTail checks what follows x, y and z: the weight of rational curves,
// which surfaces of polygons have no use for but which cannot be zero, or a
// colour of three or four numbers, which is not looked at.
func (r *objReader) vertexTail() error {
	first := r.word()
	n := 1
	for len(r.word()) > 0 {
		n++
	}
	switch n {
	case 1:
		w, ok := parseFloat(first)
		if !ok {
			return r.badNumber(first)
		}
		if w == 0 {
			return r.refuse(CodeOBJSyntax, "a vertex of weight 0 lies at infinity; export the part again")
		}
		return nil
	case 3, 4:
		return nil
	}
	return r.refuse(CodeOBJSyntax, "a vertex of %d numbers instead of 3, 4 with a weight, 6 or 7 with a colour", 3+n)
}

// number reads a coordinate.
func (r *objReader) number() (float64, error) {
	r.skipBlank()
	rest := r.data[r.pos:]
	v, n := scanFloat(rest)
	if n > 0 && (n == len(rest) || isSpace(rest[n]) || rest[n] == '\\') && !math.IsInf(v, 0) {
		r.pos += n
		return v, nil
	}
	word := r.word()
	if len(word) == 0 {
		return 0, r.refuse(CodeOBJSyntax, "a vertex has three coordinates; export the part again")
	}
	return 0, r.badNumber(word)
}

// badNumber refuses word, where a number should stand.
func (r *objReader) badNumber(word []byte) error {
	name := bytes.ToLower(bytes.TrimLeft(word, "+-"))
	v, n := scanFloat(word)
	if n == len(word) && math.IsInf(v, 0) || bytes.HasPrefix(name, []byte("nan")) || bytes.HasPrefix(name, []byte("inf")) || bytes.HasPrefix(name, []byte("1.#")) {
		return r.refuse(CodeNonFinite, "%q is no finite number; export the part again", quotable(word))
	}
	return r.refuse(CodeNumberFormat, "%q is no number; numbers are written as -12.5 or 1.25e1", quotable(word))
}

// face reads the corners of a face and adds its triangles.
func (r *objReader) face() error {
	r.faces++
	r.corners = r.corners[:0]
	for r.moreWords() {
		v, err := r.corner()
		if err != nil {
			return err
		}
		if len(r.corners) >= r.limits.PolygonCorners {
			return r.refuse(CodeLimitPolygon, "a face of more than %d corners", r.limits.PolygonCorners)
		}
		r.corners = append(r.corners, v)
	}
	return r.addPolygon(r.corners, r.place)
}

// corner reads v, v/vt, v//vn or v/vt/vn and returns the index of the vertex.
// Exporters without texture coordinates also write v/ and v//.
func (r *objReader) corner() (uint32, error) {
	if i, ok := r.plainCorner(); ok {
		return i, nil
	}
	word := r.word()
	end := bytes.IndexByte(word, '/')
	if end < 0 {
		end = len(word)
	} else if !r.references(word[end:]) {
		return 0, r.refuse(CodeOBJSyntax, "%q is no corner; corners are written as 1, 1/2, 1//3 or 1/2/3", quotable(word))
	}
	i, ok := parseInt(word[:end])
	switch {
	case !ok && !isInteger(word[:end]):
		return 0, r.refuse(CodeOBJSyntax, "%q is no corner; corners are written as 1, 1/2, 1//3 or 1/2/3", quotable(word))
	case !ok:
		return 0, r.noVertex(word)
	case i == 0:
		return 0, r.refuse(CodeOBJIndexZero, "a corner names vertex 0, the first vertex is 1")
	case i < 0:
		i += int64(r.known)
		if i < 0 {
			return 0, r.noVertex(word)
		}
		return uint32(i), nil
	}
	if i > int64(len(r.vertices)) {
		r.forward = r.reads&vertices != 0
		return 0, r.noVertex(word)
	}
	return uint32(i - 1), nil
}

// plainCorner reads a corner that is the positive index of a known vertex,
// with any references behind one slash or two, which most are. It reads
// nothing if the corner is anything else.
func (r *objReader) plainCorner() (uint32, bool) {
	data, p := r.data, r.pos
	i := 0
	for p < len(data) && data[p]-'0' <= 9 && i <= len(r.vertices) {
		i = 10*i + int(data[p]-'0')
		p++
	}
	for slashes := 0; slashes < 2 && p+1 < len(data) && data[p] == '/'; slashes++ {
		if p++; slashes == 0 && data[p] == '/' {
			continue
		}
		if data[p]-'0' > 9 {
			return 0, false
		}
		for p < len(data) && data[p]-'0' <= 9 {
			p++
		}
	}
	if i < 1 || i > len(r.vertices) || p < len(data) && !isSpace(data[p]) {
		return 0, false
	}
	r.pos = p
	return uint32(i - 1), true
}

func (r *objReader) noVertex(word []byte) error {
	return r.refuse(CodeOBJIndexRange, "a corner names vertex %s, which the file has not", quotable(word))
}

// references reports whether s is what may follow the index of a vertex: one
// or two references, each of a slash and an integer or nothing.
func (r *objReader) references(s []byte) bool {
	texture, normal, two := bytes.Cut(s[1:], []byte("/"))
	if len(texture) == 0 && (!two || len(normal) == 0) {
		r.openReference = true
		return true
	}
	return (len(texture) == 0 || isInteger(texture)) && (!two || len(normal) == 0 || isInteger(normal))
}

// isInteger reports whether s is an integer of any size.
func isInteger(s []byte) bool {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	for _, b := range s {
		if b-'0' > 9 {
			return false
		}
	}
	return len(s) > 0
}

// solid opens a solid: an object, or a group as long as there were no
// objects. One without triangles only changes its name.
func (r *objReader) solid(object bool, name string) {
	if !object && r.hasObjects {
		return
	}
	r.hasObjects = r.hasObjects || object
	if r.solidCount == 0 && len(r.triangles) > 0 {
		r.beginSolid("")
		r.solidStart = 0
	}
	if r.solidCount == 0 || len(r.triangles) > r.solidStart {
		r.beginSolid(name)
	} else if r.solidCount <= len(r.solids) {
		r.solids[r.solidCount-1].Name = cleanName(name)
	}
}

// ignore counts a statement that is left out.
func (r *objReader) ignore(word []byte) {
	if r.ignored++; r.ignored == 1 {
		r.firstIgnored = fmt.Sprintf("%q, %s", quotable(word), r.place())
	}
}

// finish makes the file.
func (r *objReader) finish(unit Unit) (*File, error) {
	if r.ignored > 0 {
		r.warn(CodeIgnoredContent, "%d statements that are no surface of polygons were left out; the first: %s", r.ignored, r.firstIgnored)
	}
	if r.openReference {
		r.warn(CodeOBJSyntax, "corners are written as 1// or 1/, without the references that the slashes announce; only the vertices were taken")
	}
	if r.faces == 0 {
		return nil, refuse(r.format, CodeNoFaces, "", "the file holds %d vertices and no faces; export the part as a mesh", len(r.vertices))
	}
	return r.file(unit)
}

func (r *objReader) refuse(code Code, format string, args ...any) error {
	return refuse(r.format, code, r.place(), format, args...)
}

// isOBJ reports whether the first word outside of comments is one of an OBJ.
func isOBJ(c *content) bool {
	if !c.isText {
		return false
	}
	switch string(c.word) {
	case "v", "vn", "vt", "vp", "f", "fo", "o", "g", "s", "l", "p", "usemtl", "mtllib", "usemap", "maplib", "cstype", "deg", "call", "csh",
		"lod", "bevel", "c_interp", "d_interp", "shadow_obj", "trace_obj":
		return true
	}
	return false
}
