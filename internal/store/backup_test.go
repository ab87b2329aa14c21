package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

// A backup taken while others write holds one state, and restored into either
// database it is that state; ids go on from there.
func TestBackup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := db.Account()
		u := found(t, s)
		nothing := ""
		address := account.Address{User: u.ID, City: "Zürich", State: &nothing}
		add := func(s account.Store) error {
			// Two in one transaction: a backup holds both or none.
			return s.Update(ctx, func(tx account.Tx) error {
				for range 2 {
					a := address
					if err := tx.Addresses().Add(&a); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := add(s); err != nil {
			t.Fatal(err)
		}
		writing, stop := context.WithCancel(ctx)
		var group sync.WaitGroup
		group.Go(func() {
			for writing.Err() == nil {
				if err := add(s); err != nil {
					t.Error(err)
				}
			}
		})
		file := filepath.Join(t.TempDir(), "backup.db")
		err := db.Backup(ctx, file)
		stop()
		group.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Backup(ctx, file); err == nil {
			t.Error("a backup overwrites a file")
		}
		t.Run("into sqlite", func(t *testing.T) { restore(t, file, filepath.Join(t.TempDir(), "restored.db"), u, add) })
		t.Run("into postgres", func(t *testing.T) { restore(t, file, storetest.PostgresURL(t), u, add) })
	})
}

func restore(t *testing.T, file, place string, u account.User, add func(account.Store) error) {
	if err := store.Restore(ctx, file, place); err != nil {
		t.Fatal(err)
	}
	if err := store.Restore(ctx, file, place); err == nil || !strings.Contains(err.Error(), "already") && !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restored over a database: %v", err)
	}
	restored, err := store.Open(ctx, place)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if err := restored.CheckSchema(ctx); err != nil {
		t.Error(err)
	}
	before := count(t, restored.Account(), u)
	if before == 0 || before%2 != 0 {
		t.Errorf("%d addresses: half a transaction", before)
	}
	if err := add(restored.Account()); err != nil {
		t.Error(err)
	}
	if after := count(t, restored.Account(), u); after != before+2 {
		t.Errorf("%d addresses after two more, %d before", after, before)
	}
}

func count(t *testing.T, s account.Store, want account.User) (addresses int) {
	t.Helper()
	err := s.View(ctx, func(tx account.Tx) error {
		got, err := tx.Users().Get(want.ID)
		if err != nil {
			return err
		}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("the user came back as %+v, was %+v", got, want)
		}
		all, err := tx.Addresses().Of(want.ID)
		addresses = len(all)
		for _, a := range all {
			if a.City != "Zürich" || a.State == nil || *a.State != "" || a.Title != nil {
				t.Errorf("an address came back as %+v", a)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return addresses
}

// What is no backup is refused and leaves nothing behind.
func TestRestoreRefuses(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"text": "hello", "empty": "", "zeros": strings.Repeat("\x00", 8192)} {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		place := filepath.Join(folder, name+".db")
		if err := store.Restore(ctx, file, place); err == nil {
			t.Errorf("%s is restored", name)
		}
		if left, _ := filepath.Glob(place + "*"); left != nil {
			t.Errorf("%s leaves %v", name, left)
		}
	}
	if err := store.Restore(ctx, filepath.Join(folder, "absent"), filepath.Join(folder, "x.db")); err == nil {
		t.Error("a missing file is restored")
	}
}
