package mesh

import (
	"context"

	"github.com/partgauge/partgauge/internal/kernel"
	"github.com/partgauge/partgauge/internal/parallel"
)

// The nodes of a task are brackets around its faces. Nest of a face is how many
// nodes begin with it and, times nestClose, how many end with it.
const (
	nestOpen  = 1
	nestClose = 1 << 16
)

// write makes the nodes: those above the tasks first, then those of each task,
// parents before children.
func (b *bvhBuilder) write(ctx context.Context, upper []upperNode, tasks []buildTask) error {
	tree := b.tree
	total := len(upper)
	for i := range tasks {
		tasks[i].at = total
		total += tasks[i].nodes
	}
	tree.nodes = make([]kernel.Node, total)
	tree.faces = make([]uint32, len(b.faces))
	tree.leaves = kernel.MakeTriangles(len(b.faces), b.single)
	err := parallel.ForEach(ctx, b.threads, len(tasks), func(job int) {
		t := &tasks[job]
		b.writeNodes(t)
		if b.single {
			writeLeaves(b, tree.leaves.Single, t.first, t.end)
		} else {
			writeLeaves(b, tree.leaves.Double, t.first, t.end)
		}
	})
	if err == nil {
		tree.writeUpper(upper, tasks, upperRef{task: len(upper) == 0}, 1)
	}
	return err
}

// An openNode is a node whose children are being found.
type openNode struct {
	index int
	boxes [bvhWidth]kernel.Bounds
	refs  [bvhWidth]uint32
	count int
}

func (n *openNode) add(ref uint32, box *kernel.Bounds) {
	k := n.count & (bvhWidth - 1)
	n.refs[k], n.boxes[k] = ref, *box
	n.count++
}

// writeNodes writes the nodes of a task.
func (b *bvhBuilder) writeNodes(t *buildTask) {
	var open [kernel.Depth + 1]openNode // the first takes the root
	depth, next := 0, t.at
	for i := t.first; i < t.end; i++ {
		f := &b.faces[i]
		for range f.Nest % nestClose {
			depth++
			open[depth].index, open[depth].count = next, 0
			next++
		}
		open[depth].add(kernel.Leaf|uint32(i), f)
		for range f.Nest / nestClose {
			n := &open[depth]
			setChildren(&b.tree.nodes[n.index], n.boxes[:n.count], n.refs[:n.count])
			box := kernel.Union(n.boxes[:n.count])
			depth--
			open[depth].add(uint32(n.index), &box)
		}
	}
	t.ref, t.box = open[0].refs[0], open[0].boxes[0]
}

// writeLeaves writes the triangles of a range of leaves.
func writeLeaves[T float32 | float64](b *bvhBuilder, to []kernel.Triangle[T], first, end int) {
	for i := first; i < end; i++ {
		f := b.faces[i].Face
		b.tree.faces[i] = f
		p, q, r := b.mesh.Corners(int(f))
		to[i] = newTriangle[T](p, q, r)
	}
}

// writeUpper writes the nodes above the tasks that are below r and returns the
// reference and the box of the tree there.
func (b *BVH) writeUpper(upper []upperNode, tasks []buildTask, r upperRef, depth int) (uint32, kernel.Bounds) {
	if r.task {
		t := &tasks[r.index]
		b.depth = max(b.depth, depth-1+t.depth)
		return t.ref, t.box
	}
	u := &upper[r.index]
	var boxes [bvhWidth]kernel.Bounds
	var refs [bvhWidth]uint32
	for i := range u.count {
		refs[i], boxes[i] = b.writeUpper(upper, tasks, u.kids[i], depth+1)
	}
	setChildren(&b.nodes[r.index], boxes[:u.count], refs[:u.count])
	return uint32(r.index), kernel.Union(boxes[:u.count])
}
