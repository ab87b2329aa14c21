package mesh_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/hschendel/stl"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// TestSTLEqualsOtherReader proves that an independent reader finds the same
// triangles in clean files: every solid of known truth, binary and ASCII, and
// the real models that both read.
func TestSTLEqualsOtherReader(t *testing.T) {
	for _, s := range meshtest.Closed() {
		for _, format := range []mesh.Format{mesh.FormatSTL, mesh.FormatSTLASCII} {
			data := write(t, s.Rotate(7).Mesh, format, mesh.WriteOptions{Name: s.Name})
			if !equalsOtherReader(t, s.Name, data) {
				t.Errorf("%s as %s is refused", s.Name, format)
			}
		}
	}
}

func TestSTLModelsEqualOtherReader(t *testing.T) {
	compared := 0
	for _, row := range meshtest.Manifest(t) {
		if row.Format != "STL-binary" && row.Format != "STL-ascii" {
			continue
		}
		if equalsOtherReader(t, row.File, meshtest.Model(t, row.File)) {
			compared++
		}
	}
	if compared < 60 {
		t.Errorf("only %d models were compared", compared)
	}
}

// equalsOtherReader compares what both readers find; it returns false if one
// of them refuses the file or if it has several solids, of which the other
// reader takes the first.
func equalsOtherReader(t *testing.T, name string, data []byte) bool {
	t.Helper()
	f, err := mesh.Read(t.Context(), data, mesh.ReadOptions{})
	if err != nil || f.SolidCount > 1 {
		return false
	}
	other, err := stl.ReadAll(bytes.NewReader(data))
	if err != nil || len(other.Triangles) == 0 {
		return false
	}
	if len(f.Mesh.Triangles) != len(other.Triangles) {
		t.Errorf("%s: %d triangles, the other reader finds %d", name, len(f.Mesh.Triangles), len(other.Triangles))
		return true
	}
	for i := range other.Triangles {
		for k, v := range f.Mesh.Triangles[i] {
			p, q := f.Mesh.Vertices[v], other.Triangles[i].Vertices[k]
			if float32(p.X) != q[0] || float32(p.Y) != q[1] || float32(p.Z) != q[2] {
				t.Errorf("%s: triangle %d is at %v, the other reader finds %v", name, i, p, q)
				return true
			}
		}
	}
	return true
}

// benchmarkSphere is a sphere of some 200 000 triangles in random order, so
// that the weld cannot live on neighbours alone.
func benchmarkSphere() *mesh.Mesh {
	m := meshtest.Sphere(50, 640).Rotate(1).Round().Mesh
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(m.Triangles), func(i, j int) {
		m.Triangles[i], m.Triangles[j] = m.Triangles[j], m.Triangles[i]
	})
	return m
}

// BenchmarkRead reads the same part from each format.
func BenchmarkRead(b *testing.B) {
	ordered, shuffled := meshtest.Sphere(50, 640).Rotate(1).Round().Mesh, benchmarkSphere()
	for _, c := range []struct {
		name   string
		m      *mesh.Mesh
		format mesh.Format
	}{
		{"STL", ordered, mesh.FormatSTL},
		{"STLShuffled", shuffled, mesh.FormatSTL},
		{"STLASCII", ordered, mesh.FormatSTLASCII},
		{"OBJ", ordered, mesh.FormatOBJ},
	} {
		b.Run(c.name, func(b *testing.B) {
			data := write(b, c.m, c.format, mesh.WriteOptions{})
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if f := read(b, data, mesh.ReadOptions{}); len(f.Mesh.Triangles) != len(c.m.Triangles) || len(f.Mesh.Vertices) != len(c.m.Vertices) {
					b.Fatal("not the same mesh")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(c.m.Triangles)), "ns/triangle")
		})
	}
}

// BenchmarkReadOtherReader is the peer of BenchmarkRead: it reads triangles
// and does not weld. It gets a smaller text, being slow with texts.
func BenchmarkReadOtherReader(b *testing.B) {
	for format, rings := range map[mesh.Format]int{mesh.FormatSTL: 640, mesh.FormatSTLASCII: 64} {
		b.Run(string(format), func(b *testing.B) {
			m := meshtest.Sphere(50, rings).Rotate(1).Round().Mesh
			data := write(b, m, format, mesh.WriteOptions{})
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if s, err := stl.ReadAll(bytes.NewReader(data)); err != nil || len(s.Triangles) != len(m.Triangles) {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWrite writes the part in each format.
func BenchmarkWrite(b *testing.B) {
	m := meshtest.Sphere(50, 640).Rotate(1).Round().Mesh
	for _, format := range []mesh.Format{mesh.FormatSTL, mesh.FormatSTLASCII, mesh.FormatOBJ} {
		b.Run(string(format), func(b *testing.B) {
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := mesh.Write(&out, m, format, mesh.WriteOptions{}); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(out.Len()))
		})
	}
}
