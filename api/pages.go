package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/partgauge/partgauge/internal/fault"
)

// addPages adds what is served without a token and is no operation: the
// documentation, and whether the service lives.
func (a *API) addPages() {
	document := a.document()
	yaml, err := a.huma.OpenAPI().YAML()
	if err != nil {
		panic(err) // a program error: the document is made of our own types
	}
	a.page("/openapi.json", "application/json", document)
	a.page("/openapi.yaml", "application/yaml", yaml)
	a.page("/docs/", "text/html; charset=utf-8", a.reading())
	a.engine.GET("/healthz", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	a.engine.GET("/readyz", func(c *gin.Context) {
		if err := a.config.Ready(c.Request.Context()); err != nil {
			if !fault.Is(err, fault.Busy) && !fault.Is(err, fault.StorageFull) {
				err = fault.Wrap(fault.Unavailable, err, "The service is not ready.")
			}
			a.refuse(c, err)
			return
		}
		c.JSON(http.StatusOK, gin.H{"status": "ready"})
	})
	for _, path := range []string{"/openapi.json", "/openapi.yaml", "/docs/", "/healthz", "/readyz"} {
		a.patterns = append(a.patterns, newPattern(http.MethodGet, path), newPattern(http.MethodHead, path))
		if path == "/healthz" || path == "/readyz" {
			a.patterns = a.patterns[:len(a.patterns)-1]
		}
	}
}

func (a *API) page(path, kind string, content []byte) {
	serve := func(c *gin.Context) {
		c.Header("Cache-Control", "no-cache")
		c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		c.Data(http.StatusOK, kind, content)
	}
	a.engine.GET(path, serve)
	a.engine.HEAD(path, serve)
}

// document returns the OpenAPI document, readable and the same at every start.
func (a *API) document() []byte {
	data, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	if err != nil {
		panic(err)
	}
	return append(data, '\n')
}

//go:embed reading.gohtml
var readingTemplate string

// reading returns the OpenAPI document as a page to read, with nothing but text
// and links inside of it.
func (a *API) reading() []byte {
	type operation struct {
		*huma.Operation
		Body    *huma.Schema
		Replies []string
	}
	sections := map[string][]operation{}
	for _, item := range a.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			o := operation{Operation: op}
			if op.RequestBody != nil {
				for _, media := range op.RequestBody.Content {
					o.Body = media.Schema
				}
			}
			for status := range op.Responses {
				o.Replies = append(o.Replies, status)
			}
			slices.Sort(o.Replies)
			sections[op.Tags[0]] = append(sections[op.Tags[0]], o)
		}
	}
	for _, operations := range sections {
		slices.SortFunc(operations, func(x, y operation) int {
			return strings.Compare(x.Path+x.Method, y.Path+y.Method)
		})
	}
	var page bytes.Buffer
	functions := template.FuncMap{"type": typeName, "reply": replySchema}
	t := template.Must(template.New("reading").Funcs(functions).Parse(readingTemplate))
	if err := t.Execute(&page, map[string]any{
		"Info": a.huma.OpenAPI().Info, "Sections": sections, "Schemas": a.huma.OpenAPI().Components.Schemas.Map(),
	}); err != nil {
		panic(err)
	}
	return page.Bytes()
}

// replySchema returns the schema of a JSON response, or nil.
func replySchema(op *huma.Operation, status string) *huma.Schema {
	if media := op.Responses[status].Content["application/json"]; media != nil {
		return media.Schema
	}
	return nil
}

// typeName returns a schema in short, with links to the named ones.
func typeName(s *huma.Schema) template.HTML {
	text := "any"
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		name := template.HTMLEscapeString(s.Ref[strings.LastIndex(s.Ref, "/")+1:])
		return template.HTML(`<a href="#` + name + `">` + name + `</a>`)
	case s.Type == huma.TypeArray:
		return "[" + typeName(s.Items) + "]"
	case len(s.AnyOf) > 0:
		return typeName(s.AnyOf[0]) + " or null"
	case s.Type != "":
		text = s.Type
		if s.Format != "" {
			text += " (" + s.Format + ")"
		}
	}
	if s.Nullable {
		text += " or null"
	}
	return template.HTML(template.HTMLEscapeString(text))
}
