// Package listing holds what every list has in common: which page is asked for,
// in which order, and what comes back.
package listing

// A Query asks for one page of a list.
type Query struct {
	Page   int    // from 1
	Size   int    // entries a page
	Search string // text to look for; empty finds everything
	Order  []Key  // by which fields, the first decides first
}

// A Key is a field to order by, under its name in the API. Storage knows which
// names a list may be ordered by and refuses others.
type Key struct {
	Field      string
	Descending bool
}

// A Page is a part of a list.
type Page[T any] struct {
	Total int // entries on all pages
	Items []T
}

// Offset returns how many of total entries come before the page, total at most.
func (q Query) Offset(total int) int {
	if q.Page-1 > total/q.Size {
		return total
	}
	return min((q.Page-1)*q.Size, total)
}

// Pages returns how many pages of the query's size total entries fill, one at
// least.
func (q Query) Pages(total int) int { return max(1, (total+q.Size-1)/q.Size) }
