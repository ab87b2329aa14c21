package orient

import (
	"context"
	"math"
	"sync/atomic"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
)

// All columns of a direction are parallel, so they need no hierarchy: they are
// put into the cells of a grid on the bed, and every face is held against the
// columns in the cells below it.

const (
	// plumbBase and plumbShare bound the work, in cells and columns looked at,
	// by the number of faces. A long thin face crosses some hundred cells, and
	// is worse for rays: its box holds many that pass it. Where very many faces
	// are large and lie over one another, rays are faster; plumbProbes faces
	// are held first, to tell.
	plumbBase   = 4_000_000
	plumbShare  = 1024
	plumbProbes = 256
	// plumbThreads is the number of faces from which each processor gets a
	// part of them.
	plumbThreads = 20_000
	// gridMost bounds the cells of the grid along an axis.
	gridMost = 256
)

// A plumbGrid holds columns by cell.
type plumbGrid struct {
	nx, ny     int
	x, y       r3.Vector // directions along the grid, in cells per mm
	x0, y0     float64   // of its corner
	first      []uint32  // first[cell]..first[cell+1] are the columns of a cell
	px, py, pz []float64 // points: cells, cells, mm above the bed
	face       []uint32
	source     []uint32 // index of the column
}

// plumb finds what columns meet; false if that would be too much work.
func (s *surface) plumb(ctx context.Context, o *overhangs, columns []column) (bool, error) {
	g := s.newPlumbGrid(o, columns)
	turned, err := s.turned(ctx, o, g)
	if err != nil {
		return false, err
	}
	n := len(s.mesh.Triangles)
	budget := int64(plumbBase) + plumbShare*int64(n)
	if s.probe(ctx, g, turned, len(columns)) > budget {
		return false, ctx.Err()
	}
	pieces := 1
	if n >= plumbThreads {
		pieces = s.threads
	}
	lines := make([]plumbLines, pieces)
	var work atomic.Int64
	err = parallel.ForEach(ctx, s.threads, pieces, func(piece int) {
		l := newPlumbLines(len(columns), float64(touch*s.diagonal))
		lines[piece] = l
		work.Add(s.hold(ctx, g, &l, turned, piece*n/pieces, (piece+1)*n/pieces, budget))
	})
	// The sum is the same for any number of pieces, unless one went over the
	// budget by itself; it is beyond it then anyhow.
	if err != nil || work.Load() > budget {
		return false, err
	}
	for i, source := range g.source {
		c := &columns[source]
		up, down := lines[0].up[i], lines[0].down[i]
		for _, l := range lines[1:] {
			up, down = max(up, l.up[i]), max(down, l.down[i])
		}
		switch {
		case down > up+lines[0].touch:
			c.meets = meetsOut
		case !math.IsInf(up, -1):
			c.meets, c.z = meetsPart, min(up, c.height)
		}
	}
	return true, nil
}

// newPlumbGrid sorts columns into cells.
func (s *surface) newPlumbGrid(o *overhangs, columns []column) *plumbGrid {
	x, y := plane(o.up)
	n := len(columns)
	g := &plumbGrid{px: make([]float64, n), py: make([]float64, n), pz: make([]float64, n), face: make([]uint32, n), source: make([]uint32, n)}
	xs, ys := make([]float64, n), make([]float64, n)
	left, right, front, back := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i := range columns {
		p := columns[i].point.Sub(s.center)
		xs[i], ys[i] = x.Dot(p), y.Dot(p)
		left, right = min(left, xs[i]), max(right, xs[i])
		front, back = min(front, ys[i]), max(back, ys[i])
	}
	// About one column a cell, in square cells.
	width, depth := right-left, back-front
	size := max(math.Sqrt(width*depth/float64(n)), width/gridMost, depth/gridMost, 1e-9*s.diagonal)
	g.nx, g.ny = min(int(width/size)+1, gridMost), min(int(depth/size)+1, gridMost)
	g.x, g.y = x.Mul(1/size), y.Mul(1/size)
	g.x0, g.y0 = left/size, front/size
	cellOf := make([]uint32, n)
	g.first = make([]uint32, g.nx*g.ny+1)
	for i := range columns {
		p := columns[i].point.Sub(s.center)
		xs[i], ys[i] = g.x.Dot(p)-g.x0, g.y.Dot(p)-g.y0
		cellOf[i] = uint32(within(ys[i], g.ny)*g.nx + within(xs[i], g.nx))
		g.first[cellOf[i]+1]++
	}
	for c := range g.nx * g.ny {
		g.first[c+1] += g.first[c]
	}
	next := append([]uint32(nil), g.first...)
	for i := range columns {
		k := next[cellOf[i]]
		next[cellOf[i]]++
		g.px[k], g.py[k], g.pz[k] = xs[i], ys[i], columns[i].height
		g.face[k], g.source[k] = columns[i].face, uint32(i)
	}
	return g
}

// within returns the cell of a coordinate, the nearest of 0 to n−1.
func within(x float64, n int) int { return int(min(max(x, 0), float64(n-1))) }

// turned returns the vertices in the frame of the grid, with their heights
// above the bed.
func (s *surface) turned(ctx context.Context, o *overhangs, g *plumbGrid) ([]r3.Vector, error) {
	if s.scratch == nil {
		s.scratch = make([]r3.Vector, len(s.mesh.Vertices))
	}
	n := len(s.scratch)
	err := parallel.ForEach(ctx, s.threads, (n+faceChunk-1)/faceChunk, func(chunk int) {
		for i := chunk * faceChunk; i < min(n, (chunk+1)*faceChunk); i++ {
			p := s.mesh.Vertices[i].Sub(s.center)
			s.scratch[i] = r3.Vector{X: g.x.Dot(p) - g.x0, Y: g.y.Dot(p) - g.y0, Z: o.up.Dot(p) - o.low}
		}
	})
	return s.scratch, err
}

// plumbLines are the highest surfaces found below the points of a grid: those
// that face up and those that face down.
type plumbLines struct {
	up, down []float64
	touch    float64
}

func newPlumbLines(n int, touch float64) plumbLines {
	l := plumbLines{up: make([]float64, n), down: make([]float64, n), touch: touch}
	for i := range n {
		l.up[i], l.down[i] = math.Inf(-1), math.Inf(-1)
	}
	return l
}

// probe estimates the work of holding all faces from a few, evenly spread.
func (s *surface) probe(ctx context.Context, g *plumbGrid, turned []r3.Vector, columns int) int64 {
	n := len(s.mesh.Triangles)
	probes := min(n, plumbProbes)
	l := newPlumbLines(columns, 0)
	work := int64(0)
	for i := range probes {
		f := i * n / probes
		work += s.hold(ctx, g, &l, turned, f, f+1, math.MaxInt64)
	}
	return work * int64(n) / int64(probes)
}

// hold holds the faces from first to end against the columns, and returns the
// work it was. It stops beyond the budget.
func (s *surface) hold(ctx context.Context, g *plumbGrid, l *plumbLines, turned []r3.Vector, first, end int, budget int64) int64 {
	work := int64(0)
	for f := first; f < end && work <= budget; f++ {
		if f&0xfff == 0 && ctx.Err() != nil {
			break
		}
		t := &s.mesh.Triangles[f]
		a, b, c := &turned[t[0]], &turned[t[1]], &turned[t[2]]
		left, right := min(a.X, b.X, c.X), max(a.X, b.X, c.X)
		front, back := min(a.Y, b.Y, c.Y), max(a.Y, b.Y, c.Y)
		if right < 0 || left > float64(g.nx) || back < 0 || front > float64(g.ny) {
			continue
		}
		x0, x1 := within(left, g.nx), within(right, g.nx)
		y0, y1 := within(front, g.ny), within(back, g.ny)
		narrow := x1-x0 > 2 && y1-y0 > 2 // worth looking at row by row
		p := plumbFace{a, b, c, l.up, l.touch}
		if area := float64((b.X-a.X)*(c.Y-a.Y)) - float64((b.Y-a.Y)*(c.X-a.X)); area*s.turn < 0 {
			p.found, p.slack = l.down, -l.touch
		}
		low, high := min(a.Z, b.Z, c.Z)-p.slack, max(a.Z, b.Z, c.Z)
		for y := y0; y <= y1; y++ {
			from, to := x0, x1
			if narrow {
				first, last := rowSpan(a, b, c, y, g.ny)
				from, to = within(first, g.nx), within(last, g.nx)
			}
			k, last := g.first[y*g.nx+from], g.first[y*g.nx+to+1]
			work += int64(1 + last - k)
			for ; k < last; k++ {
				x, y, z := g.px[k], g.py[k], g.pz[k]
				if x < left || x > right || y < front || y > back || z < low || high <= p.found[k] || g.face[k] == uint32(f) {
					continue
				}
				p.meet(k, x, y, z)
			}
		}
	}
	return work
}

// rowSpan returns the range of x that a triangle has within a row of cells;
// the outermost rows reach to infinity.
func rowSpan(a, b, c *r3.Vector, row, rows int) (low, high float64) {
	bottom, top := float64(row), float64(row+1)
	if row == 0 {
		bottom = math.Inf(-1)
	}
	if row == rows-1 {
		top = math.Inf(1)
	}
	low, high = math.Inf(1), math.Inf(-1)
	for _, e := range [...][2]*r3.Vector{{a, b}, {b, c}, {c, a}} {
		p, q := e[0], e[1]
		if p.Y > q.Y {
			p, q = q, p
		}
		if q.Y < bottom || p.Y > top {
			continue
		}
		for _, y := range [...]float64{max(p.Y, bottom), min(q.Y, top)} {
			x := p.X
			switch {
			case y == q.Y:
				x = q.X
			case y > p.Y:
				x += float64((q.X - p.X) * ((y - p.Y) / (q.Y - p.Y)))
			}
			low, high = min(low, x), max(high, x)
		}
		if p.Y == q.Y {
			low, high = min(low, p.X), max(high, p.X)
		}
	}
	// Rounding must not cut a cell off.
	const slack = 1e-9
	return low - slack, high + slack
}

// A plumbFace is a face that is held against columns.
type plumbFace struct {
	a, b, c *r3.Vector
	found   []float64 // what it adds to: surfaces that face up, or down
	// slack is how far above the point a column starts from it may be. Faces
	// that face down must be below: they may be the very face that the column
	// starts from, twice.
	slack float64
}

// meet holds the face against column k, whose point is given. The sides of an
// edge are found from the same products for both its faces, so no column
// passes between them.
func (p *plumbFace) meet(k uint32, x, y, z float64) {
	ax, ay, bx, by, cx, cy := p.a.X-x, p.a.Y-y, p.b.X-x, p.b.Y-y, p.c.X-x, p.c.Y-y
	u := float64(bx*cy) - float64(by*cx)
	v := float64(cx*ay) - float64(cy*ax)
	w := float64(ax*by) - float64(ay*bx)
	if (u < 0 || v < 0 || w < 0) && (u > 0 || v > 0 || w > 0) {
		return
	}
	area := u + v + w
	if area == 0 {
		return // a wall
	}
	if at := (float64(u*p.a.Z) + float64(v*p.b.Z) + float64(w*p.c.Z)) / area; at <= z+p.slack {
		p.found[k] = max(p.found[k], at)
	}
}
