package api

import (
	"context"
	"net/http"

	"github.com/partgauge/partgauge/internal/account"
)

func (a *API) accountUserRoutes() []route {
	const tag = "Organization Users"
	return []route{
		{method: http.MethodGet, path: "/api/v2.0/organization-panel/users/", id: "listOrganizationUsers", tag: tag, summary: "List Users", access: byAdmin, handle: call(a.listOrganizationUsers)},
		{method: http.MethodPost, path: "/api/v2.0/organization-panel/users/create/", id: "createOrganizationUser", tag: tag, summary: "Create User", access: byAdmin, status: http.StatusCreated, handle: call(a.createOrganizationUser)},
		{method: http.MethodGet, path: "/api/v2.0/organization-panel/users/{user_id}/", id: "getOrganizationUser", tag: tag, summary: "Get User", access: byAdmin, handle: call(a.getOrganizationUser)},
		{method: http.MethodPatch, path: "/api/v2.0/organization-panel/users/{user_id}/", id: "updateOrganizationUser", tag: tag, summary: "Update User", access: byAdmin, handle: call(a.updateOrganizationUser)},
		{method: http.MethodDelete, path: "/api/v2.0/organization-panel/users/{user_id}/", id: "deleteOrganizationUser", tag: tag, summary: "Delete User", access: byAdmin, handle: call(a.deleteOrganizationUser)},
	}
}

// UserPath is the parameter of paths that name a user.
type UserPath struct {
	UserID account.UserID `path:"user_id" minimum:"1"`
}

// ServicePath is the parameter of paths that name a service.
type ServicePath struct {
	ServiceID account.ServiceID `path:"service_id" minimum:"1"`
}

func (a *API) listOrganizationUsers(ctx context.Context, who account.Actor, in *PageQuery) (Page[User], error) {
	q := in.query(10)
	page, err := a.accounts.Users(ctx, who, q)
	return pageOf(q, page, userOf), err
}

func (a *API) createOrganizationUser(ctx context.Context, who account.Actor, in *struct{ Body NewUser }) (CreatedUser, error) {
	u, err := a.accounts.CreateUser(ctx, who, in.Body.value())
	return CreatedUser{ID: u.ID, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName, IsActive: u.Active}, err
}

func (a *API) getOrganizationUser(ctx context.Context, who account.Actor, in *UserPath) (User, error) {
	p, err := a.accounts.Profile(ctx, who, in.UserID)
	return userOf(p), err
}

func (a *API) updateOrganizationUser(ctx context.Context, who account.Actor, in *struct {
	UserPath
	Body UserChange
},
) (User, error) {
	p, err := a.accounts.ChangeUser(ctx, who, in.UserID, in.Body.apply)
	return userOf(p), err
}

func (a *API) deleteOrganizationUser(ctx context.Context, who account.Actor, in *UserPath) (User, error) {
	p, err := a.accounts.DeleteUser(ctx, who, in.UserID)
	return userOf(p), err
}

// NewUser is what a user is made from.
type NewUser struct {
	Email     string  `json:"email" maxLength:"254"`
	FirstName *string `json:"firstName,omitzero" maxLength:"255"`
	LastName  *string `json:"lastName,omitzero" maxLength:"255"`
	IsActive  *bool   `json:"isActive,omitzero" nullable:"false" default:"true" doc:"False makes a contact, who cannot log in."`
}

func (n NewUser) value() account.NewUser {
	u := account.NewUser{Email: n.Email, Active: n.IsActive == nil || *n.IsActive}
	if n.FirstName != nil {
		u.FirstName = *n.FirstName
	}
	if n.LastName != nil {
		u.LastName = *n.LastName
	}
	return u
}

// CreatedUser is a user who was just made.
type CreatedUser struct {
	ID        account.UserID `json:"id"`
	Email     string         `json:"email"`
	FirstName string         `json:"firstName"`
	LastName  string         `json:"lastName"`
	IsActive  bool           `json:"isActive"`
}

// UserChange changes a user, by an administrator.
type UserChange struct {
	CustomerNumber   Optional[string]             `json:"customerNumber,omitzero" maxLength:"255"`
	VerifiedStatus   Optional[string]             `json:"verifiedStatus,omitzero" enum:"pending,verified,declined"`
	DefaultAddressID Optional[*account.AddressID] `json:"defaultAddressId,omitzero" minimum:"1"`
	FirstName        Optional[string]             `json:"firstName,omitzero" maxLength:"255"`
	LastName         Optional[string]             `json:"lastName,omitzero" maxLength:"255"`
	Avatar           Optional[*string]            `json:"avatar,omitzero" maxLength:"2000"`
}

func (c UserChange) apply(u *account.User) {
	c.CustomerNumber.apply(&u.CustomerNumber)
	if c.VerifiedStatus.Set {
		u.Verification = account.Verification(c.VerifiedStatus.Value)
	}
	applyOr(c.DefaultAddressID, &u.DefaultAddress)
	c.FirstName.apply(&u.FirstName)
	c.LastName.apply(&u.LastName)
	applyOr(c.Avatar, &u.Avatar)
}
