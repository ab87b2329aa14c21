package mesh

import (
	"bytes"
	"unicode/utf8"
)

// Known kinds of file that hold no mesh that is read, by their first bytes.
// at is where the bytes stand.
var refusedKinds = []struct {
	at    int
	magic string
	name  string
}{
	{0, "ISO-10303-21", cadFile + "STEP"},
	{0, "%PDF", "a PDF document"},
	{0, "\x89PNG\r\n\x1a\n", "a picture (PNG)"},
	{0, "\xff\xd8\xff", "a picture (JPEG)"},
	{0, "GIF8", "a picture (GIF)"},
	{8, "WEBP", "a picture (WebP)"},
	{0, "II*\x00", "a picture (TIFF)"},
	{0, "MM\x00*", "a picture (TIFF)"},
	{0, "8BPS", "a picture (Photoshop)"},
	{0, "BM", "a picture (BMP)"},
	{0, "MZ", "a Windows program"},
	{0, "\x7fELF", "a program"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z" + archive},
	{0, "Rar!\x1a\x07", "a RAR" + archive},
	{257, "ustar", "a tar" + archive},
	{0, "\xfd7zXZ\x00", "an XZ" + archive},
	{0, "BZh", "a bzip2" + archive},
	{0, "\x28\xb5\x2f\xfd", "a Zstandard" + archive},
	{0, "\x04\x22\x4d\x18", "an LZ4" + archive},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an older office or CAD program"},
	{0, "Kaydara FBX Binary", "an FBX scene"},
	{0, "BLENDER", "a Blender scene"},
	{0, "Rhino", cadFile + "Rhino"},
	{0, "3D Geometry File Format", cadFile + "Rhino"},
	{0, "AC10", cadFile + "AutoCAD (DWG)"},
	{0, "#VRML", "a VRML scene"},
	{0, "DBRep_DrawableShape", cadFile + "OpenCascade (BREP)"},
	{0, "CASCADE Topology", cadFile + "OpenCascade (BREP)"},
	{0, "\x00\x00\x00\x0cjP", "a picture (JPEG 2000)"},
}

const (
	cadFile = "exact geometry of a CAD program, "
	archive = " archive"
)

// refusal words why content is of no format that is read.
func (c *content) refusal() *Error {
	for _, k := range refusedKinds {
		if len(c.data) >= k.at+len(k.magic) && string(c.data[k.at:k.at+len(k.magic)]) == k.magic {
			return unsupported(k.name)
		}
	}
	switch name := c.wideText(); {
	case name != "":
		return refuse("", CodeEncoding, "", "the file is %s text; save it as UTF-8 or ASCII", name)
	case c.startsWithMarkAndSTL():
		return refuse(FormatSTL, CodeEncoding, "byte 0", "a byte order mark stands before a binary STL, as when a text editor has saved it; upload the original")
	case isIGES(c.data):
		return unsupported(cadFile + "IGES")
	case hasPrefixFold(c.start, "<!doctype html"), hasPrefixFold(c.start, "<html"):
		return unsupported("a web page (HTML)")
	case isSVG(c):
		return unsupported("a drawing (SVG)")
	case c.isText && len(c.start) == 0:
		return refuse("", CodeEmptyMesh, "", "the file holds nothing but white space; upload it again")
	case !c.isText && len(c.data) < stlHeader:
		return refuse("", CodeTooShort, "", "the file has only %d bytes, fewer than any model; upload it again", len(c.data))
	}
	return refuse("", CodeUnknownFormat, "", "this is no 3D model that can be read; send %s", formatNames)
}

const formatNames = "STL, OBJ, PLY, OFF, 3MF, AMF or glTF"

func unsupported(what string) *Error {
	return refuse("", CodeUnsupportedFormat, "", "the file is %s, which is not read; export the part as %s", what, formatNames)
}

// wideText returns the name of the encoding if content is text of two or four
// bytes a character.
func (c *content) wideText() string {
	d := c.data[:min(len(c.data), textProbe)]
	if bytes.HasPrefix(d, []byte("\xff\xfe")) || bytes.HasPrefix(d, []byte("\xfe\xff")) {
		return "UTF-16"
	}
	// Without a mark: ASCII characters and NULs in turn.
	var nul, plain [2]int
	for i, b := range d {
		if b == 0 {
			nul[i&1]++
		} else if b < utf8.RuneSelf && (b >= ' ' || isSpace(b)) {
			plain[i&1]++
		}
	}
	half := len(d) / 2
	switch {
	case half < 4:
		return ""
	case nul[0] == 0 && nul[1] == half && plain[0] >= half, nul[1] == 0 && nul[0] >= half && plain[1] == half:
		return "UTF-16"
	case nul[0]+nul[1] > 0 && nul[0]+nul[1]+plain[0]+plain[1] == len(d) && bytes.IndexByte(d, '\n') >= 0 && 4*(plain[0]+plain[1]) >= len(d):
		return "UTF-32 or damaged"
	}
	return ""
}

// startsWithMarkAndSTL reports whether a binary STL follows a byte order
// mark.
func (c *content) startsWithMarkAndSTL() bool {
	rest, marked := bytes.CutPrefix(c.data, []byte(byteOrderMark))
	return marked && isSTLBySize(&content{data: rest})
}

// isIGES reports whether data begins with a line of an IGES file: 72 columns,
// the letter of its section and its number.
func isIGES(data []byte) bool {
	return len(data) >= 80 && data[72] == 'S' && string(bytes.TrimLeft(data[73:80], " 0")) == "1"
}

// isSVG reports whether text is an XML document whose first element is svg.
func isSVG(c *content) bool {
	head := c.start[:min(len(c.start), 4096)]
	return len(head) > 0 && head[0] == '<' && bytes.Contains(head, []byte("<svg"))
}
