package files

import (
	"context"
	"slices"
	"time"
)

// Keeping is how long a blob stays that nothing refers to. It is far longer than
// what lies between storing a blob and writing down who refers to it.
const Keeping = 24 * time.Hour

// batch is how many blobs are looked up in one transaction.
const batch = 500

// Collect removes blobs that nothing refers to for longer than Keeping, and
// returns how many: those of deleted models, and those that a process stored
// and ended before it wrote down what for.
func (f *Files) Collect(ctx context.Context) (int, error) {
	since := f.now().Add(-Keeping)
	removed, err := f.collectUnused(ctx, since)
	if err != nil {
		return removed, err
	}
	strays, err := f.collectStrays(ctx, since)
	return removed + strays, err
}

func (f *Files) collectUnused(ctx context.Context, since time.Time) (removed int, err error) {
	for {
		var unused []Hash
		err := f.Store.Update(ctx, func(tx Tx) error {
			unused, err = tx.Blobs().Forget(since, batch)
			return err
		})
		if err != nil || len(unused) == 0 {
			return removed, err
		}
		for _, h := range unused {
			if err := f.Blobs.Remove(ctx, h, since); err != nil {
				return removed, err
			}
			removed++
		}
	}
}

// collectStrays removes blobs of which nothing is written down.
func (f *Files) collectStrays(ctx context.Context, since time.Time) (removed int, err error) {
	var old []Hash
	look := func() error {
		n, err := f.removeUnknown(ctx, old, since)
		removed, old = removed+n, old[:0]
		return err
	}
	var failed error
	err = f.Blobs.Each(ctx, func(b Blob, stored time.Time) bool {
		if stored.Before(since) {
			old = append(old, b.Hash)
		}
		if len(old) == batch {
			failed = look()
		}
		return failed == nil
	})
	if err == nil {
		err = failed
	}
	if err == nil {
		err = look()
	}
	return removed, err
}

func (f *Files) removeUnknown(ctx context.Context, hashes []Hash, since time.Time) (removed int, err error) {
	var known []Hash
	err = f.Store.View(ctx, func(tx Tx) error {
		known, err = tx.Blobs().Known(hashes)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, h := range hashes {
		if slices.Contains(known, h) {
			continue
		}
		if err := f.Blobs.Remove(ctx, h, since); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
