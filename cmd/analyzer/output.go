package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// A printer writes reports in one form.
type printer interface {
	print(*analysis.Report) error
	// finish writes what stands below the last report.
	finish() error
}

// An outcome prints the reports of a session and keeps what its exit code
// and its closing words depend on.
type outcome struct {
	*session
	progress *progress
	out      *bufio.Writer
	printer  printer

	printed int
	failed  int
	met     bool
	skipped []string // files in folders that are no models
}

func newOutcome(s *session, inputs []input, opts analysis.Options) *outcome {
	o := &outcome{session: s, out: bufio.NewWriterSize(s.stdout, 1<<16)}
	o.progress = newProgress(s.stderr, inputs, !s.noProgress && !s.quiet)
	judged := slices.Contains(opts.WithDefaults().Stages, analysis.StageCriteria)
	switch {
	case s.json:
		o.printer = newJSONPrinter(o.out)
	case s.csv:
		o.printer = newCSVPrinter(o.out)
	default:
		o.printer = newTextPrinter(o.out, styleOf(s.stdout), inputs, judged)
	}
	return o
}

// print takes the next report.
func (o *outcome) print(in input, report *analysis.Report) error {
	if !in.named && isNoModel(in, report) {
		o.skipped = append(o.skipped, in.name)
		return nil
	}
	o.count(report)
	var err error
	o.progress.aside(func() {
		o.explain(report)
		if err = o.printer.print(report); err == nil {
			err = o.out.Flush()
		}
	})
	return err
}

// count takes a report into what the exit code depends on.
func (o *outcome) count(report *analysis.Report) {
	o.printed++
	switch {
	case report.Error != nil:
		o.failed++
	case o.failOn.met(report.Status):
		o.met = true
	}
}

// explain shows where the engine failed, for the one who will report it.
func (o *outcome) explain(report *analysis.Report) {
	var fault *analysis.Panic
	if report.Error != nil && errors.As(report.Error, &fault) && !o.quiet {
		note(o.stderr, "%s: %v", printable(report.File), fault)
	}
}

// finish writes the closing words and returns the error that makes the exit
// code.
func (o *outcome) finish(ctx context.Context, finished, all int) error {
	err := o.printer.finish()
	if err == nil {
		err = o.out.Flush()
	}
	if err != nil {
		return o.writeError(err)
	}
	if len(o.skipped) > 0 && !o.quiet {
		note(o.stderr, "%s", skippedNote(o.skipped))
	}
	switch {
	case ctx.Err() != nil && finished < all:
		if !o.quiet {
			note(o.stderr, "interrupted: %d of %d files were analysed", finished-len(o.skipped), all-len(o.skipped))
		}
		return exitError(exitFailed)
	case o.printed == 0:
		note(o.stderr, "there is no model in the folder")
		return exitError(exitFailed)
	case o.failed > 0:
		return exitError(exitFailed)
	case o.met:
		return exitError(exitMet)
	}
	return nil
}

func (o *outcome) writeError(err error) error {
	note(o.stderr, "the results cannot be written: %v", plainError(err))
	return exitError(exitFailed)
}

// isNoModel reports whether a file that was found in a folder is something
// other than a model: it is of no format that is read, or too large to be
// looked at, and is not called like a model either.
func isNoModel(in input, report *analysis.Report) bool {
	if report.Error == nil || report.File != in.name || hasModelName(in.name) {
		return false
	}
	switch report.Error.Code {
	case mesh.CodeUnknownFormat, mesh.CodeUnsupportedFormat, mesh.CodeEncoding, mesh.CodeTooShort, mesh.CodeLimitFile:
		return true
	}
	return false
}

// modelNames are the endings of models, also of formats that are not read:
// who keeps such a file beside others wants to know that it was not analysed.
var modelNames = []string{
	".stl", ".obj", ".ply", ".off", ".3mf", ".amf", ".gltf", ".glb",
	".step", ".stp", ".iges", ".igs", ".brep", ".x_t", ".x_b", ".jt", ".3dm", ".dwg", ".dxf", ".sldprt", ".sldasm",
	".ipt", ".iam", ".prt", ".catpart", ".f3d", ".fcstd", ".scad", ".fbx", ".dae", ".blend", ".wrl", ".x3d", ".usdz", ".3ds",
}

func hasModelName(name string) bool {
	return slices.Contains(modelNames, strings.ToLower(filepath.Ext(name)))
}

// skippedNote names the first few files that were skipped.
func skippedNote(names []string) string {
	const most = 5
	var shown []string
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, printable(n))
	}
	text := plural(len(names), "file that is no model was", "files that are no models were") + " skipped: " + strings.Join(shown, ", ")
	if more := len(names) - most; more > 0 {
		text += " and " + plural(more, "other", "others")
	}
	return text
}

// A jsonPrinter writes one object a line.
type jsonPrinter struct{ encoder *json.Encoder }

func newJSONPrinter(out *bufio.Writer) jsonPrinter {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return jsonPrinter{e}
}

func (p jsonPrinter) print(report *analysis.Report) error { return p.encoder.Encode(report) }
func (jsonPrinter) finish() error                         { return nil }

// verdictWords name a verdict in text.
var verdictWords = map[printability.Verdict]string{
	printability.Printable:             "printable",
	printability.PrintableWithWarnings: "printable with warnings",
	printability.NotPrintable:          "not printable",
	printability.VerdictUnknown:        "not certain",
}
