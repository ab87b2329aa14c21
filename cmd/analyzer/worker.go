package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/thumbnail"
)

// A workOrder asks a worker process for the reports of one file.
type workOrder struct {
	Name    string           `json:"name"`
	Path    string           `json:"path"`
	Options analysis.Options `json:"options"`
	Threads int              `json:"threads,omitempty"`
	Timeout time.Duration    `json:"timeout,omitempty"`
	// Memory in bytes beyond which the worker collects garbage eagerly.
	Memory int64 `json:"memory,omitempty"`
}

// A workAnswer is one line of what a worker process says: that it begins with
// a file, how far it is, a finding, or that the file is done.
type workAnswer struct {
	Begun    bool           `json:"begun,omitempty"`
	Stage    analysis.Stage `json:"stage,omitempty"`
	Fraction float64        `json:"fraction,omitempty"`
	Finding  *finding       `json:"finding,omitempty"`
	Done     bool           `json:"done,omitempty"`
}

// A finding is a report and the picture that belongs to it.
type finding struct {
	// Report stays as the worker wrote it, so that the results of a file are
	// the same bytes however often they are copied.
	Report  json.RawMessage `json:"report"`
	Picture []byte          `json:"picture,omitempty"` // PNG
}

func (f *finding) decode() (*analysis.Report, error) {
	report := new(analysis.Report)
	err := json.Unmarshal(f.Report, report)
	return report, err
}

// Of worker processes.
const (
	workerCommand    = "worker"
	progressInterval = 200 * time.Millisecond
	pictureSide      = 320 // pixels
)

// beforeWork is called before a file is read. Tests make it fail.
var beforeWork = func(path string) {}

func (p *program) workerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    workerCommand,
		Short:  "Analyse the files of a batch for another process",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Ctrl-C reaches the whole group; the parent decides.
			signal.Ignore(os.Interrupt)
			return p.work(context.WithoutCancel(cmd.Context()))
		},
	}
}

// work answers orders until standard input ends, at once also when that is in
// the middle of a file: the parent is gone then.
func (p *program) work(ctx context.Context) error {
	orders := make(chan workOrder)
	go func() {
		decoder := json.NewDecoder(p.stdin)
		for {
			var order workOrder
			if err := decoder.Decode(&order); err != nil {
				if errors.Is(err, io.EOF) {
					os.Exit(exitOK)
				}
				os.Exit(exitFailed)
			}
			orders <- order
		}
	}()
	answers := answerWriter{encoder: json.NewEncoder(p.stdout)}
	for order := range orders {
		if err := answers.answer(ctx, order); err != nil {
			return err
		}
	}
	return nil
}

// An answerWriter writes answers, also from several goroutines.
type answerWriter struct {
	mu      sync.Mutex
	encoder *json.Encoder
	last    time.Time // of a word about progress
}

func (w *answerWriter) write(a workAnswer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.encoder.Encode(a)
}

func (w *answerWriter) progress(now analysis.Progress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.last) < progressInterval {
		return
	}
	w.last = time.Now()
	// Whether the parent still listens shows with the next finding.
	_ = w.encoder.Encode(workAnswer{Stage: now.Stage, Fraction: now.Fraction})
}

func (w *answerWriter) answer(ctx context.Context, order workOrder) error {
	opts := order.Options
	opts.Name, opts.Threads, opts.Timeout, opts.Progress = order.Name, order.Threads, order.Timeout, w.progress
	if order.Memory > 0 {
		debug.SetMemoryLimit(order.Memory + ballastSize)
	}
	// From here on what happens is the file's doing.
	if err := w.write(workAnswer{Begun: true}); err != nil {
		return err
	}
	beforeWork(order.Path)
	f, err := os.Open(order.Path)
	if err != nil {
		if err := w.find(ctx, &analysis.Subject{Report: analysis.Refused(plainError(err), opts)}); err != nil {
			return err
		}
		return w.write(workAnswer{Done: true})
	}
	defer f.Close()
	for subject, err := range analysis.ExamineEach(ctx, f, opts) {
		if err != nil {
			return err
		}
		if err := w.find(ctx, subject); err != nil {
			return err
		}
	}
	return w.write(workAnswer{Done: true})
}

func (w *answerWriter) find(ctx context.Context, subject *analysis.Subject) error {
	report, err := json.Marshal(subject.Report)
	if err != nil {
		return err
	}
	return w.write(workAnswer{Finding: &finding{Report: report, Picture: picture(ctx, subject)}})
}

// picture draws a part, with its walls coloured where they are judged. A part
// that cannot be drawn, such as a flat one, has no picture.
func picture(ctx context.Context, s *analysis.Subject) []byte {
	if s.Report.Error != nil {
		return nil
	}
	img, err := s.Picture(ctx, analysis.PictureOptions{
		Look:        thumbnail.Options{Width: pictureSide, Height: pictureSide, View: thumbnail.View{Auto: true}},
		HeatMap:     s.Report.Options.MinWall > 0 && s.Samples != nil,
		MarkDefects: true,
		NoLegend:    true,
	})
	if err != nil {
		return nil
	}
	var out bytes.Buffer
	if thumbnail.WritePNG(&out, img) != nil {
		return nil
	}
	return out.Bytes()
}
