package printability_test

import (
	"context"
	"math"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

func samplesOf(t *testing.T, m *mesh.Mesh, opts printability.SampleOptions) *printability.Samples {
	t.Helper()
	tree, err := mesh.NewBVH(context.Background(), m, mesh.BVHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := printability.Measure(context.Background(), printability.Part{Mesh: m, BVH: tree}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every face of a plate is as thick as the plate is between it and the face
// opposite.
func TestFaceValuesOfBox(t *testing.T) {
	for _, samples := range []int{60, 20_000} { // a few a face, and many
		m := meshtest.Box(40, 20, 2).Mesh
		values := samplesOf(t, m, printability.SampleOptions{Samples: samples}).FaceValues(0)
		for f, v := range values {
			n := m.AreaVector(f)
			want := 40.0
			if n.Y != 0 {
				want = 20
			} else if n.Z != 0 {
				want = 2
			}
			if math.Abs(float64(v)-want) > 1e-5 {
				t.Errorf("%d samples, face %d: %v, want %v", samples, f, v, want)
			}
		}
	}
}

// The value of a face is the smallest of its walls when they are few, and
// leaves 5 % of their area below it when they are many; samples that are no
// walls do not count.
func TestFaceValuesPercentile(t *testing.T) {
	wall := func(face uint32, thickness, weight float32) printability.Sample {
		return printability.Sample{Face: face, Thickness: thickness, Weight: weight, Class: printability.ClassWall}
	}
	s := &printability.Samples{Faces: 4}
	for i := range 19 {
		s.All = append(s.All, wall(0, float32(5+i), 1))
	}
	for i := range 40 { // the second has 5 % of the area, together with the first
		s.All = append(s.All, wall(1, float32(1+i), 1))
	}
	s.All = append(s.All,
		printability.Sample{Face: 3, Thickness: 0.1, Weight: 1, Class: printability.ClassEdge},
		printability.Sample{Face: 3, Weight: 1, Class: printability.ClassUnknown},
		printability.Sample{Face: 3, Weight: 1, Class: printability.ClassBuried},
	)
	values := s.FaceValues(0)
	if len(values) != 4 || values[0] != 5 || values[1] != 2 || !math.IsNaN(float64(values[2])) || !math.IsNaN(float64(values[3])) {
		t.Errorf("%v, want 5, 2, NaN, NaN", values)
	}
}

// The material under a groove is a wall for the limit that it is below.
func TestValuesUnderGroove(t *testing.T) {
	edge := printability.Sample{Thickness: 0.9, Ball: 0.6, Weight: 1, Class: printability.ClassEdge}
	s := &printability.Samples{Faces: 1, All: []printability.Sample{edge}}
	if v := s.Values(1)[0]; v != 0.6 {
		t.Errorf("limit 1: %v, want 0.6", v)
	}
	if v := s.FaceValues(1)[0]; v != 0.6 {
		t.Errorf("limit 1: face %v, want 0.6", v)
	}
	if v := s.Values(0.8)[0]; !math.IsNaN(float64(v)) {
		t.Errorf("limit 0.8: %v, want NaN", v)
	}
}
