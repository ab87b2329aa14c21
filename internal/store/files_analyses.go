package store

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/mesh"
)

type analysisRow struct {
	bun.BaseModel `bun:"table:analyses"`

	ID            files.AnalysisID `bun:",pk,autoincrement"`
	Key           string
	Hash          files.Hash
	Size          int64
	Unit          mesh.Unit
	State         files.State
	Stage         string
	Fraction      float64
	Code          string
	Message       string
	Updated       time.Time
	Report        []byte
	SamplesHash   files.Hash
	SamplesSize   int64
	OptimizedHash files.Hash
	OptimizedSize int64
	ThumbnailHash files.Hash
	ThumbnailSize int64
	HullHash      files.Hash
	HullSize      int64
}

func rowOfAnalysis(a files.Analysis) analysisRow {
	return analysisRow{
		ID: a.ID, Key: a.Key, Hash: a.Blob.Hash, Size: a.Blob.Size, Unit: a.Unit,
		State: a.State, Stage: a.Stage, Fraction: a.Fraction, Code: a.Code, Message: a.Message, Updated: a.Updated, Report: a.Report,
		SamplesHash: a.Samples.Hash, SamplesSize: a.Samples.Size, OptimizedHash: a.Optimized.Hash, OptimizedSize: a.Optimized.Size,
		ThumbnailHash: a.Thumbnail.Hash, ThumbnailSize: a.Thumbnail.Size, HullHash: a.Hull.Hash, HullSize: a.Hull.Size,
	}
}

func (r analysisRow) value() files.Analysis {
	return files.Analysis{
		ID: r.ID, Key: r.Key, Blob: files.Blob{Hash: r.Hash, Size: r.Size}, Unit: r.Unit,
		State: r.State, Stage: r.Stage, Fraction: r.Fraction, Code: r.Code, Message: r.Message, Updated: r.Updated.UTC(), Report: r.Report,
		Samples: files.Blob{Hash: r.SamplesHash, Size: r.SamplesSize}, Optimized: files.Blob{Hash: r.OptimizedHash, Size: r.OptimizedSize},
		Thumbnail: files.Blob{Hash: r.ThumbnailHash, Size: r.ThumbnailSize}, Hull: files.Blob{Hash: r.HullHash, Size: r.HullSize},
	}
}

type judgementRow struct {
	bun.BaseModel `bun:"table:judgements"`

	AnalysisID files.AnalysisID `bun:",pk"`
	Key        string           `bun:",pk"`
	Judgement  []byte
}

type analyses struct{ *Tx }

// Analyses implements files.Tx.
func (tx *Tx) Analyses() files.Analyses { return analyses{tx} }

func (tx analyses) Get(id files.AnalysisID) (files.Analysis, error) {
	var row analysisRow
	err := tx.get(&row, "id = ?", id)
	return row.value(), err
}

func (tx analyses) WithKey(key string) (files.Analysis, error) {
	var row analysisRow
	err := tx.get(&row, "key = ?", key)
	return row.value(), err
}

func (tx analyses) Add(a *files.Analysis) error {
	row := rowOfAnalysis(*a)
	err := tx.add(&row)
	a.ID = row.ID
	return err
}

func (tx analyses) Save(a files.Analysis) error {
	row := rowOfAnalysis(a)
	return tx.save(&row)
}

func (tx analyses) Delete(id files.AnalysisID) error {
	return one(tx.NewDelete().Model((*analysisRow)(nil)).Where("id = ?", id).Exec(tx.ctx))
}

func (tx analyses) Judgement(id files.AnalysisID, key string) ([]byte, error) {
	var row judgementRow
	err := tx.get(&row, "analysis_id = ? AND key = ?", id, key)
	return row.Judgement, err
}

func (tx analyses) Remember(id files.AnalysisID, key string, judgement []byte) error {
	// Whoever deleted the analysis meanwhile needs no memory of it.
	if _, err := tx.Get(id); err != nil {
		return err
	}
	row := judgementRow{AnalysisID: id, Key: key, Judgement: judgement}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(tx.ctx)
	return failure(err)
}
