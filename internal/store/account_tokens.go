package store

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
)

type tokenRow struct {
	bun.BaseModel `bun:"table:tokens"`

	ID      account.TokenID `bun:",pk,autoincrement"`
	UserID  account.UserID
	Hash    string
	Last    string
	Label   string
	Created time.Time
	Expires time.Time `bun:",nullzero"`
	Revoked time.Time `bun:",nullzero"`
}

func rowOfToken(t account.Token) tokenRow {
	return tokenRow{
		ID: t.ID, UserID: t.User, Hash: t.Hash, Last: t.Last, Label: t.Label,
		Created: t.Created, Expires: t.Expires, Revoked: t.Revoked,
	}
}

func (r tokenRow) value() account.Token {
	return account.Token{
		ID: r.ID, User: r.UserID, Hash: r.Hash, Last: r.Last, Label: r.Label,
		Created: r.Created.UTC(), Expires: r.Expires.UTC(), Revoked: r.Revoked.UTC(),
	}
}

type tokens struct{ *Tx }

// Tokens implements account.Tx.
func (tx *Tx) Tokens() account.Tokens { return tokens{tx} }

func (tx tokens) Get(id account.TokenID) (account.Token, error) {
	var row tokenRow
	err := tx.get(&row, "id = ?", id)
	return row.value(), err
}

func (tx tokens) WithHash(hash string) (account.Token, error) {
	var row tokenRow
	err := tx.get(&row, "hash = ?", hash)
	return row.value(), err
}

func (tx tokens) Of(user account.UserID) ([]account.Token, error) {
	var rows []tokenRow
	err := tx.NewSelect().Model(&rows).Where("user_id = ?", user).Order("id").Scan(tx.ctx)
	all := make([]account.Token, len(rows))
	for i, r := range rows {
		all[i] = r.value()
	}
	return all, failure(err)
}

func (tx tokens) Add(t *account.Token) error {
	row := rowOfToken(*t)
	err := tx.add(&row)
	t.ID = row.ID
	return err
}

func (tx tokens) Save(t account.Token) error {
	row := rowOfToken(t)
	return tx.save(&row)
}
