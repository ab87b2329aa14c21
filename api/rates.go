package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/partgauge/partgauge/internal/account"
)

// rates limits how often each token calls. A token that has not called for a
// while has its full allowance again, so nothing needs to be kept of it.
type rates struct {
	limit rate.Limit
	burst int

	mu      sync.Mutex
	tokens  map[account.TokenID]*rate.Limiter
	cleared time.Time
}

// forget is how long a token is remembered at least.
const forget = time.Minute

func newRates(perSecond float64) *rates {
	return &rates{
		limit: rate.Limit(perSecond), burst: max(1, int(2*perSecond)),
		tokens: map[account.TokenID]*rate.Limiter{}, cleared: time.Now(),
	}
}

// wait counts a call and returns zero, or how long to wait before the next one.
func (r *rates) wait(id account.TokenID) time.Duration {
	reservation := r.of(id).Reserve()
	delay := reservation.Delay()
	if delay > 0 {
		reservation.Cancel()
	}
	return delay
}

func (r *rates) of(id account.TokenID) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.cleared) > forget {
		for id, l := range r.tokens {
			if l.Tokens() >= float64(r.burst) {
				delete(r.tokens, id)
			}
		}
		r.cleared = time.Now()
	}
	if r.tokens[id] == nil {
		r.tokens[id] = rate.NewLimiter(r.limit, r.burst)
	}
	return r.tokens[id]
}
