package analysis

import (
	"context"
	"errors"
	"image"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
	"github.com/partgauge/partgauge/thumbnail"
)

// PictureOptions say what a picture of a part shows.
type PictureOptions struct {
	// Look has size, view and colours. Its Heat and Marks are filled in.
	Look thumbnail.Options
	// HeatMap colours the part by wall thickness against Options.MinWall and
	// OptimalWall, or those of the technology.
	HeatMap bool
	// MarkDefects draws holes and non-manifold edges, and numbers the thin
	// regions of a heat map.
	MarkDefects bool
	// NoLegend leaves out what the colours mean.
	NoLegend bool
}

// A Subject is an analysed part with what its report was made from, for
// pictures and for coloured meshes.
type Subject struct {
	Report *Report
	// Mesh is the one that was judged; nil if none was, as for a refused file.
	Mesh *mesh.Mesh
	// Samples of its walls, nil if they were not measured.
	Samples *printability.Samples
	// Hull has the vertices of the convex hull of Mesh, nil if it was not made.
	Hull []r3.Vector

	original *body
}

// Examine is RunBytes that also keeps the mesh and the samples.
func Examine(ctx context.Context, data []byte, opts Options) (*Subject, error) {
	full, err := prepare(opts)
	if err != nil {
		return nil, err
	}
	return examine(ctx, full, inMemory(data))
}

// examine is Examine for options that are complete.
func examine(ctx context.Context, opts Options, model source) (*Subject, error) {
	r := &run{opts: opts, source: model}
	report, err := r.analyse(ctx)
	if err != nil {
		return nil, err
	}
	s := &Subject{Report: report}
	if report.Error == nil {
		s.original, s.Samples = r.original, r.samples
		if r.optimized != nil {
			s.Mesh = r.optimized.mesh
			if r.hull != nil {
				s.Hull = r.hull.Vertices
			}
		}
	}
	return s, nil
}

// mostRings is how many thin regions a picture numbers.
const mostRings = 9

// Picture draws the part: a heat map needs Samples and a minimum wall.
// Otherwise the mesh is shown as it came.
func (s *Subject) Picture(ctx context.Context, pic PictureOptions) (*image.NRGBA, error) {
	if s.original == nil {
		return nil, errors.New("there is no part to draw")
	}
	look := pic.Look
	m := s.original.mesh
	if pic.HeatMap {
		heat, err := s.heatMap()
		if err != nil {
			return nil, err
		}
		heat.Samples = s.heatSamples()
		heat.NoLegend = pic.NoLegend
		look.Heat, m = heat, s.Mesh
	}
	if pic.MarkDefects {
		look.Marks = &thumbnail.Marks{Mesh: s.original.mesh, Topology: s.original.topology, NoLegend: pic.NoLegend}
		if pic.HeatMap {
			look.Marks.Points = s.thinPlaces()
		}
	}
	return guard(func() (*image.NRGBA, error) { return thumbnail.Render(ctx, m, look) })
}

// Picture draws the model in data as it came, without analysing it; so it
// shows parts, too, that an analysis refuses, such as flat ones. Heat maps are
// drawn by Subject.Picture. The error is an *Error, one of pic.Look, or ctx's.
func Picture(ctx context.Context, data []byte, opts Options, pic PictureOptions) (*image.NRGBA, error) {
	if pic.HeatMap {
		return nil, errors.New("a heat map needs an analysed part")
	}
	ctx, cancel := withTimeout(ctx, opts.Timeout)
	defer cancel()
	return guard(func() (*image.NRGBA, error) {
		file, err := mesh.Read(ctx, data, mesh.ReadOptions{Unit: opts.Unit, Limits: opts.Limits})
		if err != nil {
			return nil, err
		}
		look := pic.Look
		if pic.MarkDefects {
			topology, err := mesh.NewTopology(ctx, file.Mesh, opts.Threads)
			if err != nil {
				return nil, err
			}
			look.Marks = &thumbnail.Marks{Topology: topology, NoLegend: pic.NoLegend}
		}
		return thumbnail.Render(ctx, file.Mesh, look)
	})
}

// HeatMesh returns the part with a colour and the wall thickness at each
// vertex, for mesh.Write. Vertices are not shared, so that each triangle has
// its own value.
func (s *Subject) HeatMesh() (*mesh.Mesh, mesh.WriteOptions, error) {
	heat, err := s.heatMap()
	if err != nil {
		return nil, mesh.WriteOptions{}, err
	}
	m, colors, scalars := thumbnail.HeatMesh(s.Mesh, heat)
	return m, mesh.WriteOptions{Colors: colors, Scalars: scalars, ScalarName: "thickness"}, nil
}

// heatMap returns the values of triangles and the limits.
func (s *Subject) heatMap() (*thumbnail.HeatMap, error) {
	switch {
	case s.Mesh == nil || s.Samples == nil:
		return nil, errors.New("the walls were not measured")
	case s.Report.Options.MinWall <= 0:
		return nil, errors.New("a heat map needs a minimum wall thickness, or a technology")
	}
	o := s.Report.Options
	return &thumbnail.HeatMap{Faces: s.Samples.FaceValues(o.MinWall), Minimum: o.MinWall, Optimal: max(o.OptimalWall, 0)}, nil
}

func (s *Subject) heatSamples() []thumbnail.HeatSample {
	values := s.Samples.Values(s.Report.Options.MinWall)
	out := make([]thumbnail.HeatSample, len(values))
	for i := range out {
		sample := &s.Samples.All[i]
		local := r3.Vector{X: float64(sample.Point[0]), Y: float64(sample.Point[1]), Z: float64(sample.Point[2])}
		out[i] = thumbnail.HeatSample{Point: s.Samples.Origin.Add(local), Face: sample.Face, Value: values[i]}
	}
	return out
}

// thinPlaces returns the middles of the largest thin regions that matter.
func (s *Subject) thinPlaces() []r3.Vector {
	var places []r3.Vector
	for _, r := range s.Report.Thickness.Regions {
		if !r.Info && len(places) < mostRings {
			places = append(places, r3.Vector{X: r.Centroid[0], Y: r.Centroid[1], Z: r.Centroid[2]})
		}
	}
	return places
}
