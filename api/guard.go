package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/fault"
)

type actorKey struct{}

// actorOf returns who calls; on a public route, nobody.
func actorOf(ctx context.Context) account.Actor {
	who, _ := ctx.Value(actorKey{}).(account.Actor)
	return who
}

// guards returns what stands before the handler of a route: who calls, how often,
// with which role and membership. All of it is asked before the request's own
// content, so that nobody learns about that without the right to call.
func (a *API) guards(r route) []gin.HandlerFunc {
	all := []gin.HandlerFunc{a.limitBody(r.body)}
	if r.access.public {
		return all
	}
	all = append(all, a.authenticate)
	if r.access.role != "" {
		all = append(all, a.guard(func(_ *gin.Context, who account.Actor) bool { return who.Is(r.access.role) }))
	}
	if r.access.service {
		all = append(all, a.guard(member(r.path)))
	}
	return all
}

// authenticate finds out who calls, and stops who calls too often.
func (a *API) authenticate(c *gin.Context) {
	secret, ok := bearer(c.Request.Header)
	if !ok {
		a.refuse(c, fault.New(fault.Unauthenticated, "Authentication credentials were not provided."))
		return
	}
	who, err := a.accounts.Authenticate(c.Request.Context(), secret)
	if err != nil {
		a.refuse(c, err)
		return
	}
	if wait := a.rates.wait(who.Token); wait > 0 {
		c.Header("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		a.refuse(c, fault.New(fault.TooMany, "Request was throttled."))
		return
	}
	requestOf(c).user = who.User
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), actorKey{}, who))
}

// bearer returns the secret of the only Authorization header.
func bearer(h http.Header) (string, bool) {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	scheme, secret, ok := strings.Cut(values[0], " ")
	return secret, ok && strings.EqualFold(scheme, "Token")
}

func (a *API) guard(may func(*gin.Context, account.Actor) bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !may(c, actorOf(c.Request.Context())) {
			a.refuse(c, fault.Denied())
		}
	}
}

// member returns whether the actor works for the service that the path names or,
// where it names none, for any. A service of others and one that does not exist
// look alike.
func member(path string) func(*gin.Context, account.Actor) bool {
	if !strings.Contains(path, "{service_id}") {
		return func(_ *gin.Context, who account.Actor) bool { return len(who.Services) > 0 }
	}
	return func(c *gin.Context, who account.Actor) bool {
		id, err := strconv.ParseInt(c.Param("service_id"), 10, 64)
		return err == nil && who.WorksFor(account.ServiceID(id))
	}
}
