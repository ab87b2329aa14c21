package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"strings"
	"time"

	"github.com/partgauge/partgauge/internal/fault"
)

// TokenID identifies a token.
type TokenID int64

// A Token lets programs call in a user's name. Its secret is shown once, when it
// is made; only a hash is kept.
type Token struct {
	ID      TokenID
	User    UserID
	Hash    string // of the secret: SHA-256, hexadecimal
	Last    string // the last four characters of the secret, to recognise it by
	Label   string
	Created time.Time
	Expires time.Time // zero: never
	Revoked time.Time // zero: in force
}

func (t Token) valid(now time.Time) bool {
	return t.Revoked.IsZero() && (t.Expires.IsZero() || now.Before(t.Expires))
}

// A secret reads pgt_ + 43 digits for 32 random bytes + 6 digits of a checksum,
// which tells a mistyped token without asking the database and lets scanners
// find leaked ones. Hashing needs no salt and no slowness: 256 bits cannot be
// guessed.
const (
	secretPrefix   = "pgt_"
	secretDigits   = 43
	checksumDigits = 6
)

func newSecret() string {
	random := make([]byte, 32)
	rand.Read(random) // never fails
	body := secretPrefix + base62(new(big.Int).SetBytes(random), secretDigits)
	return body + checksum(body)
}

func checksum(body string) string {
	return base62(big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))), checksumDigits)
}

// base62 returns n in digits 0-9 a-z A-Z with leading zeros.
func base62(n *big.Int, digits int) string {
	text := n.Text(62)
	return strings.Repeat("0", digits-len(text)) + text
}

// hashSecret returns the hash under which a secret is kept, and false for what
// cannot be one.
func hashSecret(secret string) (string, bool) {
	if len(secret) != len(secretPrefix)+secretDigits+checksumDigits || !strings.HasPrefix(secret, secretPrefix) {
		return "", false
	}
	body := secret[:len(secret)-checksumDigits]
	if secret != body+checksum(body) {
		return "", false
	}
	hash := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(hash[:]), true
}

// Authenticate returns who calls with the secret of a token.
func (a *Accounts) Authenticate(ctx context.Context, secret string) (who Actor, err error) {
	refused := fault.New(fault.Unauthenticated, "Invalid token.")
	hash, ok := hashSecret(secret)
	if !ok {
		return Actor{}, refused
	}
	err = a.store.View(ctx, func(tx Tx) error {
		t, err := tx.Tokens().WithHash(hash)
		if err != nil {
			return err
		}
		u, err := tx.Users().Get(t.User)
		if err != nil {
			return err
		}
		if !t.valid(a.now()) || !u.Active || !u.exists() {
			return refused
		}
		services, err := tx.Services().Of(u.ID)
		who = Actor{User: u.ID, Organization: u.Organization, Token: t.ID, Roles: u.Roles, Services: services[u.ID]}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = refused
	}
	return who, err
}

// CreateToken makes a token for a user and returns its secret. A zero time never
// expires.
func (a *Accounts) CreateToken(ctx context.Context, user UserID, label string, expires time.Time) (secret string, t Token, err error) {
	secret, t = a.newToken(user, label, expires)
	err = a.store.Update(ctx, func(tx Tx) error {
		if _, err := tx.Users().Get(user); err != nil {
			return err
		}
		return tx.Tokens().Add(&t)
	})
	return secret, t, err
}

func (a *Accounts) newToken(user UserID, label string, expires time.Time) (secret string, t Token) {
	secret = newSecret()
	hash, _ := hashSecret(secret)
	if !expires.IsZero() {
		expires = expires.UTC().Truncate(time.Microsecond)
	}
	return secret, Token{User: user, Hash: hash, Last: secret[len(secret)-4:], Label: label, Created: a.now(), Expires: expires}
}

// Tokens lists the tokens of a user, revoked and expired ones included.
func (a *Accounts) Tokens(ctx context.Context, user UserID) (all []Token, err error) {
	err = a.store.View(ctx, func(tx Tx) error {
		all, err = tx.Tokens().Of(user)
		return err
	})
	return all, err
}

// RevokeToken ends a token at once. Revoking again changes nothing.
func (a *Accounts) RevokeToken(ctx context.Context, id TokenID) error {
	return a.store.Update(ctx, func(tx Tx) error {
		t, err := tx.Tokens().Get(id)
		if err != nil || !t.Revoked.IsZero() {
			return err
		}
		t.Revoked = a.now()
		return tx.Tokens().Save(t)
	})
}
