package store

import (
	"io/fs"
	"slices"
	"testing"
)

// Both databases know the same steps.
func TestSameSteps(t *testing.T) {
	steps := func(dialect string) (names []string) {
		entries, err := fs.ReadDir(migrations, "migrations/"+dialect)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	if lite, pg := steps("sqlite"), steps("postgres"); len(lite) == 0 || !slices.Equal(lite, pg) {
		t.Errorf("SQLite has %v, PostgreSQL %v", lite, pg)
	}
}

// Tables that refer to one another in a circle have no order, and that is said.
func TestSortTables(t *testing.T) {
	sorted, err := sortTables([]table{{name: "c", needs: []string{"b"}}, {name: "b", needs: []string{"a"}}, {name: "a"}})
	if err != nil || sorted[0].name != "a" || sorted[2].name != "c" {
		t.Errorf("%v, %v", sorted, err)
	}
	if _, err := sortTables([]table{{name: "a", needs: []string{"b"}}, {name: "b", needs: []string{"a"}}}); err == nil {
		t.Error("a circle has an order")
	}
}
