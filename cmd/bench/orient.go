package main

import (
	"errors"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/orient"
)

// part is the model with what earlier stages have made of it.
func (b *bench) part() orient.Part { return orient.Part{Mesh: b.mesh, Hull: b.convex, BVH: b.bvh} }

// support measures the support of the uploaded pose.
func (b *bench) support() ([]rate, error) {
	h, err := orient.Support(b.ctx, b.part(), r3.Vector{Z: 1}, b.threads)
	if err != nil {
		return nil, err
	}
	// A part that stands flat on the bed needs no support at all.
	if !(h.Area(90) >= 0) || h.Volume(90) > h.VolumeToBed(90) {
		return nil, errors.New("the support cannot be")
	}
	return b.triangles(), nil
}

// orient looks for the pose of least support, of 16 measured exactly.
func (b *bench) orient() ([]rate, error) {
	r, err := orient.Find(b.ctx, b.part(), orient.Options{Threads: b.threads})
	if err != nil {
		return nil, err
	}
	if r.Score > r.Baseline.Score {
		return nil, errors.New("the best pose is worse than that of the file")
	}
	return append(b.triangles(), rate{"poses", float64(r.CandidatesExact)}), nil
}
