package api

import (
	"strings"

	"github.com/partgauge/partgauge/internal/listing"
)

// Page is one page of a list.
type Page[T any] struct {
	Count       int `json:"count" doc:"Entries on all pages."`
	CurrentPage int `json:"currentPage"`
	TotalPages  int `json:"totalPages"`
	PageSize    int `json:"pageSize"`
	Results     []T `json:"results"`
}

// PageQuery are the parameters of a list.
type PageQuery struct {
	Page     int    `query:"page" minimum:"1" doc:"Page number, from 1."`
	PageSize int    `query:"pageSize" minimum:"10" maximum:"100" multipleOf:"5" doc:"Results a page."`
	Search   string `query:"search" maxLength:"255" doc:"Text to look for."`
	Ordering string `query:"ordering" pattern:"^-?\\w+(,-?\\w+)*$" maxLength:"255" doc:"Fields to order by, separated by commas; a minus before one reverses it."`
}

// query returns what is asked for, with size entries a page unless said.
func (q PageQuery) query(size int) listing.Query {
	l := listing.Query{Page: max(1, q.Page), Size: size, Search: strings.TrimSpace(q.Search)}
	if q.PageSize != 0 {
		l.Size = q.PageSize
	}
	if q.Ordering == "" {
		return l
	}
	for name := range strings.SplitSeq(q.Ordering, ",") {
		field, descending := strings.CutPrefix(name, "-")
		l.Order = append(l.Order, listing.Key{Field: field, Descending: descending})
	}
	return l
}

// pageOf renders a page, each entry by render.
func pageOf[T, J any](q listing.Query, p listing.Page[T], render func(T) J) Page[J] {
	return Page[J]{
		Count: p.Total, CurrentPage: q.Page, TotalPages: q.Pages(p.Total), PageSize: q.Size,
		Results: mapped(p.Items, render),
	}
}

func mapped[T, J any](items []T, render func(T) J) []J {
	all := make([]J, len(items))
	for i, item := range items {
		all[i] = render(item)
	}
	return all
}
