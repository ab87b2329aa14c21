package analysis_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// fewSamples is for tests that are not about what walls measure.
var fewSamples = printability.SampleOptions{Samples: 5000}

func stl(s meshtest.Solid) []byte { return meshtest.STL(s.Mesh) }

// refusal runs an analysis that must end in a report with an error.
func refusal(t *testing.T, r io.Reader, opts analysis.Options) *analysis.Report {
	t.Helper()
	report, err := analysis.Run(t.Context(), r, opts)
	if err != nil {
		t.Fatal(err)
	}
	if report.Error == nil {
		t.Fatal("not refused")
	}
	if report.Status != "" || report.Original != nil || report.Optimized != nil || report.Criteria != nil || report.Thickness != nil {
		t.Error("a refused file has results")
	}
	return report
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("disk on fire") }

// Whatever is wrong with one file is an answer in its report.
func TestRunAnswersFailures(t *testing.T) {
	cube := stl(meshtest.Cube(20))
	for _, row := range []struct {
		name string
		r    io.Reader
		opts analysis.Options
		code mesh.Code
		kind analysis.ErrorKind
	}{
		{"no model", strings.NewReader("no model at all\n"), analysis.Options{}, mesh.CodeUnknownFormat, analysis.KindUnsupportedFormat},
		{"truncated", bytes.NewReader(cube[:600]), analysis.Options{}, mesh.CodeSTLTruncated, analysis.KindUnreadable},
		{"reader fails", iotest.ErrReader(io.ErrUnexpectedEOF), analysis.Options{}, analysis.CodeRead, analysis.KindUnreadable},
		{"engine panics", panicReader{}, analysis.Options{}, analysis.CodeInternal, analysis.KindInternal},
		{"too large, size known", bytes.NewReader(cube), analysis.Options{Limits: mesh.Limits{FileBytes: 100}}, mesh.CodeLimitFile, analysis.KindTooLarge},
		{"too large, size unknown", iotest.OneByteReader(bytes.NewReader(cube)), analysis.Options{Limits: mesh.Limits{FileBytes: 100}}, mesh.CodeLimitFile, analysis.KindTooLarge},
		{"too many triangles", bytes.NewReader(cube), analysis.Options{Limits: mesh.Limits{Triangles: 11}}, mesh.CodeLimitTriangles, analysis.KindLimitsExceeded},
		{"out of time", bytes.NewReader(cube), analysis.Options{Timeout: time.Nanosecond}, analysis.CodeTimeout, analysis.KindTimeout},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.opts.Name = "part.stl"
			report := refusal(t, row.r, row.opts)
			if report.Error.Code != row.code || report.Error.Kind != row.kind || report.Error.Message == "" {
				t.Errorf("got %+v", report.Error)
			}
			if report.File != "part.stl" || report.Options == nil {
				t.Errorf("the report does not say what it is about: %+v", report)
			}
		})
	}
}

// A file exactly at the limit is fine.
func TestRunAtTheLimit(t *testing.T) {
	cube := stl(meshtest.Cube(20))
	opts := analysis.Options{Sampling: fewSamples, Limits: mesh.Limits{FileBytes: int64(len(cube)), Triangles: 12}}
	for _, r := range []io.Reader{bytes.NewReader(cube), iotest.OneByteReader(bytes.NewReader(cube))} {
		report, err := analysis.Run(t.Context(), r, opts)
		if err != nil || report.Error != nil {
			t.Errorf("%v, %v", err, report.Error)
		}
	}
}

// Options that cannot be and a context that has ended are errors, without a
// report.
func TestRunErrors(t *testing.T) {
	cube := stl(meshtest.Cube(20))
	report, err := analysis.RunBytes(t.Context(), cube, analysis.Options{MinWall: -1})
	var refused *analysis.OptionError
	if report != nil || !errors.As(err, &refused) {
		t.Errorf("got %v, %v", report, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if report, err := analysis.RunBytes(ctx, cube, analysis.Options{}); report != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", report, err)
	}
}

// Cancellation is noticed in every stage, and progress never goes back.
func TestRunCancelledInEachStage(t *testing.T) {
	data := stl(meshtest.Icosphere(10, 4))
	var stages []analysis.Stage
	last := -1.0
	opts := analysis.Options{MinWall: 1, Sampling: fewSamples, Progress: func(p analysis.Progress) {
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
		if p.Fraction < last || p.Fraction > 1 {
			t.Errorf("progress went from %g to %g in %s", last, p.Fraction, p.Stage)
		}
		last = p.Fraction
	}}
	if report, err := analysis.RunBytes(t.Context(), data, opts); err != nil || report.Error != nil {
		t.Fatal(err, report.Error)
	}
	if len(stages) < 6 {
		t.Errorf("only %d stages: %v", len(stages), stages)
	}
	for _, stage := range stages {
		ctx, cancel := context.WithCancel(t.Context())
		opts.Progress = func(p analysis.Progress) {
			if p.Stage == stage {
				cancel()
			}
		}
		if report, err := analysis.RunBytes(ctx, data, opts); report != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in %s: got %v, %v", stage, report, err)
		}
	}
}

// A read that blocks holds up neither a deadline nor a cancellation.
func TestRunWhileReadBlocks(t *testing.T) {
	blocked, writer := io.Pipe()
	defer writer.Close()
	report := refusal(t, blocked, analysis.Options{Timeout: time.Millisecond})
	if report.Error.Kind != analysis.KindTimeout {
		t.Errorf("got %v", report.Error)
	}
	for report, err := range analysis.RunEach(t.Context(), blocked, analysis.Options{Timeout: time.Millisecond}) {
		if err != nil || report.Error == nil || report.Error.Kind != analysis.KindTimeout {
			t.Errorf("got %v, %v", report, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if report, err := analysis.Run(ctx, blocked, analysis.Options{}); report != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", report, err)
	}
}

// A binary STL in a file is analysed as it is read, with the report of its
// bytes; what only looks like one, or is not at its start, is read first.
func TestRunFile(t *testing.T) {
	cube := meshtest.STL(meshtest.Torus(20, 5, 200, 100).Mesh)
	nan := slices.Clone(cube)
	copy(nan[84+50*9000+12:], "\x00\x00\xc0\x7f")
	opts := analysis.Options{Stages: analysis.InfoStages()}
	for name, data := range map[string][]byte{
		"torus": cube, "not a number": nan, "cut": cube[:len(cube)-1], "one more": append(slices.Clone(cube), 0), "short": cube[:20], "empty": nil,
	} {
		path := filepath.Join(t.TempDir(), "part")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		want, err := analysis.RunBytes(t.Context(), data, opts)
		if err != nil {
			t.Fatal(err)
		}
		want.Timings = nil
		analyses := map[string]func(*os.File) (*analysis.Report, error){
			"Run": func(f *os.File) (*analysis.Report, error) { return analysis.Run(t.Context(), f, opts) },
			"RunEach": func(f *os.File) (report *analysis.Report, err error) {
				for report, err = range analysis.RunEach(t.Context(), f, opts) {
					break
				}
				return report, err
			},
		}
		for which, analyse := range analyses {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := analyse(f)
			if err != nil {
				t.Fatal(err)
			}
			got.Timings = nil
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s of %s: got %+v, want %+v", which, name, got, want)
			}
			if _, err := f.Seek(1, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if got, err := analyse(f); err != nil || got.Bytes > int64(len(data)) || len(data) > 0 && got.Bytes == int64(len(data)) {
				t.Errorf("%s of %s from its second byte: %+v, %v", which, name, got, err)
			}
			f.Close()
		}
	}
}

// A binary STL that is larger than allowed is refused before it is read.
func TestRunFileTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "part.stl")
	if err := os.WriteFile(path, meshtest.STL(meshtest.Cube(20).Mesh), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report := refusal(t, f, analysis.Options{Limits: mesh.Limits{FileBytes: 683}})
	if report.Error.Code != mesh.CodeLimitFile {
		t.Errorf("got %v", report.Error)
	}
}
