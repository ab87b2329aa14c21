// Package storetest gives tests databases of their own.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/blobs"
)

// Each runs a test against each database: SQLite always, and PostgreSQL where
// the environment variable PARTGAUGE_POSTGRES holds the URL of one.
func Each(t *testing.T, test func(*testing.T, *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite returns a new SQLite database with the present schema.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "test.db"))
}

// Postgres returns a schema of its own in the PostgreSQL database that
// PARTGAUGE_POSTGRES names, dropped after the test. Without one, it skips the
// test, except where CI is set.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

// PostgresURL returns the URL of an empty schema; see Postgres.
func PostgresURL(t testing.TB) string {
	t.Helper()
	place := os.Getenv("PARTGAUGE_POSTGRES")
	if place == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("PARTGAUGE_POSTGRES names no database")
		}
		t.Skip("PARTGAUGE_POSTGRES names no database")
	}
	schema := "test_" + strings.ToLower(rand.Text())
	execute(t, place, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { execute(t, place, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(place)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	return u.String()
}

func open(t testing.TB, place string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

func execute(t testing.TB, place, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", place)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// Blobs returns an empty folder of blobs.
func Blobs(t testing.TB) *blobs.Folder {
	t.Helper()
	f, err := blobs.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
