package account

import (
	"context"

	"github.com/partgauge/partgauge/internal/fault"
)

// AddressID identifies an address.
type AddressID int64

// An Address is where a user receives parts or bills. Nil fields were never
// given.
type Address struct {
	ID          AddressID
	User        UserID
	FirstName   string
	LastName    string
	Line1       string
	ZIPCode     string
	City        string
	Country     string
	PhoneNumber string
	CompanyName *string
	Department  *string
	Line2       *string
	State       *string
	Title       *string
	VATID       *string
}

// Addresses returns the addresses of a user, oldest first.
func (a *Accounts) Addresses(ctx context.Context, who Actor, user UserID) (all []Address, err error) {
	err = a.store.View(ctx, func(tx Tx) error {
		if _, err := who.manages(tx, user); err != nil {
			return err
		}
		all, err = tx.Addresses().Of(user)
		return err
	})
	return all, err
}

// CustomerAddresses returns the addresses of a customer of a service, for who
// works for that service.
func (a *Accounts) CustomerAddresses(ctx context.Context, who Actor, service ServiceID, customer UserID) (all []Address, err error) {
	err = a.store.View(ctx, func(tx Tx) error {
		s, err := tx.Services().Get(service)
		if err != nil {
			return err
		}
		if !who.WorksFor(service) {
			return fault.Denied()
		}
		u, err := tx.Users().Get(customer)
		if err != nil {
			return err
		}
		if !u.exists() || u.Organization != s.Organization {
			return fault.Missing()
		}
		all, err = tx.Addresses().Of(customer)
		return err
	})
	return all, err
}

// Address returns one address of a user.
func (a *Accounts) Address(ctx context.Context, who Actor, user UserID, id AddressID) (found Address, err error) {
	err = a.store.View(ctx, func(tx Tx) error {
		if _, err := who.manages(tx, user); err != nil {
			return err
		}
		found, err = tx.Addresses().Get(user, id)
		return err
	})
	return found, err
}

// AddAddress gives a user another address. The first one becomes the default.
func (a *Accounts) AddAddress(ctx context.Context, who Actor, user UserID, added Address) (Address, error) {
	err := a.store.Update(ctx, func(tx Tx) error {
		u, err := who.manages(tx, user)
		if err != nil {
			return err
		}
		added.ID, added.User = 0, user
		if err := tx.Addresses().Add(&added); err != nil {
			return err
		}
		if u.DefaultAddress != 0 {
			return nil
		}
		u.DefaultAddress = added.ID
		return tx.Users().Save(u)
	})
	return added, err
}

// ChangeAddress applies change to an address of a user.
func (a *Accounts) ChangeAddress(ctx context.Context, who Actor, user UserID, id AddressID, change func(*Address)) (changed Address, err error) {
	err = a.store.Update(ctx, func(tx Tx) error {
		if _, err := who.manages(tx, user); err != nil {
			return err
		}
		changed, err = tx.Addresses().Get(user, id)
		if err != nil {
			return err
		}
		change(&changed)
		changed.ID, changed.User = id, user
		return tx.Addresses().Save(changed)
	})
	return changed, err
}

// DeleteAddress removes an address of a user. If it was the default, the oldest
// remaining one becomes it.
func (a *Accounts) DeleteAddress(ctx context.Context, who Actor, user UserID, id AddressID) error {
	return a.store.Update(ctx, func(tx Tx) error {
		u, err := who.manages(tx, user)
		if err != nil {
			return err
		}
		if _, err := tx.Addresses().Get(user, id); err != nil {
			return err
		}
		if u.DefaultAddress == id {
			if u.DefaultAddress, err = oldestBut(tx, user, id); err != nil {
				return err
			}
			if err := tx.Users().Save(u); err != nil {
				return err
			}
		}
		return tx.Addresses().Delete(user, id)
	})
}

// oldestBut returns the oldest address of a user other than the one given, or
// zero.
func oldestBut(tx Tx, user UserID, but AddressID) (AddressID, error) {
	all, err := tx.Addresses().Of(user)
	for _, a := range all {
		if a.ID != but {
			return a.ID, err
		}
	}
	return 0, err
}
