package analysis_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/thumbnail"
)

func examine(t *testing.T, data []byte, opts analysis.Options) *analysis.Subject {
	t.Helper()
	s, err := analysis.Examine(context.Background(), data, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What Examine keeps is what its report is about, and can be drawn and written.
func TestExamine(t *testing.T) {
	data := meshtest.STL(meshtest.OpenBox(30, 20, 10, 0.5).Mesh)
	opts := analysis.Options{MinWall: 1, Stages: []analysis.Stage{analysis.StageThickness}}
	opts.Sampling.Samples = 2000
	s := examine(t, data, opts)
	if s.Report.Error != nil || s.Mesh == nil || s.Samples == nil {
		t.Fatalf("%v, mesh %v, samples %v", s.Report.Error, s.Mesh != nil, s.Samples != nil)
	}
	if len(s.Mesh.Triangles) != s.Report.Optimized.Triangles || len(s.Samples.All) != s.Report.Thickness.Samples {
		t.Errorf("%d triangles and %d samples, the report has %d and %d",
			len(s.Mesh.Triangles), len(s.Samples.All), s.Report.Optimized.Triangles, s.Report.Thickness.Samples)
	}
	img, err := s.Picture(context.Background(), analysis.PictureOptions{HeatMap: true, MarkDefects: true, Look: thumbnail.Options{Width: 200}})
	if err != nil {
		t.Fatal(err)
	}
	red := 0
	for i := 0; i < len(img.Pix); i += 4 {
		if img.Pix[i+3] == 255 && img.Pix[i] > 2*img.Pix[i+1] {
			red++
		}
	}
	if red < 4000 {
		t.Errorf("of a part with walls of 0.5 mm, %d pixels are red", red)
	}
	m, write, err := s.HeatMesh()
	if err != nil {
		t.Fatal(err)
	}
	least := math.Inf(1)
	for _, v := range write.Scalars {
		least = min(least, float64(v))
	}
	if math.Abs(least-0.5) > 1e-6 {
		t.Errorf("the thinnest vertex has %v mm", least)
	}
	var glb bytes.Buffer
	if err := mesh.Write(&glb, m, mesh.FormatGLB, write); err != nil {
		t.Fatal(err)
	}
	back := examine(t, glb.Bytes(), opts)
	if got, want := *back.Report.Optimized.Volume, *s.Report.Optimized.Volume; math.Abs(got-want) > 1e-12*want {
		t.Errorf("written and read, the volume is %v, was %v", got, want)
	}
}

// What cannot be drawn is an error, and never a panic.
func TestPictureErrors(t *testing.T) {
	cube := meshtest.STL(meshtest.Cube(10).Mesh)
	ctx := context.Background()
	broken := examine(t, cube[:300], analysis.Options{MinWall: 1})
	if _, err := broken.Picture(ctx, analysis.PictureOptions{}); err == nil || broken.Report.Error == nil {
		t.Error("a refused file is drawn")
	}
	for name, opts := range map[string]analysis.Options{
		"without walls":   {MinWall: 1, Stages: []analysis.Stage{analysis.StageClean}},
		"without minimum": {Stages: []analysis.Stage{analysis.StageThickness}},
	} {
		s := examine(t, cube, opts)
		if _, err := s.Picture(ctx, analysis.PictureOptions{HeatMap: true}); err == nil {
			t.Errorf("%s: a heat map", name)
		}
		if _, _, err := s.HeatMesh(); err == nil {
			t.Errorf("%s: a heat mesh", name)
		}
		if _, err := s.Picture(ctx, analysis.PictureOptions{MarkDefects: true}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var e *mesh.Error
	if _, err := analysis.Picture(ctx, cube[:300], analysis.Options{}, analysis.PictureOptions{}); !errors.As(err, &e) || e.Code != mesh.CodeSTLTruncated {
		t.Errorf("truncated: %v", err)
	}
	if _, err := analysis.Picture(ctx, cube, analysis.Options{}, analysis.PictureOptions{HeatMap: true}); err == nil {
		t.Error("a heat map without an analysis")
	}
	// A sheet is refused by an analysis, but has a picture.
	sheet := meshtest.STL(meshtest.Sheet(10, 3).Mesh)
	img, err := analysis.Picture(ctx, sheet, analysis.Options{}, analysis.PictureOptions{MarkDefects: true})
	if err != nil || img.Rect.Dx() != 512 {
		t.Errorf("a sheet: %v", err)
	}
}
