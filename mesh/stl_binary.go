package mesh

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/golang/geo/r3"
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
	if n > b.limits.Triangles {
		return nil, b.tooManyTriangles()
	}
	m, err := b.weldSTL(data[stlHeader:], n)
	if err != nil {
		return nil, err
	}
	b.single = true
	b.triangles = m.Triangles
	return b.welded(m, opts.Unit)
}

// stlCount returns the number of triangles of a binary STL if size and
// announced count agree, or if it is certain what a difference means.
func (b *builder) stlCount(data []byte) (int, error) {
	if len(data) < stlHeader {
		return 0, refuse(b.format, CodeTooShort, "", "%d bytes, a binary STL has at least %d", len(data), stlHeader)
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

// weldSTL reads n records and merges equal corners, in one pass.
func (b *builder) weldSTL(records []byte, n int) (*Mesh, error) {
	batch := cornerBatch{table: newPointTable(n / 2)}
	triangles := make([]Triangle, n)
	const size = pointBatch / 3
	for first := 0; first < n; first += size {
		if first%(1024*size) == 0 && b.ctx.Err() != nil {
			return nil, b.ctx.Err()
		}
		part := triangles[first:min(first+size, n)]
		for i := range part {
			corners := records[(first+i)*stlRecord+stlCorner:][:36]
			for k := range 3 {
				batch.points[3*i+k] = r3.Vector{
					X: float32At(corners[12*k:]) * b.scale,
					Y: float32At(corners[12*k+4:]) * b.scale,
					Z: float32At(corners[12*k+8:]) * b.scale,
				}
			}
		}
		for _, p := range batch.index(part) {
			if !b.inRange(p) {
				return nil, b.refuseRecord(records, first)
			}
		}
	}
	return &Mesh{Vertices: batch.table.points, Triangles: triangles}, nil
}

// refuseRecord refuses the first triangle from first on whose corners are no
// usable positions.
func (b *builder) refuseRecord(records []byte, first int) error {
	for i := first; ; i++ {
		corners := records[i*stlRecord+stlCorner:][:36]
		for k := range 3 {
			_, err := b.position(float32At(corners[12*k:]), float32At(corners[12*k+4:]), float32At(corners[12*k+8:]), func() string {
				return fmt.Sprintf("triangle %d", i+1)
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
