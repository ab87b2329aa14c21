package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
)

// A DB is an open database. It is safe for use by many goroutines.
type DB struct {
	kind   kind
	reads  *bun.DB // the same as writes on PostgreSQL
	writes *bun.DB
	pool   *pgxpool.Pool // nil on SQLite
	path   string        // the file; empty on PostgreSQL
}

// A kind is what differs between the databases.
type kind struct {
	name string // also the folder of its migrations
	read *sql.TxOptions
	// Updates are serializable on both: SQLite has a single writer.
	write *sql.TxOptions
}

var (
	sqliteKind   = kind{name: "sqlite", read: nil, write: nil}
	postgresKind = kind{
		name:  "postgres",
		read:  &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		write: &sql.TxOptions{Isolation: sql.LevelSerializable},
	}
)

// Close closes the database.
func (db *DB) Close() error {
	err := db.writes.Close()
	if db.reads != db.writes {
		err = errors.Join(err, db.reads.Close())
	}
	if db.pool != nil {
		db.pool.Close()
	}
	return err
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return failure(db.reads.NewRaw("SELECT 1").Scan(ctx, &one))
}

// Kind returns "sqlite" or "postgres".
func (db *DB) Kind() string { return db.kind.name }

// A Tx is one transaction. It implements the Tx interface of every business
// package, and lives no longer than the function it was given to. It carries
// the context of its transaction, as every query in it ends with that.
type Tx struct {
	bun.Tx
	ctx  context.Context
	conn bun.Conn // where the transaction runs
}

func (db *DB) view(ctx context.Context, f func(*Tx) error) error {
	return db.retry(ctx, func() error { return transact(ctx, db.reads, db.kind.read, f) })
}

func (db *DB) update(ctx context.Context, f func(*Tx) error) error {
	return db.retry(ctx, func() error { return transact(ctx, db.writes, db.kind.write, f) })
}

// transact runs f in a transaction of its own. The connection is taken apart
// from the transaction, so that others can be let in on it.
func transact(ctx context.Context, db *bun.DB, options *sql.TxOptions, f func(*Tx) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if err := f(&Tx{Tx: tx, ctx: ctx, conn: conn}); err != nil {
		return err
	}
	return tx.Commit()
}

// How often, and from which pause on, a transaction is tried that clashed with
// another one. Pauses double and are drawn at random, so that those who clashed
// come back apart.
const (
	attempts   = 12
	firstPause = 2 * time.Millisecond
)

// retry runs f until it does not clash, and returns its error as a failure.
func (db *DB) retry(ctx context.Context, f func() error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := f()
		if err == nil || attempt == attempts || !clashed(err) {
			return failure(err)
		}
		select {
		case <-ctx.Done():
			return failure(ctx.Err())
		case <-time.After(rand.N(pause)):
		}
		pause *= 2
	}
}

// A contextStore is the Store of a business package, whose Tx interface is T.
type contextStore[T any] struct {
	db *DB
	as func(*Tx) T
}

func (s contextStore[T]) View(ctx context.Context, f func(T) error) error {
	return s.db.view(ctx, func(tx *Tx) error { return f(s.as(tx)) })
}

func (s contextStore[T]) Update(ctx context.Context, f func(T) error) error {
	return s.db.update(ctx, func(tx *Tx) error { return f(s.as(tx)) })
}

// Account returns the storage of package account.
func (db *DB) Account() account.Store {
	return contextStore[account.Tx]{db, func(tx *Tx) account.Tx { return tx }}
}

// The helpers below are what the files of the resources are written with.

// get loads the row that where and args select into row.
func (tx *Tx) get(row any, where string, args ...any) error {
	return failure(tx.NewSelect().Model(row).Where(where, args...).Scan(tx.ctx))
}

// add inserts row and sets its id.
func (tx *Tx) add(row any) error {
	_, err := tx.NewInsert().Model(row).Exec(tx.ctx)
	return failure(err)
}

// save updates row by its primary key.
func (tx *Tx) save(row any) error {
	result, err := tx.NewUpdate().Model(row).WherePK().Exec(tx.ctx)
	return one(result, err)
}

// one returns a failure unless a statement changed exactly one row.
func one(result sql.Result, err error) error {
	if err != nil {
		return failure(err)
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return failure(err)
	case n == 0:
		return failure(sql.ErrNoRows)
	case n != 1:
		return fmt.Errorf("%d rows changed instead of one", n)
	}
	return nil
}
