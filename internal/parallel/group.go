// Package parallel lets goroutines panic where somebody can catch it.
package parallel

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// A Group is a sync.WaitGroup whose Wait panics when one of its goroutines
// did. A panic that leaves a goroutine ends the process, whoever started it
// and whatever they recover from; through a Group it reaches the one who
// waits, so that a fault met on one file does not end the analysis of all.
//
// The zero value is ready.
type Group struct {
	group sync.WaitGroup
	once  sync.Once
	first *Panic
}

// A Panic is what Wait panics with.
type Panic struct {
	Value any    // of the goroutine that panicked first
	Stack []byte // of that goroutine
}

// Error has the stack in it, because that is what is printed when nobody
// recovers, and the stack of Wait says little.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Go calls work in a new goroutine.
func (g *Group) Go(work func()) {
	g.group.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				g.once.Do(func() { g.first = AsPanic(v) })
			}
		}()
		work()
	})
}

// Wait waits for all goroutines, then panics with a *Panic if one did.
func (g *Group) Wait() {
	g.group.Wait()
	if g.first != nil {
		panic(g.first)
	}
}

// AsPanic makes a Panic of what recover returned, which may be one from a
// Group below. It is to be called where the panic was recovered, for the
// stack.
func AsPanic(v any) *Panic {
	if p, ok := v.(*Panic); ok {
		return p
	}
	return &Panic{Value: v, Stack: debug.Stack()}
}
