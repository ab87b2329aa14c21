package mesh

import (
	"bytes"
	"context"
	"math"
)

// A codec recognises one format by the content of a file and reads it.
type codec struct {
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
		{isSTLBySize, readSTLBinary},
		{isZip, readZip},
		{isGzip, readGzip},
		{isAMF, readAMF},
		{isSTLASCII, readSTLASCII},
		{isOBJ, readOBJ},
		{isPLY, readPLY},
		{startsWith(glbMagic), readGLB},
		{isOFF, readOFF},
		{isGLTF, readGLTF},
		{resemblesSTL, readSTLBinary},
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
	data   []byte
	start  []byte // data from the first byte that is neither byte order mark nor white space
	word   []byte // first word outside of comment lines (#), at most 32 bytes
	isText bool   // the first bytes have no characters that texts have not
}

// textProbe is how many bytes decide whether a file is text.
const textProbe = 512

func newContent(data []byte) *content {
	c := &content{data: data}
	t := bytes.TrimPrefix(data, []byte(byteOrderMark))
	c.isText = isText(t[:min(len(t), textProbe)])
	const space = " \t\r\n\v\f"
	c.start = bytes.TrimLeft(t, space)
	rest := c.start
	for c.isText && len(rest) > 0 && rest[0] == '#' {
		rest = bytes.TrimLeft(rest[lineLength(rest):], space)
	}
	n := 0
	for n < len(rest) && n < 32 && !isSpace(rest[n]) {
		n++
	}
	c.word = rest[:n]
	return c
}

// isText reports whether s has no control characters but white space and a
// few stray NULs, which the readers of texts refuse with their place.
func isText(s []byte) bool {
	nul := 0
	for _, b := range s {
		if b == 0 {
			nul++
		} else if b < ' ' && !isSpace(b) || b == 0x7f {
			return false
		}
	}
	return 8*nul <= len(s)
}

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

// hasPrefixFold reports whether s begins with the lower-case prefix, in
// capitals or not.
func hasPrefixFold(s []byte, prefix string) bool {
	return len(s) >= len(prefix) && bytes.EqualFold(s[:len(prefix)], []byte(prefix))
}

func isSTLBySize(c *content) bool { return IsBinarySTL(c.data, int64(len(c.data))) }

// isSTLASCII reports whether data begins with the word solid and either looks
// like text or has facets.
func isSTLASCII(c *content) bool {
	if !isKeyword(c.start[:min(len(c.start), len("solid"))], "solid") {
		return false
	}
	if rest := c.start[len("solid"):]; len(rest) > 0 && !isSpace(rest[0]) {
		return false
	}
	return c.isText || !resemblesSTL(c) && hasFacet(c.start)
}

// hasFacet reports whether s holds the words facet or endsolid.
func hasFacet(s []byte) bool {
	for i := range s {
		switch s[i] | 0x20 {
		case 'f':
			if hasPrefixFold(s[i:], "facet normal") {
				return true
			}
		case 'e':
			if hasPrefixFold(s[i:], "endsolid") {
				return true
			}
		}
	}
	return false
}

// resemblesSTL reports whether data that is not of the right size for a
// binary STL is still one, cut, extended, or with a wrong count: whether its
// first records hold numbers that occur in models. Few records say little, so
// the header is looked at too. Fewer than one in 10¹⁰ files of random bytes
// resembles an STL.
func resemblesSTL(c *content) bool {
	if len(c.data) < stlHeader {
		return false
	}
	const probe, enough = 8, 4
	records := min((len(c.data)-stlHeader)/stlRecord, probe)
	if records < enough && (!isHeaderText(c.data[:80]) || c.isText) {
		return false
	}
	for r := range records {
		corners := c.data[stlHeader+r*stlRecord+stlCorner:]
		for k := range 9 {
			if !isUsual(float32At(corners[4*k:])) {
				return false
			}
		}
	}
	return true
}

// isHeaderText reports whether s is text filled up with NULs.
func isHeaderText(s []byte) bool {
	return isText(bytes.TrimRight(s, "\x00"))
}

// isUsual reports whether v is 0 or of a size that coordinates have.
func isUsual(v float64) bool {
	v = math.Abs(v)
	return v == 0 || v >= 1e-20 && v <= 1e9
}
