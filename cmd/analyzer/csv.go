package main

import (
	"bufio"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/printability"
)

// A csvPrinter writes comma-separated values by RFC 4180: a header, one
// record a report, CR LF at the end of lines. Numbers that are not defined
// are empty cells.
type csvPrinter struct {
	w      *csv.Writer
	headed bool
}

func newCSVPrinter(out *bufio.Writer) *csvPrinter {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	return &csvPrinter{w: w}
}

func (p *csvPrinter) print(report *analysis.Report) error {
	if !p.headed {
		p.headed = true
		header := make([]string, 0, len(csvColumns))
		for _, c := range csvColumns {
			header = append(header, c.name)
		}
		if err := p.w.Write(header); err != nil {
			return err
		}
	}
	record := make([]string, 0, len(csvColumns))
	for _, c := range csvColumns {
		record = append(record, c.cell(report))
	}
	if err := p.w.Write(record); err != nil {
		return err
	}
	p.w.Flush()
	return p.w.Error()
}

func (p *csvPrinter) finish() error {
	p.w.Flush()
	return p.w.Error()
}

// A csvColumn makes one cell of a report.
type csvColumn struct {
	name string
	cell func(*analysis.Report) string
}

// csvColumns are the columns in order. Measures are those of the cleaned
// mesh where there is one.
var csvColumns = func() []csvColumn {
	columns := []csvColumn{
		{"file", func(r *analysis.Report) string { return textCell(r.File) }},
		{"status", func(r *analysis.Report) string { return string(r.Status) }},
		{"errorCode", func(r *analysis.Report) string {
			return errorCell(r, func(e *analysis.Error) string { return string(e.Code) })
		}},
		{"errorMessage", func(r *analysis.Report) string {
			return errorCell(r, func(e *analysis.Error) string { return e.Message })
		}},
		{"errorPlace", func(r *analysis.Report) string {
			return errorCell(r, func(e *analysis.Error) string { return e.Place })
		}},
		{"format", func(r *analysis.Report) string { return string(r.Format) }},
		{"unit", func(r *analysis.Report) string { return string(r.Unit) }},
		{"sha256", func(r *analysis.Report) string { return r.SHA256 }},
	}
	for _, c := range measureColumns {
		columns = append(columns, csvColumn{c.name, func(r *analysis.Report) string {
			if m := measuresOf(r); m != nil {
				return c.cell(m)
			}
			return ""
		}})
	}
	for _, c := range thicknessColumns {
		columns = append(columns, csvColumn{c.name, func(r *analysis.Report) string {
			if r.Thickness != nil {
				return number(c.cell(r.Thickness))
			}
			return ""
		}})
	}
	for _, name := range printability.Names() {
		columns = append(columns, csvColumn{name, func(r *analysis.Report) string { return string(r.Criteria[name].Status) }})
	}
	return append(columns, csvColumn{"warnings", func(r *analysis.Report) string {
		var codes []string
		for _, w := range r.Warnings {
			codes = append(codes, string(w.Code))
		}
		return textCell(strings.Join(codes, " "))
	}})
}()

var measureColumns = []struct {
	name string
	cell func(*analysis.Measures) string
}{
	{"volume", func(m *analysis.Measures) string { return number(m.Volume) }},
	{"area", func(m *analysis.Measures) string { return number(&m.Area) }},
	{"w", func(m *analysis.Measures) string { return number(&m.W) }},
	{"d", func(m *analysis.Measures) string { return number(&m.D) }},
	{"h", func(m *analysis.Measures) string { return number(&m.H) }},
	{"boxVolume", func(m *analysis.Measures) string { return number(&m.BoxVolume) }},
	{"convexHullVolume", func(m *analysis.Measures) string { return number(m.ConvexHullVolume) }},
	{"shells", func(m *analysis.Measures) string { return strconv.Itoa(m.Shells) }},
	{"cavities", func(m *analysis.Measures) string { return strconv.Itoa(m.Cavities) }},
	{"triangles", func(m *analysis.Measures) string { return strconv.Itoa(m.Triangles) }},
	{"vertices", func(m *analysis.Measures) string { return strconv.Itoa(m.Vertices) }},
	{"watertight", func(m *analysis.Measures) string { return strconv.FormatBool(m.Watertight) }},
	{"manifold", func(m *analysis.Measures) string { return strconv.FormatBool(m.Manifold) }},
	{"borderEdges", func(m *analysis.Measures) string { return strconv.Itoa(m.BorderEdges) }},
	{"flippedTriangles", func(m *analysis.Measures) string { return strconv.Itoa(m.FlippedTriangles) }},
}

var thicknessColumns = []struct {
	name string
	cell func(*printability.Walls) *float64
}{
	{"minimumThickness", func(t *printability.Walls) *float64 { return t.Minimum }},
	{"p1Thickness", func(t *printability.Walls) *float64 { return t.P1 }},
	{"p50Thickness", func(t *printability.Walls) *float64 { return t.P50 }},
	{"thinArea", func(t *printability.Walls) *float64 { return t.AreaBelow }},
}

// measuresOf returns the measures that a reader of a table expects.
func measuresOf(r *analysis.Report) *analysis.Measures {
	if r.Optimized != nil {
		return r.Optimized
	}
	return r.Original
}

func errorCell(r *analysis.Report, text func(*analysis.Error) string) string {
	if r.Error == nil {
		return ""
	}
	return textCell(text(r.Error))
}

// number writes the shortest text that reads back as v.
func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// textCell makes text from a file safe to open in a spreadsheet: a cell that
// would be taken for a formula gets an apostrophe before it, also where the
// sign stands at the start of a line within the cell, and control characters
// are removed.
func textCell(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if strings.IndexAny(s, "=+-@\t\r\n") == 0 || strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") || strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠") {
		return "'" + s
	}
	return s
}
