package mesh

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/golang/geo/r3"

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
	s := selfIntersection{tree: b, ctx: ctx, limit: limit, meet: b.meet}
	pairs, capped, err := s.list(threadCount(opts.Threads))
	if err != nil {
		return SelfIntersections{}, err
	}
	return SelfIntersections{Pairs: pairs, Count: len(pairs), Capped: capped}, nil
}

// list searches and lists the pairs, sorted; capped says that there are more.
func (s *selfIntersection) list(threads int) (pairs [][2]uint32, capped bool, err error) {
	if err := s.findBoxes(threads); err != nil {
		return nil, false, err
	}
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
	meet  func(i, j uint32) bool // of triangles i and j of the leaves
	boxes []nodeBox              // of the triangles, in leaf order

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
	s.boxes = make([]nodeBox, len(b.faces))
	return forBuildChunks(s.ctx, threads, len(b.faces), func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			s.boxes[i] = b.frame.triangle(b.leafCorners(uint32(i)))
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
	err := parallel.ForEach(s.ctx, threads, len(tasks), func(job int) {
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
	tasks := []treePair{{}} // the boxes of a tree against itself are not looked at
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
	if p.a&leafBit != 0 && p.b&leafBit != 0 {
		return append(to, *p)
	}
	if p.a == p.b {
		n := &b.nodes[p.a]
		boxes, count := n.children()
		for i := range count {
			to = append(to, treePair{n.refs[i], n.refs[i], boxes[i], boxes[i]})
			for j := range i {
				if boxes[i].overlaps(&boxes[j]) {
					to = append(to, treePair{n.refs[j], n.refs[i], boxes[j], boxes[i]})
				}
			}
		}
		return to
	}
	a, boxA, other, boxB := p.a, &p.boxA, p.b, &p.boxB
	if a&leafBit != 0 || other&leafBit == 0 && boxB.extent() > boxA.extent() {
		a, other, boxB = p.b, p.a, boxA
	}
	n := &b.nodes[a]
	boxes, count := n.children()
	for i := range count {
		if boxes[i].overlaps(boxB) {
			to = append(to, treePair{n.refs[i], other, boxes[i], *boxB})
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
	var room [bvhWidth * (bvhWidth + 1) / 2]treePair
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
			if box.overlaps(&boxes[j]) && t.search.meet(i, j) {
				f, g := t.search.tree.faces[i], t.search.tree.faces[j]
				t.pairs = append(t.pairs, [2]uint32{min(f, g), max(f, g)})
			}
		}
	}
}

// meet reports whether triangles i and j of the leaves share no corner and meet
// in more than a point.
func (b *BVH) meet(i, j uint32) bool {
	var s, t [3]r3.Vector
	s[0], s[1], s[2] = b.leafCorners(i)
	t[0], t[1], t[2] = b.leafCorners(j)
	for _, p := range s {
		if p == t[0] || p == t[1] || p == t[2] {
			return false
		}
	}
	return trianglesMeet(s, t)
}
