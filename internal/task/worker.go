package task

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/partgauge/partgauge/internal/fault"
)

// Config is what a Worker needs.
type Config struct {
	Queue    Queue
	Handlers map[string]Handler // by kind
	// Size is how many tasks are worked on at a time. Default 1.
	Size int
	// Lease is how long a task stays with a worker that says nothing. Default
	// 6 s.
	Lease time.Duration
	// Alone says that nobody else works on the queue: whatever somebody has
	// when the worker starts is an orphan.
	Alone bool
	Log   *slog.Logger // nil: nothing is logged
}

// A Worker takes tasks and has them done.
type Worker struct {
	Config
	name  string
	added chan struct{}
}

// New returns a worker. It does nothing until Run.
func New(c Config) *Worker {
	c.Size = max(c.Size, 1)
	if c.Lease == 0 {
		c.Lease = 6 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{Config: c, name: rand.Text(), added: make(chan struct{}, c.Size)}
}

const (
	// pollInterval bounds how long a task waits that another process added.
	pollInterval = 250 * time.Millisecond
	// pause is taken when something that is needed fails.
	pause = time.Second
	// farewell bounds what is done after the end of Run was asked for.
	farewell = 5 * time.Second
)

// Wake makes the worker look for tasks at once.
func (w *Worker) Wake() {
	select {
	case w.added <- struct{}{}:
	default: // enough of them are awake
	}
}

// Run works until ctx ends. Tasks that are being worked on then are given back,
// as if they had not been begun.
func (w *Worker) Run(ctx context.Context) error {
	if w.Alone {
		if _, err := w.Queue.Reclaim(ctx, time.Now().Add(100*365*24*time.Hour)); err != nil {
			return fmt.Errorf("cannot take over the tasks of the process before: %w", err)
		}
	}
	var all sync.WaitGroup
	all.Go(func() { w.reclaim(ctx) })
	for range w.Size {
		all.Go(func() {
			for ctx.Err() == nil {
				w.step(ctx)
			}
		})
	}
	all.Wait()
	return nil
}

// reclaim takes tasks from workers that are gone.
func (w *Worker) reclaim(ctx context.Context) {
	for wait(ctx, w.Lease/3) {
		n, err := w.Queue.Reclaim(ctx, time.Now())
		switch {
		case err != nil && ctx.Err() == nil:
			w.Log.Error("cannot look for lost tasks", "error", err)
		case n > 0:
			w.Log.Warn("tasks were lost by their workers", "count", n)
			w.Wake()
		}
	}
}

// wait waits and reports whether ctx goes on.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// step takes a task and does it, or waits for one.
func (w *Worker) step(ctx context.Context) {
	var (
		t   Task
		err error
	)
	t.ID, t.Attempt, t.tries, t.Kind, t.Subject, err = w.Queue.Take(ctx, w.name, time.Now().Add(w.Lease))
	switch {
	case fault.Is(err, fault.NotFound):
		select {
		case <-ctx.Done():
		case <-w.added:
		case <-time.After(pollInterval):
		}
	case err != nil:
		if ctx.Err() == nil {
			w.Log.Error("cannot take a task", "error", err)
			wait(ctx, pause)
		}
	default:
		w.do(ctx, t)
	}
}

// errLost ends the work on a task that was taken away.
var errLost = errors.New("the task was taken away")

// do does one task.
func (w *Worker) do(ctx context.Context, t Task) {
	log := w.Log.With("task", t.ID, "kind", t.Kind, "subject", t.Subject, "attempt", t.Attempt)
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go w.hold(within, cancel, t)
	err := w.handle(within, t)
	switch {
	case err == nil || fault.Is(err, fault.Conflict) || errors.Is(context.Cause(within), errLost):
		return
	case ctx.Err() != nil:
		w.release(ctx, log, t, true)
	case isPassing(err):
		log.Warn("a task cannot be done now", "error", err)
		w.release(ctx, log, t, true)
		wait(ctx, pause)
	default:
		log.Error("a task failed", "error", err)
		w.release(ctx, log, t, false)
	}
}

// isPassing reports whether err is one of the surroundings.
func isPassing(err error) bool {
	switch fault.KindOf(err) {
	case fault.Busy, fault.Unavailable, fault.StorageFull:
		return true
	}
	return false
}

func (w *Worker) handle(ctx context.Context, t Task) (err error) {
	h := w.Handlers[t.Kind]
	if h == nil {
		return fmt.Errorf("nobody can do tasks of the kind %q", t.Kind)
	}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	if t.tries > MaxTries {
		return h.GiveUp(ctx, t)
	}
	return h.Work(ctx, t)
}

// release gives a task back, also when the worker is to end. If it cannot, the
// lease ends.
func (w *Worker) release(ctx context.Context, log *slog.Logger, t Task, spared bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if err := w.Queue.Release(ctx, t.ID, t.Attempt, spared); err != nil && !fault.Is(err, fault.Conflict) {
		log.Error("cannot give a task back", "error", err)
	}
	w.Wake()
}

// hold makes the lease longer until ctx ends, and ends the work when the task
// was taken away or the lease cannot be made longer in time.
func (w *Worker) hold(ctx context.Context, lose context.CancelCauseFunc, t Task) {
	held := time.Now().Add(w.Lease)
	for wait(ctx, w.Lease/3) {
		next := time.Now().Add(w.Lease)
		err := w.Queue.Extend(ctx, t.ID, t.Attempt, next)
		switch {
		case err == nil:
			held = next
		case fault.Is(err, fault.Conflict) || time.Now().After(held):
			lose(errLost)
			return
		}
	}
}
