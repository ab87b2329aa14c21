package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/partgauge/partgauge/internal/fault"
)

// A backup is a SQLite file with the schema of its release, whichever database
// it was taken from; so it also moves a service from one to the other. Tables of
// background work are not part of it on PostgreSQL: what is unfinished is found
// and begun again.

// Backup writes the state of this moment to a new file, beside whatever else
// goes on. It needs room for the whole database.
func (db *DB) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is there already", file)
	}
	write := db.backupSQLite
	if db.kind.name == postgresKind.name {
		write = db.backupPostgres
	}
	if err := write(ctx, file); err != nil {
		os.Remove(file)
		return fmt.Errorf("cannot write the backup: %w", failure(err))
	}
	return syncFile(file)
}

// backupSQLite reads in a transaction of a connection of its own, so that it
// holds up no writer.
func (db *DB) backupSQLite(ctx context.Context, file string) error {
	pool, err := sqlitePool(db.path, 1, "deferred")
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?", file)
	return err
}

func (db *DB) backupPostgres(ctx context.Context, file string) error {
	to, err := openSQLite(ctx, file)
	if err != nil {
		return err
	}
	defer to.Close()
	if err := to.Migrate(ctx); err != nil {
		return err
	}
	return copyAll(ctx, db, to, to)
}

// Restore brings a backup into the database at a place, which must not be there
// yet or, on PostgreSQL, be empty. A backup of an earlier release is brought up
// to date.
func Restore(ctx context.Context, file, place string) error {
	if isPostgres(place) {
		return restorePostgres(ctx, file, place)
	}
	if _, err := os.Lstat(place); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is a database at %s already", place)
	}
	if err := restoreSQLite(ctx, file, place); err != nil {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			os.Remove(place + suffix)
		}
		return err
	}
	return syncFile(place)
}

func restoreSQLite(ctx context.Context, file, place string) error {
	if err := copyFile(file, place); err != nil {
		return err
	}
	db, err := openBackup(ctx, place)
	if err != nil {
		return err
	}
	return db.Close()
}

// openBackup opens a copy of a backup and brings it up to date.
func openBackup(ctx context.Context, file string) (*DB, error) {
	db, err := openSQLite(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("this is no backup: %w", err)
	}
	var sound string
	err = db.writes.DB.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&sound)
	if err == nil && sound != "ok" {
		err = fmt.Errorf("the backup is damaged: %s", sound)
	}
	if err == nil {
		err = hasOrganizations(ctx, db)
	}
	if err == nil {
		err = db.Migrate(ctx)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func hasOrganizations(ctx context.Context, db *DB) error {
	var n int
	if err := db.writes.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM organizations").Scan(&n); err != nil {
		return fmt.Errorf("this is no backup: %w", err)
	}
	return nil
}

func restorePostgres(ctx context.Context, file, place string) error {
	to, err := Open(ctx, place)
	if err != nil {
		return err
	}
	defer to.Close()
	if err := to.Migrate(ctx); err != nil {
		return err
	}
	// Migrating changes the file, so it is done to a copy.
	folder, err := os.MkdirTemp("", "partgauge-restore-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	copied := folder + "/backup.db"
	if err := copyFile(file, copied); err != nil {
		return err
	}
	from, err := openBackup(ctx, copied)
	if err != nil {
		return err
	}
	defer from.Close()
	err = copyAll(ctx, from, to, from)
	if fault.Is(err, fault.Conflict) {
		err = fmt.Errorf("the database is not empty")
	}
	return err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// copyAll copies the rows of all tables in one transaction on each side. The
// tables and their order are read from plan, which is the SQLite of the two.
func copyAll(ctx context.Context, from, to, plan *DB) error {
	tables, err := tablesOf(ctx, plan)
	if err != nil {
		return err
	}
	read := &sql.TxOptions{}
	if from.kind.read != nil {
		read = from.kind.read
	}
	source, err := from.reads.DB.BeginTx(ctx, read)
	if err != nil {
		return failure(err)
	}
	defer source.Rollback() // it only reads
	target, err := to.writes.DB.BeginTx(ctx, nil)
	if err != nil {
		return failure(err)
	}
	defer target.Rollback() // does nothing after Commit
	for _, t := range tables {
		if err := t.copy(ctx, source, target, to.kind); err != nil {
			return failure(err)
		}
	}
	return failure(target.Commit())
}
