package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/partgauge/partgauge/analysis"
)

// The bounds of what a worker process may do before it is killed.
const (
	// timeoutGrace is how much longer than allowed a worker may take to say
	// that it was too slow.
	timeoutGrace  = 5 * time.Second
	watchInterval = 200 * time.Millisecond
	maxLastWords  = 8 << 10
	maxAnswer     = 1 << 30
)

// A foreman has one worker process at a time, started when there is work. A
// file that hangs or kills the process costs that file alone.
type foreman struct {
	program string   // to start
	args    []string // of the process, from its name on
	memory  int64    // of the process; more kills it
	worker  *workerProcess
}

type workerProcess struct {
	cmd       *exec.Cmd
	orders    io.WriteCloser
	answers   chan workAnswer // closed at the end of the process's output
	lastWords *beginning
	begun     bool // with the last order it was given
}

// start starts the process.
func (f *foreman) start() error {
	cmd := exec.Command(f.program)
	cmd.Args = f.args
	last := &beginning{}
	cmd.Stderr = last
	orders, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	w := &workerProcess{cmd: cmd, orders: orders, answers: make(chan workAnswer), lastWords: last}
	go w.listen(out)
	f.worker = w
	return nil
}

// listen hands on what the process says.
func (w *workerProcess) listen(out io.Reader) {
	defer close(w.answers)
	lines := bufio.NewScanner(out)
	lines.Buffer(make([]byte, 64<<10), maxAnswer)
	for lines.Scan() {
		var a workAnswer
		if json.Unmarshal(lines.Bytes(), &a) != nil {
			return
		}
		w.answers <- a
	}
}

// stop ends the process and returns what it said at last.
func (f *foreman) stop() string {
	w := f.worker
	if w == nil {
		return ""
	}
	f.worker = nil
	w.orders.Close()
	_ = w.cmd.Process.Kill() // fails only if it has ended
	for range w.answers {
	}
	err := w.cmd.Wait()
	words := w.lastWords.String()
	if words == "" && err != nil {
		words = err.Error()
	}
	return words
}

// do returns the findings of an order. The error is that of ctx, or of a
// process that cannot be started.
//
// A process that ended since the order before, or does so before it begins
// with this one, says nothing about the file: another process gets the order.
// One that was started for it is not replaced.
func (f *foreman) do(ctx context.Context, order workOrder, update func(analysis.Progress)) ([]finding, error) {
	line, err := json.Marshal(order)
	if err != nil {
		return nil, err
	}
	line = append(line, '\n')
	for {
		fresh := f.worker == nil
		if fresh {
			if err := f.start(); err != nil {
				return nil, fmt.Errorf("a worker process cannot be started: %w", err)
			}
		}
		w := f.worker
		w.begun = false
		// If the process is gone, its answers end.
		_, _ = w.orders.Write(line)
		found, fault, err := f.collect(ctx, order, update)
		if err != nil {
			f.stop()
			return nil, err
		}
		if fault == nil {
			return found, nil
		}
		f.stop()
		if !fresh && !w.begun {
			continue
		}
		opts := order.Options
		opts.Name = order.Name
		report, err := json.Marshal(analysis.Refused(fault, opts))
		if err != nil {
			return nil, err
		}
		return append(found, finding{Report: report}), nil
	}
}

// collect takes the answers to an order, and says what went wrong with the
// process.
func (f *foreman) collect(ctx context.Context, order workOrder, update func(analysis.Progress)) (found []finding, fault *analysis.Error, err error) {
	watch := time.NewTicker(watchInterval)
	defer watch.Stop()
	deadline := time.NewTimer(order.Timeout + timeoutGrace)
	defer deadline.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case a, more := <-f.worker.answers:
			switch {
			case !more:
				return found, f.crashed(), nil
			case a.Begun:
				f.worker.begun = true
			case a.Finding != nil:
				found = append(found, *a.Finding)
				deadline.Reset(order.Timeout + timeoutGrace) // which is for each model of an archive
			case a.Done:
				return found, nil, nil
			default:
				update(analysis.Progress{Stage: a.Stage, Fraction: a.Fraction})
			}
		case <-deadline.C:
			return found, analysis.NewError(context.DeadlineExceeded), nil
		case <-watch.C:
			if used := residentMemory(f.worker.cmd.Process.Pid); used > f.memory {
				return found, outOfMemory(f.memory), nil
			}
		}
	}
}

func outOfMemory(limit int64) *analysis.Error {
	return &analysis.Error{
		Code: analysis.CodeMemory, Kind: analysis.KindOf(analysis.CodeMemory),
		Message: fmt.Sprintf("the analysis needs more memory than the %s it may use; give it more or reduce the part", fileSize(limit)),
	}
}

// crashed says that the process ended in the middle of a file.
func (f *foreman) crashed() *analysis.Error {
	words := f.stop()
	for line := range strings.Lines(words) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "fatal error: runtime: out of memory") || strings.Contains(line, "cannot allocate memory") {
			return outOfMemory(f.memory)
		}
	}
	e := analysis.NewError(&analysis.Error{
		Code: analysis.CodeInternal, Kind: analysis.KindOf(analysis.CodeInternal),
		Message: "the process that analysed this file ended; please report it together with the file",
	})
	if first, _, _ := strings.Cut(words, "\n"); first != "" {
		e.Place = first
		e.Cause = errors.New(words)
	}
	return e
}

// residentMemory returns the bytes that a process has in memory, 0 where the
// system does not say.
func residentMemory(pid int) int64 {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(data)
	if len(fields) < 3 {
		return 0
	}
	resident, err1 := strconv.ParseInt(string(fields[1]), 10, 64)
	shared, err2 := strconv.ParseInt(string(fields[2]), 10, 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	return (resident - shared) * int64(os.Getpagesize())
}

// A beginning keeps the first of what is written to it, as much as is worth
// reading: what a process says when it fails.
type beginning struct{ text bytes.Buffer }

func (t *beginning) Write(p []byte) (int, error) {
	t.text.Write(p[:min(len(p), maxLastWords-t.text.Len())])
	return len(p), nil
}

func (t *beginning) String() string { return t.text.String() }

// machineMemory returns the bytes of memory of the machine, or a modest guess.
func machineMemory() int64 {
	const guess = 4 << 30
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return guess
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 || fields[0] != "MemTotal:" {
		return guess
	}
	kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || kilobytes <= 0 {
		return guess
	}
	return kilobytes << 10
}

// packedNames are the endings of files that are compressed.
var packedNames = []string{".3mf", ".amf", ".zip", ".gz"}

// memoryFor estimates what the analysis of a file takes: 64 MB, 400 bytes a
// triangle and four times the input, for the most triangles that a file of
// its size may have. Files that are packed hold about eight times as much.
func memoryFor(in input) int64 {
	content := in.size
	if slices.Contains(packedNames, strings.ToLower(filepath.Ext(in.name))) {
		content *= 8
	}
	const bytesPerTriangle = 50
	return 64<<20 + 400*content/bytesPerTriangle + 4*content
}
