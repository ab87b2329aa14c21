package api

import (
	"context"
	"net/http"

	"github.com/partgauge/partgauge/internal/account"
)

func (a *API) accountAddressRoutes() []route {
	const (
		mine   = "User Profile"
		theirs = "Organization Users"
	)
	return []route{
		{method: http.MethodGet, path: "/api/v2.0/my-profile/addresses/", id: "listMyAddresses", tag: mine, summary: "List Addresses", access: byUser, handle: call(a.listMyAddresses)},
		{method: http.MethodPost, path: "/api/v2.0/my-profile/addresses/", id: "createMyAddress", tag: mine, summary: "Create Address", access: byUser, status: http.StatusCreated, handle: call(a.createMyAddress)},
		{method: http.MethodGet, path: "/api/v2.0/my-profile/addresses/{address_id}/", id: "getMyAddress", tag: mine, summary: "Get Address", access: byUser, handle: call(a.getMyAddress)},
		{method: http.MethodPut, path: "/api/v2.0/my-profile/addresses/{address_id}/", id: "replaceMyAddress", tag: mine, summary: "Update Address", access: byUser, handle: call(a.replaceMyAddress)},
		{method: http.MethodPatch, path: "/api/v2.0/my-profile/addresses/{address_id}/", id: "updateMyAddress", tag: mine, summary: "Patch Address", access: byUser, handle: call(a.updateMyAddress)},
		{method: http.MethodDelete, path: "/api/v2.0/my-profile/addresses/{address_id}/", id: "deleteMyAddress", tag: mine, summary: "Delete Address", access: byUser, handle: act(a.deleteMyAddress)},

		{method: http.MethodGet, path: "/api/v2.0/organization-panel/users/{user_id}/addresses/", id: "listOrganizationUserAddresses", tag: theirs, summary: "List Addresses", access: byAdmin, handle: call(a.listOrganizationUserAddresses)},
		{method: http.MethodPost, path: "/api/v2.0/organization-panel/users/{user_id}/addresses/", id: "createOrganizationUserAddress", tag: theirs, summary: "Create Address", access: byAdmin, status: http.StatusCreated, handle: call(a.createOrganizationUserAddress)},
		{method: http.MethodGet, path: "/api/v2.0/organization-panel/users/{user_id}/addresses/{address_id}/", id: "getOrganizationUserAddress", tag: theirs, summary: "Get Address", access: byAdmin, handle: call(a.getOrganizationUserAddress)},
		{method: http.MethodPatch, path: "/api/v2.0/organization-panel/users/{user_id}/addresses/{address_id}/", id: "updateOrganizationUserAddress", tag: theirs, summary: "Update Address", access: byAdmin, handle: call(a.updateOrganizationUserAddress)},
		{method: http.MethodDelete, path: "/api/v2.0/organization-panel/users/{user_id}/addresses/{address_id}/", id: "deleteOrganizationUserAddress", tag: "Addresses", summary: "Delete Address", access: byAdmin, handle: act(a.deleteOrganizationUserAddress)},

		{method: http.MethodGet, path: "/api/v2.0/service-panel/services/{service_id}/internal-ordering/users/{user_id}/addresses/", id: "listCustomerAddressesServicePanel", tag: "Addresses", summary: "List Addresses", access: byMember, handle: call(a.listCustomerAddresses)},
	}
}

// AddressPath is the parameter of paths that name an address.
type AddressPath struct {
	AddressID account.AddressID `path:"address_id" minimum:"1"`
}

func (a *API) listMyAddresses(ctx context.Context, who account.Actor, _ *struct{}) ([]Address, error) {
	all, err := a.accounts.Addresses(ctx, who, who.User)
	return mapped(all, addressOf), err
}

func (a *API) createMyAddress(ctx context.Context, who account.Actor, in *struct{ Body NewAddress }) (Address, error) {
	added, err := a.accounts.AddAddress(ctx, who, who.User, in.Body.value())
	return addressOf(added), err
}

func (a *API) getMyAddress(ctx context.Context, who account.Actor, in *AddressPath) (Address, error) {
	found, err := a.accounts.Address(ctx, who, who.User, in.AddressID)
	return addressOf(found), err
}

func (a *API) replaceMyAddress(ctx context.Context, who account.Actor, in *struct {
	AddressPath
	Body NewAddress
},
) (Address, error) {
	changed, err := a.accounts.ChangeAddress(ctx, who, who.User, in.AddressID, func(to *account.Address) { *to = in.Body.value() })
	return addressOf(changed), err
}

func (a *API) updateMyAddress(ctx context.Context, who account.Actor, in *struct {
	AddressPath
	Body AddressChange
},
) (Address, error) {
	changed, err := a.accounts.ChangeAddress(ctx, who, who.User, in.AddressID, in.Body.apply)
	return addressOf(changed), err
}

func (a *API) deleteMyAddress(ctx context.Context, who account.Actor, in *AddressPath) error {
	return a.accounts.DeleteAddress(ctx, who, who.User, in.AddressID)
}

func (a *API) listOrganizationUserAddresses(ctx context.Context, who account.Actor, in *UserPath) ([]Address, error) {
	all, err := a.accounts.Addresses(ctx, who, in.UserID)
	return mapped(all, addressOf), err
}

func (a *API) createOrganizationUserAddress(ctx context.Context, who account.Actor, in *struct {
	UserPath
	Body NewAddress
},
) (Address, error) {
	added, err := a.accounts.AddAddress(ctx, who, in.UserID, in.Body.value())
	return addressOf(added), err
}

// UserAddressPath is both.
type UserAddressPath struct {
	UserPath
	AddressPath
}

func (a *API) getOrganizationUserAddress(ctx context.Context, who account.Actor, in *UserAddressPath) (Address, error) {
	found, err := a.accounts.Address(ctx, who, in.UserID, in.AddressID)
	return addressOf(found), err
}

func (a *API) updateOrganizationUserAddress(ctx context.Context, who account.Actor, in *struct {
	UserAddressPath
	Body AddressChange
},
) (Address, error) {
	changed, err := a.accounts.ChangeAddress(ctx, who, in.UserID, in.AddressID, in.Body.apply)
	return addressOf(changed), err
}

func (a *API) deleteOrganizationUserAddress(ctx context.Context, who account.Actor, in *UserAddressPath) error {
	return a.accounts.DeleteAddress(ctx, who, in.UserID, in.AddressID)
}

func (a *API) listCustomerAddresses(ctx context.Context, who account.Actor, in *struct {
	ServicePath
	UserPath
},
) ([]Address, error) {
	all, err := a.accounts.CustomerAddresses(ctx, who, in.ServiceID, in.UserID)
	return mapped(all, addressOf), err
}

// Address is where a user receives parts or bills.
type Address struct {
	ID          account.AddressID `json:"id"`
	City        string            `json:"city"`
	CompanyName *string           `json:"companyName"`
	Country     string            `json:"country"`
	Department  *string           `json:"department"`
	FirstName   string            `json:"firstName"`
	LastName    string            `json:"lastName"`
	Line1       string            `json:"line1"`
	Line2       *string           `json:"line2"`
	PhoneNumber string            `json:"phoneNumber"`
	State       *string           `json:"state"`
	Title       *string           `json:"title"`
	VATID       *string           `json:"vatId"`
	ZIPCode     string            `json:"zipCode"`
}

func addressOf(a account.Address) Address {
	return Address{
		ID: a.ID, City: a.City, CompanyName: a.CompanyName, Country: a.Country, Department: a.Department,
		FirstName: a.FirstName, LastName: a.LastName, Line1: a.Line1, Line2: a.Line2, PhoneNumber: a.PhoneNumber,
		State: a.State, Title: a.Title, VATID: a.VATID, ZIPCode: a.ZIPCode,
	}
}

// NewAddress is a whole address. What may be null may also be left out.
type NewAddress struct {
	City        string  `json:"city" maxLength:"255"`
	CompanyName *string `json:"companyName,omitzero" maxLength:"255"`
	Country     string  `json:"country" maxLength:"255"`
	Department  *string `json:"department,omitzero" maxLength:"255"`
	FirstName   string  `json:"firstName" maxLength:"255"`
	LastName    string  `json:"lastName" maxLength:"255"`
	Line1       string  `json:"line1" maxLength:"255"`
	Line2       *string `json:"line2,omitzero" maxLength:"255"`
	PhoneNumber string  `json:"phoneNumber" maxLength:"255"`
	State       *string `json:"state,omitzero" maxLength:"255"`
	Title       *string `json:"title,omitzero" maxLength:"255"`
	VATID       *string `json:"vatId,omitzero" maxLength:"255"`
	ZIPCode     string  `json:"zipCode" maxLength:"255"`
}

func (n NewAddress) value() account.Address {
	return account.Address{
		City: n.City, CompanyName: n.CompanyName, Country: n.Country, Department: n.Department, FirstName: n.FirstName,
		LastName: n.LastName, Line1: n.Line1, Line2: n.Line2, PhoneNumber: n.PhoneNumber, State: n.State,
		Title: n.Title, VATID: n.VATID, ZIPCode: n.ZIPCode,
	}
}

// AddressChange changes some fields of an address.
type AddressChange struct {
	City        Optional[string]  `json:"city,omitzero" maxLength:"255"`
	CompanyName Optional[*string] `json:"companyName,omitzero" maxLength:"255"`
	Country     Optional[string]  `json:"country,omitzero" maxLength:"255"`
	Department  Optional[*string] `json:"department,omitzero" maxLength:"255"`
	FirstName   Optional[string]  `json:"firstName,omitzero" maxLength:"255"`
	LastName    Optional[string]  `json:"lastName,omitzero" maxLength:"255"`
	Line1       Optional[string]  `json:"line1,omitzero" maxLength:"255"`
	Line2       Optional[*string] `json:"line2,omitzero" maxLength:"255"`
	PhoneNumber Optional[string]  `json:"phoneNumber,omitzero" maxLength:"255"`
	State       Optional[*string] `json:"state,omitzero" maxLength:"255"`
	Title       Optional[*string] `json:"title,omitzero" maxLength:"255"`
	VATID       Optional[*string] `json:"vatId,omitzero" maxLength:"255"`
	ZIPCode     Optional[string]  `json:"zipCode,omitzero" maxLength:"255"`
}

func (c AddressChange) apply(a *account.Address) {
	c.City.apply(&a.City)
	c.CompanyName.apply(&a.CompanyName)
	c.Country.apply(&a.Country)
	c.Department.apply(&a.Department)
	c.FirstName.apply(&a.FirstName)
	c.LastName.apply(&a.LastName)
	c.Line1.apply(&a.Line1)
	c.Line2.apply(&a.Line2)
	c.PhoneNumber.apply(&a.PhoneNumber)
	c.State.apply(&a.State)
	c.Title.apply(&a.Title)
	c.VATID.apply(&a.VATID)
	c.ZIPCode.apply(&a.ZIPCode)
}
