package orient_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
)

// find looks for a pose.
func find(t *testing.T, s meshtest.Solid, opts orient.Options) *orient.Result {
	t.Helper()
	r, err := orient.Find(t.Context(), orient.Part{Mesh: s.Mesh}, opts)
	if err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	return r
}

func text(t *testing.T, r *orient.Result) string {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err) // a number that is none
	}
	return string(data)
}

// The same bytes come out for any number of threads, for every objective.
func TestThreads(t *testing.T) {
	for _, s := range []meshtest.Solid{meshtest.Torus(10, 3, 48, 32).Rotate(5), meshtest.Cup(10, 9, 30, 24).Rotate(2), meshtest.Comb([]float64{0.2, 0.4, 0.8}, 4, 10, 2, 20)} {
		for _, o := range orient.Objectives() {
			opts := orient.Options{Objective: o, Alternatives: 5, Weights: orient.Weights{Height: 1, Volume: 1, Stairs: 1}, Threads: 1, Price: price}
			want := text(t, find(t, s, opts))
			opts.Threads = 3
			if got := text(t, find(t, s, opts)); got != want {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", s.Name, o, got, want)
			}
		}
	}
}

func price(p *orient.Pose) (float64, error) { return p.SupportVolume + 100*p.Height, nil }

// A turned or scaled copy has the same best pose, as far as its numbers tell,
// as has one with its triangles and vertices in another order.
func TestSamePart(t *testing.T) {
	for _, s := range meshtest.Closed() {
		for _, o := range []orient.Objective{orient.LeastSupport, orient.Height, orient.SupportArea, orient.BedArea} {
			opts := orient.Options{Objective: o}
			want := find(t, s, opts)
			for name, copy := range map[string]meshtest.Solid{
				"turned": s.Rotate(7), "scaled": s.Scale(25.4), "shuffled": s.PermuteTriangles(3).PermuteVertices(4),
			} {
				got := find(t, copy, opts)
				// Round bodies are as good in all directions, but for the
				// pattern of their triangles.
				if math.Abs(got.Score-want.Score) > max(5e-3, 2e-3*math.Abs(want.Score)) {
					t.Errorf("%s, %s, %s: score %g, want %g (height %g, %g)", s.Name, o, name, got.Score, want.Score, got.Height, want.Height)
				}
			}
		}
	}
}

// The score and the numbers of a pose do not depend on what is beside it.
func TestBaseline(t *testing.T) {
	s := meshtest.Mushroom(60, 60, 45, 5, 10)
	r := find(t, s, orient.Options{Alternatives: 3})
	near(t, "support of the uploaded pose", r.Baseline.SupportVolume, 140000, 1e-12)
	near(t, "gain", *r.Gain.SupportVolume, 100, 1e-12)
	near(t, "gain of the bed", *r.Gain.BedArea, 3500, 1e-9)
	if r.Rotation.AngleDeg != 180 || r.Baseline.Rotation.AngleDeg != 0 {
		t.Errorf("turned by %g° and %g°", r.Rotation.AngleDeg, r.Baseline.Rotation.AngleDeg)
	}
	near(t, "largest section", r.MaxCrossSection, 3600, 1e-9)
	near(t, "height of the centre of mass", r.CenterOfMass[2], (18000*2.5+4000*25)/22000.0, 1e-9)
	if len(r.Alternatives) != 3 {
		t.Errorf("%d alternatives", len(r.Alternatives))
	}
	for i, a := range r.Alternatives {
		if i > 0 && a.Score < r.Alternatives[i-1].Score {
			t.Errorf("alternative %d is better than the one before", i)
		}
	}
	if !r.Exact {
		t.Error("the search was cut short")
	}
}

// The price decides, and its errors come back.
func TestPrice(t *testing.T) {
	s := meshtest.Box(10, 20, 60)
	r := find(t, s, orient.Options{Objective: orient.LeastPrice, Price: func(p *orient.Pose) (float64, error) {
		return 1000 - p.Height, nil // tall is cheap
	}})
	if r.Height < 60 {
		t.Errorf("height %g, price %g", r.Height, r.Score)
	}
	refused := errors.New("no price")
	_, err := orient.Find(t.Context(), orient.Part{Mesh: s.Mesh}, orient.Options{
		Objective: orient.LeastPrice, Price: func(*orient.Pose) (float64, error) { return 0, refused },
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

// What has no inside has no best pose.
func TestNoSolid(t *testing.T) {
	triangle := &mesh.Mesh{Vertices: []r3.Vector{{}, {X: 1}, {Y: 1}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	for _, row := range []struct {
		name string
		mesh *mesh.Mesh
		code mesh.Code
	}{
		{"nothing", nil, mesh.CodeEmptyMesh},
		{"empty", &mesh.Mesh{}, mesh.CodeEmptyMesh},
		{"one triangle", triangle, mesh.CodeNotASolid},
		{"sheet", meshtest.Sheet(10, 4).Mesh, mesh.CodeNotASolid},
		{"point", &mesh.Mesh{Vertices: []r3.Vector{{X: 1}}, Triangles: []mesh.Triangle{{0, 0, 0}}}, mesh.CodeNotASolid},
	} {
		_, err := orient.Find(t.Context(), orient.Part{Mesh: row.mesh}, orient.Options{})
		var refused *mesh.Error
		if !errors.As(err, &refused) || refused.Code != row.code {
			t.Errorf("%s: got %v", row.name, err)
		}
		if _, err := orient.Support(t.Context(), orient.Part{Mesh: row.mesh}, up, 0); !errors.As(err, &refused) {
			t.Errorf("%s: support: got %v", row.name, err)
		}
	}
}

// Open, one-sided and overlapping surfaces get numbers, all finite.
func TestDefective(t *testing.T) {
	for _, s := range meshtest.Defective() {
		if s.Name == meshtest.Sheet(10, 4).Name {
			continue
		}
		for _, o := range []orient.Objective{orient.LeastSupport, orient.SLA} {
			text(t, find(t, s, orient.Options{Objective: o, Alternatives: 2}))
		}
	}
}

// A part that is inside out is taken the right way round.
func TestInsideOut(t *testing.T) {
	s := meshtest.CChannel(40, 30, 5, 30)
	for _, solid := range []meshtest.Solid{s, s.Flip()} {
		h, err := orient.Support(t.Context(), orient.Part{Mesh: solid.Mesh}, up, 0)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "volume", h.Volume(45), 21000, 1e-12)
	}
}

// A body inside another, or on it, needs no support from below.
func TestBuriedFaces(t *testing.T) {
	big := meshtest.Cube(20)
	for name, s := range map[string]meshtest.Solid{
		"sunk":   meshtest.Merge("sunk", big, meshtest.Cube(10).Translate(5, 5, 15)),
		"on top": meshtest.Merge("on top", big, meshtest.Cube(10).Translate(5, 5, 20)),
	} {
		h, err := orient.Support(t.Context(), orient.Part{Mesh: s.Mesh}, up, 0)
		if err != nil {
			t.Fatal(err)
		}
		near(t, name+": volume", h.Volume(45), 0, 1e-9)
	}
}

// Between two whole degrees the histogram is linear.
func TestHistogramBetweenDegrees(t *testing.T) {
	h, err := orient.Support(t.Context(), orient.Part{Mesh: meshtest.Icosphere(10, 4).Mesh}, up, 0)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "half a degree", h.Volume(40.5), (h.Volume(40)+h.Volume(41))/2, 1e-12)
	if h.Area(0) != 0 {
		t.Errorf("area below 0°: %g", h.Area(0))
	}
	last := 0.0
	for angle := range 91 {
		if v := h.Volume(float64(angle)); v < last {
			t.Fatalf("volume falls at %d°", angle)
		} else {
			last = v
		}
	}
	near(t, "half the surface", h.Area(90), meshtest.Icosphere(10, 4).Area/2, 0.02)
	if volume, toBed := h.Volume(90), h.VolumeToBed(90); volume > toBed {
		t.Errorf("columns to the part %g, to the bed %g", volume, toBed)
	}
}

// A search measures what Support measures, also between whole degrees.
func TestSearchAgreesWithHistogram(t *testing.T) {
	s := meshtest.Torus(10, 3, 96, 64)
	h, err := orient.Support(t.Context(), orient.Part{Mesh: s.Mesh}, up, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, angle := range []float64{0.5, 30, 44.7, 90} {
		r := find(t, s, orient.Options{CriticalAngle: angle})
		near(t, "area", r.Baseline.SupportArea, h.Area(angle), 1e-9)
		near(t, "to the bed", r.Baseline.SupportVolumeToBed, h.VolumeToBed(angle), 1e-9)
		near(t, "volume", r.Baseline.SupportVolume, h.Volume(angle), 0.02)
	}
}

func TestOptions(t *testing.T) {
	for option, opts := range map[string]orient.Options{
		"objective":     {Objective: "speed"},
		"criticalAngle": {CriticalAngle: 91},
		"alternatives":  {Alternatives: -1},
		"layerHeight":   {LayerHeight: math.NaN()},
		"price":         {Objective: orient.LeastPrice},
		"weights":       {Objective: orient.Custom},
	} {
		_, err := orient.Find(t.Context(), orient.Part{Mesh: meshtest.Cube(1).Mesh}, opts)
		var wrong *orient.OptionError
		if !errors.As(err, &wrong) || wrong.Option != option {
			t.Errorf("%s: got %v", option, err)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := orient.Find(ctx, orient.Part{Mesh: meshtest.Torus(10, 3, 48, 32).Mesh}, orient.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Parts that are very thin, small, large or far away get numbers, all finite.
func TestExtremes(t *testing.T) {
	for _, s := range []meshtest.Solid{
		meshtest.Box(10, 10, 1e-9), meshtest.Box(10, 10, 1e-14).Rotate(1), meshtest.Box(1e-7, 100, 1e-7).Rotate(2),
		meshtest.Box(10, 10, 1e-200), meshtest.Cup(10, 9, 30, 24).Scale(1e-6), meshtest.Cup(10, 9, 30, 24).Scale(1e6),
		meshtest.Cup(10, 9, 30, 24).Translate(1e7, -1e7, 1e7),
	} {
		for _, o := range []orient.Objective{orient.LeastSupport, orient.SLA, orient.Height} {
			r, err := orient.Find(t.Context(), orient.Part{Mesh: s.Mesh}, orient.Options{Objective: o, Alternatives: 3})
			var refused *mesh.Error
			if errors.As(err, &refused) && refused.Code == mesh.CodeNotASolid {
				continue // so thin that it is flat
			}
			if err != nil {
				t.Fatalf("%s, %s: %v", s.Name, o, err)
			}
			text(t, r)
		}
	}
}
