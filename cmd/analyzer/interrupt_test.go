//go:build unix

package main

import (
	"bufio"
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

// Ctrl-C while a read is blocked ends the program at once, with the lines it
// has and a word about what is missing.
func TestInterrupt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cube.stl")
	if err := os.WriteFile(path, meshtest.STL(meshtest.Cube(20).Mesh), 0o666); err != nil {
		t.Fatal(err)
	}
	// The test program is the analyzer when it is called so: see TestMain.
	cmd := exec.CommandContext(t.Context(), os.Args[0], "info", "--json", path, "-")
	cmd.Args[0] = "analyzer"
	cmd.WaitDelay = 30 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe() // never written to
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.Contains(line, `"volume":8000`) {
		t.Errorf("got %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	var failed *exec.ExitError
	if !errors.As(err, &failed) || failed.ExitCode() != exitFailed {
		t.Errorf("got %v, want exit code %d", err, exitFailed)
	}
	if want := "analyzer: interrupted: 1 of 2 files were analysed\n"; stderr.String() != want {
		t.Errorf("got %q, want %q", stderr.String(), want)
	}
}
