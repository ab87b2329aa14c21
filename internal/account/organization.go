package account

import (
	"context"
	"strings"
	"time"

	"github.com/partgauge/partgauge/internal/fault"
)

// OrganizationID identifies an organisation.
type OrganizationID int64

// An Organization is a tenant: the company whose users share a platform.
type Organization struct {
	ID      OrganizationID
	Name    string
	Created time.Time
}

// ServiceID identifies a printing service.
type ServiceID int64

// A Service is a printing service as far as access goes: whose it is. The users
// of its organisation are its customers; its members work for it.
type Service struct {
	ID           ServiceID
	Organization OrganizationID
	Name         string
	Created      time.Time
}

// CustomerGroupID identifies a group of customers.
type CustomerGroupID int64

// A CustomerGroup is a set of customers of an organisation that are treated
// alike, in what they see and what they pay.
type CustomerGroup struct {
	ID           CustomerGroupID
	Organization OrganizationID
	Name         string
}

// CreateOrganization adds an organisation. Names are unique, so that people can
// name one on the command line.
func (a *Accounts) CreateOrganization(ctx context.Context, name string) (Organization, error) {
	o := Organization{Name: strings.TrimSpace(name), Created: a.now()}
	if o.Name == "" {
		return Organization{}, fault.Field("name", "REQUIRED", "an organisation needs a name")
	}
	err := a.store.Update(ctx, func(tx Tx) error {
		_, err := tx.Organizations().Named(o.Name)
		if err == nil {
			return fault.Refused("NAME_TAKEN", "there is an organisation %q already", o.Name)
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		return tx.Organizations().Add(&o)
	})
	return o, err
}

// OrganizationNamed returns the organisation of a name.
func (a *Accounts) OrganizationNamed(ctx context.Context, name string) (o Organization, err error) {
	err = a.store.View(ctx, func(tx Tx) error {
		o, err = tx.Organizations().Named(name)
		return err
	})
	return o, err
}

// A Founding is how an empty database begins.
type Founding struct {
	Organization Organization
	Admin        User
	Secret       string // of a token of the administrator
}

// Found makes the first organisation with an administrator, who has every role,
// and a token for him, in one transaction. In a database that has an
// organisation it does nothing and returns nil.
func (a *Accounts) Found(ctx context.Context, organization, email string) (*Founding, error) {
	email, err := normalEmail(email)
	if err != nil {
		return nil, err
	}
	var f *Founding
	err = a.store.Update(ctx, func(tx Tx) error {
		f = nil
		if n, err := tx.Organizations().Count(); err != nil || n > 0 {
			return err
		}
		o := Organization{Name: organization, Created: a.now()}
		if err := tx.Organizations().Add(&o); err != nil {
			return err
		}
		u := a.newUser(o.ID, NewUser{Email: email, Active: true, Roles: Roles()})
		if err := tx.Users().Add(&u); err != nil {
			return err
		}
		secret, t := a.newToken(u.ID, "first", time.Time{})
		f = &Founding{Organization: o, Admin: u, Secret: secret}
		return tx.Tokens().Add(&t)
	})
	return f, err
}

// CreateService adds a printing service to an organisation.
func (a *Accounts) CreateService(ctx context.Context, organization OrganizationID, name string) (Service, error) {
	s := Service{Organization: organization, Name: strings.TrimSpace(name), Created: a.now()}
	if s.Name == "" {
		return Service{}, fault.Field("name", "REQUIRED", "a service needs a name")
	}
	err := a.store.Update(ctx, func(tx Tx) error { return tx.Services().Add(&s) })
	return s, err
}

// AddMember lets a user work for a service of the same organisation. Adding a
// member again changes nothing.
func (a *Accounts) AddMember(ctx context.Context, service ServiceID, user UserID) error {
	return a.store.Update(ctx, func(tx Tx) error {
		s, err := tx.Services().Get(service)
		if err != nil {
			return err
		}
		u, err := tx.Users().Get(user)
		if err != nil {
			return err
		}
		if s.Organization != u.Organization {
			return fault.Refused("OTHER_ORGANIZATION", "the user and the service belong to different organisations")
		}
		return tx.Services().AddMember(service, user)
	})
}
