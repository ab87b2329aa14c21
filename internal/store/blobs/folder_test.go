package blobs_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/files"
	"github.com/partgauge/partgauge/internal/store/blobs"
)

// writeFolder names, in the environment of the test program, the folder that it
// stores blobs in until it is killed.
const writeFolder = "PARTGAUGE_TEST_WRITE_FOLDER"

func TestMain(m *testing.M) {
	if name := os.Getenv(writeFolder); name != "" {
		storeForever(name)
	}
	os.Exit(m.Run())
}

func open(t *testing.T, name string) *blobs.Folder {
	t.Helper()
	f, err := blobs.OpenFolder(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func put(t *testing.T, f *blobs.Folder, data []byte) files.Blob {
	t.Helper()
	b, err := store(t, f, data, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func store(t *testing.T, f *blobs.Folder, data []byte, limit int64) (files.Blob, error) {
	t.Helper()
	d, err := f.Draft(t.Context(), limit)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Discard()
	if _, err := io.Copy(d, io.MultiReader(bytes.NewReader(data[:len(data)/2]), bytes.NewReader(data[len(data)/2:]))); err != nil {
		return files.Blob{}, err
	}
	return d.Keep()
}

func read(t *testing.T, f *blobs.Folder, h files.Hash) ([]byte, error) {
	t.Helper()
	r, err := f.Open(t.Context(), h)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func hashOf(data []byte) files.Hash {
	sum := sha256.Sum256(data)
	return files.Hash(hex.EncodeToString(sum[:]))
}

func place(folder string, h files.Hash) string {
	return filepath.Join(folder, "sha256", string(h[:2]), string(h))
}

// What is stored is read back under its hash, also by the next process, and
// lies where the documentation says.
func TestStored(t *testing.T) {
	name := t.TempDir()
	f := open(t, name)
	for _, size := range []int{0, 1, 1 << 20} {
		data := bytes.Repeat([]byte{byte(size), 7}, size)
		b := put(t, f, data)
		if b.Hash != hashOf(data) || b.Size != int64(len(data)) {
			t.Errorf("%d bytes were stored as %+v", len(data), b)
		}
		if again := put(t, f, data); again != b {
			t.Errorf("stored again it is %+v", again)
		}
		for _, folder := range []*blobs.Folder{f, open(t, name)} {
			if got, err := read(t, folder, b.Hash); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back as %d, %v", len(data), len(got), err)
			}
		}
		if info, err := os.Stat(place(name, b.Hash)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
	}
	count := 0
	if err := f.Each(t.Context(), func(b files.Blob, _ time.Time) bool { count++; return true }); err != nil || count != 3 {
		t.Errorf("%d blobs are listed, %v", count, err)
	}
}

// What is larger than allowed is refused, and nothing of it stays, no more than
// of a draft that is discarded.
func TestRefused(t *testing.T) {
	name := t.TempDir()
	f := open(t, name)
	if _, err := store(t, f, make([]byte, 1001), 1000); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a byte too many: %v", err)
	}
	if _, err := store(t, f, make([]byte, 1000), 1000); err != nil {
		t.Errorf("just as many as allowed: %v", err)
	}
	d, err := f.Draft(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	d.Discard()
	if _, err := d.Write([]byte("x")); err == nil {
		t.Error("a discarded draft takes more")
	}
	if _, err := d.Keep(); err == nil {
		t.Error("a discarded draft is kept")
	}
	checkIncoming(t, name)
}

func checkIncoming(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(folder, "incoming"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d drafts are left, %v", len(left), err)
	}
}

// A blob with one bit changed, cut short or grown is never given out, and is
// whole again once it is stored again.
func TestCorrupt(t *testing.T) {
	name := t.TempDir()
	f := open(t, name)
	data := bytes.Repeat([]byte("part"), 50_000)
	b := put(t, f, data)
	flipped := bytes.Clone(data)
	flipped[123_456] ^= 4
	for _, damaged := range [][]byte{flipped, data[:len(data)-1], append(bytes.Clone(data), 0), {}} {
		if err := os.WriteFile(place(name, b.Hash), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := read(t, f, b.Hash)
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != blobs.CodeCorrupt || e.Kind != fault.Internal {
			t.Errorf("damaged: %v", err)
		}
	}
	put(t, f, data)
	if got, err := read(t, f, b.Hash); err != nil || !bytes.Equal(got, data) {
		t.Errorf("stored again: %v", err)
	}
}

// What is no hash, in a folder elsewhere or behind a link, does not exist.
func TestStrangeHashes(t *testing.T) {
	name := t.TempDir()
	f := open(t, name)
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	linked := hashOf([]byte("secret"))
	if err := os.Symlink(outside, place(name, linked)); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, f, linked); err == nil {
		t.Error("a link leads out of the folder")
	}
	for _, h := range []files.Hash{
		"", "ab", "../../etc/passwd", files.Hash(strings.Repeat("A", 64)), files.Hash(strings.Repeat("../", 21) + "x"),
		files.Hash(strings.Repeat("a", 63) + "\x00"), files.Hash(strings.Repeat("0", 64)),
	} {
		if _, err := read(t, f, h); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", h, err)
		}
	}
}

// A blob that is stored again while it is to be removed stays: whoever stored
// it relies on it.
func TestRemove(t *testing.T) {
	f := open(t, t.TempDir())
	b := put(t, f, []byte("part"))
	if err := f.Remove(t.Context(), b.Hash, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, f, b.Hash); err != nil {
		t.Errorf("a blob stored after the time given: %v", err)
	}
	for range 2 { // the second time there is none
		if err := f.Remove(t.Context(), b.Hash, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, f, b.Hash); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed: %v", err)
		}
	}
}

// The same blob stored by many at a time is there for each of them.
func TestStoredAtOnce(t *testing.T) {
	name := t.TempDir()
	f := open(t, name)
	data := bytes.Repeat([]byte("part"), 10_000)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 5 {
				b := put(t, f, data)
				if _, err := read(t, f, b.Hash); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	checkIncoming(t, name)
}

// storeForever stores blobs of random size and says the hash of each one that
// was acknowledged.
func storeForever(name string) {
	f, err := blobs.OpenFolder(name)
	if err == nil {
		err = f.Sweep()
	}
	for err == nil {
		var d files.Draft
		if d, err = f.Draft(context.Background(), 1<<30); err != nil {
			break
		}
		if _, err = d.Write(bytes.Repeat(fmt.Append(nil, rand.Int64()), 1+rand.IntN(50_000))); err != nil {
			break
		}
		var b files.Blob
		if b, err = d.Keep(); err == nil {
			fmt.Println(b.Hash)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Killed at any moment, fifty times in a row, a process has lost no blob that
// it acknowledged, every blob is whole, and what it was writing is swept away.
func TestKilled(t *testing.T) {
	name := t.TempDir()
	acknowledged := 0
	for range 50 {
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), writeFolder+"="+name)
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		var hashes []files.Hash
		for lines.Scan() {
			hashes = append(hashes, files.Hash(lines.Text()))
			if len(hashes) == 1 {
				time.AfterFunc(time.Duration(rand.IntN(20))*time.Millisecond, func() { _ = command.Process.Signal(syscall.SIGKILL) })
			}
		}
		if err := command.Wait(); err == nil || len(hashes) == 0 {
			t.Fatalf("the process ended with %v and %d blobs", err, len(hashes))
		}
		f := open(t, name)
		for _, h := range hashes {
			if _, err := read(t, f, h); err != nil {
				t.Errorf("%s: %v", h, err)
			}
		}
		acknowledged += len(hashes)
	}
	f := open(t, name)
	whole := 0
	err := f.Each(t.Context(), func(b files.Blob, _ time.Time) bool {
		if data, err := read(t, f, b.Hash); err != nil || int64(len(data)) != b.Size {
			t.Errorf("%s: %v", b.Hash, err)
		}
		whole++
		return true
	})
	if err != nil || whole < acknowledged {
		t.Errorf("%d blobs of %d acknowledged, %v", whole, acknowledged, err)
	}
	if err := f.Sweep(); err != nil {
		t.Fatal(err)
	}
	checkIncoming(t, name)
}
