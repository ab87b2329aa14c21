package account

import (
	"context"
	"time"

	"github.com/partgauge/partgauge/internal/listing"
)

// Accounts is the business of this package.
type Accounts struct {
	store Store
	now   func() time.Time
}

// Config is what Accounts needs.
type Config struct {
	Store Store
	Now   func() time.Time // nil: the clock
}

// New returns Accounts over a store.
func New(c Config) *Accounts {
	if c.Now == nil {
		c.Now = time.Now
	}
	// Storage keeps microseconds; so does what is answered before a reload.
	return &Accounts{store: c.Store, now: func() time.Time { return c.Now().UTC().Truncate(time.Microsecond) }}
}

// A Store runs transactions. Every call of f sees one state of the store, and
// either all it did is kept or nothing. f may be called again after a clash with
// another transaction, so it must have no other effect; and it must not begin
// a transaction of its own.
type Store interface {
	View(ctx context.Context, f func(Tx) error) error
	Update(ctx context.Context, f func(Tx) error) error
}

// Tx is what a transaction offers to this package. What is absent is a
// fault.NotFound.
type Tx interface {
	Organizations() Organizations
	Services() Services
	Users() Users
	Addresses() Addresses
	Tokens() Tokens
}

// Organizations stores organisations and their groups of customers.
type Organizations interface {
	Get(OrganizationID) (Organization, error)
	Named(name string) (Organization, error)
	Count() (int, error)
	Add(*Organization) error // sets the id
	CustomerGroups(OrganizationID) ([]CustomerGroup, error)
}

// Services stores which services there are and who works for them.
type Services interface {
	Get(ServiceID) (Service, error)
	Add(*Service) error // sets the id
	AddMember(ServiceID, UserID) error
	Of(...UserID) (map[UserID][]ServiceID, error)
}

// Users stores users. Deleted ones are kept for the records that name them and
// found by Get alone.
type Users interface {
	Get(UserID) (User, error)
	WithEmail(email string) ([]User, error) // of all organisations, at most one of each
	List(OrganizationID, listing.Query) (listing.Page[User], error)
	Add(*User) error // sets the id
	Save(User) error
}

// Addresses stores the addresses of users.
type Addresses interface {
	Get(UserID, AddressID) (Address, error)
	Of(...UserID) ([]Address, error) // oldest first
	Add(*Address) error              // sets the id
	Save(Address) error
	Delete(UserID, AddressID) error
}

// Tokens stores tokens by their hash.
type Tokens interface {
	Get(TokenID) (Token, error)
	WithHash(hash string) (Token, error)
	Of(UserID) ([]Token, error) // oldest first
	Add(*Token) error           // sets the id
	Save(Token) error
}
