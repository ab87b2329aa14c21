package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/partgauge/partgauge/internal/account"
)

// Config is what the API needs. Limits that are zero have the defaults given.
type Config struct {
	Accounts *account.Accounts
	Version  string                      // of the program
	Ready    func(context.Context) error // nil: always ready
	Log      *slog.Logger                // nil: none
	Metrics  prometheus.Registerer       // nil: none

	RequestsPerSecond float64       // of one token; 1000, and twice as many at once
	Concurrent        int           // requests in work at a time; 256
	Patience          time.Duration // how long a request waits to be taken into work; 2 s
	Deadline          time.Duration // for the work of one request; 30 s
}

func (c Config) withDefaults() Config {
	if c.Ready == nil {
		c.Ready = func(context.Context) error { return nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if c.RequestsPerSecond == 0 {
		c.RequestsPerSecond = 1000
	}
	if c.Concurrent == 0 {
		c.Concurrent = 256
	}
	if c.Patience == 0 {
		c.Patience = 2 * time.Second
	}
	if c.Deadline == 0 {
		c.Deadline = 30 * time.Second
	}
	return c
}

// API serves the REST API.
type API struct {
	config   Config
	accounts *account.Accounts
	log      *slog.Logger

	engine   *gin.Engine
	huma     huma.API
	patterns patterns // of all routes
	work     chan struct{}
	rates    *rates
	observe  *observer
}

// routes lists every operation, file by file.
func (a *API) routes() []route {
	var all []route
	for _, of := range [][]route{
		a.accountProfileRoutes(),
		a.accountAddressRoutes(),
		a.accountUserRoutes(),
		a.listRoutes(),
	} {
		all = append(all, of...)
	}
	return all
}

// New returns the API. It panics if two routes contradict each other, which a
// test would see.
func New(c Config) *API { return build(c, (*API).routes) }

func build(c Config, routes func(*API) []route) *API {
	c = c.withDefaults()
	a := &API{
		config: c, accounts: c.Accounts, log: c.Log,
		work:    make(chan struct{}, c.Concurrent),
		rates:   newRates(c.RequestsPerSecond),
		observe: newObserver(c.Metrics),
	}
	gin.SetMode(gin.ReleaseMode)
	a.engine = gin.New()
	a.engine.RedirectTrailingSlash = false
	a.engine.HandleMethodNotAllowed = true
	a.engine.ContextWithFallback = true
	_ = a.engine.SetTrustedProxies(nil) // cannot fail for none
	a.engine.Use(a.envelope)
	a.engine.NoRoute(a.noRoute)
	a.engine.NoMethod(a.noMethod)
	a.huma = huma.NewAPI(humaConfig(c.Version), adapter{a})
	for _, r := range routes(a) {
		a.add(r)
	}
	a.addMissingMethods()
	a.addPages()
	return a
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.engine.ServeHTTP(w, r) }

func humaConfig(version string) huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Partgauge",
				Version: version,
				Description: "The 3YOURMIND REST API v2.0, served by Partgauge.\n\n" +
					"Send `Authorization: Token …` with every request. Every answer that is no success is an `Error`. " +
					"Digits in a string are taken for an integer, and a number for a string; unknown keys are ignored.",
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "apiKey", In: "header", Name: "Authorization", Description: "The word Token, a blank, and the token."},
				},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats: map[string]huma.Format{"application/json": {
			Marshal:   func(w io.Writer, v any) error { return json.MarshalWrite(w, v) },
			Unmarshal: func(data []byte, v any) error { return json.Unmarshal(data, v) },
		}},
		DefaultFormat: "application/json",
	}
	c.AllowAdditionalPropertiesByDefault = true
	return c
}

func init() {
	// Keys are matched case by case, as the JSON decoder does.
	huma.ValidateStrictCasing = true
	// Arrays are never null: an empty one is [].
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = validationFailure
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return validationFailure(nil, status, message, errs...)
	}
}
