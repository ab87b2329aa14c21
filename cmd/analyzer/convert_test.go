//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A written file gets the permissions that the user wants for new ones, and
// nothing is left beside it.
func TestWriteFilePermissions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "part.stl")
	before := syscall.Umask(0o027)
	err := writeFile(path, func(w io.Writer) error {
		_, err := w.Write([]byte("text"))
		return err
	})
	syscall.Umask(before)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 || info.Size() != 4 {
		t.Errorf("got %v, %v; want 4 bytes with -rw-r-----", info, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v; want nothing else in the folder", entries, err)
	}
}
