package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/thumbnail"
)

func render(t *testing.T, m *mesh.Mesh, opts thumbnail.Options) *image.NRGBA {
	t.Helper()
	img, err := thumbnail.Render(context.Background(), m, opts)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func view(t *testing.T, name string) thumbnail.View {
	t.Helper()
	v, err := thumbnail.ParseView(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// silhouette returns the area of img in pixels that is not transparent.
func silhouette(img *image.NRGBA) float64 {
	sum := 0
	for i := 3; i < len(img.Pix); i += 4 {
		sum += int(img.Pix[i])
	}
	return float64(sum) / 255
}

// The area of known silhouettes proves scale, frame, projection and the
// coverage of pixels: a part fills the picture but for 4 % at each side.
func TestSilhouettes(t *testing.T) {
	sphere, cube := meshtest.Icosphere(7, 4).Mesh, meshtest.Cube(3).Mesh
	for _, c := range []struct {
		name string
		m    *mesh.Mesh
		view string
		// area of the silhouette over the square of its larger extent
		share float64
	}{
		{"sphere", sphere, "iso", math.Pi / 4},
		{"sphere", sphere, "1,2,-3", math.Pi / 4},
		{"cube", cube, "front", 1},
		{"cube", cube, "bottom", 1},
		// A regular hexagon, whose corners point up and down.
		{"cube", cube, "iso", math.Sqrt(3) / (8.0 / 3)},
		// Seen along a diagonal of a face, two faces side by side.
		{"cube", cube, "1,1,0", 1 / math.Sqrt2},
		{"plate", meshtest.Box(40, 20, 8).Mesh, "top", 0.5},
		{"plate", meshtest.Box(40, 20, 8).Mesh, "right", 8.0 / 20},
	} {
		for _, size := range []int{200, 1100} {
			if size > 200 && c.view != "iso" {
				continue
			}
			img := render(t, c.m, thumbnail.Options{Width: size, View: view(t, c.view)})
			extent := 0.92 * float64(size)
			if got, want := silhouette(img), c.share*extent*extent; math.Abs(got-want) > 0.005*want {
				t.Errorf("%s from %s at %d: %.0f pixels, want %.0f", c.name, c.view, size, got, want)
			}
		}
	}
}

// Views show what they say: a part with one mark on each axis has it where
// people expect it.
func TestViews(t *testing.T) {
	// Rods to x, to y (half as long) and to z (a third).
	part := meshtest.Merge("axes", meshtest.Box(30, 1, 1), meshtest.Box(1, 15, 1), meshtest.Box(1, 1, 10)).Mesh
	right, left := "right", "left"
	for name, want := range map[string]struct {
		wide, high float64 // extents that the picture shows
		corner     string  // side at which the axes meet, at the lower or upper edge
		upper      bool
	}{
		"front":  {30, 10, left, false},
		"back":   {30, 10, right, false},
		"right":  {15, 10, left, false},
		"left":   {15, 10, right, false},
		"top":    {30, 15, left, false},
		"bottom": {30, 15, left, true},
	} {
		img := render(t, part, thumbnail.Options{Width: 300, View: view(t, name)})
		box := bounds(img)
		if ratio := float64(box.Dx()) / float64(box.Dy()); math.Abs(ratio-want.wide/want.high) > 0.05*ratio {
			t.Errorf("%s: %v", name, box)
		}
		x, y := box.Min.X+4, box.Max.Y-4
		if want.corner == right {
			x = box.Max.X - 4
		}
		if want.upper {
			y = box.Min.Y + 4
		}
		if img.NRGBAAt(x, y).A != 255 || img.NRGBAAt(box.Min.X+box.Max.X-x, box.Min.Y+box.Max.Y-y).A != 0 {
			t.Errorf("%s: the axes do not meet at the %s", name, want.corner)
		}
	}
}

// bounds returns the box of what is not transparent.
func bounds(img *image.NRGBA) image.Rectangle {
	var box image.Rectangle
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if img.NRGBAAt(x, y).A > 0 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// The pixels do not depend on the number of threads, nor on the order of the
// triangles and vertices.
func TestRepeats(t *testing.T) {
	solid := meshtest.Merge("part", meshtest.Torus(10, 3, 90, 50).Rotate(5), meshtest.OpenBox(9, 8, 7, 1))
	opts := func(m *mesh.Mesh, threads int) thumbnail.Options {
		faces := make([]float32, len(m.Triangles))
		for f := range faces {
			faces[f] = float32(m.AreaVector(f).X)
		}
		return thumbnail.Options{
			Width: 320, Height: 240, Threads: threads, View: thumbnail.View{Auto: true},
			Heat: &thumbnail.HeatMap{Faces: faces, Minimum: 0.01, Optimal: 0.1},
		}
	}
	want := render(t, solid.Mesh, opts(solid.Mesh, 1))
	for _, threads := range []int{2, 7} {
		if !bytes.Equal(render(t, solid.Mesh, opts(solid.Mesh, threads)).Pix, want.Pix) {
			t.Errorf("%d threads draw another picture", threads)
		}
	}
	other := solid.PermuteVertices(1).Mesh
	if !bytes.Equal(render(t, other, opts(other, 2)).Pix, want.Pix) {
		t.Error("another order of vertices gives another picture")
	}
}

// A symmetric part lit from the left is still as wide at the right.
func TestSymmetry(t *testing.T) {
	img := render(t, meshtest.Cone(5, 9, 64).Mesh, thumbnail.Options{Width: 257, View: view(t, "front")})
	w := img.Rect.Dx()
	for y := range img.Rect.Dy() {
		for x := range w / 2 {
			a, b := img.NRGBAAt(x, y).A, img.NRGBAAt(w-1-x, y).A
			if math.Abs(float64(a)-float64(b)) > 64 {
				t.Fatalf("%d, %d: alpha %d at the left, %d at the right", x, y, a, b)
			}
		}
	}
}

// From above left, the upper face of a cube is the lightest and the one at the
// right the darkest, and a colour keeps its hue.
func TestLight(t *testing.T) {
	img := render(t, meshtest.Cube(10).Mesh, thumbnail.Options{Width: 300, Color: color.NRGBA{R: 200, G: 80, B: 40, A: 255}})
	top, left, right := img.NRGBAAt(150, 80), img.NRGBAAt(90, 185), img.NRGBAAt(210, 185)
	for name, c := range map[string]color.NRGBA{"top": top, "left": left, "right": right} {
		if c.A != 255 || c.R < c.G || c.G < c.B {
			t.Errorf("%s: %v", name, c)
		}
	}
	if top.R <= left.R || left.R <= right.R {
		t.Errorf("top %v, left %v, right %v", top, left, right)
	}
}

func TestBackground(t *testing.T) {
	m := meshtest.Icosphere(1, 3).Mesh
	plain := render(t, m, thumbnail.Options{Width: 64})
	if c := plain.NRGBAAt(0, 0); c != (color.NRGBA{}) {
		t.Errorf("transparent: %v", c)
	}
	grey := color.NRGBA{R: 10, G: 120, B: 230, A: 255}
	filled := render(t, m, thumbnail.Options{Width: 64, Background: grey})
	if c := filled.NRGBAAt(0, 0); c != grey {
		t.Errorf("filled: %v", c)
	}
	if plain.NRGBAAt(32, 32) != filled.NRGBAAt(32, 32) {
		t.Error("the background shines through")
	}
}

// Where the part lies and how large it is does not matter.
func TestScale(t *testing.T) {
	solid := meshtest.LBracket(30, 20, 4, 25)
	want := render(t, solid.Mesh, thumbnail.Options{Width: 128})
	for _, k := range []float64{0x1p-40, 0x1p40} {
		if got := render(t, solid.Scale(k).Mesh, thumbnail.Options{Width: 128}); !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("scaled by %g it looks different", k)
		}
	}
	if got := render(t, solid.Translate(1024, -4096, 512).Mesh, thumbnail.Options{Width: 128}); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("moved it looks different")
	}
}

// Triangles without area, or far too small to be seen, harm nothing.
func TestDegenerate(t *testing.T) {
	cube := meshtest.Cube(10).Mesh
	want := render(t, cube, thumbnail.Options{Width: 100})
	m := &mesh.Mesh{Vertices: append([]r3.Vector(nil), cube.Vertices...), Triangles: append([]mesh.Triangle(nil), cube.Triangles...)}
	n := uint32(len(m.Vertices))
	m.Vertices = append(m.Vertices, r3.Vector{X: 5, Y: 5, Z: 5}, r3.Vector{X: 5, Y: 5, Z: 5}, r3.Vector{X: 5, Y: 5, Z: 5 + 1e-12}, r3.Vector{X: 7, Y: 5, Z: 5})
	m.Triangles = append(m.Triangles, mesh.Triangle{n, n, n}, mesh.Triangle{n, n + 1, n + 3}, mesh.Triangle{n, n + 2, n + 3}, mesh.Triangle{0, 0, 1})
	if got := render(t, m, thumbnail.Options{Width: 100}); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("degenerate triangles change the picture")
	}
	// Unused vertices do not count, wherever they are.
	m.Triangles = cube.Triangles
	m.Vertices = append(m.Vertices, r3.Vector{X: 1e30})
	if got := render(t, m, thumbnail.Options{Width: 100}); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("an unused vertex changes the picture")
	}
}

func TestRefuses(t *testing.T) {
	cube := meshtest.Cube(1).Mesh
	sheet := &mesh.Mesh{Vertices: []r3.Vector{{}, {X: 1}, {Y: 1}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	point := &mesh.Mesh{Vertices: []r3.Vector{{}, {}, {}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	for name, c := range map[string]struct {
		m    *mesh.Mesh
		opts thumbnail.Options
	}{
		"sheet seen along its plane": {sheet, thumbnail.Options{View: view(t, "front")}},
		"point":                      {point, thumbnail.Options{}},
		"point, seen automatically":  {point, thumbnail.Options{View: thumbnail.View{Auto: true}}},
		"nothing":                    {&mesh.Mesh{}, thumbnail.Options{}},
	} {
		if _, err := thumbnail.Render(context.Background(), c.m, c.opts); !errors.Is(err, thumbnail.ErrNothingVisible) {
			t.Errorf("%s: %v", name, err)
		}
	}
	nan := &mesh.Mesh{Vertices: []r3.Vector{{X: math.NaN()}, {X: 1}, {Y: 1}}, Triangles: []mesh.Triangle{{0, 1, 2}}}
	topology, err := mesh.NewTopology(context.Background(), sheet, 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		m    *mesh.Mesh
		opts thumbnail.Options
	}{
		"too small":        {cube, thumbnail.Options{Width: 15}},
		"too large":        {cube, thumbnail.Options{Width: 4097}},
		"too high":         {cube, thumbnail.Options{Height: 5000}},
		"negative":         {cube, thumbnail.Options{Width: -1}},
		"crease":           {cube, thumbnail.Options{CreaseAngle: 181}},
		"crease nan":       {cube, thumbnail.Options{CreaseAngle: math.NaN()}},
		"view":             {cube, thumbnail.Options{View: thumbnail.View{Direction: r3.Vector{X: math.Inf(1)}}}},
		"nan":              {nan, thumbnail.Options{}},
		"index":            {&mesh.Mesh{Triangles: []mesh.Triangle{{0, 1, 2}}}, thumbnail.Options{}},
		"heat limits":      {cube, thumbnail.Options{Heat: &thumbnail.HeatMap{}}},
		"heat order":       {cube, thumbnail.Options{Heat: &thumbnail.HeatMap{Minimum: 1, Optimal: 0.5}}},
		"heat values":      {cube, thumbnail.Options{Heat: &thumbnail.HeatMap{Minimum: 1, Faces: make([]float32, 3)}}},
		"heat sample":      {cube, thumbnail.Options{Heat: &thumbnail.HeatMap{Minimum: 1, Samples: []thumbnail.HeatSample{{Face: 12}}}}},
		"foreign topology": {cube, thumbnail.Options{Marks: &thumbnail.Marks{Topology: topology}}},
	} {
		if _, err := thumbnail.Render(context.Background(), c.m, c.opts); err == nil || errors.Is(err, thumbnail.ErrNothingVisible) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := thumbnail.Render(ctx, cube, thumbnail.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestParseView(t *testing.T) {
	for _, s := range append(thumbnail.ViewNames(), "ISO", "1,-2,0.5", " 0, 0 ,1") {
		if _, err := thumbnail.ParseView(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"", "isometric", "1,2", "1,2,3,4", "0,0,0", "nan,0,1", "inf,0,0", "a,b,c"} {
		if v, err := thumbnail.ParseView(s); err == nil {
			t.Errorf("%q: %v", s, v)
		}
	}
}

// What is written as PNG are the same pixels.
func TestWritePNG(t *testing.T) {
	img := render(t, meshtest.Cube(1).Mesh, thumbnail.Options{Width: 40, Height: 30})
	var out bytes.Buffer
	if err := thumbnail.WritePNG(&out, img); err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := got.(*image.NRGBA); !ok || !bytes.Equal(n.Pix, img.Pix) || n.Rect != image.Rect(0, 0, 40, 30) {
		t.Errorf("read back: %T %v", got, got.Bounds())
	}
}
