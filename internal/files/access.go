package files

import (
	"context"
	"io"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
)

// Get returns a model of the caller's with what is known of it.
func (f *Files) Get(ctx context.Context, who account.Actor, id ModelID) (m Model, a Analysis, err error) {
	err = f.Store.View(ctx, func(tx Tx) error {
		m, a, err = get(tx, who, id)
		return err
	})
	return m, a, err
}

// get returns a model that who may see: those he uploaded, and for an
// administrator all of his organisation. Any other does not exist.
func get(tx Tx, who account.Actor, id ModelID) (Model, Analysis, error) {
	m, err := tx.Models().Get(id)
	if err != nil {
		return Model{}, Analysis{}, err
	}
	if m.Organization != who.Organization || m.Uploader != who.User && !who.Is(account.OrganizationAdmin) {
		return Model{}, Analysis{}, fault.Missing()
	}
	a, err := tx.Analyses().Get(m.Analysis)
	return m, a, err
}

// Original returns the bytes of a model as they were uploaded.
func (f *Files) Original(ctx context.Context, who account.Actor, id ModelID) (Model, io.ReadSeekCloser, error) {
	m, _, err := f.Get(ctx, who, id)
	if err != nil {
		return Model{}, nil, err
	}
	r, err := f.Blobs.Open(ctx, m.Blob.Hash)
	return m, r, err
}

// Optimized returns the mesh of a model that is judged, as binary STL in mm.
func (f *Files) Optimized(ctx context.Context, who account.Actor, id ModelID) (Model, io.ReadSeekCloser, error) {
	return f.part(ctx, who, id, func(a Analysis) Blob { return a.Optimized })
}

// Thumbnail returns the picture of a model, a PNG.
func (f *Files) Thumbnail(ctx context.Context, who account.Actor, id ModelID) (Model, io.ReadSeekCloser, error) {
	return f.part(ctx, who, id, func(a Analysis) Blob { return a.Thumbnail })
}

func (f *Files) part(ctx context.Context, who account.Actor, id ModelID, which func(Analysis) Blob) (Model, io.ReadSeekCloser, error) {
	m, a, err := f.Get(ctx, who, id)
	if err != nil {
		return Model{}, nil, err
	}
	if err := a.finished(); err != nil {
		return Model{}, nil, err
	}
	b := which(a)
	if b.Hash == "" {
		return Model{}, nil, fault.Missing()
	}
	r, err := f.Blobs.Open(ctx, b.Hash)
	return m, r, err
}

// finished refuses what only a finished analysis has.
func (a *Analysis) finished() error {
	switch a.State {
	case Finished:
		return nil
	case Failed:
		return fault.Refused("ANALYSIS_FAILED", "The file could not be analysed: %s", a.Message)
	}
	return fault.Refused("NOT_FINISHED", "The file is still being analysed.")
}

// Delete deletes a model of the caller's. What it shares with others stays
// theirs; an analysis that nobody waits for any more is given up.
func (f *Files) Delete(ctx context.Context, who account.Actor, id ModelID) error {
	return f.Store.Update(ctx, func(tx Tx) error {
		m, a, err := get(tx, who, id)
		if err != nil {
			return err
		}
		if err := tx.Models().Delete(id); err != nil {
			return err
		}
		if err := tx.Blobs().Release(m.Blob.Hash, f.now()); err != nil {
			return err
		}
		left, err := tx.Models().Of(a.ID)
		if err != nil || left > 0 {
			return err
		}
		if err := tx.Tasks().Cancel(Task, a.ID.subject()); err != nil {
			return err
		}
		if err := f.release(tx, a); err != nil {
			return err
		}
		return tx.Analyses().Delete(a.ID)
	})
}

func (f *Files) release(tx Tx, a Analysis) error {
	for _, b := range a.parts() {
		if err := tx.Blobs().Release(b.Hash, f.now()); err != nil {
			return err
		}
	}
	return nil
}
