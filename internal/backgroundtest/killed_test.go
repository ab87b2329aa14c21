package backgroundtest

import (
	"bufio"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/blobs"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

// children returns the processes that this one started.
func children(t *testing.T) []int {
	t.Helper()
	threads, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(threads) == 0 {
		t.Fatal("the system does not tell its processes: ", err)
	}
	var pids []int
	for _, name := range threads {
		list, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		for word := range strings.FieldsSeq(string(list)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// Children killed in the middle of their work, fifty times in a row under load,
// cost attempts and nothing else: every analysis ends, finished or given up with
// a clear message, and what is uploaded then is analysed as before.
func TestChildrenKilled(t *testing.T) {
	db := storetest.SQLite(t)
	who := actor(t, db)
	w := start(t, db, storetest.Blobs(t), 2)
	var models []files.ModelID
	for killed := 0; killed < 50; {
		models = append(models, w.upload(t, who, box(float64(len(models)))).ID)
		time.Sleep(time.Duration(rand.IntN(15)) * time.Millisecond)
		for _, pid := range children(t) {
			if syscall.Kill(pid, syscall.SIGKILL) == nil {
				killed++
			}
		}
	}
	ends := map[files.State]int{}
	for _, id := range models {
		a := w.settle(t, who, id)
		ends[a.State]++
		if a.State == files.Failed && (a.Code != string(analysis.CodeInternal) || a.Message == "") {
			t.Errorf("%s: %s", a.Code, a.Message)
		}
	}
	t.Logf("%d models: %v", len(models), ends)
	if a := w.settle(t, who, w.upload(t, who, box(-1)).ID); a.State != files.Finished {
		t.Errorf("afterwards: %s", a.Message)
	}
	// One that was given up for no fault of its own can be uploaded again.
	for i, id := range models {
		if a := w.settle(t, who, id); a.State == files.Failed {
			if a := w.settle(t, who, w.upload(t, who, box(float64(i))).ID); a.State != files.Finished {
				t.Errorf("uploaded again: %s", a.Message)
			}
			break
		}
	}
}

// A worker that lost its task to another one, and finishes it all the same,
// changes nothing.
func TestLateWorker(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := actor(t, db)
		w, err := newWorld(db, storetest.Blobs(t), 1) // nobody works
		if err != nil {
			t.Fatal(err)
		}
		defer w.close()
		m := w.upload(t, who, box(1))
		take := func() (files.Claim, string) {
			id, attempt, _, _, subject, err := db.Tasks().Take(t.Context(), "worker", time.Now().Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			return files.Claim{Task: id, Attempt: attempt}, subject
		}
		late, subject := take()
		if n, err := db.Tasks().Reclaim(t.Context(), time.Now().Add(time.Hour)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if err := w.files.Analyze(t.Context(), late, subject); !fault.Is(err, fault.Conflict) {
			t.Errorf("while nobody has it: %v", err)
		}
		claim, _ := take()
		if err := w.files.GiveUp(t.Context(), late, subject); !fault.Is(err, fault.Conflict) {
			t.Errorf("while another one has it: %v", err)
		}
		if _, a, err := w.files.Get(t.Context(), who, m.ID); err != nil || a.State == files.Finished || a.State == files.Failed {
			t.Errorf("the late worker made it %s, %v", a.State, err)
		}
		if err := w.files.Analyze(t.Context(), claim, subject); err != nil {
			t.Errorf("the one who has it: %v", err)
		}
		if err := w.files.Analyze(t.Context(), claim, subject); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if a := w.settle(t, who, m.ID); a.State != files.Finished {
			t.Errorf("%s: %s", a.State, a.Message)
		}
	})
}

// The organisation for which less is being done comes first, however much
// another one has waiting.
func TestFair(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := actor(t, db)
		other, err := account.New(account.Config{Store: db.Account()}).CreateOrganization(t.Context(), "Others")
		if err != nil {
			t.Fatal(err)
		}
		w, err := newWorld(db, storetest.Blobs(t), 1) // nobody works
		if err != nil {
			t.Fatal(err)
		}
		defer w.close()
		for i := range 5 {
			w.upload(t, who, box(float64(i)))
		}
		w.upload(t, account.Actor{User: who.User, Organization: other.ID}, box(100))
		var order []string
		for range 6 {
			_, _, _, _, subject, err := db.Tasks().Take(t.Context(), "worker", time.Now().Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			order = append(order, subject)
		}
		if got := strings.Join(order, " "); got != "1 6 2 3 4 5" {
			t.Errorf("the order is %s", got)
		}
		if _, _, _, _, _, err := db.Tasks().Take(t.Context(), "worker", time.Now()); !fault.Is(err, fault.NotFound) {
			t.Errorf("with nothing left: %v", err)
		}
	})
}

// The whole process killed at any moment, fifty times in a row under load, loses
// no upload that it acknowledged: its bytes are whole and its analysis ends.
func TestServerKilled(t *testing.T) {
	folder := t.TempDir()
	ctx := context.Background()
	place := filepath.Join(folder, "test.db")
	db, err := store.Open(ctx, place)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	who := actor(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[files.ModelID]files.Hash{}
	for range 50 {
		serveUntilKilled(t, folder, acknowledged)
	}
	if db, err = store.Open(ctx, place); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	objects, err := blobs.OpenFolder(filepath.Join(folder, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { objects.Close() })
	w := start(t, db, objects, 2)
	ends := map[files.State]int{}
	for id, hash := range acknowledged {
		m, r, err := w.files.Original(t.Context(), who, id)
		content(t, r, err)
		if m.Blob.Hash != hash {
			t.Errorf("%s has the hash %s, acknowledged was %s", id, m.Blob.Hash, hash)
		}
		a := w.settle(t, who, id)
		if ends[a.State]++; a.State == files.Failed && a.Code != string(analysis.CodeInternal) {
			t.Errorf("%s: %s", id, a.Message)
		}
	}
	t.Logf("%d uploads were acknowledged: %v", len(acknowledged), ends)
	if len(acknowledged) < 50 || ends[files.Finished] == 0 {
		t.Errorf("%d uploads were acknowledged: %v", len(acknowledged), ends)
	}
}

// serveUntilKilled starts a server, takes down what it acknowledges, and kills
// it soon after the first upload.
func serveUntilKilled(t *testing.T, folder string, acknowledged map[files.ModelID]files.Hash) {
	t.Helper()
	server := exec.Command(os.Args[0], serverMode, folder)
	var words strings.Builder
	server.Stderr = &words
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	n := 0
	for lines.Scan() {
		id, hash, _ := strings.Cut(lines.Text(), " ")
		acknowledged[files.ModelID(id)] = files.Hash(hash)
		if n++; n == 1 {
			time.AfterFunc(time.Duration(rand.IntN(150))*time.Millisecond, func() { _ = server.Process.Kill() })
		}
	}
	_ = server.Wait() // it was killed
	if n == 0 || words.Len() > 0 {
		t.Fatalf("%d uploads: %s", n, words.String())
	}
}
