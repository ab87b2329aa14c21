package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
)

// ordered has a foreman do one file and returns the error in its only report.
func ordered(t *testing.T, f *foreman, path string) *analysis.Error {
	t.Helper()
	opts := analysis.Options{}.WithDefaults()
	opts.Sampling.Samples = 1000
	found, err := f.do(t.Context(), workOrder{Name: filepath.Base(path), Path: path, Options: opts, Timeout: batchTimeout}, func(analysis.Progress) {})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d findings, %v", len(found), err)
	}
	report, err := found[0].decode()
	if err != nil {
		t.Fatal(err)
	}
	return report.Error
}

// A process that is killed between two files costs neither of them: the next
// file gets another process. One that ends before it has begun with the first
// file it was started for is not started for ever.
func TestForemanReplacesIdleWorker(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cube.stl")
	if err := os.WriteFile(path, meshtest.STL(meshtest.Cube(20).Mesh), 0o666); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The test program is the analyzer when it is called so: see TestMain.
	f := &foreman{program: program, args: []string{"analyzer", workerCommand}, memory: machineMemory()}
	defer f.stop()
	if e := ordered(t, f, path); e != nil {
		t.Fatal(e)
	}
	for name, noticed := range map[string]bool{"just now": false, "a while ago": true} {
		killed := f.worker
		if err := killed.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if noticed {
			for range killed.answers {
			}
		}
		if e := ordered(t, f, path); e != nil {
			t.Fatalf("killed %s: %v", name, e)
		}
		if f.worker == killed {
			t.Errorf("killed %s: the same process", name)
		}
	}

	mute := &foreman{program: program, args: []string{"analyzer", "version"}, memory: machineMemory()}
	defer mute.stop()
	if e := ordered(t, mute, path); e == nil || e.Code != analysis.CodeInternal {
		t.Errorf("a process that never begins: %v", e)
	}
}
