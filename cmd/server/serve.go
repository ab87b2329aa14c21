package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/api"
	"github.com/partgauge/partgauge/internal/account"
	"github.com/partgauge/partgauge/internal/store"
)

// drain is how long requests in flight may take once the server is told to stop.
const drain = 30 * time.Second

// Whoever is slow in saying what he wants, or says it at length, is cut off.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 64 << 10
)

type serving struct {
	place
	addr, debugAddr   string
	logFormat         string
	requestsPerSecond float64
}

func (p *program) serveCommand() *cobra.Command {
	var s serving
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API",
		Long: `serve answers requests until it is told to stop (SIGTERM, SIGINT), and then
finishes those in flight within 30 seconds.

On an empty database it makes an organisation and an administrator, and prints a
line "token: …" with which to call.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.serve(cmd.Context(), s); err != nil {
				return failedError{err}
			}
			return nil
		},
	}
	s.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`host:port` to listen on")
	f.StringVar(&s.debugAddr, "debug-addr", "127.0.0.1:0", "loopback `host:port` for metrics and profiles; port 0 picks one")
	f.StringVar(&s.logFormat, "log-format", "text", "`format` of the log: text or json")
	f.Float64Var(&s.requestsPerSecond, "requests-per-second", 1000, "`limit` of the requests of one token")
	return cmd
}

func (p *program) serve(ctx context.Context, s serving) error {
	log, err := p.logger(s.logFormat)
	if err != nil {
		return err
	}
	unlock, err := claim(s.data)
	if err != nil {
		return err
	}
	defer unlock()
	db, err := store.Open(ctx, s.database())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	work, err := newBackground(db, s.data, log)
	if err != nil {
		return err
	}
	worked, stop := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() { work.run(worked) })
	defer ended.Wait()
	defer stop()
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	accounts := account.New(account.Config{Store: db.Account()})
	handler := api.New(api.Config{
		Accounts: accounts, Version: analysis.EngineVersion, Ready: db.Ping, Log: log, Metrics: metrics,
		RequestsPerSecond: s.requestsPerSecond,
	})
	listener, err := listen(s.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	debug, err := listenLoopback(s.debugAddr)
	if err != nil {
		return err
	}
	defer debug.Close()
	founding, err := accounts.Found(ctx, "My organization", "admin@localhost")
	if err != nil {
		return err
	}
	p.greet("http://"+listener.Addr().String(), "http://"+debug.Addr().String(), founding)
	go func() { _ = http.Serve(debug, debugHandler(metrics)) }() // ends with its listener
	return run(ctx, listener, handler, log)
}

// run serves until ctx ends, and then until the requests in flight are answered.
func run(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	grace, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
		return fmt.Errorf("some requests took longer than %v and were broken off", drain)
	}
	return nil
}

// greet says where the service is, and on an empty database how to begin.
func (p *program) greet(address, debug string, f *account.Founding) {
	fmt.Fprintf(p.stdout, "listening on %s (documentation at %s/docs/, metrics at %s/metrics)\n", address, address, debug)
	if f == nil {
		return
	}
	fmt.Fprintf(p.stdout, "token: %s\n", f.Secret)
	fmt.Fprintf(p.stdout, "This is the token of %s, administrator of %q; it is shown only now. To try it:\n", f.Admin.Email, f.Organization.Name)
	fmt.Fprintf(p.stdout, "  curl -H 'Authorization: Token %s' %s/api/v2.0/my-profile/profile/\n", f.Secret, address)
}

func (p *program) logger(format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(p.stderr, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(p.stderr, nil)), nil
	}
	return nil, fmt.Errorf("--log-format %s: expected text or json", format)
}

// claim makes the data folder if it is missing and keeps other servers out of it
// until the returned function is called.
func claim(folder string) (unlock func(), err error) {
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("cannot make the data folder %s: %w", folder, plain(err))
	}
	lock, err := os.OpenFile(filepath.Join(folder, "server.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot use the data folder %s: %w", folder, plain(err))
	}
	if err := lockFile(lock); err != nil {
		lock.Close()
		return nil, fmt.Errorf("another server uses the data folder %s", folder)
	}
	return func() { lock.Close() }, nil
}

func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("cannot listen on %s: the port is in use", address)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return l, nil
}

// listenLoopback listens where only this machine can connect.
func listenLoopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("--debug-addr %s: expected host:port", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--debug-addr %s: expected a loopback address, such as 127.0.0.1:9090", address)
	}
	return listen(address)
}

func debugHandler(metrics *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
