package mesh

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/r3"
)

// The oracle: in rational arithmetic, collect the points in which edges of one
// triangle meet the other; the common set is convex, so it is more than a
// point if two of them differ.

type ratPoint [3]*big.Rat

func toRat(p r3.Vector) ratPoint { return ratPoint{rat(p.X), rat(p.Y), rat(p.Z)} }

func (p ratPoint) sub(q ratPoint) (d ratPoint) {
	for i := range p {
		d[i] = new(big.Rat).Sub(p[i], q[i])
	}
	return d
}

func (p ratPoint) dot(q ratPoint) *big.Rat {
	sum := new(big.Rat)
	for i := range p {
		sum.Add(sum, new(big.Rat).Mul(p[i], q[i]))
	}
	return sum
}

func (p ratPoint) cross(q ratPoint) (c ratPoint) {
	for i := range p {
		j, k := (i+1)%3, (i+2)%3
		c[i] = new(big.Rat).Sub(new(big.Rat).Mul(p[j], q[k]), new(big.Rat).Mul(p[k], q[j]))
	}
	return c
}

func (p ratPoint) along(d ratPoint, t *big.Rat) (q ratPoint) {
	for i := range p {
		q[i] = new(big.Rat).Add(p[i], new(big.Rat).Mul(t, d[i]))
	}
	return q
}

func (p ratPoint) equal(q ratPoint) bool {
	return p[0].Cmp(q[0]) == 0 && p[1].Cmp(q[1]) == 0 && p[2].Cmp(q[2]) == 0
}

// inTriangle reports whether p lies in the closed triangle.
func inTriangle(p ratPoint, t [3]ratPoint) bool {
	n := t[1].sub(t[0]).cross(t[2].sub(t[0]))
	if p.sub(t[0]).dot(n).Sign() != 0 {
		return false
	}
	for i := range t {
		if t[(i+1)%3].sub(t[i]).cross(p.sub(t[i])).dot(n).Sign() < 0 {
			return false
		}
	}
	return true
}

// edgePoints returns the ends and corners of the common set of a segment and a
// triangle.
func edgePoints(a, b ratPoint, t [3]ratPoint) (points []ratPoint) {
	add := func(p ratPoint) {
		if inTriangle(p, t) {
			points = append(points, p)
		}
	}
	add(a)
	add(b)
	n := t[1].sub(t[0]).cross(t[2].sub(t[0]))
	d := b.sub(a)
	one := big.NewRat(1, 1)
	if slope := d.dot(n); slope.Sign() != 0 {
		s := new(big.Rat).Quo(t[0].sub(a).dot(n), slope)
		if s.Sign() >= 0 && s.Cmp(one) <= 0 {
			add(a.along(d, s))
		}
		return points
	}
	// Parallel to the plane: where it crosses the planes through the edges.
	for i := range t {
		m := t[(i+1)%3].sub(t[i]).cross(n)
		if slope := d.dot(m); slope.Sign() != 0 {
			s := new(big.Rat).Quo(t[i].sub(a).dot(m), slope)
			if s.Sign() >= 0 && s.Cmp(one) <= 0 {
				add(a.along(d, s))
			}
		}
	}
	return points
}

func wantTrianglesMeet(s, t [3]r3.Vector) bool {
	var rs, rt [3]ratPoint
	for i := range 3 {
		rs[i], rt[i] = toRat(s[i]), toRat(t[i])
	}
	var points []ratPoint
	for i := range 3 {
		points = append(points, edgePoints(rs[i], rs[(i+1)%3], rt)...)
		points = append(points, edgePoints(rt[i], rt[(i+1)%3], rs)...)
	}
	for _, p := range points {
		if !p.equal(points[0]) {
			return true
		}
	}
	return false
}

// The decision equals that of rational arithmetic for triangles on coarse
// grids, where every degenerate position occurs, and for nearly degenerate
// ones.
func TestTrianglesMeetAgainstRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []struct {
		name string
		draw func() r3.Vector
	}{
		{"grid", func() r3.Vector {
			return r3.Vector{X: float64(r.IntN(4)), Y: float64(r.IntN(4)), Z: float64(r.IntN(4))}
		}},
		{"flat grid", func() r3.Vector { return r3.Vector{X: float64(r.IntN(5)), Y: float64(r.IntN(5)), Z: 0.5} }},
		{"slanted grid", func() r3.Vector {
			u, v := float64(r.IntN(5)), float64(r.IntN(5))
			return r3.Vector{X: 0.3 * u, Y: 0.7 * v, Z: 0.3*u + 0.7*v}
		}},
		{"shallow", func() r3.Vector {
			return r3.Vector{X: float64(r.IntN(4)), Y: float64(r.IntN(4)), Z: 1 + 0x1p-52*float64(r.IntN(3))}
		}},
		{"general", func() r3.Vector { return r3.Vector{X: r.Float64(), Y: r.Float64(), Z: r.Float64()} }},
	}
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			met, tested := 0, 0
			for tested < 500 {
				var p, q [3]r3.Vector
				for i := range 3 {
					p[i], q[i] = kind.draw(), kind.draw()
				}
				if !hasArea(p[1].Sub(p[0]).Cross(p[2].Sub(p[0]))) || !hasArea(q[1].Sub(q[0]).Cross(q[2].Sub(q[0]))) {
					continue
				}
				tested++
				want := wantTrianglesMeet(p, q)
				if want {
					met++
				}
				for k := range 3 {
					p = [3]r3.Vector{p[1], p[2], p[0]}
					if k == 1 {
						q[0], q[1] = q[1], q[0]
					}
					if trianglesMeet(p, q) != want || trianglesMeet(q, p) != want {
						t.Fatalf("trianglesMeet(%v, %v) is not %v", p, q, want)
					}
				}
			}
			if met == 0 || met == tested {
				t.Errorf("%d of %d pairs meet: the test proves nothing", met, tested)
			}
		})
	}
}

// Contacts that do and do not count.
func TestTrianglesMeetContacts(t *testing.T) {
	base := [3]r3.Vector{{}, {X: 4}, {Y: 4}}
	at := func(x ...float64) (p [3]r3.Vector) {
		for i := range p {
			p[i] = r3.Vector{X: x[3*i], Y: x[3*i+1], Z: x[3*i+2]}
		}
		return p
	}
	for _, c := range []struct {
		name string
		with [3]r3.Vector
		want bool
	}{
		{"through the middle", at(1, 1, -1, 1, 1, 1, 2, 1, 1), true},
		{"corner on the middle", at(1, 1, 0, 1, 1, 1, 2, 1, 1), false},
		{"corner on an edge", at(2, 0, 0, 2, -1, 1, 2, -1, -1), false},
		{"corner on a corner", at(0, 0, 0, -1, 0, 1, -1, 0, -1), false},
		{"edge on the middle", at(1, 1, 0, 1.5, 1, 0, 1, 1, 2), true},
		{"edge along an edge", at(1, 0, 0, 2, 0, 0, 1, -1, 2), true},
		{"edges end to end", at(4, 0, 0, 6, 0, 0, 5, -1, 2), false},
		{"edges cross", at(2, -1, 0, 2, 1, 0, 2, -1, 1), true},
		{"edges cross in a point", at(2, 0, -1, 2, 0, 1, 2, -5, 0), false},
		{"above", at(1, 1, 1e-300, 2, 1, 1e-300, 1, 2, 1e-300), false},
		{"same plane, inside", at(1, 1, 0, 1.5, 1, 0, 1, 1.5, 0), true},
		{"same plane, around", at(-9, -9, 0, 40, -9, 0, -9, 40, 0), true},
		{"same triangle", base, true},
		{"same plane, corner to edge", at(2, 0, 0, 1, -1, 0, 3, -1, 0), false},
		{"same plane, edge to edge", at(1, 0, 0, 3, 0, 0, 2, -1, 0), true},
		{"same plane, edges end to end", at(4, 0, 0, 6, 0, 0, 5, -1, 0), false},
		{"same plane, apart", at(5, 0, 0, 6, 0, 0, 5, 1, 0), false},
	} {
		if got := trianglesMeet(base, c.with); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if want := wantTrianglesMeet(base, c.with); want != c.want {
			t.Errorf("%s: the oracle says %v", c.name, want)
		}
	}
}

// A sanity check of the filter far from the origin, where rounding errors are
// large beside the triangles.
func TestTrianglesMeetFarAway(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	met := 0
	for range 300 {
		var p, q [3]r3.Vector
		for i := range 3 {
			p[i] = r3.Vector{X: 1e7 + r.Float64(), Y: 1e7 + r.Float64(), Z: math.Round(8*r.Float64()) / 8}
			q[i] = r3.Vector{X: 1e7 + r.Float64(), Y: 1e7 + r.Float64(), Z: math.Round(8*r.Float64()) / 8}
		}
		want := wantTrianglesMeet(p, q)
		if want {
			met++
		}
		if trianglesMeet(p, q) != want {
			t.Fatalf("trianglesMeet(%v, %v) is not %v", p, q, want)
		}
	}
	if met < 50 {
		t.Errorf("only %d pairs meet", met)
	}
}
