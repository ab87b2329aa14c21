package analysis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

// Run analyses the model that r holds: it is read to its end, or until it is
// larger than opts.Limits.FileBytes.
//
// A file that cannot be read, is refused, takes longer than opts.Timeout, or
// makes the engine panic is an answer, not an error: Report.Error says what
// happened and everything after it is absent. So one bad file never stops a
// batch. (Memory that runs out cannot be caught inside a process; the limits
// are there to keep that from happening.) The error is an *OptionError if
// opts cannot be, or ctx's error if ctx ended; the report is nil then.
//
// Neither ctx nor Timeout waits for a read that blocks: Run returns, and r may
// be read from once more when the read comes back.
//
// Time is near-linear in the number of triangles. Memory is bounded by 64 MB,
// 400 bytes a triangle and four times the uncompressed input.
func Run(ctx context.Context, r io.Reader, opts Options) (*Report, error) {
	full, err := prepare(opts)
	if err != nil {
		return nil, err
	}
	return (&run{opts: full, source: sourceOf(r, full.Limits)}).analyse(ctx)
}

// RunBytes is Run for a file that is in memory. data is not changed or kept.
func RunBytes(ctx context.Context, data []byte, opts Options) (*Report, error) {
	full, err := prepare(opts)
	if err != nil {
		return nil, err
	}
	return (&run{opts: full, source: inMemory(data)}).analyse(ctx)
}

// Refused returns the report of a file that could not be had, as Run gives
// it for a reader that fails.
func Refused(err error, opts Options) *Report {
	report := newReport(opts.WithDefaults())
	report.Error = NewError(err)
	return report
}

func prepare(opts Options) (Options, error) {
	if err := opts.Validate(); err != nil {
		return Options{}, err
	}
	return opts.WithDefaults(), nil
}

func newReport(opts Options) *Report {
	return &Report{
		SchemaVersion: SchemaVersion,
		Engine:        EngineVersion,
		File:          opts.Name,
		Warnings:      []mesh.Warning{},
		LimitsHit:     []string{},
		Options:       &opts,
		Timings:       map[Stage]float64{},
	}
}

// analyse is the boundary of the engine: whatever goes wrong with the file
// ends here as Report.Error.
func (r *run) analyse(ctx context.Context) (*Report, error) {
	opts := r.opts
	within, cancel := withTimeout(ctx, opts.Timeout)
	defer cancel()
	r.ctx, r.report = within, newReport(opts)
	_, err := guard(func() (struct{}, error) { return struct{}{}, r.stages() })
	if err == nil {
		return r.report, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	refused := newReport(opts)
	refused.Format, refused.Unit, refused.SHA256, refused.Bytes = r.report.Format, r.report.Unit, r.report.SHA256, r.report.Bytes
	refused.Timings = r.report.Timings
	refused.Error = NewError(err)
	if e := (*mesh.Error)(nil); errors.As(err, &e) && refused.Format == "" {
		refused.Format = e.Format
	}
	return refused, nil
}

// withTimeout is context.WithTimeout where 0 means for ever.
func withTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, timeout)
}

// guard calls work and turns a panic into an error.
func guard[T any](work func() (T, error)) (result T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = parallel.AsPanic(v)
		}
	}()
	return work()
}

func (r *run) runs(s Stage) bool { return slices.Contains(r.opts.Stages, s) }

// threads returns how many processors the analysis may use.
func (r *run) threads() int {
	if r.opts.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return r.opts.Threads
}

// stage runs one stage, with its time and progress.
func (r *run) stage(name Stage, work func() error) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	r.progress(name, 0)
	start := time.Now()
	err := work()
	r.report.Timings[name] = time.Since(start).Seconds()
	r.done += effort[name]
	if err == nil {
		err = r.ctx.Err()
	}
	return err
}

// limit adds a word about what was cut short.
func (r *run) limit(format string, args ...any) {
	r.report.LimitsHit = append(r.report.LimitsHit, fmt.Sprintf(format, args...))
}

// progress reports that fraction of the running stage is done.
func (r *run) progress(name Stage, fraction float64) {
	if r.opts.Progress == nil {
		return
	}
	r.opts.Progress(Progress{Stage: name, Fraction: min(1, (r.done+float64(fraction*effort[name]))/r.total)})
}
