package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"
)

// Most vertices of an ordinary part lie well inside its hull. They are found
// without looking at faces: around a polyhedron spanned by a few extreme
// points, space is divided into narrow pyramids, and for each pyramid it is
// known how far out the polyhedron certainly reaches.

const (
	// filterFrom is the number of points from which the filter pays.
	filterFrom = 4000
	// filterSample is how many points are looked at to find the first
	// polyhedron.
	filterSample = 4000
	// filterAgain is the number of remaining points from which a second
	// polyhedron, spanned by points that lie far outside the first, pays.
	filterAgain = 20000
	// filterBundle is the number of pyramids along an edge of a bundle, of
	// which the farthest point is a corner of the second polyhedron.
	filterBundle = 8
	// filterCells is the number of pyramids along an edge of the cube.
	filterCells = 32
	// filterMargin keeps the points for which rounding could matter. The
	// gauge of a polyhedron is wrong by about 1/filterDepth at most, where the
	// depth of the centre below each face is that many times the error of a
	// height; flatter polyhedra do not filter.
	filterMargin = 1e-7
	filterDepth  = 1e8
)

// hullCandidates returns the indices of the points that may be corners of the
// hull, in ascending order: all others lie strictly inside it.
func hullCandidates(ctx context.Context, points []r3.Vector) ([]int32, error) {
	all := make([]int32, len(points))
	for i := range all {
		all[i] = int32(i)
	}
	if len(points) < filterFrom {
		return all, nil
	}
	stride := len(points) / filterSample
	sample := make([]int32, 0, filterSample+1)
	for i := 0; i < len(points); i += stride {
		sample = append(sample, int32(i))
	}
	star, err := starOf(ctx, extremePoints(points, sample))
	if star == nil {
		return all, err
	}
	left, far := star.outside(points, all)
	if len(left) < filterAgain {
		return left, ctx.Err()
	}
	star, err = starOf(ctx, far)
	if star == nil {
		return left, err
	}
	left, _ = star.outside(points, left)
	return left, ctx.Err()
}

// starOf returns a star within the hull of seeds, nil if that is so flat that
// rounding could matter.
func starOf(ctx context.Context, seeds []r3.Vector) (*innerStar, error) {
	simplex, dimension := startSimplex(seeds)
	if dimension < 3 {
		return nil, ctx.Err()
	}
	q := newQuickhull(seeds, simplex, reach(seeds))
	if err := q.run(ctx); err != nil {
		return nil, err
	}
	return newInnerStar(q), nil
}

// extremePoints returns the points that are extreme among those of ids in
// directions spread evenly over a cube.
func extremePoints(points []r3.Vector, ids []int32) []r3.Vector {
	directions := halfCubeDirections()
	type extreme struct {
		low, high   float64
		least, most int32
	}
	found := make([]extreme, len(directions))
	for k := range found {
		found[k] = extreme{low: math.Inf(1), high: math.Inf(-1)}
	}
	for _, i := range ids {
		p := points[i]
		for k := range directions {
			d, e := &directions[k], &found[k]
			x := float64(d.X*p.X) + float64(d.Y*p.Y) + float64(d.Z*p.Z)
			if x < e.low {
				e.low, e.least = x, i
			}
			if x > e.high {
				e.high, e.most = x, i
			}
		}
	}
	seen := make(map[int32]bool, 2*len(found))
	var seeds []r3.Vector
	for k := range found {
		for _, i := range [...]int32{found[k].least, found[k].most} {
			if !seen[i] {
				seen[i] = true
				seeds = append(seeds, points[i])
			}
		}
	}
	return seeds
}

// halfCubeDirections returns one of each pair of opposite points of a grid of
// five by five on every side of a cube: 49 directions.
func halfCubeDirections() []r3.Vector {
	var directions []r3.Vector
	for x := -2; x <= 2; x++ {
		for y := -2; y <= 2; y++ {
			for z := -2; z <= 2; z++ {
				onSurface := x*x == 4 || y*y == 4 || z*z == 4
				if onSurface && 25*x+5*y+z > 0 {
					directions = append(directions, r3.Vector{X: float64(x), Y: float64(y), Z: float64(z)})
				}
			}
		}
	}
	return directions
}

// An innerStar is a star-shaped region within a convex polyhedron around a
// point inside. A cube around the point is divided into cells; the pyramid
// over a cell is cut off by a plane parallel to the side of the cube, where
// its four edges are all still inside the polyhedron.
type innerStar struct {
	center  r3.Vector
	inverse [6 * filterCells * filterCells]float64 // of the height of each pyramid
}

// newInnerStar makes the star of a finished hull; nil if the hull is so flat
// that rounding could matter.
func newInnerStar(q *quickhull) *innerStar {
	star := new(innerStar)
	count := 0.0
	for i := range q.faces {
		if f := &q.faces[i]; f.seen != dead {
			star.center = star.center.Add(f.origin)
			count++
		}
	}
	star.center = star.center.Mul(1 / count)
	var planes []r3.Vector // plane·x = 1 relative to the centre
	for i := range q.faces {
		f := &q.faces[i]
		if f.seen == dead {
			continue
		}
		depth := -f.height(star.center)
		if !(depth > filterDepth*f.bound) {
			return nil
		}
		planes = append(planes, f.normal.Mul(1/depth))
	}
	const corners = filterCells + 1
	var gauge [corners * corners]float64
	for side := range 6 {
		for i := range corners {
			for j := range corners {
				gauge[i*corners+j] = gaugeAt(planes, cubePoint(side, i, j))
			}
		}
		cells := star.inverse[side*filterCells*filterCells:]
		for i := range filterCells {
			for j := range filterCells {
				k := i*corners + j
				// The gauge is convex, so it is largest at a corner.
				cells[i*filterCells+j] = max(gauge[k], gauge[k+1], gauge[k+corners], gauge[k+corners+1])
			}
		}
	}
	return star
}

// gaugeAt returns by what the polyhedron must grow to reach x.
func gaugeAt(planes []r3.Vector, x r3.Vector) float64 {
	g := 0.0
	for i := range planes {
		g = max(g, planes[i].Dot(x))
	}
	return g
}

// cubePoint returns a corner of a cell on the cube of half-width one.
func cubePoint(side, i, j int) r3.Vector {
	s := float64(float64(2*i)/filterCells) - 1
	t := float64(float64(2*j)/filterCells) - 1
	switch side {
	case 0:
		return r3.Vector{X: 1, Y: s, Z: t}
	case 1:
		return r3.Vector{X: -1, Y: s, Z: t}
	case 2:
		return r3.Vector{X: s, Y: 1, Z: t}
	case 3:
		return r3.Vector{X: s, Y: -1, Z: t}
	case 4:
		return r3.Vector{X: s, Y: t, Z: 1}
	}
	return r3.Vector{X: s, Y: t, Z: -1}
}

// outside returns, in place, the ids of the points that do not lie inside the
// star, away from its surface, and of them the ones that lie farthest outside
// in each of a few bundles of pyramids.
func (s *innerStar) outside(points []r3.Vector, ids []int32) (left []int32, far []r3.Vector) {
	const bundles = filterCells / filterBundle
	var farthest [6 * bundles * bundles]struct {
		gauge float64
		id    int32
	}
	left = ids[:0]
	for _, id := range ids {
		side, i, j, height := s.cell(points[id])
		gauge := height * s.inverse[(side*filterCells+i)*filterCells+j]
		if gauge < 1-filterMargin {
			continue
		}
		left = append(left, id)
		if f := &farthest[(side*bundles+i/filterBundle)*bundles+j/filterBundle]; gauge > f.gauge {
			f.gauge, f.id = gauge, id
		}
	}
	for _, f := range farthest {
		if f.gauge > 0 {
			far = append(far, points[f.id])
		}
	}
	return left, far
}

// cell returns the pyramid in which p lies, and how high.
func (s *innerStar) cell(p r3.Vector) (side, i, j int, height float64) {
	x := p.Sub(s.center)
	ax, ay, az := math.Abs(x.X), math.Abs(x.Y), math.Abs(x.Z)
	height, u, v := x.X, x.Y, x.Z
	switch {
	case ay > ax && ay >= az:
		side, height, u, v = 2, x.Y, x.X, x.Z
	case az > ax && az > ay:
		side, height, u, v = 4, x.Z, x.X, x.Y
	}
	if height < 0 {
		side, height = side+1, -height
	}
	if height == 0 {
		return 0, 0, 0, 0
	}
	scale := filterCells / 2 / height
	i = min(int(float64(u*scale)+filterCells/2), filterCells-1)
	j = min(int(float64(v*scale)+filterCells/2), filterCells-1)
	return side, i, j, height
}
