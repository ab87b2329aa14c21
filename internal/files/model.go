package files

import (
	"time"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/mesh"
)

// ModelID is the random UUID of a model.
type ModelID string

// A Model is an uploaded file.
type Model struct {
	ID           ModelID
	Organization account.OrganizationID
	Uploader     account.UserID
	Name         string // as uploaded; display only
	Unit         mesh.Unit
	Blob         Blob
	Analysis     AnalysisID
	Created      time.Time
}

// AnalysisID identifies an analysis.
type AnalysisID int64

// A State is how far an analysis is.
type State string

// The states. Only the first two change by themselves.
const (
	Pending    State = "pending"
	Processing State = "processing"
	Finished   State = "finished"
	Failed     State = "failed"
)

// Word returns the coarse word for the state: analysing, finished or error.
func (s State) Word() string {
	switch s {
	case Finished:
		return "finished"
	case Failed:
		return "error"
	}
	return "analysing"
}

// An Analysis is what is known of some bytes, read in a unit.
type Analysis struct {
	ID   AnalysisID
	Key  string // of bytes, unit, engine and options
	Blob Blob   // that is analysed
	Unit mesh.Unit

	State    State
	Stage    string  // that runs, while Processing
	Fraction float64 // that is done
	// Code and Message say why an analysis Failed.
	Code, Message string
	Updated       time.Time

	Report []byte // analysis.Report in JSON without a file name; nil until Finished or Failed
	// What belongs to the report; the hash is empty where there is none.
	Samples, Optimized, Thumbnail, Hull Blob
}

// parts returns the blobs that belong to the report.
func (a *Analysis) parts() []Blob {
	var there []Blob
	for _, b := range []Blob{a.Samples, a.Optimized, a.Thumbnail, a.Hull} {
		if b.Hash != "" {
			there = append(there, b)
		}
	}
	return there
}
