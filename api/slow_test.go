package api_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/partgauge/partgauge/api"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

// Clients that have not sent their whole body take no place from those who have,
// however many they are.
func TestSlowSendersHoldUpNobody(t *testing.T) {
	const slow = 50
	w := newWorld(t, storetest.SQLite(t), func(c *api.Config) { c.Concurrent = 2 })
	server := httptest.NewServer(w.api)
	defer server.Close()
	for range slow {
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		fmt.Fprintf(connection, "PUT /api/v2.0/my-profile/preferences/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token %s\r\nContent-Length: 100\r\n\r\n{", w.tokens["user"])
	}
	for range 2 * slow {
		request := must(http.NewRequest(http.MethodGet, server.URL+"/api/v2.0/my-profile/profile/", nil))
		request.Header.Set("Authorization", "Token "+w.tokens["user"])
		response := must(http.DefaultClient.Do(request))
		body := must(io.ReadAll(response.Body))
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", response.StatusCode, body)
		}
	}
}

// A body that breaks off changes nothing.
func TestBrokenBody(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	server := httptest.NewServer(w.api)
	connection := must(net.Dial("tcp", server.Listener.Addr().String()))
	fmt.Fprintf(connection, "PUT /api/v2.0/my-profile/preferences/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token %s\r\nContent-Length: 100\r\n\r\n{\"unit\": \"inch\"}", w.tokens["user"])
	check(connection.(*net.TCPConn).CloseWrite())
	_, _ = io.Copy(io.Discard, connection)
	server.Close() // waits for the handler
	if body := bodyOf(w.ask("user", http.MethodGet, "/api/v2.0/my-profile/preferences/", "")); body != `{"country":null,"currency":"EUR","language":"en","unit":"mm"}` {
		t.Errorf("the preferences are %s", body)
	}
}

// A token that calls too often is told when to come back; others are not held up.
func TestTooManyRequests(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), func(c *api.Config) { c.RequestsPerSecond = 0.001 })
	w.ask("user", http.MethodGet, "/api/v2.0/units/", "")
	response := w.ask("user", http.MethodGet, "/api/v2.0/units/", "")
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q: %s", response.StatusCode, response.Header.Get("Retry-After"), bodyOf(response))
	}
	if response := w.ask("admin", http.MethodGet, "/api/v2.0/units/", ""); response.StatusCode != http.StatusOK {
		t.Errorf("another token: %d", response.StatusCode)
	}
}

// BenchmarkProfile is a whole request: token, transaction, five queries.
func BenchmarkProfile(b *testing.B) {
	w := newWorld(b, storetest.SQLite(b), func(c *api.Config) { c.RequestsPerSecond = 1e9 })
	for b.Loop() {
		if r := w.ask("user", http.MethodGet, "/api/v2.0/my-profile/profile/", ""); r.StatusCode != http.StatusOK {
			b.Fatal(r.StatusCode)
		}
	}
}

// BenchmarkUnits is the least that a request costs: its token.
func BenchmarkUnits(b *testing.B) {
	w := newWorld(b, storetest.SQLite(b), func(c *api.Config) { c.RequestsPerSecond = 1e9 })
	for b.Loop() {
		if r := w.ask("user", http.MethodGet, "/api/v2.0/units/", ""); r.StatusCode != http.StatusOK {
			b.Fatal(r.StatusCode)
		}
	}
}
