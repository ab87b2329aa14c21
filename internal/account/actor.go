package account

import (
	"slices"

	"github.com/partgauge/partgauge/internal/fault"
)

// A Role is what a user may do beyond his own affairs.
type Role string

// The roles. Working for a printing service is no role but a membership of that
// service.
const (
	OrganizationAdmin Role = "organization_admin" // manages the users of the organisation
	CatalogAdmin      Role = "catalog_admin"      // writes the catalog
	AMExpert          Role = "am_expert"          // moves parts through their assessment
	AMAuthor          Role = "am_author"          // takes part in the assessment of parts
)

// Roles lists the roles there are.
func Roles() []Role { return []Role{OrganizationAdmin, CatalogAdmin, AMExpert, AMAuthor} }

// An Actor is who calls: a user with the roles and memberships of this moment.
type Actor struct {
	User         UserID
	Organization OrganizationID
	Token        TokenID
	Roles        []Role
	Services     []ServiceID // those the user works for
}

// Is reports whether the actor has the role.
func (a Actor) Is(r Role) bool { return slices.Contains(a.Roles, r) }

// WorksFor reports whether the actor works for the service.
func (a Actor) WorksFor(s ServiceID) bool { return slices.Contains(a.Services, s) }

// manages returns the user that the actor asks about: himself, or for an
// administrator any user of his organisation. Everyone else does not exist.
func (a Actor) manages(tx Tx, id UserID) (User, error) {
	u, err := tx.Users().Get(id)
	if err != nil {
		return User{}, err
	}
	if !u.exists() || u.Organization != a.Organization || u.ID != a.User && !a.Is(OrganizationAdmin) {
		return User{}, fault.Missing()
	}
	return u, nil
}
