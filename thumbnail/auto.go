package thumbnail

import (
	"context"
	"errors"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// viewCandidates are the directions that an automatic view is chosen from:
// corner views, of which none looks along a diagonal of the axes, where edges
// of boxes would fall together.
var viewCandidates = [...]struct {
	direction r3.Vector
	// favour multiplies what is seen: of about equal views, people expect the
	// one from the front and above.
	favour float64
}{
	{r3.Vector{X: 0.62, Y: -1, Z: 0.72}, 1.06},
	{r3.Vector{X: -0.62, Y: -1, Z: 0.72}, 1.04},
	{r3.Vector{X: 1, Y: -0.62, Z: 0.72}, 1.03},
	{r3.Vector{X: -1, Y: -0.62, Z: 0.72}, 1.01},
	{r3.Vector{X: 0.62, Y: 1, Z: 0.72}, 1},
	{r3.Vector{X: -0.62, Y: 1, Z: 0.72}, 1},
	{r3.Vector{X: 0.62, Y: -1, Z: -0.72}, 0.82},
	{r3.Vector{X: -0.62, Y: 1, Z: -0.72}, 0.80},
}

const (
	// candidateSize is the side of the small pictures that are compared.
	candidateSize = 96
	// clusterCells is the number of cells along each axis in which vertices
	// are merged first when there are more triangles than fullCandidate.
	clusterCells  = 96
	fullCandidate = 60_000
)

// automaticView returns the candidate that shows most: much surface, measured
// as it lies in space rather than foreshortened, and many edges.
func automaticView(ctx context.Context, m *mesh.Mesh, used []bool, threads int) (View, error) {
	if len(m.Triangles) > fullCandidate {
		m = clustered(m)
		var err error
		if used, err = check(m); err != nil {
			return View{}, err
		}
	}
	best, most := View{}, -1.0
	for i := range viewCandidates {
		candidate := &viewCandidates[i]
		opts := Options{Width: candidateSize, View: View{Direction: candidate.direction}, CreaseAngle: -1, Threads: threads}.WithDefaults()
		p, err := newPicture(ctx, m, used, &opts)
		if err == nil {
			err = p.draw(ctx)
		}
		if errors.Is(err, ErrNothingVisible) {
			continue
		}
		if err != nil {
			return View{}, err
		}
		if seen := p.content() * candidate.favour; seen > most {
			best, most = opts.View, seen
		}
	}
	return best, nil
}

// content returns how much a picture shows, in mm².
func (p *picture) content() float64 {
	surface, edges := 0.0, 0.0
	for y := range p.height {
		for x := range p.width {
			q := &p.pixels[y*p.width+x]
			if q.alpha < 0.5 {
				continue
			}
			// Steeply seen surface counts up to three times its shadow.
			surface += 1 / max(float64(q.normal[2]), 1.0/3)
			if p.line(x, y) < 0.95 {
				edges++
			}
		}
	}
	scale := p.camera.scale / float64(p.samples) // pixels per mm
	return (surface + float64(1.5*edges)) / float64(scale*scale)
}

// clustered returns a coarse copy of m: vertices in one cell of a grid become
// the first of them, and triangles that collapse go.
func clustered(m *mesh.Mesh) *mesh.Mesh {
	box := m.Bounds()
	size := box.Size()
	cell := max(size.X, size.Y, size.Z) / clusterCells
	if !(cell > 0) || math.IsInf(cell, 0) {
		return m
	}
	const side = clusterCells + 1
	column := func(c, low float64) int { return int(min(max((c-low)/cell, 0), clusterCells)) }
	first := make([]uint32, side*side*side) // vertex of each cell, plus one
	of := make([]uint32, len(m.Vertices))
	for v, p := range m.Vertices {
		at := &first[(column(p.Z, box.Min.Z)*side+column(p.Y, box.Min.Y))*side+column(p.X, box.Min.X)]
		if *at == 0 {
			*at = uint32(v) + 1
		}
		of[v] = *at - 1
	}
	out := &mesh.Mesh{Vertices: m.Vertices}
	for _, t := range m.Triangles {
		t = mesh.Triangle{of[t[0]], of[t[1]], of[t[2]]}
		if t[0] != t[1] && t[1] != t[2] && t[2] != t[0] {
			out.Triangles = append(out.Triangles, t)
		}
	}
	return out
}
