package mesh

import (
	"context"
	"encoding/binary"
	"math"
)

// A binary STL is 80 free bytes, the number of triangles as uint32, and for
// each triangle a record of normal and three corners as float32 and two
// attribute bytes, all little endian.
const (
	stlHeader = 84
	stlRecord = 50
)

// readSTLBinary reads a binary STL. Normals and attribute bytes are ignored.
func readSTLBinary(ctx context.Context, data []byte, opts *ReadOptions) (*File, error) {
	b := newBuilder(ctx, FormatSTL, opts)
	b.single = true
	n := (len(data) - stlHeader) / stlRecord
	for i := range n {
		record := data[stlHeader+i*stlRecord+12:][:36]
		var p [9]float64
		for k := range p {
			p[k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(record[4*k:])))
		}
		v := uint32(len(b.vertices))
		for k := 0; k < 9; k += 3 {
			if err := b.addVertex(p[k], p[k+1], p[k+2], func() string { return "" }); err != nil {
				return nil, err
			}
		}
		if err := b.addTriangle(v, v+1, v+2); err != nil {
			return nil, err
		}
	}
	return b.file(opts.Unit)
}
