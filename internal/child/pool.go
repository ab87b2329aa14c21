package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
)

// Config says which program a Pool starts, and how many.
type Config struct {
	Program   string   // to start; empty means the running one
	Arguments []string // such as the name of a hidden command that calls Serve
	// Size is how many children work at a time. Default: the processors.
	Size int
	// Orders is how many orders a child gets before another one takes its
	// place. One keeps orders apart entirely. Zero means no limit.
	Orders int
	// Environment of a child, as key=value. Nothing else is in it.
	Environment []string
}

// A Pool has children work, a bounded number at a time. It is safe for use by
// many goroutines.
type Pool struct {
	config Config
	places chan struct{}
	mu     sync.Mutex
	idle   []*process
	closed bool
}

// ErrClosed is returned by a Pool that was closed.
var ErrClosed = errors.New("the pool of processes is closed")

// NewPool returns a pool. Children are started when there is work.
func NewPool(c Config) (*Pool, error) {
	if c.Program == "" {
		program, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("the program cannot start itself: %w", err)
		}
		c.Program = program
	}
	if c.Size <= 0 {
		c.Size = runtime.GOMAXPROCS(0)
	}
	return &Pool{config: c, places: make(chan struct{}, c.Size)}, nil
}

// Do waits for a free child and has it work on an order. The error is a
// *Failure if the child did not finish, a *Refusal if its work returned an
// error, the error of o.Body or o.Receive, or that of ctx.
func (p *Pool) Do(ctx context.Context, o Order) error {
	if len(o.Header) > maxHeader {
		return fmt.Errorf("a header of %d bytes is too long", len(o.Header))
	}
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		process, fresh, err := p.take()
		if err != nil {
			return err
		}
		err = process.do(ctx, o)
		if errors.Is(err, errNotBegun) {
			// One that ended while it was idle says nothing about this order.
			if !fresh {
				continue
			}
			return &Failure{Reason: NotBegun, Words: string(process.words.text)}
		}
		if _, refused := errors.AsType[*Refusal](err); err == nil || refused {
			p.put(process)
		}
		return err
	}
}

// take returns an idle child or a new one.
func (p *Pool) take() (child *process, fresh bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false, ErrClosed
	}
	if last := len(p.idle) - 1; last >= 0 {
		child, p.idle = p.idle[last], p.idle[:last]
		return child, false, nil
	}
	child, err = start(p.config.Program, p.config.Arguments, p.config.Environment)
	if err != nil {
		return nil, true, &Failure{Reason: NotBegun, Cause: err}
	}
	return child, true, nil
}

// put keeps a child for the next order, or ends it.
func (p *Pool) put(child *process) {
	child.orders++
	p.mu.Lock()
	keep := !p.closed && (p.config.Orders == 0 || child.orders < p.config.Orders)
	if keep {
		p.idle = append(p.idle, child)
	}
	p.mu.Unlock()
	if !keep {
		child.end()
	}
}

// Close ends the idle children. Orders that are worked on are finished; new
// ones get ErrClosed.
func (p *Pool) Close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, child := range idle {
		child.end()
	}
}
