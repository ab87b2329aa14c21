package analysis

import (
	"cmp"
	"context"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// A body is a mesh and what was measured of it.
type body struct {
	mesh     *mesh.Mesh
	topology *mesh.Topology
	measures *mesh.Measures
}

// measure finds topology and measures of m.
func measure(ctx context.Context, m *mesh.Mesh, threads int) (*body, error) {
	topology, err := mesh.NewTopology(ctx, m, threads)
	if err != nil {
		return nil, err
	}
	return measureWith(ctx, m, topology, threads)
}

func measureWith(ctx context.Context, m *mesh.Mesh, topology *mesh.Topology, threads int) (*body, error) {
	measures, err := mesh.Measure(ctx, m, topology, threads)
	if err != nil {
		return nil, err
	}
	return &body{m, topology, measures}, nil
}

// volume returns the volume, nil where it is not defined.
func (b *body) volume() *float64 {
	if !b.measures.HasVolume {
		return nil
	}
	v := b.measures.Volume
	return &v
}

// report returns the numbers of b in the form of a report. What other stages
// find is left null.
func (b *body) report() *Measures {
	t, s := b.topology, b.measures
	size := s.Box.Size()
	out := &Measures{
		Volume: b.volume(),
		Area:   s.Area,
		W:      size.X, D: size.Y, H: size.Z,
		BoxMin: vector(s.Box.Min), BoxMax: vector(s.Box.Max),
		BoxVolume: size.X * size.Y * size.Z,

		Shells:      s.Bodies + s.Cavities + s.Open,
		Cavities:    s.Cavities,
		NoiseShells: s.Noise,
		Triangles:   len(b.mesh.Triangles),
		Vertices:    len(b.mesh.Vertices),

		Watertight:          t.Watertight(),
		Manifold:            t.Manifold(),
		BorderEdges:         len(t.Border),
		Holes:               t.Holes.Len(),
		NonManifoldEdges:    t.NonManifoldEdges.Len(),
		NonManifoldVertices: len(t.NonManifoldVertices),
		FlippedTriangles:    len(t.Flipped),
		DegenerateTriangles: s.Degenerate,
		DuplicateTriangles:  len(t.Duplicates),
		EulerCharacteristic: t.Euler(),

		PerShell: perShell(s.Shells),
	}
	if s.HasMass {
		center, inertia := vector(s.CenterOfMass), s.Inertia
		for i := range inertia {
			for k := range inertia[i] {
				inertia[i][k] += 0
			}
		}
		out.CenterOfMass, out.Inertia = &center, &inertia
	}
	if genus, ok := t.Genus(); ok {
		out.Genus = &genus
	}
	return out
}

// perShell lists the largest shells by area; of equal ones the first.
func perShell(shells []mesh.Shell) []ShellMeasures {
	order := make([]int, len(shells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(shells[j].Area, shells[i].Area) })
	out := make([]ShellMeasures, 0, min(len(shells), MaxListedShells))
	for _, i := range order[:cap(out)] {
		s := &shells[i]
		listed := ShellMeasures{
			Area: s.Area, Triangles: s.Triangles, Kind: s.Kind,
			BoxMin: vector(s.Box.Min), BoxMax: vector(s.Box.Max),
		}
		if s.HasVolume {
			listed.Volume = &s.Volume
		}
		if s.HasMass {
			center := vector(s.CenterOfMass)
			listed.CenterOfMass = &center
		}
		out = append(out, listed)
	}
	return out
}

// vector returns v for a report. Adding zero makes 0 of −0, which reads oddly
// in JSON.
func vector(v r3.Vector) [3]float64 { return [3]float64{v.X + 0, v.Y + 0, v.Z + 0} }
