package store

import (
	"strings"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/listing"
)

// columns maps the names that a list may be ordered by, as the API knows them,
// to columns. It is the allow-list: no other text reaches a query.
type columns map[string]string

// page loads one page of what q selects into rows, a pointer to a slice, and
// returns how many there are on all pages. The order ends with the id, so that
// it is total and no entry is on two pages.
func (tx *Tx) page(q *bun.SelectQuery, l listing.Query, allowed columns, rows any) (total int, err error) {
	count, err := q.Count(tx.ctx)
	if err != nil {
		return 0, failure(err)
	}
	total = int(count)
	for _, key := range l.Order {
		column, ok := allowed[key.Field]
		if !ok {
			return 0, fault.Field("ordering", "UNKNOWN_FIELD", "cannot order by %q", key.Field)
		}
		q = order(q, column, key.Descending)
	}
	q = order(q, "id", false)
	return total, failure(q.Offset(int64(l.Offset(total))).Limit(int64(l.Size)).Scan(tx.ctx, rows))
}

func order(q *bun.SelectQuery, column string, descending bool) *bun.SelectQuery {
	if descending {
		return q.OrderExpr("? DESC", bun.Ident(column))
	}
	return q.OrderExpr("? ASC", bun.Ident(column))
}

// contains returns a LIKE pattern for text anywhere in a value, in lower case;
// it is used as LOWER(column) LIKE ? ESCAPE '!'.
func contains(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}
