package mesh

import (
	"bytes"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// open returns the unpacked content of entry i. Reading fails with an *Error
// as soon as more bytes come out than the directory says, and at the end if
// there were fewer, packed bytes are left over or the checksum is wrong; a
// checksum of zero is compared like any other.
func (a *zipArchive) open(i int) *zipReader {
	e := &a.entries[i]
	packed := bytes.NewReader(a.data[e.start : e.start+e.packed])
	r := &zipReader{archive: a, entry: e, packed: packed, source: packed}
	if e.method == zipDeflated {
		r.source = flate.NewReader(packed)
	}
	return r
}

// readAll returns the unpacked content of entry i. Memory is allocated as the
// bytes come.
func (a *zipArchive) readAll(i int) ([]byte, error) {
	e := &a.entries[i]
	r := a.open(i)
	out := make([]byte, 0, min(e.size, max(zipRatioFree, 8*e.packed)))
	for {
		if len(out) == cap(out) {
			grown := make([]byte, len(out), min(e.size+1, 2*int64(cap(out))+512))
			copy(grown, out)
			out = grown
		}
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// A zipReader unpacks an entry and checks what comes out.
type zipReader struct {
	archive *zipArchive
	entry   *zipEntry
	packed  *bytes.Reader
	source  io.Reader
	count   int64
	crc     uint32
	err     error
}

func (r *zipReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.source.Read(p)
	r.count += int64(n)
	r.crc = crc32.Update(r.crc, crc32.IEEETable, p[:n])
	e := r.entry
	switch {
	case r.count > e.size:
		r.err = r.archive.corrupt(e.place(), "the entry unpacks to more bytes than announced")
		n = 0
	case err == io.EOF && r.count < e.size:
		r.err = r.archive.corrupt(e.place(), "the entry unpacks to fewer bytes than announced")
	case err == io.EOF && r.packed.Len() > 0:
		r.err = r.archive.corrupt(e.place(), "the packed entry has bytes left over")
	case err == io.EOF && r.crc != e.crc:
		r.err = r.archive.corrupt(e.place(), "the checksum of the entry is wrong")
	case err == io.EOF:
		r.err = io.EOF
	case err != nil:
		r.err = r.archive.corrupt(e.place(), "the entry does not unpack (%v)", err)
	}
	return n, r.err
}
