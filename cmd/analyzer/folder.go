package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/partgauge/partgauge/analysis"
)

// The files of a folder of results.
const (
	journalFile = "journal.jsonl"
	resultsJSON = "results.jsonl"
	resultsCSV  = "results.csv"
	resultsHTML = "report.html"
)

// batchTimeout is how long a file of a batch may take unless --timeout says
// something else: a file that hangs must not hold up the rest for ever.
const batchTimeout = 30 * time.Minute

// folderFlags are the flags of a batch that writes into a folder.
type folderFlags struct {
	out    string
	resume bool
	memory byteSize
}

func (f *folderFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "write JSON Lines, CSV and an HTML report into the folder `DIR`")
	flags.BoolVar(&f.resume, "resume", false, "with --out: skip files whose results are there already")
	flags.Var(&f.memory, "memory", "with --out: memory for all files at a time (default half of the machine's)")
}

func (f *folderFlags) check(s *session, flags *pflag.FlagSet) error {
	switch {
	case f.out == "" && (f.resume || flags.Changed("memory")):
		return errors.New("--resume and --memory are for --out")
	case f.out != "" && (s.json || s.csv):
		return errors.New("--out writes JSON Lines and CSV by itself: leave --json and --csv out")
	}
	return nil
}

// A folder is a batch whose results go into a folder.
type folder struct {
	*outcome
	path    string
	key     string
	opts    analysis.Options
	journal *journal
	memory  int64 // for all worker processes
	program string
}

// runFolder analyses the inputs and writes what was found into a folder.
func (s *session) runFolder(ctx context.Context, f folderFlags, args []string, opts analysis.Options, workers int) error {
	b, inputs, err := s.openFolder(f, args, opts)
	if err != nil {
		return err
	}
	defer b.journal.close()
	todo := make([]input, 0, len(inputs))
	for _, in := range inputs {
		if in.path == "" || !f.resume || !b.journal.done(in.name, hashFile(in.path), b.key) {
			todo = append(todo, in)
		}
	}
	if kept := len(inputs) - len(todo); kept > 0 && !s.quiet {
		note(s.stderr, "%s from the run before", plural(kept, "result is", "results are"))
	}
	b.progress = newProgress(s.stderr, todo, !s.noProgress && !s.quiet)
	b.progress.lines = !s.noProgress && !s.quiet && !b.progress.shown
	b.progress.rated = true
	stopBar := b.progress.start()
	failure := b.analyseAll(ctx, todo, workers)
	stopBar()
	if failure != nil && ctx.Err() == nil {
		return b.writeError(failure)
	}
	return b.finishFolder(ctx, inputs)
}

func (s *session) openFolder(f folderFlags, args []string, opts analysis.Options) (*folder, []input, error) {
	if slices.Contains(args, standardInput) {
		return nil, nil, errors.New("--out needs files, not standard input")
	}
	// Each file is read more than once, by several processes.
	for _, arg := range args {
		if info, err := os.Stat(arg); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
			return nil, nil, fmt.Errorf("--out needs files, and %s is none", arg)
		}
	}
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	key, err := optionsKey(opts)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(f.out, 0o777); err != nil {
		return nil, nil, fmt.Errorf("--out %s: %w", f.out, plainError(err))
	}
	path := filepath.Join(f.out, journalFile)
	if _, err := os.Stat(path); err == nil && !f.resume {
		return nil, nil, fmt.Errorf("--out %s holds the results of another run; add --resume to go on with it, or choose another folder", f.out)
	}
	j, err := openJournal(path)
	if err != nil {
		return nil, nil, fmt.Errorf("--out %s: %w", f.out, err)
	}
	memory := int64(f.memory)
	if memory == 0 {
		memory = machineMemory() / 2
	}
	if opts.Timeout == 0 {
		opts.Timeout = batchTimeout
	}
	b := &folder{
		outcome: &outcome{session: s, out: bufio.NewWriter(s.stdout)},
		path:    f.out, key: key, opts: opts, journal: j, memory: memory, program: program,
	}
	return b, withoutFolder(findInputs(args), f.out), nil
}

// withoutFolder drops the inputs below a folder, and those named before.
func withoutFolder(inputs []input, folder string) []input {
	root, err := filepath.Abs(folder)
	if err != nil {
		return inputs
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(inputs, func(in input) bool {
		again := seen[in.name]
		seen[in.name] = true
		path, err := filepath.Abs(in.path)
		return again || in.path != "" && err == nil && strings.HasPrefix(path, root+string(filepath.Separator))
	})
}

// analyseAll hands the inputs to worker processes, the large ones first, as
// long as all that run fit into the memory; what does not fit waits while
// smaller ones go ahead.
func (b *folder) analyseAll(ctx context.Context, inputs []input, workers int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q := newQueue(inputs, b.memory)
	defer context.AfterFunc(ctx, q.wake)()
	var running sync.WaitGroup
	for range min(workers, len(inputs)) {
		running.Go(func() {
			// A child is called what its parent is called.
			f := &foreman{program: b.program, args: []string{os.Args[0], workerCommand}, memory: b.memory}
			defer f.stop()
			for {
				t, ok := q.next(ctx)
				if !ok {
					return
				}
				err := b.analyseOne(ctx, f, t)
				q.done(t)
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}

// analyseOne writes the entry of one input.
func (b *folder) analyseOne(ctx context.Context, f *foreman, t task) error {
	bar := b.progress.begin(t.input)
	defer bar.end()
	e := &entry{File: t.input.name, Key: b.key}
	opts := b.opts
	opts.Name = t.input.name
	if t.input.err != nil {
		report, err := json.Marshal(analysis.Refused(t.input.err, opts))
		if err != nil {
			return err
		}
		e.Found = []finding{{Report: report}}
		return b.journal.add(e)
	}
	e.SHA256 = hashFile(t.input.path)
	order := workOrder{
		Name: t.input.name, Path: t.input.path, Options: b.opts.WithDefaults(),
		Threads: b.threads, Timeout: opts.Timeout, Memory: t.memory,
	}
	found, err := f.do(ctx, order, bar.update)
	if err != nil {
		return err
	}
	e.Found = found
	if len(found) == 1 && !t.input.named {
		report, err := found[0].decode()
		if err != nil {
			return err
		}
		e.NoModel = isNoModel(t.input, report)
	}
	return b.journal.add(e)
}

// finishFolder writes the results of all inputs in their order and says what
// they are.
func (b *folder) finishFolder(ctx context.Context, inputs []input) error {
	summary := newTable(b.out, style{width: plainWidth}, 0, true)
	finished := 0
	for _, in := range inputs {
		e, err := b.journal.get(in.name)
		if err != nil {
			return b.writeError(err)
		}
		if e == nil {
			continue
		}
		finished++
		if e.NoModel {
			b.skipped = append(b.skipped, in.name)
			continue
		}
		for i := range e.Found {
			report, err := e.Found[i].decode()
			if err != nil {
				return b.writeError(err)
			}
			b.count(report)
			summary.count(report)
		}
	}
	if b.printed > 0 {
		if err := b.writeResults(inputs); err != nil {
			return b.writeError(err)
		}
	}
	b.printer = onlySummary{summary}
	if b.quiet {
		b.printer = onlySummary{newTable(b.out, style{}, 0, true)}
	}
	if b.printed > 0 && !b.quiet {
		fmt.Fprintf(b.out, "%s\n", filepath.Join(b.path, resultsHTML))
	}
	return b.finish(ctx, finished, len(inputs))
}

// onlySummary prints nothing but what stands below a table.
type onlySummary struct{ *table }

func (onlySummary) print(*analysis.Report) error { return nil }

// findings yields what was found in the inputs, in their order. Of several
// thousand files only one is in memory.
func (b *folder) findings(inputs []input, failed *error) iter.Seq2[*finding, *analysis.Report] {
	return func(yield func(*finding, *analysis.Report) bool) {
		for _, in := range inputs {
			e, err := b.journal.get(in.name)
			if err != nil {
				*failed = err
				return
			}
			if e == nil || e.NoModel {
				continue
			}
			for i := range e.Found {
				report, err := e.Found[i].decode()
				if err != nil {
					*failed = err
					return
				}
				if !yield(&e.Found[i], report) {
					return
				}
			}
		}
	}
}

// writeResults writes the three files of results.
func (b *folder) writeResults(inputs []input) error {
	var failed error
	write := func(name string, content func(w io.Writer) error) {
		if failed != nil {
			return
		}
		err := writeFile(filepath.Join(b.path, name), func(w io.Writer) error {
			if err := content(w); err != nil {
				return err
			}
			return failed
		})
		if failed == nil {
			failed = err
		}
	}
	write(resultsJSON, func(w io.Writer) error {
		for f := range b.findings(inputs, &failed) {
			if _, err := w.Write(append(slices.Clip(f.Report), '\n')); err != nil {
				return err
			}
		}
		return nil
	})
	write(resultsCSV, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		p := newCSVPrinter(out)
		for _, report := range b.findings(inputs, &failed) {
			if err := p.print(report); err != nil {
				return err
			}
		}
		if err := p.finish(); err != nil {
			return err
		}
		return out.Flush()
	})
	write(resultsHTML, func(w io.Writer) error {
		return writeHTML(w, b.opts.WithDefaults(), b.findings(inputs, &failed))
	})
	return failed
}
