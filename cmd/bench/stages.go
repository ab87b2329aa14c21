package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// stageReport is what the child that runs the stages prints.
type stageReport struct {
	Triangles int
	Series    []series
}

// childStages runs the stages on a file in a process of their own.
func childStages(ctx context.Context, c *config, self, file string) (*stageReport, error) {
	command := exec.CommandContext(ctx, self, "stages",
		"--repeats", strconv.Itoa(c.repeats), "--threads", strconv.Itoa(c.threads), file)
	var out, message bytes.Buffer
	command.Stdout, command.Stderr = &out, &message
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("stages: %w: %s", err, bytes.TrimSpace(message.Bytes()))
	}
	var report stageReport
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		return nil, err
	}
	return &report, nil
}

// A bench is the state that stages hand on to one another.
type bench struct {
	ctx     context.Context
	threads int
	data    []byte

	mesh     *mesh.Mesh
	damaged  *mesh.Mesh
	topology *mesh.Topology
	measures *mesh.Measures
	convex   *mesh.Hull
	bvh      *mesh.BVH
	crossing *mesh.SelfIntersections
	samples  *printability.Samples
}

// A stage is one step of the engine. It does its work anew each time, checks
// what came out, and says what it worked off.
type stage struct {
	name string
	run  func(b *bench) ([]rate, error)
}

var stages = []stage{
	{"read", (*bench).read},
	{"topology", (*bench).findTopology},
	{"measure", (*bench).measure},
	{"clean", (*bench).clean},
	{"repair", (*bench).repair},
	{"convex hull", (*bench).hull},
	{"bvh", (*bench).buildBVH},
	{"closest hit", (*bench).closestHits},
	{"all hits", (*bench).allHits},
	{"nearest", (*bench).nearest},
	{"self-intersections", (*bench).selfIntersections},
	{"wall samples", (*bench).sampleWalls},
	{"walls of 1 mm", (*bench).judgeWalls},
	{"support", (*bench).support},
	{"orient", (*bench).orient},
	{"whole analysis", (*bench).analyse},
}

func runStages(ctx context.Context, args []string, out io.Writer) error {
	b := &bench{ctx: ctx}
	flags := flag.NewFlagSet("stages", flag.ContinueOnError)
	repeats := flags.Int("repeats", 5, "")
	flags.IntVar(&b.threads, "threads", 0, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.threads > 0 {
		runtime.GOMAXPROCS(b.threads)
	}
	var err error
	if b.data, err = os.ReadFile(flags.Arg(0)); err != nil {
		return err
	}
	var report stageReport
	for _, s := range stages {
		measured := series{Name: s.name}
		for range *repeats {
			runtime.GC()
			start := time.Now()
			rates, err := s.run(b)
			elapsed := time.Since(start)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			measured.Seconds = append(measured.Seconds, elapsed.Seconds())
			measured.Rates = rates
		}
		report.Series = append(report.Series, measured)
	}
	report.Triangles = len(b.mesh.Triangles)
	return json.NewEncoder(out).Encode(report)
}

func (b *bench) triangles() []rate {
	return []rate{{"Mtri", float64(len(b.mesh.Triangles)) / 1e6}}
}

// read is reading with the exact weld.
func (b *bench) read() ([]rate, error) {
	file, err := mesh.Read(b.ctx, b.data, mesh.ReadOptions{})
	if err != nil {
		return nil, err
	}
	b.mesh = file.Mesh
	if d := b.mesh.Bounds().Diagonal(); !(d > 0) || math.IsInf(d, 0) {
		return nil, errors.New("the mesh has no extent")
	}
	return append([]rate{{"MB", float64(len(b.data)) / 1e6}}, b.triangles()...), nil
}

func (b *bench) findTopology() ([]rate, error) {
	topology, err := mesh.NewTopology(b.ctx, b.mesh, b.threads)
	if err != nil {
		return nil, err
	}
	b.topology = topology
	if topology.Shells == 0 || topology.Triangles() == 0 {
		return nil, errors.New("the mesh has no shell")
	}
	return b.triangles(), nil
}

func (b *bench) measure() ([]rate, error) {
	measures, err := mesh.Measure(b.ctx, b.mesh, b.topology, b.threads)
	if err != nil {
		return nil, err
	}
	b.measures = measures
	if !(measures.Area > 0) {
		return nil, errors.New("the mesh has no area")
	}
	return b.triangles(), nil
}

// clean is the weld by tolerance and the removal of duplicates. What follows
// goes on with the mesh as it was, as its triangle count is.
func (b *bench) clean() ([]rate, error) {
	_, _, _, err := mesh.Clean(b.ctx, b.mesh, b.topology, b.threads)
	return b.triangles(), err
}

// repair repairs the mesh with every 997th triangle left out and every 501st
// turned over, as a program that repairs files does after reading.
func (b *bench) repair() ([]rate, error) {
	if b.damaged == nil {
		b.damaged = damage(b.mesh)
	}
	_, report, err := mesh.Repair(b.ctx, b.damaged, mesh.RepairOptions{Threads: b.threads})
	if err != nil {
		return nil, err
	}
	if !report.Changed {
		return nil, errors.New("nothing was repaired")
	}
	return b.triangles(), nil
}

func damage(m *mesh.Mesh) *mesh.Mesh {
	out := *m
	out.Triangles = nil
	for f, t := range m.Triangles {
		switch {
		case f%997 == 0:
			continue
		case f%501 == 0:
			t[1], t[2] = t[2], t[1]
		}
		out.Triangles = append(out.Triangles, t)
	}
	return &out
}

func (b *bench) hull() ([]rate, error) {
	hull, err := mesh.ConvexHull(b.ctx, b.mesh)
	if err != nil {
		return nil, err
	}
	if !(hull.Volume > 0) {
		return nil, errors.New("the hull has no volume")
	}
	b.convex = hull
	return b.triangles(), nil
}
