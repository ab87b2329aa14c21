package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"text/tabwriter"
)

// A raysLine is what `bench rays --json` and Embree's program print; only the
// latter has a mode: fast or robust.
type raysLine struct {
	Mode string `json:"mode"`
	rayReport
}

// A raysContest are the lines of the engine and of each mode of Embree, one a
// turn.
type raysContest struct {
	engine, fast, robust []raysLine
}

// rayLimit is how far bounded rays run, in mm.
const rayLimit = 2

// contestRays casts the rays of a file with the engine and with Embree, in
// turn, each on one thread.
func contestRays(ctx context.Context, repeats int, self, peer, file string) (*raysContest, error) {
	limit := strconv.Itoa(rayLimit)
	var r raysContest
	for range repeats {
		ours, err := raysLines(ctx, self, "rays", "--json", "--threads", "1", "--limit", limit, file)
		if err != nil {
			return nil, err
		}
		r.engine = append(r.engine, ours...)
		theirs, err := raysLines(ctx, peer, file, limit)
		if err != nil {
			return nil, err
		}
		for _, line := range theirs {
			if line.Mode == "robust" {
				r.robust = append(r.robust, line)
			} else {
				r.fast = append(r.fast, line)
			}
		}
	}
	if len(r.engine) != repeats || len(r.fast) != repeats || len(r.robust) != repeats {
		return nil, fmt.Errorf("%d, %d and %d lines of rays in %d turns", len(r.engine), len(r.fast), len(r.robust), repeats)
	}
	return &r, nil
}

// raysLines runs a program and reads the lines it prints.
func raysLines(ctx context.Context, program string, args ...string) ([]raysLine, error) {
	command := exec.CommandContext(ctx, program, args...)
	var out, message bytes.Buffer
	command.Stdout, command.Stderr = &out, &message
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(message.Bytes()))
	}
	var lines []raysLine
	for decoder := json.NewDecoder(&out); ; {
		var line raysLine
		if err := decoder.Decode(&line); err == io.EOF {
			return lines, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", program, err)
		}
		lines = append(lines, line)
	}
}

// write prints both as tables: what was found, and how fast.
func (r *raysContest) write(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rays, one thread\tMrays/s\tup to 2 mm\tbuild ms\trays\tmisses\tmin\tp1\tp5\tp50\t")
	for _, who := range r.sides() {
		l := &who.lines[len(who.lines)-1]
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.1f\t%d\t%d\t%.5f\t%.5f\t%.5f\t%.5f\t\n", who.name,
			median(column(who.lines, mrays)), median(column(who.lines, bounded)), 1e3*median(column(who.lines, build)),
			l.Rays, l.Misses, l.Min, l.P1, l.P5, l.P50)
	}
	w.Flush()
	fmt.Fprintln(out)
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "engine by\tMrays/s\t(best)\tup to 2 mm\t(best)\tbuild\t(best)\t")
	for _, who := range r.sides()[1:] {
		fmt.Fprint(w, who.name, "\t")
		for _, of := range []func(*raysLine) float64{mrays, bounded} {
			a, b := column(r.engine, of), column(who.lines, of)
			fmt.Fprintf(w, "%.2f\t%.2f\t", median(ratios(a, b)), slices.Max(a)/slices.Max(b))
		}
		a, b := column(r.engine, build), column(who.lines, build)
		fmt.Fprintf(w, "%.2f\t%.2f\t\n", median(ratios(a, b)), slices.Min(a)/slices.Min(b))
	}
	w.Flush()
	if difference := r.disagreement(); difference > 1e-3 {
		fmt.Fprintf(out, "The distances differ by up to %.2g of their size: these are not the same rays.\n", difference)
	}
	fmt.Fprintln(out)
}

// writeLines prints every turn in the form that benchstat reads.
func (r *raysContest) writeLines(out io.Writer, model string) {
	for _, who := range r.sides() {
		for _, l := range who.lines {
			fmt.Fprintf(out, "Benchmark%s/%s 1 %.0f ns/op %.4f Mrays/s %.4f Mrays-2mm/s\n",
				title("rays "+who.name), model, 1e9*l.BuildSeconds, l.MraysPerSecond, l.Bounded)
		}
	}
}

// A raysSide is one of those that cast the rays.
type raysSide struct {
	name  string
	lines []raysLine
}

func (r *raysContest) sides() []raysSide {
	return []raysSide{{"engine", r.engine}, {"embree, robust", r.robust}, {"embree, fast", r.fast}}
}

func mrays(l *raysLine) float64   { return l.MraysPerSecond }
func bounded(l *raysLine) float64 { return l.Bounded }
func build(l *raysLine) float64   { return l.BuildSeconds }

func column(lines []raysLine, of func(*raysLine) float64) []float64 {
	out := make([]float64, len(lines))
	for i := range lines {
		out[i] = of(&lines[i])
	}
	return out
}

// disagreement returns the largest relative difference of the quantiles that
// the engine and Embree's robust mode found; infinite if they cast different
// numbers of rays.
func (r *raysContest) disagreement() float64 {
	a, b := r.engine[0], r.robust[0]
	if a.Rays != b.Rays || a.Triangles != b.Triangles {
		return math.Inf(1)
	}
	worst := 0.0
	for _, q := range [...][2]float64{{a.P1, b.P1}, {a.P5, b.P5}, {a.P50, b.P50}} {
		worst = max(worst, math.Abs(q[0]-q[1])/max(math.Abs(q[1]), 1e-9))
	}
	return worst
}
