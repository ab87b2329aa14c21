package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"text/tabwriter"
	"time"
)

// runMachine measures what bounds the engine from below: how fast memory is
// read, copied and reached, by one thread and by all.
func runMachine(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("machine", flag.ContinueOnError)
	megabytes := flags.Int("megabytes", 512, "memory to go through, far more than the caches hold")
	repeats := flags.Int("repeats", 5, "how often each thing is measured")
	if err := flags.Parse(args); err != nil {
		return ignoreHelp(err)
	}
	if *megabytes < 1 || *repeats < 1 {
		return fmt.Errorf("%d MB and %d repeats: both must be at least 1", *megabytes, *repeats)
	}
	writeHeader(ctx, out, append([]string{"machine"}, args...))
	area := newMemory(*megabytes << 20)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "memory\tone thread\tall threads\tunit\t")
	all := runtime.GOMAXPROCS(0)
	for _, kind := range []struct {
		name, unit string
		measure    func(threads int) float64
	}{
		{"read", "GB/s", area.readRate},
		{"write", "GB/s", area.writeRate},
		{"copy, bytes copied", "GB/s", area.copyRate},
		{"first touch", "GB/s", area.touchRate},
		{"random load that waits for the last", "ns", area.latency},
	} {
		values := [2][]float64{}
		for range *repeats {
			for i, threads := range []int{1, all} {
				values[i] = append(values[i], kind.measure(threads))
			}
		}
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%s\t\n", kind.name, median(values[0]), median(values[1]), kind.unit)
	}
	return w.Flush()
}

// memory is an area that tests go through, in words.
type memory struct {
	words []uint64
	sum   []uint64 // of each thread, so that nothing is left out
}

func newMemory(bytes int) *memory {
	m := &memory{words: make([]uint64, bytes/8), sum: make([]uint64, runtime.GOMAXPROCS(0))}
	m.makeRing()
	return m
}

// lineWords is the size of a cache line in words.
const lineWords = 8

// makeRing writes into the first word of each cache line the number of
// another line, so that following them visits every line once, in random
// order (S. Sattolo, 1986).
func (m *memory) makeRing() {
	r := rand.New(rand.NewPCG(1, 1))
	lines := len(m.words) / lineWords
	for i := range lines {
		m.words[i*lineWords] = uint64(i)
	}
	for i := lines - 1; i > 0; i-- {
		k := r.IntN(i)
		m.words[i*lineWords], m.words[k*lineWords] = m.words[k*lineWords], m.words[i*lineWords]
	}
}

// split runs work on equal parts of some memory, one a thread, and returns the
// seconds.
func split[T any](threads int, words []T, work func(thread int, part []T)) float64 {
	start := time.Now()
	var workers sync.WaitGroup
	for t := range threads {
		workers.Go(func() { work(t, words[t*len(words)/threads:(t+1)*len(words)/threads]) })
	}
	workers.Wait()
	return time.Since(start).Seconds()
}

func (m *memory) gigabytes() float64 { return float64(8*len(m.words)) / 1e9 }

func (m *memory) readRate(threads int) float64 {
	return m.gigabytes() / split(threads, m.words, func(thread int, part []uint64) {
		var a, b, c, d uint64
		for ; len(part) >= 4; part = part[4:] {
			a, b, c, d = a+part[0], b+part[1], c+part[2], d+part[3]
		}
		m.sum[thread] += a + b + c + d
	})
}

// writeRate and copyRate use memory that was touched before.
func (m *memory) writeRate(threads int) float64 {
	to := make([]uint64, len(m.words))
	split(threads, to, func(_ int, part []uint64) { fill(part) })
	return m.gigabytes() / split(threads, to, func(_ int, part []uint64) { fill(part) })
}

func fill(part []uint64) {
	for i := range part {
		part[i] = 1
	}
}

func (m *memory) copyRate(threads int) float64 {
	half := len(m.words) / 2
	to := make([]uint64, half)
	fill(to)
	seconds := split(threads, to, func(thread int, part []uint64) {
		copy(part, m.words[thread*half/threads:])
	})
	return m.gigabytes() / 2 / seconds
}

// touchRate writes one byte of each page of memory that the system has just
// given.
func (m *memory) touchRate(threads int) float64 {
	const page = 4096
	fresh, release, err := freshMemory(8 * len(m.words))
	if err != nil {
		return math.NaN()
	}
	defer release()
	return m.gigabytes() / split(threads, fresh, func(_ int, part []byte) {
		for i := 0; i < len(part); i += page {
			part[i] = 1
		}
	})
}

// latency returns the nanoseconds of a load whose address is what the last
// one brought; with threads, each follows its own way.
func (m *memory) latency(threads int) float64 {
	const steps = 1 << 20
	lines := uint64(len(m.words) / lineWords)
	seconds := split(threads, m.words, func(thread int, _ []uint64) {
		at := lines * uint64(thread) / uint64(threads)
		for range steps {
			at = m.words[at*lineWords]
		}
		m.sum[thread] += at
	})
	return 1e9 * seconds / steps
}
