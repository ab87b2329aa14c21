package mesh

import (
	"context"

	"github.com/partgauge/partgauge/internal/kernel"
	"github.com/partgauge/partgauge/internal/parallel"
)

const (
	// buildChunk is the number of triangles that are prepared or binned as one
	// job. Ranges of at most a taskShare-th of all faces, or of taskFloor,
	// become one job as a whole.
	buildChunk = 1 << 15
	taskShare  = 256
	taskFloor  = 1 << 11

	// splitsPerNode is how many splits deep a node reaches at least.
	splitsPerNode = 3
)

// A bvhBuilder makes the hierarchy in four steps: it computes the boxes of the
// faces; divides large ranges of faces, one level of the tree after the other;
// divides small ranges, the tasks, each on one thread; and, when the number of
// nodes is known, writes these. Until then the faces keep the shape of the
// tree.
type bvhBuilder struct {
	mesh    *Mesh
	threads int

	root   Box
	single bool // all coordinates are exact in single precision
	frame  bvhFrame
	faces  []kernel.Bounds // in the order of the leaves; for Nest see nesting
	tree   *BVH            // that is built
}

func (b *bvhBuilder) build(ctx context.Context) (*BVH, error) {
	if err := b.survey(ctx); err != nil {
		return nil, err
	}
	b.tree = &BVH{frame: b.frame, root: b.root}
	if len(b.faces) == 0 {
		return b.tree, ctx.Err()
	}
	b.tree.rootLo, b.tree.rootHi = b.frame.toBox(b.root.Min), b.frame.toBox(b.root.Max)
	whole, err := b.collect(ctx)
	if err != nil {
		return nil, err
	}
	upper, tasks, err := b.divideUpper(ctx, whole)
	if err != nil {
		return nil, err
	}
	if err := b.divideTasks(ctx, tasks); err != nil {
		return nil, err
	}
	if err := b.write(ctx, upper, tasks); err != nil {
		return nil, err
	}
	return b.tree, ctx.Err()
}

// buildChunks returns how many chunks n elements make.
func buildChunks(n int) int { return (n + buildChunk - 1) / buildChunk }

// forBuildChunks calls work for all chunks [lo, hi) of n elements.
func forBuildChunks(ctx context.Context, threads, n int, work func(chunk, lo, hi int)) error {
	return parallel.ForEach(ctx, threads, buildChunks(n), func(chunk int) {
		work(chunk, chunk*buildChunk, min(n, (chunk+1)*buildChunk))
	})
}

// A buildTask is a range that one goroutine turns into a subtree.
type buildTask struct {
	buildRange
	nodes int // in it
	at    int // the first of them
	depth int
	ref   uint32
	box   kernel.Bounds
}

// An upperNode is a node above the tasks.
type upperNode struct {
	kids  [bvhWidth]upperRef
	count int
}

// An upperRef is the index of an upper node or of a task.
type upperRef struct {
	index int
	task  bool
}

// divide turns a range of more than bvhWidth faces into the children of a node:
// it is halved three times, so that a node takes three splits on every way down
// to another, and then the largest parts are while there is room.
func (b *bvhBuilder) divide(r *buildRange, threads int, kids *[bvhWidth]buildRange) int {
	kids[0] = *r
	n := 1
	for range splitsPerNode {
		for i := n - 1; i >= 0; i-- {
			if !kids[i].whole {
				b.cut(&kids[i], &kids[n], threads)
				n++
			}
		}
	}
	for n < bvhWidth {
		best := -1
		for i := range kids[:n] {
			if !kids[i].whole && (best < 0 || kids[i].gain > kids[best].gain) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		b.cut(&kids[best], &kids[n], threads)
		n++
	}
	return n
}

// divideUpper divides the ranges of more than taskSize faces, each level of
// the tree with all threads, and lists the others as tasks.
func (b *bvhBuilder) divideUpper(ctx context.Context, whole buildRange) (upper []upperNode, tasks []buildTask, err error) {
	taskSize := max(taskFloor, whole.count()/taskShare)
	if whole.count() <= taskSize {
		return nil, []buildTask{{buildRange: whole}}, nil
	}
	level := []buildRange{whole}
	upper = make([]upperNode, 1)
	for first := 0; len(level) > 0; {
		// Few ranges: threads share the work on each. Many: one thread each.
		within, across := b.threads, 1
		if len(level) >= 16 {
			within, across = 1, b.threads
		}
		kids := make([][bvhWidth]buildRange, len(level))
		err := parallel.ForEach(ctx, across, len(level), func(job int) {
			upper[first+job].count = b.divide(&level[job], within, &kids[job])
		})
		if err != nil {
			return nil, nil, err
		}
		var next []buildRange
		last := first + len(level)
		for i := range kids {
			u := &upper[first+i]
			for k := range u.count {
				r := &kids[i][k]
				if r.count() <= taskSize {
					u.kids[k] = upperRef{index: len(tasks), task: true}
					tasks = append(tasks, buildTask{buildRange: *r})
				} else {
					u.kids[k] = upperRef{index: last + len(next)}
					next = append(next, *r)
				}
			}
		}
		upper = append(upper, make([]upperNode, len(next))...)
		first, level = last, next
	}
	return upper, tasks, nil
}

// divideTasks divides the faces of each task.
func (b *bvhBuilder) divideTasks(ctx context.Context, tasks []buildTask) error {
	return parallel.ForEach(ctx, b.threads, len(tasks), func(job int) {
		t := &tasks[job]
		if len(tasks) > 1 && t.count() == 1 {
			return // a leaf
		}
		b.divideTask(ctx, t, &t.buildRange, 1)
	})
}

// divideTask divides a range of faces of a task, which becomes a node.
func (b *bvhBuilder) divideTask(ctx context.Context, t *buildTask, r *buildRange, depth int) {
	t.nodes++
	t.depth = max(t.depth, depth)
	if r.count() > 1<<10 && ctx.Err() != nil {
		return
	}
	if !r.whole {
		var kids [bvhWidth]buildRange
		n := b.divide(r, 1, &kids)
		open := openSmall(&kids, n)
		for i := range kids[:n] {
			if open>>i&1 == 0 && kids[i].count() > 1 {
				b.divideTask(ctx, t, &kids[i], depth+1)
			}
		}
	}
	// After all moves.
	b.faces[r.first].Nest += nestOpen
	b.faces[r.end-1].Nest += nestClose
}

// openSmall chooses ranges, the smallest first, whose faces become children
// themselves as long as there is room, which spares nodes of their own for
// them. It returns them as bits.
func openSmall(kids *[bvhWidth]buildRange, n int) (open uint32) {
	children := n
	for {
		least := -1
		for i := range kids[:n] {
			if open>>i&1 == 0 && kids[i].count() > 1 && (least < 0 || kids[i].count() < kids[least].count()) {
				least = i
			}
		}
		if least < 0 || children-1+kids[least].count() > bvhWidth {
			return open
		}
		children += kids[least].count() - 1
		open |= 1 << least
	}
}
