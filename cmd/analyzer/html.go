package main

import (
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"iter"
	"math"
	"strings"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/printability"
)

//go:embed report.gohtml
var htmlText string

// A page is what the HTML report shows.
type page struct {
	Engine   string
	Basis    []string // what the parts were judged by
	Wall     string   // minimum, if walls are coloured in the pictures
	Optimal  string   // if it is more
	Parts    iter.Seq[part]
	Statuses []statusWord
}

// A statusWord is a verdict and how it is called.
type statusWord struct{ Status, Word string }

// A part is one model in the HTML report. Its strings come from files; the
// template escapes them.
type part struct {
	Name    string
	Status  string // a verdict, "refused" or "measured"
	Word    string
	Picture template.URL
	Error   string
	Code    string
	Size    string
	Volume  string
	Wall    string
	// For sorting; empty numbers come last.
	Rank                  int
	VolumeValue, WallNumb string
	Triangles             int
	Findings              []findingLine // criteria that did not pass
	Passed                []string
	Thin                  []thinPlace
	MoreThin              int
	Mended, LeftOpen      []string // what repair did, and which holes it left
	Warnings              []string
	Facts                 []fact
}

type findingLine struct{ Status, Title, Message string }

type thinPlace struct {
	Number               int
	Thickness, At, Reach string
}

type fact struct{ Name, Value string }

// statusWords are the verdicts from worst to best.
var statusWords = []statusWord{
	{"refused", "not analysed"},
	{string(printability.NotPrintable), "not printable"},
	{string(printability.VerdictUnknown), "not certain"},
	{string(printability.PrintableWithWarnings), "printable with warnings"},
	{string(printability.Printable), "printable"},
	{"measured", "measured"},
}

// writeHTML writes the report of many parts as one page that needs nothing
// else. Each part is written as it comes.
func writeHTML(w io.Writer, opts analysis.Options, findings iter.Seq2[*finding, *analysis.Report]) error {
	t, err := template.New("report").Parse(htmlText)
	if err != nil {
		return err
	}
	return t.Execute(w, page{
		Engine: analysis.EngineVersion, Basis: basis(opts), Statuses: statusWords,
		Wall: wallLimit(opts.MinWall, 0), Optimal: wallLimit(opts.OptimalWall, opts.MinWall),
		Parts: func(yield func(part) bool) {
			for f, report := range findings {
				if !yield(newPart(f, report)) {
					return
				}
			}
		},
	})
}

// wallLimit words a limit that is above another.
func wallLimit(limit, above float64) string {
	if limit <= above {
		return ""
	}
	return shortest(limit) + " mm"
}

// basis says in words what parts were judged by.
func basis(o analysis.Options) []string {
	var lines []string
	if o.Technology != "" {
		lines = append(lines, "technology "+o.Technology)
	}
	if o.MinWall > 0 {
		lines = append(lines, "walls from "+shortest(o.MinWall)+" mm")
	}
	if o.OptimalWall > 0 {
		lines = append(lines, "better from "+shortest(o.OptimalWall)+" mm")
	}
	lines = append(lines, "gaps from "+shortest(o.GapLimit)+" mm")
	if c := o.Chamber; c != nil {
		lines = append(lines, "chamber "+shortest(c[0])+" × "+shortest(c[1])+" × "+shortest(c[2])+" mm")
	}
	return lines
}

func newPart(f *finding, r *analysis.Report) part {
	p := part{Name: printable(r.File), Status: string(r.Status)}
	switch {
	case r.Error != nil:
		p.Status = "refused"
		p.Error, p.Code = sentence(printable(r.Error.Message)), string(r.Error.Code)
		if r.Error.Place != "" {
			p.Error = strings.TrimSuffix(p.Error, ".") + " (" + printable(r.Error.Place) + ")."
		}
	case r.Status == "":
		p.Status = "measured"
	}
	for i, s := range statusWords {
		if s.Status == p.Status {
			p.Rank, p.Word = i, s.Word
		}
	}
	if len(f.Picture) > 0 {
		// Bytes in base64 cannot end the attribute or be anything but a picture.
		p.Picture = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(f.Picture))
	}
	for _, w := range r.Warnings {
		p.Warnings = append(p.Warnings, sentence(printable(w.Message)))
	}
	p.judge(r)
	p.measure(r)
	return p
}

// judge fills in the criteria and the thin places.
func (p *part) judge(r *analysis.Report) {
	for _, status := range []printability.Status{printability.Fail, printability.Unknown, printability.Warn, printability.Pass} {
		for _, name := range printability.Names() {
			c := r.Criteria[name]
			switch {
			case c.Status != status:
			case status == printability.Pass:
				p.Passed = append(p.Passed, criterionTitle(name))
			default:
				p.Findings = append(p.Findings, findingLine{string(status), sentence(criterionTitle(name)), sentence(printable(c.Message))})
			}
		}
	}
	for i := range p.Findings {
		p.Findings[i].Title = strings.TrimSuffix(p.Findings[i].Title, ".")
	}
	p.mend(r.Repair)
	if r.Thickness == nil {
		return
	}
	if m := r.Thickness.Minimum; m != nil {
		p.Wall, p.WallNumb = thinnest(r.Thickness), shortest(*m)
	}
	const most = 9 // as many as a picture has rings
	for _, region := range r.Thickness.Regions {
		if region.Info {
			continue
		}
		if len(p.Thin) == most {
			p.MoreThin++
			continue
		}
		at := region.Centroid
		p.Thin = append(p.Thin, thinPlace{
			Number: len(p.Thin) + 1, Thickness: brief(region.Minimum), Reach: brief(region.Extent), At: coordinates(at),
		})
	}
}

// roomy writes a volume in cm³, small ones in mm³ and large ones in m³.
func roomy(v float64) string {
	const centimetres, metres = 1e3, 1e9
	switch a := math.Abs(v); {
	case a >= metres:
		return length2(v/metres) + " m³"
	case a >= centimetres/10:
		return length2(v/centimetres) + " cm³"
	}
	return length2(v) + " mm³"
}

// mend fills in what repair did.
func (p *part) mend(r *analysis.Mending) {
	if r == nil {
		return
	}
	steps := mendings(r)
	for i := range steps {
		p.Mended = append(p.Mended, steps[i].String())
	}
	p.LeftOpen = leftOpen(r, mostPlaces)
}

// measure fills in the numbers.
func (p *part) measure(r *analysis.Report) {
	m := measuresOf(r)
	if m == nil {
		return
	}
	pretty := style{unicode: true}
	p.Size = pretty.size(m)
	p.Volume = "not defined"
	if !m.Watertight {
		p.Volume = "open"
	}
	if m.Volume != nil {
		p.Volume, p.VolumeValue = roomy(*m.Volume), shortest(*m.Volume)
	}
	p.Triangles = m.Triangles
	p.Facts = []fact{
		{"format", string(r.Format)},
		{"file", fileSize(r.Bytes)},
		{"triangles", shortest(float64(m.Triangles))},
		{"surface", length2(m.Area/100) + " cm²"},
		{"bodies", shortest(float64(m.Shells - m.Cavities))},
		{"SHA-256", r.SHA256},
	}
}
