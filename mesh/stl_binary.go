package mesh

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
)

// A binary STL is 80 free bytes, the number of triangles as uint32, and for
// each triangle a record of normal and three corners as float32 and two
// attribute bytes, all little endian.
const (
	stlHeader = 84
	stlRecord = 50
	stlCorner = 12 // offset of the first corner in a record
)

// readSTLBinary reads a binary STL. Normals, header and attribute bytes (in
// which some programs keep colours) are ignored: they are no geometry.
func readSTLBinary(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	b := newBuilder(ctx, FormatSTL, opts)
	n, err := b.stlCount(data)
	if err != nil {
		return nil, err
	}
	rest := data[stlHeader:]
	return b.readRecords(n, opts.Unit, func(_ *[]byte, n int) ([]byte, error) {
		records := rest[:n]
		rest = rest[n:]
		return records, nil
	})
}

// IsBinarySTL reports whether a file of size bytes that begins with head, of
// which 84 bytes count, is a binary STL as Read recognises it first of all: by
// its size, which is exactly what the number of triangles announces.
func IsBinarySTL(head []byte, size int64) bool {
	return len(head) >= stlHeader && size == stlHeader+stlRecord*int64(binary.LittleEndian.Uint32(head[80:]))
}

// ReadBinarySTL is Read for a file that IsBinarySTL. It reads r to its end, and
// holds no more of it at once than a few hundred kilobytes for each thread:
// beside the mesh that comes out, memory is about 4 bytes a triangle. An error
// of r is returned as it is.
func ReadBinarySTL(ctx context.Context, r io.Reader, opts ReadOptions) (*File, error) {
	if err := opts.complete(); err != nil {
		return nil, withAdvice(err)
	}
	f, err := readSTLFrom(ctx, r, &opts)
	if err != nil {
		return nil, withAdvice(err)
	}
	return f, nil
}

func readSTLFrom(ctx context.Context, r io.Reader, opts *ReadOptions) (*File, error) {
	b := newBuilder(ctx, FormatSTL, opts)
	var head [stlHeader]byte
	if n, err := io.ReadFull(r, head[:]); err == io.ErrUnexpectedEOF || err == io.EOF {
		return nil, b.tooShort(n)
	} else if err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(head[80:]))
	if size := stlHeader + stlRecord*n; size > opts.Limits.FileBytes {
		return nil, fileTooLarge(size, opts.Limits.FileBytes)
	}
	whole := 0 // triangles read
	f, err := b.readRecords(int(n), opts.Unit, func(buffer *[]byte, size int) ([]byte, error) {
		*buffer = slices.Grow((*buffer)[:0], size)[:size]
		got, err := io.ReadFull(r, *buffer)
		whole += got / stlRecord
		if err == io.ErrUnexpectedEOF || err == io.EOF {
			err = refuse(b.format, CodeSTLTruncated, "", "the file ends after %d of %d triangles; upload or export it again", whole, n)
		}
		return *buffer, err
	})
	if err != nil {
		return nil, err
	}
	switch extra, err := io.ReadFull(r, head[:1]); {
	case extra > 0:
		return nil, refuse(b.format, CodeSTLTrailing, "", "more follows the last of %d triangles; export the file again", n)
	case err != io.EOF:
		return nil, err
	}
	return f, nil
}

// readRecords reads n records.
func (b *builder) readRecords(n int, unit Unit, records recordReader) (*File, error) {
	if n > b.limits.Triangles {
		return nil, b.tooManyTriangles()
	}
	m, err := b.weldSTL(n, records)
	if err != nil {
		return nil, err
	}
	b.single = true
	b.triangles = m.Triangles
	return b.welded(m, unit)
}

func (b *builder) tooShort(size int) error {
	return refuse(b.format, CodeTooShort, "", "%d bytes, a binary STL has at least %d", size, stlHeader)
}

// stlCount returns the number of triangles of a binary STL if size and
// announced count agree, or if it is certain what a difference means.
func (b *builder) stlCount(data []byte) (int, error) {
	if len(data) < stlHeader {
		return 0, b.tooShort(len(data))
	}
	announced := int64(binary.LittleEndian.Uint32(data[80:]))
	size := int64(len(data) - stlHeader)
	present, rest := size/stlRecord, size%stlRecord
	if rest == 0 && present > 0 && (announced == 0 || announced == math.MaxUint32) {
		b.warn(CodeSTLCountPlaceholder, "the triangle count was never filled in; by its size the file holds %d triangles", present)
		return int(present), nil
	}
	extra := size - stlRecord*announced
	switch {
	case extra == 0:
		return int(announced), nil
	case extra < 0 && rest != 0:
		return 0, refuse(b.format, CodeSTLTruncated, fmt.Sprintf("byte %d", len(data)), "the file ends within a triangle, after %d of %d triangles; upload or export it again", present, announced)
	case extra < 0, extra%stlRecord == 0:
		return 0, refuse(b.format, CodeSTLCountMismatch, "byte 80", "the file announces %d triangles and holds %d; export it again", announced, present)
	case extra > stlRecord:
		return 0, refuse(b.format, CodeSTLTrailing, fmt.Sprintf("byte %d", int64(len(data))-extra), "%d bytes follow the last of %d triangles; export the file again", extra, announced)
	}
	b.warn(CodeSTLTrailing, "%d bytes after the last triangle were ignored", extra)
	return int(announced), nil
}

// refuseRecord refuses the first triangle in records, which begin with triangle
// first, whose corners are no usable positions.
func (b *builder) refuseRecord(records []byte, first int) error {
	for i := 0; ; i++ {
		corners := records[i*stlRecord+stlCorner:][:36]
		for k := range 3 {
			_, err := b.position(float32At(corners[12*k:]), float32At(corners[12*k+4:]), float32At(corners[12*k+8:]), func() string {
				return fmt.Sprintf("triangle %d", first+i+1)
			})
			if err != nil {
				return err
			}
		}
	}
}

// float32At returns the little-endian float32 at the start of b.
func float32At(b []byte) float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
}
