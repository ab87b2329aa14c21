package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/partgauge/partgauge/analysis"
)

func someInputs(n int, size int64) []input {
	inputs := make([]input, n)
	for i := range inputs {
		inputs[i] = input{name: fmt.Sprintf("part-%03d", i), size: size}
	}
	return inputs
}

// Reports come out in the order of the inputs, whichever is ready first, and
// an input may have none or several.
func TestBatchKeepsOrder(t *testing.T) {
	inputs := someInputs(300, 1000)
	var want, got []string
	for i, in := range inputs {
		for k := range i % 3 {
			want = append(want, fmt.Sprintf("%s/%d", in.name, k))
		}
	}
	b := batch{
		workers: 4,
		analyse: func(_ context.Context, in input, send func(*analysis.Report)) error {
			var i int
			if _, err := fmt.Sscanf(in.name, "part-%d", &i); err != nil {
				return err
			}
			for k := range i % 3 {
				send(&analysis.Report{File: fmt.Sprintf("%s/%d", in.name, k)})
			}
			return nil
		},
		print: func(_ input, r *analysis.Report) error {
			got = append(got, r.File)
			return nil
		},
	}
	finished, err := b.run(t.Context(), inputs)
	if err != nil || finished != len(inputs) {
		t.Errorf("finished %d of %d: %v", finished, len(inputs), err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// The sizes of the files that are analysed at one time stay within the bound,
// whatever the number of workers.
func TestBatchBoundsMemory(t *testing.T) {
	var inputs []input
	for i := range 40 {
		inputs = append(inputs, input{name: fmt.Sprint(i), size: int64(i%5+1) * inFlightBytes / 4})
	}
	var now, most atomic.Int64
	b := batch{
		workers: 16,
		analyse: func(_ context.Context, in input, send func(*analysis.Report)) error {
			n := now.Add(in.size)
			for {
				m := most.Load()
				// One file above the bound runs alone.
				if n <= max(m, in.size) || most.CompareAndSwap(m, n) {
					break
				}
			}
			send(&analysis.Report{})
			now.Add(-in.size)
			return nil
		},
		print: func(input, *analysis.Report) error { return nil },
	}
	if _, err := b.run(t.Context(), inputs); err != nil {
		t.Fatal(err)
	}
	if m := most.Load(); m > inFlightBytes {
		t.Errorf("%d bytes in flight, more than %d", m, inFlightBytes)
	}
}

// What was finished when the batch is interrupted is printed, nothing else.
func TestBatchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	inputs := someInputs(50, 1000)
	var reached sync.WaitGroup
	reached.Add(1)
	var got []string
	b := batch{
		workers: 2,
		analyse: func(ctx context.Context, in input, send func(*analysis.Report)) error {
			switch {
			case in.name < "part-003":
				send(&analysis.Report{File: in.name})
				return nil
			case in.name == "part-003":
				reached.Done()
			}
			<-ctx.Done()
			return ctx.Err()
		},
		print: func(_ input, r *analysis.Report) error {
			got = append(got, r.File)
			return nil
		},
	}
	go func() {
		reached.Wait()
		cancel()
	}()
	finished, err := b.run(ctx, inputs)
	if want := []string{"part-000", "part-001", "part-002"}; err != nil || finished != 3 || !slices.Equal(got, want) {
		t.Errorf("finished %d, printed %q, %v", finished, got, err)
	}
}

// When the output breaks, the batch ends with that error and nothing hangs.
func TestBatchOutputFails(t *testing.T) {
	broken := errors.New("broken pipe")
	printed := 0
	b := batch{
		workers: 3,
		analyse: func(_ context.Context, in input, send func(*analysis.Report)) error {
			for range 10 {
				send(&analysis.Report{File: in.name})
			}
			return nil
		},
		print: func(input, *analysis.Report) error {
			if printed++; printed == 5 {
				return broken
			}
			return nil
		},
	}
	if _, err := b.run(t.Context(), someInputs(500, 1000)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if printed != 5 {
		t.Errorf("printed %d after the output broke", printed-5)
	}
}
