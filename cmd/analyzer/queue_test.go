package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What runs at one time stays within the budget, whatever the sizes and the
// number of workers; every task is handed out once, one above the budget too.
func TestQueueBoundsMemory(t *testing.T) {
	const budget = 1 << 30
	var inputs []input
	for i := range 60 {
		inputs = append(inputs, input{name: fmt.Sprint(i), size: int64(i) * 3 << 20})
	}
	q := newQueue(inputs, budget)
	var (
		workers sync.WaitGroup
		used    atomic.Int64
		tasks   atomic.Int64
	)
	for range 16 {
		workers.Go(func() {
			for {
				task, ok := q.next(t.Context())
				if !ok {
					return
				}
				if now := used.Add(task.memory); now > budget {
					t.Errorf("%d bytes in use, the budget is %d", now, budget)
				}
				tasks.Add(1)
				time.Sleep(time.Millisecond)
				used.Add(-task.memory)
				q.done(task)
			}
		})
	}
	workers.Wait()
	if tasks.Load() != int64(len(inputs)) {
		t.Errorf("%d of %d tasks were handed out", tasks.Load(), len(inputs))
	}
}

// Small tasks go ahead of a large one that does not fit yet, and the end of
// the context ends the waiting.
func TestQueueLetsSmallAhead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	q := newQueue([]input{{name: "small"}, {name: "large", size: 1 << 30}, {name: "large too", size: 1 << 29}}, 12<<29)
	defer context.AfterFunc(ctx, q.wake)()
	q.free = 13 << 29 // a little room beside the large one, which takes all of the budget
	var names []string
	for range 2 {
		task, ok := q.next(ctx)
		if !ok {
			t.Fatal("no task")
		}
		names = append(names, task.input.name)
	}
	if names[0] != "large" || names[1] != "small" {
		t.Errorf("got %q", names)
	}
	time.AfterFunc(10*time.Millisecond, cancel)
	if task, ok := q.next(ctx); ok {
		t.Errorf("got %q without room for it", task.input.name)
	}
}
