package main

import (
	"bufio"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/printability"
)

// A textPrinter writes for people: one file in full, several as a table.
type textPrinter struct {
	out    *bufio.Writer
	style  style
	single string // name of the only file, "" if there are several
	table  *table
}

func newTextPrinter(out *bufio.Writer, style style, inputs []input, judged bool) *textPrinter {
	p := &textPrinter{out: out, style: style}
	if len(inputs) == 1 {
		p.single = inputs[0].name
	}
	// An archive may turn out to hold models with longer names.
	names := 32
	for _, in := range inputs {
		names = max(names, utf8.RuneCountInString(in.name))
	}
	p.table = newTable(out, style, names, judged)
	return p
}

func (p *textPrinter) print(report *analysis.Report) error {
	// The members of an archive have names of their own: they get a table.
	if report.File != p.single {
		return p.table.row(report)
	}
	s := sheet{style: p.style}
	s.report(report)
	_, err := p.out.WriteString(s.text.String())
	return err
}

func (p *textPrinter) finish() error { return p.table.finish() }

// A sheet is the report of one file as text.
type sheet struct {
	style
	text strings.Builder
}

// labelWidth is the width of the first column of a sheet.
const labelWidth = 14

func (s *sheet) line(format string, args ...any) {
	s.text.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	s.text.WriteByte('\n')
}

// entry writes a label and what belongs to it.
func (s *sheet) entry(label, format string, args ...any) {
	s.line("  %s%s", s.paint(dim, pad(label, labelWidth)), fmt.Sprintf(format, args...))
}

// paragraph writes wrapped text, indented.
func (s *sheet) paragraph(indent int, text string) {
	for _, l := range wrap(s.plain(text), max(30, min(s.width, 100)-indent)) {
		s.line("%s%s", strings.Repeat(" ", indent), l)
	}
}

func (s *sheet) report(r *analysis.Report) {
	s.line("%s  %s", s.paint(bold, printable(r.File)), s.paint(dim, s.origin(r)))
	if r.Error != nil {
		s.refusal(r)
		return
	}
	if r.Status != "" {
		s.line("")
		s.line("  %s", s.verdict(r.Status))
	}
	s.measures(r)
	s.walls(r)
	s.criteria(r)
	s.mending(r.Repair)
	s.places(r)
	s.notes(r)
}

// origin says where the numbers come from: format, unit, size of the file.
func (s *sheet) origin(r *analysis.Report) string {
	var parts []string
	if r.Format != "" {
		parts = append(parts, string(r.Format))
	}
	if r.Unit != "" && r.Unit != "mm" {
		parts = append(parts, "in "+string(r.Unit))
	}
	if r.Bytes > 0 {
		parts = append(parts, fileSize(r.Bytes))
	}
	seconds := 0.0
	for _, t := range sortedTimes(r.Timings) {
		seconds += t
	}
	if seconds > 0 {
		parts = append(parts, fmt.Sprintf("%.2f s", seconds))
	}
	return strings.Join(parts, s.pick(" · ", ", "))
}

func (s *sheet) refusal(r *analysis.Report) {
	s.line("")
	s.line("  %s", s.paint(bold, s.paint(red, s.pick("✗ ", "")+"NOT ANALYSED")))
	message := r.Error.Message
	if r.Error.Place != "" {
		message += " (" + r.Error.Place + ")"
	}
	s.paragraph(2, sentence(message))
	s.line("  %s", s.paint(dim, "code "+string(r.Error.Code)))
}

// verdict words and colours a verdict.
func (s *sheet) verdict(v printability.Verdict) string {
	m := verdictMarks[v]
	return s.paint(bold, s.paint(m.colour, s.pick(m.sign+" ", "")+strings.ToUpper(verdictWords[v])))
}

// A mark shows a status or a verdict.
type mark struct {
	sign   string // beyond ASCII
	word   string // ASCII
	colour string
}

var verdictMarks = map[printability.Verdict]mark{
	printability.Printable:             {"✓", "ok", green},
	printability.PrintableWithWarnings: {"!", "warning", yellow},
	printability.NotPrintable:          {"✗", "FAIL", red},
	printability.VerdictUnknown:        {"?", "unknown", yellow},
}

var statusMarks = map[printability.Status]mark{
	printability.Pass:       {"✓", "ok", green},
	printability.Warn:       {"!", "warning", yellow},
	printability.Fail:       {"✗", "FAIL", red},
	printability.Unknown:    {"?", "unknown", yellow},
	printability.NotChecked: {"–", "-", dim},
}

func (s *sheet) measures(r *analysis.Report) {
	m := measuresOf(r)
	if m == nil {
		return
	}
	s.line("")
	s.entry("Size", "%s mm", s.size(m))
	switch {
	case m.Volume != nil:
		s.entry("Volume", "%s", s.volume(*m.Volume))
	case !m.Watertight:
		s.entry("Volume", "not defined, the surface is open")
	default:
		s.entry("Volume", "not defined, triangles face the wrong way")
	}
	s.entry("Area", "%s %s", length2(m.Area), s.pick("mm²", "mm2"))
	if m.ConvexHullVolume != nil {
		s.entry("Convex hull", "%s", s.volume(*m.ConvexHullVolume))
	}
	if m.ConcaveHullVolume != nil {
		s.entry("Concave hull", "%s", s.volume(*m.ConcaveHullVolume))
	}
	s.entry("Bodies", "%s", s.bodies(m))
	s.entry("Mesh", "%s, %s", plural(m.Triangles, "triangle", "triangles"), plural(m.Vertices, "vertex", "vertices"))
	if defects := meshDefects(m); r.Status == "" || len(defects) > 0 {
		if len(defects) == 0 {
			defects = []string{"closed, no defects found"}
		}
		for i, l := range wrap(strings.Join(defects, ", "), max(30, min(s.width, 100)-labelWidth-2)) {
			label := ""
			if i == 0 {
				label = "Surface"
			}
			s.entry(label, "%s", l)
		}
	}
}

func (s *sheet) bodies(m *analysis.Measures) string {
	text := plural(m.Shells-m.Cavities, "body", "bodies")
	if m.Cavities > 0 {
		text += ", " + plural(m.Cavities, "cavity", "cavities")
	}
	if m.NoiseShells > 0 {
		text += ", " + plural(m.NoiseShells, "stray shell", "stray shells")
	}
	return text
}

// meshDefects words the counts that should be zero.
func meshDefects(m *analysis.Measures) []string {
	var found []string
	add := func(n int, one, many string) {
		if n > 0 {
			found = append(found, plural(n, one, many))
		}
	}
	add(m.Holes, "hole", "holes")
	add(m.BorderEdges, "open edge", "open edges")
	add(m.NonManifoldEdges, "branching edge", "branching edges")
	add(m.NonManifoldVertices, "branching vertex", "branching vertices")
	add(m.FlippedTriangles, "flipped triangle", "flipped triangles")
	add(m.DegenerateTriangles, "triangle without area", "triangles without area")
	add(m.DuplicateTriangles, "repeated triangle", "repeated triangles")
	if m.SelfIntersections != nil {
		add(*m.SelfIntersections, "crossing pair of triangles", "crossing pairs of triangles")
	}
	return found
}

// thinnest words the thinnest wall in mm. What is thinner, but too small to decide
// anything, is named beside it: the places listed below would contradict it.
func thinnest(t *printability.Walls) string {
	const worthAWord = 0.9 // share of the thinnest wall, below
	words := length2(*t.Minimum)
	if t.RawMinimum != nil && *t.RawMinimum < worthAWord**t.Minimum {
		words += ", in small places " + length2(*t.RawMinimum)
	}
	return words
}

func (s *sheet) walls(r *analysis.Report) {
	t := r.Thickness
	if t == nil || t.P50 == nil {
		return
	}
	var parts []string
	if t.Minimum != nil {
		parts = append(parts, "thinnest "+thinnest(t)+" mm")
	}
	parts = append(parts, "median "+length2(*t.P50)+" mm")
	if t.AreaBelow != nil && *t.AreaBelow > 0 && t.MinimumWall != nil {
		parts = append(parts, fmt.Sprintf("%s %s below %s mm", length2(*t.AreaBelow), s.pick("mm²", "mm2"), shortest(*t.MinimumWall)))
	}
	s.entry("Walls", "%s", strings.Join(parts, ", "))
}

// criteria writes one line a criterion, and what to do for those that need
// something done.
func (s *sheet) criteria(r *analysis.Report) {
	if len(r.Criteria) == 0 {
		return
	}
	s.line("")
	var unchecked []string
	for _, name := range printability.Names() {
		c, ok := r.Criteria[name]
		if !ok {
			continue
		}
		if c.Status == printability.NotChecked {
			unchecked = append(unchecked, criterionTitle(name))
			continue
		}
		s.criterion(name, &c)
	}
	if len(unchecked) > 0 {
		s.line("  %s", s.paint(dim, "not checked: "+strings.Join(unchecked, ", ")))
	}
}

// criterionWidth is the width of a criterion's name in a sheet.
const criterionWidth = 22

func (s *sheet) criterion(name string, c *printability.Criterion) {
	m := statusMarks[c.Status]
	sign := s.pick(m.sign, pad(m.word, 7))
	indent := 2 + utf8.RuneCountInString(sign) + 1 + criterionWidth
	lines := wrap(s.plain(c.Message), max(30, min(s.width, 110)-indent))
	s.line("  %s %s%s", s.paint(m.colour, sign), pad(criterionTitle(name), criterionWidth), lines[0])
	for _, l := range lines[1:] {
		s.line("%s%s", strings.Repeat(" ", indent), l)
	}
}

// criterionTitle turns the name of a criterion into words: "wallThickness"
// into "wall thickness".
func criterionTitle(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mostPlaces is how many places a sheet lists of each kind.
const mostPlaces = 5

// places lists where walls are thin, gaps narrow, and where else something is
// not right.
func (s *sheet) places(r *analysis.Report) {
	if r.Thickness != nil {
		s.regions("Thin places", "mm thick", r.Thickness.Regions, r.Thickness.RegionCount)
	}
	if r.Gaps != nil {
		s.regions("Narrow gaps", "mm wide", r.Gaps.Regions, r.Gaps.RegionCount)
	}
	for _, name := range printability.Names() {
		c := r.Criteria[name]
		listed := name == "wallThickness" || name == "gaps" || name == "watertight" && r.Repair != nil && r.Repair.RefusedCount > 0
		if listed || c.Status != printability.Fail && c.Status != printability.Warn || len(c.Locations) == 0 {
			continue
		}
		s.line("")
		s.line("  %s", s.paint(bold, placeTitle(name)))
		apart := apartPlaces(c.Locations, measuresOf(r))
		for _, l := range apart[:min(mostPlaces, len(apart))] {
			s.line("    at %s", s.point(l.Point))
		}
		if len(apart) > mostPlaces {
			s.line("    %s", s.paint(dim, "and more (see --json)"))
		}
	}
}

// placeTitle says what is at the places of a criterion.
func placeTitle(criterion string) string {
	switch criterion {
	case "watertight":
		return "Holes"
	case "manifold":
		return "Branching edges and vertices"
	case "normals":
		return "Flipped triangles"
	case "selfIntersections":
		return "Crossing triangles"
	}
	title := criterionTitle(criterion)
	return strings.ToUpper(title[:1]) + title[1:]
}

// apartPlaces drops places that are close to one before them: who looks at
// one sees the other.
func apartPlaces(places []printability.Location, m *analysis.Measures) []printability.Location {
	const share = 0.02 // of the box diagonal
	least := share * math.Sqrt(m.W*m.W+m.D*m.D+m.H*m.H)
	var apart []printability.Location
next:
	for _, p := range places {
		for _, q := range apart {
			x, y, z := p.Point[0]-q.Point[0], p.Point[1]-q.Point[1], p.Point[2]-q.Point[2]
			if x*x+y*y+z*z < least*least {
				continue next
			}
		}
		apart = append(apart, p)
	}
	return apart
}

// regions lists the places that matter.
func (s *sheet) regions(title, what string, regions []printability.Region, count int) {
	var matter []printability.Region
	for _, r := range regions {
		if !r.Info {
			matter = append(matter, r)
		}
	}
	if len(matter) == 0 {
		return
	}
	s.line("")
	s.line("  %s", s.paint(bold, title))
	for _, r := range matter[:min(mostPlaces, len(matter))] {
		s.line("    %s %s  %s %s  at %s", padLeft(brief(r.Minimum), 6), what, padLeft(brief(r.Area), 9), s.pick("mm²", "mm2"), s.point(r.Centroid))
	}
	if more := len(matter) - mostPlaces; more > 0 {
		// Regions beyond those that are listed may be small as well.
		least := ""
		if count > len(regions) {
			least = "at least "
		}
		s.line("    %s", s.paint(dim, fmt.Sprintf("and %s%d more (see --json)", least, more)))
	}
}

func (s *sheet) point(p [3]float64) string {
	return "(" + coordinates(p) + ")"
}

func coordinates(p [3]float64) string {
	return coordinate(p[0]) + ", " + coordinate(p[1]) + ", " + coordinate(p[2])
}

// coordinate writes two decimals, and no minus before zero.
func coordinate(v float64) string {
	if math.Abs(v) < 0.005 {
		v = 0
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// brief writes a positive number with two decimals.
func brief(v float64) string {
	if v > 0 && v < 0.01 {
		return "<0.01"
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// notes writes warnings and limits.
func (s *sheet) notes(r *analysis.Report) {
	if len(r.Warnings)+len(r.LimitsHit) == 0 {
		return
	}
	s.line("")
	for _, w := range r.Warnings {
		s.note(w.Message)
	}
	for _, l := range r.LimitsHit {
		s.note("limit reached: " + l)
	}
}

func (s *sheet) note(text string) {
	lines := wrap(s.plain(text), max(30, min(s.width, 110)-8))
	s.line("  %s %s", s.paint(yellow, "note:"), lines[0])
	for _, l := range lines[1:] {
		s.line("        %s", l)
	}
}

// plain makes text of the engine fit for the terminal.
func (s style) plain(text string) string {
	text = printable(text)
	if s.unicode {
		return text
	}
	return strings.NewReplacer("²", "2", "³", "3", "×", "x", "°", " degrees", "–", "-", "−", "-", "…", "...").Replace(text)
}

func (s style) size(m *analysis.Measures) string {
	times := s.pick(" × ", " x ")
	return length2(m.W) + times + length2(m.D) + times + length2(m.H)
}

// volume writes mm³, and cm³ where they say more.
func (s style) volume(v float64) string {
	text := length2(v) + " " + s.pick("mm³", "mm3")
	if math.Abs(v) >= 1000 {
		text += " (" + length2(v/1000) + " " + s.pick("cm³", "cm3") + ")"
	}
	return text
}

// length2 writes a number with two decimals, and small ones with three
// significant digits.
func length2(v float64) string {
	if a := math.Abs(v); a > 0 && a < 0.1 || a >= 1e9 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func shortest(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func fileSize(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return plural(int(n), "byte", "bytes")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// sentence makes a reason into a sentence.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	text = strings.ToUpper(string(first)) + text[size:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// sortedTimes returns the times in a fixed order, so that their sum repeats.
func sortedTimes(timings map[analysis.Stage]float64) []float64 {
	var times []float64
	for _, t := range timings {
		times = append(times, t)
	}
	slices.Sort(times)
	return times
}
