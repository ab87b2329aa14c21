package mesh_test

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

func newBVH(t testing.TB, m *mesh.Mesh) *mesh.BVH {
	t.Helper()
	b, err := mesh.NewBVH(context.Background(), m, mesh.BVHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// soup returns n unconnected triangles of edge about size in a cube of side
// 10; with snap, corners lie on a grid of that step, which makes many things
// coincide.
func soup(seed uint64, n int, size, snap float64) *mesh.Mesh {
	r := meshtest.Random(seed)
	m := &mesh.Mesh{}
	for i := range n {
		c := r3.Vector{X: 10 * r.Float64(), Y: 10 * r.Float64(), Z: 10 * r.Float64()}
		for range 3 {
			p := c.Add(r3.Vector{X: r.NormFloat64(), Y: r.NormFloat64(), Z: r.NormFloat64()}.Mul(size))
			if snap > 0 {
				p = r3.Vector{X: math.Round(p.X/snap) * snap, Y: math.Round(p.Y/snap) * snap, Z: math.Round(p.Z/snap) * snap}
			}
			m.Vertices = append(m.Vertices, p)
		}
		m.Triangles = append(m.Triangles, mesh.Triangle{uint32(3 * i), uint32(3*i + 1), uint32(3*i + 2)})
	}
	return m
}

// single is the oracle without a tree: one hierarchy for each face.
type single struct{ faces []*mesh.BVH }

func newSingle(t testing.TB, m *mesh.Mesh) single {
	var s single
	for _, f := range m.Triangles {
		s.faces = append(s.faces, newBVH(t, &mesh.Mesh{Vertices: m.Vertices, Triangles: []mesh.Triangle{f}}))
	}
	return s
}

func (s single) allHits(r mesh.Ray) []mesh.Hit {
	var out []mesh.Hit
	for i, b := range s.faces {
		if uint32(i) == r.Exclude {
			continue
		}
		one := r
		one.Exclude = mesh.NoFace
		for _, h := range b.AllHits(one, nil) {
			h.Face = uint32(i)
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b mesh.Hit) int {
		return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(a.Face, b.Face))
	})
	return out
}

func (s single) nearest(p r3.Vector, most float64, exclude uint32) (mesh.Nearest, bool) {
	best, found := mesh.Nearest{Face: mesh.NoFace}, false
	for i, b := range s.faces {
		if uint32(i) == exclude {
			continue
		}
		if n, ok := b.Nearest(p, most, mesh.NoFace); ok && (!found || n.Distance < best.Distance) {
			n.Face = uint32(i)
			best, found = n, true
		}
	}
	return best, found
}

func randomVector(r *rand.Rand) r3.Vector {
	return r3.Vector{X: r.NormFloat64(), Y: r.NormFloat64(), Z: r.NormFloat64()}
}

// randomRay draws rays of all kinds at a soup in [0, 10]³: from inside and far
// away, along axes, from grid points, short and backwards.
func randomRay(r *rand.Rand, faces int) mesh.Ray {
	ray := mesh.Ray{
		Origin: r3.Vector{X: 10 * r.Float64(), Y: 10 * r.Float64(), Z: 10 * r.Float64()},
		Dir:    randomVector(r), Max: math.Inf(1), Exclude: mesh.NoFace,
	}
	switch r.IntN(8) {
	case 0:
		ray.Dir.X = 0
	case 1:
		ray.Dir = [3]r3.Vector{{X: 1}, {Y: -1}, {Z: 3}}[r.IntN(3)]
	case 2:
		ray.Origin = r3.Vector{X: float64(r.IntN(11)), Y: float64(r.IntN(11)), Z: float64(r.IntN(11))}
		ray.Dir = r3.Vector{X: float64(r.IntN(5) - 2), Y: float64(r.IntN(5) - 2), Z: float64(r.IntN(5) - 2)}
	case 3:
		ray.Dir.X *= 1e-30
		ray.Dir.Y *= 1e-9
	case 4:
		target := ray.Origin
		ray.Origin = target.Add(ray.Dir.Mul(1e4))
		ray.Dir = target.Sub(ray.Origin)
	}
	switch r.IntN(6) {
	case 0:
		ray.Min, ray.Max = -5, 5
	case 1:
		ray.Min, ray.Max = math.Inf(-1), math.Inf(1)
	case 2:
		ray.Max = r.Float64()
	case 3:
		ray.Min = r.Float64()
	}
	if r.IntN(3) == 0 && faces > 0 {
		ray.Exclude = uint32(r.IntN(faces))
	}
	return ray
}

var soups = []struct {
	name       string
	n          int
	size, snap float64
}{
	{"one", 1, 3, 0},
	{"two", 2, 3, 0},
	{"small faces", 3000, 0.2, 0},
	{"large faces", 300, 3, 0},
	{"on a grid", 1500, 1, 0.5},
	{"on a coarse grid", 800, 2, 2.5},
}

// lastHit returns the hit of largest T, among equals that of the lowest face.
func lastHit(hits []mesh.Hit) mesh.Hit {
	last := hits[len(hits)-1]
	for _, h := range hits {
		if h.T == last.T && h.Face < last.Face {
			last = h
		}
	}
	return last
}

// Every ray query finds in the tree exactly what it finds without it.
func TestBVHRaysAgainstBruteForce(t *testing.T) {
	for _, s := range soups {
		t.Run(s.name, func(t *testing.T) {
			m := soup(7, s.n, s.size, s.snap)
			tree, oracle := newBVH(t, m), newSingle(t, m)
			probe := tree.Probe() // one for all, as is usual
			r := meshtest.Random(8)
			hits := 0
			for range 2000 {
				ray := randomRay(r, s.n)
				want := oracle.allHits(ray)
				hits += len(want)
				if got := tree.AllHits(ray, nil); !slices.Equal(got, want) {
					t.Fatalf("AllHits(%+v)\n got %v\nwant %v", ray, got, want)
				}
				if got := tree.AnyHit(ray); got != (len(want) > 0) {
					t.Fatalf("AnyHit(%+v) = %v, want %d hits", ray, got, len(want))
				}
				got, ok := tree.ClosestHit(ray)
				if ok != (len(want) > 0) || ok && got != want[0] {
					t.Fatalf("ClosestHit(%+v) = %v, want %v", ray, got, want)
				}
				slack := r.Float64()
				want = slices.DeleteFunc(want, func(h mesh.Hit) bool { return h.T > got.T+slack })
				if first := tree.FirstHits(ray, slack, nil); !slices.Equal(first, want) {
					t.Fatalf("FirstHits(%+v, %g)\n got %v\nwant %v", ray, slack, first, want)
				}
				gap, back := 0.1*r.Float64(), 5*r.Float64()
				first, behind, found := probe.BothWays(ray, slack, gap, back, nil)
				if !slices.Equal(first, want) {
					t.Fatalf("BothWays(%+v, %g)\n got %v\nwant %v", ray, slack, first, want)
				}
				before := ray
				before.Min, before.Max = -back, -gap
				want = oracle.allHits(before)
				if found != (len(want) > 0) || found && behind != lastHit(want) {
					t.Fatalf("BothWays(%+v) behind %g to %g: %v, want the last of %v", ray, gap, back, behind, want)
				}
			}
			if hits == 0 {
				t.Error("no ray hit anything: the test proves nothing")
			}
		})
	}
}

// Hits are points of both ray and face.
func TestBVHHitsLieOnRayAndFace(t *testing.T) {
	m := soup(9, 500, 2, 0)
	tree := newBVH(t, m)
	r := meshtest.Random(10)
	for range 2000 {
		ray := randomRay(r, 500)
		for _, h := range tree.AllHits(ray, nil) {
			a, b, c := m.Corners(int(h.Face))
			onFace := a.Mul(1 - h.U - h.V).Add(b.Mul(h.U)).Add(c.Mul(h.V))
			onRay := ray.Origin.Add(ray.Dir.Mul(h.T))
			if d := onFace.Distance(onRay); d > 1e-11*(1+ray.Origin.Norm()) {
				t.Fatalf("hit %v of %+v is %g mm off the ray", h, ray, d)
			}
			if along := m.AreaVector(int(h.Face)).Dot(ray.Dir); math.Abs(along) > 1e-9*ray.Dir.Norm() && (along > 0) != (h.Sign > 0) {
				t.Fatalf("hit %v of %+v has the wrong sign", h, ray)
			}
		}
	}
}

// Nearest finds in the tree exactly what it finds without it.
func TestBVHNearestAgainstBruteForce(t *testing.T) {
	for _, s := range soups {
		t.Run(s.name, func(t *testing.T) {
			m := soup(11, s.n, s.size, s.snap)
			tree, oracle := newBVH(t, m), newSingle(t, m)
			r := meshtest.Random(12)
			for i := range 1000 {
				p := r3.Vector{X: 12*r.Float64() - 1, Y: 12*r.Float64() - 1, Z: 12*r.Float64() - 1}
				most, exclude := math.Inf(1), uint32(mesh.NoFace)
				switch i % 5 {
				case 1:
					p = m.Vertices[r.IntN(len(m.Vertices))]
				case 2:
					p = p.Add(randomVector(r).Mul(1e5))
				case 3:
					most = r.Float64()
				case 4:
					exclude = uint32(r.IntN(s.n))
				}
				got, ok := tree.Nearest(p, most, exclude)
				want, wantOK := oracle.nearest(p, most, exclude)
				if ok != wantOK || ok && got != want {
					t.Fatalf("Nearest(%v, %g, %d) = %v, want %v", p, most, exclude, got, want)
				}
			}
		})
	}
}

// closedMeshes are closed and consistently oriented; the convex ones first.
func closedMeshes() (solids []meshtest.Solid, convex int) {
	solids = []meshtest.Solid{
		meshtest.Box(10, 20, 30),
		meshtest.GridBox(10, 20, 30, 8),
		meshtest.GridBox(10, 20, 30, 5).Rotate(3),
		meshtest.Icosphere(10, 3),
		meshtest.Sphere(10, 24),
	}
	return append(solids,
		meshtest.Torus(10, 3, 24, 12).Rotate(4),
		meshtest.HollowBox(10, 20, 30, 1),
		meshtest.OpenBox(10, 20, 30, 0.8).Round(),
	), len(solids)
}

// checkWatertight casts rays at a closed mesh from outside its box: at points
// inside, and exactly at its vertices and at points of its edges. It returns
// the number of rays whose signs do not add up to zero, of rays through the
// middle of a convex solid that do not hit it twice, and of disagreements among
// the queries.
func checkWatertight(t testing.TB, m *mesh.Mesh, convex bool, seed uint64, rays int) (odd, missed, differ int) {
	tree := newBVH(t, m)
	box := m.Bounds()
	center, reach := box.Center(), box.Diagonal()
	r := meshtest.Random(seed)
	var hits []mesh.Hit
	for i := range rays {
		a, b, c := m.Corners(r.IntN(len(m.Triangles)))
		var target r3.Vector
		kind := i % 4
		switch kind {
		case 0:
			target = a
		case 1:
			// Many of these points lie on the edge exactly.
			target = a.Add(b.Sub(a).Mul(float64(r.IntN(5)) / 4))
		case 2:
			u, v := r.Float64(), r.Float64()
			if u+v > 1 {
				u, v = 1-u, 1-v
			}
			target = a.Add(b.Sub(a).Mul(u)).Add(c.Sub(a).Mul(v))
		case 3:
			target = center.Add(randomVector(r).Mul(reach / 1000))
		}
		dir := randomVector(r)
		switch r.IntN(4) {
		case 0:
			dir = [3]r3.Vector{{X: 1}, {Y: 1}, {Z: 1}}[r.IntN(3)].Mul(float64(2*r.IntN(2) - 1))
		case 1:
			dir = r3.Vector{X: float64(r.IntN(3) - 1), Y: float64(r.IntN(3) - 1), Z: float64(r.IntN(3) - 1)}
		}
		if dir == (r3.Vector{}) {
			continue
		}
		ray := mesh.Ray{
			Origin: target.Sub(dir.Mul(3 * reach / dir.Norm())), Dir: dir,
			Max: math.Inf(1), Exclude: mesh.NoFace,
		}
		if r.IntN(2) == 0 {
			ray.Dir = target.Sub(ray.Origin)
		}
		hits = tree.AllHits(ray, hits[:0])
		sum := int32(0)
		for _, h := range hits {
			sum += h.Sign
		}
		if sum != 0 {
			odd++
		}
		if kind == 3 && convex && len(hits) != 2 {
			missed++
		}
		closest, ok := tree.ClosestHit(ray)
		if ok != (len(hits) > 0) || ok && closest != hits[0] || ok != tree.AnyHit(ray) {
			differ++
		}
	}
	return odd, missed, differ
}

// No ray slips between faces or is counted twice, near the origin and far from
// it. 40 000 rays for each of 24 meshes, or 10 million in all if the
// environment variable PARTGAUGE_HEAVY is set.
func TestBVHWatertight(t *testing.T) {
	solids, convex := closedMeshes()
	offsets := []r3.Vector{{}, {X: 1e6, Y: -1e6, Z: 1e6}, {X: 1e7, Y: 3, Z: -0.1}}
	rays := 40_000
	if testing.Short() {
		rays = 4000
	}
	if os.Getenv("PARTGAUGE_HEAVY") != "" {
		rays = 10_000_000/(len(solids)*len(offsets)) + 1
	}
	for i, s := range solids {
		for j, d := range offsets {
			moved := s.Translate(d.X, d.Y, d.Z)
			odd, missed, differ := checkWatertight(t, moved.Mesh, i < convex, uint64(10*i+j), rays)
			if odd+missed+differ > 0 {
				t.Errorf("%s at %v: of %d rays %d with signs that do not cancel, %d misses, %d disagreements",
					s.Name, d, rays, odd, missed, differ)
			}
		}
	}
}

// From inside a closed mesh the signs add up to one in every direction.
func TestBVHWindingInside(t *testing.T) {
	s := meshtest.GridBox(10, 10, 10, 4)
	tree := newBVH(t, s.Mesh)
	r := meshtest.Random(13)
	for range 20_000 {
		ray := mesh.Ray{
			// Quarters lie on planes of the grid of edges.
			Origin: r3.Vector{X: 2.5 * float64(1+r.IntN(3)), Y: 2.5 * float64(1+r.IntN(3)), Z: 2.5 * float64(1+r.IntN(3))},
			Dir:    r3.Vector{X: float64(r.IntN(5) - 2), Y: float64(r.IntN(5) - 2), Z: float64(r.IntN(5) - 2)},
			Max:    math.Inf(1), Exclude: mesh.NoFace,
		}
		if ray.Dir == (r3.Vector{}) {
			continue
		}
		hits := tree.AllHits(ray, nil)
		if len(hits) != 1 || hits[0].Sign != 1 {
			t.Fatalf("%+v: hits %v, want one that leaves", ray, hits)
		}
	}
}

// Distances to shapes of known form come out to rounding, also far away.
func TestBVHKnownDistances(t *testing.T) {
	for _, offset := range []float64{0, 1e6} {
		s := meshtest.Box(10, 20, 30).Translate(offset, offset, offset)
		tree := newBVH(t, s.Mesh)
		at := func(x, y, z float64) r3.Vector { return r3.Vector{X: x + offset, Y: y + offset, Z: z + offset} }
		hit, ok := tree.ClosestHit(mesh.Ray{Origin: at(3, 4, -5), Dir: r3.Vector{Z: 2}, Max: 100, Exclude: mesh.NoFace})
		if !ok || hit.T != 2.5 || hit.Sign != -1 {
			t.Errorf("offset %g: entering hit %v, %v, want T 2.5", offset, hit, ok)
		}
		hit, ok = tree.ClosestHit(mesh.Ray{Origin: at(3, 4, 5), Dir: r3.Vector{Z: 2}, Max: 100, Exclude: mesh.NoFace})
		if !ok || hit.T != 12.5 || hit.Sign != 1 {
			t.Errorf("offset %g: leaving hit %v, %v, want T 12.5", offset, hit, ok)
		}
		// A range that ends at the face still holds it.
		if !tree.AnyHit(mesh.Ray{Origin: at(3, 4, 5), Dir: r3.Vector{Z: 2}, Min: 12.5, Max: 12.5, Exclude: mesh.NoFace}) {
			t.Errorf("offset %g: a range of one point misses", offset)
		}
		if tree.AnyHit(mesh.Ray{Origin: at(3, 4, 5), Dir: r3.Vector{Z: 2}, Max: 12, Exclude: mesh.NoFace}) {
			t.Errorf("offset %g: a hit beyond Max", offset)
		}
		n, ok := tree.Nearest(at(13, 24, 15), math.Inf(1), mesh.NoFace)
		if !ok || math.Abs(n.Distance-5) > 1e-9 || n.Point.Distance(at(10, 20, 15)) > 1e-9 {
			t.Errorf("offset %g: nearest %v, want distance 5", offset, n)
		}
		if _, ok := tree.Nearest(at(13, 24, 15), 4.9, mesh.NoFace); ok {
			t.Errorf("offset %g: nearest beyond the limit", offset)
		}
	}
}

// Inputs that mean nothing give no hit.
func TestBVHSenselessQueries(t *testing.T) {
	tree := newBVH(t, meshtest.Cube(10).Mesh)
	nan, inf := math.NaN(), math.Inf(1)
	o, d := r3.Vector{X: 5, Y: 5, Z: 5}, r3.Vector{X: 1}
	for _, ray := range []mesh.Ray{
		{Origin: o, Max: 100},
		{Origin: o, Dir: r3.Vector{X: nan, Y: 1}, Max: 100},
		{Origin: o, Dir: r3.Vector{X: inf}, Max: 100},
		{Origin: r3.Vector{X: nan}, Dir: d, Max: 100},
		{Origin: r3.Vector{X: inf}, Dir: d, Max: 100},
		{Origin: r3.Vector{X: 1e308, Y: 1e308}, Dir: d, Max: 100},
		{Origin: o, Dir: d, Min: 10, Max: 5},
		{Origin: o, Dir: d, Min: nan, Max: 5},
		{Origin: o, Dir: d, Min: 0, Max: nan},
	} {
		ray.Exclude = mesh.NoFace
		if hit, ok := tree.ClosestHit(ray); ok || tree.AnyHit(ray) || len(tree.AllHits(ray, nil)) > 0 {
			t.Errorf("%+v hits %v", ray, hit)
		}
	}
	for _, p := range []r3.Vector{{X: nan}, {Y: inf}, {Z: -inf}} {
		if n, ok := tree.Nearest(p, inf, mesh.NoFace); ok {
			t.Errorf("Nearest(%v) = %v", p, n)
		}
	}
	if _, ok := tree.Nearest(o, -1, mesh.NoFace); ok {
		t.Error("a point within a negative distance")
	}
	if _, ok := tree.Nearest(o, nan, mesh.NoFace); ok {
		t.Error("a point within an undefined distance")
	}
}

// The order of faces and of their corners does not matter: the same places are
// hit, with the same signs.
func TestBVHPermutation(t *testing.T) {
	s := meshtest.Torus(10, 3, 24, 12).Rotate(16)
	one := newBVH(t, s.Mesh)
	other := newBVH(t, s.PermuteTriangles(17).PermuteVertices(18).Mesh)
	r := meshtest.Random(19)
	for range 5000 {
		ray := mesh.Ray{Origin: randomVector(r).Mul(10), Dir: randomVector(r), Max: math.Inf(1), Exclude: mesh.NoFace}
		p, q := one.AllHits(ray, nil), other.AllHits(ray, nil)
		if len(p) != len(q) {
			t.Fatalf("%+v: %d hits and %d hits", ray, len(p), len(q))
		}
		for i := range p {
			if math.Abs(p[i].T-q[i].T) > 1e-12*(1+p[i].T) || p[i].Sign != q[i].Sign {
				t.Fatalf("%+v: hit %v and %v", ray, p[i], q[i])
			}
		}
		near, _ := one.Nearest(ray.Origin, math.Inf(1), mesh.NoFace)
		too, _ := other.Nearest(ray.Origin, math.Inf(1), mesh.NoFace)
		if math.Abs(near.Distance-too.Distance) > 1e-12 {
			t.Fatalf("nearest to %v at %v and %v", ray.Origin, near, too)
		}
	}
}

// A ray through all boxes of a tree that is as deep as one gets finds
// everything: the walk does not run out of room.
func TestBVHDeepTree(t *testing.T) {
	m := &mesh.Mesh{}
	const n = 30_000
	for i := range uint32(n) {
		s := math.Pow(0.9997, float64(i))
		m.Vertices = append(m.Vertices, r3.Vector{X: -s, Y: -s}, r3.Vector{X: s, Y: -s, Z: s}, r3.Vector{Y: s})
		m.Triangles = append(m.Triangles, mesh.Triangle{3 * i, 3*i + 1, 3*i + 2})
	}
	tree := newBVH(t, m)
	ray := mesh.Ray{Origin: r3.Vector{Z: -10}, Dir: r3.Vector{Z: 1}, Max: math.Inf(1), Exclude: mesh.NoFace}
	if hits := tree.AllHits(ray, nil); len(hits) != n {
		t.Errorf("%d hits, want %d", len(hits), n)
	}
	if hit, ok := tree.ClosestHit(ray); !ok || hit.Face != n-1 {
		t.Errorf("closest hit %v, want face %d", hit, n-1)
	}
}

// Directions of any length and huge or tiny meshes are handled alike.
func TestBVHScales(t *testing.T) {
	for _, size := range []float64{1e-30, 1e-6, 1, 1e6, 1e9} {
		for _, length := range []float64{1e-200, 1, 1e200} {
			tree := newBVH(t, meshtest.Icosphere(1, 2).Scale(size).Mesh)
			ray := mesh.Ray{Origin: r3.Vector{X: -3 * size}, Dir: r3.Vector{X: length}, Max: math.Inf(1), Exclude: mesh.NoFace}
			hits := tree.AllHits(ray, nil)
			if len(hits) != 2 || math.Abs(hits[0].T*length/size-2) > 0.1 || math.Abs(hits[1].T*length/size-4) > 0.1 {
				t.Errorf("size %g, direction %g: hits %v", size, length, hits)
			}
		}
	}
}

// Faces without area are never found and disturb nothing.
func TestBVHDegenerateFaces(t *testing.T) {
	s := meshtest.Cube(10)
	m := &mesh.Mesh{Vertices: append(slices.Clone(s.Mesh.Vertices),
		r3.Vector{X: 5, Y: 5, Z: -1}, r3.Vector{X: 5, Y: 5, Z: 5}, r3.Vector{X: 5, Y: 5, Z: 20},
		r3.Vector{X: math.NaN()}, r3.Vector{Y: math.Inf(1)})}
	n := uint32(len(s.Mesh.Vertices))
	m.Triangles = append(m.Triangles, mesh.Triangle{n, n + 1, n + 2}, mesh.Triangle{n, n, n}, mesh.Triangle{n, n + 1, n},
		mesh.Triangle{n, n + 1, n + 3}, mesh.Triangle{n, n + 1, n + 4})
	extra := uint32(len(m.Triangles))
	m.Triangles = append(m.Triangles, s.Mesh.Triangles...)
	tree := newBVH(t, m)
	if got, want := tree.Bounds(), s.Mesh.Bounds(); got != want {
		t.Errorf("bounds %v, want %v", got, want)
	}
	hits := tree.AllHits(mesh.Ray{Origin: r3.Vector{X: 5, Y: 5, Z: -5}, Dir: r3.Vector{Z: 1}, Max: 100, Exclude: mesh.NoFace}, nil)
	if len(hits) != 2 || hits[0].T != 5 || hits[1].T != 15 || hits[0].Face < extra || hits[1].Face < extra {
		t.Errorf("hits %v, want the two sides of the cube", hits)
	}
	nearest, ok := tree.Nearest(r3.Vector{X: 5, Y: 5, Z: 19}, math.Inf(1), mesh.NoFace)
	if !ok || nearest.Distance != 9 {
		t.Errorf("nearest %v, want the top of the cube", nearest)
	}
}

// Without faces nothing is found.
func TestBVHEmpty(t *testing.T) {
	for _, m := range []*mesh.Mesh{
		{},
		{Vertices: []r3.Vector{{X: 1}}},
		{Vertices: []r3.Vector{{X: 1}}, Triangles: []mesh.Triangle{{0, 0, 0}}},
	} {
		tree := newBVH(t, m)
		ray := mesh.Ray{Dir: r3.Vector{X: 1}, Max: 100, Exclude: mesh.NoFace}
		if _, ok := tree.ClosestHit(ray); ok || tree.AnyHit(ray) || tree.AllHits(ray, nil) != nil {
			t.Error("an empty hierarchy was hit")
		}
		if _, ok := tree.Nearest(r3.Vector{}, 100, mesh.NoFace); ok || !tree.Bounds().IsEmpty() {
			t.Error("an empty hierarchy has a nearest point or a box")
		}
	}
}

// AllHits appends and leaves what was there alone.
func TestBVHAllHitsAppends(t *testing.T) {
	tree := newBVH(t, meshtest.Cube(10).Mesh)
	mark := mesh.Hit{T: 1e9, Face: 77}
	hits := tree.AllHits(mesh.Ray{Origin: r3.Vector{X: -1, Y: 3, Z: 4}, Dir: r3.Vector{X: 1}, Max: 100, Exclude: mesh.NoFace}, []mesh.Hit{mark})
	if len(hits) != 3 || hits[0] != mark || hits[1].T != 1 || hits[2].T != 11 {
		t.Errorf("hits %v", hits)
	}
}

// Meshes made to unbalance a tree keep working: many equal faces, slivers over
// the whole part, sizes in geometric progression, one face far away.
func TestBVHHostileMeshes(t *testing.T) {
	const n = 3000
	equal, slivers, series, stray := &mesh.Mesh{}, &mesh.Mesh{}, &mesh.Mesh{}, soup(14, n, 0.2, 0)
	add := func(m *mesh.Mesh, a, b, c r3.Vector) {
		k := uint32(len(m.Vertices))
		m.Vertices = append(m.Vertices, a, b, c)
		m.Triangles = append(m.Triangles, mesh.Triangle{k, k + 1, k + 2})
	}
	r := meshtest.Random(15)
	for i := range n {
		add(equal, r3.Vector{}, r3.Vector{X: 10}, r3.Vector{Y: 10})
		add(slivers, randomVector(r).Mul(100), randomVector(r).Mul(100), randomVector(r))
		s := math.Pow(0.98, float64(i))
		add(series, r3.Vector{}, r3.Vector{X: 10 * s}, r3.Vector{Y: 10 * s, Z: s})
	}
	add(stray, r3.Vector{X: 1e9}, r3.Vector{X: 1e9, Y: 1e8}, r3.Vector{X: 1e9, Z: 1e8})
	for name, m := range map[string]*mesh.Mesh{"equal": equal, "slivers": slivers, "series": series, "stray": stray} {
		t.Run(name, func(t *testing.T) {
			tree, oracle := newBVH(t, m), newSingle(t, m)
			for range 100 {
				ray := randomRay(r, n)
				ray.Origin = ray.Origin.Sub(r3.Vector{X: 5, Y: 5, Z: 5})
				want := oracle.allHits(ray)
				if got := tree.AllHits(ray, nil); !slices.Equal(got, want) {
					t.Fatalf("AllHits(%+v) = %v, want %v", ray, got, want)
				}
				got, ok := tree.Nearest(ray.Origin, math.Inf(1), ray.Exclude)
				near, wantOK := oracle.nearest(ray.Origin, math.Inf(1), ray.Exclude)
				if ok != wantOK || got != near {
					t.Fatalf("Nearest(%v) = %v, want %v", ray.Origin, got, near)
				}
			}
		})
	}
}

// A cancelled context ends the build.
func TestBVHCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if tree, err := mesh.NewBVH(ctx, meshtest.GridBox(1, 1, 1, 60).Mesh, mesh.BVHOptions{}); err == nil {
		t.Errorf("got %v, want an error", tree)
	}
}
