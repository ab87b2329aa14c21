package mesh

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
)

// A codec recognises one format by the content of a file and reads it.
type codec struct {
	format  Format
	matches func(*content) bool
	read    func(ctx context.Context, data []byte, opts *ReadOptions) (*File, error)
}

// codecs returns the formats in the order in which they are tried. Binary STL
// of the exact size comes first: its 80 free bytes may begin with "solid" or
// anything else. What only resembles a binary STL comes last.
//
// It is a function because containers read their members through it.
func codecs() []codec {
	return []codec{
		{FormatSTL, isSTLBySize, readSTLBinary},
		{FormatPLY, isPLY, readPLY},
		{FormatOFF, isOFF, readOFF},
		{FormatSTL, resemblesSTL, readSTLBinary},
	}
}

// read recognises the format of data and calls its reader.
func read(ctx context.Context, data []byte, opts ReadOptions) (*File, error) {
	c := newContent(data)
	if len(data) == 0 {
		return nil, refuse("", CodeTooShort, "", "the file is empty; upload it again")
	}
	for _, codec := range codecs() {
		if codec.matches(c) {
			return codec.read(ctx, data, &opts)
		}
	}
	return nil, c.refusal()
}

// content is a file as the matchers see it.
type content struct {
	data []byte
	text []byte // from the first character that is neither byte order mark nor white space; nil if the start is not text
	word []byte // first word of text outside of comment lines (#), at most 32 bytes
}

// textProbe is how many bytes decide whether a file is text.
const textProbe = 512

func newContent(data []byte) *content {
	c := &content{data: data}
	t := bytes.TrimPrefix(data, []byte(byteOrderMark))
	if hasControl(t[:min(len(t), textProbe)]) {
		return c
	}
	c.text = bytes.TrimLeft(t, " \t\r\n\v\f")
	rest := c.text
	for len(rest) > 0 && rest[0] == '#' {
		rest = bytes.TrimLeft(rest[lineLength(rest):], " \t\r\n\v\f")
	}
	n := 0
	for n < len(rest) && n < 32 && !isSpace(rest[n]) {
		n++
	}
	c.word = rest[:n]
	return c
}

const byteOrderMark = "\xef\xbb\xbf"

// startsWith returns a matcher for files that begin with any of magics.
func startsWith(magics ...string) func(*content) bool {
	return func(c *content) bool {
		for _, m := range magics {
			if len(c.data) >= len(m) && string(c.data[:len(m)]) == m {
				return true
			}
		}
		return false
	}
}

// hasControl reports whether s holds characters that text has not.
func hasControl(s []byte) bool {
	for _, b := range s {
		if b < ' ' && !isSpace(b) || b == 0x7f {
			return true
		}
	}
	return false
}

func isSpace(b byte) bool { return b == ' ' || b-'\t' <= '\r'-'\t' }

// lineLength returns the length of the first line of s without its end.
func lineLength(s []byte) int {
	if n := bytes.IndexAny(s, "\r\n"); n >= 0 {
		return n
	}
	return len(s)
}

// isSTLBySize reports whether the size is exactly what the triangle count of
// a binary STL announces.
func isSTLBySize(c *content) bool {
	if len(c.data) < stlHeader {
		return false
	}
	count := binary.LittleEndian.Uint32(c.data[80:])
	return int64(len(c.data)) == stlHeader+stlRecord*int64(count)
}

// resemblesSTL reports whether data that is not of the right size for a
// binary STL is still one, cut, extended, or with a wrong count: whether its
// first records hold numbers that occur in models. Of random bytes, fewer
// than one in 10¹² resembles an STL so.
func resemblesSTL(c *content) bool {
	const probe = 8
	records := min((len(c.data)-stlHeader)/stlRecord, probe)
	if len(c.data) < stlHeader || records == 0 {
		return false
	}
	for r := range records {
		record := c.data[stlHeader+r*stlRecord:]
		for k := range 12 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(record[4*k:]))
			if !isUsual(float64(v)) {
				return false
			}
		}
	}
	return true
}

// isUsual reports whether v is 0 or of a size that coordinates and normals
// have.
func isUsual(v float64) bool {
	v = math.Abs(v)
	return v == 0 || v >= 1e-20 && v <= 1e12
}

// refusal words why content is not read.
func (c *content) refusal() *Error {
	return refuse("", CodeUnknownFormat, "", "this is no 3D model that can be read; send STL, OBJ, PLY, OFF, 3MF, AMF or glTF")
}
