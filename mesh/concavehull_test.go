package mesh_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

func concaveHull(t testing.TB, m *mesh.Mesh, opts mesh.ConcaveHullOptions) (*mesh.ConcaveHull, *mesh.Hull, error) {
	t.Helper()
	ctx := context.Background()
	h, err := mesh.ConvexHull(ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	b, err := mesh.NewBVH(ctx, m, mesh.BVHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := mesh.ConcaveHullVolume(ctx, m, h, b, opts)
	return c, h, err
}

// TestConcaveHullKnown proves volumes that follow from geometry.
func TestConcaveHullKnown(t *testing.T) {
	// Between two walls at a right angle, what an edge of 55 mm spans is a
	// triangle of 55²/4.
	const corner = 55 * 55 / 4.0
	for _, c := range []struct {
		name      string
		solid     meshtest.Solid
		want      float64 // 0: the volume of the convex hull
		tolerance float64
	}{
		{"cube of 20 mm", meshtest.Cube(20), 8000, 0},
		{"cube of 100 mm", meshtest.Cube(100), 1e6, 0},
		{"thin plate", meshtest.Plate(300, 3), 270_000, 0},
		{"sphere", meshtest.Sphere(100, 64), 0, 0},
		{"small open box", meshtest.OpenBox(30, 30, 30, 2), 27_000, 0},
		{"L bracket", meshtest.LBracket(200, 200, 5, 100), 100 * (200*5 + 195*5 + corner), 0.01},
		{"large L bracket", meshtest.LBracket(500, 500, 20, 300), 300 * (500*20 + 480*20 + corner), 0.01},
		{"wide channel", meshtest.CChannel(200, 200, 5, 200), 200 * (3*200*5 - 2*25 + 2*corner), 0.01},
		{"narrow channel", meshtest.CChannel(200, 40, 5, 200), 200 * 200 * 40, 0.02},
	} {
		got, h, err := concaveHull(t, c.solid.Mesh, mesh.ConcaveHullOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want := c.want
		if want == 0 {
			want = h.Volume
		}
		if math.Abs(got.Volume/want-1) > c.tolerance+1e-12 {
			t.Errorf("%s: %v, want %v (%+v)", c.name, got.Volume, want, *got)
		}
		if got.Volume > h.Volume || got.Method == "" {
			t.Errorf("%s: above the convex hull of %v: %+v", c.name, h.Volume, *got)
		}
		if got.Error > 0.005*got.Volume {
			t.Errorf("%s: error %v", c.name, got.Error)
		}
	}
}

// TestConcaveHullTurned proves that position, order, resolution and number of
// threads hardly matter or not at all.
func TestConcaveHullTurned(t *testing.T) {
	solid := meshtest.OpenBox(200, 150, 100, 4).Mesh
	first, _, err := concaveHull(t, solid, mesh.ConcaveHullOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same, _, err := concaveHull(t, solid, mesh.ConcaveHullOptions{Threads: 1})
	if err != nil || !reflect.DeepEqual(first, same) {
		t.Errorf("with one thread: %+v, %v; want %+v", same, err, first)
	}
	// A turn of 2·atan2(1, 2) about an axis, and a long way off.
	turned := &mesh.Mesh{Triangles: solid.Triangles}
	for _, p := range solid.Vertices {
		turned.Vertices = append(turned.Vertices, r3.Vector{X: 0.6*p.X - 0.8*p.Y + 1000, Y: 0.8*p.X + 0.6*p.Y, Z: p.Z - 5000})
	}
	inverted := &mesh.Mesh{Vertices: solid.Vertices}
	for _, f := range solid.Triangles {
		inverted.Triangles = append(inverted.Triangles, mesh.Triangle{f[0], f[2], f[1]})
	}
	for name, m := range map[string]*mesh.Mesh{"turned": turned, "inside out": inverted} {
		got, _, err := concaveHull(t, m, mesh.ConcaveHullOptions{})
		if err != nil || math.Abs(got.Volume/first.Volume-1) > 0.01 {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, first.Volume)
		}
	}
	for _, samples := range []int{5000, 50_000} {
		got, _, err := concaveHull(t, solid, mesh.ConcaveHullOptions{Samples: samples})
		if err != nil || math.Abs(got.Volume/first.Volume-1) > 0.015 {
			t.Errorf("%d samples: %+v, %v; want %v", samples, got, err, first.Volume)
		}
	}
}

// TestConcaveHullOverlap proves that where shells overlap, space counts once.
func TestConcaveHullOverlap(t *testing.T) {
	cubes := meshtest.OverlappingCubes(200, 100, 100, 100).Mesh
	got, h, err := concaveHull(t, cubes, mesh.ConcaveHullOptions{})
	if solid := 2*8e6 - 1e6; err != nil || got.Volume < 0.998*solid || got.Volume > h.Volume || got.Volume > 1.1*solid {
		t.Errorf("%+v, %v; the solid has %v", got, err, solid)
	}
}

// TestConcaveHullLimits proves that what cannot be measured is said.
func TestConcaveHullLimits(t *testing.T) {
	open := meshtest.OpenBox(200, 200, 200, 5).Mesh
	open = &mesh.Mesh{Vertices: open.Vertices, Triangles: open.Triangles[2:]}
	code := func(err error) mesh.Code {
		var e *mesh.Error
		if errors.As(err, &e) {
			return e.Code
		}
		return ""
	}
	if c, _, err := concaveHull(t, open, mesh.ConcaveHullOptions{}); code(err) != mesh.CodeOpenSurface {
		t.Errorf("open: %+v, %v", c, err)
	}
	huge := meshtest.OpenBox(20_000, 20_000, 20_000, 100).Mesh
	if c, _, err := concaveHull(t, huge, mesh.ConcaveHullOptions{Samples: 1000}); code(err) != mesh.CodeLimitResolution {
		t.Errorf("huge: %+v, %v", c, err)
	}
	flat := &mesh.Mesh{Vertices: []r3.Vector{{}, {X: 99}, {Y: 99}}, Triangles: []mesh.Triangle{{0, 1, 2}, {0, 2, 1}}}
	if c, _, err := concaveHull(t, flat, mesh.ConcaveHullOptions{}); err != nil || c.Volume != 0 || !strings.Contains(c.Method, "flat") {
		t.Errorf("flat: %+v, %v", c, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h, err := mesh.ConvexHull(context.Background(), open)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mesh.ConcaveHullVolume(ctx, open, h, nil, mesh.ConcaveHullOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestConcaveHullModels proves on real models that the volume lies between
// those of the solid and of the convex hull.
func TestConcaveHullModels(t *testing.T) {
	for _, name := range []string{"trimesh__counter.unitsmm.STL", "voron-2__exhaust_filter_housing.stl"} {
		file, err := mesh.Read(context.Background(), meshtest.Model(t, name), mesh.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, h, err := concaveHull(t, file.Mesh, mesh.ConcaveHullOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		topology, err := mesh.NewTopology(context.Background(), file.Mesh, 0)
		if err != nil {
			t.Fatal(err)
		}
		solid, err := mesh.Measure(context.Background(), file.Mesh, topology, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got.Volume > h.Volume || got.Volume < solid.Volume {
			t.Errorf("%s: %v is not between %v and %v", name, got.Volume, solid.Volume, h.Volume)
		}
	}
}

func BenchmarkConcaveHull(b *testing.B) {
	ctx := context.Background()
	m := meshtest.OpenBox(200, 200, 200, 4).Mesh
	h, err := mesh.ConvexHull(ctx, m)
	if err != nil {
		b.Fatal(err)
	}
	tree, err := mesh.NewBVH(ctx, m, mesh.BVHOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := mesh.ConcaveHullVolume(ctx, m, h, tree, mesh.ConcaveHullOptions{})
		if err != nil || math.Abs(c.Volume/1.79e6-1) > 0.02 {
			b.Fatal(c, err)
		}
	}
}
