package mesh

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"sync"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/kernel"
	"github.com/partgauge/partgauge/internal/parallel"
)

// defaultSelfIntersections is the default of SelfIntersectionOptions.Limit.
const defaultSelfIntersections = 100_000

// SelfIntersectionOptions controls BVH.SelfIntersections.
type SelfIntersectionOptions struct {
	Threads int // 0 means GOMAXPROCS; the result is the same for any number
	Limit   int // most pairs that are listed, 0 means 100 000
}

// SelfIntersections lists pairs of faces that go through one another.
type SelfIntersections struct {
	Pairs  [][2]uint32 // lower face first, sorted
	Count  int         // length of Pairs
	Capped bool        // there are more pairs than the limit; which ones are listed is the same in every run
}

// SelfIntersections finds the pairs of faces that share no vertex and meet in
// more than a point: in a segment, or, in one plane, in an area. Vertices are
// shared if they are equal, welded or not. All decisions are exact.
//
// It walks the tree against itself and takes time in proportion to the number
// of faces for a mesh whose faces are of the size of their distance; many
// overlapping boxes cost more, and the error is ctx's if it ends first.
func (b *BVH) SelfIntersections(ctx context.Context, opts SelfIntersectionOptions) (SelfIntersections, error) {
	limit := opts.Limit
	if limit <= 0 {
		limit = defaultSelfIntersections
	}
	if len(b.nodes) == 0 {
		return SelfIntersections{}, ctx.Err()
	}
	s := selfIntersection{tree: b, ctx: ctx, limit: limit, sift: b.mayMeet, meet: b.meet}
	pairs, capped, err := s.list(threadCount(opts.Threads))
	if err != nil {
		return SelfIntersections{}, err
	}
	return SelfIntersections{Pairs: pairs, Count: len(pairs), Capped: capped}, nil
}

// list searches and lists the pairs, sorted; capped says that there are more.
func (s *selfIntersection) list(threads int) (pairs [][2]uint32, capped bool, err error) {
	if pairs, err = s.run(threads); err != nil {
		return nil, false, err
	}
	capped = len(pairs) > s.limit
	pairs = pairs[:min(len(pairs), s.limit)]
	slices.SortFunc(pairs, func(p, q [2]uint32) int {
		return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1]))
	})
	return pairs, capped, nil
}

// A selfIntersection is the search as a whole.
type selfIntersection struct {
	tree  *BVH
	ctx   context.Context
	limit int
	sift  func(pairs [][2]uint32) [][2]uint32 // leaves out pairs that do not meet, fast; may be nil
	meet  func(i, j uint32) bool              // of triangles i and j of the leaves

	// The pairs of each task, until the tasks before it and it have found more
	// than the limit: the tasks after that one are of no interest.
	mutex sync.Mutex
	found [][][2]uint32
	done  []bool
	last  int
}

// A treePair is two subtrees, or one against itself if they are equal.
type treePair struct {
	a, b       uint32
	boxA, boxB nodeBox
}

const (
	// selfTasks is the number of tasks that a search is split into, at least.
	selfTasks = 512

	// selfBatch is the number of pairs of triangles that are tested at once.
	selfBatch = 1 << 10

	// selfCheck is the number of pairs after which a task looks whether it
	// should end.
	selfCheck = 1 << 16
)

// run does the tasks and returns the pairs found, more than the limit if there
// are more.
func (s *selfIntersection) run(threads int) ([][2]uint32, error) {
	tasks, leaves := s.tasks()
	jobs := 1 + len(tasks) // the first tests the leaves that splitting found
	s.found = make([][][2]uint32, jobs)
	s.done = make([]bool, jobs)
	s.last = jobs
	err := parallel.ForEach(s.ctx, threads, jobs, func(job int) {
		t := selfTask{search: s, job: job}
		if job == 0 {
			t.leaves = leaves
			t.test()
		} else {
			t.visit(tasks[job-1])
		}
		s.finish(job, t.pairs)
	})
	if err != nil {
		return nil, err
	}
	var pairs [][2]uint32
	for _, found := range s.found[:s.last] {
		pairs = append(pairs, found...)
	}
	return pairs, nil
}

// finish records what a task found.
func (s *selfIntersection) finish(job int, pairs [][2]uint32) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.found[job], s.done[job] = pairs, true
	total := 0
	for i := 0; i < s.last && s.done[i]; i++ {
		total += len(s.found[i])
		if total > s.limit {
			s.last = i + 1
		}
	}
}

// useless reports whether nobody waits for a task any more.
func (s *selfIntersection) useless(job int) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return job >= s.last
}

// tasks splits the walk of the tree against itself, the same for any number of
// threads. Pairs of triangles that it comes upon are apart.
func (s *selfIntersection) tasks() (tasks []treePair, leaves [][2]uint32) {
	root := wholeBox(&s.tree.nodes[0])
	tasks = []treePair{{boxA: root, boxB: root}}
	for len(tasks) > 0 && len(tasks) < selfTasks {
		var next []treePair
		for i := range tasks {
			next, leaves = s.tree.expand(&tasks[i], next, leaves)
		}
		tasks = next
	}
	return tasks, leaves
}

// wholeBox returns the box around all children.
func wholeBox(n *kernel.Node) nodeBox {
	whole := emptyNodeBox()
	for i := range bvhWidth {
		box := childBox(n, i)
		whole.add(&box)
	}
	return whole
}

// isLeaf reports whether a reference is that of a triangle.
func isLeaf(ref uint32) bool { return ref&kernel.Leaf != 0 }

// expand appends the pairs that a pair consists of to to; triangles against
// triangles go to leaves.
func (b *BVH) expand(p *treePair, to []treePair, leaves [][2]uint32) ([]treePair, [][2]uint32) {
	if p.a == p.b {
		return b.expandSelf(&b.nodes[p.a], to, leaves)
	}
	a, boxA, other, boxB := p.a, &p.boxA, p.b, &p.boxB
	if isLeaf(a) || !isLeaf(other) && boxB.extent() > boxA.extent() {
		a, other, boxB = p.b, p.a, boxA
	}
	n := &b.nodes[a]
	for met := n.Overlaps((*kernel.Box)(boxB)); met != 0; met &= met - 1 {
		i := bits.TrailingZeros32(met)
		switch ref := n.Refs[i]; {
		case isLeaf(ref) && isLeaf(other):
			leaves = append(leaves, [2]uint32{ref, other})
		case isLeaf(ref):
			box := childBox(n, i)
			to, leaves = b.expandLeaf(ref, &box, other, to, leaves)
		default:
			to = append(to, treePair{ref, other, childBox(n, i), *boxB})
		}
	}
	return to, leaves
}

// expandLeaf appends the pairs of a triangle and the children of a node.
func (b *BVH) expandLeaf(leaf uint32, box *nodeBox, node uint32, to []treePair, leaves [][2]uint32) ([]treePair, [][2]uint32) {
	n := &b.nodes[node]
	for met := n.Overlaps((*kernel.Box)(box)); met != 0; met &= met - 1 {
		i := bits.TrailingZeros32(met)
		if ref := n.Refs[i]; isLeaf(ref) {
			leaves = append(leaves, [2]uint32{leaf, ref})
		} else {
			to = append(to, treePair{leaf, ref, *box, childBox(n, i)})
		}
	}
	return to, leaves
}

// expandSelf appends the pairs of the children of a node, each inner one also
// with itself.
func (b *BVH) expandSelf(n *kernel.Node, to []treePair, leaves [][2]uint32) ([]treePair, [][2]uint32) {
	for i := 0; i < bvhWidth && n.Refs[i] != kernel.NoChild; i++ {
		box := childBox(n, i)
		if !isLeaf(n.Refs[i]) {
			to = append(to, treePair{n.Refs[i], n.Refs[i], box, box})
		}
		for met := n.Overlaps((*kernel.Box)(&box)) >> (i + 1) << (i + 1); met != 0; met &= met - 1 {
			j := bits.TrailingZeros32(met)
			if isLeaf(n.Refs[i]) && isLeaf(n.Refs[j]) {
				leaves = append(leaves, [2]uint32{n.Refs[i], n.Refs[j]})
			} else {
				to = append(to, treePair{n.Refs[i], n.Refs[j], box, childBox(n, j)})
			}
		}
	}
	return to, leaves
}

// A selfTask is a part of the search.
type selfTask struct {
	search *selfIntersection
	job    int
	stack  []treePair  // still to be looked into
	leaves [][2]uint32 // still to be tested
	pairs  [][2]uint32
	count  int
	ended  bool
}

// visit walks a pair of subtrees.
func (t *selfTask) visit(p treePair) {
	tree := t.search.tree
	t.stack = append(t.stack[:0], p)
	for len(t.stack) > 0 && !t.ended {
		t.checkEnd()
		last := len(t.stack) - 1
		p := t.stack[last]
		t.stack, t.leaves = tree.expand(&p, t.stack[:last], t.leaves)
		if len(t.leaves) >= selfBatch {
			t.test()
		}
	}
	t.test()
}

// test tests the pairs of triangles.
func (t *selfTask) test() {
	tree := t.search.tree
	pairs := t.leaves
	if t.search.sift != nil {
		pairs = t.search.sift(pairs)
	}
	t.leaves = t.leaves[:0]
	for _, pair := range pairs {
		i, j := pair[0]&^kernel.Leaf, pair[1]&^kernel.Leaf
		if t.search.meet(i, j) {
			f, g := tree.faces[i], tree.faces[j]
			t.pairs = append(t.pairs, [2]uint32{min(f, g), max(f, g)})
		}
	}
}

// checkEnd ends the task if it has found enough or is no longer needed.
func (t *selfTask) checkEnd() {
	t.count++
	if len(t.pairs) > t.search.limit || t.count%selfCheck == 0 && (t.search.ctx.Err() != nil || t.search.useless(t.job)) {
		t.ended = true
	}
}

// mayMeet leaves out most of the pairs of triangles that share a corner or do
// not meet.
func (b *BVH) mayMeet(pairs [][2]uint32) [][2]uint32 {
	if b.leaves.Single == nil {
		return pairs
	}
	for len(pairs)%kernel.PairBatch != 0 {
		pairs = append(pairs, [2]uint32{}) // a triangle shares corners with itself
	}
	return pairs[:kernel.MayMeet(pairs, b.leaves.Single)]
}

// meet reports whether triangles i and j of the leaves share no corner and meet
// in more than a point.
func (b *BVH) meet(i, j uint32) bool {
	if l := &b.leaves; l.Single != nil && kernel.ShareCorner(&l.Single[i], &l.Single[j]) ||
		l.Single == nil && kernel.ShareCorner(&l.Double[i], &l.Double[j]) {
		return false
	}
	var s, t [3]r3.Vector
	s[0], s[1], s[2] = b.leafCorners(i)
	t[0], t[1], t[2] = b.leafCorners(j)
	return trianglesMeet(s, t)
}
