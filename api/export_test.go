package api

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// A Walked is a route as the walk sees it.
type Walked struct {
	ID, Method, Path   string
	Role               string // as in the list of routes: user, org-admin, service, or public
	Body               string // an example that fits, or empty
	Member, NeedsRight bool
	Parameters         []string
}

// Walk returns all routes.
func (a *API) Walk() []Walked {
	var all []Walked
	for _, r := range a.routes() {
		w := Walked{ID: r.id, Method: r.method, Path: r.path, Role: "user", Member: r.access.service}
		switch {
		case r.access.public:
			w.Role = "public"
		case r.access.service:
			w.Role = "service"
		case r.access.role != "":
			w.Role = strings.ReplaceAll(string(r.access.role), "organization_admin", "org-admin")
		}
		w.NeedsRight = r.access.service || r.access.role != ""
		for _, m := range parameter.FindAllStringSubmatch(r.path, -1) {
			w.Parameters = append(w.Parameters, m[1])
		}
		op := operationOf(a.huma.OpenAPI().Paths[r.path], r.method)
		if op.RequestBody != nil {
			if media := op.RequestBody.Content["application/json"]; media != nil {
				data, err := json.Marshal(a.example(media.Schema))
				if err != nil {
					panic(err)
				}
				w.Body = string(data)
			}
		}
		all = append(all, w)
	}
	return all
}

// example returns a value that fits a schema, with all of its properties.
func (a *API) example(s *huma.Schema) any {
	switch {
	case s.Ref != "":
		return a.example(a.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref))
	case len(s.AnyOf) > 0:
		return nil
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Nullable:
		return nil
	}
	switch s.Type {
	case huma.TypeObject:
		object := map[string]any{}
		for name, property := range s.Properties {
			object[name] = a.example(property)
		}
		return object
	case huma.TypeArray:
		return []any{}
	case huma.TypeString:
		if s.Format == "date-time" {
			return "2026-01-02T03:04:05Z"
		}
		return "x@example.org"
	case huma.TypeInteger, huma.TypeNumber:
		return 1
	case huma.TypeBoolean:
		return true
	}
	return nil
}

// Served returns what the router itself answers, as "METHOD path": operations,
// without the 405 that stand in for missing methods.
func (a *API) Served() []string {
	var all []string
	for _, r := range a.engine.Routes() {
		if strings.HasSuffix(r.Handler, ".noMethod-fm") {
			continue
		}
		path := r.Path
		for segment := range strings.SplitSeq(r.Path, "/") {
			if name, ok := strings.CutPrefix(segment, ":"); ok {
				path = strings.ReplaceAll(path, segment, "{"+name+"}")
			}
		}
		all = append(all, r.Method+" "+path)
	}
	slices.Sort(all)
	return all
}

// Document returns the OpenAPI document.
func (a *API) Document() []byte { return a.document() }
