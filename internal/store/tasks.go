package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/files"
)

// A taskRow is something to be done. Without a worker it waits.
type taskRow struct {
	bun.BaseModel `bun:"table:tasks"`

	ID             int64 `bun:",pk,autoincrement"`
	Kind           string
	Subject        string
	OrganizationID account.OrganizationID
	Attempt        int       // how often it was taken
	Spared         int       // how many of these do not count
	Worker         string    `bun:",nullzero"`
	Lease          time.Time `bun:",nullzero"`
}

type tasks struct{ *Tx }

// Tasks implements files.Tx.
func (tx *Tx) Tasks() files.Tasks { return tasks{tx} }

func (tx tasks) Add(kind, subject string, o account.OrganizationID) error {
	return tx.add(&taskRow{Kind: kind, Subject: subject, OrganizationID: o})
}

func (tx tasks) Finish(c files.Claim) error {
	return owned(one(tx.NewDelete().Model((*taskRow)(nil)).
		Where("id = ? AND attempt = ? AND worker IS NOT NULL", c.Task, c.Attempt).Exec(tx.ctx)))
}

func (tx tasks) Cancel(kind, subject string) error {
	_, err := tx.NewDelete().Model((*taskRow)(nil)).Where("kind = ? AND subject = ?", kind, subject).Exec(tx.ctx)
	return failure(err)
}

// owned says that a task which is not found was taken away.
func owned(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Refused("TASK_LOST", "The task is no longer this worker's.")
	}
	return err
}

// Tasks is the storage of package task.
type Tasks struct{ db *DB }

// Tasks returns the storage of package task.
func (db *DB) Tasks() Tasks { return Tasks{db} }

// Take gives the next task to a worker until the lease ends: the oldest one of
// the organisation for which the fewest are being worked on. tries is how often
// it was taken, this time included, attempts that do not count apart. Where
// nothing waits, the error is a fault.NotFound.
func (t Tasks) Take(ctx context.Context, worker string, lease time.Time) (id int64, attempt, tries int, kind, subject string, err error) {
	var row taskRow
	err = t.db.update(ctx, func(tx *Tx) error {
		row = taskRow{}
		if err := tx.NewRaw(`
			SELECT MIN(waiting.id) AS id FROM tasks AS waiting
			LEFT JOIN (SELECT organization_id, COUNT(*) AS n FROM tasks WHERE worker IS NOT NULL GROUP BY organization_id) AS busy
				ON busy.organization_id = waiting.organization_id
			WHERE waiting.worker IS NULL
			GROUP BY waiting.organization_id, busy.n
			ORDER BY COALESCE(busy.n, 0), MIN(waiting.id) LIMIT 1`).Scan(ctx, &row.ID); err != nil {
			return err
		}
		if err := tx.get(&row, "id = ?", row.ID); err != nil {
			return err
		}
		row.Attempt++
		row.Worker, row.Lease = worker, lease
		return tx.save(&row)
	})
	return row.ID, row.Attempt, row.Attempt - row.Spared, row.Kind, row.Subject, err
}

// Extend makes the lease of a task longer. It is a fault.Conflict if the task
// was taken away.
func (t Tasks) Extend(ctx context.Context, id int64, attempt int, lease time.Time) error {
	return t.change(ctx, id, attempt, func(q *bun.UpdateQuery) { q.Set("lease = ?", lease) })
}

// Release gives a task back to be tried again; an attempt that is spared does
// not count.
func (t Tasks) Release(ctx context.Context, id int64, attempt int, spared bool) error {
	return t.change(ctx, id, attempt, func(q *bun.UpdateQuery) {
		q.Set("worker = NULL").Set("lease = NULL")
		if spared {
			q.Set("spared = spared + 1")
		}
	})
}

func (t Tasks) change(ctx context.Context, id int64, attempt int, set func(*bun.UpdateQuery)) error {
	return t.db.update(ctx, func(tx *Tx) error {
		q := tx.NewUpdate().Model((*taskRow)(nil)).Where("id = ? AND attempt = ? AND worker IS NOT NULL", id, attempt)
		set(q)
		return owned(one(q.Exec(ctx)))
	})
}

// Reclaim makes tasks wait again whose lease ended before a time, and returns
// how many.
func (t Tasks) Reclaim(ctx context.Context, before time.Time) (n int, err error) {
	err = t.db.update(ctx, func(tx *Tx) error {
		result, err := tx.NewUpdate().Model((*taskRow)(nil)).Set("worker = NULL").Set("lease = NULL").
			Where("worker IS NOT NULL AND lease < ?", before).Exec(ctx)
		if err != nil {
			return err
		}
		changed, err := result.RowsAffected()
		n = int(changed)
		return err
	})
	return n, err
}
