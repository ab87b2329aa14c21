package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/printability"
)

func (p *program) analyzeCommand() *cobra.Command {
	var (
		s      = session{program: p}
		judged judgeFlags
		folder folderFlags
	)
	cmd := &cobra.Command{
		Use:   "analyze [flags] FILE|DIR|GLOB|-...",
		Short: "Judge whether models can be printed",
		Long: `analyze reads models, measures them and judges whether they can be printed.
Folders are searched, "-" is standard input, and an archive of several models
gives a line for each. The content decides what a file is, not its name.

Walls are judged against --min-wall, or the preset of --technology; without
one of them they are measured only. --config reads every constant of the
analysis from a YAML or JSON file whose settings are those of "options" in the
JSON of a report.

With --out DIR, the results go into a folder: results.jsonl, results.csv and
report.html, with pictures, for a browser. Each file is analysed by a process of
its own that may fail or hang without harm for the others, in 30 minutes if
--timeout says nothing else. An interrupted run is continued with --resume.

Exit codes: 0 all files were analysed, 1 some file could not be analysed,
2 wrong usage, 3 the condition of --fail-on was met.`,
		Example: `  analyzer analyze --technology sls part.stl
  analyzer analyze --min-wall 0.8 --optimal-wall 1.2 --chamber 250x250x300 part.3mf
  analyzer analyze --technology fdm --csv models/ > report.csv
  analyzer analyze --min-wall 1 --json --fail-on fail *.stl | jq -r '.file + " " + .status'
  analyzer analyze --technology sls --out results models/
  curl -s https://example.com/part.stl | analyzer analyze --technology mjf -`,
		Args: someArgs("give at least one file, folder or pattern, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := s.options(cmd.Flags())
			if err != nil {
				return err
			}
			judged.apply(cmd.Flags(), &opts)
			s.failOn = judged.failOn
			if err := folder.check(&s, cmd.Flags()); err != nil {
				return err
			}
			s.folder = folder
			return s.run(cmd.Context(), args, opts)
		},
	}
	judged.add(cmd)
	folder.add(cmd)
	s.addFlags(cmd)
	return cmd
}

// judgeFlags are the flags that say what a part is judged by.
type judgeFlags struct {
	minWall, optimalWall, gapLimit length
	chamber                        chamber
	technology                     string
	repair                         analysis.Repair
	concaveHull                    bool
	failOn                         failOn
}

func (f *judgeFlags) add(cmd *cobra.Command) {
	f.addLimits(cmd)
	choiceFlag(cmd, &f.failOn, "fail-on", "exit with 3 if a part is not printable or not certain (fail), or anything but printable (warning)", string(failOnFail), string(failOnWarning))
}

// addLimits adds the flags that a verdict depends on.
func (f *judgeFlags) addLimits(cmd *cobra.Command) {
	f.repair = analysis.RepairAuto
	flags := cmd.Flags()
	var technologies []string
	for _, t := range printability.Technologies() {
		technologies = append(technologies, t.Name)
	}
	choiceFlag(cmd, &f.technology, "technology", "take the limits usual for", technologies...)
	flags.Var(&f.minWall, "min-wall", "thinnest wall that can be printed")
	flags.Var(&f.optimalWall, "optimal-wall", "thinnest wall that needs no warning")
	flags.Var(&f.gapLimit, "min-gap", "clearance below which surfaces fuse (default 0.2, fdm 0.3)")
	flags.Var(&f.chamber, "chamber", "build chamber in mm, such as 250x250x300")
	choiceFlag(cmd, &f.repair, "repair", "what is mended before judging", string(analysis.RepairAuto), string(analysis.RepairUnion), string(analysis.RepairOff))
	flags.BoolVar(&f.concaveHull, "concave-hull", false, "measure the volume of the concave hull too")
}

func (f *judgeFlags) apply(flags *pflag.FlagSet, o *analysis.Options) {
	if flags.Changed("technology") {
		o.Technology = f.technology
	}
	if flags.Changed("min-wall") {
		o.MinWall = float64(f.minWall)
	}
	if flags.Changed("optimal-wall") {
		o.OptimalWall = float64(f.optimalWall)
	}
	if flags.Changed("min-gap") {
		o.GapLimit = float64(f.gapLimit)
	}
	if flags.Changed("chamber") {
		size := [3]float64(f.chamber)
		o.Chamber = &size
	}
	if flags.Changed("repair") {
		o.Repair = f.repair
	}
	if flags.Changed("concave-hull") {
		o.ConcaveHull = f.concaveHull
	}
}

// failOn says which verdicts make the exit code exitMet.
type failOn string

const (
	failOnFail    failOn = "fail"
	failOnWarning failOn = "warning"
)

// met reports whether a part with verdict v trips f.
func (f failOn) met(v printability.Verdict) bool {
	switch f {
	case failOnFail:
		// What was not judged, because the stages leave that out, is not certain.
		return v != printability.Printable && v != printability.PrintableWithWarnings
	case failOnWarning:
		return v != printability.Printable
	}
	return false
}

// A session is one run of analyze or info over some files.
type session struct {
	*program
	read       readFlags
	config     string
	given      *pflag.FlagSet
	threads    int
	timeout    time.Duration
	json, csv  bool
	noProgress bool
	quiet      bool
	failOn     failOn
	folder     folderFlags
}

func (s *session) addFlags(cmd *cobra.Command) {
	s.addReadFlags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&s.json, "json", false, "print one JSON object a line")
	flags.BoolVar(&s.csv, "csv", false, "print comma-separated values")
	flags.BoolVar(&s.noProgress, "no-progress", false, "show no progress bar")
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "write nothing but results and usage errors")
}

// addReadFlags adds the flags of all commands that work on one mesh.
func (s *session) addReadFlags(cmd *cobra.Command) {
	s.read.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&s.config, "config", "", "read options from a YAML or JSON `FILE`; flags win")
	flags.IntVar(&s.threads, "threads", 0, "processors to use (default all)")
	flags.DurationVar(&s.timeout, "timeout", 0, "give a file up after this time, such as 30s")
}

// options makes the options of the analysis from the configuration file and
// the flags that every analysis has.
func (s *session) options(flags *pflag.FlagSet) (analysis.Options, error) {
	var opts analysis.Options
	s.given = flags
	if s.config != "" {
		var err error
		if opts, err = loadConfig(s.config); err != nil {
			return opts, err
		}
	}
	if err := s.read.apply(flags, &opts); err != nil {
		return opts, err
	}
	if s.json && s.csv {
		return opts, errors.New("--json and --csv: choose one of them")
	}
	if s.threads < 0 {
		return opts, fmt.Errorf("--threads: give a number above 0")
	}
	if flags.Changed("timeout") && s.timeout <= 0 {
		return opts, fmt.Errorf("--timeout: give a time above 0, such as 30s")
	}
	opts.Threads = s.threads
	opts.Timeout = s.timeout
	return opts, nil
}

// run analyses the files that args name and prints what was found.
func (s *session) run(ctx context.Context, args []string, opts analysis.Options) error {
	if err := opts.Validate(); err != nil {
		return s.optionMessage(err)
	}
	workers := runtime.GOMAXPROCS(0)
	if s.threads > 0 {
		// Every file may use all threads, so that the last one does not crawl;
		// this keeps the sum of them within what was asked for.
		workers = s.threads
		runtime.GOMAXPROCS(s.threads)
	}
	if s.folder.out != "" {
		return s.runFolder(ctx, s.folder, args, opts, workers)
	}
	inputs := findInputs(args)
	out := newOutcome(s, inputs, opts)
	b := batch{
		workers: workers,
		analyse: func(ctx context.Context, in input, send func(*analysis.Report)) error {
			return s.analyse(ctx, in, opts, out.progress.begin(in), send)
		},
		print: out.print,
	}
	stopBar := out.progress.start()
	finished, err := b.run(ctx, inputs)
	stopBar()
	if err != nil {
		return out.writeError(err)
	}
	return out.finish(ctx, finished, len(inputs))
}

// analyse sends the reports of one input.
func (s *session) analyse(ctx context.Context, in input, opts analysis.Options, bar *fileProgress, send func(*analysis.Report)) error {
	opts.Name = in.name
	opts.Progress = bar.update
	defer bar.end()
	r, err := in.open(s.stdin)
	if err != nil {
		send(analysis.Refused(err, opts))
		return nil
	}
	defer r.Close()
	for report, err := range analysis.RunEach(ctx, r, opts) {
		if err != nil {
			return err
		}
		send(report)
	}
	return nil
}

// optionMessage names the flag of an option that cannot be, or the
// configuration file that it is from.
func (s *session) optionMessage(err error) error {
	var refused *analysis.OptionError
	if !errors.As(err, &refused) {
		return err
	}
	flags := map[string]string{
		"unit": "--unit", "technology": "--technology", "minWall": "--min-wall", "optimalWall": "--optimal-wall",
		"gapLimit": "--min-gap", "chamber": "--chamber", "repair": "--repair", "threads": "--threads",
		"timeout": "--timeout", "limits.triangles": "--max-triangles", "limits.fileBytes": "--max-file-size",
	}
	flag, ok := flags[refused.Option]
	switch {
	case s.config != "" && (!ok || !s.given.Changed(strings.TrimPrefix(flag, "--"))):
		return fmt.Errorf("--config %s: %w", s.config, err)
	case ok:
		return fmt.Errorf("%s: %s", flag, refused.Reason)
	}
	return err
}
