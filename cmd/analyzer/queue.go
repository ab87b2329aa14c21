package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// A task is an input that waits for its turn, with the memory it may take.
type task struct {
	input  input
	memory int64
}

// A queue hands out tasks, the largest first, while those that run fit into a
// budget of memory. A task larger than the budget runs alone.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	waiting []task
	free    int64
}

func newQueue(inputs []input, memory int64) *queue {
	q := &queue{free: memory}
	q.changed.L = &q.mu
	for _, in := range inputs {
		q.waiting = append(q.waiting, task{in, min(memoryFor(in), memory)})
	}
	// Work within a file keeps the processors busy less well than many files
	// do, so the large ones must not be the last.
	slices.SortStableFunc(q.waiting, func(a, b task) int { return cmp.Compare(b.memory, a.memory) })
	return q
}

// next waits for a task that fits. There is none when all were handed out, or
// ctx ends and wake is called.
func (q *queue) next(ctx context.Context) (task, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if ctx.Err() != nil || len(q.waiting) == 0 {
			return task{}, false
		}
		// The waiting ones fall in memory: the first that fits is the largest.
		i, _ := slices.BinarySearchFunc(q.waiting, q.free, func(t task, free int64) int { return cmp.Compare(free, t.memory) })
		if i < len(q.waiting) {
			t := q.waiting[i]
			q.waiting = slices.Delete(q.waiting, i, i+1)
			q.free -= t.memory
			return t, true
		}
		q.changed.Wait()
	}
}

// done gives the memory of a task back.
func (q *queue) done(t task) {
	q.mu.Lock()
	q.free += t.memory
	q.mu.Unlock()
	q.wake()
}

// wake makes all who wait look again.
func (q *queue) wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changed.Broadcast()
}
