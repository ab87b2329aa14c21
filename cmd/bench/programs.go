package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"text/tabwriter"
	"time"
)

// A program is a command line that is measured from start to end.
type program struct {
	series
	peak int64 // largest resident memory of any run, bytes
	peer bool
	idle bool // it does nothing: what is measured is the start of a process
	// timed programs print the seconds of what they do as JSON: the start of
	// the process does not count.
	timed bool

	command []string
}

// measurePrograms runs the analyzer and, if asked, its peers on a file, in
// turn, so that what disturbs the machine disturbs all of them. It returns a
// line for each peer that is not here.
func measurePrograms(ctx context.Context, c *config, self, file string) (programs []program, missing []string, err error) {
	if c.analyzer == "" {
		return nil, nil, errors.New("there is no analyzer beside bench or in bin: make build (--programs=false leaves it out)")
	}
	programs = []program{
		{series: series{Name: "analyzer version"}, idle: true, command: []string{c.analyzer, "version"}},
		{series: series{Name: "analyzer info"}, command: []string{c.analyzer, "info", "--json", file}},
		{
			series:  series{Name: "analyzer analyze"},
			command: []string{c.analyzer, "analyze", "--json", "--threads", strconv.Itoa(c.threads), "--min-wall", "1", file},
		},
		{series: series{Name: "load: engine"}, timed: true, command: []string{self, "load", file}},
	}
	if c.peers {
		for i := range peers {
			p := &peers[i]
			if !p.reads(file) {
				continue
			}
			path, err := p.find(self)
			if err != nil {
				missing = append(missing, err.Error())
				continue
			}
			command := append(append([]string{path}, p.args...), file)
			programs = append(programs, program{series: series{Name: p.name}, peer: true, timed: p.timed, command: command})
		}
	}
	for range c.repeats {
		for i := range programs {
			if err := programs[i].once(ctx); err != nil {
				return nil, nil, err
			}
		}
	}
	return programs, missing, nil
}

// once runs p and adds the time and memory it took.
func (p *program) once(ctx context.Context) error {
	command := exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	var out bytes.Buffer
	command.Stdout, command.Stderr = io.Discard, io.Discard
	if p.timed {
		command.Stdout = &out
	}
	start := time.Now()
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	seconds := time.Since(start).Seconds()
	if p.timed {
		var line loadLine
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		seconds = line.Seconds
	}
	p.Seconds = append(p.Seconds, seconds)
	p.peak = max(p.peak, peakMemory(command.ProcessState))
	return nil
}

// writePrograms prints the programs with their peak memory, and the ratios of
// ours to the peers.
func writePrograms(out io.Writer, m *measurement) {
	for _, line := range m.missing {
		fmt.Fprintln(out, line)
	}
	if len(m.programs) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\tmin ms\tmedian ms\tpeak MB\tbytes/triangle\t")
	for i := range m.programs {
		p := &m.programs[i]
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%.0f\t\n", p.Name, 1e3*p.min(), 1e3*p.median(), float64(p.peak)/1e6, float64(p.peak)/float64(m.triangles))
	}
	w.Flush()
	fmt.Fprintln(out)
	writeRatios(out, m.programs)
}

// writeRatios prints our times by those of the peers that are timed alike: the
// median of the ratios within a turn, and the ratio of the minima.
func writeRatios(out io.Writer, programs []program) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "ours\tby\tmedian\tmin\t")
	any := false
	for i := range programs {
		for k := range programs {
			p, q := &programs[i], &programs[k]
			if p.peer || p.idle || !q.peer || p.timed != q.timed {
				continue
			}
			any = true
			fmt.Fprintf(w, "%s\t%s\t%.2f\t%.2f\t\n", p.Name, q.Name, median(ratios(p.Seconds, q.Seconds)), p.min()/q.min())
		}
	}
	if any {
		w.Flush()
		fmt.Fprintln(out)
	}
}

// A loadLine is what programs that only read a file print, the peers too.
type loadLine struct {
	Triangles int     `json:"triangles"`
	Seconds   float64 `json:"seconds"`
}
