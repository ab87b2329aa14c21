package api_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partgauge/partgauge/api"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

// pages are what is served beside the operations.
var pages = []string{
	"GET /docs/", "GET /healthz", "GET /openapi.json", "GET /openapi.yaml", "GET /readyz",
	"HEAD /docs/", "HEAD /openapi.json", "HEAD /openapi.yaml",
}

// The walk covers exactly what the router serves.
func TestWalkIsComplete(t *testing.T) {
	a := newWorld(t, storetest.SQLite(t)).api
	walked := slices.Clone(pages)
	for _, r := range a.Walk() {
		walked = append(walked, r.Method+" "+r.Path)
	}
	slices.Sort(walked)
	for _, served := range a.Served() {
		if _, found := slices.BinarySearch(walked, served); !found && !strings.HasPrefix(served, "HEAD ") {
			t.Errorf("%s is served and not walked", served)
		}
	}
	for _, w := range walked {
		if !slices.Contains(a.Served(), w) {
			t.Errorf("%s is walked and not served", w)
		}
	}
}

// A walker knows, for each parameter of a path, an object of the caller, one
// that belongs to another parent of the same tenant, and one of another tenant.
type walker struct {
	*world
	own, sibling, foreign map[string]string
}

func newWalker(t *testing.T) *walker {
	w := &walker{world: newWorld(t, storetest.SQLite(t))}
	address := func(who string) string {
		u := w.users[who]
		a := must(w.accounts.AddAddress(context.Background(), account.Actor{User: u.ID, Organization: u.Organization}, u.ID, account.Address{City: "City of " + u.Email}))
		return fmt.Sprint(a.ID)
	}
	id := func(who string) string { return fmt.Sprint(w.users[who].ID) }
	w.own = map[string]string{"user_id": id("user"), "address_id": address("user"), "service_id": "1"}
	w.sibling = map[string]string{"user_id": id("member"), "address_id": address("member"), "service_id": "1"}
	w.foreign = map[string]string{"user_id": id("stranger"), "address_id": address("stranger"), "service_id": "2"}
	ctx := context.Background()
	w.tokens["expired"] = w.newToken(w.users["admin"].ID, today.Add(-time.Second))
	secret, token, err := w.accounts.CreateToken(ctx, w.users["admin"].ID, "", time.Time{})
	check(err)
	check(w.accounts.RevokeToken(ctx, token.ID))
	w.tokens["revoked"] = secret
	inactive := must(w.accounts.AddUser(ctx, w.users["admin"].Organization, account.NewUser{Email: "contact@acme.example", Roles: account.Roles()}))
	w.tokens["inactive"] = w.newToken(inactive.ID, time.Time{})
	good := w.tokens["admin"]
	w.tokens["malformed"] = "x"
	w.tokens["mistyped"] = good[:len(good)-1] + "!"
	w.tokens["empty"] = " "
	w.tokens["unknown"] = "pgt_" + strings.Repeat("0", 43) + "4k4kzk"
	return w
}

// path fills a path from values, and where they say nothing from w.own.
func (w *walker) path(r api.Walked, values map[string]string) string {
	path := r.Path
	for _, p := range r.Parameters {
		value, ok := values[p]
		if !ok {
			value, ok = w.own[p]
		}
		if !ok {
			w.t.Fatalf("the walk knows no {%s}", p)
		}
		path = strings.ReplaceAll(path, "{"+p+"}", value)
	}
	return path
}

// may returns who of Acme may call a route.
func may(r api.Walked) string {
	return map[string]string{"user": "user", "org-admin": "admin", "service": "member"}[r.Role]
}

// Nobody gets through a route without the right to, nor sees what is not his; a
// foreign object and one that does not exist answer alike; nothing is a 5xx.
func TestWalk(t *testing.T) {
	first := newWorld(t, storetest.SQLite(t)).api
	for _, route := range first.Walk() {
		t.Run(route.ID, func(t *testing.T) {
			w := newWalker(t)
			w.withoutToken(route)
			w.withoutRight(route)
			w.ofAnotherTenant(route)
			w.withWrongIDs(route)
			w.withOtherMethods(route)
			w.rightly(route)
		})
	}
}

func (w *walker) expect(r api.Walked, who, path, body string, statuses ...int) string {
	w.t.Helper()
	response := w.ask(who, r.Method, path, body)
	text := bodyOf(response)
	if !slices.Contains(statuses, response.StatusCode) {
		w.t.Errorf("%s %s %s %s: %d, want %v: %s", who, r.Method, path, body, response.StatusCode, statuses, text)
	}
	if response.StatusCode >= 400 && !strings.HasPrefix(text, `{"code":"`) {
		w.t.Errorf("%s %s %s: no error object: %s", who, r.Method, path, text)
	}
	return text
}

func (w *walker) withoutToken(r api.Walked) {
	w.t.Helper()
	if r.Role == "public" {
		return
	}
	for _, who := range []string{"nobody", "malformed", "mistyped", "empty", "unknown", "expired", "revoked", "inactive"} {
		for _, body := range []string{r.Body, "{"} {
			w.expect(r, who, w.path(r, nil), body, http.StatusUnauthorized)
		}
	}
	response := w.ask("nobody", r.Method, w.path(r, nil)+"?token="+w.tokens["admin"], r.Body, "Authorization", "Bearer "+w.tokens["admin"])
	if response.StatusCode != http.StatusUnauthorized {
		w.t.Errorf("another scheme: %d", response.StatusCode)
	}
}

// A lower role learns nothing from the content of its request either.
func (w *walker) withoutRight(r api.Walked) {
	w.t.Helper()
	if !r.NeedsRight {
		return
	}
	for _, body := range []string{r.Body, "{", `{"nonsense": []}`} {
		w.expect(r, "user", w.path(r, nil), body, http.StatusForbidden)
		w.expect(r, "user", w.path(r, map[string]string{"user_id": "x", "address_id": "0", "service_id": "-1"}), body, http.StatusForbidden)
	}
}

func (w *walker) ofAnotherTenant(r api.Walked) {
	w.t.Helper()
	want := []int{http.StatusNotFound}
	switch {
	case r.Member && slices.Contains(r.Parameters, "service_id"):
		want = []int{http.StatusForbidden}
	case len(r.Parameters) == 0:
		want = []int{http.StatusOK, http.StatusCreated, http.StatusNoContent}
	}
	foreign := w.expect(r, "stranger", w.path(r, nil), r.Body, want...)
	if strings.Contains(strings.ToLower(foreign), "acme") {
		w.t.Errorf("the answer tells of another tenant: %s", foreign)
	}
	if len(r.Parameters) == 0 {
		return
	}
	absent := map[string]string{"service_id": "987654"}
	for _, p := range r.Parameters {
		if p != "service_id" {
			absent[p] = "987654"
		}
	}
	if text := w.expect(r, "stranger", w.path(r, absent), r.Body, want...); text != foreign {
		w.t.Errorf("a foreign object answers %s, an absent one %s", foreign, text)
	}
}

func (w *walker) withWrongIDs(r api.Walked) {
	w.t.Helper()
	objects := slices.DeleteFunc(slices.Clone(r.Parameters), func(p string) bool { return p == "service_id" })
	for _, p := range objects {
		for _, id := range []string{w.foreign[p], "0", "-1", "x", "1.0", "9223372036854775808", "987654", "%00", "1%2F2"} {
			w.expect(r, may(r), w.path(r, map[string]string{p: id}), r.Body, http.StatusNotFound)
		}
		if len(objects) > 1 {
			w.expect(r, may(r), w.path(r, map[string]string{p: w.sibling[p]}), r.Body, http.StatusNotFound)
		}
	}
	if slices.Contains(r.Parameters, "service_id") {
		for _, id := range []string{w.foreign["service_id"], "0", "x", "987654"} {
			w.expect(r, may(r), w.path(r, map[string]string{"service_id": id}), r.Body, http.StatusForbidden)
		}
	}
}

func (w *walker) withOtherMethods(r api.Walked) {
	w.t.Helper()
	for _, method := range []string{http.MethodOptions, http.MethodTrace, http.MethodConnect, "NONSENSE"} {
		response := w.ask("admin", method, w.path(r, nil), "")
		if response.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(response.Header.Get("Allow"), r.Method) {
			w.t.Errorf("%s: %d, Allow %q", method, response.StatusCode, response.Header.Get("Allow"))
		}
	}
	bare := strings.TrimSuffix(w.path(r, nil), "/") + "?a=%2F&b"
	response := w.ask("admin", r.Method, bare, r.Body)
	want := http.StatusTemporaryRedirect
	if r.Method == http.MethodGet {
		want = http.StatusPermanentRedirect
	}
	if got := response.Header.Get("Location"); response.StatusCode != want || got != w.path(r, nil)+"?a=%2F&b" {
		w.t.Errorf("without the slash: %d to %q", response.StatusCode, got)
	}
}

func (w *walker) rightly(r api.Walked) {
	w.t.Helper()
	for _, body := range []string{"{", "[]", "null", `"x"`, `{"x":"\u0000"}`, "\xff"} {
		if r.Body != "" {
			w.expect(r, may(r), w.path(r, nil), body, http.StatusBadRequest)
		}
	}
	if r.Body != "" {
		response := w.ask(may(r), r.Method, w.path(r, nil), r.Body, "Content-Type", "text/plain")
		if response.StatusCode != http.StatusBadRequest {
			w.t.Errorf("as text: %d", response.StatusCode)
		}
	}
	w.expect(r, may(r), w.path(r, nil), r.Body, http.StatusOK, http.StatusCreated, http.StatusNoContent)
}

// Methods that a literal path lacks are not answered by the path with a
// parameter beside it.
func TestLiteralBesideParameter(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete, http.MethodPut} {
		response := w.ask("admin", method, "/api/v2.0/organization-panel/users/create/", "")
		if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "POST" {
			t.Errorf("%s: %d, Allow %q", method, response.StatusCode, response.Header.Get("Allow"))
		}
	}
}

// What is served is what the lists of routes say.
func TestRouteList(t *testing.T) {
	listed := map[string]bool{}
	for line := range strings.SplitSeq(string(must(os.ReadFile("testdata/routes.tsv"))), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			listed[line] = true
		}
	}
	for _, r := range newWorld(t, storetest.SQLite(t)).api.Walk() {
		line := strings.Join([]string{r.ID, r.Method, r.Path, r.Role}, "\t")
		if !listed[line] {
			t.Errorf("not in testdata/routes.tsv: %s", line)
		}
		delete(listed, line)
	}
	for line := range listed {
		t.Errorf("not served: %s", line)
	}
}

// The OpenAPI document is the one checked in.
func TestOpenAPI(t *testing.T) {
	got := newWorld(t, storetest.SQLite(t)).api.Document()
	const golden = "testdata/openapi.json"
	if *update {
		check(os.WriteFile(golden, got, 0o644))
	}
	if want := must(os.ReadFile(golden)); string(want) != string(got) {
		t.Errorf("the OpenAPI document changed; -update writes it down\n%s", firstDifference(string(want), string(got)))
	}
}
