package parallel_test

import (
	"bytes"
	"sync/atomic"
	"testing"

	"github.com/partgauge/partgauge/internal/parallel"
)

// recovered returns what f panics with.
func recovered(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func TestGroup(t *testing.T) {
	var group parallel.Group
	var sum atomic.Int64
	for i := range 10 {
		group.Go(func() { sum.Add(int64(i)) })
	}
	group.Wait()
	if sum.Load() != 45 {
		t.Errorf("got %d", sum.Load())
	}
}

// A panic reaches the one who waits, after all goroutines have ended, with the
// stack of where it happened.
func TestGroupPanics(t *testing.T) {
	var ended atomic.Int64
	v := recovered(func() {
		var group parallel.Group
		for i := range 10 {
			group.Go(func() {
				defer ended.Add(1)
				if i == 3 {
					explode()
				}
			})
		}
		group.Wait()
	})
	p, ok := v.(*parallel.Panic)
	if !ok || p.Value != "boom" || !bytes.Contains(p.Stack, []byte("explode")) {
		t.Errorf("got %v", v)
	}
	if ended.Load() != 10 {
		t.Errorf("Wait returned after %d of 10 goroutines", ended.Load())
	}
}

// Through groups within groups the innermost stack is kept.
func TestGroupPanicsNested(t *testing.T) {
	v := recovered(func() {
		var outer parallel.Group
		outer.Go(func() {
			var inner parallel.Group
			inner.Go(explode)
			inner.Wait()
		})
		outer.Wait()
	})
	p, ok := v.(*parallel.Panic)
	if !ok || p.Value != "boom" || !bytes.Contains(p.Stack, []byte("explode")) {
		t.Errorf("got %v", v)
	}
}

func explode() { panic("boom") }
