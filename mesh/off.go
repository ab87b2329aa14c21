package mesh

import (
	"bytes"
	"context"
	"math"
	"strings"

	"github.com/golang/geo/r3"
)

// readOFF reads a text file of Geomview's Object File Format: a keyword, the
// numbers of vertices, faces and edges, a line for each vertex and a line for
// each face. What follows the coordinates or the corners in a line is a
// normal, a colour or a texture and not read. In 4OFF the fourth coordinate
// divides the others.
//
// A row never goes on in the next line, and none begins within one, so that a
// value too few shifts nothing: rows are missing at the end then.
func readOFF(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	keyword, _ := cutOFFKeyword(data)
	r := &offReader{b: newBuilder(ctx, FormatOFF, opts), data: data, pos: keyword.end}
	if keyword.dimensions {
		return nil, refuse(FormatOFF, CodeUnsupportedFormat, "", "OFF of n dimensions (nOFF) is not read; export the part in three")
	}
	vertices, faces, err := r.readCounts()
	if err != nil {
		return nil, err
	}
	if faces == 0 {
		return nil, refuse(FormatOFF, CodeNoFaces, "", "the file holds points without faces; make a surface of them and export it")
	}
	coordinates := 3
	if keyword.homogeneous {
		coordinates = 4
	}
	if err := r.readVertices(vertices, coordinates); err != nil {
		return nil, err
	}
	if err := r.readFaces(faces); err != nil {
		return nil, err
	}
	if r.nextRow() {
		r.b.warn(CodeIgnoredContent, "what follows the last face (%s) was ignored", textPlace(r.data, r.pos+1, 0))
	}
	return r.b.file(opts.Unit)
}

// offKeyword is the first word of an OFF: [ST][C][N][4][n]OFF.
type offKeyword struct {
	homogeneous bool // 4
	dimensions  bool // n
	end         int  // offset of what follows
}

func isOFF(c *content) bool {
	_, ok := cutOFFKeyword(c.data)
	return ok
}

// cutOFFKeyword finds the keyword, which only white space and comments may
// come before.
func cutOFFKeyword(data []byte) (k offKeyword, ok bool) {
	r := offReader{data: data}
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		r.pos = len(byteOrderMark)
	}
	if !r.nextRow() {
		return k, false
	}
	word := string(r.data[r.pos:min(r.pos+len("STCN4nOFF")+1, len(r.data))])
	n := strings.IndexFunc(word, func(c rune) bool { return c == '#' || c < 0x80 && isSpace(byte(c)) })
	if n >= 0 {
		word = word[:n]
	}
	k.end = r.pos + len(word)
	for _, prefix := range [...]string{"ST", "C", "N"} {
		word = strings.TrimPrefix(word, prefix)
	}
	word, k.homogeneous = strings.CutPrefix(word, "4")
	word, k.dimensions = strings.CutPrefix(word, "n")
	return k, word == "OFF"
}

// offReader walks the lines of an OFF.
type offReader struct {
	b       *builder
	data    []byte
	pos     int
	start   int // of the row at hand
	indices []uint32
}

// nextRow goes to the next line that holds something beside comments.
func (r *offReader) nextRow() bool {
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; {
		case c == '#':
			r.pos += lineLength(r.data[r.pos:])
		case isSpace(c):
			r.pos++
		default:
			r.start = r.pos
			return true
		}
	}
	return false
}

// word returns the next word of the row, nil at its end.
func (r *offReader) word() []byte {
	data, i := r.data, r.pos
	for i < len(data) && isSpace(data[i]) && data[i] != '\n' && data[i] != '\r' {
		i++
	}
	start := i
	for i < len(data) && !isSpace(data[i]) && data[i] != '#' {
		i++
	}
	r.pos = i
	return data[start:i]
}

// endRow passes over the rest of the line.
func (r *offReader) endRow() error {
	for r.pos < len(r.data) {
		c := r.data[r.pos]
		if c == '#' || c == '\n' || c == '\r' {
			break
		}
		r.pos++
	}
	if r.pos-r.start > r.b.limits.LineBytes {
		return refuse(FormatOFF, CodeLimitLine, r.place(), "a line is longer than %d bytes", r.b.limits.LineBytes)
	}
	return nil
}

func (r *offReader) place() string { return textPlace(r.data, r.pos, 0) }

func (r *offReader) syntax(format string, args ...any) error {
	return refuse(FormatOFF, CodeOFFSyntax, r.place(), format, args...)
}

// readCounts reads the numbers of vertices and faces. That of edges, which
// nobody uses, may be missing.
func (r *offReader) readCounts() (vertices, faces int, err error) {
	var counts [3]int64
	if !r.nextRow() {
		return 0, 0, r.syntax("the file ends before the numbers of vertices and faces")
	}
	for i := range counts {
		word := r.word()
		if len(word) == 0 && i == 2 {
			break
		}
		if string(word) == "BINARY" && i == 0 {
			return 0, 0, refuse(FormatOFF, CodeUnsupportedFormat, "", "binary OFF is not read; save it as text or as PLY")
		}
		var ok bool
		if counts[i], ok = parseInt(word); !ok || counts[i] < 0 {
			return 0, 0, r.syntax("%q is no number of vertices, faces or edges", quotable(word))
		}
	}
	if err := r.endRow(); err != nil {
		return 0, 0, err
	}
	// Vertices take six bytes at least, faces two.
	left := int64(len(r.data) - r.pos + 1)
	if counts[0] > left/6 || counts[1] > left/2 {
		return 0, 0, refuse(FormatOFF, CodeOFFTruncated, r.place(), "%d vertices and %d faces are announced, but only %d bytes are left for them; the file is cut or damaged, export it again", counts[0], counts[1], left-1)
	}
	return int(counts[0]), int(counts[1]), nil
}

// readVertices reads n rows of coordinates.
func (r *offReader) readVertices(n, coordinates int) error {
	if most := r.b.mostVertices(); int64(n) > most {
		return refuse(FormatOFF, CodeLimitVertices, "", "%d vertices, at most %d are read", n, most)
	}
	r.b.vertices = make([]r3.Vector, 0, n)
	place := r.place
	for i := range n {
		if err := r.beginRow(i, n, "vertex"); err != nil {
			return err
		}
		p := [4]float64{3: 1}
		for k := range coordinates {
			word := r.word()
			if len(word) == 0 {
				return r.syntax("a vertex of %d numbers, %d are needed", k, coordinates)
			}
			v, err := r.real(word)
			if err != nil {
				return err
			}
			p[k] = v
		}
		if p[3] != 1 {
			if !(p[3] > 0) {
				return r.syntax("a fourth coordinate that is not positive")
			}
			p[0], p[1], p[2] = p[0]/p[3], p[1]/p[3], p[2]/p[3]
		}
		if err := r.b.addVertex(p[0], p[1], p[2], place); err != nil {
			return err
		}
		if err := r.endRow(); err != nil {
			return err
		}
	}
	return nil
}

// real converts a coordinate. NaN and infinities are passed on, to be refused
// as what they are.
func (r *offReader) real(word []byte) (float64, error) {
	if v, ok := parseFloat(word); ok {
		return v, nil
	}
	if isNonFinite(word) {
		return math.NaN(), nil
	}
	return 0, refuse(FormatOFF, CodeNumberFormat, r.place(), "%q is no number that can be read", quotable(word))
}

// readFaces reads n rows of corners.
func (r *offReader) readFaces(n int) error {
	place := r.place
	for i := range n {
		if err := r.beginRow(i, n, "face"); err != nil {
			return err
		}
		if err := r.readCorners(); err != nil {
			return err
		}
		if err := r.endRow(); err != nil {
			return err
		}
		if err := r.b.addPolygon(r.indices, place); err != nil {
			return err
		}
	}
	return nil
}

// readCorners reads the number of corners and then those into r.indices.
func (r *offReader) readCorners() error {
	word := r.word()
	corners, ok := parseInt(word)
	if !ok || corners < 0 {
		return r.syntax("%q is no number of corners", quotable(word))
	}
	if corners > int64(r.b.limits.PolygonCorners) {
		return refuse(FormatOFF, CodeLimitPolygon, r.place(), "a polygon of %d corners, at most %d are read", corners, r.b.limits.PolygonCorners)
	}
	r.indices = r.indices[:0]
	count := int64(len(r.b.vertices))
	for k := range corners {
		word := r.word()
		if len(word) == 0 {
			return r.syntax("a face of %d corners has only %d in its line", corners, k)
		}
		v, ok := parseInt(word)
		if !ok || v < 0 || v >= count {
			return refuse(FormatOFF, CodeIndexRange, r.place(), "vertex %q of %d does not exist", quotable(word), count)
		}
		r.indices = append(r.indices, uint32(v))
	}
	return nil
}

// beginRow goes to row i of n.
func (r *offReader) beginRow(i, n int, what string) error {
	if !r.nextRow() {
		return refuse(FormatOFF, CodeOFFTruncated, r.place(), "the file ends before %s %d of %d; export or upload it again", what, i+1, n)
	}
	if i&0xffff == 0 {
		return r.b.ctx.Err()
	}
	return nil
}
