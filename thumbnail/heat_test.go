package thumbnail_test

import (
	"context"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/thumbnail"
)

// hue names the colour of a pixel as a heat map means it.
func hue(c color.NRGBA) string {
	r, g, b := int(c.R), int(c.G), int(c.B)
	switch {
	case c.A == 0:
		return "nothing"
	case r > 2*g && r > 2*b:
		return "red"
	case r > 2*b && g > 3*b/2:
		return "yellow"
	case g > 5*r/4 && g > 5*b/4:
		return "green"
	}
	return "grey"
}

// Each face has the colour of its value, whatever the light on it.
func TestHeatFaces(t *testing.T) {
	cube := meshtest.Cube(10).Mesh
	nan := float32(math.NaN())
	for _, c := range []struct {
		top, front, right float32
		want              [3]string
	}{
		{0.5, 1.5, 3, [3]string{"red", "yellow", "green"}},
		{nan, 0, 0.9999, [3]string{"grey", "red", "yellow"}},
		{2, 1.99, 1.97, [3]string{"green", "green", "yellow"}}, // 1 % and 0.001 mm are forgiven
		{float32(math.Inf(1)), 1e-9, nan, [3]string{"green", "red", "grey"}},
	} {
		faces := make([]float32, len(cube.Triangles))
		for f := range faces {
			switch n := cube.AreaVector(f); {
			case n.Z > 0:
				faces[f] = c.top
			case n.Y < 0:
				faces[f] = c.front
			case n.X > 0:
				faces[f] = c.right
			}
		}
		img := render(t, cube, thumbnail.Options{Width: 300, Heat: &thumbnail.HeatMap{Faces: faces, Minimum: 1, Optimal: 2, NoLegend: true}})
		for i, at := range [...]image.Point{{150, 80}, {90, 185}, {210, 185}} {
			if got := hue(img.NRGBAAt(at.X, at.Y)); got != c.want[i] {
				t.Errorf("%v: at %v %s, want %s", c, at, got, c.want[i])
			}
		}
	}
	// Without an optimum there is no yellow; without values all is grey.
	values := make([]float32, len(cube.Triangles))
	for i := range values {
		values[i] = 1
	}
	img := render(t, cube, thumbnail.Options{Width: 100, Heat: &thumbnail.HeatMap{Faces: values, Minimum: 1, NoLegend: true}})
	if got := hue(img.NRGBAAt(50, 30)); got != "green" {
		t.Errorf("without optimum: %s", got)
	}
	img = render(t, cube, thumbnail.Options{Width: 100, Heat: &thumbnail.HeatMap{Minimum: 1, NoLegend: true}})
	if got := hue(img.NRGBAAt(50, 30)); got != "grey" {
		t.Errorf("without values: %s", got)
	}
}

// A large face shows at each place its nearest sample; faces without samples
// show their value.
func TestHeatSamples(t *testing.T) {
	plate := meshtest.Box(100, 100, 1).Mesh
	thick := func(p r3.Vector) float32 { // stripes of 20 mm along y
		return float32(int(p.X/20)%2) + 0.5
	}
	heat := &thumbnail.HeatMap{Minimum: 1, NoLegend: true, Faces: make([]float32, len(plate.Triangles))}
	random := meshtest.Random(1)
	for f := range plate.Triangles {
		heat.Faces[f] = 5
		if plate.AreaVector(f).Z <= 0 {
			continue
		}
		a, b, c := plate.Corners(f)
		for range 20_000 {
			u, v := random.Float64(), random.Float64()
			if u+v > 1 {
				u, v = 1-u, 1-v
			}
			p := a.Add(b.Sub(a).Mul(u)).Add(c.Sub(a).Mul(v))
			heat.Samples = append(heat.Samples, thumbnail.HeatSample{Point: p, Face: uint32(f), Value: thick(p)})
		}
	}
	random.Shuffle(len(heat.Samples), func(i, j int) {
		heat.Samples[i], heat.Samples[j] = heat.Samples[j], heat.Samples[i]
	})
	img := render(t, plate, thumbnail.Options{Width: 500, View: view(t, "top"), Heat: heat})
	for y := 30.0; y < 470; y += 7 {
		for x := 2.5; x < 100; x += 5 { // never nearer than 2.5 mm to a limit
			at := image.Pt(20+int(x*4.6), int(y))
			want := "red"
			if thick(r3.Vector{X: x}) > 1 {
				want = "green"
			}
			if got := hue(img.NRGBAAt(at.X, at.Y)); got != want {
				t.Fatalf("at %v %s, want %s", at, got, want)
			}
		}
	}
	img = render(t, plate, thumbnail.Options{Width: 500, View: view(t, "bottom"), Heat: heat})
	if got := hue(img.NRGBAAt(250, 250)); got != "green" {
		t.Errorf("the side without samples is %s", got)
	}
}

// The legend shows all colours below the part, and gives way where it could
// not be read.
func TestLegend(t *testing.T) {
	cube := meshtest.Cube(10).Mesh
	heat := thumbnail.HeatMap{Minimum: 0.8, Optimal: 1.2}
	colors := func(opts thumbnail.Options, heat thumbnail.HeatMap) map[string]int {
		opts.Heat = &heat
		img := render(t, cube, opts)
		seen := map[string]int{}
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				seen[hue(img.NRGBAAt(x, y))]++
			}
		}
		return seen
	}
	for _, size := range []int{220, 512, 1100} {
		seen := colors(thumbnail.Options{Width: size}, heat)
		if seen["red"] < 10 || seen["yellow"] < 10 || seen["green"] < 10 {
			t.Errorf("%d pixels: %v", size, seen)
		}
	}
	off := heat
	off.NoLegend = true
	lidless := meshtest.LidlessBox(10, 10, 10).Mesh
	topology, err := mesh.NewTopology(t.Context(), lidless, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []bool{false, true} {
		// The mark of the legend stands in the lowest rows, where the box has
		// no open edge.
		img := render(t, lidless, thumbnail.Options{Width: 400, Marks: &thumbnail.Marks{Topology: topology, NoLegend: hidden}})
		marked := 0
		for y := 370; y < 400; y++ {
			for x := range 400 {
				if c := img.NRGBAAt(x, y); c.A == 255 && c.R > 200 && c.G < 40 && c.B > 120 {
					marked++
				}
			}
		}
		if (marked == 0) != hidden {
			t.Errorf("legend of edges, left out %v: %d pixels", hidden, marked)
		}
	}
	for name, seen := range map[string]map[string]int{
		"small":    colors(thumbnail.Options{Width: 48}, heat),
		"left out": colors(thumbnail.Options{Width: 300}, off),
	} {
		if seen["red"]+seen["yellow"]+seen["green"] > 0 {
			t.Errorf("%s: %v", name, seen)
		}
	}
	if seen := colors(thumbnail.Options{Width: 300}, thumbnail.HeatMap{Minimum: 1}); seen["yellow"] > 0 || seen["red"] == 0 {
		t.Errorf("without optimum: %v", seen)
	}
}

// Open edges are magenta, those behind the part faintly so; a closed part has
// none. Points get rings.
func TestMarks(t *testing.T) {
	magenta := func(img *image.NRGBA) (clear, faint int) {
		for i := 0; i < len(img.Pix); i += 4 {
			r, g, b := int(img.Pix[i]), int(img.Pix[i+1]), int(img.Pix[i+2])
			switch {
			case r > 200 && g < 60 && b > 100:
				clear++
			case r > g+40 && b > g+20:
				faint++
			}
		}
		return clear, faint
	}
	for _, c := range []struct {
		name, view   string
		solid        meshtest.Solid
		clear, faint bool
	}{
		{"closed", "iso", meshtest.Cube(10), false, false},
		{"lidless from above", "iso", meshtest.LidlessBox(10, 10, 10), true, true},
		{"lidless from below", "1,-1,-1", meshtest.LidlessBox(10, 10, 10), true, true},
		{"lidless from straight below", "bottom", meshtest.LidlessBox(10, 10, 10), true, true},
	} {
		topology, err := mesh.NewTopology(context.Background(), c.solid.Mesh, 1)
		if err != nil {
			t.Fatal(err)
		}
		img := render(t, c.solid.Mesh, thumbnail.Options{Width: 300, View: view(t, c.view), Marks: &thumbnail.Marks{Topology: topology}})
		if clear, faint := magenta(img); clear > 0 != c.clear || faint > 0 != c.faint {
			t.Errorf("%s: %d pixels clear, %d faint", c.name, clear, faint)
		}
	}
	// A ring in the middle of the part is in the middle of the picture.
	img := render(t, meshtest.Cube(10).Mesh, thumbnail.Options{Width: 400, Marks: &thumbnail.Marks{Points: []r3.Vector{{X: 5, Y: 5, Z: 5}}}})
	dark := 0
	for y := range 400 {
		for x := range 400 {
			if c := img.NRGBAAt(x, y); c.A == 255 && c.R < 60 {
				dark++
				if math.Hypot(float64(x)-199.5, float64(y)-199.5) > 12 {
					t.Fatalf("ink at %d, %d", x, y)
				}
			}
		}
	}
	if dark < 8 {
		t.Errorf("%d dark pixels", dark)
	}
}

// A heat mesh has the surface of the part, and each triangle its own colour
// and value.
func TestHeatMesh(t *testing.T) {
	cube := meshtest.Cube(10).Mesh
	values := make([]float32, len(cube.Triangles))
	for f := range values {
		values[f] = float32(f)
	}
	values[3] = float32(math.NaN())
	heat := &thumbnail.HeatMap{Faces: values, Minimum: 1, Optimal: 2}
	m, colors, scalars := thumbnail.HeatMesh(cube, heat)
	if len(m.Triangles) != len(cube.Triangles) || len(colors) != len(m.Vertices) || len(scalars) != len(m.Vertices) {
		t.Fatalf("%d triangles, %d vertices, %d colours, %d numbers", len(m.Triangles), len(m.Vertices), len(colors), len(scalars))
	}
	for f := range m.Triangles {
		a, b, c := m.Corners(f)
		if x, y, z := cube.Corners(f); a != x || b != y || c != z {
			t.Errorf("triangle %d moved", f)
		}
		want := heat.Color(values[f])
		for _, v := range m.Triangles[f] {
			if math.Float32bits(scalars[v]) != math.Float32bits(values[f]) || colors[v] != [3]uint8{want.R, want.G, want.B} {
				t.Errorf("triangle %d: %v, %v", f, scalars[v], colors[v])
			}
		}
	}
}
