package blobs_test

import (
	"os"
	"syscall"
	"testing"

	"github.com/partgauge/partgauge/internal/fault"
)

// A full disk is told apart from other failures, leaves nothing half stored,
// and is got over as soon as there is room.
func TestDiskFull(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a small file system")
	}
	name := t.TempDir()
	if err := syscall.Mount("tmpfs", name, "tmpfs", 0, "size=2m"); err != nil {
		t.Skip("no small file system: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(name, syscall.MNT_DETACH) })
	f := open(t, name)
	first := put(t, f, make([]byte, 500_000))
	if _, err := store(t, f, make([]byte, 4_000_000), 4_000_000); !fault.Is(err, fault.StorageFull) {
		t.Errorf("a file larger than the disk: %v", err)
	}
	checkIncoming(t, name)
	if _, err := read(t, f, first.Hash); err != nil {
		t.Errorf("what was there before: %v", err)
	}
	put(t, f, make([]byte, 600_000))
}
