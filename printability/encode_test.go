package printability_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// encodedCases are parts whose samples are of every class, with and without
// holes and gaps, full and reduced.
func encodedCases() map[string]struct {
	mesh *mesh.Mesh
	opts printability.SampleOptions
} {
	type part = struct {
		mesh *mesh.Mesh
		opts printability.SampleOptions
	}
	open := meshtest.Cube(10).Mesh
	return map[string]part{
		"hollow box": {meshtest.HollowBox(37, 29, 23, 0.7).Mesh, printability.SampleOptions{Samples: 20_000}},
		"tube":       {meshtest.Tube(1.4, 0.9, 23, 96).Mesh, printability.SampleOptions{Samples: 9_000, HoleReach: 2}},
		"wedge":      {meshtest.Wedge(33, 30, 17).Mesh, printability.SampleOptions{Samples: 5_000}},
		"reduced":    {meshtest.Icosphere(8, 5).Mesh, printability.SampleOptions{Samples: 100, FullFaces: 1000}},
		"open":       {&mesh.Mesh{Vertices: open.Vertices, Triangles: open.Triangles[2:]}, printability.SampleOptions{Samples: 3_000}},
	}
}

// What is decoded equals what was encoded, so that everything evaluated from it
// does, too.
func TestSamplesSurviveEncoding(t *testing.T) {
	for name, part := range encodedCases() {
		t.Run(name, func(t *testing.T) {
			want := samplesOf(t, part.mesh, part.opts)
			want.Options.Threads = 0
			got := decoded(t, encoded(t, want))
			if !reflect.DeepEqual(got, want) {
				t.Error("the decoded samples differ")
			}
			rules := printability.Rules{}
			for _, limit := range []float64{0, 0.3, 0.8, 2.9} {
				if a, b := got.Evaluate(limit, limit+1, rules), want.Evaluate(limit, limit+1, rules); !reflect.DeepEqual(a, b) {
					t.Errorf("walls for %g mm: %+v, not %+v", limit, a, b)
				}
			}
		})
	}
}

// Bytes that are damaged where they are packed are refused: never is a verdict
// given on samples that are not those that were measured.
func TestDamagedSamples(t *testing.T) {
	s := samplesOf(t, meshtest.Tube(1.4, 0.9, 5, 12).Mesh, printability.SampleOptions{Samples: 300})
	data := encoded(t, s)
	refuse := func(what string, at int, damaged []byte) {
		if _, err := printability.DecodeSamples(damaged); !errors.Is(err, printability.ErrSamples) {
			t.Errorf("%s at byte %d of %d: %v", what, at, len(data), err)
		}
	}
	for i := range data {
		refuse("cut", i, data[:i])
		damaged := bytes.Clone(data)
		damaged[i] ^= 0xff
		refuse("flipped", i, damaged)
	}
	if _, err := printability.DecodeSamples(data); err != nil {
		t.Error("undamaged: ", err)
	}
}

// A few bytes that announce many samples are refused before room is made.
func TestEncodedSamplesAnnounceTooMuch(t *testing.T) {
	data := encoded(t, samplesOf(t, meshtest.Cube(10).Mesh, printability.SampleOptions{Samples: 100}))
	for _, size := range []uint64{1 << 63, 1 << 40, 1 << 33} {
		damaged := bytes.Clone(data)
		binary.LittleEndian.PutUint64(damaged[9:], size)
		if _, err := printability.DecodeSamples(damaged); !errors.Is(err, printability.ErrSamples) {
			t.Errorf("%d bytes announced: %v", size, err)
		}
	}
}

// BenchmarkSampleQuery is a question about walls asked for the first time: the
// samples of a part of 100 000 triangles are decoded and evaluated.
func BenchmarkSampleQuery(b *testing.B) {
	m := meshtest.Tube(11, 10.2, 23, 25_000).Mesh
	tree, err := mesh.NewBVH(b.Context(), m, mesh.BVHOptions{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := printability.Measure(b.Context(), printability.Part{Mesh: m, BVH: tree}, printability.SampleOptions{})
	if err != nil {
		b.Fatal(err)
	}
	data, err := s.Encode()
	if err != nil {
		b.Fatal(err)
	}
	want := s.Evaluate(1, 0, printability.Rules{}).Status()
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if got, err := printability.DecodeSamples(data); err != nil || len(got.All) != len(s.All) {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(data))/float64(len(s.All)), "B/sample")
	})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			got, err := printability.DecodeSamples(data)
			if err != nil || got.Evaluate(1, 0, printability.Rules{}).Status() != want {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			if got, err := s.Encode(); err != nil || len(got) != len(data) {
				b.Fatal(err)
			}
		}
	})
}

func encoded(t *testing.T, s *printability.Samples) []byte {
	t.Helper()
	data, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decoded(t *testing.T, data []byte) *printability.Samples {
	t.Helper()
	s, err := printability.DecodeSamples(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
