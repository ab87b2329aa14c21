package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A forest makes trees and walks that are as odd as real ones may be.
type forest struct{ *rand.Rand }

func newForest(seed uint64) forest { return forest{rand.New(rand.NewPCG(seed, 1))} }

// coordinate is mostly ordinary, sometimes on a grid, so that planes coincide,
// and sometimes extreme.
func (f forest) coordinate() float32 {
	switch f.IntN(10) {
	case 0:
		return float32(f.IntN(5)-2) / 4
	case 1:
		return []float32{0, float32(math.Copysign(0, -1)), 1e-40, -1e-40, 1e30, -1e30}[f.IntN(6)]
	}
	return float32(f.Float64() - 0.5)
}

// tree returns nodes whose children lie behind them, some missing, with boxes
// that need not hold one another.
func (f forest) tree(count int) []Node {
	nodes := make([]Node, count)
	leaf, inner := uint32(0), uint32(1)
	for i := range nodes {
		n := &nodes[i]
		children := 1 + f.IntN(Width)
		for k := range Width {
			n.Refs[k] = NoChild
			for axis := range 3 {
				lo, hi := f.coordinate(), f.coordinate()
				if lo > hi {
					lo, hi = hi, lo
				}
				if k >= children {
					lo, hi = float32(math.Inf(1)), float32(math.Inf(-1))
				}
				n.Planes[2*Width*axis+k], n.Planes[2*Width*axis+Width+k] = lo, hi
			}
			switch {
			case k >= children:
			case int(inner) < count && f.IntN(2) == 0:
				n.Refs[k] = inner
				inner++
			default:
				n.Refs[k] = Leaf | leaf
				leaf++
			}
		}
	}
	return nodes
}

// scale is a reciprocal of a direction: never zero, its sign in its bits.
func (f forest) scale() float32 {
	s := float32(math.Exp(4*f.NormFloat64())) + 1e-3
	if f.IntN(8) == 0 {
		s = 1 << 100
	}
	if f.IntN(2) == 0 {
		s = -s
	}
	return s
}

func (f forest) depth() int32 { return int32(math.Float32bits(float32(math.Abs(f.NormFloat64())))) }

func (f forest) ray() (r Ray) {
	for axis := range 3 {
		r.Scale[axis] = f.scale()
		origin := f.coordinate()
		r.Near[axis], r.Far[axis] = origin*r.Scale[axis], origin*r.Scale[axis]
		r.Side[axis] = uint32(2 * Width * axis)
		if r.Scale[axis] < 0 {
			r.Side[axis] += Width
		}
	}
	r.Limit = f.depth()
	if f.IntN(2) == 0 {
		r.Mid = float32(f.Float64())
		r.Low = min(f.depth(), r.Limit)
	}
	return r
}

func (f forest) box() (b Box) {
	for axis := range 3 {
		b.Lo[axis], b.Hi[axis] = f.coordinate(), f.coordinate()
		if b.Lo[axis] > b.Hi[axis] {
			b.Lo[axis], b.Hi[axis] = b.Hi[axis], b.Lo[axis]
		}
	}
	return b
}

// same walks with both variants, bringing the limits together on the way as
// callers do, and fails where they differ in what they found or have left to do.
func same[W any](t *testing.T, w W, state func(*W) *walk, assembly, plain func(*W) int, tighten func(*W, int)) {
	t.Helper()
	a, b := w, w
	for step := range 1000 {
		m, n := assembly(&a), plain(&b)
		p, q := state(&a), state(&b)
		if m != n || p.Leaves != q.Leaves || p.top != q.top || !slices.Equal(p.stack[:p.top], q.stack[:q.top]) {
			t.Fatalf("step %d: %d leaves with assembly, %d without; %+v and %+v", step, m, n, a, b)
		}
		if n == 0 {
			return
		}
		tighten(&a, step)
		tighten(&b, step)
	}
	t.Fatal("the walk does not end")
}

func needAssembly(t *testing.T) {
	t.Helper()
	if !hasAVX2 {
		t.Skip("no assembly in this build or for this processor")
	}
}

// widen makes boxes so large that rays meet many.
func widen(nodes []Node) {
	for i := range nodes {
		for k := range nodes[i].Planes {
			nodes[i].Planes[k] += float32(k/Width%2*2 - 1)
		}
	}
}

// view looks along one of the axes or nearly so.
func (f forest) view() (v View) {
	k := f.IntN(3)
	v.Rows = [3]uint32{uint32(3 * ((k + 1) % 3)), uint32(3 * ((k + 2) % 3)), uint32(3 * k)}
	for i := range v.Origin {
		v.Origin[i] = float64(f.coordinate())
	}
	if f.IntN(3) > 0 {
		v.Shear = [2]float64{f.NormFloat64(), f.NormFloat64()}
	}
	return v
}

// triangles returns n that a view meets, passes, or meets at a corner or an
// edge; some coordinates are extreme.
func triangles[T float32 | float64](f forest, n int) []Triangle[T] {
	leaves := make([]Triangle[T], n+1)[:n]
	for i := range leaves {
		for k := range leaves[i] {
			leaves[i][k] = T(f.coordinate())
		}
	}
	return leaves
}

// The assembly does what the Go code says, bit for bit and step by step, and
// writes nothing but the walk.
func TestRayVariants(t *testing.T) {
	needAssembly(t)
	t.Run("single", func(t *testing.T) {
		testRayVariants(t, func(r *Ray, nodes []Node, leaves []Triangle[float32]) int {
			return nextRaySingleAVX2(r, &nodes[0], &leaves[0][0])
		})
	})
	t.Run("double", func(t *testing.T) {
		testRayVariants(t, func(r *Ray, nodes []Node, leaves []Triangle[float64]) int {
			return nextRayDoubleAVX2(r, &nodes[0], &leaves[0][0])
		})
	})
}

func testRayVariants[T float32 | float64](t *testing.T, assembly func(*Ray, []Node, []Triangle[T]) int) {
	f := newForest(1)
	reported := 0
	for range 3000 {
		nodes := f.tree(1 + f.IntN(60))
		if f.IntN(2) == 0 {
			widen(nodes)
		}
		leaves := triangles[T](f, Width*len(nodes))
		r := f.ray()
		r.View = f.view()
		r.Start()
		guard := [3]Ray{1: r}
		same(t, r, func(r *Ray) *walk { return &r.walk },
			func(r *Ray) int { r.setKeep(); n := assembly(r, nodes, leaves); reported += n; return n },
			func(r *Ray) int { r.setKeep(); return nextRayGeneric(r, nodes, leaves) },
			func(r *Ray, step int) {
				if step%3 == 1 {
					r.Limit -= r.Limit / 8
				}
				if step%5 == 2 {
					r.Low += (r.Limit - r.Low) / 16
				}
			})
		guard[1].setKeep()
		assembly(&guard[1], nodes, leaves)
		if guard[0] != (Ray{}) || guard[2] != (Ray{}) {
			t.Fatal("memory beside the walk was written")
		}
	}
	if reported < 1000 {
		t.Errorf("only %d leaves were reported", reported)
	}
}

// A leaf is missed if the origin of the view lies outside the projected
// triangle; one with the origin on an edge is left for an exact test.
func TestRayTestsLeaves(t *testing.T) {
	at := func(x, y float64) Triangle[float64] { // an edge runs through (x, y) and (x+1, y)
		return Triangle[float64]{x, x + 1, x, y, y, y + 1, 5, 5, 5}
	}
	var root Node
	leaves := MakeTriangles(4, false)
	copy(leaves.Double, []Triangle[float64]{at(-0.25, -0.25), at(0.25, 0.25), at(-0.5, 0), at(-2, 0)})
	for k := range Width {
		root.Refs[k] = NoChild
		for plane := range 6 {
			root.Planes[plane*Width+k] = float32(math.Inf(1 - 2*(plane&1)))
		}
		if k < len(leaves.Double) {
			root.Refs[k] = Leaf | uint32(k)
			for plane, x := range [6]float32{-9, 9, -9, 9, 5, 5} {
				root.Planes[plane*Width+k] = x
			}
		}
	}
	r := Ray{
		Scale: [3]float32{1 << 100, 1 << 100, 1}, Side: [3]uint32{0, 16, 32}, Limit: int32(math.Float32bits(100)),
		View: View{Rows: [3]uint32{0, 3, 6}},
	}
	r.Start()
	n := r.Next([]Node{root}, &leaves)
	found := slices.Sorted(slices.Values(r.Leaves[:n]))
	if !slices.Equal(found, []uint32{0, 2, 3}) { // the last has an area of zero, which only the exact test can judge
		t.Errorf("leaves %d are reported", found)
	}
}

func TestConeVariants(t *testing.T) {
	needAssembly(t)
	f := newForest(2)
	for range 3000 {
		nodes := f.tree(1 + f.IntN(60))
		var c Cone
		for plane := range 6 {
			c.Scale[plane] = f.scale()
			c.Offset[plane] = f.coordinate() * c.Scale[plane]
			if f.IntN(2) == 0 {
				c.Below[plane] = math.MaxUint32
			}
		}
		c.Limit, c.Near, c.Reach = f.depth(), f.box(), f.depth()
		c.Start()
		same(t, c, func(c *Cone) *walk { return &c.walk },
			func(c *Cone) int { c.keep = c.Limit + slack; return nextConeAVX2(c, &nodes[0]) },
			func(c *Cone) int { c.keep = c.Limit + slack; return nextConeGeneric(c, nodes) },
			func(c *Cone, step int) {
				if step%3 == 1 {
					c.Limit -= c.Limit / 8
					c.Reach -= c.Reach / 8
				}
			})
	}
}

func TestPointVariants(t *testing.T) {
	needAssembly(t)
	f := newForest(3)
	for range 3000 {
		nodes := f.tree(1 + f.IntN(60))
		var p Point
		p.Near, p.Limit = f.box(), f.depth()
		p.Start()
		same(t, p, func(p *Point) *walk { return &p.walk },
			func(p *Point) int { p.keep = p.Limit; return nextPointAVX2(p, &nodes[0]) },
			func(p *Point) int { p.keep = p.Limit; return nextPointGeneric(p, nodes) },
			func(p *Point, step int) {
				if step%3 == 1 {
					p.Limit -= p.Limit / 8
				}
			})
	}
}

func TestOverlapsVariants(t *testing.T) {
	needAssembly(t)
	f := newForest(4)
	for range 100_000 {
		n, box := f.tree(1)[0], f.box()
		if got, want := overlapsAVX2(&n, &box), overlapsGeneric(&n, &box); got != want {
			t.Fatalf("%+v against %+v: %08b, want %08b", box, n, got, want)
		}
	}
}

// A walk finds each leaf whose box is met once, whatever the order, and the
// nearest first within a node.
func TestRayFindsLeaves(t *testing.T) {
	var root Node
	for k := range Width {
		root.Refs[k] = Leaf | uint32(k)
		x := float32((k*3)%Width) + 1
		root.Planes[k], root.Planes[Width+k] = x, x+0.5
		for axis := 1; axis < 3; axis++ {
			root.Planes[2*Width*axis+k], root.Planes[2*Width*axis+Width+k] = -1, 1
		}
	}
	// From the origin along x; the others are nearly parallel to their planes.
	r := Ray{Scale: [3]float32{1, 1 << 100, 1 << 100}, Side: [3]uint32{0, 16, 32}, Limit: int32(math.Float32bits(100))}
	r.View.Rows = [3]uint32{0, 3, 6}
	leaves := MakeTriangles(Width, true) // all of them at the origin, which is never missed
	r.Start()
	n := r.Next([]Node{root}, &leaves)
	if n != Width {
		t.Fatalf("%d leaves, want %d", n, Width)
	}
	last := float32(0)
	for _, leaf := range r.Leaves[:n] {
		if x := root.Planes[leaf]; x < last {
			t.Errorf("leaf %d at %g comes after %g", leaf, x, last)
		} else {
			last = x
		}
	}
	if n := r.Next([]Node{root}, &leaves); n != 0 {
		t.Errorf("%d more leaves", n)
	}
}
