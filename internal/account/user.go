package account

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/partgauge/partgauge/internal/fault"
	"github.com/partgauge/partgauge/internal/listing"
)

// UserID identifies a user.
type UserID int64

// Verification says whether an administrator has vouched for a user.
type Verification string

// The states of verification.
const (
	Pending  Verification = "pending"
	Verified Verification = "verified"
	Declined Verification = "declined"
)

// A User belongs to one organisation. An inactive one is a contact: orders can
// be made for him, but he cannot call.
type User struct {
	ID             UserID
	Organization   OrganizationID
	Email          string // unique in the organisation
	FirstName      string
	LastName       string
	Avatar         string // URL of a picture; empty: none
	CustomerNumber string
	CustomerGroup  CustomerGroupID // zero: none
	DefaultAddress AddressID       // zero: none
	Verification   Verification
	Active         bool
	Roles          []Role
	Preferences    Preferences
	Joined         time.Time
	LastLogin      time.Time // zero: never
	SecondLogin    time.Time // the login before the last; zero: never
	Deleted        time.Time // zero: exists
}

func (u User) exists() bool { return u.Deleted.IsZero() }

// FullName returns the first and last name, or the e-mail address without any.
func (u User) FullName() string {
	if name := strings.TrimSpace(u.FirstName + " " + u.LastName); name != "" {
		return name
	}
	return u.Email
}

// A Profile is a user with what belongs to him.
type Profile struct {
	User
	Organization   Organization
	CustomerGroup  *CustomerGroup
	DefaultAddress *Address
	AddressCount   int
	Services       []ServiceID
}

// Profile returns a user with what belongs to him.
func (a *Accounts) Profile(ctx context.Context, who Actor, id UserID) (p Profile, err error) {
	err = a.store.View(ctx, func(tx Tx) error {
		u, err := who.manages(tx, id)
		if err != nil {
			return err
		}
		p, err = profile(tx, u)
		return err
	})
	return p, err
}

func profile(tx Tx, u User) (Profile, error) {
	all, err := profiles(tx, u.Organization, []User{u})
	if err != nil {
		return Profile{}, err
	}
	return all[0], nil
}

// profiles returns the profiles of users of one organisation, asking the store
// as often for many as for one.
func profiles(tx Tx, organization OrganizationID, users []User) ([]Profile, error) {
	o, err := tx.Organizations().Get(organization)
	if err != nil {
		return nil, err
	}
	groups, err := tx.Organizations().CustomerGroups(organization)
	if err != nil {
		return nil, err
	}
	ids := make([]UserID, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	addresses, err := tx.Addresses().Of(ids...)
	if err != nil {
		return nil, err
	}
	services, err := tx.Services().Of(ids...)
	if err != nil {
		return nil, err
	}
	all := make([]Profile, len(users))
	for i, u := range users {
		all[i] = Profile{User: u, Organization: o, Services: services[u.ID]}
		for _, a := range addresses {
			if a.User != u.ID {
				continue
			}
			all[i].AddressCount++
			if a.ID == u.DefaultAddress {
				all[i].DefaultAddress = &a
			}
		}
		if j := slices.IndexFunc(groups, func(g CustomerGroup) bool { return g.ID == u.CustomerGroup }); j >= 0 {
			all[i].CustomerGroup = &groups[j]
		}
	}
	return all, nil
}

// Users lists the users of the actor's organisation. Only an administrator may.
func (a *Accounts) Users(ctx context.Context, who Actor, q listing.Query) (page listing.Page[Profile], err error) {
	if !who.Is(OrganizationAdmin) {
		return page, fault.Denied()
	}
	err = a.store.View(ctx, func(tx Tx) error {
		users, err := tx.Users().List(who.Organization, q)
		if err != nil {
			return err
		}
		page.Total = users.Total
		page.Items, err = profiles(tx, who.Organization, users.Items)
		return err
	})
	return page, err
}

// A NewUser is what a user is made from.
type NewUser struct {
	Email, FirstName, LastName string
	Active                     bool
	Roles                      []Role
}

// CreateUser adds a user to the actor's organisation. Only an administrator may.
func (a *Accounts) CreateUser(ctx context.Context, who Actor, n NewUser) (User, error) {
	if !who.Is(OrganizationAdmin) {
		return User{}, fault.Denied()
	}
	return a.AddUser(ctx, who.Organization, n)
}

// AddUser adds a user to an organisation on behalf of who runs the service.
func (a *Accounts) AddUser(ctx context.Context, organization OrganizationID, n NewUser) (User, error) {
	email, err := normalEmail(n.Email)
	if err != nil {
		return User{}, err
	}
	for _, r := range n.Roles {
		if !slices.Contains(Roles(), r) {
			return User{}, fault.Field("roles", "UNKNOWN_VALUE", "no role %q; the roles are %v", r, Roles())
		}
	}
	n.Email = email
	u := a.newUser(organization, n)
	err = a.store.Update(ctx, func(tx Tx) error {
		same, err := tx.Users().WithEmail(email)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(same, func(o User) bool { return o.Organization == organization }) {
			return emailTaken()
		}
		return tx.Users().Add(&u)
	})
	if fault.Is(err, fault.Conflict) {
		err = emailTaken() // somebody was quicker
	}
	return u, err
}

func (a *Accounts) newUser(organization OrganizationID, n NewUser) User {
	return User{
		Organization: organization, Email: n.Email, FirstName: n.FirstName, LastName: n.LastName, Active: n.Active,
		Roles: n.Roles, Verification: Verified, Preferences: defaultPreferences(), Joined: a.now(),
	}
}

// emailTaken is worded as clients of this API expect it, misspelt word included.
func emailTaken() error {
	return fault.Field("email", "DUPLICATE", "A user with this email address already exits")
}

func normalEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 {
		return "", fault.Field("email", "INVALID", "expected an e-mail address")
	}
	return email, nil
}

// ChangeUser applies change to a user. What decides over a user's standing,
// which is his verification and his customer group, is for an administrator to
// change.
func (a *Accounts) ChangeUser(ctx context.Context, who Actor, id UserID, change func(*User)) (p Profile, err error) {
	err = a.store.Update(ctx, func(tx Tx) error {
		old, err := who.manages(tx, id)
		if err != nil {
			return err
		}
		u := old
		change(&u)
		if err := checkChange(tx, who, old, u); err != nil {
			return err
		}
		if err := tx.Users().Save(u); err != nil {
			return err
		}
		p, err = profile(tx, u)
		return err
	})
	return p, err
}

func checkChange(tx Tx, who Actor, old, u User) error {
	if (u.CustomerGroup != old.CustomerGroup || u.Verification != old.Verification) && !who.Is(OrganizationAdmin) {
		return fault.Denied()
	}
	if !slices.Contains([]Verification{Pending, Verified, Declined}, u.Verification) {
		return fault.Field("verifiedStatus", "UNKNOWN_VALUE", "expected one of pending, verified, declined")
	}
	if u.DefaultAddress != 0 && u.DefaultAddress != old.DefaultAddress {
		if _, err := tx.Addresses().Get(u.ID, u.DefaultAddress); fault.Is(err, fault.NotFound) {
			return fault.Field("defaultAddressId", "NOT_FOUND", "the user has no such address")
		} else if err != nil {
			return err
		}
	}
	if u.CustomerGroup != 0 && u.CustomerGroup != old.CustomerGroup {
		groups, err := tx.Organizations().CustomerGroups(u.Organization)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(groups, func(g CustomerGroup) bool { return g.ID == u.CustomerGroup }) {
			return fault.Field("customerGroup.id", "NOT_FOUND", "there is no such customer group")
		}
	}
	return nil
}

// DeleteUser takes a user out of his organisation: he cannot call any more and
// is not found, while what he made keeps naming him. Nobody deletes himself, so
// that an organisation keeps an administrator.
func (a *Accounts) DeleteUser(ctx context.Context, who Actor, id UserID) (p Profile, err error) {
	err = a.store.Update(ctx, func(tx Tx) error {
		u, err := who.manages(tx, id)
		if err != nil {
			return err
		}
		if u.ID == who.User {
			return fault.Refused("OWN_ACCOUNT", "You cannot delete your own account.")
		}
		u.Deleted, u.Active = a.now(), false
		if err := tx.Users().Save(u); err != nil {
			return err
		}
		p, err = profile(tx, u)
		return err
	})
	return p, err
}

// UserWithEmail returns the user with an e-mail address, of a named
// organisation or, without a name, of whichever has one.
func (a *Accounts) UserWithEmail(ctx context.Context, email, organization string) (u User, err error) {
	if email, err = normalEmail(email); err != nil {
		return User{}, err
	}
	err = a.store.View(ctx, func(tx Tx) error {
		found, err := tx.Users().WithEmail(email)
		if err != nil {
			return err
		}
		if organization != "" {
			o, err := tx.Organizations().Named(organization)
			if err != nil {
				return err
			}
			found = slices.DeleteFunc(found, func(u User) bool { return u.Organization != o.ID })
		}
		switch len(found) {
		case 0:
			return fault.Missing()
		case 1:
			u = found[0]
			return nil
		}
		return fault.Refused("AMBIGUOUS", "several organisations have a user %s: name the organisation", email)
	})
	return u, err
}
