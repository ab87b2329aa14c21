package thumbnail_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/thumbnail"
)

// Whatever the triangles are, drawing them neither panics nor depends on the
// number of threads.
func FuzzRender(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}, uint8(3), true)
	f.Add(bytes.Repeat([]byte{200, 3, 250, 7}, 40), uint8(0), false)
	f.Fuzz(func(t *testing.T, data []byte, seed uint8, heat bool) {
		if len(data) > 600 {
			return
		}
		m := soup(data, seed)
		opts := thumbnail.Options{Width: 16 + int(seed%64), Height: 24, Threads: 1, View: thumbnail.View{Auto: seed%5 == 0}}
		if seed%3 > 0 {
			opts.View.Direction = r3.Vector{X: float64(seed%7) - 3, Y: float64(seed%4) - 1, Z: float64(seed%11) - 5}
		}
		if heat {
			h := &thumbnail.HeatMap{Minimum: 1, Optimal: 2}
			for i := range m.Triangles {
				a, b, _ := m.Corners(i)
				for k := range i % 40 {
					p := a.Add(b.Sub(a).Mul(float64(k) / 40))
					h.Samples = append(h.Samples, thumbnail.HeatSample{Point: p, Face: uint32(i), Value: float32(k) / 9})
				}
			}
			opts.Heat = h
		}
		topology, err := mesh.NewTopology(context.Background(), m, 1)
		if err != nil {
			t.Fatal(err)
		}
		opts.Marks = &thumbnail.Marks{Topology: topology, Points: m.Vertices[:min(3, len(m.Vertices))]}
		one, err := thumbnail.Render(context.Background(), m, opts)
		opts.Threads = 3
		other, again := thumbnail.Render(context.Background(), m, opts)
		if (err == nil) != (again == nil) || err == nil && !bytes.Equal(one.Pix, other.Pix) {
			t.Errorf("one thread: %v; three: %v, or other pixels", err, again)
		}
	})
}

// soup makes points of the bytes, some of them far away or close together, and
// triangles of the points.
func soup(data []byte, seed uint8) *mesh.Mesh {
	m := &mesh.Mesh{}
	for ; len(data) >= 3; data = data[3:] {
		scale := 1.0
		if data[0] == 255 && len(data) >= 5 {
			scale = math.Ldexp(1, int(int8(binary.LittleEndian.Uint16(data[3:]))))
		}
		p := r3.Vector{X: float64(int8(data[0])), Y: float64(int8(data[1])), Z: float64(int8(data[2]))}
		m.Vertices = append(m.Vertices, p.Mul(scale))
	}
	n := uint32(len(m.Vertices))
	for i := uint32(0); i+2 < n; i++ {
		m.Triangles = append(m.Triangles, mesh.Triangle{i, (i + 1 + uint32(seed)%3) % n, (i*7 + uint32(seed)) % n})
	}
	return m
}
