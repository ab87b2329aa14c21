// Command bench measures the engine over model files: each stage alone, and
// the whole program beside its peers. benchmarks/README.md explains how to
// read the results.
//
// The process that measures programs stays small and loads no model, because
// the peak memory of a child counts from that of its parent: stages run in a
// child of their own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// config is what the flags say.
type config struct {
	stageOptions
	growth   bool
	peers    bool
	programs bool
	quick    bool
	analyzer string
	out      string
	label    string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A command is a part of bench that is called by its name.
type command struct {
	name, does string
	run        func(ctx context.Context, args []string, out io.Writer) error
}

func commands() []command {
	return []command{
		{"growth", "how the time of each stage grows, on surfaces that are hard on one or another", runGrowth},
		{"machine", "how fast memory is here: what bounds every stage from below", runMachine},
		{"rays", "FILE: cast the rays of wall thicknesses, as peers do", runRays},
		{"load", "FILE: read a model and print the seconds", runLoad},
		{"double", "IN OUT: write a model with twice its triangles", runDouble},
		{"family", "NAME SIZE OUT: write a surface that growth is measured on", runFamily},
		{"stages", "measure the stages in this process, for bench itself", runStages},
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	for _, c := range commands() {
		if len(args) > 0 && args[0] == c.name {
			return c.run(ctx, args[1:], out)
		}
	}
	return runModels(ctx, args, out)
}

// runModels measures the models that args name.
func runModels(ctx context.Context, args []string, out io.Writer) error {
	var c config
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Usage = func() { usage(flags) }
	flags.IntVar(&c.repeats, "repeats", 5, "how often each thing is measured")
	flags.IntVar(&c.threads, "threads", 0, "processors to use; 0 means all")
	flags.BoolVar(&c.scaling, "scaling", false, "run each stage with one thread as well, in turn")
	flags.BoolVar(&c.growth, "growth", false, "measure each model again with twice its triangles")
	flags.BoolVar(&c.peers, "peers", false, "run the peers that are here on the same file in turn and give ratios")
	flags.BoolVar(&c.programs, "programs", true, "measure the analyzer as a program")
	flags.BoolVar(&c.quick, "quick", false, "everything once, no result file: shows that it runs")
	flags.StringVar(&c.analyzer, "analyzer", "", "the analyzer to measure; default the one beside bench or in bin")
	flags.StringVar(&c.out, "out", "benchmarks/results", "folder for the result; empty for none")
	flags.StringVar(&c.label, "label", "engine", "word in the name of the result file")
	if err := flags.Parse(args); err != nil {
		return ignoreHelp(err)
	}
	models := flags.Args()
	if len(models) == 0 {
		models = defaultModels()
	}
	if c.quick {
		c.repeats, c.out = 1, ""
	}
	if c.repeats < 1 {
		return errors.New("--repeats must be at least 1")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if c.analyzer == "" {
		c.analyzer = beside(self, "analyzer")
	}

	var result strings.Builder
	both := io.MultiWriter(out, &result)
	writeHeader(ctx, both, args)
	failed := 0
	for _, file := range models {
		if err := measureFile(ctx, &c, self, file, both); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintf(both, "%s: %v\n\n", filepath.Base(file), err)
			failed++
		}
	}
	if c.out != "" {
		if err := writeResult(c.out, c.label, result.String(), out); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d models could not be measured", failed, len(models))
	}
	return nil
}

func usage(flags *flag.FlagSet) {
	out := flags.Output()
	fmt.Fprint(out, "usage: bench [flags] [FILE…], or bench COMMAND\n\n")
	for _, c := range commands() {
		fmt.Fprintf(out, "  %-8s %s\n", c.name, c.does)
	}
	fmt.Fprintln(out)
	flags.PrintDefaults()
}

// defaultModels returns two of our own models and, where the variable that
// tests use names a folder of real ones, two of those: an assembly of large
// and thin triangles, and a lattice.
func defaultModels() []string {
	models := []string{"testdata/models/housing.stl", "testdata/models/comb.stl"}
	if folder := os.Getenv("PARTGAUGE_MODELS"); folder != "" {
		models = append(models, filepath.Join(folder, "trimesh__counter.unitsmm.STL"), filepath.Join(folder, "model3d__hierarchy_test.stl"))
	}
	return models
}

// ignoreHelp returns err unless it says that help was asked for and given.
func ignoreHelp(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// writeResult writes a result into a folder, under the time and a label.
func writeResult(folder, label, result string, out io.Writer) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	path := filepath.Join(folder, time.Now().UTC().Format("2006-01-02T1504")+"-"+label+".txt")
	fmt.Fprintln(out, "written to", path)
	return os.WriteFile(path, []byte(result), 0o644)
}

// measureFile measures one model and, with --growth, its double.
func measureFile(ctx context.Context, c *config, self, file string, out io.Writer) error {
	model, err := measureModel(ctx, c, self, file, out)
	if err != nil || !c.growth {
		return err
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	double := filepath.Join(folder, name+"-double.stl")
	if output, err := exec.CommandContext(ctx, self, "double", file, double).CombinedOutput(); err != nil {
		return fmt.Errorf("doubling: %w: %s", err, output)
	}
	twice, err := measureModel(ctx, c, self, double, out)
	if err != nil {
		return err
	}
	writeGrowth(out, model, twice)
	return nil
}

// measurement is what was found out about one model.
type measurement struct {
	name      string
	triangles int
	stages    []series
	programs  []program
	missing   []string     // of the peers, a line each
	rays      *raysContest // nil if there is none
}

func measureModel(ctx context.Context, c *config, self, file string, out io.Writer) (*measurement, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(file)
	m := &measurement{name: strings.TrimSuffix(name, filepath.Ext(name))}
	if c.programs {
		// Programs first: their files are then in the cache for all alike.
		if m.programs, m.missing, err = measurePrograms(ctx, c, self, file); err != nil {
			return nil, err
		}
	}
	if c.peers && embree.reads(file) {
		if path, err := embree.find(self); err != nil {
			m.missing = append(m.missing, err.Error())
		} else if m.rays, err = contestRays(ctx, c.repeats, self, path, file); err != nil {
			return nil, err
		}
	}
	stages, err := childStages(ctx, &c.stageOptions, self, file)
	if err != nil {
		return nil, err
	}
	m.stages, m.triangles = stages.Series, stages.Triangles
	fmt.Fprintf(out, "## %s: %d triangles, %.1f MB\n\n", name, m.triangles, float64(info.Size())/1e6)
	writeStages(out, m)
	writePrograms(out, m)
	if m.rays != nil {
		m.rays.write(out)
	}
	writeLines(out, m)
	return m, nil
}

func writeHeader(ctx context.Context, out io.Writer, args []string) {
	// Models by name: where they lie is of no interest elsewhere.
	fmt.Fprint(out, "# bench")
	for _, a := range args {
		fmt.Fprint(out, " ", filepath.Base(a))
	}
	fmt.Fprintln(out)
	fmt.Fprintf(out, "date: %s\n", time.Now().UTC().Format(time.RFC3339))
	if commit, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		fmt.Fprintf(out, "commit: %s\n", strings.TrimSpace(string(commit)))
	}
	fmt.Fprintf(out, "goos: %s\ngoarch: %s\ngo: %s\n", runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(out, "cpu: %s\nprocessors: %d\n", processorName(), runtime.GOMAXPROCS(0))
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Fprintf(out, "load: %s\n", strings.TrimSpace(string(load)))
	}
	fmt.Fprintln(out)
}

func processorName() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
