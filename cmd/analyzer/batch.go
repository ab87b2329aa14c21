package main

import (
	"context"
	"sync"

	"github.com/partgauge/partgauge/analysis"
)

const (
	// inFlightBytes bounds the files that are analysed at one time by the sum
	// of their sizes; a larger one runs alone. An analysis takes up to ten
	// times the size of its file.
	inFlightBytes = 64 << 20
	// unknownSize is what a file counts whose size is not known.
	unknownSize = inFlightBytes / 4
	// waitingReports is how many inputs may be ahead of the one that is to be
	// printed next.
	waitingReports = 64
)

// A job is one input on its way through a batch.
type job struct {
	input   input
	weight  int64
	reports chan *analysis.Report // closed after the last one
	whole   bool                  // all reports came; set before reports is closed
}

// A batch analyses many inputs at a time and hands out their reports in the
// order of the inputs. Memory is bounded by inFlightBytes and waitingReports.
type batch struct {
	workers int
	// analyse sends the reports of an input, more than one for an archive,
	// and returns an error if it was interrupted.
	analyse func(ctx context.Context, in input, send func(*analysis.Report)) error
	// print is called for one report after the other. Its error ends the
	// batch.
	print func(in input, report *analysis.Report) error
}

// run returns how many inputs were analysed to their end, and the error of
// print. When ctx ends, what was finished by then is still printed.
func (b *batch) run(ctx context.Context, inputs []input) (finished int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	ordered := make(chan *job, waitingReports)
	ready := make(chan *job)
	room := newRoom(inFlightBytes)
	var workers sync.WaitGroup
	// The workers stop before run returns, so that nothing runs on.
	defer workers.Wait()
	defer cancel()

	for range b.workers {
		workers.Go(func() {
			for j := range ready {
				b.work(ctx, j)
				room.leave(j.weight)
			}
		})
	}
	workers.Go(func() {
		defer close(ordered)
		defer close(ready)
		for _, in := range inputs {
			j := &job{input: in, weight: weightOf(in), reports: make(chan *analysis.Report, 1)}
			// Entering in the order of printing is what rules out a deadlock:
			// the oldest job always has its room.
			if room.enter(ctx, j.weight) != nil {
				return
			}
			select {
			case ordered <- j:
			case <-ctx.Done():
				return
			}
			select {
			case ready <- j:
			case <-ctx.Done():
				close(j.reports)
				return
			}
		}
	})

	// Every job is drained, also after an error, so that no worker hangs.
	for j := range ordered {
		for report := range j.reports {
			if err != nil {
				continue
			}
			if err = b.print(j.input, report); err != nil {
				cancel()
			}
		}
		if j.whole && err == nil {
			finished++
		}
	}
	return finished, err
}

func (b *batch) work(ctx context.Context, j *job) {
	defer close(j.reports)
	j.whole = b.analyse(ctx, j.input, func(r *analysis.Report) { j.reports <- r }) == nil
}

func weightOf(in input) int64 {
	if in.size == 0 && in.err == nil {
		return unknownSize
	}
	return min(in.size, inFlightBytes)
}

// A room lets in as many as it has space for, in turn.
type room struct {
	mu    sync.Mutex
	free  int64
	freed chan struct{} // signals the one who waits
}

func newRoom(space int64) *room {
	return &room{free: space, freed: make(chan struct{}, 1)}
}

// enter takes space, waiting for it until ctx ends. One goroutine at a time
// may enter.
func (r *room) enter(ctx context.Context, space int64) error {
	for {
		r.mu.Lock()
		if r.free >= space {
			r.free -= space
			r.mu.Unlock()
			return ctx.Err()
		}
		r.mu.Unlock()
		select {
		case <-r.freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *room) leave(space int64) {
	r.mu.Lock()
	r.free += space
	r.mu.Unlock()
	select {
	case r.freed <- struct{}{}:
	default:
	}
}
