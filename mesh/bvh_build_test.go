package mesh

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
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
	checkTree(t, first, m)
}

// checkTree fails unless each node is the child of another but the root, each
// face is one leaf, and every box is that of what it is to hold.
func checkTree(t *testing.T, b *BVH, m *Mesh) {
	t.Helper()
	nodes, leaves := make([]int, len(b.nodes)), make([]int, len(b.faces))
	faces := make([]int, len(m.Triangles))
	for i := range b.nodes {
		n := &b.nodes[i]
		for k, ref := range n.Refs {
			box := childBox(n, k)
			want := emptyNodeBox()
			switch {
			case ref == kernel.NoChild:
			case isLeaf(ref):
				leaf := ref &^ kernel.Leaf
				leaves[leaf]++
				f := int(b.faces[leaf])
				faces[f]++
				p, q, r := m.Corners(f)
				var bounds kernel.Bounds
				b.frame.setBounds(&bounds, b.frame.toBox(p), b.frame.toBox(q), b.frame.toBox(r))
				for axis := range 3 {
					want.Lo[axis], want.Hi[axis] = bounds.Lo[axis], -bounds.Neg[axis]
				}
				if c, d, e := b.leafCorners(leaf); c != p || d != q || e != r {
					t.Fatalf("leaf %d has not the corners of face %d", leaf, f)
				}
			default:
				nodes[ref]++
				want = wholeBox(&b.nodes[ref])
			}
			if box != want {
				t.Fatalf("child %d of node %d has box %v, want %v", k, i, box, want)
			}
		}
	}
	if nodes[0]++; slices.Max(nodes) != 1 || slices.Min(nodes) != 1 || slices.Max(leaves) != 1 || slices.Min(leaves) != 1 || slices.Max(faces) != 1 {
		t.Fatal("nodes, leaves or faces are missing or there twice")
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
	checkTree(t, b, m)
}

// Faces anywhere that numbers reach make a tree, even if their distance is none.
func TestBVHBuildOfExtremes(t *testing.T) {
	m := &Mesh{}
	for i := range uint32(100) {
		c := r3.Vector{X: math.MaxFloat64 / 50 * (float64(i) - 50), Y: float64(i % 7), Z: math.Ldexp(1, -10*int(i))}
		size := math.Ldexp(1, int(i))
		m.Vertices = append(m.Vertices, c, c.Add(r3.Vector{Y: size}), c.Add(r3.Vector{Z: size}))
		m.Triangles = append(m.Triangles, Triangle{3 * i, 3*i + 1, 3*i + 2})
	}
	b, err := NewBVH(context.Background(), m, BVHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkTree(t, b, m)
	for i := range m.Triangles {
		p, q, r := m.Corners(i)
		at := p.Mul(1.0 / 3).Add(q.Mul(1.0 / 3)).Add(r.Mul(1.0 / 3))
		at.X = p.X
		if n, ok := b.Nearest(at, math.Inf(1), NoFace); !ok || int(n.Face) != i {
			t.Errorf("nearest to face %d is %v", i, n)
		}
	}
}
