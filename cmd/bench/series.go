package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// A series is one thing measured several times.
type series struct {
	Name      string
	Seconds   []float64
	Processor []float64 // seconds of all processors together; nil for programs
	Single    []float64 // seconds with one thread, in turn; nil if not asked for
	// Rates are what one run worked off, by unit: "MB", "Mtri", "Mrays".
	Rates []rate
	// Held is the memory in bytes that what was made takes.
	Held int64
	Note string // why it was not measured
}

type rate struct {
	Unit  string
	Count float64
}

func (s *series) min() float64 { return slices.Min(s.Seconds) }

func (s *series) median() float64 { return median(s.Seconds) }

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func writeStages(out io.Writer, m *measurement) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	scaling := slices.ContainsFunc(m.stages, func(s series) bool { return s.Single != nil })
	fmt.Fprint(w, "stage\tmin ms\tmedian ms\tper second\tns/triangle\tbytes/triangle held\t")
	if scaling {
		fmt.Fprint(w, "one thread ms\tall by one\t")
	}
	fmt.Fprintln(w)
	for i := range m.stages {
		s := &m.stages[i]
		if s.Note != "" {
			continue
		}
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%s\t%.1f\t%s\t", s.Name, 1e3*s.min(), 1e3*s.median(), s.rates(),
			1e9*s.median()/float64(m.triangles), held(s.Held, m.triangles))
		if scaling {
			fmt.Fprintf(w, "%.2f\t%.2f\t", 1e3*median(s.Single), median(ratios(s.Single, s.Seconds)))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	for _, s := range m.stages {
		if s.Note != "" {
			fmt.Fprintf(out, "%s: %s\n", s.Name, s.Note)
		}
	}
	fmt.Fprintln(out)
}

// rates returns what s works off in a second of the median.
func (s *series) rates() string {
	words := make([]string, len(s.Rates))
	for i, r := range s.Rates {
		words[i] = fmt.Sprintf("%.4g %s", r.Count/s.median(), r.Unit)
	}
	return strings.Join(words, ", ")
}

// held returns the bytes a triangle of what a stage made, or nothing where it
// made no more than counters.
func held(bytes int64, triangles int) string {
	if each := float64(bytes) / float64(triangles); each >= 0.05 {
		return fmt.Sprintf("%.1f", each)
	}
	return ""
}

// ratios returns a[i]/b[i] for the runs in which both were measured.
func ratios(a, b []float64) []float64 {
	out := make([]float64, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] / b[i]
	}
	return out
}

// writeLines prints every run in the form that benchstat reads.
func writeLines(out io.Writer, m *measurement) {
	all := slices.Clone(m.stages)
	for _, p := range m.programs {
		all = append(all, p.series)
	}
	for _, s := range all {
		for _, seconds := range s.Seconds {
			fmt.Fprintf(out, "Benchmark%s/%s 1 %.0f ns/op", title(s.Name), m.name, 1e9*seconds)
			for _, r := range s.Rates {
				fmt.Fprintf(out, " %.5g %s/s", r.Count/seconds, r.Unit)
			}
			fmt.Fprintln(out)
		}
	}
	for _, p := range m.programs {
		fmt.Fprintf(out, "Benchmark%s/%s 1 %d peak-B %.1f B/tri\n", title(p.Name), m.name, p.peak, float64(p.peak)/float64(m.triangles))
	}
	if m.rays != nil {
		m.rays.writeLines(out, m.name)
	}
	fmt.Fprintln(out)
}

// title makes a name fit for benchstat: words joined, the first letters large.
func title(name string) string {
	out := []byte{}
	up := true
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z' && up:
			out = append(out, c-'a'+'A')
			up = false
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9':
			out = append(out, c)
			up = false
		default:
			up = true
		}
	}
	return string(out)
}

// writeGrowth prints how times grow from a model to its double, as the ratio
// of medians and as what it would be for exactly twice the triangles.
func writeGrowth(out io.Writer, one, two *measurement) {
	factor := float64(two.triangles) / float64(one.triangles)
	fmt.Fprintf(out, "## growth of %s: %d to %d triangles (× %.3f)\n\n", one.name, one.triangles, two.triangles, factor)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "what\tmedian\tmin\t")
	row := func(a, b *series) {
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t\n", a.Name, b.median()/a.median(), b.min()/a.min())
	}
	for i := range min(len(one.stages), len(two.stages)) {
		row(&one.stages[i], &two.stages[i])
	}
	for i := range min(len(one.programs), len(two.programs)) {
		row(&one.programs[i].series, &two.programs[i].series)
	}
	w.Flush()
	fmt.Fprintln(out)
}
