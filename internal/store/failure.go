package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/partgauge/partgauge/internal/fault"
)

// failure returns a database error as what it means to a caller. Failures pass
// through, and what is not recognised stays as it is: internal.
func failure(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteFailure(e)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresFailure(e)
	}
	var network net.Error
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.Missing()
	case errors.Is(err, context.DeadlineExceeded):
		return busy(err)
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.As(err, &network), isConnectError(err):
		return unavailable(err)
	}
	return err
}

func busy(err error) error {
	return fault.Wrap(fault.Busy, err, "The service is busy; try again soon.")
}

func unavailable(err error) error {
	return fault.Wrap(fault.Unavailable, err, "The database cannot be reached; try again later.")
}

func full(err error) error {
	return fault.Wrap(fault.StorageFull, err, "There is no room left to store anything.")
}

func taken(err error) error {
	return fault.Wrap(fault.Conflict, err, "Something of this name is there already.")
}

func isConnectError(err error) bool {
	_, ok := errors.AsType[*pgconn.ConnectError](err)
	return ok || strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}

func sqliteFailure(err *sqlite.Error) error {
	switch code := err.Code(); code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return taken(err)
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE:
		return full(err)
	default:
		switch code & 0xff { // the primary code of an extended one
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return busy(err)
		case sqlite3.SQLITE_INTERRUPT:
			return busy(err)
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			return unavailable(err)
		}
	}
	return err
}

func postgresFailure(err *pgconn.PgError) error {
	switch {
	case err.Code == "23505": // unique_violation
		return taken(err)
	case err.Code == "53100": // disk_full
		return full(err)
	case err.Code == "57014": // query_canceled
		return busy(err)
	case serialization(err):
		return busy(err)
	case strings.HasPrefix(err.Code, "08"), // connection exceptions
		strings.HasPrefix(err.Code, "57P"), // shutting down, starting up
		strings.HasPrefix(err.Code, "53"):  // out of memory or connections
		return unavailable(err)
	}
	return err
}

func serialization(err *pgconn.PgError) bool {
	return err.Code == "40001" || err.Code == "40P01" // serialization_failure, deadlock_detected
}

// clashed reports whether err means that another transaction was in the way, so
// that the same one may succeed the next time.
func clashed(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return serialization(e)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		primary := e.Code() & 0xff
		return primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED
	}
	return false
}
