package mesh_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
)

// A zipEntry is an entry of an archive that may lie about itself.
type zipEntry struct {
	name    string
	content string
	stored  bool

	packed     []byte              // what stands in the archive instead of the packed content
	descriptor []byte              // what follows the data, with its flag set
	local      func(header []byte) // changes the local header (30 bytes and the name)
	central    func(header []byte) // changes the central header (46 bytes and the name)
	extra      func(*entryFields)  // chooses ZIP64 fields
	at         *int                // data and local header are those of the entry of that index
	mode       uint32              // Unix mode
}

// entryFields are the extra fields of both headers.
type entryFields struct{ local, central []byte }

// A zipFile is an archive, its end record open to changes.
type zipFile struct {
	entries []zipEntry
	zip64   bool             // with ZIP64 end records
	end     func(end []byte) // changes the end record (22 bytes)
	comment string
	before  string // stands in front of everything
	between string // stands in front of the directory
}

// Offsets of the fields of zip headers that tests change.
const (
	localFlags, localMethod, localCRC, localPacked, localSize             = 6, 8, 14, 18, 22
	centralFlags, centralMethod, centralCRC, centralPacked, centralSize   = 8, 10, 16, 20, 24
	centralOffset, endCount, endDirSize, endDirOffset, localName, dirName = 42, 10, 12, 16, 30, 46
)

func put16(at int, v uint16) func([]byte) {
	return func(b []byte) { binary.LittleEndian.PutUint16(b[at:], v) }
}

func put32(at int, v uint32) func([]byte) {
	return func(b []byte) { binary.LittleEndian.PutUint32(b[at:], v) }
}

func deflated(content string) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.DefaultCompression)
	w.Write([]byte(content))
	w.Close()
	return b.Bytes()
}

// bytes builds the archive.
func (z zipFile) bytes() []byte {
	le := binary.LittleEndian
	out := bytes.NewBufferString(z.before)
	var directory bytes.Buffer
	offsets := make([]int, len(z.entries))
	for i, e := range z.entries {
		packed, method := e.packed, uint16(8)
		if e.stored {
			method = 0
		}
		if packed == nil {
			if packed = []byte(e.content); !e.stored {
				packed = deflated(e.content)
			}
		}
		crc := crc32.ChecksumIEEE([]byte(e.content))
		var extra entryFields
		if e.extra != nil {
			e.extra(&extra)
		}
		flags := uint16(0)
		if e.descriptor != nil {
			flags |= 1 << 3
		}
		offsets[i] = out.Len()
		if e.at != nil {
			offsets[i] = offsets[*e.at]
		} else {
			h := make([]byte, 30, 30+len(e.name))
			copy(h, "PK\x03\x04")
			le.PutUint16(h[4:], 20)
			le.PutUint16(h[localFlags:], flags)
			le.PutUint16(h[localMethod:], method)
			if e.descriptor == nil {
				le.PutUint32(h[localCRC:], crc)
				le.PutUint32(h[localPacked:], uint32(len(packed)))
				le.PutUint32(h[localSize:], uint32(len(e.content)))
			}
			le.PutUint16(h[26:], uint16(len(e.name)))
			le.PutUint16(h[28:], uint16(len(extra.local)))
			h = append(h, e.name...)
			if e.local != nil {
				e.local(h)
			}
			out.Write(h)
			out.Write(extra.local)
			out.Write(packed)
			out.Write(e.descriptor)
		}
		h := make([]byte, 46, 46+len(e.name))
		copy(h, "PK\x01\x02")
		le.PutUint16(h[4:], 3<<8|20)
		le.PutUint16(h[6:], 20)
		le.PutUint16(h[centralFlags:], flags)
		le.PutUint16(h[centralMethod:], method)
		le.PutUint32(h[centralCRC:], crc)
		le.PutUint32(h[centralPacked:], uint32(len(packed)))
		le.PutUint32(h[centralSize:], uint32(len(e.content)))
		le.PutUint16(h[28:], uint16(len(e.name)))
		le.PutUint16(h[30:], uint16(len(extra.central)))
		le.PutUint32(h[38:], e.mode<<16)
		le.PutUint32(h[centralOffset:], uint32(offsets[i]))
		h = append(h, e.name...)
		if e.central != nil {
			e.central(h)
		}
		directory.Write(h)
		directory.Write(extra.central)
	}
	out.WriteString(z.between)
	start := out.Len()
	out.Write(directory.Bytes())
	if z.zip64 {
		at := out.Len()
		r := make([]byte, 56)
		copy(r, "PK\x06\x06")
		le.PutUint64(r[4:], 44)
		le.PutUint64(r[24:], uint64(len(z.entries)))
		le.PutUint64(r[32:], uint64(len(z.entries)))
		le.PutUint64(r[40:], uint64(directory.Len()))
		le.PutUint64(r[48:], uint64(start))
		out.Write(r)
		l := make([]byte, 20)
		copy(l, "PK\x06\x07")
		le.PutUint64(l[8:], uint64(at))
		le.PutUint32(l[16:], 1)
		out.Write(l)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	le.PutUint16(end[8:], uint16(len(z.entries)))
	le.PutUint16(end[endCount:], uint16(len(z.entries)))
	le.PutUint32(end[endDirSize:], uint32(directory.Len()))
	le.PutUint32(end[endDirOffset:], uint32(start))
	le.PutUint16(end[20:], uint16(len(z.comment)))
	if z.end != nil {
		z.end(end)
	}
	out.Write(end)
	out.WriteString(z.comment)
	return out.Bytes()
}

// zipOf packs names and contents in turn.
func zipOf(namesAndContents ...string) []byte {
	var z zipFile
	for i := 0; i+1 < len(namesAndContents); i += 2 {
		z.entries = append(z.entries, zipEntry{name: namesAndContents[i], content: namesAndContents[i+1]})
	}
	return z.bytes()
}
