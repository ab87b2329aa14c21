package main

import "testing"

// A cell that a spreadsheet would take for a formula is text for it.
func TestTextCell(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"part.stl", "part.stl"},
		{"", ""},
		{"=1+1", "'=1+1"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "'\r=1"},
		{"\n=1", "'\n=1"},
		{"＝1", "'＝1"},
		{"＋1", "'＋1"},
		{"－1", "'－1"},
		{"＠1", "'＠1"},
		{"\x00=1", "'=1"},
		{"a=1", "a=1"},
		{"über.stl", "über.stl"},
	} {
		if got := textCell(row.text); got != row.want {
			t.Errorf("%q: got %q, want %q", row.text, got, row.want)
		}
	}
}
