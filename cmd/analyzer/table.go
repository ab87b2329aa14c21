package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/printability"
)

// A table shows many files, one a line, and a summary below.
type table struct {
	out   *bufio.Writer
	style style
	names int // width of the first column
	rows  int
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
	free := style.width - verdictWidth - sizeWidth - volumeWidth - 4*2 - minLastWidth
	if judged {
		free -= wallWidth + 2
	}
	return &table{
		out: out, style: style, judged: judged, verdicts: map[printability.Verdict]int{},
		names: max(minNameWidth, min(names, free, 60)),
	}
}

func (t *table) row(r *analysis.Report) error {
	if t.rows == 0 {
		t.head()
	}
	t.rows++
	cells := []string{pad(t.style.shorten(printable(r.File), t.names), t.names)}
	switch {
	case r.Error != nil:
		t.failed++
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
		t.measured++
		return pad("", verdictWidth)
	}
	t.verdicts[r.Status]++
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

// findings names what is not right.
func (t *table) findings(r *analysis.Report) string {
	if r.Status == "" {
		return strings.Join(meshDefects(measuresOf(r)), ", ")
	}
	var found []string
	for _, name := range printability.Names() {
		switch r.Criteria[name].Status {
		case printability.Fail:
			found = append(found, t.style.paint(red, criterionTitle(name)))
		case printability.Unknown:
			found = append(found, t.style.paint(yellow, criterionTitle(name)+"?"))
		case printability.Warn:
			found = append(found, t.style.paint(yellow, criterionTitle(name)))
		}
	}
	return strings.Join(found, ", ")
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
