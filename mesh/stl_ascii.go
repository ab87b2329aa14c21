package mesh

import (
	"bytes"
	"context"
	"math"

	"github.com/golang/geo/r3"
)

// readSTLASCII reads an ASCII STL as a stream of words: lines mean nothing to
// it, but that a name and what follows an end tag reach to the end of the
// line. Keywords may be written in capitals. Normals are ignored, whatever
// they are.
//
//	solid NAME
//	facet normal X Y Z outer loop vertex X Y Z ... endloop endfacet ...
//	endsolid NAME
func readSTLASCII(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	r := &stlText{builder: newBuilder(ctx, FormatSTLASCII, opts)}
	// Some programs leave the NUL or control-Z with which they end texts.
	r.data = bytes.TrimRight(bytes.TrimPrefix(data, []byte(byteOrderMark)), "\x00\x1a")
	r.start = len(data) - len(bytes.TrimPrefix(data, []byte(byteOrderMark)))
	// A facet has 180 bytes or more but in the tersest of files.
	r.batch.table = newPointTable(min(len(data)/360, r.limits.Triangles))
	if err := r.read(); err != nil {
		return nil, err
	}
	m := &Mesh{Vertices: r.batch.table.points, Triangles: r.triangles}
	return r.welded(m, opts.Unit)
}

type stlText struct {
	*builder
	data    []byte
	pos     int
	start   int  // offset of data in the file
	oneLine bool // a name ended at a keyword, not at the end of the line

	batch cornerBatch
	ready int // triangles in batch
}

func (r *stlText) read() error {
	open := false
	for {
		word := r.word()
		if open && isKeyword(word, "facet") {
			if err := r.facet(); err != nil {
				return err
			}
			continue
		}
		if err := r.flush(); err != nil {
			return err
		}
		switch {
		case len(word) == 0:
			if open {
				r.warn(CodeSTLNoEnd, "endsolid is missing; the file may have been cut after %d whole triangles", len(r.triangles))
			}
			return nil
		case isKeyword(word, "solid"):
			r.beginSolid(nameFrom(r.name(true)))
			open = true
		case open && isKeyword(word, "endsolid"):
			r.name(false)
			r.endSolid()
			open = false
		case open:
			return r.unexpected(word, "facet or endsolid")
		default:
			return r.unexpected(word, "solid")
		}
	}
}

// facet reads what follows the word facet.
func (r *stlText) facet() error {
	if err := r.normal(); err != nil {
		return err
	}
	if word := r.word(); !isKeyword(word, "loop") {
		return r.unexpected(word, "loop")
	}
	for k := range 3 {
		if word := r.word(); !isKeyword(word, "vertex") {
			if isKeyword(word, "endloop") {
				return r.refuse(CodeSTLSyntax, "a loop of %d corners; a facet has three; export the part again", k)
			}
			return r.unexpected(word, "vertex")
		}
		p, err := r.corner()
		if err != nil {
			return err
		}
		r.batch.points[3*r.ready+k] = p
	}
	if word := r.word(); !isKeyword(word, "endloop") {
		if isKeyword(word, "vertex") {
			return r.refuse(CodeSTLSyntax, "a loop of more than three corners; export the part again as triangles")
		}
		return r.unexpected(word, "endloop")
	}
	r.tail()
	if word := r.word(); !isKeyword(word, "endfacet") {
		return r.unexpected(word, "endfacet")
	}
	r.tail()
	if r.ready++; 3*r.ready == pointBatch {
		return r.flush()
	}
	return nil
}

// flush adds the triangles in r.batch.
func (r *stlText) flush() error {
	first := len(r.triangles)
	if first+r.ready > r.limits.Triangles {
		return r.tooManyTriangles()
	}
	for range r.ready {
		r.triangles = append(r.triangles, Triangle{})
	}
	r.batch.index(r.triangles[first:])
	r.ready = 0
	return r.ctx.Err()
}

// normal skips "normal X Y Z" and reads the word outer. The numbers may be
// anything or missing.
func (r *stlText) normal() error {
	word := r.word()
	if isKeyword(word, "normal") {
		for range 4 {
			if word = r.word(); isKeyword(word, "outer") {
				return nil
			}
			if isKeyword(word, "facet") || isKeyword(word, "vertex") {
				break
			}
		}
	}
	if !isKeyword(word, "outer") {
		return r.unexpected(word, "normal X Y Z outer loop")
	}
	return nil
}

// corner reads three numbers.
func (r *stlText) corner() (r3.Vector, error) {
	var c [3]float64
	for k := range c {
		r.skipSpace()
		rest := r.data[r.pos:]
		v, n := scanFloat(rest)
		if n == 0 || n < len(rest) && !isSpace(rest[n]) || math.IsInf(v, 0) {
			return r3.Vector{}, r.badNumber()
		}
		c[k] = v
		r.pos += n
	}
	return r.position(c[0], c[1], c[2], r.place)
}

func (r *stlText) badNumber() error {
	word := r.word()
	if len(word) == 0 {
		return r.truncated()
	}
	for _, keyword := range []string{"vertex", "endloop", "facet", "endfacet"} {
		if isKeyword(word, keyword) {
			return r.refuse(CodeSTLSyntax, "a vertex without three coordinates; export the part again")
		}
	}
	return r.refuse(CodeNumberFormat, "%q is no number; numbers are written as -12.5 or 1.25e1", quotable(word))
}

// unexpected refuses word where want should stand.
func (r *stlText) unexpected(word []byte, want string) error {
	if len(word) == 0 {
		return r.truncated()
	}
	return r.refuse(CodeSTLSyntax, "%q where %s should follow; export the part again", quotable(word), want)
}

func (r *stlText) truncated() error {
	return r.refuse(CodeSTLTruncated, "the file ends within a facet, after %d whole triangles; upload or export it again", len(r.triangles)+r.ready)
}

func (r *stlText) refuse(code Code, format string, args ...any) error {
	return refuse(r.format, code, r.place(), format, args...)
}

// place names the line of the last word read, and the byte where lines are
// long.
func (r *stlText) place() string { return textPlace(r.data, r.pos, r.start) }

// word returns the next word, empty at the end.
func (r *stlText) word() []byte {
	data, i := r.data, r.pos
	for i < len(data) && isSpace(data[i]) {
		i++
	}
	start := i
	for i < len(data) && !isSpace(data[i]) {
		i++
	}
	r.pos = i
	return data[start:i]
}

func (r *stlText) skipSpace() {
	for r.pos < len(r.data) && isSpace(r.data[r.pos]) {
		r.pos++
	}
}

// name reads the rest of a solid or endsolid line. Where the whole file is
// one line, the name of a solid ends before "facet normal" or "endsolid" and
// that of an endsolid before "solid".
func (r *stlText) name(solid bool) []byte {
	first := -1
	for {
		for r.pos < len(r.data) && isSpace(r.data[r.pos]) {
			if isLineEnd(r.data[r.pos]) {
				return r.since(first)
			}
			r.pos++
		}
		before := r.pos
		word := r.word()
		if len(word) == 0 {
			return r.since(first)
		}
		if solid && (isKeyword(word, "endsolid") || isKeyword(word, "facet") && r.nextIs("normal")) || !solid && r.oneLine && isKeyword(word, "solid") {
			r.pos = before
			r.oneLine = true
			return r.since(first)
		}
		if first < 0 {
			first = before
		}
	}
}

// since returns what lies between first and the present position.
func (r *stlText) since(first int) []byte {
	if first < 0 {
		return nil
	}
	return r.data[first:r.pos]
}

// nextIs reports whether keyword is the next word, without reading it.
func (r *stlText) nextIs(keyword string) bool {
	here := r.pos
	defer func() { r.pos = here }()
	return isKeyword(r.word(), keyword)
}

// tail skips the words that follow an end tag on its line and are no
// keywords.
func (r *stlText) tail() {
	for {
		for r.pos < len(r.data) && isSpace(r.data[r.pos]) {
			if isLineEnd(r.data[r.pos]) {
				return
			}
			r.pos++
		}
		before := r.pos
		word := r.word()
		if len(word) == 0 {
			return
		}
		for _, keyword := range []string{"endfacet", "facet", "endsolid"} {
			if isKeyword(word, keyword) {
				r.pos = before
				return
			}
		}
	}
}

// isKeyword reports whether word is the lower-case keyword, in capitals or
// not.
func isKeyword(word []byte, keyword string) bool {
	if string(word) == keyword {
		return true
	}
	if len(word) != len(keyword) {
		return false
	}
	for i := range word {
		if word[i]|0x20 != keyword[i] {
			return false
		}
	}
	return true
}
