package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema from that of any earlier release to the present one.
// Each step is a transaction. A schema newer than this program is refused.
func (db *DB) Migrate(ctx context.Context) error {
	steps, err := db.migrator()
	if err != nil {
		return err
	}
	if _, err := db.schema(ctx, steps); err != nil {
		return err
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("cannot bring the database up to date: %w", failure(err))
	}
	return nil
}

// CheckSchema returns an error unless the schema is the present one.
func (db *DB) CheckSchema(ctx context.Context) error {
	steps, err := db.migrator()
	if err != nil {
		return err
	}
	behind, err := db.schema(ctx, steps)
	if err == nil && behind {
		err = fmt.Errorf("the database is older than this program: run \"server migrate\" first")
	}
	return err
}

// schema reports whether the schema is behind the present one, and refuses one
// that is ahead of it.
func (db *DB) schema(ctx context.Context, steps *goose.Provider) (behind bool, err error) {
	at, newest, err := steps.GetVersions(ctx)
	if err != nil {
		return false, fmt.Errorf("cannot read the version of the database: %w", failure(err))
	}
	if at > newest {
		return false, fmt.Errorf("the database has schema %d and this program knows up to %d: it was written by a newer release", at, newest)
	}
	return at < newest, nil
}

func (db *DB) migrator() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+db.kind.name)
	if err != nil {
		return nil, err
	}
	if db.kind.name == sqliteKind.name {
		return goose.NewProvider(goose.DialectSQLite3, db.writes.DB, files)
	}
	// Several servers may start at once.
	session, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db.writes.DB, files, goose.WithSessionLocker(session))
}
