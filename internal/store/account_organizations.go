package store

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
)

type organizationRow struct {
	bun.BaseModel `bun:"table:organizations"`

	ID      account.OrganizationID `bun:",pk,autoincrement"`
	Name    string
	Created time.Time
}

func (r organizationRow) value() account.Organization {
	return account.Organization{ID: r.ID, Name: r.Name, Created: r.Created.UTC()}
}

type customerGroupRow struct {
	bun.BaseModel `bun:"table:customer_groups"`

	ID             account.CustomerGroupID `bun:",pk,autoincrement"`
	OrganizationID account.OrganizationID
	Name           string
}

type organizations struct{ *Tx }

// Organizations implements account.Tx.
func (tx *Tx) Organizations() account.Organizations { return organizations{tx} }

func (tx organizations) Get(id account.OrganizationID) (account.Organization, error) {
	var row organizationRow
	err := tx.get(&row, "id = ?", id)
	return row.value(), err
}

func (tx organizations) Named(name string) (account.Organization, error) {
	var row organizationRow
	err := tx.get(&row, "name = ?", name)
	return row.value(), err
}

func (tx organizations) Count() (int, error) {
	n, err := tx.NewSelect().Model((*organizationRow)(nil)).Count(tx.ctx)
	return int(n), failure(err)
}

func (tx organizations) Add(o *account.Organization) error {
	row := organizationRow{Name: o.Name, Created: o.Created}
	err := tx.add(&row)
	o.ID = row.ID
	return err
}

func (tx organizations) CustomerGroups(id account.OrganizationID) ([]account.CustomerGroup, error) {
	var rows []customerGroupRow
	err := failure(tx.NewSelect().Model(&rows).Where("organization_id = ?", id).Order("id").Scan(tx.ctx))
	groups := make([]account.CustomerGroup, len(rows))
	for i, r := range rows {
		groups[i] = account.CustomerGroup{ID: r.ID, Organization: r.OrganizationID, Name: r.Name}
	}
	return groups, err
}
