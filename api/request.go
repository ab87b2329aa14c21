package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/partgauge/partgauge/internal/account"
)

// A request is what is known of one for the log.
type request struct {
	id   string
	user account.UserID
}

type requestKey struct{}

func requestOf(c *gin.Context) *request { return c.Request.Context().Value(requestKey{}).(*request) }

func requestID(ctx context.Context) string {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r.id
	}
	return ""
}

// envelope goes around every request: id, headers, pace, panics, log, metrics.
func (a *API) envelope(c *gin.Context) {
	r := &request{id: rand.Text()}
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestKey{}, r))
	connection := http.NewResponseController(c.Writer)
	c.Writer = &pacedWriter{c.Writer, connection}
	// The deadlines of the request before, on the same connection, are over; and
	// what is left to send after this one has its own.
	_ = connection.SetWriteDeadline(time.Time{})
	defer func() { _ = connection.SetWriteDeadline(time.Now().Add(writePause)) }()
	secure(c.Writer.Header())
	c.Header("X-Request-Id", r.id)
	begun := time.Now()
	defer func() {
		reason := recover()
		if reason != nil {
			a.recovered(c, reason)
		}
		a.finish(c, r, time.Since(begun))
		if reason == http.ErrAbortHandler {
			panic(reason) // net/http breaks the connection off
		}
	}()
	c.Next()
}

// secure sets what browsers should know of every answer; pages widen it.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
}

func (a *API) recovered(c *gin.Context, reason any) {
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return
	}
	a.log.Error("panic", "request", requestID(c.Request.Context()), "panic", fmt.Sprint(reason), "stack", string(debug.Stack()))
	if c.Writer.Written() {
		return
	}
	a.refuse(c, &Error{status: http.StatusInternalServerError, Code: "SERVER_ERROR", Message: "Something went wrong on our side."})
}

// finish writes the log line and the metrics of a request. Neither holds what
// could be a secret: no query, no header, and of the path the template.
func (a *API) finish(c *gin.Context, r *request, took time.Duration) {
	path := c.FullPath()
	if path == "" {
		path = "(none)"
	}
	status := c.Writer.Status()
	a.observe.request(c.Request.Method, path, status, took)
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	a.log.Log(c.Request.Context(), level, "request",
		"request", r.id, "method", c.Request.Method, "route", path, "status", status,
		"bytes", max(0, c.Writer.Size()), "ms", float64(took.Microseconds())/1000, "user", r.user)
}

// An observer keeps the metrics of requests.
type observer struct{ seconds *prometheus.HistogramVec }

func newObserver(r prometheus.Registerer) *observer {
	o := &observer{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "partgauge_http_request_seconds", Help: "How long requests took.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"method", "route", "status"})}
	r.MustRegister(o.seconds)
	return o
}

func (o *observer) request(method, route string, status int, took time.Duration) {
	if route == "(none)" {
		method = "" // anything can stand there
	}
	o.seconds.WithLabelValues(method, route, fmt.Sprint(status)).Observe(took.Seconds())
}
