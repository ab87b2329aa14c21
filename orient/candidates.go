package orient

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

const (
	// facetClusters is how many facets of the hull are candidates at most,
	// and facetApart how far they are apart.
	facetClusters = 200
	facetApart    = 2 * degree
	// normalClusters is how many of the directions that much of the surface
	// faces are candidates, meanWithin how far around each its mean is taken.
	normalClusters = 24
	meanWithin     = 3 * degree
	clustersApart  = 5 * degree
	// sphereLevel is that of the directions spread over the sphere: 642, about
	// 8° apart.
	sphereLevel = 3
	// sameDirection is when two exact directions are one, and nearDirection
	// when one that is not exact adds nothing.
	sameDirection = 1e-6
	nearDirection = 0.5 * degree
)

// directions returns the candidates for a part, the uploaded pose first.
func (s *surface) directions(ctx context.Context, opts Options) ([]r3.Vector, error) {
	d := directionSet{all: []r3.Vector{{Z: 1}}}
	if opts.Objective == Height || opts.Objective == LeastPrice {
		narrow, err := s.narrowDirections(ctx)
		if err != nil {
			return nil, err
		}
		for _, n := range narrow {
			d.add(n, sameDirection)
			d.add(n.Mul(-1), sameDirection)
		}
	}
	for _, n := range s.facetNormals() {
		d.add(n.Mul(-1), sameDirection)
	}
	for _, axis := range [...]r3.Vector{{Z: -1}, {X: 1}, {X: -1}, {Y: 1}, {Y: -1}} {
		d.add(axis, nearDirection)
	}
	for _, n := range s.frequentNormals() {
		d.add(n.Mul(-1), nearDirection)
	}
	if opts.tilts() {
		frame := s.frame()
		for _, v := range mesh.Icosphere(sphereLevel) {
			turned := mesh.Scaled(frame[0], v.X).Add(mesh.Scaled(frame[1], v.Y)).Add(mesh.Scaled(frame[2], v.Z))
			d.add(turned.Normalize(), nearDirection)
		}
	}
	return d.all, nil
}

// A directionSet is a list of directions that differ.
type directionSet struct{ all []r3.Vector }

// add adds v unless it is within an angle, in radians, of one before.
func (d *directionSet) add(v r3.Vector, within float64) {
	if !(v.Norm2() > 0.5) {
		return // of a facet without area
	}
	for _, o := range d.all {
		if v.Sub(o).Norm2() <= within*within {
			return
		}
	}
	d.all = append(d.all, v)
}

// facetNormals returns the normals of facets of the hull, no two close to one
// another: first those on which the part would stand, then by area.
func (s *surface) facetNormals() []r3.Vector {
	type ranked struct {
		facet  int
		stands bool
	}
	order := make([]ranked, len(s.hull.Facets))
	for f := range order {
		order[f] = ranked{f, s.standsOn(f)}
	}
	slices.SortFunc(order, func(a, b ranked) int {
		if a.stands != b.stands {
			if a.stands {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(s.hull.Facets[b.facet].Area, s.hull.Facets[a.facet].Area), cmp.Compare(a.facet, b.facet))
	})
	set := directionSet{}
	for _, o := range order {
		set.add(s.hull.Facets[o.facet].Normal, facetApart)
		if len(set.all) == facetClusters {
			break
		}
	}
	return set.all
}

// standsOn reports whether the centre of mass lies over a facet.
func (s *surface) standsOn(f int) bool {
	facet := &s.hull.Facets[f]
	loop := s.hull.Loops[facet.First:facet.End]
	for i, v := range loop {
		a, b := s.corners[v], s.corners[loop[(i+1)%len(loop)]]
		if b.Sub(a).Cross(s.centerOfMass.Sub(a)).Dot(facet.Normal) <= 0 {
			return false
		}
	}
	return true
}

// frequentNormals returns the directions that most of the surface faces: means
// over the surroundings of the cells with the largest area.
func (s *surface) frequentNormals() []r3.Vector {
	order := make([]int, len(s.cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.cells[b].area, s.cells[a].area) })
	near := s.newLimit(meanWithin, math.Cos(meanWithin))
	set := directionSet{}
	for _, i := range order {
		mean := s.cells[i].axis
		const rounds = 3
		for range rounds {
			mean = s.meanNormal(mean, near)
		}
		set.add(mean, clustersApart)
		if len(set.all) == normalClusters {
			break
		}
	}
	return set.all
}

// meanNormal returns the mean normal, by area, of the faces within a limit of
// a direction.
func (s *surface) meanNormal(direction r3.Vector, l *limit) r3.Vector {
	var sum r3.Vector
	for i := range s.cells {
		c := &s.cells[i]
		d := c.axis.Dot(direction)
		if d < l.none[i] {
			continue
		}
		if d > l.all[i] {
			sum = sum.Add(c.vector)
			continue
		}
		for p := c.first; p < c.end; p++ {
			if s.normal[p].Dot(direction) > l.cosine {
				sum = sum.Add(mesh.Scaled(s.normal[p], s.area[p]))
			}
		}
	}
	if sum.Norm2() == 0 {
		return direction
	}
	return sum.Normalize()
}

// frame returns three directions at right angles that turn with the part: the
// principal axes of its surface, each towards the side that reaches farther in
// the mean of cubes. For a part that looks the same from several sides any of
// them serves as well as another.
func (s *surface) frame() [3]r3.Vector {
	middle := r3.Vector{}
	for p := range s.faces {
		middle = middle.Add(mesh.Scaled(s.middle[p], s.area[p]))
	}
	middle = mesh.Scaled(middle, 1/s.totalArea)
	var m [3][3]float64
	for p := range s.faces {
		d := s.middle[p].Sub(middle)
		v := [3]float64{d.X, d.Y, d.Z}
		for i := range 3 {
			for k := range 3 {
				m[i][k] += float64(float64(s.area[p]*v[i]) * v[k])
			}
		}
	}
	axes := principalAxes(m)
	var cubes [3]float64
	for p := range s.faces {
		d := s.middle[p].Sub(middle)
		for i := range 2 {
			x := d.Dot(axes[i])
			cubes[i] += float64(float64(float64(s.area[p]*x)*x) * x)
		}
	}
	for i := range 2 {
		if cubes[i] < 0 {
			axes[i] = axes[i].Mul(-1)
		}
	}
	axes[2] = axes[0].Cross(axes[1])
	return axes
}

// principalAxes returns the eigenvectors of a symmetric matrix by falling
// eigenvalue (C. G. J. Jacobi 1846).
func principalAxes(m [3][3]float64) [3]r3.Vector {
	v := [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}} // columns
	const sweeps = 30
	for range sweeps {
		for _, pq := range [...][2]int{{0, 1}, {0, 2}, {1, 2}} {
			p, q := pq[0], pq[1]
			if m[p][q] == 0 {
				continue
			}
			theta := (m[q][q] - m[p][p]) / (2 * m[p][q])
			t := math.Copysign(1, theta) / (math.Abs(theta) + math.Sqrt(float64(theta*theta)+1))
			c := 1 / math.Sqrt(float64(t*t)+1)
			s := t * c
			for k := range 3 {
				a, b := m[k][p], m[k][q]
				m[k][p], m[k][q] = float64(c*a)-float64(s*b), float64(s*a)+float64(c*b)
			}
			for k := range 3 {
				a, b := m[p][k], m[q][k]
				m[p][k], m[q][k] = float64(c*a)-float64(s*b), float64(s*a)+float64(c*b)
				a, b = v[k][p], v[k][q]
				v[k][p], v[k][q] = float64(c*a)-float64(s*b), float64(s*a)+float64(c*b)
			}
		}
	}
	order := []int{0, 1, 2}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m[b][b], m[a][a]) })
	var axes [3]r3.Vector
	for i, k := range order {
		axes[i] = r3.Vector{X: v[0][k], Y: v[1][k], Z: v[2][k]}
	}
	return axes
}

// narrowDirections returns the directions along which the hull measures least,
// within the tie.
func (s *surface) narrowDirections(ctx context.Context) ([]r3.Vector, error) {
	const most = 64 // nearest to the uploaded pose
	type width struct {
		direction r3.Vector
		extent    float64
	}
	var found []width
	least := math.Inf(1)
	keep := func() {
		found = slices.DeleteFunc(found, func(w width) bool { return w.extent > least*(1+tie) })
		slices.SortFunc(found, func(a, b width) int {
			return cmp.Or(cmp.Compare(math.Abs(b.direction.Z), math.Abs(a.direction.Z)),
				cmp.Compare(a.direction.X, b.direction.X), cmp.Compare(a.direction.Y, b.direction.Y))
		})
		set := directionSet{}
		kept := found[:0]
		for _, w := range found {
			if before := len(set.all); before < most {
				if set.add(w.direction, sameDirection); len(set.all) > before {
					kept = append(kept, w)
				}
			}
		}
		found = kept
	}
	err := s.hull.EachWidth(ctx, func(direction r3.Vector, rough float64) {
		if rough > least*(1+2*tie) {
			return
		}
		if direction.Z < 0 {
			direction = direction.Mul(-1)
		}
		extent := s.hull.Extent(direction)
		if extent > least*(1+tie) {
			return
		}
		least = min(least, extent)
		if found = append(found, width{direction, extent}); len(found) >= 16*most {
			keep()
		}
	})
	if err != nil {
		return nil, err
	}
	keep()
	directions := make([]r3.Vector, len(found))
	for i, w := range found {
		directions[i] = w.direction
	}
	return directions, nil
}
