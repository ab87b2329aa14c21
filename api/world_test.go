package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/partgauge/partgauge/api"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/store"
)

// A world is a service with two organisations, whose clock stands still.
//
//	Acme (1): admin (1), user (2), member (3) who works for service 1
//	Globex (2): stranger (4), administrator and working for service 2
type world struct {
	t        *testing.T
	api      *api.API
	accounts *account.Accounts
	tokens   map[string]string // by the name of who holds them
	users    map[string]account.User
}

var today = time.Date(2026, 3, 1, 12, 30, 15, 123456000, time.UTC)

func newWorld(t *testing.T, db *store.DB, change ...func(*api.Config)) *world {
	t.Helper()
	w := &world{
		t: t, tokens: map[string]string{}, users: map[string]account.User{},
		accounts: account.New(account.Config{Store: db.Account(), Now: func() time.Time { return today }}),
	}
	ctx := context.Background()
	for _, o := range []struct {
		name  string
		users []account.NewUser
	}{
		{"Acme", []account.NewUser{
			{Email: "admin@acme.example", FirstName: "Ada", LastName: "Admin", Active: true, Roles: []account.Role{account.OrganizationAdmin}},
			{Email: "user@acme.example", FirstName: "Ulf", LastName: "User", Active: true},
			{Email: "member@acme.example", FirstName: "Mia", LastName: "Member", Active: true},
		}},
		{"Globex", []account.NewUser{
			{Email: "stranger@globex.example", Active: true, Roles: account.Roles()},
		}},
	} {
		organization := must(w.accounts.CreateOrganization(ctx, o.name))
		service := must(w.accounts.CreateService(ctx, organization.ID, o.name+" Prints"))
		for _, n := range o.users {
			u := must(w.accounts.AddUser(ctx, organization.ID, n))
			name, _, _ := strings.Cut(n.Email, "@")
			w.users[name] = u
			w.tokens[name] = w.newToken(u.ID, time.Time{})
			if name == "member" || name == "stranger" {
				check(w.accounts.AddMember(ctx, service.ID, u.ID))
			}
		}
	}
	config := api.Config{Accounts: w.accounts, Version: "test"}
	for _, f := range change {
		f(&config)
	}
	w.api = api.New(config)
	return w
}

func (w *world) newToken(u account.UserID, expires time.Time) string {
	secret, _, err := w.accounts.CreateToken(context.Background(), u, "test", expires)
	check(err)
	return secret
}

// ask sends a request with the token of who, or with none for "nobody".
func (w *world) ask(who, method, path, body string, headers ...string) *http.Response {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if who != "nobody" {
		if w.tokens[who] == "" {
			w.t.Fatalf("nobody is called %q", who)
		}
		r.Header.Set("Authorization", "Token "+w.tokens[who])
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.api.ServeHTTP(recorder, r)
	return recorder.Result()
}

func bodyOf(r *http.Response) string {
	var b bytes.Buffer
	must(io.Copy(&b, r.Body))
	return b.String()
}

// must and check are for what cannot fail unless the test is wrong.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
