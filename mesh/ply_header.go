package mesh

import (
	"bytes"
	"fmt"
	"math/bits"
)

// plyKind is the type of a PLY value.
type plyKind uint8

const (
	plyNone plyKind = iota // the count of a property that is no list
	plyInt8
	plyUint8
	plyInt16
	plyUint16
	plyInt32
	plyUint32
	plyInt64
	plyUint64
	plyFloat32
	plyFloat64
)

// plyKinds are the names of types: those of the original format, those with
// sizes that came later, and the 64-bit integers that some programs write.
var plyKinds = map[string]plyKind{
	"char": plyInt8, "int8": plyInt8,
	"uchar": plyUint8, "uint8": plyUint8,
	"short": plyInt16, "int16": plyInt16,
	"ushort": plyUint16, "uint16": plyUint16,
	"int": plyInt32, "int32": plyInt32,
	"uint": plyUint32, "uint32": plyUint32,
	"int64": plyInt64, "uint64": plyUint64,
	"float": plyFloat32, "float32": plyFloat32,
	"double": plyFloat64, "float64": plyFloat64,
}

var plySizes = [...]int{0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8}

// size is the number of bytes of a binary value.
func (k plyKind) size() int { return plySizes[k] }

func (k plyKind) isFloat() bool { return k >= plyFloat32 }

type plyProperty struct {
	name  string
	count plyKind // of the length of a list; plyNone for a single value
	kind  plyKind
}

func (p *plyProperty) isList() bool { return p.count != plyNone }

// plyElement is a table of the body.
type plyElement struct {
	name       string
	rows       uint64
	properties []plyProperty
}

// title is the name as messages show it.
func (e *plyElement) title() string { return cleanName(quotable([]byte(e.name))) }

// stride returns the bytes of a binary row without lists, else 0.
func (e *plyElement) stride() int {
	n := 0
	for i := range e.properties {
		if e.properties[i].isList() {
			return 0
		}
		n += e.properties[i].kind.size()
	}
	return n
}

// leastBytes returns how many bytes a row takes at least: in text two for
// each value, a digit and a separator.
func (e *plyElement) leastBytes(text bool) uint64 {
	if text {
		return 2 * uint64(len(e.properties))
	}
	n := 0
	for i := range e.properties {
		if p := &e.properties[i]; p.isList() {
			n += p.count.size()
		} else {
			n += p.kind.size()
		}
	}
	return uint64(n)
}

// property returns the index of the property of that name, or -1.
func (e *plyElement) property(name string) int {
	for i := range e.properties {
		if e.properties[i].name == name {
			return i
		}
	}
	return -1
}

type plyHeader struct {
	format   Format
	elements []plyElement
	body     int // offset of the first byte after the header
}

func (h *plyHeader) element(name string) *plyElement {
	for i := range h.elements {
		if h.elements[i].name == name {
			return &h.elements[i]
		}
	}
	return nil
}

// plyHeaderParser reads the header line by line.
type plyHeaderParser struct {
	header     plyHeader
	line       int
	elements   map[string]bool // names seen
	properties map[string]bool // names seen in the last element
}

// isPLY reports whether the first word is "ply". White space before it, which
// some programs leave, is passed over.
func isPLY(c *content) bool {
	_, ok := plyStart(c.data)
	return ok
}

// plyStart returns the offset of the magic word.
func plyStart(data []byte) (int, bool) {
	i := 0
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		i = len(byteOrderMark)
	}
	for i < len(data) && isSpace(data[i]) {
		i++
	}
	const magic = "ply"
	rest := data[i:]
	return i, bytes.HasPrefix(rest, []byte(magic)) && (len(rest) == len(magic) || isSpace(rest[len(magic)]))
}

// parsePLYHeader reads the header of data. Its lines end with LF or CR LF, or
// with CR alone if the first one does; this alone says where a binary body
// begins.
func parsePLYHeader(data []byte, limits *Limits) (*plyHeader, error) {
	start, _ := plyStart(data)
	pos := start
	end := byte('\n')
	if i := bytes.IndexAny(data[start:], "\r\n"); i >= 0 && data[start+i] == '\r' && (start+i+1 >= len(data) || data[start+i+1] != '\n') {
		end = '\r'
	}
	p := &plyHeaderParser{line: bytes.Count(data[:start], []byte{end}), elements: map[string]bool{}}
	for first := true; ; first = false {
		rest := data[pos:min(len(data), start+limits.HeaderBytes)]
		n := bytes.IndexByte(rest, end)
		if n < 0 {
			if pos+len(rest) < len(data) {
				return nil, refuse(FormatPLY, CodeLimitHeader, "", "the header is longer than %d bytes", limits.HeaderBytes)
			}
			// The last line of a file without any body need not end.
			n = len(rest)
		}
		p.line++
		line := bytes.TrimSpace(rest[:n])
		pos = min(pos+n+1, len(data))
		switch {
		case first && string(line) == "ply":
		case string(line) == "end_header":
			p.header.body = pos
			return p.finish()
		default:
			if err := p.parse(line); err != nil {
				return nil, err
			}
		}
		if pos == len(data) {
			return nil, p.refuse("the file ends before end_header")
		}
	}
}

func (p *plyHeaderParser) refuse(format string, args ...any) *Error {
	return refuse(FormatPLY, CodePLYHeader, fmt.Sprintf("line %d", p.line), format, args...)
}

// parse takes one line of the header.
func (p *plyHeaderParser) parse(line []byte) error {
	n := 0
	for n < len(line) && !isSpace(line[n]) {
		n++
	}
	switch string(line[:n]) {
	case "", "comment", "obj_info":
		return nil
	case "format":
		return p.parseFormat(bytes.Fields(line[n:]))
	case "element":
		return p.parseElement(bytes.Fields(line[n:]))
	case "property":
		return p.parseProperty(bytes.Fields(line[n:]))
	}
	return p.refuse("unknown keyword %q", quotable(line[:n]))
}

func (p *plyHeaderParser) parseFormat(words [][]byte) error {
	if len(words) != 2 || string(words[1]) != "1.0" {
		return p.refuse("the format must be ascii, binary_little_endian or binary_big_endian, version 1.0")
	}
	if p.header.format != "" {
		return p.refuse("the format is stated twice")
	}
	switch string(words[0]) {
	case "ascii":
		p.header.format = FormatPLYASCII
	case "binary_little_endian":
		p.header.format = FormatPLY
	case "binary_big_endian":
		p.header.format = FormatPLYBig
	default:
		return p.refuse("unknown format %q", quotable(words[0]))
	}
	return nil
}

func (p *plyHeaderParser) parseElement(words [][]byte) error {
	if len(words) != 2 {
		return p.refuse("an element has a name and a count")
	}
	rows, ok := parseInt(words[1])
	if !ok || rows < 0 {
		return p.refuse("%q is no count of elements", quotable(words[1]))
	}
	name := string(words[0])
	if p.elements[name] {
		return p.refuse("the element %q is there twice", quotable(words[0]))
	}
	p.elements[name] = true
	p.properties = map[string]bool{}
	p.header.elements = append(p.header.elements, plyElement{name: name, rows: uint64(rows)})
	return nil
}

func (p *plyHeaderParser) parseProperty(words [][]byte) error {
	if len(p.header.elements) == 0 {
		return p.refuse("a property before the first element")
	}
	var property plyProperty
	if len(words) == 4 && string(words[0]) == "list" {
		property.count = plyKinds[string(words[1])]
		if property.count == plyNone {
			return p.refuse("unknown type %q", quotable(words[1]))
		}
		words = words[2:]
	}
	if len(words) != 2 {
		return p.refuse("a property has a type and a name, or list, two types and a name")
	}
	property.kind = plyKinds[string(words[0])]
	if property.kind == plyNone {
		return p.refuse("unknown type %q", quotable(words[0]))
	}
	property.name = string(words[1])
	if p.properties[property.name] {
		return p.refuse("the property %q is there twice", quotable(words[1]))
	}
	p.properties[property.name] = true
	e := &p.header.elements[len(p.header.elements)-1]
	e.properties = append(e.properties, property)
	return nil
}

// finish checks what only the whole header tells.
func (p *plyHeaderParser) finish() (*plyHeader, error) {
	h := &p.header
	if h.format == "" {
		return nil, p.refuse("the format is not stated")
	}
	return h, nil
}

// checkRows refuses an element that announces more rows than left bytes hold.
func (h *plyHeader) checkRows(e *plyElement, left int) error {
	high, low := bits.Mul64(e.rows, e.leastBytes(h.format == FormatPLYASCII))
	if h.format == FormatPLYASCII && low > 0 {
		low-- // the last value needs no separator
	}
	if high > 0 || low > uint64(left) {
		return refuse(h.format, CodePLYTruncated, "", "%d rows of element %q are announced, but only %d bytes are left for them; the file is cut or damaged, export it again", e.rows, e.title(), left)
	}
	return nil
}
