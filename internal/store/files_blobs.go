package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/files"
)

type blobRow struct {
	bun.BaseModel `bun:"table:blobs"`

	Hash   files.Hash `bun:",pk"`
	Size   int64
	Refs   int64
	Unused time.Time `bun:",nullzero"` // when the last reference went
}

type references struct{ *Tx }

// Blobs implements files.Tx.
func (tx *Tx) Blobs() files.References { return references{tx} }

func (tx references) Refer(b files.Blob) error {
	row := blobRow{Hash: b.Hash, Size: b.Size, Refs: 1}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (hash) DO UPDATE").
		Set("refs = blob_row.refs + 1").Set("unused = NULL").Exec(tx.ctx)
	return failure(err)
}

func (tx references) Release(h files.Hash, now time.Time) error {
	return one(tx.NewUpdate().Model((*blobRow)(nil)).
		Set("refs = refs - 1").Set("unused = ?", now).
		Where("hash = ?", h).Exec(tx.ctx))
}

// Forget drops what is written down of blobs to which nobody has referred since
// a time, at most limit of them, and returns them: they may be removed.
func (db *DB) Forget(ctx context.Context, since time.Time, limit int) (forgotten []files.Hash, err error) {
	err = db.update(ctx, func(tx *Tx) error {
		forgotten = nil
		err := tx.NewSelect().Model((*blobRow)(nil)).Column("hash").
			Where("refs = 0 AND unused < ?", since).Order("unused").Limit(int64(limit)).Scan(ctx, &forgotten)
		if err != nil || len(forgotten) == 0 {
			return err
		}
		_, err = tx.NewDelete().Model((*blobRow)(nil)).Where("refs = 0 AND hash IN (?)", bun.List(forgotten)).Exec(ctx)
		return err
	})
	return forgotten, err
}
