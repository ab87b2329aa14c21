package task

import (
	"context"
	"time"
)

// A Task is something to be done, in the hands of a worker.
type Task struct {
	ID      int64
	Attempt int // counts every worker that had the task
	Kind    string
	Subject string // whatever the kind understands
	tries   int    // attempts that count
}

// MaxTries is how often a task is tried before it is given up.
const MaxTries = 2

// A Handler knows how to do the tasks of a kind. Both methods close the task
// themselves, in the transaction with their result; that it was taken away or
// cancelled is a fault.Conflict.
type Handler interface {
	// Work does the task. A failure that says that something is busy, out of
	// reach or full is no fault of the task: it is tried again until it is not.
	Work(ctx context.Context, t Task) error
	// GiveUp records that the task cannot be done.
	GiveUp(ctx context.Context, t Task) error
}

// A Queue stores tasks. Its methods speak in plain words so that storage need
// not know this package.
type Queue interface {
	// Take gives a waiting task to a worker until the lease ends; the error is
	// a fault.NotFound if none waits. tries counts this time.
	Take(ctx context.Context, worker string, lease time.Time) (id int64, attempt, tries int, kind, subject string, err error)
	// Extend makes the lease longer; a fault.Conflict if the task was taken
	// away.
	Extend(ctx context.Context, id int64, attempt int, lease time.Time) error
	// Release gives a task back. A spared attempt does not count.
	Release(ctx context.Context, id int64, attempt int, spared bool) error
	// Reclaim takes tasks away whose lease ended before a time.
	Reclaim(ctx context.Context, before time.Time) (int, error)
}
