package main

import (
	"errors"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// minWall is the minimum wall that walls are judged by, in mm.
const minWall = 1

func (b *bench) selfIntersections() ([]rate, error) {
	found, err := b.bvh.SelfIntersections(b.ctx, mesh.SelfIntersectionOptions{Threads: b.threads})
	b.crossing = &found
	return b.triangles(), err
}

// sampleWalls casts the rays of wall thickness and gaps.
func (b *bench) sampleWalls() ([]rate, error) {
	var volume *float64
	if b.measures.HasVolume {
		volume = &b.measures.Volume
	}
	part := printability.Part{Mesh: b.mesh, BVH: b.bvh, Volume: volume, Topology: b.topology, Intersections: b.crossing}
	samples, err := printability.Measure(b.ctx, part, printability.SampleOptions{Threads: b.threads})
	if err != nil {
		return nil, err
	}
	b.samples = samples
	if len(samples.All) == 0 {
		return nil, errors.New("no samples")
	}
	return append(b.triangles(), rate{"Msamples", float64(len(samples.All)) / 1e6}), nil
}

// judgeWalls evaluates the samples for one minimum wall.
func (b *bench) judgeWalls() ([]rate, error) {
	if b.samples == nil {
		return nil, errors.New("no samples")
	}
	if walls := b.samples.Evaluate(minWall, 0, printability.Rules{}); walls.Status() == "" {
		return nil, errors.New("no status")
	}
	return b.triangles(), nil
}

// analyse is everything, from the bytes on.
func (b *bench) analyse() ([]rate, error) {
	report, err := analysis.RunBytes(b.ctx, b.data, analysis.Options{MinWall: minWall, Threads: b.threads})
	if err != nil {
		return nil, err
	}
	if report.Error != nil {
		return nil, &mesh.Error{Code: report.Error.Code, Reason: report.Error.Message}
	}
	return append([]rate{{"MB", float64(len(b.data)) / 1e6}}, b.triangles()...), nil
}
