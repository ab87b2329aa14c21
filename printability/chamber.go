package printability

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/partgauge/partgauge/fit"
)

// ChamberFit is Criterion.Details of buildChamber.
type ChamberFit struct {
	Fit fit.Status `json:"fit"` // how far the part has to be turned, or that it does not fit
	// Matrix turns the part so that it fits, for column vectors; nil if it is
	// not known to fit.
	Matrix   *[3][3]float64 `json:"matrix"`
	AngleDeg float64        `json:"angleDegrees"` // of the rotation
	Extents  [3]float64     `json:"extents"`      // of the part, turned so
	Room     [3]float64     `json:"room"`         // the chamber less its clearance
	// Certificate names the proof that the part fits in no rotation: the
	// number whose Value exceeds Limit there.
	Certificate fit.Certificate `json:"certificate,omitempty"`
	Value       *float64        `json:"value,omitempty"`
	Limit       *float64        `json:"limit,omitempty"`
}

// buildChamber passes a part that fits as it is, warns of one that has to be
// turned, and fails one only with a proof.
func buildChamber(f *Facts) Criterion {
	r := f.Chamber
	if r == nil {
		return Criterion{Status: NotChecked, Unit: "mm", Message: "No build chamber was given."}
	}
	details := ChamberFit{Fit: r.Status, AngleDeg: r.AngleDeg, Extents: r.Extents, Room: r.Room}
	c := Criterion{
		Unit:    "mm",
		Values:  map[string]float64{"w": r.Extents[0], "d": r.Extents[1], "h": r.Extents[2]},
		Limits:  map[string]float64{"w": r.Room[0], "d": r.Room[1], "h": r.Room[2]},
		Message: asSentence(r.Message),
	}
	switch {
	case r.Status == fit.AsUploaded:
		c.Status = Pass
	case r.Fits():
		c.Status = Warn
	case r.Status == fit.NoFit:
		c.Status = Fail
		c.Count = 1
		details.Certificate = r.Certificate
		details.Value, details.Limit = &r.Value, &r.Limit
		c.Message = asSentence(r.Message + "; split the part, scale it down, or choose a larger machine")
	default:
		c.Status = Unknown
		c.Message = asSentence(r.Message + "; check it by hand")
	}
	if r.Fits() {
		matrix := r.Matrix
		for i := range matrix {
			for k := range matrix[i] {
				matrix[i][k] += 0 // 0 instead of −0, which reads oddly
			}
		}
		details.Matrix = &matrix
	}
	c.Details = details
	return c
}

// asSentence gives text a capital and a full stop.
func asSentence(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return fmt.Sprintf("%s%s.", strings.ToUpper(text[:size]), strings.TrimSuffix(text[size:], "."))
}
