package store

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/listing"
)

type userRow struct {
	bun.BaseModel `bun:"table:users"`

	ID               account.UserID `bun:",pk,autoincrement"`
	OrganizationID   account.OrganizationID
	Email            string
	FirstName        string
	LastName         string
	Avatar           string
	CustomerNumber   string
	CustomerGroupID  account.CustomerGroupID `bun:",nullzero"`
	DefaultAddressID account.AddressID       `bun:",nullzero"`
	Verification     account.Verification
	Active           bool
	Roles            []account.Role `bun:"type:text"`
	Country          string
	Currency         string
	Language         string
	Unit             string
	Joined           time.Time
	LastLogin        time.Time `bun:",nullzero"`
	SecondLogin      time.Time `bun:",nullzero"`
	Deleted          time.Time `bun:",nullzero"`
}

// userColumns is what users may be ordered by.
var userColumns = columns{
	"id": "id", "email": "email", "firstName": "first_name", "lastName": "last_name",
	"dateJoined": "joined", "lastLogin": "last_login", "customerNumber": "customer_number", "verifiedStatus": "verification",
}

func rowOfUser(u account.User) userRow {
	roles := u.Roles
	if roles == nil {
		roles = []account.Role{}
	}
	return userRow{
		ID: u.ID, OrganizationID: u.Organization, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName,
		Avatar: u.Avatar, CustomerNumber: u.CustomerNumber, CustomerGroupID: u.CustomerGroup,
		DefaultAddressID: u.DefaultAddress, Verification: u.Verification, Active: u.Active, Roles: roles,
		Country: u.Preferences.Country, Currency: u.Preferences.Currency, Language: u.Preferences.Language, Unit: u.Preferences.Unit,
		Joined: u.Joined, LastLogin: u.LastLogin, SecondLogin: u.SecondLogin, Deleted: u.Deleted,
	}
}

func (r userRow) value() account.User {
	return account.User{
		ID: r.ID, Organization: r.OrganizationID, Email: r.Email, FirstName: r.FirstName, LastName: r.LastName,
		Avatar: r.Avatar, CustomerNumber: r.CustomerNumber, CustomerGroup: r.CustomerGroupID,
		DefaultAddress: r.DefaultAddressID, Verification: r.Verification, Active: r.Active, Roles: r.Roles,
		Preferences: account.Preferences{Country: r.Country, Currency: r.Currency, Language: r.Language, Unit: r.Unit},
		Joined:      r.Joined.UTC(), LastLogin: r.LastLogin.UTC(), SecondLogin: r.SecondLogin.UTC(), Deleted: r.Deleted.UTC(),
	}
}

type users struct{ *Tx }

// Users implements account.Tx.
func (tx *Tx) Users() account.Users { return users{tx} }

func (tx users) Get(id account.UserID) (account.User, error) {
	var row userRow
	err := tx.get(&row, "id = ?", id)
	return row.value(), err
}

func (tx users) WithEmail(email string) ([]account.User, error) {
	var rows []userRow
	err := tx.NewSelect().Model(&rows).Where("email = ? AND deleted IS NULL", email).Order("id").Scan(tx.ctx)
	return usersOf(rows), failure(err)
}

func (tx users) List(organization account.OrganizationID, l listing.Query) (listing.Page[account.User], error) {
	var rows []userRow
	q := tx.NewSelect().Model(&rows).Where("organization_id = ? AND deleted IS NULL", organization)
	if l.Search != "" {
		like := contains(l.Search)
		q = q.Where("LOWER(email) LIKE ?0 ESCAPE '!' OR LOWER(first_name || ' ' || last_name) LIKE ?0 ESCAPE '!' OR LOWER(customer_number) LIKE ?0 ESCAPE '!'", like)
	}
	total, err := tx.page(q, l, userColumns, &rows)
	return listing.Page[account.User]{Total: total, Items: usersOf(rows)}, err
}

func usersOf(rows []userRow) []account.User {
	all := make([]account.User, len(rows))
	for i, r := range rows {
		all[i] = r.value()
	}
	return all
}

func (tx users) Add(u *account.User) error {
	row := rowOfUser(*u)
	err := tx.add(&row)
	u.ID = row.ID
	return err
}

func (tx users) Save(u account.User) error {
	row := rowOfUser(u)
	return tx.save(&row)
}
