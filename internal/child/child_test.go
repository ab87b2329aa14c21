package child_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/partgauge/partgauge/internal/child"
)

// childMode is the argument that makes the test program a child.
const childMode = "child-of-the-test"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childMode {
		child.Serve(work)
	}
	os.Exit(m.Run())
}

var kept [][]byte

// work is what the children of these tests can be told to do.
func work(a *child.Assignment) error {
	switch word, rest, _ := strings.Cut(string(a.Header), " "); word {
	case "echo":
		part, err := a.Part("copy")
		if err != nil {
			return err
		}
		if err := a.Progress([]byte("half")); err != nil {
			return err
		}
		n, err := io.Copy(part, a.Body)
		if err != nil {
			return err
		}
		count, err := a.Part("count")
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(count, n)
		return err
	case "ignore":
		return nil
	case "pid":
		part, err := a.Part("pid")
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(part, os.Getpid())
		return err
	case "environment":
		part, err := a.Part("environment")
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(part, strings.Join(os.Environ(), "\n"))
		return err
	case "refuse":
		return errors.New("no, thank you")
	case "hog": // slowly, so that the parent can see it
		for {
			kept = append(kept, touched(4<<20))
			time.Sleep(5 * time.Millisecond)
		}
	case "gulp": // too fast for the parent
		for {
			kept = append(kept, touched(64<<20))
		}
	case "hang":
		if err := a.Progress([]byte(strconv.Itoa(os.Getpid()))); err != nil {
			return err
		}
		for n := 0; ; n++ {
			runtime.KeepAlive(n)
		}
	case "recurse":
		_ = deeper(0)
	case "panic":
		panic("something is wrong")
	case "garbage":
		_, _ = os.Stdout.WriteString(strings.Repeat("no frame at all ", 1000))
		time.Sleep(time.Hour)
	case "silent":
		os.Stdout.Close()
		time.Sleep(time.Hour)
	case "flood":
		part, err := a.Part("flood")
		for err == nil {
			_, err = part.Write(make([]byte, 1<<20))
		}
		return err
	case "open":
		f, err := os.Open(rest)
		if err == nil {
			f.Close()
		}
		return err
	case "dial":
		conn, err := net.Dial("tcp", rest)
		if err == nil {
			conn.Close()
		}
		return err
	case "start":
		return exec.Command(rest).Run()
	}
	return errors.New("no such work")
}

func touched(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 1
	}
	return b
}

func deeper(n int) int {
	if n < 0 {
		return 0
	}
	return 1 + deeper(n+1)
}

func pool(t testing.TB, c child.Config) *child.Pool {
	t.Helper()
	c.Arguments = []string{childMode}
	p, err := child.NewPool(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// parts collects what comes back.
type parts map[string]*bytes.Buffer

func (p parts) receive(name string, data []byte) error {
	if p[name] == nil {
		p[name] = new(bytes.Buffer)
	}
	p[name].Write(data)
	return nil
}

func ask(t *testing.T, p *child.Pool, what string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got := parts{}
	err := p.Do(ctx, child.Order{Header: []byte(what), Receive: got.receive, Memory: 64 << 20, Time: 20 * time.Second})
	for _, part := range got {
		return part.String(), err
	}
	return "", err
}

// A body of many frames, and one of none, come back as they were, with the
// words on progress; a child that does not look at it can take the next order.
func TestEcho(t *testing.T) {
	p := pool(t, child.Config{Size: 1})
	for _, size := range []int{0, 1, 5 << 20} {
		body := make([]byte, size)
		random := rand.NewChaCha8([32]byte{1})
		_, _ = random.Read(body)
		got, words := parts{}, ""
		err := p.Do(t.Context(), child.Order{
			Header: []byte("echo"), Body: bytes.NewReader(body), Receive: got.receive,
			Progress: func(word []byte) { words += string(word) },
		})
		if err != nil || words != "half" || got["count"].String() != strconv.Itoa(size) {
			t.Fatalf("%d bytes: %v, progress %q, count %q", size, err, words, got["count"])
		}
		if copied := got["copy"]; size > 0 && sha256.Sum256(copied.Bytes()) != sha256.Sum256(body) {
			t.Errorf("%d bytes came back different", size)
		}
		if err := p.Do(t.Context(), child.Order{Header: []byte("ignore"), Body: bytes.NewReader(body)}); err != nil {
			t.Errorf("%d bytes, ignored: %v", size, err)
		}
	}
}

// Whatever a child does instead of its work is a failure with the right reason,
// and the pool works on.
func TestFailures(t *testing.T) {
	for _, row := range []struct {
		work   string
		time   time.Duration
		reason child.Reason
	}{
		{"hog", 20 * time.Second, child.Memory},
		{"gulp", 20 * time.Second, child.Memory},
		{"hang", 300 * time.Millisecond, child.Time},
		{"recurse", 20 * time.Second, child.Memory},
		{"panic", 20 * time.Second, child.Crashed},
		{"garbage", 20 * time.Second, child.Garbled},
		{"silent", 20 * time.Second, child.Killed},
		{"flood", 20 * time.Second, child.Output},
	} {
		t.Run(row.work, func(t *testing.T) {
			p := pool(t, child.Config{Size: 1})
			err := p.Do(t.Context(), child.Order{
				Header: []byte(row.work), Memory: 64 << 20, Time: row.time, Output: 10 << 20,
				Body: strings.NewReader("something"), Receive: parts{}.receive,
			})
			failure, ok := errors.AsType[*child.Failure](err)
			if !ok || failure.Reason != row.reason {
				t.Fatalf("%v (%+v), want %v", err, failure, row.reason)
			}
			if _, err := ask(t, p, "pid"); err != nil {
				t.Errorf("the next order: %v", err)
			}
		})
	}
}

// An error of the work comes back as its text, and the child stays.
func TestRefusal(t *testing.T) {
	p := pool(t, child.Config{Size: 1})
	before, _ := ask(t, p, "pid")
	_, err := ask(t, p, "refuse")
	if refusal, ok := errors.AsType[*child.Refusal](err); !ok || refusal.Text != "no, thank you" {
		t.Errorf("%v", err)
	}
	if after, _ := ask(t, p, "pid"); after != before {
		t.Error("a refusal cost the process")
	}
}

// A child that something else kills says nothing about its order: it may be
// tried again, and the pool is as good as before, however often it happens.
func TestKilled(t *testing.T) {
	p := pool(t, child.Config{Size: 1})
	for range 50 {
		err := p.Do(t.Context(), child.Order{
			Header: []byte("hang"), Memory: 64 << 20, Time: 20 * time.Second,
			Progress: func(word []byte) { kill(t, string(word)) },
		})
		failure, ok := errors.AsType[*child.Failure](err)
		if !ok || failure.Reason != child.Killed || failure.Lasting() {
			t.Fatal(err)
		}
	}
}

func kill(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err == nil {
		err = syscall.Kill(n, syscall.SIGKILL)
	}
	if err != nil {
		t.Error(err)
	}
}

// A child that ended while it was idle is replaced, and the order does not
// notice.
func TestEndedIdle(t *testing.T) {
	p := pool(t, child.Config{Size: 1})
	for range 10 {
		pid, err := ask(t, p, "pid")
		if err != nil {
			t.Fatal(err)
		}
		kill(t, pid)
	}
}

// A child knows nothing of its parent's environment, can open neither a file
// nor a connection, and starts no other program.
func TestConfined(t *testing.T) {
	t.Setenv("PARTGAUGE_SECRET", "hidden")
	p := pool(t, child.Config{Size: 1, Environment: []string{"GOTRACEBACK=single"}})
	if got, err := ask(t, p, "environment"); err != nil || got != "GOTRACEBACK=single" {
		t.Errorf("the environment is %q, %v", got, err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"open " + file, "dial " + listener.Addr().String(), "start /bin/true"} {
		_, err := ask(t, p, what)
		if refusal, ok := errors.AsType[*child.Refusal](err); !ok || !strings.Contains(refusal.Text, "too many open files") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A child gets as many orders as it may, and then another one works.
func TestOrdersOfAChild(t *testing.T) {
	p := pool(t, child.Config{Size: 1, Orders: 2})
	var pids []string
	for range 4 {
		pid, err := ask(t, p, "pid")
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if pids[0] != pids[1] || pids[1] == pids[2] || pids[2] != pids[3] {
		t.Errorf("the processes of four orders are %v", pids)
	}
}

// Whoever gives an order up gets his context's error and the child ends. So do
// the errors of the body and of the receiver.
func TestGivenUp(t *testing.T) {
	p := pool(t, child.Config{Size: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := p.Do(ctx, child.Order{Header: []byte("hang")}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up: %v", err)
	}
	broken := errors.New("the disk is gone")
	err := p.Do(t.Context(), child.Order{Header: []byte("echo"), Receive: parts{}.receive, Body: io.MultiReader(
		strings.NewReader("some"), readerFunc(func([]byte) (int, error) { return 0, broken }))})
	if !errors.Is(err, broken) {
		t.Errorf("a body that cannot be read: %v", err)
	}
	err = p.Do(t.Context(), child.Order{
		Header: []byte("echo"), Body: strings.NewReader("some"),
		Receive: func(string, []byte) error { return broken },
	})
	if !errors.Is(err, broken) {
		t.Errorf("a receiver that fails: %v", err)
	}
	if _, err := ask(t, p, "pid"); err != nil {
		t.Errorf("the next order: %v", err)
	}
	p.Close()
	if _, err := ask(t, p, "pid"); !errors.Is(err, child.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Many orders at a time never have more children than the pool has places, and
// each gets its own answer.
func TestPoolIsBounded(t *testing.T) {
	p := pool(t, child.Config{Size: 2})
	var (
		mu   sync.Mutex
		pids = map[string]bool{}
		all  sync.WaitGroup
	)
	for range 30 {
		all.Go(func() {
			pid, err := ask(t, p, "pid")
			mu.Lock()
			defer mu.Unlock()
			pids[pid] = true
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(pids) > 2 {
		t.Errorf("%d children at a time", len(pids))
	}
}

// A program that is none is a failure too.
func TestNoProgram(t *testing.T) {
	for _, program := range []string{"/no/such/program", "/bin/false"} {
		p, err := child.NewPool(child.Config{Program: program})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		_, err = ask(t, p, "pid")
		if failure, ok := errors.AsType[*child.Failure](err); !ok || failure.Reason != child.NotBegun {
			t.Errorf("%s: %v", program, err)
		}
	}
}
