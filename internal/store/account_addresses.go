package store

import (
	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
)

type addressRow struct {
	bun.BaseModel `bun:"table:addresses"`

	ID          account.AddressID `bun:",pk,autoincrement"`
	UserID      account.UserID
	FirstName   string
	LastName    string
	Line1       string `bun:"line1"`
	ZIPCode     string `bun:"zip_code"`
	City        string
	Country     string
	PhoneNumber string
	CompanyName *string
	Department  *string
	Line2       *string `bun:"line2"`
	State       *string
	Title       *string
	VATID       *string `bun:"vat_id"`
}

func rowOfAddress(a account.Address) addressRow {
	return addressRow{
		ID: a.ID, UserID: a.User, FirstName: a.FirstName, LastName: a.LastName, Line1: a.Line1, ZIPCode: a.ZIPCode,
		City: a.City, Country: a.Country, PhoneNumber: a.PhoneNumber, CompanyName: a.CompanyName,
		Department: a.Department, Line2: a.Line2, State: a.State, Title: a.Title, VATID: a.VATID,
	}
}

func (r addressRow) value() account.Address {
	return account.Address{
		ID: r.ID, User: r.UserID, FirstName: r.FirstName, LastName: r.LastName, Line1: r.Line1, ZIPCode: r.ZIPCode,
		City: r.City, Country: r.Country, PhoneNumber: r.PhoneNumber, CompanyName: r.CompanyName,
		Department: r.Department, Line2: r.Line2, State: r.State, Title: r.Title, VATID: r.VATID,
	}
}

type addresses struct{ *Tx }

// Addresses implements account.Tx.
func (tx *Tx) Addresses() account.Addresses { return addresses{tx} }

func (tx addresses) Get(user account.UserID, id account.AddressID) (account.Address, error) {
	var row addressRow
	err := tx.get(&row, "user_id = ? AND id = ?", user, id)
	return row.value(), err
}

func (tx addresses) Of(users ...account.UserID) ([]account.Address, error) {
	if len(users) == 0 {
		return nil, nil
	}
	var rows []addressRow
	err := tx.NewSelect().Model(&rows).Where("user_id IN ?", bun.Tuple(users)).Order("id").Scan(tx.ctx)
	all := make([]account.Address, len(rows))
	for i, r := range rows {
		all[i] = r.value()
	}
	return all, failure(err)
}

func (tx addresses) Add(a *account.Address) error {
	row := rowOfAddress(*a)
	err := tx.add(&row)
	a.ID = row.ID
	return err
}

func (tx addresses) Save(a account.Address) error {
	row := rowOfAddress(a)
	return tx.save(&row)
}

func (tx addresses) Delete(user account.UserID, id account.AddressID) error {
	return one(tx.NewDelete().Model((*addressRow)(nil)).Where("user_id = ? AND id = ?", user, id).Exec(tx.ctx))
}
