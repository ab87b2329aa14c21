package mesh

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
)

// The tree is the same for every number of threads.
func TestBVHBuildIsDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	m := &Mesh{}
	for i := range uint32(120_000) {
		c := r3.Vector{X: r.NormFloat64(), Y: r.NormFloat64(), Z: 0.1 * r.NormFloat64()}
		for range 3 {
			m.Vertices = append(m.Vertices, c.Add(r3.Vector{X: r.Float64(), Y: r.Float64(), Z: r.Float64()}.Mul(0.01)))
		}
		m.Triangles = append(m.Triangles, Triangle{3 * i, 3*i + 1, 3*i + 2})
	}
	var first *BVH
	for _, threads := range []int{1, 2, 7} {
		b, err := NewBVH(context.Background(), m, BVHOptions{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
		} else if !reflect.DeepEqual(first, b) {
			t.Fatalf("the tree of %d threads differs", threads)
		}
	}
	if first.depth > 14 {
		t.Errorf("depth %d for an ordinary mesh", first.depth)
	}
}

// The depth stays within the stack of a traversal for meshes that invite
// splits of one face at a time.
func TestBVHBuildDepth(t *testing.T) {
	m := &Mesh{}
	s := 1.0
	for i := range uint32(20_000) {
		m.Vertices = append(m.Vertices, r3.Vector{}, r3.Vector{X: s}, r3.Vector{Y: s, Z: s})
		m.Triangles = append(m.Triangles, Triangle{3 * i, 3*i + 1, 3*i + 2})
		s *= 0.99
		if s < 1e-30 {
			s = 1
		}
	}
	b, err := NewBVH(context.Background(), m, BVHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if b.depth > kernel.Depth {
		t.Errorf("depth %d, room for %d", b.depth, kernel.Depth)
	}
}
