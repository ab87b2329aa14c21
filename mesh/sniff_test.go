package mesh_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// TestSniffRefuses proves that what is no model gets a code and a sentence
// that says what it is.
func TestSniffRefuses(t *testing.T) {
	page := "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>"
	iges := fmt.Sprintf("%-72sS      1\n%-72sG      1\n", "Part", "1H,,1H;")
	for name, c := range map[string]struct {
		data []byte
		code mesh.Code
		says string
	}{
		"empty":              {nil, mesh.CodeTooShort, "empty"},
		"a byte":             {[]byte{1}, mesh.CodeTooShort, "1 bytes"},
		"white space":        {[]byte("\n \n"), mesh.CodeEmptyMesh, "white space"},
		"a word":             {[]byte("hello"), mesh.CodeUnknownFormat, "STL"},
		"comments":           {[]byte("# nothing\n# but comments\n"), mesh.CodeUnknownFormat, "STL"},
		"prose":              {[]byte(strings.Repeat("This is a letter about a part. ", 40)), mesh.CodeUnknownFormat, "STL"},
		"random":             {random(10_000), mesh.CodeUnknownFormat, "STL"},
		"STEP":               {[]byte("ISO-10303-21;\nHEADER;\n"), mesh.CodeUnsupportedFormat, "STEP"},
		"IGES":               {[]byte(iges), mesh.CodeUnsupportedFormat, "IGES"},
		"PDF":                {[]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), mesh.CodeUnsupportedFormat, "PDF"},
		"HTML":               {[]byte(page), mesh.CodeUnsupportedFormat, "HTML"},
		"HTML after a mark":  {[]byte("\xef\xbb\xbf\n" + strings.ToLower(page)), mesh.CodeUnsupportedFormat, "HTML"},
		"HTML without type":  {[]byte("<html lang=en>"), mesh.CodeUnsupportedFormat, "HTML"},
		"SVG":                {[]byte("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), mesh.CodeUnsupportedFormat, "SVG"},
		"PNG":                {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), mesh.CodeUnsupportedFormat, "PNG"},
		"JPEG":               {[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), mesh.CodeUnsupportedFormat, "JPEG"},
		"GIF":                {[]byte("GIF89a\x01\x00"), mesh.CodeUnsupportedFormat, "GIF"},
		"WebP":               {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 "), mesh.CodeUnsupportedFormat, "WebP"},
		"TIFF":               {[]byte("II*\x00\x08\x00\x00\x00"), mesh.CodeUnsupportedFormat, "TIFF"},
		"EXE":                {append([]byte("MZ\x90\x00"), random(500)...), mesh.CodeUnsupportedFormat, "program"},
		"ELF":                {append([]byte("\x7fELF\x02\x01"), random(500)...), mesh.CodeUnsupportedFormat, "program"},
		"7z":                 {append([]byte("7z\xbc\xaf\x27\x1c"), random(500)...), mesh.CodeUnsupportedFormat, "7z"},
		"RAR":                {append([]byte("Rar!\x1a\x07\x01\x00"), random(500)...), mesh.CodeUnsupportedFormat, "RAR"},
		"XZ":                 {append([]byte("\xfd7zXZ\x00"), random(500)...), mesh.CodeUnsupportedFormat, "XZ"},
		"bzip2":              {append([]byte("BZh9"), random(500)...), mesh.CodeUnsupportedFormat, "bzip2"},
		"Zstandard":          {append([]byte("\x28\xb5\x2f\xfd"), random(500)...), mesh.CodeUnsupportedFormat, "Zstandard"},
		"tar":                {tarFile(), mesh.CodeUnsupportedFormat, "tar"},
		"FBX":                {append([]byte("Kaydara FBX Binary  \x00"), random(500)...), mesh.CodeUnsupportedFormat, "FBX"},
		"Rhino":              {append([]byte("3D Geometry File Format"), random(500)...), mesh.CodeUnsupportedFormat, "Rhino"},
		"DWG":                {append([]byte("AC1032"), random(500)...), mesh.CodeUnsupportedFormat, "DWG"},
		"VRML":               {[]byte("#VRML V2.0 utf8\nShape {}\n"), mesh.CodeUnsupportedFormat, "VRML"},
		"UTF-16":             {[]byte("\xff\xfev\x00 \x000\x00"), mesh.CodeEncoding, "UTF-16"},
		"UTF-16 big endian":  {[]byte("\xfe\xff\x00v\x00 \x000"), mesh.CodeEncoding, "UTF-16"},
		"UTF-32":             {inUTF32(objVertices), mesh.CodeEncoding, "UTF-32"},
		"a picture as UTF-8": {[]byte("\xef\xbf\xbdPNG\r\n\x1a\n\x00\x00\x00\rIHDR" + strings.Repeat("\xef\xbf\xbd\x01", 90)), mesh.CodeUnknownFormat, "STL"},
	} {
		_, err := mesh.Read(context.Background(), c.data, mesh.ReadOptions{})
		var e *mesh.Error
		if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(e.Reason, c.says) {
			t.Errorf("%s: %v, want %s with %q", name, err, c.code, c.says)
		}
	}
}

// tarFile returns the header of an archive that holds an STL.
func tarFile() []byte {
	data := make([]byte, 10_240)
	copy(data, "cube.stl")
	copy(data[257:], "ustar\x0000")
	copy(data[512:], cubeASCII())
	return data
}

func inUTF32(text string) []byte {
	var out []byte
	for _, b := range []byte(text) {
		out = append(out, b, 0, 0, 0)
	}
	return out
}

// TestSniffByContent proves that the first bytes do not mislead: what a format
// begins with may stand in the free bytes of a binary STL, and comments and
// white space before the first word of a text.
func TestSniffByContent(t *testing.T) {
	for _, magic := range []string{
		"solid", "ply\nformat ascii 1.0\n", "OFF\n", "PK\x03\x04", "\x1f\x8b\x08", "glTF\x02\x00\x00\x00", "<?xml version=\"1.0\"?><amf>", "{\"asset\":{}}",
		"v 1 2 3\n", "# comment", "MZ", "%PDF-", "ISO-10303-21;", "\xff\xfe", "\xef\xbb\xbf", "\x00",
	} {
		f, err := mesh.Read(context.Background(), withHeader(cubeSTL(), magic), mesh.ReadOptions{})
		if err != nil || f.Format != mesh.FormatSTL || len(f.Mesh.Triangles) != 12 {
			t.Errorf("header %q: %v", magic, err)
		}
	}
	for text, want := range map[string]mesh.Format{
		string(cubeASCII()):                                        mesh.FormatSTLASCII,
		"\n\n  " + string(cubeASCII()):                             mesh.FormatSTLASCII,
		objVertices + objFaces:                                     mesh.FormatOBJ,
		"# solid\n#OFF\r\n\n# ply" + "\r" + objFaces + objVertices: mesh.FormatOBJ,
		"mtllib a.mtl\n" + objVertices + objFaces:                  mesh.FormatOBJ,
		"s off\n" + objVertices + objFaces:                         mesh.FormatOBJ,
		"g\n" + objVertices + objFaces:                             mesh.FormatOBJ,
	} {
		f, err := mesh.Read(context.Background(), []byte(text), mesh.ReadOptions{})
		if err != nil || f.Format != want {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
}
