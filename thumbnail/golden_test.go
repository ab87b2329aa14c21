package thumbnail_test

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/thumbnail"
)

var update = flag.Bool("update", false, "write testdata/golden.tsv")

// The pixels of the sample models are those that they have always been, on
// every machine. Who changes how pictures look runs this with -update, and
// looks at them.
func TestGolden(t *testing.T) {
	const golden = "testdata/golden.tsv"
	files, err := filepath.Glob("../testdata/models/*")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, file := range files {
		if ext := filepath.Ext(file); ext == ".md" || ext == ".tsv" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
		if err != nil {
			continue // broken on purpose
		}
		for _, look := range looks(t, f.Mesh) {
			img := render(t, f.Mesh, look.opts)
			fmt.Fprintf(&out, "%s\t%s\t%x\n", filepath.Base(file), look.name, sha256.Sum256(img.Pix))
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(out.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Errorf("line %d of %s is %q now", i+1, golden, got[min(i, len(got)-1)])
		}
	}
	if n := strings.Count(string(want), "\n"); len(got) != n+1 || n < 10 {
		t.Errorf("%d pictures, %d in %s", len(got)-1, n, golden)
	}
}

type look struct {
	name string
	opts thumbnail.Options
}

// looks are a shaded picture, and one with a heat map, marks and legend.
func looks(t *testing.T, m *mesh.Mesh) []look {
	topology, err := mesh.NewTopology(context.Background(), m, 0)
	if err != nil {
		t.Fatal(err)
	}
	faces := make([]float32, len(m.Triangles))
	for f := range faces {
		faces[f] = float32(f%4) + 0.5
	}
	return []look{
		{"shaded", thumbnail.Options{Width: 160, View: thumbnail.View{Auto: true}}},
		{"heat", thumbnail.Options{
			Width: 320, Height: 240, Background: color.NRGBA{R: 240, G: 244, B: 248, A: 255},
			Heat:  &thumbnail.HeatMap{Faces: faces, Minimum: 1, Optimal: 2},
			Marks: &thumbnail.Marks{Topology: topology, Points: m.Vertices[:2]},
		}},
	}
}
