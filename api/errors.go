package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/partgauge/partgauge/internal/fault"
)

// Error is the body of every answer that is no success.
type Error struct {
	Code     string        `json:"code" doc:"A word for programs." example:"VALIDATION_ERROR"`
	Message  string        `json:"message" doc:"A sentence for people." example:"Field validation error"`
	MoreInfo []ErrorDetail `json:"moreInfo" doc:"What is wrong, field by field."`

	status int
}

// ErrorDetail says what is wrong with one field.
type ErrorDetail struct {
	Field   *string `json:"field" doc:"Dotted path of the field." example:"lines.0.quantity"`
	Code    string  `json:"code" example:"INVALID"`
	Message string  `json:"message" example:"expected integer"`
}

var errorType = reflect.TypeFor[Error]()

// Error and GetStatus make it a huma.StatusError.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// GetStatus returns the HTTP status.
func (e *Error) GetStatus() int { return e.status }

// statuses is the one place where a kind of failure becomes a status and a code.
// Known clients take every 4xx but 400, 401, 403, 404 and 405 for a success: so
// conflicts are 400, and only 413 and 429, which say something of the transport,
// stay beside them.
var statuses = map[fault.Kind]struct {
	status int
	code   string
}{
	fault.Internal:        {http.StatusInternalServerError, "SERVER_ERROR"},
	fault.Invalid:         {http.StatusBadRequest, "VALIDATION_ERROR"},
	fault.Conflict:        {http.StatusBadRequest, "CONFLICT"},
	fault.Unauthenticated: {http.StatusUnauthorized, "NOT_AUTHENTICATED"},
	fault.Forbidden:       {http.StatusForbidden, "PERMISSION_DENIED"},
	fault.NotFound:        {http.StatusNotFound, "NOT_FOUND"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "TOO_LARGE"},
	fault.TooMany:         {http.StatusTooManyRequests, "TOO_MANY_REQUESTS"},
	fault.Busy:            {http.StatusServiceUnavailable, "BUSY"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "UNAVAILABLE"},
	fault.StorageFull:     {http.StatusInsufficientStorage, "STORAGE_FULL"},
}

// failure returns err as the answer of a request, and logs it where it is no
// fault of the caller. The text of an error that nobody classified is not sent.
func (a *API) failure(ctx context.Context, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	kind := fault.KindOf(err)
	of := statuses[kind]
	e := &Error{status: of.status, Code: of.code, Message: "Something went wrong on our side."}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		e.Message = f.Message
		if f.Code != "" {
			e.Code = f.Code
		}
		for _, d := range f.Details {
			e.MoreInfo = append(e.MoreInfo, ErrorDetail{Field: field(d.Field), Code: d.Code, Message: d.Message})
		}
	}
	if of.status >= http.StatusInternalServerError && ctx.Err() == nil {
		a.log.ErrorContext(ctx, "request failed", "request", requestID(ctx), "error", err)
	}
	return e
}

func field(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}

// refuse ends a request with an error. Once a response has begun, nothing better
// can be done than to break it off.
func (a *API) refuse(c *gin.Context, err error) {
	e := a.failure(c.Request.Context(), err)
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	header := c.Writer.Header()
	switch e.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Token")
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", "1")
	}
	header.Set("Content-Type", "application/json")
	header.Del("Content-Length")
	c.Abort()
	c.Writer.WriteHeader(e.status)
	if c.Request.Method != http.MethodHead {
		_ = json.MarshalWrite(c.Writer, e) // the client may be gone
	}
}

// validationFailure is what huma makes of a request that does not fit its types:
// an object that does not exist if the path does not fit, and otherwise 400.
func validationFailure(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
	e := &Error{status: http.StatusBadRequest, Code: "VALIDATION_ERROR", Message: "Field validation error"}
	for _, err := range errs {
		detail := ErrorDetail{Code: "INVALID", Message: err.Error()}
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			detail.Message = d.Message
			where, name, _ := strings.Cut(d.Location, ".")
			if where == "path" {
				return &Error{status: http.StatusNotFound, Code: "NOT_FOUND", Message: fault.Missing().Message}
			}
			detail.Field = field(dotted(name))
			if missing, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
				missing = strings.TrimSuffix(missing, " to be present")
				detail.Code = "REQUIRED"
				detail.Field = field(dotted(strings.TrimPrefix(name+"."+missing, ".")))
				detail.Message = "this field is required"
			}
		}
		e.MoreInfo = append(e.MoreInfo, detail)
	}
	switch {
	case status == http.StatusUnsupportedMediaType:
		e.Code, e.Message, e.MoreInfo = "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.", nil
	case status >= http.StatusInternalServerError:
		e.status, e.Code, e.Message, e.MoreInfo = status, "SERVER_ERROR", "Something went wrong on our side.", nil
	case len(errs) == 0:
		e.Message = message
	}
	return e
}

// dotted turns lines[0].quantity into lines.0.quantity.
func dotted(path string) string { return strings.NewReplacer("[", ".", "]", "").Replace(path) }
