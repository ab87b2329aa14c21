package files

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/examine"
	"github.com/partgauge/partgauge/internal/fault"
)

const (
	progressInterval = 300 * time.Millisecond
	partLimit        = 4 << 30 // the child is bounded more tightly
)

// Analyze works on a task: it analyses the bytes and writes down what was
// found, in one transaction with the end of the task. It returns an error if it
// could not; then the task may be tried again.
func (f *Files) Analyze(ctx context.Context, c Claim, subject string) error {
	a, err := f.begin(ctx, c, subject)
	if err != nil {
		return err
	}
	body, err := f.Blobs.Open(ctx, a.Blob.Hash)
	if err != nil {
		return err
	}
	defer body.Close()
	drafts := drafts{ctx: ctx, blobs: f.Blobs, parts: map[examine.Part]Draft{}}
	defer drafts.discard()
	request := f.request(a)
	request.Body, request.Receive, request.Progress = body, drafts.receive, f.progress(ctx, a.ID)
	raw, report, err := f.Examiner.Examine(ctx, request)
	if err != nil {
		return err
	}
	if report.Error == nil {
		if err := drafts.keep(&a); err != nil {
			return err
		}
	}
	return f.conclude(ctx, c, a, raw, report)
}

// GiveUp writes down that an analysis came to harm as often as it was tried.
func (f *Files) GiveUp(ctx context.Context, c Claim, subject string) error {
	a, err := f.begin(ctx, c, subject)
	if err != nil {
		return err
	}
	raw, report, err := examine.GivenUp(f.request(a))
	if err != nil {
		return err
	}
	return f.conclude(ctx, c, a, raw, report)
}

// begin returns the analysis that a task is about. If it is gone, so is the
// task, and the error is a fault.Conflict.
func (f *Files) begin(ctx context.Context, c Claim, subject string) (a Analysis, err error) {
	id, err := strconv.ParseInt(subject, 10, 64)
	if err != nil {
		return Analysis{}, fmt.Errorf("%q is no analysis", subject)
	}
	err = f.Store.View(ctx, func(tx Tx) error {
		a, err = tx.Analyses().Get(AnalysisID(id))
		return err
	})
	if !fault.Is(err, fault.NotFound) {
		return a, err
	}
	if err := f.Store.Update(ctx, func(tx Tx) error { return tx.Tasks().Finish(c) }); err != nil {
		return Analysis{}, err
	}
	return Analysis{}, fault.Refused("TASK_LOST", "The analysis is not needed any more.")
}

func (f *Files) request(a Analysis) examine.Request {
	opts := f.Options
	opts.Unit = a.Unit
	return examine.Request{Bytes: a.Blob.Size, Options: opts}
}

// progress returns a function that writes down how far an analysis is, now and
// then. That this fails is no reason to fail.
func (f *Files) progress(ctx context.Context, id AnalysisID) func(analysis.Progress) {
	var last time.Time
	return func(p analysis.Progress) {
		if time.Since(last) < progressInterval {
			return
		}
		last = time.Now()
		_ = f.Store.Update(ctx, func(tx Tx) error {
			a, err := tx.Analyses().Get(id)
			if err != nil || a.State != Pending && a.State != Processing {
				return err
			}
			a.State, a.Stage, a.Fraction, a.Updated = Processing, string(p.Stage), p.Fraction, f.now()
			return tx.Analyses().Save(a)
		})
	}
}

// conclude writes the result down, unless the task is no longer the caller's.
func (f *Files) conclude(ctx context.Context, c Claim, a Analysis, raw []byte, report *analysis.Report) error {
	a.State, a.Stage, a.Fraction, a.Report, a.Updated = Finished, "", 1, raw, f.now()
	if e := report.Error; e != nil {
		a.State, a.Code, a.Message = Failed, string(e.Code), e.Message
	}
	return f.Store.Update(ctx, func(tx Tx) error {
		if err := tx.Tasks().Finish(c); err != nil {
			return err
		}
		for _, b := range a.parts() {
			if err := tx.Blobs().Refer(b); err != nil {
				return err
			}
		}
		return tx.Analyses().Save(a)
	})
}

// drafts takes the parts of an analysis as they come.
type drafts struct {
	ctx   context.Context
	blobs Blobs
	parts map[examine.Part]Draft
}

func (d *drafts) receive(part examine.Part, data []byte) error {
	draft := d.parts[part]
	if draft == nil {
		switch part {
		case examine.Samples, examine.Optimized, examine.Thumbnail, examine.Hull:
		default:
			return fmt.Errorf("an analysis has no part %q", part)
		}
		var err error
		if draft, err = d.blobs.Draft(d.ctx, partLimit); err != nil {
			return err
		}
		d.parts[part] = draft
	}
	_, err := draft.Write(data)
	return err
}

func (d *drafts) keep(a *Analysis) error {
	for part, blob := range map[examine.Part]*Blob{
		examine.Samples: &a.Samples, examine.Optimized: &a.Optimized, examine.Thumbnail: &a.Thumbnail, examine.Hull: &a.Hull,
	} {
		draft := d.parts[part]
		if draft == nil {
			continue
		}
		var err error
		if *blob, err = draft.Keep(); err != nil {
			return err
		}
	}
	return nil
}

func (d *drafts) discard() {
	for _, draft := range d.parts {
		draft.Discard()
	}
}
