package mesh

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"github.com/golang/geo/r3"
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
// more than a point: in a segment, or, in one plane, in an area. Faces that
// share a vertex by its index are never a pair, so equal vertices should have
// been welded. All decisions are exact.
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
	s := selfIntersection{tree: b, ctx: ctx, limit: limit}
	threads := threadCount(opts.Threads)
	if err := s.findBoxes(threads); err != nil {
		return SelfIntersections{}, err
	}
	pairs, err := s.run(threads)
	if err != nil {
		return SelfIntersections{}, err
	}
	capped := len(pairs) > limit
	pairs = pairs[:min(len(pairs), limit)]
	slices.SortFunc(pairs, func(p, q [2]uint32) int {
		return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1]))
	})
	return SelfIntersections{Pairs: pairs, Count: len(pairs), Capped: capped}, nil
}

// A selfIntersection is the search as a whole.
type selfIntersection struct {
	tree  *BVH
	ctx   context.Context
	limit int
	boxes []nodeBox // of the triangles, in leaf order

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

	// selfCheck is the number of pairs of leaves after which a task looks
	// whether it should end.
	selfCheck = 1 << 12
)

// findBoxes computes the boxes of all triangles.
func (s *selfIntersection) findBoxes(threads int) error {
	b := s.tree
	s.boxes = make([]nodeBox, len(b.corners))
	return forEach(s.ctx, threads, chunks(len(b.corners)), func(job int) {
		first, end := chunk(job, len(b.corners))
		for i := first; i < end; i++ {
			s.boxes[i] = emptyNodeBox()
			for _, v := range b.corners[i] {
				s.boxes[i].addPoint(b.frame.toBox(b.vertices[v].vector()))
			}
		}
	})
}

// run does the tasks and returns the pairs found, more than the limit if there
// are more.
func (s *selfIntersection) run(threads int) ([][2]uint32, error) {
	tasks := s.tasks()
	s.found = make([][][2]uint32, len(tasks))
	s.done = make([]bool, len(tasks))
	s.last = len(tasks)
	err := forEach(s.ctx, threads, len(tasks), func(job int) {
		t := selfTask{search: s, job: job}
		t.visit(&tasks[job])
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
// threads.
func (s *selfIntersection) tasks() []treePair {
	box := emptyNodeBox() // never looked at for a tree against itself
	tasks := []treePair{{0, 0, box, box}}
	for len(tasks) < selfTasks {
		var next []treePair
		for i := range tasks {
			next = s.tree.expand(&tasks[i], next)
		}
		if len(next) == len(tasks) {
			return next
		}
		tasks = next
	}
	return tasks
}

// expand appends the pairs that a pair consists of: itself, if both are
// leaves.
func (b *BVH) expand(p *treePair, to []treePair) []treePair {
	if p.a == p.b {
		if p.a&leafBit != 0 {
			return append(to, *p)
		}
		n := &b.nodes[p.a]
		c0, c1 := n[12], n[13]
		box0, box1 := n.box(0), n.box(1)
		to = append(to, treePair{c0, c0, box0, box0}, treePair{c1, c1, box1, box1})
		if box0.overlaps(&box1) {
			to = append(to, treePair{c0, c1, box0, box1})
		}
		return to
	}
	if p.a&leafBit != 0 && p.b&leafBit != 0 {
		return append(to, *p)
	}
	a, boxA, other, boxB := p.a, &p.boxA, p.b, &p.boxB
	if a&leafBit != 0 || other&leafBit == 0 && boxB.extent() > boxA.extent() {
		a, other, boxB = p.b, p.a, boxA
	}
	n := &b.nodes[a]
	for child := range 2 {
		if box := n.box(child); box.overlaps(boxB) {
			to = append(to, treePair{n[12+child], other, box, *boxB})
		}
	}
	return to
}

// A selfTask is a part of the search.
type selfTask struct {
	search *selfIntersection
	job    int
	pairs  [][2]uint32
	leaves int
	ended  bool
}

// visit walks a pair of subtrees.
func (t *selfTask) visit(p *treePair) {
	if t.ended {
		return
	}
	if p.a&leafBit != 0 && p.b&leafBit != 0 {
		t.checkEnd()
		t.testLeaves(p)
		return
	}
	var room [3]treePair
	parts := t.search.tree.expand(p, room[:0])
	for i := range parts {
		t.visit(&parts[i])
	}
}

// checkEnd ends the task if it has found enough or is no longer needed.
func (t *selfTask) checkEnd() {
	t.leaves++
	if len(t.pairs) > t.search.limit || t.leaves%selfCheck == 0 && (t.search.ctx.Err() != nil || t.search.useless(t.job)) {
		t.ended = true
	}
}

// testLeaves tests the triangles of two leaves, or of one.
func (t *selfTask) testLeaves(p *treePair) {
	boxes := t.search.boxes
	first, end := leafRange(p.a)
	otherFirst, otherEnd := leafRange(p.b)
	for i := first; i < end; i++ {
		box := &boxes[i]
		if p.a == p.b {
			otherFirst = i + 1
		} else if !box.overlaps(&p.boxB) {
			continue
		}
		for j := otherFirst; j < otherEnd; j++ {
			if box.overlaps(&boxes[j]) && t.search.tree.meet(i, j) {
				f, g := t.search.tree.faces[i], t.search.tree.faces[j]
				t.pairs = append(t.pairs, [2]uint32{min(f, g), max(f, g)})
			}
		}
	}
}

// meet reports whether triangles i and j of the leaves share no vertex and
// meet in more than a point.
func (b *BVH) meet(i, j uint32) bool {
	s, t := &b.corners[i], &b.corners[j]
	for _, v := range s {
		if v == t[0] || v == t[1] || v == t[2] {
			return false
		}
	}
	return trianglesMeet(
		[3]r3.Vector{b.vertices[s[0]].vector(), b.vertices[s[1]].vector(), b.vertices[s[2]].vector()},
		[3]r3.Vector{b.vertices[t[0]].vector(), b.vertices[t[1]].vector(), b.vertices[t[2]].vector()})
}

// box returns the box of a child.
func (n *bvhNode) box(child int) nodeBox {
	var b nodeBox
	o := 6 * child
	for i := range 3 {
		b.lo[i] = math.Float32frombits(n[(o+2*i)&15])
		b.hi[i] = math.Float32frombits(n[(o+2*i+1)&15])
	}
	return b
}

func (b *nodeBox) overlaps(c *nodeBox) bool {
	return b.lo[0] <= c.hi[0] && c.lo[0] <= b.hi[0] &&
		b.lo[1] <= c.hi[1] && c.lo[1] <= b.hi[1] &&
		b.lo[2] <= c.hi[2] && c.lo[2] <= b.hi[2]
}

// extent returns the sum of the sides of a box.
func (b *nodeBox) extent() float32 {
	return (b.hi[0] - b.lo[0]) + (b.hi[1] - b.lo[1]) + (b.hi[2] - b.lo[2])
}
