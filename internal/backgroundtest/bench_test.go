package backgroundtest

import (
	"bytes"
	"testing"
	"time"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/child"
	"github.com/partgauge/partgauge/internal/examine"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/internal/store/storetest"
	"github.com/partgauge/partgauge/internal/task"
)

// benchWorld is a service with the settings of a real one, with a part of 82 000
// triangles in it.
func benchWorld(b *testing.B) (*world, func(data []byte) files.Model) {
	db, folder := storetest.SQLite(b), storetest.Blobs(b)
	who, err := found(b.Context(), db)
	if who.User == 0 {
		b.Fatal(err)
	}
	examiner, err := examine.New(examine.Config{Children: child.Config{Arguments: []string{childMode}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(examiner.Close)
	w := &world{db: db, blobs: folder}
	w.files = files.New(files.Config{Store: db.Files(), Blobs: folder, Examiner: examiner, Added: func() { w.worker.Wake() }})
	w.worker = task.New(task.Config{Queue: db.Tasks(), Handlers: map[string]task.Handler{files.Task: task.Analyses(w.files)}})
	done := make(chan error, 1)
	go func() { done <- w.worker.Run(b.Context()) }()
	b.Cleanup(func() { <-done })
	return w, func(data []byte) files.Model {
		m, a, err := w.files.Upload(b.Context(), who, files.Upload{Unit: "mm", Body: bytes.NewReader(data)})
		for err == nil && a.State != files.Finished && a.State != files.Failed {
			time.Sleep(time.Millisecond)
			_, a, err = w.files.Get(b.Context(), who, m.ID)
		}
		if err != nil || a.State != files.Finished {
			b.Fatal(err, a.Message)
		}
		return m
	}
}

// From the first byte of an upload to the end of its analysis.
func BenchmarkUploadToFinished(b *testing.B) {
	_, upload := benchWorld(b)
	size := 20.0
	for b.Loop() {
		size++ // so that each is another file
		upload(meshtest.STL(meshtest.Icosphere(size, 6).Mesh))
	}
}

// A wall thickness asked for the first time, and one that is remembered.
func BenchmarkPrintability(b *testing.B) {
	w, upload := benchWorld(b)
	m := upload(meshtest.STL(meshtest.Icosphere(20, 6).Mesh))
	who := account.Actor{User: m.Uploader, Organization: m.Organization}
	ask := func(b *testing.B, wall float64) {
		if _, err := w.files.Printability(b.Context(), who, m.ID, files.Limits{MinWall: wall, Chamber: &[3]float64{100, 100, 100}}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first", func(b *testing.B) {
		wall := 1.0
		for b.Loop() {
			wall += 1e-6
			ask(b, wall)
		}
	})
	b.Run("remembered", func(b *testing.B) {
		for b.Loop() {
			ask(b, 0.5)
		}
	})
}
