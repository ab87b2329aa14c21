package mesh_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/golang/geo/r3"
	"github.com/hschendel/stl"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// torusSTL returns a torus in random order, of more triangles than are welded
// together.
func torusSTL() []byte {
	return meshtest.STL(meshtest.Torus(40, 10, 300, 100).PermuteTriangles(1).Mesh)
}

// plainWeld merges equal corners with a map.
func plainWeld(data []byte) *mesh.Mesh {
	m := &mesh.Mesh{SinglePrecision: true}
	seen := map[[3]float64]uint32{}
	for r := data[84:]; len(r) >= 50; r = r[50:] {
		var t mesh.Triangle
		for k := range t {
			var p [3]float64
			for i := range p {
				p[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(r[12+12*k+4*i:]))) + 0
			}
			v, ok := seen[p]
			if !ok {
				v = uint32(len(m.Vertices))
				seen[p] = v
				m.Vertices = append(m.Vertices, r3.Vector{X: p[0], Y: p[1], Z: p[2]})
			}
			t[k] = v
		}
		m.Triangles = append(m.Triangles, t)
	}
	return m
}

// TestSTLWeldEqualsMap proves that binary STL is welded as by a plain map, for
// every number of threads, from memory and from a reader: triangles in random
// order, such that share nothing, copies of one triangle, zeros of either sign.
func TestSTLWeldEqualsMap(t *testing.T) {
	const n = 20_000
	apart := make([]byte, 84, 84+50*n)
	zeros := make([]byte, 84, 84+50*n)
	for i := range n {
		x := float32(i)
		apart = appendRecord(apart, x, 0, 0, x+0.5, 0, 0, x, 0.5, 0)
		sign := float32(math.Copysign(0, float64(i%3)-1))
		zeros = appendRecord(zeros, sign, -sign, x, sign, x, -sign, x, sign, sign)
	}
	for name, data := range map[string][]byte{
		"torus": torusSTL(),
		"apart": withCount(apart, n),
		"zeros": withCount(zeros, n),
		"same":  repeated(cubeSTL(), 2000),
		"small": cubeSTL(),
	} {
		want := plainWeld(data)
		for _, threads := range []int{1, 2, 3, 8} {
			opts := mesh.ReadOptions{Threads: threads}
			whole := read(t, data, opts)
			streamed, err := mesh.ReadBinarySTL(t.Context(), iotest.HalfReader(bytes.NewReader(data)), opts)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(whole.Mesh.Vertices, want.Vertices) || !slices.Equal(whole.Mesh.Triangles, want.Triangles) {
				t.Errorf("%s, %d threads: not the mesh of a plain weld", name, threads)
			}
			if !reflect.DeepEqual(whole, streamed) {
				t.Errorf("%s, %d threads: a reader gives another file", name, threads)
			}
		}
	}
}

// TestReadBinarySTLRefuses proves that the first fault of a file is the one
// reported, whoever meets it, and that what comes from a reader is refused
// where it is not the file that was announced.
func TestReadBinarySTLRefuses(t *testing.T) {
	torus := torusSTL()
	broken := errors.New("broken pipe")
	nan := slices.Clone(torus)
	for _, i := range []int{59_999, 30_000, 12_345, 12_346} {
		withCorner(nan, i, 4, 0x7fc00000)
	}
	for _, c := range []struct {
		name string
		r    io.Reader
		opts mesh.ReadOptions
		code mesh.Code
		is   error
		at   string
	}{
		{name: "not a number", r: bytes.NewReader(nan), code: mesh.CodeNonFinite, at: "triangle 12346"},
		{name: "cut in a triangle", r: bytes.NewReader(torus[:len(torus)-1]), code: mesh.CodeSTLTruncated},
		{name: "cut between triangles", r: bytes.NewReader(torus[:84+50*100]), code: mesh.CodeSTLTruncated},
		{name: "a byte more", r: io.MultiReader(bytes.NewReader(torus), bytes.NewReader([]byte{0})), code: mesh.CodeSTLTrailing},
		{name: "no header", r: bytes.NewReader(torus[:83]), code: mesh.CodeTooShort},
		{name: "empty", r: bytes.NewReader(nil), code: mesh.CodeTooShort},
		{name: "too many triangles", r: bytes.NewReader(torus), opts: mesh.ReadOptions{Limits: mesh.Limits{Triangles: 59_999}}, code: mesh.CodeLimitTriangles},
		{name: "too many bytes", r: bytes.NewReader(torus), opts: mesh.ReadOptions{Limits: mesh.Limits{FileBytes: int64(len(torus)) - 1}}, code: mesh.CodeLimitFile},
		{name: "an unknown unit", r: bytes.NewReader(torus), opts: mesh.ReadOptions{Unit: "ell"}, code: mesh.CodeUnit},
		{name: "a failing reader", r: io.MultiReader(bytes.NewReader(torus[:2_000_000]), iotest.ErrReader(broken)), is: broken},
		{name: "a failing header", r: iotest.ErrReader(broken), is: broken},
		{name: "a failing end", r: io.MultiReader(bytes.NewReader(torus), iotest.ErrReader(broken)), is: broken},
	} {
		for _, threads := range []int{1, 4} {
			if s, ok := c.r.(io.Seeker); ok {
				_, _ = s.Seek(0, io.SeekStart)
			} else if threads > 1 {
				continue // was read
			}
			c.opts.Threads = threads
			f, err := mesh.ReadBinarySTL(t.Context(), c.r, c.opts)
			var refused *mesh.Error
			switch {
			case f != nil || err == nil:
				t.Errorf("%s: was read", c.name)
			case c.is != nil && !errors.Is(err, c.is):
				t.Errorf("%s: %v", c.name, err)
			case c.is == nil && (!errors.As(err, &refused) || refused.Code != c.code || c.at != "" && refused.Place != c.at):
				t.Errorf("%s: %v, want %s %s", c.name, err, c.code, c.at)
			}
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mesh.ReadBinarySTL(cancelled, bytes.NewReader(torus), mesh.ReadOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestReadBinarySTLPanics proves that a reader that panics does so for the
// caller, and that nobody waits for what it did not read.
func TestReadBinarySTLPanics(t *testing.T) {
	for _, threads := range []int{1, 4} {
		v := func() (v any) {
			defer func() { v = recover() }()
			_, _ = mesh.ReadBinarySTL(t.Context(), io.MultiReader(bytes.NewReader(torusSTL()[:1_000_000]), panicking{}), mesh.ReadOptions{Threads: threads})
			return nil
		}()
		if v == nil {
			t.Errorf("%d threads: no panic", threads)
		}
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("boom") }

// TestIsBinarySTL proves that the size decides.
func TestIsBinarySTL(t *testing.T) {
	data := withHeader(cubeSTL(), "solid cube")
	for _, c := range []struct {
		head []byte
		size int64
		want bool
	}{
		{data, 684, true},
		{data[:84], 684, true},
		{data[:83], 684, false},
		{data, 683, false},
		{data, 685, false},
		{withCount(cubeSTL(), math.MaxUint32), 84 + 50*math.MaxUint32, true},
		{nil, 0, false},
	} {
		if got := mesh.IsBinarySTL(c.head, c.size); got != c.want {
			t.Errorf("%d bytes of %d: %v", len(c.head), c.size, got)
		}
	}
}

// Reading from memory and welding, with one thread and with all.
func BenchmarkReadSTL(b *testing.B) {
	for _, n := range []int{64, 512, 724, 1024} {
		s := meshtest.Torus(100, 30, n, n/2)
		data := meshtest.STL(s.Mesh)
		for _, threads := range []int{1, 0} {
			b.Run(fmt.Sprintf("triangles=%d/threads=%d", len(s.Mesh.Triangles), threads), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := mesh.Read(context.Background(), data, mesh.ReadOptions{Threads: threads}); err != nil {
						b.Fatal(err)
					}
				}
				perTriangle(b, s.Mesh)
			})
		}
	}
}

// Reading binary STL beside the reader of another library, which returns the
// triangles as they are in the file: each shares nothing with the next.
func BenchmarkReadBinarySTL(b *testing.B) {
	s := meshtest.Torus(100, 30, 1024, 512)
	data := meshtest.STL(s.Mesh)
	for _, c := range []struct {
		name string
		read func() (triangles int, err error)
	}{
		{"welded", func() (int, error) {
			f, err := mesh.ReadBinarySTL(b.Context(), bytes.NewReader(data), mesh.ReadOptions{})
			if err != nil {
				return 0, err
			}
			return len(f.Mesh.Triangles), nil
		}},
		{"welded/threads=1", func() (int, error) {
			f, err := mesh.ReadBinarySTL(b.Context(), bytes.NewReader(data), mesh.ReadOptions{Threads: 1})
			if err != nil {
				return 0, err
			}
			return len(f.Mesh.Triangles), nil
		}},
		{"hschendel", func() (int, error) {
			other, err := stl.ReadAll(bytes.NewReader(data))
			if err != nil {
				return 0, err
			}
			return len(other.Triangles), nil
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := c.read(); err != nil || n != len(s.Mesh.Triangles) {
					b.Fatal(n, err)
				}
			}
			perTriangle(b, s.Mesh)
		})
	}
}
