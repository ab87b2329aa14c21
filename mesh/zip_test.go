package mesh_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// packageWith is a 3MF archive with a changed model entry and more entries.
func packageWith(change func(*zipEntry), more ...zipEntry) zipFile {
	m := zipEntry{name: "3D/3dmodel.model", content: cubeModel("")}
	if change != nil {
		change(&m)
	}
	return zipFile{entries: append([]zipEntry{
		{name: "[Content_Types].xml", content: contentTypesXML},
		{name: "_rels/.rels", content: relsXML(modelType, "/3D/3dmodel.model")},
		m,
	}, more...)}
}

func with(f func(*zipFile)) []byte {
	z := packageWith(nil)
	f(&z)
	return z.bytes()
}

func model(change func(*zipEntry)) []byte { return packageWith(change).bytes() }

func extraEntry(e zipEntry) []byte { return packageWith(nil, e).bytes() }

// descriptor is a data descriptor of a deflated content.
func descriptor(content string, signed, wide bool) []byte {
	le := binary.LittleEndian
	var b []byte
	if signed {
		b = append(b, "PK\x07\x08"...)
	}
	b = le.AppendUint32(b, crc32.ChecksumIEEE([]byte(content)))
	if wide {
		b = le.AppendUint64(b, uint64(len(deflated(content))))
		return le.AppendUint64(b, uint64(len(content)))
	}
	b = le.AppendUint32(b, uint32(len(deflated(content))))
	return le.AppendUint32(b, uint32(len(content)))
}

// zip64Fields hides the sizes of an entry in ZIP64 extra fields.
func zip64Fields(e *zipEntry) {
	packed, size := uint64(len(deflated(e.content))), uint64(len(e.content))
	field := []byte{1, 0, 16, 0}
	field = binary.LittleEndian.AppendUint64(field, size)
	field = binary.LittleEndian.AppendUint64(field, packed)
	hide := func(at int) func([]byte) {
		return func(h []byte) {
			copy(h[at:], "\xff\xff\xff\xff\xff\xff\xff\xff")
		}
	}
	e.local, e.central = hide(localPacked), hide(centralPacked)
	e.extra = func(x *entryFields) { x.local, x.central = field, field }
}

// TestZipRead: archives that are unusual but right are read.
func TestZipRead(t *testing.T) {
	content := cubeModel("")
	for name, data := range map[string][]byte{
		"deflated":              model(nil),
		"stored":                model(func(e *zipEntry) { e.stored = true }),
		"comment":               with(func(z *zipFile) { z.comment = "made by hand" }),
		"ZIP64 end":             with(func(z *zipFile) { z.zip64 = true }),
		"ZIP64 end, saturated":  with(func(z *zipFile) { z.zip64, z.end = true, func(b []byte) { copy(b[8:], bytes.Repeat([]byte{255}, 12)) } }),
		"ZIP64 entry":           model(zip64Fields),
		"gap before directory":  with(func(z *zipFile) { z.between = "padding" }),
		"descriptor":            model(func(e *zipEntry) { e.descriptor = descriptor(content, true, false) }),
		"unsigned descriptor":   model(func(e *zipEntry) { e.descriptor = descriptor(content, false, false) }),
		"64 bit descriptor":     model(func(e *zipEntry) { e.descriptor = descriptor(content, true, true) }),
		"folders":               extraEntry(zipEntry{name: "3D/", stored: true, mode: 0o40755}),
		"Unix mode":             model(func(e *zipEntry) { e.mode = 0o100644 }),
		"a picture of any kind": extraEntry(zipEntry{name: "Metadata/thumbnail.png", content: "<svg>\x00\xff"}),
	} {
		t.Run(name, func(t *testing.T) {
			f := mustRead(t, data)
			if v := signedVolume(f.Mesh); f.Format != mesh.Format3MF || math.Abs(v-8) > 1e-9 {
				t.Errorf("%s of volume %g", f.Format, v)
			}
		})
	}
}

// TestZipRefused: each damaged or hostile archive gets its code, and memory
// stays small (M1, M2, M7, M17, M18).
func TestZipRefused(t *testing.T) {
	content := cubeModel("")
	bomb := strings.Repeat("\x00", 64<<20)
	first := 2 // of the entries, the model
	two := func(a, b string) []byte {
		return packageWith(nil, zipEntry{name: a, content: "1"}, zipEntry{name: b, content: "2"}).bytes()
	}
	nested := zipOf("bomb", strings.Repeat("\x00", 1<<20))
	whole := model(nil)
	for _, test := range []struct {
		name string
		data []byte
		want mesh.Code
	}{
		{"M1 one entry", extraEntry(zipEntry{name: "x", content: bomb}), mesh.CodeLimitZipRatio},
		{"M1 lying size", model(func(e *zipEntry) {
			e.packed = deflated(bomb)
			e.local, e.central = put32(localSize, 100), put32(centralSize, 100)
		}), mesh.CodeZipCorrupt},
		{"M1 overlapping", extraEntry(zipEntry{name: "x", content: content, at: &first}), mesh.CodeLimitZipRatio},
		{"M1 entry over the directory", extraEntry(zipEntry{
			name: "x", content: "x",
			local: put32(localPacked, 1<<10), central: put32(centralPacked, 1<<10),
		}), mesh.CodeLimitZipRatio},
		{"M1 many sizes", func() []byte {
			z := packageWith(nil)
			for i := range 20 {
				z.entries = append(z.entries, zipEntry{
					name: "x" + strconv.Itoa(i), content: "x", stored: true,
					local: put32(localSize, 100<<20), central: func(h []byte) { put32(centralSize, 100<<20)(h); put16(centralMethod, 8)(h) },
				})
			}
			return z.bytes()
		}(), mesh.CodeLimitZipRatio},
		{"M1 nested", zipOf("inner.zip", string(nested)), mesh.CodeLimitZipNesting},
		{"M2 parent", extraEntry(zipEntry{name: "../x"}), mesh.CodeOPCPartName},
		{"M2 inner parent", extraEntry(zipEntry{name: "3D/../../x"}), mesh.CodeOPCPartName},
		{"M2 absolute", extraEntry(zipEntry{name: "/etc/passwd"}), mesh.CodeOPCPartName},
		{"M2 backslash", extraEntry(zipEntry{name: `3D\x`}), mesh.CodeOPCPartName},
		{"M2 drive", extraEntry(zipEntry{name: "C:x"}), mesh.CodeOPCPartName},
		{"M2 NUL", extraEntry(zipEntry{name: "3D/x\x00.model"}), mesh.CodeOPCPartName},
		{"M2 empty name", extraEntry(zipEntry{name: ""}), mesh.CodeOPCPartName},
		{"M2 symbolic link", model(func(e *zipEntry) { e.mode = 0o120777 }), mesh.CodeOPCPartName},
		{"M2 device", extraEntry(zipEntry{name: "x", mode: 0o020644}), mesh.CodeOPCPartName},
		{"M2 encoded parent", extraEntry(zipEntry{name: "3D/%2e%2e/x"}), mesh.CodeOPCPartName},
		{"M2 encoded slash", extraEntry(zipEntry{name: "3D%2fx"}), mesh.CodeOPCPartName},
		{"M2 empty segment", extraEntry(zipEntry{name: "3D//x"}), mesh.CodeOPCPartName},
		{"M2 segment with dot", extraEntry(zipEntry{name: "3D./x"}), mesh.CodeOPCPartName},
		{"M7 twice", two("x", "x"), mesh.CodeDuplicateName},
		{"M7 by case", two("x", "X"), mesh.CodeDuplicateName},
		{"M7 by case beyond ASCII", two("ä", "Ä"), mesh.CodeDuplicateName},
		{"M7 file and folder", two("x", "x/"), mesh.CodeZipCorrupt}, // a folder has no content
		{"M7 by encoding", two("x", "%78"), mesh.CodeDuplicateName},
		{"M7 two models", packageWith(nil, zipEntry{name: "3d/3DMODEL.model", content: content}).bytes(), mesh.CodeDuplicateName},
		{"M17 encrypted", model(func(e *zipEntry) { e.local, e.central = put16(localFlags, 1), put16(centralFlags, 1) }), mesh.CodeZipMethod},
		{"M17 encrypted in the local header only", model(func(e *zipEntry) { e.local = put16(localFlags, 1) }), mesh.CodeZipCorrupt},
		{"M17 deflate64", model(func(e *zipEntry) { e.local, e.central = put16(localMethod, 9), put16(centralMethod, 9) }), mesh.CodeZipMethod},
		{"M17 other method", extraEntry(zipEntry{name: "x", local: put16(localMethod, 99), central: put16(centralMethod, 99)}), mesh.CodeZipMethod},
		{"M17 larger than announced", model(func(e *zipEntry) { e.packed = deflated(content + " ") }), mesh.CodeZipCorrupt},
		{"M17 smaller than announced", model(func(e *zipEntry) { e.packed = deflated(content[:len(content)-1]) }), mesh.CodeZipCorrupt},
		{"M17 packed bytes left over", model(func(e *zipEntry) { e.packed = append(deflated(content), 0) }), mesh.CodeZipCorrupt},
		{"M17 stored of other size", model(func(e *zipEntry) {
			e.stored = true
			e.local, e.central = put32(localSize, 1), put32(centralSize, 1)
		}), mesh.CodeZipCorrupt},
		{"M17 local size differs", model(func(e *zipEntry) { e.local = put32(localSize, 1) }), mesh.CodeZipCorrupt},
		{"M17 local checksum differs", model(func(e *zipEntry) { e.local = put32(localCRC, 1) }), mesh.CodeZipCorrupt},
		{"M17 local name differs", model(func(e *zipEntry) { e.local = func(h []byte) { h[localName] = 'x' } }), mesh.CodeZipCorrupt},
		{"M17 wrong descriptor", model(func(e *zipEntry) { e.descriptor = descriptor(content+"x", true, false) }), mesh.CodeZipCorrupt},
		{"M17 no descriptor", model(func(e *zipEntry) { e.descriptor = []byte{} }), mesh.CodeZipCorrupt},
		{"M17 ZIP64 field missing", model(func(e *zipEntry) { e.central = put32(centralSize, 0xffffffff) }), mesh.CodeZipCorrupt},
		{"M17 ZIP64 end differs", with(func(z *zipFile) { z.zip64, z.end = true, put16(endCount, 1) }), mesh.CodeZipCorrupt},
		{"M17 too many entries announced", with(func(z *zipFile) { z.end = func(b []byte) { put16(8, 10_001)(b); put16(endCount, 10_001)(b) } }), mesh.CodeLimitZipEntries},
		{"M17 more entries announced", with(func(z *zipFile) { z.end = func(b []byte) { put16(8, 4)(b); put16(endCount, 4)(b) } }), mesh.CodeZipCorrupt},
		{"M17 fewer entries announced", with(func(z *zipFile) { z.end = func(b []byte) { put16(8, 2)(b); put16(endCount, 2)(b) } }), mesh.CodeZipCorrupt},
		{"M17 several volumes", with(func(z *zipFile) { z.end = put16(4, 1) }), mesh.CodeZipCorrupt},
		{"M17 directory elsewhere", with(func(z *zipFile) { z.end = put32(endDirOffset, 0) }), mesh.CodeZipCorrupt},
		{"M17 header beyond the end", model(func(e *zipEntry) { e.central = put32(centralOffset, 1<<30) }), mesh.CodeZipCorrupt},
		{"M17 entry that the directory hides", with(func(z *zipFile) { z.between = string(whole[:100]) }), mesh.CodeZipCorrupt},
		{"M17 two ends", with(func(z *zipFile) { z.comment = string(zipFile{}.bytes()) }), mesh.CodeZipCorrupt},
		{"M17 behind another archive", with(func(z *zipFile) { z.before = string(whole) }), mesh.CodeZipCorrupt},
		{"M18 cut", whole[:len(whole)/2], mesh.CodeZipCorrupt},
		{"M18 end cut", whole[:len(whole)-1], mesh.CodeZipCorrupt},
		{"M18 bytes behind the end", append(bytes.Clone(whole), 0), mesh.CodeZipCorrupt},
		{"M18 checksum", model(func(e *zipEntry) { e.local, e.central = put32(localCRC, 1), put32(centralCRC, 1) }), mesh.CodeZipCorrupt},
		{"M18 checksum of zero", model(func(e *zipEntry) { e.local, e.central = put32(localCRC, 0), put32(centralCRC, 0) }), mesh.CodeZipCorrupt},
		{"M18 garbage", model(func(e *zipEntry) { e.packed = []byte("\xff\xff\xff\xff") }), mesh.CodeZipCorrupt},
		{"M18 magic only", []byte("PK\x03\x04"), mesh.CodeZipCorrupt},
		{"M18 empty archive", zipFile{}.bytes(), mesh.CodeUnknownFormat},
	} {
		t.Run(test.name, func(t *testing.T) { wantRefused(t, test.data, test.want, mesh.ReadOptions{}) })
	}
}

// TestZipLimits: every limit of archives can be set, and holds exactly.
func TestZipLimits(t *testing.T) {
	data := packageWith(nil, zipEntry{name: "x", content: strings.Repeat("x", 2<<20)}).bytes()
	size := int64(2<<20 + len(contentTypesXML) + len(relsXML(modelType, "/3D/3dmodel.model")) + len(cubeModel("")))
	for _, test := range []struct {
		limits mesh.Limits
		want   mesh.Code
	}{
		{mesh.Limits{ZipRatio: 2000, ZipEntries: 3}, mesh.CodeLimitZipEntries},
		{mesh.Limits{ZipRatio: 2000, ZipEntries: 4, ZipBytes: size}, ""},
		{mesh.Limits{ZipRatio: 2000, ZipBytes: size - 1}, mesh.CodeLimitZipSize},
		{mesh.Limits{ZipRatio: 500}, mesh.CodeLimitZipRatio},
	} {
		opts := mesh.ReadOptions{Limits: test.limits}
		if test.want != "" {
			wantRefused(t, data, test.want, opts)
		} else if _, err := mesh.Read(t.Context(), data, opts); err != nil {
			t.Error(err)
		}
	}
}

// TestZipEntriesLimit: an archive of 70 000 entries is refused before its
// directory is read (M17).
func TestZipEntriesLimit(t *testing.T) {
	var z zipFile
	for i := range 70_000 {
		z.entries = append(z.entries, zipEntry{name: strconv.Itoa(i), stored: true})
	}
	z.zip64 = true
	z.end = func(b []byte) { put16(8, 0xffff)(b); put16(endCount, 0xffff)(b) }
	wantRefused(t, z.bytes(), mesh.CodeLimitZipEntries, mesh.ReadOptions{})
}
