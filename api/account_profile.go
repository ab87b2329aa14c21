package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/partgauge/partgauge/internal/account"
)

func (a *API) accountProfileRoutes() []route {
	const tag = "User Profile"
	return []route{
		{method: http.MethodGet, path: "/api/v2.0/my-profile/profile/", id: "getMyProfile", tag: tag, summary: "Get a User Profile Object", access: byUser, handle: call(a.getMyProfile)},
		{method: http.MethodPut, path: "/api/v2.0/my-profile/profile/", id: "replaceMyProfile", tag: tag, summary: "Update a user's profile", access: byUser, handle: call(a.updateMyProfile)},
		{method: http.MethodPatch, path: "/api/v2.0/my-profile/profile/", id: "updateMyProfile", tag: tag, summary: "Update a user's profile", access: byUser, handle: call(a.updateMyProfile)},
		{method: http.MethodGet, path: "/api/v2.0/my-profile/preferences/", id: "getMyPreferences", tag: tag, summary: "Get User Preferences", access: byUser, handle: call(a.getMyPreferences)},
		{method: http.MethodPut, path: "/api/v2.0/my-profile/preferences/", id: "updateMyPreferences", tag: tag, summary: "Update User Preferences", access: byUser, handle: call(a.updateMyPreferences)},
		{method: http.MethodGet, path: "/api/v2.0/organization-panel/users/{user_id}/preferences/", id: "getOrganizationUserPreferences", tag: "Organization Users", summary: "Get Users Preferences", access: byAdmin, handle: call(a.getOrganizationUserPreferences)},
		{method: http.MethodPut, path: "/api/v2.0/organization-panel/users/{user_id}/preferences/", id: "updateOrganizationUserPreferences", tag: "Organization Users", summary: "Update Users Preferences", access: byAdmin, handle: call(a.updateOrganizationUserPreferences)},
	}
}

func (a *API) getMyProfile(ctx context.Context, who account.Actor, _ *struct{}) (User, error) {
	p, err := a.accounts.Profile(ctx, who, who.User)
	return userOf(p), err
}

func (a *API) updateMyProfile(ctx context.Context, who account.Actor, in *struct{ Body ProfileChange }) (User, error) {
	p, err := a.accounts.ChangeUser(ctx, who, who.User, in.Body.apply)
	return userOf(p), err
}

func (a *API) getMyPreferences(ctx context.Context, who account.Actor, _ *struct{}) (Preferences, error) {
	p, err := a.accounts.Preferences(ctx, who, who.User)
	return preferencesOf(p), err
}

func (a *API) updateMyPreferences(ctx context.Context, who account.Actor, in *struct{ Body PreferencesChange }) (Preferences, error) {
	p, err := a.accounts.ChangePreferences(ctx, who, who.User, in.Body.apply)
	return preferencesOf(p), err
}

func (a *API) getOrganizationUserPreferences(ctx context.Context, who account.Actor, in *UserPath) (Preferences, error) {
	p, err := a.accounts.Preferences(ctx, who, in.UserID)
	return preferencesOf(p), err
}

func (a *API) updateOrganizationUserPreferences(ctx context.Context, who account.Actor, in *struct {
	UserPath
	Body PreferencesChange
},
) (Preferences, error) {
	p, err := a.accounts.ChangePreferences(ctx, who, in.UserID, in.Body.apply)
	return preferencesOf(p), err
}

// User is a user with what belongs to him.
type User struct {
	ID               account.UserID     `json:"id"`
	AddressCount     int                `json:"addressCount"`
	Avatar           *string            `json:"avatar" doc:"URL of a picture."`
	DateJoined       time.Time          `json:"dateJoined"`
	Email            string             `json:"email"`
	FirstName        string             `json:"firstName"`
	LastName         string             `json:"lastName"`
	FullName         string             `json:"fullName"`
	IsVerified       bool               `json:"isVerified"`
	Roles            []string           `json:"roles" doc:"organization_admin, catalog_admin, service_panel, am_expert, am_author."`
	Organization     string             `json:"organization"`
	CanUseService    bool               `json:"canUseServicePanel"`
	DefaultAddress   *Address           `json:"defaultAddress"`
	DefaultAddressID *account.AddressID `json:"defaultAddressId"`
	CustomerNumber   *string            `json:"customerNumber"`
	LastLogin        *time.Time         `json:"lastLogin"`
	SecondLastLogin  *time.Time         `json:"secondLastLogin"`
	VerifiedStatus   string             `json:"verifiedStatus" enum:"pending,verified,declined"`
	CustomerGroup    *CustomerGroup     `json:"customerGroup"`
}

// CustomerGroup is a group of customers that are treated alike.
type CustomerGroup struct {
	ID   account.CustomerGroupID `json:"id"`
	Name string                  `json:"name"`
}

func userOf(p account.Profile) User {
	u := User{
		ID: p.ID, AddressCount: p.AddressCount, Avatar: orNull(p.Avatar), DateJoined: p.Joined, Email: p.Email,
		FirstName: p.FirstName, LastName: p.LastName, FullName: p.FullName(), IsVerified: p.Verification == account.Verified,
		Roles: mapped(p.Roles, func(r account.Role) string { return string(r) }), Organization: p.Organization.Name,
		CanUseService: len(p.Services) > 0, DefaultAddressID: orNull(p.User.DefaultAddress), CustomerNumber: orNull(p.CustomerNumber),
		LastLogin: orNull(p.LastLogin), SecondLastLogin: orNull(p.SecondLogin), VerifiedStatus: string(p.Verification),
	}
	if u.CanUseService {
		u.Roles = append(u.Roles, "service_panel")
	}
	if p.DefaultAddress != nil {
		address := addressOf(*p.DefaultAddress)
		u.DefaultAddress = &address
	}
	if p.CustomerGroup != nil {
		u.CustomerGroup = &CustomerGroup{ID: p.CustomerGroup.ID, Name: p.CustomerGroup.Name}
	}
	return u
}

// orNull renders a zero value as null.
func orNull[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// ProfileChange changes one's own profile.
type ProfileChange struct {
	Avatar           Optional[*string]            `json:"avatar,omitzero" maxLength:"2000"`
	FirstName        Optional[*string]            `json:"firstName,omitzero" maxLength:"255"`
	LastName         Optional[*string]            `json:"lastName,omitzero" maxLength:"255"`
	DefaultAddressID Optional[*account.AddressID] `json:"defaultAddressId,omitzero" minimum:"1"`
	CustomerNumber   Optional[*string]            `json:"customerNumber,omitzero" maxLength:"255"`
	CustomerGroup    Optional[*CustomerGroupRef]  `json:"customerGroup,omitzero"`
}

// CustomerGroupRef names a customer group by its id.
type CustomerGroupRef struct {
	ID account.CustomerGroupID `json:"id" minimum:"1"`
}

func (c ProfileChange) apply(u *account.User) {
	applyOr(c.Avatar, &u.Avatar)
	applyOr(c.FirstName, &u.FirstName)
	applyOr(c.LastName, &u.LastName)
	applyOr(c.DefaultAddressID, &u.DefaultAddress)
	applyOr(c.CustomerNumber, &u.CustomerNumber)
	group := CustomerGroupRef{ID: u.CustomerGroup}
	applyOr(c.CustomerGroup, &group)
	u.CustomerGroup = group.ID
}

// Preferences are what a user is asked once.
type Preferences struct {
	Country  *string `json:"country" doc:"ISO 3166 code of two letters."`
	Currency string  `json:"currency"`
	Language string  `json:"language"`
	Unit     string  `json:"unit"`
}

func preferencesOf(p account.Preferences) Preferences {
	return Preferences{Country: orNull(p.Country), Currency: p.Currency, Language: p.Language, Unit: p.Unit}
}

// PreferencesChange changes some preferences; at least one has to be given.
type PreferencesChange struct {
	Country  Optional[*string] `json:"country,omitzero" minLength:"2" maxLength:"2"`
	Currency Optional[string]  `json:"currency,omitzero" enum:"AUD,CAD,CHF,CNY,CZK,DKK,EUR,GBP,HUF,IDR,JPY,MYR,NOK,PLN,RUB,SEK,SGD,TRY,USD,ZAR"`
	Language Optional[string]  `json:"language,omitzero" enum:"de,en,es,fr,it,ja,pl"`
	Unit     Optional[string]  `json:"unit,omitzero" enum:"mm,inch"`
}

// Resolve implements huma.Resolver.
func (c *PreferencesChange) Resolve(huma.Context) []error {
	if c.Country.Set || c.Currency.Set || c.Language.Set || c.Unit.Set {
		return nil
	}
	return []error{&huma.ErrorDetail{Message: "expected at least one of country, currency, language, unit", Location: "body"}}
}

func (c PreferencesChange) apply(p *account.Preferences) {
	applyOr(c.Country, &p.Country)
	c.Currency.apply(&p.Currency)
	c.Language.apply(&p.Language)
	c.Unit.apply(&p.Unit)
}
