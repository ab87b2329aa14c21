package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/child"
	"github.com/partgauge/partgauge/internal/examine"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/blobs"
	"github.com/partgauge/partgauge/internal/task"
)

// analysisChild is the command that a process which analyses models is started
// with.
const analysisChild = "analysis-child"

func analysisChildCommand() *cobra.Command {
	return &cobra.Command{
		Use:    analysisChild,
		Short:  "Analyse models for another process",
		Hidden: true,
		Args:   cobra.NoArgs,
		Run:    func(*cobra.Command, []string) { examine.Serve() },
	}
}

// collectInterval lies between two looks for blobs that nobody needs.
const collectInterval = time.Hour

// A background is what goes on beside the answers to requests: models are
// analysed, and what nobody needs any more is removed.
type background struct {
	files    *files.Files
	worker   *task.Worker
	examiner *examine.Examiner
	objects  *blobs.Folder
	log      *slog.Logger
}

// newBackground makes the background of a service whose data is in folder. It
// is closed by the end of run, or else by close.
func newBackground(db *store.DB, folder string, log *slog.Logger) (*background, error) {
	objects, err := blobs.OpenFolder(filepath.Join(folder, "objects"))
	if err != nil {
		return nil, err
	}
	if err := objects.Sweep(); err != nil {
		objects.Close()
		return nil, fmt.Errorf("cannot tidy the folder of objects: %w", err)
	}
	// Models side by side keep all processors busy; each has one to itself.
	examiner, err := examine.New(examine.Config{
		Children: child.Config{Arguments: []string{analysisChild}, Size: runtime.GOMAXPROCS(0)},
	})
	if err != nil {
		objects.Close()
		return nil, err
	}
	b := &background{examiner: examiner, objects: objects, log: log}
	b.files = files.New(files.Config{
		Store: db.Files(), Blobs: objects, Examiner: examiner, Options: analysis.Options{},
		Added: func() { b.worker.Wake() },
	})
	b.worker = task.New(task.Config{
		Queue: db.Tasks(), Handlers: map[string]task.Handler{files.Task: task.Analyses(b.files)},
		Size: runtime.GOMAXPROCS(0), Alone: db.Kind() == "sqlite", Log: log,
	})
	return b, nil
}

// run works until ctx ends and what was being worked on is given back.
func (b *background) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { b.collect(ctx) })
	if err := b.worker.Run(ctx); err != nil && ctx.Err() == nil {
		b.log.Error("models are not analysed", "error", err)
	}
	all.Wait()
	b.close()
}

func (b *background) close() {
	b.examiner.Close()
	b.objects.Close()
}

func (b *background) collect(ctx context.Context) {
	every := time.NewTicker(collectInterval)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		switch n, err := b.files.Collect(ctx); {
		case err != nil && ctx.Err() == nil:
			b.log.Error("cannot remove what nobody needs", "error", err)
		case n > 0:
			b.log.Info("removed objects that nobody needs", "count", n)
		}
	}
}
