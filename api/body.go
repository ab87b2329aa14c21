package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/partgauge/partgauge/internal/fault"
)

// A client must send something at least this often, and read something too: a
// slow one costs a connection, not more.
const (
	readPause  = 20 * time.Second
	writePause = 30 * time.Second
)

// limitBody holds a body to a size and a pace, and refuses compressed ones.
func (a *API) limitBody(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		if encoding := c.GetHeader("Content-Encoding"); encoding != "" && encoding != "identity" {
			a.refuse(c, &fault.Error{Kind: fault.Invalid, Code: "UNSUPPORTED_ENCODING", Message: "Send the body uncompressed."})
			return
		}
		if c.Request.ContentLength > limit {
			a.refuse(c, tooLarge(limit))
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, &pacedBody{c.Request.Body, http.NewResponseController(c.Writer)}, limit)
	}
}

func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "The body is larger than %d bytes.", limit)
}

// pacedBody fails where the client pauses for too long.
type pacedBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

func (b *pacedBody) Read(p []byte) (int, error) {
	_ = b.connection.SetReadDeadline(time.Now().Add(readPause)) // unsupported in tests without a connection
	return b.ReadCloser.Read(p)
}

// pacedWriter fails where the client reads nothing for too long.
type pacedWriter struct {
	gin.ResponseWriter
	connection *http.ResponseController
}

func (w *pacedWriter) Write(p []byte) (int, error) {
	_ = w.connection.SetWriteDeadline(time.Now().Add(writePause))
	return w.ResponseWriter.Write(p)
}

func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// readBody reads the whole JSON body of an operation before the request is
// taken into work, so that a slow sender holds up nobody, and makes it lenient.
func (a *API) readBody(op *huma.Operation) gin.HandlerFunc {
	return func(c *gin.Context) {
		body, err := io.ReadAll(c.Request.Body)
		if err == nil && len(body) > 0 && op.RequestBody != nil {
			if media := op.RequestBody.Content["application/json"]; media != nil {
				body, err = lenient(body, media.Schema, a.huma.OpenAPI().Components.Schemas)
			}
		}
		if err != nil {
			a.refuse(c, bodyFailure(err))
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(body))
		a.takeIn(c)
	}
}

func bodyFailure(err error) error {
	if over, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(over.Limit)
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return &fault.Error{Kind: fault.Invalid, Code: "INCOMPLETE_BODY", Message: "The body ended early.", Cause: err}
}

// takeIn runs the rest of the handlers when fewer than the allowed number of
// requests are in work, with a deadline.
func (a *API) takeIn(c *gin.Context) {
	patience := time.NewTimer(a.config.Patience)
	defer patience.Stop()
	select {
	case a.work <- struct{}{}:
	case <-patience.C:
		a.refuse(c, fault.New(fault.Busy, "The service is busy; try again soon."))
		return
	case <-c.Request.Context().Done():
		c.Abort()
		return
	}
	defer func() { <-a.work }()
	ctx, cancel := context.WithTimeout(c.Request.Context(), a.config.Deadline)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}
