package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

// The test program is also the program that it starts as a child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == analysisChild {
		main()
	}
	os.Exit(m.Run())
}

// As serve puts it together, a model is analysed by a child of the program, and
// after the end of the background everything is given back.
func TestBackground(t *testing.T) {
	db := storetest.SQLite(t)
	founding, err := account.New(account.Config{Store: db.Account()}).Found(t.Context(), "Makers", "first@example.com")
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBackground(db, t.TempDir(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.run(ctx)
	}()
	who := account.Actor{User: founding.Admin.ID, Organization: founding.Organization.ID}
	m, a, err := b.files.Upload(t.Context(), who, files.Upload{
		Name: "cube.stl", Unit: "mm", Body: bytes.NewReader(meshtest.STL(meshtest.Cube(10).Mesh)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); a.State != files.Finished && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, a, err = b.files.Get(t.Context(), who, m.ID); err != nil {
			t.Fatal(err)
		}
	}
	if a.State != files.Finished {
		t.Errorf("the analysis is %s: %s", a.State, a.Message)
	}
	cancel()
	<-ended
	if n, err := db.Tasks().Reclaim(t.Context(), time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("%d tasks are still taken, %v", n, err)
	}
}
