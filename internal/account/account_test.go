package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

var ctx = context.Background()

// A clock that a test turns.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newAccounts(db *store.DB) (*account.Accounts, *clock) {
	c := &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	return account.New(account.Config{Store: db.Account(), Now: c.now}), c
}

// actor returns who calls with a new token of a user.
func actor(t *testing.T, a *account.Accounts, u account.UserID) account.Actor {
	t.Helper()
	secret, _, err := a.CreateToken(ctx, u, "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.Authenticate(ctx, secret)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// A database is founded once, and whoever founds it has every role.
func TestFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, _ := newAccounts(db)
		f, err := a.Found(ctx, "Acme", "Admin@Acme.example")
		if err != nil || f == nil {
			t.Fatal(f, err)
		}
		who, err := a.Authenticate(ctx, f.Secret)
		if err != nil || who.User != f.Admin.ID || who.Organization != f.Organization.ID {
			t.Errorf("%+v, %v", who, err)
		}
		for _, r := range account.Roles() {
			if !who.Is(r) {
				t.Errorf("the administrator is no %s", r)
			}
		}
		if again, err := a.Found(ctx, "Globex", "other@globex.example"); again != nil || err != nil {
			t.Errorf("founded again: %+v, %v", again, err)
		}
		if _, err := a.CreateOrganization(ctx, " Acme "); !fault.Is(err, fault.Conflict) {
			t.Errorf("an organisation twice: %v", err)
		}
	})
}

// A token is valid until it ends, is revoked, or its user is gone; nothing but
// its whole secret is.
func TestTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, c := newAccounts(db)
		f, err := a.Found(ctx, "Acme", "admin@acme.example")
		if err != nil {
			t.Fatal(err)
		}
		u, err := a.AddUser(ctx, f.Organization.ID, account.NewUser{Email: "eve@acme.example", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		secret, token, err := a.CreateToken(ctx, u.ID, "laptop", c.at.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(secret, "pgt_") || len(secret) != 53 || token.Last != secret[49:] || strings.Contains(token.Hash, secret[4:20]) {
			t.Errorf("%s is kept as %+v", secret, token)
		}
		refused := func(secret, why string) {
			t.Helper()
			if who, err := a.Authenticate(ctx, secret); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: %+v, %v", why, who, err)
			}
		}
		valid := func(why string) {
			t.Helper()
			if who, err := a.Authenticate(ctx, secret); err != nil || who.User != u.ID || who.Token != token.ID {
				t.Errorf("%s: %+v, %v", why, who, err)
			}
		}
		valid("new")
		for _, wrong := range []string{"", "pgt_", secret[1:], secret[:52], secret + "0", " " + secret, strings.ToLower(secret), secret[:10] + "~" + secret[11:], token.Hash, strings.Repeat("a", 1<<20)} {
			refused(wrong, wrong[:min(len(wrong), 60)])
		}
		c.at = c.at.Add(time.Hour - time.Microsecond)
		valid("in its last moment")
		c.at = c.at.Add(time.Microsecond)
		refused(secret, "expired")

		secret, token, err = a.CreateToken(ctx, u.ID, "", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		valid("without an end")
		for range 2 {
			if err := a.RevokeToken(ctx, token.ID); err != nil {
				t.Fatal(err)
			}
		}
		refused(secret, "revoked")

		secret, token, err = a.CreateToken(ctx, u.ID, "", time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		admin, err := a.Authenticate(ctx, f.Secret)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.DeleteUser(ctx, admin, u.ID); err != nil {
			t.Fatal(err)
		}
		refused(secret, "of a user who is gone")
		if all, err := a.Tokens(ctx, u.ID); err != nil || len(all) != 3 {
			t.Errorf("%d tokens are listed, %v", len(all), err)
		}
	})
}

// Nobody is seen or changed by another tenant or by who has no right to.
func TestTenants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, _ := newAccounts(db)
		f, err := a.Found(ctx, "Acme", "admin@acme.example")
		if err != nil {
			t.Fatal(err)
		}
		eve, err := a.AddUser(ctx, f.Organization.ID, account.NewUser{Email: "eve@acme.example", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		globex, err := a.CreateOrganization(ctx, "Globex")
		if err != nil {
			t.Fatal(err)
		}
		boss, err := a.AddUser(ctx, globex.ID, account.NewUser{Email: "eve@acme.example", Active: true, Roles: account.Roles()})
		if err != nil {
			t.Fatal("an address that another organisation knows: ", err)
		}
		if _, err := a.UserWithEmail(ctx, "eve@acme.example", ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("one address in two organisations: %v", err)
		}
		if u, err := a.UserWithEmail(ctx, "EVE@acme.example", "Globex"); err != nil || u.ID != boss.ID {
			t.Errorf("by organisation: %+v %v", u, err)
		}
		change := func(u *account.User) { u.FirstName = "changed" }
		for name, who := range map[string]account.Actor{"a stranger": actor(t, a, boss.ID), "a colleague": actor(t, a, eve.ID)} {
			_, e1 := a.Profile(ctx, who, f.Admin.ID)
			_, e2 := a.ChangeUser(ctx, who, f.Admin.ID, change)
			_, e3 := a.DeleteUser(ctx, who, f.Admin.ID)
			_, e4 := a.AddAddress(ctx, who, f.Admin.ID, account.Address{})
			_, e5 := a.Preferences(ctx, who, f.Admin.ID)
			_, absent := a.Profile(ctx, who, 987654)
			for i, err := range []error{e1, e2, e3, e4, e5} {
				if err == nil || err.Error() != absent.Error() {
					t.Errorf("%s, %d: %v, and of nobody %v", name, i, err, absent)
				}
			}
		}
		who := actor(t, a, eve.ID)
		if _, err := a.ChangeUser(ctx, who, eve.ID, func(u *account.User) { u.Verification = account.Declined }); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a user changes his own verification: %v", err)
		}
		service, err := a.CreateService(ctx, f.Organization.ID, "Prints")
		if err != nil {
			t.Fatal(err)
		}
		if err := a.AddMember(ctx, service.ID, boss.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stranger works for the service: %v", err)
		}
	})
}

// Countries have names, and preferences take no others.
func TestCountries(t *testing.T) {
	all := account.Countries()
	if len(all) != 249 {
		t.Errorf("%d countries, ISO 3166-1 has 249", len(all))
	}
	for _, c := range all {
		if len(c.Name) < 4 || c.Name == "Unknown Region" {
			t.Errorf("%s is called %q", c.Code, c.Name)
		}
	}
	if name, ok := account.CountryName("DE"); !ok || name != "Germany" {
		t.Error(name)
	}
	if _, ok := account.CountryName("de"); ok {
		t.Error("de is a country")
	}
}
