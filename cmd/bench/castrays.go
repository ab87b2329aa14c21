package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

const (
	rayBuilds = 3 // of which the median counts
	rayCasts  = 7

	// rayStep is how far below its facet a ray starts, in diagonals of the
	// box.
	rayStep = 1e-5
)

// A rayReport is what bench rays prints. Quantiles are those of the distances
// of the rays that hit something.
type rayReport struct {
	Triangles      int     `json:"triangles"`
	Rays           int     `json:"rays"`
	BuildSeconds   float64 `json:"buildSeconds"`
	MraysPerSecond float64 `json:"mraysPerSecond"`
	Bounded        float64 `json:"boundedMraysPerSecond"`
	Misses         int     `json:"misses"`
	Min            float64 `json:"min"`
	P1             float64 `json:"p1"`
	P5             float64 `json:"p5"`
	P50            float64 `json:"p50"`
}

// runRays casts the rays of a wall thickness at a model, with one thread, and
// prints how long that takes and what it finds: for each facet with area one
// ray, from its centroid a little below it straight into the part, in the
// order of the file. Origins and directions are rounded to single precision,
// as they are for ray tracers that know nothing else.
func runRays(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench rays", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print one line of JSON")
	threads := flags.Int("threads", 1, "threads; only one is measured")
	limit := flags.Float64("limit", 2, "length in mm of the bounded rays")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if flags.NArg() != 1 || *threads != 1 || !(*limit > 0) {
		return errors.New("usage: bench rays [--json] [--threads 1] [--limit MM] FILE")
	}
	data, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		return err
	}
	file, err := mesh.Read(ctx, data, mesh.ReadOptions{})
	if err != nil {
		return err
	}
	report, err := measureRays(ctx, file.Mesh, *limit)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(out).Encode(report)
	}
	_, err = fmt.Fprintf(out, "%d triangles, %d rays: %.3f Mrays/s, %.3f up to %g mm, built in %.3f s; %d misses; distances %.5f, 1%% %.5f, 5%% %.5f, 50%% %.5f\n",
		report.Triangles, report.Rays, report.MraysPerSecond, report.Bounded, *limit, report.BuildSeconds,
		report.Misses, report.Min, report.P1, report.P5, report.P50)
	return err
}

// measureRays measures medians of the time of one thread.
func measureRays(ctx context.Context, m *mesh.Mesh, limit float64) (rayReport, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	rays := facetRays(m)
	r := rayReport{Triangles: len(m.Triangles), Rays: len(rays)}
	if len(rays) == 0 {
		return r, errors.New("no facet has an area")
	}
	var tree *mesh.BVH
	var err error
	r.BuildSeconds = medianTime(rayBuilds, func() {
		tree = nil
		runtime.GC() // what the last build left, in other threads
		if err == nil {
			tree, err = mesh.NewBVH(ctx, m, mesh.BVHOptions{Threads: 1})
		}
	})
	if err != nil {
		return r, err
	}
	distances := make([]float64, len(rays))
	cast := func(limit float64) {
		probe := tree.Probe()
		for i := range rays {
			rays[i].Max = limit
			distances[i] = math.Inf(1)
			if hit, ok := probe.ClosestHit(rays[i]); ok {
				distances[i] = hit.T
			}
		}
	}
	r.Bounded = float64(len(rays)) / 1e6 / medianTime(rayCasts, func() { cast(limit) })
	r.MraysPerSecond = float64(len(rays)) / 1e6 / medianTime(rayCasts, func() { cast(math.Inf(1)) })
	slices.Sort(distances)
	hits, _ := slices.BinarySearch(distances, math.Inf(1))
	r.Misses = len(rays) - hits
	if hits > 0 {
		quantile := func(q float64) float64 { return distances[int(q*float64(hits-1))] }
		r.Min, r.P1, r.P5, r.P50 = quantile(0), quantile(0.01), quantile(0.05), quantile(0.5)
	}
	return r, nil
}

// medianTime returns the median time of this thread that work takes.
func medianTime(runs int, work func()) float64 {
	seconds := make([]float64, runs)
	for i := range seconds {
		start := threadSeconds()
		work()
		seconds[i] = threadSeconds() - start
	}
	return median(seconds)
}

// facetRays returns the rays of all facets, without a limit.
func facetRays(m *mesh.Mesh) []mesh.Ray {
	step := rayStep * m.Bounds().Diagonal()
	rays := make([]mesh.Ray, 0, len(m.Triangles))
	for f := range m.Triangles {
		p, q, r := m.Corners(f)
		normal := q.Sub(p).Cross(r.Sub(p))
		length := normal.Norm()
		if !(length > 0) {
			continue
		}
		dir := r3.Vector{X: normal.X / -length, Y: normal.Y / -length, Z: normal.Z / -length}
		middle := p.Add(q).Add(r)
		middle = r3.Vector{X: middle.X / 3, Y: middle.Y / 3, Z: middle.Z / 3}
		rays = append(rays, mesh.Ray{
			Origin: inSingle(middle.Add(dir.Mul(step))), Dir: inSingle(dir),
			Max: math.Inf(1), Exclude: mesh.NoFace,
		})
	}
	return rays
}

func inSingle(v r3.Vector) r3.Vector {
	return r3.Vector{X: float64(float32(v.X)), Y: float64(float32(v.Y)), Z: float64(float32(v.Z))}
}
