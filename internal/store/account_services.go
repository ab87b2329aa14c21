package store

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/partgauge/partgauge/internal/account"
)

type serviceRow struct {
	bun.BaseModel `bun:"table:services"`

	ID             account.ServiceID `bun:",pk,autoincrement"`
	OrganizationID account.OrganizationID
	Name           string
	Created        time.Time
}

type memberRow struct {
	bun.BaseModel `bun:"table:service_members"`

	ServiceID account.ServiceID `bun:",pk"`
	UserID    account.UserID    `bun:",pk"`
}

type services struct{ *Tx }

// Services implements account.Tx.
func (tx *Tx) Services() account.Services { return services{tx} }

func (tx services) Get(id account.ServiceID) (account.Service, error) {
	var row serviceRow
	err := tx.get(&row, "id = ?", id)
	return account.Service{ID: row.ID, Organization: row.OrganizationID, Name: row.Name, Created: row.Created.UTC()}, err
}

func (tx services) Add(s *account.Service) error {
	row := serviceRow{OrganizationID: s.Organization, Name: s.Name, Created: s.Created}
	err := tx.add(&row)
	s.ID = row.ID
	return err
}

func (tx services) AddMember(service account.ServiceID, user account.UserID) error {
	_, err := tx.NewInsert().Model(&memberRow{ServiceID: service, UserID: user}).On("CONFLICT DO NOTHING").Exec(tx.ctx)
	return failure(err)
}

func (tx services) Of(users ...account.UserID) (map[account.UserID][]account.ServiceID, error) {
	if len(users) == 0 {
		return nil, nil
	}
	var rows []memberRow
	err := tx.NewSelect().Model(&rows).Where("user_id IN ?", bun.Tuple(users)).Order("service_id").Scan(tx.ctx)
	of := map[account.UserID][]account.ServiceID{}
	for _, r := range rows {
		of[r.UserID] = append(of[r.UserID], r.ServiceID)
	}
	return of, failure(err)
}
