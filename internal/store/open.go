package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver
)

// Open opens the database at a place: a URL postgres://…, or else the path of a
// SQLite file, which is made if it is not there. The schema is left as it is;
// see Migrate.
func Open(ctx context.Context, place string) (*DB, error) {
	open := openSQLite
	if isPostgres(place) {
		open = openPostgres
	}
	db, err := open(ctx, place)
	if err != nil {
		return nil, err
	}
	if err := db.Ping(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("cannot open the database: %w", err)
	}
	return db, nil
}

func isPostgres(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// The SQLite file is written by one connection and read by a few: a writer never
// waits for another one of this process, and readers wait for nobody.
const sqliteReaders = 4

func openSQLite(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	writes, err := sqlitePool(path, 1, "immediate", "journal_mode(WAL)", "synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	// Readers must find the file in WAL mode.
	if err := writes.PingContext(ctx); err != nil {
		writes.Close()
		return nil, fmt.Errorf("cannot open the database %s: %w", path, err)
	}
	reads, err := sqlitePool(path, sqliteReaders, "deferred", "query_only(1)")
	if err != nil {
		writes.Close()
		return nil, err
	}
	dialect := sqlitedialect.New()
	return &DB{kind: sqliteKind, path: path, writes: bun.NewDB(writes, dialect), reads: bun.NewDB(reads, dialect)}, nil
}

func sqlitePool(path string, connections int, lock string, pragmas ...string) (*sql.DB, error) {
	query := url.Values{
		"_txlock":      {lock},
		"_time_format": {"sqlite"},
		"_pragma":      append([]string{"busy_timeout(10000)", "foreign_keys(1)"}, pragmas...),
	}
	place := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	pool, err := sql.Open("sqlite", place.String())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

func openPostgres(ctx context.Context, place string) (*DB, error) {
	config, err := pgxpool.ParseConfig(place)
	if err != nil {
		// The library's error quotes the URL, which holds a password.
		return nil, fmt.Errorf("the database URL is not one of PostgreSQL")
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	db := bun.NewDB(stdlib.OpenDBFromPool(pool), pgdialect.New())
	return &DB{kind: postgresKind, pool: pool, writes: db, reads: db}, nil
}
