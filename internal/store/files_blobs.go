package store

import (
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

func (tx references) Forget(since time.Time, most int) (forgotten []files.Hash, err error) {
	err = tx.NewSelect().Model((*blobRow)(nil)).Column("hash").
		Where("refs = 0 AND unused < ?", since).Order("unused").Limit(int64(most)).Scan(tx.ctx, &forgotten)
	if err != nil || len(forgotten) == 0 {
		return nil, failure(err)
	}
	_, err = tx.NewDelete().Model((*blobRow)(nil)).Where("hash IN (?)", bun.List(forgotten)).Exec(tx.ctx)
	return forgotten, failure(err)
}

func (tx references) Known(hashes []files.Hash) (known []files.Hash, err error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	err = tx.NewSelect().Model((*blobRow)(nil)).Column("hash").Where("hash IN (?)", bun.List(hashes)).Scan(tx.ctx, &known)
	return known, failure(err)
}
