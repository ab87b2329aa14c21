// Package samples makes the models of testdata/models: small parts of known
// truth in the formats that matter, sound ones and ones with the faults that
// real uploads have. `go generate` writes them; the tests hold the files
// against this package and the engine against their facts.
package samples

//go:generate go test . -run TestFilesAreGenerated -update

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// The thresholds that the expected verdicts hold for, in mm: those of
// `make run`.
const MinWall = 0.8

// Chamber is the space of the printer that the verdicts hold for, in mm.
var Chamber = [3]float64{250, 250, 300}

// A Sample is one file.
type Sample struct {
	File   string
	Format mesh.Format
	Unit   mesh.Unit
	Solid  meshtest.Solid

	// Cut is how many bytes are missing at the end of the file.
	Cut int

	// Verdict that an engineer would sign, or the code of the refusal.
	Verdict string
	Refusal mesh.Code
	Note    string
}

// All returns the samples by name.
func All() []Sample {
	const printable, warnings, not = "printable", "printable_with_warnings", "not_printable"
	return []Sample{
		{
			File: "beam.stl", Format: mesh.FormatSTL, Solid: meshtest.Box(460, 30, 30),
			Verdict: not, Note: "longer than the chamber, however turned",
		},
		{
			File: "bracket.stl", Format: mesh.FormatSTLASCII, Solid: meshtest.LBracket(20, 30, 2, 40),
			Verdict: printable, Note: "ASCII STL",
		},
		{
			File: "comb.stl", Format: mesh.FormatSTL, Solid: meshtest.Comb([]float64{0.25, 0.5, 1, 1.5}, 4, 10, 2, 20),
			Verdict: not, Note: "two of its fins are thinner than 0.8 mm",
		},
		{
			File: "groove.ply", Format: mesh.FormatPLYASCII, Solid: meshtest.VGroove(20, 20, 2, 0.3, 60),
			Verdict: warnings, Note: "0.3 mm are left along the root of the groove, too narrow to fail",
		},
		{
			File: "hollow.3mf", Format: mesh.Format3MF, Solid: meshtest.HollowBox(30, 20, 10, 1.5),
			Verdict: printable, Note: "a cavity without an opening",
		},
		{
			File: "housing.stl", Format: mesh.FormatSTL, Solid: meshtest.OpenBox(60, 40, 25, 1.2),
			Verdict: printable, Note: "a tray with walls of 1.2 mm",
		},
		{
			File: "lidless.obj", Format: mesh.FormatOBJ, Solid: meshtest.LidlessBox(20, 20, 20),
			Verdict: not, Note: "a surface without thickness or lid: it encloses nothing",
		},
		{
			File: "rod_inch.3mf", Format: mesh.Format3MF, Unit: mesh.Inch, Solid: meshtest.Cylinder(0.125, 2, 32).Scale(25.4),
			Verdict: printable, Note: "in inches, as the file says",
		},
		{
			File: "table.3mf", Format: mesh.Format3MF, Solid: meshtest.Table(60, 40, 30, 2, 3),
			Verdict: printable, Note: "four legs under a plate",
		},
		{
			File: "torus.ply", Format: mesh.FormatPLY, Solid: meshtest.Torus(12, 4, 32, 16).Round(),
			Verdict: printable, Note: "binary PLY, genus 1",
		},
		{
			File: "truncated.stl", Format: mesh.FormatSTL, Solid: meshtest.Cube(20), Cut: 20,
			Refusal: mesh.CodeSTLTruncated, Note: "the upload broke off within the last triangle",
		},
		{
			File: "tube.obj", Format: mesh.FormatOBJ, Solid: meshtest.Tube(10, 9, 30, 64),
			Verdict: printable, Note: "a wall of 1 mm, 0.9988 mm from chord to chord",
		},
	}
}

// Bytes returns the content of the file.
func (s Sample) Bytes() ([]byte, error) {
	var out bytes.Buffer
	name := strings.SplitN(s.File, ".", 2)[0]
	if err := mesh.Write(&out, s.Solid.Mesh, s.Format, mesh.WriteOptions{Unit: s.Unit, Name: name}); err != nil {
		return nil, fmt.Errorf("%s: %w", s.File, err)
	}
	return out.Bytes()[:out.Len()-s.Cut], nil
}

// Facts returns the facts of the samples as tab-separated values: lengths in
// mm, the volume with its sign, "-" where there is nothing to state.
func Facts(all []Sample) []byte {
	var out bytes.Buffer
	out.WriteString("file\tformat\tunit\tvolume\tarea\tminWall\tverdict\trefusal\tnote\n")
	for _, s := range all {
		unit := s.Unit
		if unit == "" {
			unit = mesh.Millimetre
		}
		volume, area, wall := number(s.Solid.Volume), number(s.Solid.Area), number(s.Solid.MinWall)
		if s.Refusal != "" {
			volume, area, wall = "-", "-", "-"
		}
		fields := []string{s.File, string(s.Format), string(unit), volume, area, wall, text(s.Verdict), text(string(s.Refusal)), s.Note}
		out.WriteString(strings.Join(fields, "\t") + "\n")
	}
	return out.Bytes()
}

func number(x float64) string {
	if x == 0 || math.IsNaN(x) {
		return "-"
	}
	return strconv.FormatFloat(x, 'g', 10, 64)
}

func text(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
