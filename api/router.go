package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/partgauge/partgauge/internal/fault"
)

// A pattern is the path of a route, taken apart.
type pattern struct {
	method   string
	path     string
	segments []string // a parameter is ""
}

type patterns []pattern

func newPattern(method, path string) pattern {
	p := pattern{method: method, path: path, segments: strings.Split(path, "/")}
	for i, s := range p.segments {
		if strings.HasPrefix(s, "{") {
			p.segments[i] = ""
		}
	}
	return p
}

func (p pattern) matches(segments []string) bool {
	return slices.EqualFunc(p.segments, segments, func(own, given string) bool {
		return own == given || own == "" && given != "" && !strings.HasPrefix(given, "{")
	})
}

func (all patterns) match(path string) bool {
	segments := strings.Split(path, "/")
	return slices.ContainsFunc(all, func(p pattern) bool { return p.matches(segments) })
}

// methods returns the methods of the path: those of the routes that spell it
// with the fewest parameters, as the router decides.
func (all patterns) methods(path string) []string {
	segments := strings.Split(path, "/")
	var found []string
	fewest := len(segments) + 1
	for _, p := range all {
		if !p.matches(segments) {
			continue
		}
		parameters := strings.Count(p.path, "{")
		if parameters < fewest {
			fewest, found = parameters, nil
		}
		if parameters == fewest {
			found = append(found, p.method)
		}
	}
	slices.Sort(found)
	return found
}

// addMissingMethods answers 405 where the router would not: a literal path that
// a path with a parameter matches too, with a method that only the latter has,
// such as GET users/create/ beside users/{user_id}/.
func (a *API) addMissingMethods() {
	added := map[string]bool{}
	for _, literal := range a.patterns {
		own := a.patterns.methods(literal.path)
		for _, other := range a.patterns {
			if other.path == literal.path || !other.matches(literal.segments) || slices.Contains(own, other.method) || added[other.method+literal.path] {
				continue
			}
			added[other.method+literal.path] = true
			a.engine.Handle(other.method, parameter.ReplaceAllString(literal.path, ":$1"), a.noMethod)
		}
	}
}

func (a *API) noMethod(c *gin.Context) {
	allowed := a.patterns.methods(c.Request.URL.Path)
	if len(allowed) > 0 {
		c.Header("Allow", strings.Join(allowed, ", "))
	}
	a.refuse(c, &Error{
		status: http.StatusMethodNotAllowed, Code: "METHOD_NOT_ALLOWED",
		Message: "Method \"" + c.Request.Method + "\" not allowed.",
	})
}

// noRoute sends who forgot the slash at the end to the right path, keeping
// method and body, and answers 404 to everyone else.
func (a *API) noRoute(c *gin.Context) {
	u := *c.Request.URL
	if path := u.Path + "/"; a.patterns.match(path) {
		u.Scheme, u.Host, u.Path, u.RawPath = "", "", path, ""
		status := http.StatusTemporaryRedirect
		if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
			status = http.StatusPermanentRedirect
		}
		c.Header("Location", u.RequestURI())
		c.AbortWithStatus(status)
		c.Writer.WriteHeaderNow()
		return
	}
	a.refuse(c, fault.Missing())
}
