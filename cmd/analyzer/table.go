package main

import (
	"bufio"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/printability"
)

// A table shows many files, one a line, and a summary below.
type table struct {
	out   *bufio.Writer
	style style
	names int // width of the first column
	// lastWidth is the width of the last column; without bounds where no
	// terminal would break the line.
	lastWidth int
	rows      int
	// judged is whether the files get a verdict; there are columns for it.
	judged bool

	verdicts map[printability.Verdict]int
	measured int // files without a verdict
	failed   int
}

// The widths of the columns after the name.
const (
	verdictWidth = 9
	sizeWidth    = 26
	volumeWidth  = 14
	wallWidth    = 9
	minNameWidth = 12
	minLastWidth = 24
)

func newTable(out *bufio.Writer, style style, names int, judged bool) *table {
	others := verdictWidth + sizeWidth + volumeWidth + 4*2
	if judged {
		others += wallWidth + 2
	}
	t := &table{
		out: out, style: style, judged: judged, verdicts: map[printability.Verdict]int{},
		names:     max(minNameWidth, min(names, style.width-others-minLastWidth, 60)),
		lastWidth: math.MaxInt32,
	}
	if style.terminal {
		t.lastWidth = max(minLastWidth, style.width-others-t.names)
	}
	return t
}

func (t *table) row(r *analysis.Report) error {
	if t.rows == 0 {
		t.head()
	}
	t.count(r)
	cells := []string{pad(t.style.shorten(printable(r.File), t.names), t.names)}
	switch {
	case r.Error != nil:
		place := ""
		if r.Error.Place != "" {
			place = " (" + r.Error.Place + ")"
		}
		cells = append(cells, t.mark(mark{"✗ refused", "REFUSED", red}), t.style.plain(r.Error.Message+place))
	default:
		m := measuresOf(r)
		cells = append(cells, t.verdict(r), pad(t.style.size(m), sizeWidth), t.volume(m))
		if t.judged {
			cells = append(cells, t.wall(r))
		}
		cells = append(cells, t.findings(r))
	}
	return t.write(cells)
}

// count takes a report into the summary.
func (t *table) count(r *analysis.Report) {
	t.rows++
	switch {
	case r.Error != nil:
		t.failed++
	case r.Status == "":
		t.measured++
	default:
		t.verdicts[r.Status]++
	}
}

func (t *table) write(cells []string) error {
	_, err := t.out.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
	return err
}

func (t *table) head() {
	titles := []string{
		pad("file", t.names), pad("", verdictWidth), pad("size mm", sizeWidth),
		padLeft(t.style.pick("volume mm³", "volume mm3"), volumeWidth),
	}
	if t.judged {
		titles = append(titles, padLeft("wall mm", wallWidth), "findings")
	} else {
		titles = append(titles, "surface")
	}
	// The error of a bufio.Writer stays: the row after it reports it.
	_, _ = t.out.WriteString(t.style.paint(dim, strings.Join(titles, "  ")) + "\n")
}

// mark pads a mark to its column before it is coloured.
func (t *table) mark(m mark) string {
	return t.style.paint(m.colour, pad(t.style.pick(m.sign, m.word), verdictWidth))
}

func (t *table) verdict(r *analysis.Report) string {
	if r.Status == "" {
		return pad("", verdictWidth)
	}
	m := verdictMarks[r.Status]
	m.sign += " " + strings.ToLower(m.word)
	return t.mark(m)
}

func (t *table) volume(m *analysis.Measures) string {
	if m.Volume == nil {
		return padLeft("-", volumeWidth)
	}
	return padLeft(length2(*m.Volume), volumeWidth)
}

func (t *table) wall(r *analysis.Report) string {
	if r.Thickness == nil || r.Thickness.Minimum == nil {
		return padLeft("", wallWidth)
	}
	return padLeft(length2(*r.Thickness.Minimum), wallWidth)
}

// findings names what is not right, as far as the line goes.
func (t *table) findings(r *analysis.Report) string {
	if r.Status == "" {
		return strings.Join(meshDefects(measuresOf(r)), ", ")
	}
	var names, colours []string
	for _, name := range printability.Names() {
		switch r.Criteria[name].Status {
		case printability.Fail:
			names, colours = append(names, criterionTitle(name)), append(colours, red)
		case printability.Unknown:
			names, colours = append(names, criterionTitle(name)+"?"), append(colours, yellow)
		case printability.Warn:
			names, colours = append(names, criterionTitle(name)), append(colours, yellow)
		}
	}
	shown, used := 0, 0
	for shown < len(names) {
		used += utf8.RuneCountInString(names[shown]) + len(", ")
		// The room for the word about the rest is not needed after the last.
		if room := t.lastWidth; shown < len(names)-1 && used > room-len("+9") || used > room+len(", ") {
			break
		}
		shown++
	}
	var parts []string
	for i := range shown {
		parts = append(parts, t.style.paint(colours[i], names[i]))
	}
	if left := len(names) - shown; left > 0 {
		parts = append(parts, fmt.Sprintf("+%d", left))
	}
	return strings.Join(parts, ", ")
}

// finish writes the summary.
func (t *table) finish() error {
	if t.rows == 0 {
		return nil
	}
	var parts []string
	for _, v := range []printability.Verdict{printability.Printable, printability.PrintableWithWarnings, printability.NotPrintable, printability.VerdictUnknown} {
		if n := t.verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verdictWords[v]))
		}
	}
	if t.measured > 0 {
		parts = append(parts, fmt.Sprintf("%d measured", t.measured))
	}
	if t.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d not analysed", t.failed))
	}
	line := plural(t.rows, "model", "models") + ": " + strings.Join(parts, ", ")
	_, err := t.out.WriteString("\n" + t.style.paint(bold, line) + "\n")
	return err
}
