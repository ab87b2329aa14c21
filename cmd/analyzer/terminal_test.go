package main

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// Nothing from a file moves the cursor or poses as another name.
func TestPrintable(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"part.stl", "part.stl"},
		{"naïve 部品.stl", "naïve 部品.stl"},
		{"\x1b[2Jpart", "?[2Jpart"},
		{"a\nb\tc\x00d", "a?b?c?d"},
		{"\u202egpj.lts", "?gpj.lts"},
		{"\xff\xfe", "??"},
	} {
		if got := printable(row.text); got != row.want {
			t.Errorf("%q: got %q, want %q", row.text, got, row.want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, s := range []style{{}, {unicode: true}} {
		for width := 1; width < 30; width++ {
			for _, text := range []string{"", "a", "models/bracket.stl", "部品/とても長い名前の部品.stl"} {
				got := s.shorten(text, width)
				if n := utf8.RuneCountInString(got); n > width && n > 0 {
					t.Errorf("%q in %d: got %q", text, width, got)
				}
				if utf8.RuneCountInString(text) <= width && got != text {
					t.Errorf("%q fits %d, but became %q", text, width, got)
				}
			}
		}
	}
}

func TestWrap(t *testing.T) {
	got := wrap("the part fits  the chamber unbelievablylongword as it is", 12)
	want := []string{"the part", "fits the", "chamber", "unbelievablylongword", "as it is"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := wrap("", 12); !slices.Equal(got, []string{""}) {
		t.Errorf("got %q", got)
	}
}
