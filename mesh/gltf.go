package mesh

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
)

// readGLTF reads a glTF 2.0 in JSON; see gltfReader.
func readGLTF(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	start := 0
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		start = len(byteOrderMark)
	}
	g := newGLTFReader(ctx, FormatGLTF, opts)
	g.data, g.base = data[start:], start
	return g.read()
}

// readGLB reads a glTF 2.0 in its binary container; see gltfReader.
func readGLB(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	g := newGLTFReader(ctx, FormatGLB, opts)
	if err := g.openContainer(data); err != nil {
		return nil, err
	}
	return g.read()
}

// isGLTF reports whether content is a JSON object that could be a glTF.
func isGLTF(c *content) bool {
	return c.isText && len(c.start) > 0 && c.start[0] == '{' && bytes.Contains(c.start, []byte(`"asset"`))
}

const glbMagic = "glTF"

// gltfReader makes triangles of the scene of a glTF 2.0: the positions and
// indices of its primitives, placed by its nodes. It reads no materials,
// skins, morph targets or animations, and never another file.
//
// A glTF is in metres with y upward; x, y, z become x, −z, y in millimetres.
type gltfReader struct {
	b    *builder
	opts *ReadOptions
	gltfParser
	binary []byte // second chunk of a GLB
}

func newGLTFReader(ctx context.Context, format Format, opts *ReadOptions) *gltfReader {
	g := &gltfReader{b: newBuilder(ctx, format, opts), opts: opts}
	g.limits = &opts.Limits
	g.format = format
	// Quantised coordinates have even fewer digits.
	g.b.single = true
	g.b.useUnit(Metre, opts)
	return g
}

func (g *gltfReader) read() (*File, error) {
	if err := g.parse(); err != nil {
		return nil, err
	}
	if err := g.checkVersion(); err != nil {
		return nil, err
	}
	if err := g.checkExtensions(); err != nil {
		return nil, err
	}
	if err := g.placeScene(); err != nil {
		return nil, err
	}
	return g.b.file(Metre)
}

// openContainer splits a GLB: a header of 12 bytes, then chunks of a length,
// a type and so many bytes, of which the first is the JSON and the second,
// if it is binary, the first buffer.
func (g *gltfReader) openContainer(data []byte) error {
	const header, chunkHeader = 12, 8
	const typeJSON, typeBinary = 0x4e4f534a, 0x004e4942
	if len(data) < header+chunkHeader {
		return refuse(g.format, CodeTooShort, "", "a GLB of %d bytes; upload it again", len(data))
	}
	if version := binary.LittleEndian.Uint32(data[4:]); version != 2 {
		return refuse(g.format, CodeUnsupportedFormat, "", "GLB of version %d is not read; export it as glTF 2.0", version)
	}
	length := int64(binary.LittleEndian.Uint32(data[8:]))
	if length > int64(len(data)) {
		return refuse(g.format, CodeGLTFSyntax, "", "the file ends after %d of %d bytes; upload it again", len(data), length)
	}
	if length < int64(len(data)) {
		g.b.warn(CodeIgnoredContent, "%d bytes after the end of the GLB were ignored", int64(len(data))-length)
	}
	data = data[:max(length, header)]
	for pos, i := header, 0; pos < len(data); i++ {
		if len(data)-pos < chunkHeader {
			return refuse(g.format, CodeGLTFSyntax, fmt.Sprintf("byte %d", pos), "a chunk without a header")
		}
		size := int64(binary.LittleEndian.Uint32(data[pos:]))
		kind := binary.LittleEndian.Uint32(data[pos+4:])
		pos += chunkHeader
		if size > int64(len(data)-pos) {
			return refuse(g.format, CodeGLTFSyntax, fmt.Sprintf("byte %d", pos), "a chunk of %d bytes where %d are left", size, len(data)-pos)
		}
		chunk := data[pos:][:size:size]
		switch {
		case i == 0 && kind == typeJSON:
			// Some programs fill up with zeros instead of spaces.
			g.data, g.base = bytes.TrimRight(chunk, "\x00"), pos
		case i == 0:
			return refuse(g.format, CodeGLTFSyntax, fmt.Sprintf("byte %d", pos), "the first chunk is not the JSON")
		case i == 1 && kind == typeBinary:
			g.binary = chunk
		}
		pos += int(size)
	}
	return nil
}

func (g *gltfReader) checkVersion() error {
	if !strings.HasPrefix(g.version, "2.") || g.minVersion != "" && g.minVersion != "2.0" {
		return refuse(g.format, CodeUnsupportedFormat, "", "glTF of version %q (at least %q) is not read; export it as glTF 2.0", g.version, g.minVersion)
	}
	return nil
}

// harmlessExtensions do not touch the shape, or, as the quantisation of
// positions, are read. A name that ends with _ stands for all that begin so.
var harmlessExtensions = [...]string{
	"KHR_mesh_quantization",
	"KHR_materials_", "KHR_texture_", "KHR_lights_", "KHR_xmp",
	"EXT_texture_", "EXT_lights_", "MSFT_texture_",
}

// checkExtensions refuses a file that requires what is not read.
func (g *gltfReader) checkExtensions() error {
required:
	for _, name := range g.required {
		for _, harmless := range harmlessExtensions {
			if name == harmless || strings.HasSuffix(harmless, "_") && strings.HasPrefix(name, harmless) {
				continue required
			}
		}
		return refuse(g.format, CodeRequiredExtension, "", "the file requires the extension %q, which is not read; export it without (compression is an extension)", name)
	}
	return nil
}
