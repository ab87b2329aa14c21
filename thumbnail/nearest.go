package thumbnail

import (
	"fmt"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// nearestSamples finds the sample of a triangle that is nearest to a point of
// it. The samples of triangles that have many lie in cells of a grid over the
// triangle's shadow on the coordinate plane that it faces most.
type nearestSamples struct {
	samples []HeatSample
	start   []uint32 // of each triangle in order, and the end
	order   []uint32 // samples by triangle, and by cell where there is a grid
	grids   map[uint32]*sampleGrid
}

// gridFrom is the number of samples from which on a triangle gets a grid, and
// cellShare how many samples a cell has, about.
const (
	gridFrom  = 32
	cellShare = 2
)

func newNearestSamples(m *mesh.Mesh, samples []HeatSample) (*nearestSamples, error) {
	n := &nearestSamples{samples: samples, start: make([]uint32, len(m.Triangles)+2), order: make([]uint32, len(samples))}
	for i := range samples {
		if int(samples[i].Face) >= len(m.Triangles) {
			return nil, fmt.Errorf("thumbnail: sample %d lies on triangle %d of %d", i, samples[i].Face, len(m.Triangles))
		}
		n.start[samples[i].Face+2]++
	}
	for f := 2; f < len(n.start); f++ {
		n.start[f] += n.start[f-1]
	}
	for i := range samples {
		at := &n.start[samples[i].Face+1]
		n.order[*at] = uint32(i)
		*at++
	}
	n.grids = map[uint32]*sampleGrid{}
	for f := range m.Triangles {
		if own := n.order[n.start[f]:n.start[f+1]]; len(own) >= gridFrom {
			n.grids[uint32(f)] = newSampleGrid(samples, own, m.AreaVector(f))
		}
	}
	return n, nil
}

// of returns the index of the nearest sample of triangle f, the lowest of
// equals, and whether the triangle has any.
func (n *nearestSamples) of(f uint32, p r3.Vector) (index uint32, ok bool) {
	if n == nil {
		return 0, false
	}
	own := n.order[n.start[f]:n.start[f+1]]
	if len(own) == 0 {
		return 0, false
	}
	best := nearest{index: own[0], square: math.Inf(1)}
	if g := n.grids[f]; g != nil {
		g.search(n.samples, own, p, &best)
	} else {
		best.among(n.samples, own, p)
	}
	return best.index, true
}

type nearest struct {
	index  uint32
	square float64 // of the distance
}

func (b *nearest) among(samples []HeatSample, which []uint32, p r3.Vector) {
	for _, i := range which {
		d := samples[i].Point.Sub(p)
		if s := d.Dot(d); s < b.square || s == b.square && i < b.index {
			b.index, b.square = i, s
		}
	}
}

// A sampleGrid sorts the samples of one triangle into square cells.
type sampleGrid struct {
	axes  [2]int
	low   [2]float64
	size  float64 // of a cell
	cells [2]int
	start []uint32 // of each cell in the triangle's part of order, and the end
}

func coordinate(p r3.Vector, axis int) float64 {
	switch axis {
	case 0:
		return p.X
	case 1:
		return p.Y
	}
	return p.Z
}

func newSampleGrid(samples []HeatSample, own []uint32, normal r3.Vector) *sampleGrid {
	x, y, z := math.Abs(normal.X), math.Abs(normal.Y), math.Abs(normal.Z)
	g := &sampleGrid{axes: [2]int{0, 1}}
	switch {
	case x >= y && x >= z:
		g.axes = [2]int{1, 2}
	case y >= z:
		g.axes = [2]int{0, 2}
	}
	var high [2]float64
	for k, axis := range g.axes {
		g.low[k], high[k] = math.Inf(1), math.Inf(-1)
		for _, i := range own {
			c := coordinate(samples[i].Point, axis)
			g.low[k], high[k] = min(g.low[k], c), max(high[k], c)
		}
	}
	w, h := high[0]-g.low[0], high[1]-g.low[1]
	// Cells of about cellShare samples, and never more along a side than there
	// are samples.
	g.size = max(math.Sqrt(float64(w*h)*cellShare/float64(len(own))), max(w, h)/float64(len(own)))
	if !(g.size > 0) {
		g.size = 1
	}
	g.cells = [2]int{int(w/g.size) + 1, int(h/g.size) + 1}
	g.start = make([]uint32, g.cells[0]*g.cells[1]+2)
	for _, i := range own {
		g.start[g.cell(samples[i].Point)+2]++
	}
	for c := 2; c < len(g.start); c++ {
		g.start[c] += g.start[c-1]
	}
	unsorted := append([]uint32(nil), own...)
	for _, i := range unsorted {
		at := &g.start[g.cell(samples[i].Point)+1]
		own[*at] = i
		*at++
	}
	return g
}

// column returns the column, or row, of a point, kept within the grid.
func (g *sampleGrid) column(p r3.Vector, k int) int {
	return int(min(max((coordinate(p, g.axes[k])-g.low[k])/g.size, 0), float64(g.cells[k]-1)))
}

func (g *sampleGrid) cell(p r3.Vector) int {
	return g.column(p, 1)*g.cells[0] + g.column(p, 0)
}

// search looks through square rings of cells around p until the next ring
// cannot hold a nearer sample.
func (g *sampleGrid) search(samples []HeatSample, own []uint32, p r3.Vector, best *nearest) {
	cx, cy := g.column(p, 0), g.column(p, 1)
	for ring := 0; ring <= max(g.cells[0], g.cells[1]); ring++ {
		// Whatever lies in this ring is this far away in the plane, so at
		// least as far in space. A ring more allows for p beside the grid.
		if reach := float64(ring-1) * g.size; ring > 1 && float64(reach*reach) > best.square {
			return
		}
		for y := max(cy-ring, 0); y <= min(cy+ring, g.cells[1]-1); y++ {
			step := 2 * ring
			if y == cy-ring || y == cy+ring || ring == 0 {
				step = 1
			}
			for x := cx - ring; x <= cx+ring; x += step {
				if x >= 0 && x < g.cells[0] {
					c := y*g.cells[0] + x
					best.among(samples, own[g.start[c]:g.start[c+1]], p)
				}
			}
		}
	}
}
