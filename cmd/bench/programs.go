package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A program is a command line that is measured from start to end.
type program struct {
	series
	peak int64 // largest resident memory of any run, bytes
	peer bool

	command []string
}

// measurePrograms runs the analyzer and, if asked, its peer on a file, in
// turn, so that what disturbs the machine disturbs all of them.
func measurePrograms(ctx context.Context, c *config, file string) ([]program, error) {
	threads := strconv.Itoa(c.threads)
	programs := []program{
		{series: series{Name: "analyzer info"}, command: []string{c.analyzer, "info", "--json", file}},
		{
			series:  series{Name: "analyzer analyze"},
			command: []string{c.analyzer, "analyze", "--json", "--threads", threads, "--min-wall", "1", file},
		},
	}
	// admesh reads nothing but STL.
	if c.peers && strings.EqualFold(filepath.Ext(file), ".stl") {
		path, err := exec.LookPath("admesh")
		if err != nil {
			return nil, errors.New("--peers needs admesh: install it")
		}
		// Its default checks: edges, holes, normals, shells, volume.
		programs = append(programs, program{series: series{Name: "admesh"}, peer: true, command: []string{path, file}})
	}
	if _, err := os.Stat(c.analyzer); err != nil {
		return nil, fmt.Errorf("no analyzer to measure (--programs=false leaves it out): %w", err)
	}
	for range c.repeats {
		for i := range programs {
			if err := programs[i].once(ctx); err != nil {
				return nil, err
			}
		}
	}
	return programs, nil
}

// once runs p and adds the time and memory it took.
func (p *program) once(ctx context.Context) error {
	command := exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	command.Stdout, command.Stderr = io.Discard, io.Discard
	start := time.Now()
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	p.Seconds = append(p.Seconds, time.Since(start).Seconds())
	p.peak = max(p.peak, peakMemory(command.ProcessState))
	return nil
}
