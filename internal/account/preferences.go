package account

import (
	"context"
	"slices"
	"strings"

	"github.com/partgauge/partgauge/internal/fault"
)

// Preferences are what a user is asked once.
type Preferences struct {
	Country  string // ISO 3166 alpha-2; empty: not said
	Currency string
	Language string
	Unit     string
}

func defaultPreferences() Preferences {
	return Preferences{Currency: "EUR", Language: "en", Unit: "mm"}
}

// Units lists the units of length a model may be in.
func Units() []string { return []string{"mm", "inch"} }

// Languages lists the languages of the platform.
func Languages() []string { return []string{"de", "en", "es", "fr", "it", "ja", "pl"} }

// Currencies lists the currencies that prices can be shown in.
func Currencies() []string {
	return []string{
		"AUD", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HUF", "IDR",
		"JPY", "MYR", "NOK", "PLN", "RUB", "SEK", "SGD", "TRY", "USD", "ZAR",
	}
}

func (p Preferences) check() error {
	var wrong []fault.Detail
	check := func(field, value string, allowed []string) {
		if !slices.Contains(allowed, value) {
			wrong = append(wrong, fault.Detail{
				Field: field, Code: "UNKNOWN_VALUE", Message: "expected one of " + strings.Join(allowed, ", "),
			})
		}
	}
	check("currency", p.Currency, Currencies())
	check("language", p.Language, Languages())
	check("unit", p.Unit, Units())
	if _, known := CountryName(p.Country); p.Country != "" && !known {
		wrong = append(wrong, fault.Detail{Field: "country", Code: "UNKNOWN_VALUE", Message: "expected a country code of two letters, such as DE"})
	}
	if wrong != nil {
		return fault.Fields(wrong...)
	}
	return nil
}

// Preferences returns the preferences of a user.
func (a *Accounts) Preferences(ctx context.Context, who Actor, user UserID) (p Preferences, err error) {
	err = a.store.View(ctx, func(tx Tx) error {
		u, err := who.manages(tx, user)
		p = u.Preferences
		return err
	})
	return p, err
}

// ChangePreferences applies change to the preferences of a user.
func (a *Accounts) ChangePreferences(ctx context.Context, who Actor, user UserID, change func(*Preferences)) (p Preferences, err error) {
	err = a.store.Update(ctx, func(tx Tx) error {
		u, err := who.manages(tx, user)
		if err != nil {
			return err
		}
		change(&u.Preferences)
		if err := u.Preferences.check(); err != nil {
			return err
		}
		p = u.Preferences
		return tx.Users().Save(u)
	})
	return p, err
}
