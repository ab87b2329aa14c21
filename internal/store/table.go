package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// A table is one as the migrations make it, read from a SQLite database.
type table struct {
	name    string
	columns []string
	types   []string // by column, as declared
	needs   []string // tables it refers to
}

// tablesOf lists the tables of a SQLite database, each after those it refers to.
func tablesOf(ctx context.Context, db *DB) ([]table, error) {
	names, err := texts(ctx, db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE 'goose!_%' ESCAPE '!' AND name NOT LIKE 'river!_%' ESCAPE '!' ORDER BY name")
	if err != nil {
		return nil, err
	}
	var left []table
	for _, name := range names {
		t := table{name: name}
		if t.columns, err = texts(ctx, db, "SELECT name FROM pragma_table_info(?) ORDER BY cid", name); err != nil {
			return nil, err
		}
		if t.types, err = texts(ctx, db, "SELECT type FROM pragma_table_info(?) ORDER BY cid", name); err != nil {
			return nil, err
		}
		if t.needs, err = texts(ctx, db, `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)`, name); err != nil {
			return nil, err
		}
		t.needs = slices.DeleteFunc(t.needs, func(n string) bool { return n == name })
		left = append(left, t)
	}
	return sortTables(left)
}

func sortTables(left []table) (sorted []table, err error) {
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(t table) bool {
			return !slices.ContainsFunc(t.needs, func(need string) bool {
				return slices.ContainsFunc(left, func(o table) bool { return o.name == need })
			})
		})
		if i < 0 {
			return nil, fmt.Errorf("the tables refer to one another in a circle, as %s does", left[0].name)
		}
		sorted = append(sorted, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return sorted, nil
}

func texts(ctx context.Context, db *DB, query string, args ...any) (all []string, err error) {
	rows, err := db.writes.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, failure(err)
		}
		all = append(all, s)
	}
	return all, failure(rows.Err())
}

// typed returns a value as the type that its column was declared with: one
// driver gives documents as bytes, the other truth as a number.
func typed(v any, declared string) any {
	switch v := v.(type) {
	case []byte:
		if declared == "TEXT" {
			return string(v)
		}
	case int64:
		if declared == "BOOLEAN" {
			return v != 0
		}
	}
	return v
}

// copy copies all rows. The names come from the schema, not from anyone outside.
func (t table) copy(ctx context.Context, from, to *sql.Tx, kind kind) error {
	quoted := make([]string, len(t.columns))
	marks := make([]string, len(t.columns))
	for i, c := range t.columns {
		quoted[i], marks[i] = `"`+c+`"`, "?"
		if kind.name == postgresKind.name {
			marks[i] = fmt.Sprintf("$%d", i+1)
		}
	}
	list := strings.Join(quoted, ", ")
	rows, err := from.QueryContext(ctx, `SELECT `+list+` FROM "`+t.name+`" ORDER BY 1`)
	if err != nil {
		return err
	}
	defer rows.Close()
	insert, err := to.PrepareContext(ctx, `INSERT INTO "`+t.name+`" (`+list+`) VALUES (`+strings.Join(marks, ", ")+`)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	values := make([]any, len(t.columns))
	places := make([]any, len(t.columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		for i, v := range values {
			values[i] = typed(v, t.types[i])
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	id := slices.Index(t.columns, "id")
	if kind.name != postgresKind.name || id < 0 || t.types[id] != "INTEGER" {
		return nil
	}
	// The next id is beyond those that were copied.
	_, err = to.ExecContext(ctx, `SELECT setval(s, (SELECT COALESCE(MAX(id), 0) + 1 FROM "`+t.name+`"), false)
		FROM pg_get_serial_sequence($1, 'id') AS s WHERE s IS NOT NULL`, t.name)
	return err
}
