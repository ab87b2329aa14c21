package analysis

import (
	"context"
	"errors"

	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

// Codes of failures that are no matter of the file's content. All other codes
// of Error are those of package mesh.
const (
	CodeRead     mesh.Code = "read_error"    // the bytes could not be had: no such file, no permission, broken pipe
	CodeTimeout  mesh.Code = "timeout"       // Options.Timeout
	CodeInternal mesh.Code = "internal"      // a fault of the engine
	CodeMemory   mesh.Code = "out_of_memory" // more than the caller had to give; only callers find that out
)

// ErrorKind is the coarse word for a failure.
type ErrorKind string

// The kinds of failure.
const (
	KindUnsupportedFormat ErrorKind = "unsupported_format" // no model, or a format that is not read
	KindUnreadable        ErrorKind = "unreadable"         // damaged, or against the rules of its format
	KindEmpty             ErrorKind = "empty"              // nothing in it that could be printed
	KindTooLarge          ErrorKind = "too_large"          // more bytes than allowed
	KindLimitsExceeded    ErrorKind = "limits_exceeded"    // another limit on size or cost
	KindNotRepairable     ErrorKind = "not_repairable"     // readable, but the surface bounds no solid
	KindTimeout           ErrorKind = "timeout"            // took longer than allowed
	KindInternal          ErrorKind = "internal"           // a fault of the engine
)

// Error says why a file was refused.
type Error struct {
	Code    mesh.Code `json:"code"`
	Kind    ErrorKind `json:"kind"`
	Message string    `json:"message"`         // what is wrong and what to do
	Place   string    `json:"place,omitempty"` // where in the file

	// Cause is the error behind it: a *mesh.Error, an error of the reader or
	// a *Panic.
	Cause error `json:"-"`
}

func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Message
	if e.Place != "" {
		s += " (" + e.Place + ")"
	}
	return s
}

// Unwrap returns the error behind e.
func (e *Error) Unwrap() error { return e.Cause }

// Panic is the Cause of an internal Error.
type Panic = parallel.Panic

// NewError makes an Error of err, which a reader, package mesh or the engine
// gave. It serves callers that must report a file they could not even open.
func NewError(err error) *Error {
	var (
		own     *Error
		refused *mesh.Error
		fault   *Panic
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &refused):
		return &Error{Code: refused.Code, Kind: KindOf(refused.Code), Message: refused.Reason, Place: refused.Place, Cause: err}
	case errors.As(err, &fault):
		return &Error{Code: CodeInternal, Kind: KindInternal, Message: "the engine failed on this file; please report it together with the file", Cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: CodeTimeout, Kind: KindTimeout, Message: "the analysis took longer than allowed; allow more time or reduce the part", Cause: err}
	}
	return &Error{Code: CodeRead, Kind: KindUnreadable, Message: err.Error(), Cause: err}
}

// KindOf returns the coarse word for code. A code that has none of its own
// means that the file is damaged: KindUnreadable.
func KindOf(code mesh.Code) ErrorKind {
	if k, ok := kinds[code]; ok {
		return k
	}
	return KindUnreadable
}

var kinds = map[mesh.Code]ErrorKind{
	mesh.CodeUnknownFormat:        KindUnsupportedFormat,
	mesh.CodeUnsupportedFormat:    KindUnsupportedFormat,
	mesh.CodeUnsupportedExtension: KindUnsupportedFormat,
	mesh.CodeRequiredExtension:    KindUnsupportedFormat,
	mesh.CodeSeveralModels:        KindUnsupportedFormat,

	mesh.CodeEmptyMesh:        KindEmpty,
	mesh.CodeNoFaces:          KindEmpty,
	mesh.CodeNoBuild:          KindEmpty,
	mesh.CodeNoValidTriangles: KindEmpty,

	mesh.CodeNotASolid:     KindNotRepairable,
	mesh.CodeNotOrientable: KindNotRepairable,
	mesh.CodePartTooSmall:  KindNotRepairable,

	mesh.CodeLimitFile:         KindTooLarge,
	mesh.CodeLimitTriangles:    KindLimitsExceeded,
	mesh.CodeLimitVertices:     KindLimitsExceeded,
	mesh.CodeLimitLine:         KindLimitsExceeded,
	mesh.CodeLimitPolygon:      KindLimitsExceeded,
	mesh.CodeLimitHeader:       KindLimitsExceeded,
	mesh.CodeLimitZipEntries:   KindLimitsExceeded,
	mesh.CodeLimitZipSize:      KindLimitsExceeded,
	mesh.CodeLimitZipRatio:     KindLimitsExceeded,
	mesh.CodeLimitZipNesting:   KindLimitsExceeded,
	mesh.CodeLimitXMLDepth:     KindLimitsExceeded,
	mesh.CodeLimitXMLAttribute: KindLimitsExceeded,
	mesh.CodeLimitMetadata:     KindLimitsExceeded,
	mesh.CodeLimitObjects:      KindLimitsExceeded,
	mesh.CodeLimitDepth:        KindLimitsExceeded,
	mesh.CodeLimitInstances:    KindLimitsExceeded,
	mesh.CodeLimitResolution:   KindLimitsExceeded,

	CodeTimeout:  KindTimeout,
	CodeMemory:   KindLimitsExceeded,
	CodeInternal: KindInternal,
}
