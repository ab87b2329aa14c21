// Package fault names the kinds of failure that callers tell apart. Business
// code and storage return them; the HTTP service turns each kind into a status.
// Any other error is internal: its text is for the log and never for a client.
package fault

import (
	"errors"
	"fmt"
)

// A Kind says what the caller can do about a failure.
type Kind int

// The kinds of failure. The zero Kind is Internal, so that what nobody
// classified is never blamed on the caller.
const (
	Internal        Kind = iota // our own mistake
	Invalid                     // the request is wrong in itself
	Unauthenticated             // who calls is not known
	Forbidden                   // the caller lacks a role
	NotFound                    // absent, or not the caller's to know about
	Conflict                    // right in itself, but not in the present state
	TooLarge                    // over a limit of size
	TooMany                     // over a limit of rate
	Busy                        // nothing is wrong; try again soon
	Unavailable                 // something needed cannot be reached
	StorageFull                 // no room to keep what was sent
)

// An Error is a failure that its caller may be told.
type Error struct {
	Kind    Kind
	Code    string   // a word for programs; empty means the kind's own
	Message string   // a sentence for people
	Details []Detail // what is wrong, field by field
	Cause   error    // for the log only
}

// A Detail says what is wrong with one field of a request.
type Detail struct {
	Field   string // dotted path, such as "lines.0.quantity"
	Code    string
	Message string
}

func (e *Error) Error() string {
	text := e.Message
	for _, d := range e.Details {
		text += "; " + d.Field + ": " + d.Message
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// New returns a failure of a kind with the kind's own code.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Missing returns the failure for something that is not there or is none of the
// caller's business: the two must look alike.
func Missing() *Error { return New(NotFound, "Not found.") }

// Denied returns the failure for a caller that lacks a role.
func Denied() *Error {
	return New(Forbidden, "You do not have permission to perform this action.")
}

// Refused returns a conflict: code tells programs which.
func Refused(code, format string, args ...any) *Error {
	return &Error{Kind: Conflict, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Field returns the failure for one wrong field of a request.
func Field(field, code, format string, args ...any) *Error {
	return Fields(Detail{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

// Fields returns the failure for several wrong fields of a request.
func Fields(details ...Detail) *Error {
	return &Error{Kind: Invalid, Message: "Field validation error", Details: details}
}

// Wrap returns cause classified, with a message that does not quote it.
func Wrap(kind Kind, cause error, message string) *Error {
	return &Error{Kind: kind, Message: message, Cause: cause}
}

// KindOf returns the kind of the first classified failure in err's chain.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a failure of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
