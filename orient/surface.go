package orient

import (
	"context"
	"math"
	"runtime"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

// A Part is what is to be oriented.
type Part struct {
	// Mesh is the surface, closed and turned outward where it can be. Of a
	// surface that is inside out as a whole, the other side is taken.
	Mesh *mesh.Mesh
	// Hull is the convex hull of Mesh and BVH its hierarchy; each is made if
	// nil, the hierarchy only where it is needed, which is rare.
	Hull *mesh.Hull
	BVH  *mesh.BVH
}

// cellsAlong is how many cells lie along an edge of the cube over which
// normals are divided, so a cell is 4° wide.
const cellsAlong = 24

// A surface is a part prepared for questions about directions. The faces are
// sorted by cells of their normals: whether a face points down, in which angle
// to the horizontal, is the same for nearly all faces of a cell, so a question
// about a direction takes time for the cells and for the faces of those few
// cells for which it is not.
//
// Points are relative to the middle of the box, so that a part far from the
// origin loses no digits.
type surface struct {
	mesh    *mesh.Mesh
	hull    *mesh.Hull
	bvh     *mesh.BVH
	threads int
	center  r3.Vector
	corners []r3.Vector // of the hull
	scratch []r3.Vector // for the vertices in the frame of a direction

	cells  []cell
	faces  []uint32    // by cell, then by index
	normal []r3.Vector // of length 1, outward, in the order of faces
	area   []float64
	middle []r3.Vector // of the corners

	turn         float64 // −1 for a surface that is inside out
	totalArea    float64
	volume       float64
	centerOfMass r3.Vector
	diagonal     float64 // of the box
}

// A cell is a set of faces with similar normals, with sums over them.
type cell struct {
	first, end uint32    // range of surface.faces
	axis       r3.Vector // a direction in their middle
	deviation  float64   // the largest angle of a normal to axis
	area       float64
	vector     r3.Vector    // Σ area·normal
	moment     [3]r3.Vector // Σ area·normal⊗middle: row i is normal component i
	lever      r3.Vector    // Σ (area·normal·middle)·middle
	extremes   [6]r3.Vector // the middles with the least and largest coordinates
}

// newSurface prepares a part.
func newSurface(ctx context.Context, part Part, threads int) (*surface, error) {
	if part.Mesh == nil || len(part.Mesh.Triangles) == 0 {
		return nil, &mesh.Error{Code: mesh.CodeEmptyMesh, Reason: "the mesh holds no triangles to orient"}
	}
	s := &surface{mesh: part.Mesh, hull: part.Hull, bvh: part.BVH, threads: threads, turn: 1}
	if threads <= 0 {
		s.threads = runtime.GOMAXPROCS(0)
	}
	if s.hull == nil {
		hull, err := mesh.ConvexHull(ctx, part.Mesh)
		if err != nil {
			return nil, err
		}
		s.hull = hull
	}
	if s.hull.Dimension < 3 {
		return nil, &mesh.Error{Code: mesh.CodeNotASolid, Reason: "the part is flat and has no volume to build; give it a thickness"}
	}
	box := s.hull.Box()
	s.center, s.diagonal = box.Center(), box.Diagonal()
	s.corners = make([]r3.Vector, len(s.hull.Vertices))
	for i, v := range s.hull.Vertices {
		s.corners[i] = v.Sub(s.center)
	}
	if err := s.sortFaces(ctx); err != nil {
		return nil, err
	}
	return s, s.sumUp(ctx)
}

// faceChunk is how many faces are one piece of work.
const faceChunk = 1 << 13

// sortFaces fills the faces in the order of their cells; those without an area
// are left out.
func (s *surface) sortFaces(ctx context.Context) error {
	n := len(s.mesh.Triangles)
	chunks := (n + faceChunk - 1) / faceChunk
	cellOf := make([]uint16, n)
	counts := make([][numCells]uint32, chunks)
	err := parallel.ForEach(ctx, s.threads, chunks, func(chunk int) {
		count := &counts[chunk]
		for f := chunk * faceChunk; f < min(n, (chunk+1)*faceChunk); f++ {
			c := cellOfNormal(s.mesh.AreaVector(f))
			cellOf[f] = c
			if c != noCell {
				count[c]++
			}
		}
	})
	if err != nil {
		return err
	}
	total := uint32(0)
	for c := range numCells {
		first := total
		for chunk := range counts {
			counts[chunk][c], total = total, total+counts[chunk][c]
		}
		if total > first {
			s.cells = append(s.cells, cell{first: first, end: total})
		}
	}
	if total == 0 {
		return &mesh.Error{Code: mesh.CodeNoValidTriangles, Reason: "no triangle has an area"}
	}
	s.faces = make([]uint32, total)
	s.normal = make([]r3.Vector, total)
	s.area = make([]float64, total)
	s.middle = make([]r3.Vector, total)
	return parallel.ForEach(ctx, s.threads, chunks, func(chunk int) {
		next := &counts[chunk]
		for f := chunk * faceChunk; f < min(n, (chunk+1)*faceChunk); f++ {
			c := cellOf[f]
			if c == noCell {
				continue
			}
			i := next[c]
			next[c]++
			a, b, d := s.mesh.Corners(f)
			vector := b.Sub(a).Cross(d.Sub(a))
			length := vector.Norm()
			s.faces[i] = uint32(f)
			s.area[i] = length / 2
			s.normal[i] = mesh.Scaled(vector, 1/length)
			s.middle[i] = a.Sub(s.center).Add(b.Sub(s.center)).Add(d.Sub(s.center)).Mul(1.0 / 3)
		}
	})
}

const (
	numCells = 6 * cellsAlong * cellsAlong
	noCell   = math.MaxUint16
)

// cellOfNormal returns the cell of a vector of any length but 0.
func cellOfNormal(v r3.Vector) uint16 {
	ax, ay, az := math.Abs(v.X), math.Abs(v.Y), math.Abs(v.Z)
	side, height, a, b := 0, v.X, v.Y, v.Z
	switch {
	case ay > ax && ay >= az:
		side, height, a, b = 2, v.Y, v.X, v.Z
	case az > ax && az > ay:
		side, height, a, b = 4, v.Z, v.X, v.Y
	}
	if height < 0 {
		side, height = side+1, -height
	}
	// The square of a smaller length would underflow.
	if !(height > 1e-150) {
		return noCell
	}
	scale := cellsAlong / 2 / height
	i := min(int(float64(a*scale)+cellsAlong/2), cellsAlong-1)
	j := min(int(float64(b*scale)+cellsAlong/2), cellsAlong-1)
	return uint16((side*cellsAlong+i)*cellsAlong + j)
}

// sumUp fills in the sums of the cells and of the whole.
func (s *surface) sumUp(ctx context.Context) error {
	if err := parallel.ForEach(ctx, s.threads, len(s.cells), func(c int) { s.sumCell(&s.cells[c]) }); err != nil {
		return err
	}
	sixfold, lever := 0.0, r3.Vector{}
	for i := range s.cells {
		c := &s.cells[i]
		s.totalArea += c.area
		sixfold += c.moment[0].X + c.moment[1].Y + c.moment[2].Z
		lever = lever.Add(c.lever)
	}
	s.volume = sixfold / 3
	if s.volume < 0 {
		s.turnOver()
		s.volume, lever = -s.volume, lever.Mul(-1)
	}
	// A surface without a volume to speak of is open or folded: its hull is
	// the best that is known of its mass.
	const little = 1e-9
	if s.volume > little*s.hull.Volume {
		s.centerOfMass = lever.Mul(0.25 / s.volume)
		return nil
	}
	s.volume = s.hull.Volume
	sum := r3.Vector{}
	for f := range s.hull.Facets {
		facet := &s.hull.Facets[f]
		loop := s.hull.Loops[facet.First:facet.End]
		a := s.corners[loop[0]]
		for i := 2; i < len(loop); i++ {
			b, d := s.corners[loop[i-1]], s.corners[loop[i]]
			sum = sum.Add(mesh.Scaled(a.Add(b).Add(d), a.Dot(b.Cross(d))))
		}
	}
	s.centerOfMass = sum.Mul(1 / (24 * s.hull.Volume))
	return nil
}

func (s *surface) sumCell(c *cell) {
	for i := c.first; i < c.end; i++ {
		v := mesh.Scaled(s.normal[i], s.area[i])
		m := s.middle[i]
		c.area += s.area[i]
		c.vector = c.vector.Add(v)
		c.moment[0] = c.moment[0].Add(mesh.Scaled(m, v.X))
		c.moment[1] = c.moment[1].Add(mesh.Scaled(m, v.Y))
		c.moment[2] = c.moment[2].Add(mesh.Scaled(m, v.Z))
		c.lever = c.lever.Add(mesh.Scaled(m, v.Dot(m)))
	}
	c.findExtremes(s.middle[c.first:c.end])
	c.axis = c.vector.Normalize()
	chord2 := 0.0 // of the farthest normal
	for i := c.first; i < c.end; i++ {
		chord2 = max(chord2, s.normal[i].Sub(c.axis).Norm2())
	}
	const rounding = 1e-12
	c.deviation = 2*math.Asin(min(1, math.Sqrt(chord2)/2)) + rounding
}

func (c *cell) findExtremes(middles []r3.Vector) {
	for i := range c.extremes {
		c.extremes[i] = middles[0]
	}
	for _, m := range middles {
		if m.X < c.extremes[0].X {
			c.extremes[0] = m
		}
		if m.X > c.extremes[1].X {
			c.extremes[1] = m
		}
		if m.Y < c.extremes[2].Y {
			c.extremes[2] = m
		}
		if m.Y > c.extremes[3].Y {
			c.extremes[3] = m
		}
		if m.Z < c.extremes[4].Z {
			c.extremes[4] = m
		}
		if m.Z > c.extremes[5].Z {
			c.extremes[5] = m
		}
	}
}

// turnOver makes the inside the outside.
func (s *surface) turnOver() {
	s.turn = -1
	for i := range s.normal {
		s.normal[i] = s.normal[i].Mul(-1)
	}
	for i := range s.cells {
		c := &s.cells[i]
		c.axis, c.vector = c.axis.Mul(-1), c.vector.Mul(-1)
		for k := range c.moment {
			c.moment[k] = c.moment[k].Mul(-1)
		}
	}
}

// low returns the height of the lowest point along up, relative to the centre.
func (s *surface) low(up r3.Vector) float64 {
	return up.Dot(s.corners[s.hull.Support(up.Mul(-1))])
}

// tree returns the hierarchy, which is built at the first call.
func (s *surface) tree(ctx context.Context) (*mesh.BVH, error) {
	if s.bvh == nil {
		tree, err := mesh.NewBVH(ctx, s.mesh, mesh.BVHOptions{Threads: s.threads})
		if err != nil {
			return nil, err
		}
		s.bvh = tree
	}
	return s.bvh, nil
}
