//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/partgauge/partgauge/internal/meshtest"
)

// A batch that is interrupted, or whose journal lost the end of its last
// entry, ends with --resume in the results of one that was not.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	models := filepath.Join(dir, "models")
	if err := os.Mkdir(models, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]float64{"a.stl": 20, "b.stl": 10, "hang.stl": 5} {
		if err := os.WriteFile(filepath.Join(models, name), meshtest.STL(meshtest.Cube(size).Mesh), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	analyzer := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"analyze", "--min-wall", "1", "--threads", "2"}, args...)...)
		cmd.Args[0] = "analyzer"
		cmd.Dir = dir
		return cmd
	}

	interrupted := analyzer("--out", "results", "models")
	var stderr bytes.Buffer
	interrupted.Stderr = &stderr
	if err := interrupted.Start(); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(dir, "results", journalFile)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(journal); err == nil && bytes.Count(text, []byte("\n")) == 2 {
			break
		}
	}
	// Meanwhile nobody else may write there.
	other := analyzer("--out", "results", "--resume", "models")
	if out, _ := other.CombinedOutput(); other.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), "another run writes into this folder") {
		t.Errorf("a second run beside the first: exit code %d, %s", other.ProcessState.ExitCode(), out)
	}
	if err := interrupted.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var failed *exec.ExitError
	if err := interrupted.Wait(); !errors.As(err, &failed) || failed.ExitCode() != exitFailed {
		t.Errorf("got %v, want exit code %d", err, exitFailed)
	}
	if want := "interrupted: 2 of 3 files were analysed"; !strings.Contains(stderr.String(), want) {
		t.Errorf("got %q, want %q", stderr.String(), want)
	}

	// Without the file that hangs, the rest can be compared.
	if err := os.Remove(filepath.Join(models, "hang.stl")); err != nil {
		t.Fatal(err)
	}
	if out, err := analyzer("--out", "whole", "models").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(journal, int64(len(text)-100)); err != nil {
		t.Fatal(err)
	}
	out, err := analyzer("--out", "results", "--resume", "models").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "1 result is from the run before") {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{resultsCSV, resultsHTML} {
		got, err1 := os.ReadFile(filepath.Join(dir, "results", name))
		want, err2 := os.ReadFile(filepath.Join(dir, "whole", name))
		if err1 != nil || err2 != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from that of a run that was not interrupted (%v, %v)", name, err1, err2)
		}
	}
}
