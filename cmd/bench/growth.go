package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// growthOptions are the flags of bench growth.
type growthOptions struct {
	stageOptions
	family string
	size   int
	limit  float64
	json   bool
	out    string
}

// least is the time in seconds from which a ratio says something.
const least = 0.01

// runGrowth measures surfaces of each family and of twice the size.
func runGrowth(ctx context.Context, args []string, out io.Writer) error {
	o := growthOptions{}
	flags := flag.NewFlagSet("growth", flag.ContinueOnError)
	flags.StringVar(&o.family, "family", "", "one of "+familyNames()+"; empty for all")
	flags.IntVar(&o.size, "size", 0, "size that is doubled; 0 means that of the family")
	flags.IntVar(&o.repeats, "repeats", 3, "how often each stage is measured")
	flags.IntVar(&o.threads, "threads", 0, "processors to use; 0 means all")
	flags.DurationVar(&o.patience, "patience", 2*time.Minute, "leave out a stage that takes longer")
	flags.Float64Var(&o.limit, "limit", 2.2, "mark what grows more")
	flags.BoolVar(&o.json, "json", false, "print a line of JSON for each stage")
	flags.StringVar(&o.out, "out", "", "folder for the result; empty for none")
	if err := flags.Parse(args); err != nil {
		return ignoreHelp(err)
	}
	chosen := families
	if o.family != "" {
		f, err := findFamily(o.family)
		if err != nil {
			return err
		}
		chosen = []family{f}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var result strings.Builder
	both := io.MultiWriter(out, &result)
	if !o.json {
		writeHeader(ctx, both, append([]string{"growth"}, args...))
	}
	for _, f := range chosen {
		if err := growFamily(ctx, &o, self, f, both); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if o.out == "" {
		return nil
	}
	return writeResult(o.out, "growth", result.String(), out)
}

func familyNames() string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

// growFamily measures one family at a size and at twice the size.
func growFamily(ctx context.Context, o *growthOptions, self string, f family, out io.Writer) error {
	size := o.size
	if size == 0 {
		size = f.size
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var reports [2]*stageReport
	for i, n := range []int{size, 2 * size} {
		file := filepath.Join(folder, f.name+".stl")
		if output, err := exec.CommandContext(ctx, self, "family", f.name, strconv.Itoa(n), file).CombinedOutput(); err != nil {
			return fmt.Errorf("making it: %w: %s", err, output)
		}
		if reports[i], err = childStages(ctx, &o.stageOptions, self, file); err != nil {
			return err
		}
	}
	rows := growthRows(f.name, reports[0], reports[1])
	if o.json {
		encoder := json.NewEncoder(out)
		for i := range rows {
			if err := encoder.Encode(&rows[i]); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(out, "## %s: %d and %d %s, %d and %d triangles; peak %.0f and %.0f MB\n",
		f.name, size, 2*size, f.unit, reports[0].Triangles, reports[1].Triangles, float64(reports[0].Peak)/1e6, float64(reports[1].Peak)/1e6)
	if f.quadratic != "" {
		fmt.Fprintf(out, "Grows more than with its size: %s.\n", f.quadratic)
	}
	fmt.Fprintln(out)
	writeGrowthRows(out, rows, o.limit)
	return nil
}

// A growthRow says how one stage grew. Times are the least of the runs, in
// seconds; ratios are brought to exactly twice the triangles.
type growthRow struct {
	Family    string  `json:"family"`
	Stage     string  `json:"stage"`
	Triangles [2]int  `json:"triangles"`
	One       float64 `json:"seconds"`
	Two       float64 `json:"doubleSeconds"`
	Wall      float64 `json:"wallRatio"`
	Processor float64 `json:"processorRatio"` // 0 where the system does not tell
	Note      string  `json:"note,omitempty"`
}

// growthRows compares the stages of two reports, of which two is of about
// twice the triangles.
func growthRows(name string, one, two *stageReport) []growthRow {
	factor := 2 * float64(one.Triangles) / float64(two.Triangles)
	rows := make([]growthRow, len(one.Series))
	for i := range rows {
		a, b := &one.Series[i], &two.Series[i]
		row := growthRow{Family: name, Stage: a.Name, Triangles: [2]int{one.Triangles, two.Triangles}, Note: a.Note}
		if row.Note == "" {
			row.Note = b.Note
		}
		if row.Note == "" {
			row.One, row.Two = a.min(), b.min()
			row.Wall = factor * row.Two / row.One
			if worked := slices.Min(a.Processor); worked > 0 {
				row.Processor = factor * slices.Min(b.Processor) / worked
			}
		}
		rows[i] = row
	}
	return rows
}

// writeGrowthRows prints rows and marks those that take long enough to tell
// and grow beyond limit by both clocks.
func writeGrowthRows(out io.Writer, rows []growthRow, limit float64) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "stage\tms\tms of the double\tratio\tprocessor time\t\t")
	for _, r := range rows {
		if r.Note != "" {
			continue
		}
		mark := ""
		if r.Two >= least && r.Wall > limit && (r.Processor > limit || r.Processor == 0) {
			mark = "!"
		}
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.2f\t%.2f\t%s\t\n", r.Stage, 1e3*r.One, 1e3*r.Two, r.Wall, r.Processor, mark)
	}
	w.Flush()
	for _, r := range rows {
		if r.Note != "" {
			fmt.Fprintf(out, "%s: %s\n", r.Stage, r.Note)
		}
	}
	fmt.Fprintln(out)
}
