package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/listing"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

var ctx = context.Background()

// found makes an organisation with a user.
func found(t *testing.T, s account.Store) account.User {
	t.Helper()
	u := account.User{Email: "eve@example.org", Verification: account.Verified, Joined: time.Date(2026, 1, 2, 3, 4, 5, 123456000, time.UTC), Preferences: account.Preferences{Unit: "mm"}}
	err := s.Update(ctx, func(tx account.Tx) error {
		o := account.Organization{Name: "Acme", Created: u.Joined}
		if err := tx.Organizations().Add(&o); err != nil {
			return err
		}
		u.Organization = o.ID
		return tx.Users().Add(&u)
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// What is stored comes back as it was, times and odd text included.
func TestRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		u := found(t, db.Account())
		u.FirstName = "Zoë 'quote' ? ?0 \\ \" % ' OR 1=1; -- \u202e 🙂"
		u.Roles = []account.Role{account.OrganizationAdmin, account.AMExpert}
		u.LastLogin = u.Joined.Add(time.Microsecond)
		err := db.Account().Update(ctx, func(tx account.Tx) error { return tx.Users().Save(u) })
		if err != nil {
			t.Fatal(err)
		}
		var got account.User
		err = db.Account().View(ctx, func(tx account.Tx) error {
			got, err = tx.Users().Get(u.ID)
			return err
		})
		if want := fmt.Sprintf("%+v", u); err != nil || fmt.Sprintf("%+v", got) != want {
			t.Errorf("%v\ngot  %+v\nwant %s", err, got, want)
		}
	})
}

// A transaction that fails leaves nothing behind, and one that panics neither;
// the database works on.
func TestRollback(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := db.Account()
		u := found(t, s)
		stop := errors.New("stop")
		err := s.Update(ctx, func(tx account.Tx) error {
			u.LastName = "changed"
			if err := tx.Users().Save(u); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("the error is %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic is lost")
				}
			}()
			_ = s.Update(ctx, func(tx account.Tx) error {
				_ = tx.Users().Save(u)
				panic("stop")
			})
		}()
		err = s.Update(ctx, func(tx account.Tx) error {
			got, err := tx.Users().Get(u.ID)
			if got.LastName != "" {
				t.Errorf("the last name is %q", got.LastName)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Many who change one row at a time lose no change: every one of them is made on
// the state that the one before left.
func TestNoLostUpdate(t *testing.T) {
	const clients, rounds = 8, 10
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := db.Account()
		u := found(t, s)
		var group sync.WaitGroup
		for range clients {
			group.Go(func() {
				for range rounds {
					err := s.Update(ctx, func(tx account.Tx) error {
						got, err := tx.Users().Get(u.ID)
						if err != nil {
							return err
						}
						got.CustomerNumber += "x"
						return tx.Users().Save(got)
					})
					for fault.Is(err, fault.Busy) { // told to come back
						err = s.Update(ctx, func(tx account.Tx) error {
							got, err := tx.Users().Get(u.ID)
							if err != nil {
								return err
							}
							got.CustomerNumber += "x"
							return tx.Users().Save(got)
						})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		err := s.View(ctx, func(tx account.Tx) error {
			got, err := tx.Users().Get(u.ID)
			if n := len(got.CustomerNumber); n != clients*rounds {
				t.Errorf("%d of %d changes are left", n, clients*rounds)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Database errors come out as what they mean.
func TestFailures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := db.Account()
		u := found(t, s)
		for _, c := range []struct {
			name string
			do   func(account.Tx) error
			want fault.Kind
		}{
			{"absent", func(tx account.Tx) error { _, err := tx.Users().Get(999); return err }, fault.NotFound},
			{"save absent", func(tx account.Tx) error { return tx.Addresses().Save(account.Address{ID: 9, User: u.ID}) }, fault.NotFound},
			{"delete absent", func(tx account.Tx) error { return tx.Addresses().Delete(u.ID, 9) }, fault.NotFound},
			{"unique", func(tx account.Tx) error { double := u; double.ID = 0; return tx.Users().Add(&double) }, fault.Conflict},
			{"reference", func(tx account.Tx) error { return tx.Addresses().Add(&account.Address{User: 999}) }, fault.Internal},
			{"order", func(tx account.Tx) error {
				_, err := tx.Users().List(u.Organization, listing.Query{Page: 1, Size: 10, Order: []listing.Key{{Field: "email; DROP TABLE users"}}})
				return err
			}, fault.Invalid},
		} {
			if err := s.Update(ctx, c.do); err == nil || fault.KindOf(err) != c.want {
				t.Errorf("%s: kind %d of %v, want %d", c.name, fault.KindOf(err), err, c.want)
			}
		}
		done, cancel := context.WithTimeout(ctx, -1)
		defer cancel()
		if err := s.View(done, func(account.Tx) error { return nil }); !fault.Is(err, fault.Busy) {
			t.Errorf("past the deadline: %v", err)
		}
		if err := db.Ping(ctx); err != nil {
			t.Error(err)
		}
	})
}

// Lists come in the order asked for, every entry on one page, however many share
// a value; wildcards in a search stand for themselves.
func TestPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := db.Account()
		u := found(t, s)
		err := s.Update(ctx, func(tx account.Tx) error {
			for i := range 29 {
				other := u
				other.ID, other.Email, other.LastName = 0, fmt.Sprintf("u%02d@example.org", i), []string{"A", "B", "100%_!"}[i%3]
				if err := tx.Users().Add(&other); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		list := func(q listing.Query) (emails []string, total int) {
			err := s.View(ctx, func(tx account.Tx) error {
				page, err := tx.Users().List(u.Organization, q)
				for _, u := range page.Items {
					emails = append(emails, u.Email)
				}
				total = page.Total
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return emails, total
		}
		seen := map[string]bool{}
		for page := 1; page <= 4; page++ {
			emails, total := list(listing.Query{Page: page, Size: 10, Order: []listing.Key{{Field: "lastName", Descending: true}}})
			for _, e := range emails {
				seen[e] = true
			}
			if want := []int{10, 10, 10, 0}[page-1]; len(emails) != want || total != 30 {
				t.Errorf("page %d has %d of %d", page, len(emails), total)
			}
		}
		if len(seen) != 30 {
			t.Errorf("%d entries on all pages", len(seen))
		}
		for search, want := range map[string]int{"%_!": 9, "U0": 10, "_": 9, "example": 30, "'": 0} {
			if _, total := list(listing.Query{Page: 1, Size: 10, Search: search}); total != want {
				t.Errorf("%q finds %d, want %d", search, total, want)
			}
		}
		if emails, _ := list(listing.Query{Page: 1 << 62, Size: 100}); emails != nil {
			t.Errorf("a page far beyond holds %v", emails)
		}
	})
}

// A schema of a newer release is refused, by migration too.
func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	open := func() *store.DB {
		db, err := store.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := open()
	if err := db.CheckSchema(ctx); err == nil || !strings.Contains(err.Error(), "older") {
		t.Errorf("an empty database: %v", err)
	}
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.CheckSchema(ctx), db.Migrate(ctx)); err != nil {
		t.Error(err)
	}
	db.Close()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)"); err != nil {
		t.Fatal(err)
	}
	raw.Close()
	db = open()
	defer db.Close()
	for _, err := range []error{db.CheckSchema(ctx), db.Migrate(ctx)} {
		if err == nil || !strings.Contains(err.Error(), "newer release") {
			t.Errorf("a newer schema: %v", err)
		}
	}
}

// A database that cannot be opened says so in a sentence, without a password.
func TestOpen(t *testing.T) {
	for place, want := range map[string]string{
		filepath.Join(t.TempDir(), "missing", "x.db"): "cannot open the database",
		t.TempDir(): "cannot open the database",
		"postgres://u:secret@127.0.0.1:1/x?connect_timeout=2": "cannot open the database",
		"postgres://u:secret@127.0.0.1:port/x":                "is not one of PostgreSQL",
	} {
		db, err := store.Open(ctx, place)
		if err == nil {
			db.Close()
			t.Errorf("%s opens", place)
		} else if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", place, err)
		}
	}
}
