package task

import (
	"context"

	"github.com/partgauge/partgauge/internal/files"
)

// Analyses returns the handler of the tasks of package files.
func Analyses(f *files.Files) Handler { return analyses{f} }

type analyses struct{ files *files.Files }

func (a analyses) Work(ctx context.Context, t Task) error {
	return a.files.Analyze(ctx, claimOf(t), t.Subject)
}

func (a analyses) GiveUp(ctx context.Context, t Task) error {
	return a.files.GiveUp(ctx, claimOf(t), t.Subject)
}

func claimOf(t Task) files.Claim { return files.Claim{Task: t.ID, Attempt: t.Attempt} }
