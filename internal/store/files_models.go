package store

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/mesh"
)

// Files returns the storage of package files.
func (db *DB) Files() files.Store {
	return contextStore[files.Tx]{db, func(tx *Tx) files.Tx { return tx }}
}

type modelRow struct {
	bun.BaseModel `bun:"table:models"`

	ID             files.ModelID `bun:",pk"`
	OrganizationID account.OrganizationID
	UploaderID     account.UserID
	Name           string
	Unit           mesh.Unit
	Hash           files.Hash
	Size           int64
	AnalysisID     files.AnalysisID
	Created        time.Time
}

type models struct{ *Tx }

// Models implements files.Tx.
func (tx *Tx) Models() files.Models { return models{tx} }

func (tx models) Get(id files.ModelID) (files.Model, error) {
	var r modelRow
	err := tx.get(&r, "id = ?", id)
	return files.Model{
		ID: r.ID, Organization: r.OrganizationID, Uploader: r.UploaderID, Name: r.Name, Unit: r.Unit,
		Blob: files.Blob{Hash: r.Hash, Size: r.Size}, Analysis: r.AnalysisID, Created: r.Created.UTC(),
	}, err
}

func (tx models) Add(m files.Model) error {
	return tx.add(&modelRow{
		ID: m.ID, OrganizationID: m.Organization, UploaderID: m.Uploader, Name: m.Name, Unit: m.Unit,
		Hash: m.Blob.Hash, Size: m.Blob.Size, AnalysisID: m.Analysis, Created: m.Created,
	})
}

func (tx models) Delete(id files.ModelID) error {
	return one(tx.NewDelete().Model((*modelRow)(nil)).Where("id = ?", id).Exec(tx.ctx))
}

func (tx models) Of(id files.AnalysisID) (int, error) {
	n, err := tx.NewSelect().Model((*modelRow)(nil)).Where("analysis_id = ?", id).Count(tx.ctx)
	return int(n), failure(err)
}
