package store_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

// A full disk is told as such and leaves no half rows; reading works on, and so
// does writing once there is room, without opening the database again.
func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder).CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("a small disk cannot be made: %v %s", err, out)
		}
		t.Skipf("a small disk cannot be made: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	db, err := store.Open(ctx, filepath.Join(folder, "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	s := db.Account()
	u := found(t, s)
	pair := func() error {
		return s.Update(ctx, func(tx account.Tx) error {
			for range 2 {
				a := account.Address{User: u.ID, City: strings.Repeat("x", 20_000)}
				if err := tx.Addresses().Add(&a); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for err == nil {
		err = pair()
	}
	if !fault.Is(err, fault.StorageFull) {
		t.Fatalf("kind %d: %v", fault.KindOf(err), err)
	}
	err = s.View(ctx, func(tx account.Tx) error {
		all, err := tx.Addresses().Of(u.ID)
		if len(all)%2 != 0 {
			t.Errorf("%d rows: half a transaction", len(all))
		}
		return err
	})
	if err != nil {
		t.Errorf("reading: %v", err)
	}
	if out, err := exec.Command("mount", "-o", "remount,size=4m", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if err := pair(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A connection that the server ends is told as such, and the next one works.
func TestConnectionLost(t *testing.T) {
	db := storetest.Postgres(t)
	s := db.Account()
	u := found(t, s)
	err := s.View(ctx, func(tx account.Tx) error {
		_, err := tx.(*store.Tx).Exec("SELECT pg_terminate_backend(pg_backend_pid())")
		return err
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("kind %d: %v", fault.KindOf(err), err)
	}
	err = s.View(ctx, func(tx account.Tx) error {
		_, err := tx.Users().Get(u.ID)
		return err
	})
	if err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
