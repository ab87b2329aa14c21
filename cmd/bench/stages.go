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
	Peak      int64 `json:"-"` // largest resident memory of the child, bytes
}

// stageOptions say how the stages are run.
type stageOptions struct {
	repeats int
	threads int
	// scaling runs every stage with one thread as well, in turn.
	scaling bool
	// patience, if any, is how long a stage may take: with it, one that takes
	// longer or fails is left out with a note, and one that has taken as long
	// in all is not repeated.
	patience time.Duration
}

// arguments returns o as arguments of the child.
func (o *stageOptions) arguments() []string {
	return []string{
		"--repeats", strconv.Itoa(o.repeats), "--threads", strconv.Itoa(o.threads),
		"--scaling=" + strconv.FormatBool(o.scaling), "--patience", o.patience.String(),
	}
}

func (o *stageOptions) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("stages", flag.ContinueOnError)
	flags.IntVar(&o.repeats, "repeats", 5, "")
	flags.IntVar(&o.threads, "threads", 0, "")
	flags.BoolVar(&o.scaling, "scaling", false, "")
	flags.DurationVar(&o.patience, "patience", 0, "")
	return flags
}

// childStages runs the stages on a file in a process of their own.
func childStages(ctx context.Context, o *stageOptions, self, file string) (*stageReport, error) {
	command := exec.CommandContext(ctx, self, append(append([]string{"stages"}, o.arguments()...), file)...)
	var out, message bytes.Buffer
	command.Stdout, command.Stderr = &out, &message
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("stages: %w: %s", err, bytes.TrimSpace(message.Bytes()))
	}
	report := stageReport{Peak: peakMemory(command.ProcessState)}
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
	name    string
	prepare func(b *bench) // once, not measured
	run     func(b *bench) ([]rate, error)
	needed  bool // by stages that follow
}

var stages = []stage{
	{name: "read", run: (*bench).read, needed: true},
	{name: "topology", run: (*bench).findTopology, needed: true},
	{name: "measure", run: (*bench).measure, needed: true},
	{name: "clean", run: (*bench).clean},
	{name: "repair", prepare: (*bench).damage, run: (*bench).repair},
	{name: "convex hull", run: (*bench).hull},
	{name: "bvh", run: (*bench).buildBVH, needed: true},
	{name: "closest hit", run: (*bench).closestHits},
	{name: "all hits", run: (*bench).allHits},
	{name: "nearest", run: (*bench).nearest},
	{name: "self-intersections", run: (*bench).selfIntersections},
	{name: "wall samples", run: (*bench).sampleWalls},
	{name: "walls of 1 mm", run: (*bench).judgeWalls},
	{name: "support", run: (*bench).support},
	{name: "orient", run: (*bench).orient},
	{name: "whole analysis", run: (*bench).analyse},
}

func runStages(ctx context.Context, args []string, out io.Writer) error {
	var o stageOptions
	flags := o.flags()
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.threads > 0 {
		runtime.GOMAXPROCS(o.threads)
	}
	o.threads = runtime.GOMAXPROCS(0)
	b := &bench{ctx: ctx, threads: o.threads}
	var err error
	if b.data, err = os.ReadFile(flags.Arg(0)); err != nil {
		return err
	}
	var report stageReport
	for _, s := range stages {
		measured, err := b.repeat(ctx, s, &o)
		if err != nil {
			if o.patience == 0 || s.needed || ctx.Err() != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			measured = series{Name: s.name, Note: err.Error()}
		}
		report.Series = append(report.Series, measured)
	}
	report.Triangles = len(b.mesh.Triangles)
	return json.NewEncoder(out).Encode(report)
}

// repeat runs s several times, each time with all threads and, for its
// scaling, with one: the last run is with all.
func (b *bench) repeat(ctx context.Context, s stage, o *stageOptions) (series, error) {
	measured := series{Name: s.name}
	if s.prepare != nil {
		s.prepare(b)
	}
	before := heldMemory()
	begin := time.Now()
	for range o.repeats {
		if o.scaling {
			run, err := b.once(ctx, s, 1, o.patience)
			if err != nil {
				return series{}, err
			}
			measured.Single = append(measured.Single, run.seconds)
		}
		run, err := b.once(ctx, s, o.threads, o.patience)
		if err != nil {
			return series{}, err
		}
		measured.Seconds = append(measured.Seconds, run.seconds)
		measured.Processor = append(measured.Processor, run.processor)
		measured.Rates = run.rates
		if o.patience > 0 && time.Since(begin) > o.patience {
			break
		}
	}
	measured.Held = max(0, heldMemory()-before)
	return measured, nil
}

// A stageRun is one run of a stage: its seconds, those of all processors, and
// what it worked off.
type stageRun struct {
	seconds, processor float64
	rates              []rate
}

func (b *bench) once(ctx context.Context, s stage, threads int, patience time.Duration) (stageRun, error) {
	if runtime.GOMAXPROCS(0) != threads {
		runtime.GOMAXPROCS(threads)
	}
	b.ctx, b.threads = ctx, threads
	if patience > 0 {
		within, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		b.ctx = within
	}
	runtime.GC()
	worked, start := processorSeconds(), time.Now()
	rates, err := s.run(b)
	return stageRun{time.Since(start).Seconds(), processorSeconds() - worked, rates}, err
}

// heldMemory returns how much memory is in use, after two collections: what
// pools hold goes with the second.
func heldMemory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
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

// damage makes the mesh with every 997th triangle left out and every 501st
// turned over.
func (b *bench) damage() {
	b.damaged = &mesh.Mesh{Vertices: b.mesh.Vertices, SinglePrecision: b.mesh.SinglePrecision}
	for f, t := range b.mesh.Triangles {
		switch {
		case f%997 == 0:
			continue
		case f%501 == 0:
			t[1], t[2] = t[2], t[1]
		}
		b.damaged.Triangles = append(b.damaged.Triangles, t)
	}
}

// repair repairs the damaged mesh, as a program that repairs files does after
// reading.
func (b *bench) repair() ([]rate, error) {
	_, report, err := mesh.Repair(b.ctx, b.damaged, mesh.RepairOptions{Threads: b.threads})
	if err != nil {
		return nil, err
	}
	if !report.Changed {
		return nil, errors.New("nothing was repaired")
	}
	return b.triangles(), nil
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
