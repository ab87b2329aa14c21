package main

import (
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// A style says how text may look: in colour and beyond ASCII on a terminal,
// plain in a pipe, a file, or where the user wants it plain.
type style struct {
	terminal bool
	colour   bool
	unicode  bool
	width    int // columns
}

// plainWidth is the width where there is no terminal to ask.
const plainWidth = 120

// styleOf looks at what out is and at the environment: NO_COLOR and
// TERM=dumb mean plain, a locale other than UTF-8 means ASCII.
func styleOf(out *os.File) style {
	s := style{width: plainWidth}
	if !term.IsTerminal(int(out.Fd())) {
		return s
	}
	s.terminal = true
	if width, _, err := term.GetSize(int(out.Fd())); err == nil && width > 0 {
		s.width = max(40, width)
	}
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return s
	}
	s.colour = true
	s.unicode = utf8Locale()
	return s
}

func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(os.Getenv(name)); v != "" {
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return false
}

// The colours used, as parameters of the SGR sequence.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// paint colours text.
func (s style) paint(colour, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// pick returns fancy where characters beyond ASCII may be used.
func (s style) pick(fancy, plain string) string {
	if s.unicode {
		return fancy
	}
	return plain
}

// printable makes text from a file fit to be shown: control characters and
// those that change the direction of writing become question marks, so that
// no file can move the cursor or pose as another.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '?'
		}
		return r
	}, text)
}

// shorten cuts text in its middle to at most width characters.
func (s style) shorten(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	mark := []rune(s.pick("…", "..."))
	if width <= len(mark)+2 {
		return string(runes[:width])
	}
	keep := width - len(mark)
	tail := keep * 2 / 3 // the end of a path tells more
	return string(runes[:keep-tail]) + string(mark) + string(runes[len(runes)-tail:])
}

// pad fills text up to width characters.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// padLeft fills text up to width characters from the left.
func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text))) + text
}

// wrap breaks text into lines of at most width characters.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
