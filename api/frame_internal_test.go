package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
)

// Sent is a body with a field of every kind that is lenient.
type Sent struct {
	Name  string              `json:"name,omitzero" maxLength:"5"`
	Count int64               `json:"count,omitzero" minimum:"1"`
	Ratio float64             `json:"ratio,omitzero"`
	Sure  bool                `json:"sure,omitzero"`
	Note  Optional[*string]   `json:"note,omitzero"`
	Part  Optional[*SentPart] `json:"part,omitzero"`
	Parts []SentPart          `json:"parts,omitzero"`
	By    map[string]int64    `json:"by,omitzero"`
	Any   any                 `json:"any,omitzero"`
	Same  Optional[int64]     `json:"same,omitzero"`
}

// SentPart is a part of it.
type SentPart struct {
	ID int64 `json:"id"`
}

// newFrame returns an API of a few public routes that need no database.
func newFrame(c Config) *API {
	return build(c, func(a *API) []route {
		at := func(method, path, id string, h handler) route {
			return route{method: method, path: path, id: id, tag: "Test", access: access{public: true}, handle: h, body: 1000}
		}
		document := func(op *huma.Operation, _ huma.Registry) {
			op.Responses["200"] = &huma.Response{Description: "a stream"}
		}
		download := at(http.MethodGet, "/download/{uuid}/", "download", raw(func(c *gin.Context, _ account.Actor) error {
			if c.Param("uuid") == "none" {
				return fault.Missing()
			}
			http.ServeContent(c.Writer, c.Request, "x.txt", time.Unix(1, 0), strings.NewReader("0123456789"))
			return nil
		}, document))
		download.download = true
		return []route{
			at(http.MethodPost, "/echo/", "echo", call(func(_ context.Context, _ account.Actor, in *struct{ Body *Sent }) (*Sent, error) {
				return in.Body, nil
			})),
			at(http.MethodGet, "/panic/", "panic", call(func(context.Context, account.Actor, *struct{}) (string, error) { panic("secret") })),
			at(http.MethodGet, "/internal/", "internal", call(func(context.Context, account.Actor, *struct{}) (string, error) {
				return "", errors.New("secret")
			})),
			at(http.MethodGet, "/fails/{kind}/", "fails", call(func(_ context.Context, _ account.Actor, in *struct {
				Kind int `path:"kind"`
			},
			) (string, error) {
				return "", fault.Wrap(fault.Kind(in.Kind), errors.New("secret"), "told")
			})),
			at(http.MethodGet, "/slow/", "slow", call(func(ctx context.Context, _ account.Actor, _ *struct{}) (string, error) {
				<-ctx.Done()
				return "", fault.Wrap(fault.Busy, ctx.Err(), "too slow")
			})),
			at(http.MethodPost, "/upload/", "upload", raw(func(c *gin.Context, _ account.Actor) error {
				n, err := io.Copy(io.Discard, c.Request.Body)
				if err != nil {
					return bodyFailure(err)
				}
				c.String(http.StatusOK, "%d", n)
				return nil
			}, document)),
			download,
		}
	})
}

func (a *API) send(method, path, body string, headers ...string) (int, string, http.Header) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String()), w.Header()
}

// Scalars are taken as clients of this API send them; what does not fit, or is
// not strict JSON, is refused with the place.
func TestLenient(t *testing.T) {
	a := newFrame(Config{})
	for _, c := range []struct{ body, want string }{
		{`{"count": "3"}`, `"count":3`},
		{`{"count": 3.0}`, `"count":3`},
		{`{"count": " +007.00 "}`, `"count":7`},
		{`{"count": 9223372036854775807}`, `"count":9223372036854775807`},
		{`{"count": "9007199254740993"}`, `"count":9007199254740993`},
		{`{"name": 10115}`, `"name":"10115"`},
		{`{"name": 1.50}`, `"name":"1.50"`},
		{`{"ratio": "2.5"}`, `"ratio":2.5`},
		{`{"sure": "True"}`, `"sure":true`},
		{`{"parts": [{"id": "1"}, {"id": 2.0}]}`, `"parts":[{"id":1},{"id":2}]`},
		{`{"by": {"x": "5"}}`, `"by":{"x":5}`},
		{`{"any": {"deep": ["1", 2, null]}}`, `"any":{"deep":["1",2,null]}`},
		{`{"unknown": null, "name": "é"}`, `"name":"é"`},
		{"\ufeff{}", `MALFORMED_JSON`},
		{`{"count": "3x"}`, `"field":"count","code":"INVALID","message":"expected integer"`},
		{`{"count": 3.5}`, `"field":"count"`},
		{`{"count": 0}`, `"field":"count","code":"INVALID","message":"expected number \u003e= 1"`},
		{`{"count": 9223372036854775808}`, `"field":"count"`},
		{`{"count": "99999999999999999999"}`, `VALIDATION_ERROR`},
		{`{"count": 1e400}`, `VALIDATION_ERROR`},
		{`{"count": null}`, `"field":"count","code":"NULL"`},
		{`{"same": null}`, `"field":"same","code":"NULL"`},
		{`{"name": "123456"}`, `"field":"name"`},
		{`{"name": "a\u0000"}`, `"field":"name","code":"INVALID","message":"the character NUL is not allowed"`},
		{`{"name": "\ud800"}`, `MALFORMED_JSON`},
		{`{"name": "a", "name": "b"}`, `duplicate object member name at name`},
		{`{"NAME": ["x"]}`, `{}`},
		{`{"parts": [{}]}`, `"field":"parts.0.id","code":"REQUIRED"`},
		{`{"parts": [{"id": [1]}]}`, `"field":"parts.0.id"`},
		{`{"part": {"id": "7"}}`, `"part":{`},
		{`{"part": null}`, `"part":{`},
		{`{"part": 7}`, `"field":"part"`},
		{`{} {}`, `MALFORMED_JSON`},
		{`{"name": 'a'}`, `MALFORMED_JSON`},
		{`{"any": ` + strings.Repeat("[", 400) + strings.Repeat("]", 400) + `}`, `"any":[[`},
		{``, `null`},
	} {
		_, got, _ := a.send(http.MethodPost, "/echo/", c.body)
		if want := strings.ReplaceAll(c.want, `\u003e`, ">"); !strings.Contains(got, want) {
			t.Errorf("%s answers %s, want %s", c.body, got, want)
		}
	}
	deep := strings.Repeat("[", 20_000)
	deepFrame := build(Config{}, func(*API) []route {
		return []route{{method: http.MethodPost, path: "/any/", id: "any", tag: "Test", access: access{public: true}, handle: call(func(_ context.Context, _ account.Actor, in *struct{ Body any }) (string, error) { return "", nil })}}
	})
	if status, got, _ := deepFrame.send(http.MethodPost, "/any/", deep+strings.ReplaceAll(deep, "[", "]")); status != http.StatusBadRequest {
		t.Errorf("20 000 levels: %d %s", status, got)
	}
}

// An error that nobody classified, and a panic, are told without their text.
func TestInternalErrors(t *testing.T) {
	a := newFrame(Config{})
	for _, path := range []string{"/panic/", "/internal/"} {
		status, body, header := a.send(http.MethodGet, path, "")
		if status != http.StatusInternalServerError || strings.Contains(body, "secret") || !strings.Contains(body, "SERVER_ERROR") {
			t.Errorf("%s: %d %s", path, status, body)
		}
		if header.Get("X-Request-Id") == "" {
			t.Errorf("%s has no request id", path)
		}
	}
}

// Every kind of failure has a status and a code.
func TestFailures(t *testing.T) {
	a := newFrame(Config{})
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 400,
		fault.TooLarge: 413, fault.TooMany: 429, fault.Busy: 503, fault.Unavailable: 503, fault.StorageFull: 507,
	}
	for kind := fault.Internal; kind <= fault.StorageFull; kind++ {
		status, body, _ := a.send(http.MethodGet, fmt.Sprintf("/fails/%d/", kind), "")
		if status != want[kind] || strings.Contains(body, "secret") || !strings.Contains(body, `"message":"told","moreInfo":[]`) {
			t.Errorf("kind %d: %d %s", kind, status, body)
		}
	}
}

// Bodies are held to the limit of their route, told or not, and taken plain.
func TestBodies(t *testing.T) {
	a := newFrame(Config{})
	for _, path := range []string{"/echo/", "/upload/"} {
		for _, c := range []struct {
			size, status int
		}{{1000, 400}, {1001, 413}, {100_000, 413}} {
			if path == "/upload/" && c.status == 400 {
				c.status = 200
			}
			body := strings.Repeat(" ", c.size)
			if status, text, _ := a.send(http.MethodPost, path, body); status != c.status {
				t.Errorf("%s of %d bytes: %d %s", path, c.size, status, text)
			}
			r := httptest.NewRequest(http.MethodPost, path, io.MultiReader(strings.NewReader(body))) // length unknown
			w := httptest.NewRecorder()
			a.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("%s of %d bytes, in chunks: %d %s", path, c.size, w.Code, w.Body)
			}
		}
		if status, text, _ := a.send(http.MethodPost, path, "{}", "Content-Encoding", "gzip"); status != 400 || !strings.Contains(text, "UNSUPPORTED_ENCODING") {
			t.Errorf("%s, compressed: %d %s", path, status, text)
		}
	}
}

// Streams serve ranges and HEAD, and report errors like everything else.
func TestRaw(t *testing.T) {
	a := newFrame(Config{})
	if status, body, _ := a.send(http.MethodGet, "/download/1/", "", "Range", "bytes=2-4"); status != http.StatusPartialContent || body != "234" {
		t.Errorf("a range: %d %q", status, body)
	}
	if status, body, header := a.send(http.MethodHead, "/download/1/", ""); status != http.StatusOK || body != "" || header.Get("Content-Length") != "10" {
		t.Errorf("HEAD: %d %q %v", status, body, header)
	}
	if status, body, _ := a.send(http.MethodGet, "/download/none/", ""); status != http.StatusNotFound || !strings.Contains(body, "NOT_FOUND") {
		t.Errorf("absent: %d %s", status, body)
	}
	if p := a.huma.OpenAPI().Paths["/download/{uuid}/"].Get.Parameters; len(p) != 1 || p[0].Schema.Format != "uuid" {
		t.Errorf("documented as %v", p)
	}
}

// Work ends with its deadline, and a request that finds all places taken is told
// to come back.
func TestOverload(t *testing.T) {
	a := newFrame(Config{Concurrent: 1, Patience: time.Millisecond, Deadline: 10 * time.Millisecond})
	if status, body, _ := a.send(http.MethodGet, "/slow/", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, "too slow") {
		t.Errorf("past the deadline: %d %s", status, body)
	}
	a.work <- struct{}{}
	status, body, header := a.send(http.MethodGet, "/internal/", "")
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("without a place: %d %s", status, body)
	}
	<-a.work
}

// A token has an allowance of its own, which comes back with time.
func TestRates(t *testing.T) {
	r := newRates(1)
	for i := range 2 {
		if wait := r.wait(1); wait != 0 {
			t.Errorf("call %d waits %v", i, wait)
		}
	}
	if wait := r.wait(1); wait <= 0 || wait > time.Second {
		t.Errorf("a call too many waits %v", wait)
	}
	if wait := r.wait(2); wait != 0 {
		t.Errorf("another token waits %v", wait)
	}
	r.cleared = time.Now().Add(-2 * forget)
	r.of(3)
	if _, kept := r.tokens[1]; !kept || len(r.tokens) != 3 {
		t.Errorf("%d tokens are remembered; the one that waits must be", len(r.tokens))
	}
}
