package backgroundtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/child"
	"github.com/partgauge/partgauge/internal/examine"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/blobs"
	"github.com/partgauge/partgauge/internal/task"
)

// What the test program is when it starts itself.
const (
	childMode  = "child-of-the-test"
	serverMode = "server-of-the-test"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case childMode:
			examine.Serve()
		case serverMode:
			serveUploads(os.Args[2])
		}
	}
	os.Exit(m.Run())
}

// A world is everything that uploads need, without HTTP.
type world struct {
	db     *store.DB
	blobs  *blobs.Folder
	files  *files.Files
	worker *task.Worker
	close  func()
}

// options measure few samples, so that many parts are analysed in a short time.
func options() analysis.Options {
	var o analysis.Options
	o.Sampling.Samples = 1000
	return o
}

func newWorld(db *store.DB, folder *blobs.Folder, workers int) (*world, error) {
	examiner, err := examine.New(examine.Config{
		Children: child.Config{Arguments: []string{childMode}, Size: workers}, Threads: 1, Timeout: 30 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	w := &world{db: db, blobs: folder, close: examiner.Close}
	w.files = files.New(files.Config{
		Store: db.Files(), Blobs: folder, Examiner: examiner, Options: options(), MaxBytes: 10 << 20,
		Added: func() { w.worker.Wake() },
	})
	w.worker = task.New(task.Config{
		Queue: db.Tasks(), Handlers: map[string]task.Handler{files.Task: task.Analyses(w.files)},
		Size: workers, Alone: true, Lease: time.Second,
	})
	return w, nil
}

// start makes a world whose worker works until the test ends.
func start(t *testing.T, db *store.DB, folder *blobs.Folder, workers int) *world {
	t.Helper()
	w, err := newWorld(db, folder, workers)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- w.worker.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		w.close()
	})
	return w
}

// found makes an organisation, and returns its first user.
func found(ctx context.Context, db *store.DB) (account.Actor, error) {
	f, err := account.New(account.Config{Store: db.Account()}).Found(ctx, "Makers", "first@example.com")
	if err != nil || f == nil {
		return account.Actor{}, errors.Join(err, errors.New("nothing founded"))
	}
	return account.Actor{User: f.Admin.ID, Organization: f.Organization.ID}, nil
}

func actor(t *testing.T, db *store.DB) account.Actor {
	t.Helper()
	who, err := found(t.Context(), db)
	if who.User == 0 {
		t.Fatal(err)
	}
	return who
}

func (w *world) upload(t *testing.T, who account.Actor, data []byte) files.Model {
	t.Helper()
	m, _, err := w.files.Upload(t.Context(), who, files.Upload{Name: "part.stl", Unit: "mm", Body: bytes.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// collect removes what nothing refers to, as if a long time had passed.
func (w *world) collect(t *testing.T) int {
	t.Helper()
	config := w.files.Config
	config.Now = func() time.Time { return time.Now().Add(2 * files.Keeping) }
	n, err := files.New(config).Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// hang bounds how long a test waits for what must happen.
const hang = 60 * time.Second

// settle waits until the analysis of a model is over.
func (w *world) settle(t *testing.T, who account.Actor, id files.ModelID) files.Analysis {
	t.Helper()
	for end := time.Now().Add(hang); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		_, a, err := w.files.Get(t.Context(), who, id)
		if err != nil {
			t.Fatal(err)
		}
		if a.State == files.Finished || a.State == files.Failed {
			return a
		}
	}
	t.Fatalf("the analysis of %s does not end", id)
	return files.Analysis{}
}

func content(t *testing.T, r io.ReadCloser, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// box returns a file that no other call returns.
func box(size float64) []byte { return meshtest.STL(meshtest.OpenBox(20+size, 20, 10, 0.5).Mesh) }

// serveUploads is a process that uploads parts and analyses them until it is
// killed, and says of each that was acknowledged who it is.
func serveUploads(folder string) {
	err := func() error {
		ctx := context.Background()
		db, err := store.Open(ctx, filepath.Join(folder, "test.db"))
		if err != nil {
			return err
		}
		objects, err := blobs.OpenFolder(filepath.Join(folder, "objects"))
		if err != nil {
			return err
		}
		if err := objects.Sweep(); err != nil {
			return err
		}
		w, err := newWorld(db, objects, 2)
		if err != nil {
			return err
		}
		go w.worker.Run(ctx)
		who := account.Actor{User: 1, Organization: 1}
		for {
			size := float64(time.Now().UnixNano()%1_000_000_000) / 1e7
			m, _, err := w.files.Upload(ctx, who, files.Upload{Name: "part.stl", Unit: "mm", Body: bytes.NewReader(box(size))})
			if err != nil && !fault.Is(err, fault.Busy) {
				return err
			}
			fmt.Println(m.ID, m.Blob.Hash)
			time.Sleep(10 * time.Millisecond)
		}
	}()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
