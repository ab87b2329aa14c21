package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/spf13/cobra"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/thumbnail"
)

// sheetSide is the width and height of the picture of a PDF in pixels.
const sheetSide = 900

func (p *program) reportCommand() *cobra.Command {
	var (
		s      = session{program: p}
		judged judgeFlags
		out    string
	)
	cmd := &cobra.Command{
		Use:   "report [flags] FILE|- -o OUT.pdf",
		Short: "Write what analyze finds in one model as a PDF",
		Long: `report judges a model as analyze does and writes a PDF with its picture, the
verdict, what was found and where walls are thin. The same file and flags give
the same bytes. "-" is standard input. For many files see analyze --out.`,
		Example: `  analyzer report --technology sls part.stl -o part.pdf`,
		Args:    exactArgs(1, "give the model to report on"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := s.options(cmd.Flags())
			if err != nil {
				return err
			}
			judged.apply(cmd.Flags(), &opts)
			if err := opts.Validate(); err != nil {
				return s.optionMessage(err)
			}
			if !strings.EqualFold(filepath.Ext(out), ".pdf") {
				return errors.New("-o: give the file to write, such as -o part.pdf")
			}
			opts.Name = filepath.Base(args[0]) // a report that is handed on tells nobody where the file lies
			write := func(ctx context.Context, data []byte, w io.Writer) error {
				return writePDF(ctx, data, opts, w)
			}
			if err := p.draw(cmd.Context(), args[0], out, opts, write); err != nil {
				return p.failed(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "PDF `FILE` to write")
	judged.addLimits(cmd)
	s.addReadFlags(cmd)
	return cmd
}

// writePDF analyses the model in data and writes the PDF.
func writePDF(ctx context.Context, data []byte, opts analysis.Options, w io.Writer) error {
	subject, err := analysis.Examine(ctx, data, opts)
	if err != nil {
		return err
	}
	if subject.Report.Error != nil {
		return subject.Report.Error
	}
	s := newSheetPDF(newPart(&finding{}, subject.Report))
	if err := s.picture(ctx, subject); err != nil {
		return err
	}
	s.write(basis(*subject.Report.Options))
	return s.pdf.Output(w)
}

// A sheetPDF is the report of one part on paper, A4.
type sheetPDF struct {
	pdf  *fpdf.Fpdf
	part part
}

// The layout in mm and points.
const (
	pdfFont    = "go"
	pdfMargin  = 18
	pdfWidth   = 210 - 2*pdfMargin
	pdfPicture = 78
	pdfLine    = 5
)

// pdfTones are the colours of verdicts and statuses.
var pdfTones = map[string][3]int{
	"not_printable": {179, 38, 30}, "fail": {179, 38, 30}, "unknown": {107, 79, 160},
	"printable_with_warnings": {138, 90, 0}, "warning": {138, 90, 0}, "printable": {26, 115, 64},
}

func newSheetPDF(p part) *sheetPDF {
	pdf := fpdf.New("P", "mm", "A4", "")
	// Nothing may depend on the clock or on the order of a map.
	epoch := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	pdf.SetCreationDate(epoch)
	pdf.SetModificationDate(epoch)
	pdf.SetCatalogSort(true)
	pdf.SetProducer("analyzer "+analysis.EngineVersion, true)
	pdf.SetTitle(p.Name, true)
	pdf.AddUTF8FontFromBytes(pdfFont, "", goregular.TTF)
	pdf.AddUTF8FontFromBytes(pdfFont, "B", gobold.TTF)
	pdf.SetMargins(pdfMargin, pdfMargin, pdfMargin)
	pdf.SetAutoPageBreak(true, pdfMargin)
	pdf.AddPage()
	return &sheetPDF{pdf, p}
}

// picture puts the picture at the upper right. A part that cannot be drawn
// has none.
func (s *sheetPDF) picture(ctx context.Context, subject *analysis.Subject) error {
	img, err := subject.Picture(ctx, analysis.PictureOptions{
		Look:        thumbnail.Options{Width: sheetSide, Height: sheetSide, View: thumbnail.View{Auto: true}},
		HeatMap:     subject.Report.Options.MinWall > 0 && subject.Samples != nil,
		MarkDefects: true,
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return nil
	}
	var data bytes.Buffer
	if err := thumbnail.WritePNG(&data, img); err != nil {
		return err
	}
	options := fpdf.ImageOptions{ImageType: "PNG"}
	s.pdf.RegisterImageOptionsReader("part", options, &data)
	s.pdf.ImageOptions("part", 210-pdfMargin-pdfPicture, pdfMargin+16, pdfPicture, pdfPicture, false, options, 0, "")
	return s.pdf.Error()
}

func (s *sheetPDF) ink(status string) {
	c, ok := pdfTones[status]
	if !ok {
		c = [3]int{27, 36, 48}
	}
	s.pdf.SetTextColor(c[0], c[1], c[2])
}

func (s *sheetPDF) soft() { s.pdf.SetTextColor(91, 103, 117) }

// text writes wrapped text.
func (s *sheetPDF) text(width, size float64, weight, text string) {
	s.pdf.SetFont(pdfFont, weight, size)
	s.pdf.MultiCell(width, size*0.48, inPlane(text), "", "L", false)
}

func (s *sheetPDF) title(text string) {
	s.pdf.Ln(3)
	s.ink("")
	s.text(pdfWidth, 12, "B", text)
	s.pdf.Ln(1)
}

func (s *sheetPDF) write(basis []string) {
	p, pdf := &s.part, s.pdf
	s.ink("")
	s.text(pdfWidth, 17, "B", p.Name)
	s.soft()
	s.text(pdfWidth, 9, "", strings.Join(basis, " · "))
	pdf.SetY(max(pdf.GetY()+3, pdfMargin+18))
	left := float64(pdfWidth - pdfPicture - 6)
	s.ink(p.Status)
	s.text(left, 14, "B", sentenceCase(p.Word))
	pdf.Ln(2)
	facts := append([]fact{{"size", p.Size + " mm"}, {"volume", p.Volume}}, p.Facts...)
	if p.Wall != "" {
		facts = append(facts, fact{"thinnest wall", p.Wall + " mm"})
	}
	for _, f := range facts {
		if f.Value == "" {
			continue
		}
		s.soft()
		pdf.SetFont(pdfFont, "", 9)
		pdf.CellFormat(26, pdfLine, f.Name, "", 0, "L", false, 0, "")
		s.ink("")
		s.text(left-26, 9, "", f.Value)
		pdf.Ln(1)
	}
	pdf.SetY(max(pdf.GetY(), pdfMargin+16+pdfPicture) + 2)
	s.findings()
	s.places()
}

func (s *sheetPDF) findings() {
	p := &s.part
	if len(p.Findings) > 0 {
		s.title("What was found")
	}
	for _, f := range p.Findings {
		s.ink(f.Status)
		s.text(pdfWidth, 10, "B", f.Title)
		s.ink("")
		s.text(pdfWidth, 10, "", f.Message)
		s.pdf.Ln(2)
	}
	s.lines("What was mended before it was judged", p.Mended)
	s.lines("What was left open", p.LeftOpen)
	if len(p.Passed) > 0 {
		s.title("What passed")
		s.text(pdfWidth, 10, "", sentence(strings.Join(p.Passed, ", ")))
	}
	s.lines("Notes", p.Warnings)
}

// lines writes sentences under a title, nothing if there are none.
func (s *sheetPDF) lines(title string, sentences []string) {
	if len(sentences) == 0 {
		return
	}
	s.title(title)
	for _, l := range sentences {
		s.text(pdfWidth, 10, "", sentence(l))
	}
}

func (s *sheetPDF) places() {
	p, pdf := &s.part, s.pdf
	if len(p.Thin) == 0 {
		return
	}
	s.title("Where walls are thin")
	widths := []float64{18, 30, 70, 30}
	row := func(cells ...string) {
		for i, c := range cells {
			pdf.CellFormat(widths[i], pdfLine, c, "", 0, "R", false, 0, "")
		}
		pdf.Ln(pdfLine)
	}
	s.soft()
	pdf.SetFont(pdfFont, "", 9)
	row("place", "thickness mm", "at x, y, z mm", "extent mm")
	s.ink("")
	for _, t := range p.Thin {
		row(fmt.Sprint(t.Number), t.Thickness, t.At, t.Reach)
	}
	if p.MoreThin > 0 {
		s.soft()
		s.text(pdfWidth, 9, "", fmt.Sprintf("and %d more", p.MoreThin))
	}
}

// inPlane replaces characters that the PDF library has no tables for.
func inPlane(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '?'
		}
		return r
	}, text)
}

// sentenceCase makes the first letter a capital.
func sentenceCase(text string) string { return strings.TrimSuffix(sentence(text), ".") }
