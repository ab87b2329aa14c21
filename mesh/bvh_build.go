package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"

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

// A bvhBuilder makes the hierarchy in three steps: it computes the boxes of
// the faces; divides large ranges of faces, one level of the tree after the
// other; and builds the subtrees of small ranges independently.
type bvhBuilder struct {
	mesh    *Mesh
	threads int

	root   Box
	single bool // all coordinates are exact in single precision
	frame  bvhFrame
	grid   buildGrid
	faces  []buildFace
	tree   *BVH // that is built
}

// gridBits is the size of the grid on which splits are chosen: minima, maxima
// and sums of integers cost little and are exact.
const gridBits = 30

// A buildGrid maps coordinates to the grid.
type buildGrid struct {
	origin r3.Vector
	scale  float64
}

// step returns the step of the grid that a coordinate lies in; what lies
// outside is taken for the border.
func (g *buildGrid) step(x, origin float64) int32 {
	t := float64((x - origin) * g.scale)
	if !(t > 0) {
		return 0
	}
	if t > 1<<gridBits-1 {
		return 1<<gridBits - 1
	}
	return int32(t)
}

// A gridBox is a box on the grid.
type gridBox struct{ lo, hi [3]int32 }

func emptyGridBox() gridBox {
	const most = math.MaxInt32
	return gridBox{[3]int32{most, most, most}, [3]int32{-most, -most, -most}}
}

func (b *gridBox) add(c *gridBox) {
	b.grow(c.lo[0], c.lo[1], c.lo[2], c.hi[0], c.hi[1], c.hi[2])
}

// grow is add, small enough to be inlined.
func (b *gridBox) grow(x0, y0, z0, x1, y1, z1 int32) {
	b.lo[0] = min(b.lo[0], x0)
	b.lo[1] = min(b.lo[1], y0)
	b.lo[2] = min(b.lo[2], z0)
	b.hi[0] = max(b.hi[0], x1)
	b.hi[1] = max(b.hi[1], y1)
	b.hi[2] = max(b.hi[2], z1)
}

// halfArea returns half the surface of a box that is not empty.
func (b *gridBox) halfArea() float64 {
	x, y, z := float64(b.hi[0]-b.lo[0]), float64(b.hi[1]-b.lo[1]), float64(b.hi[2]-b.lo[2])
	return float64(x*y) + float64(y*z) + float64(z*x)
}

// A buildFace is a triangle on its way into the tree.
type buildFace struct {
	box  gridBox
	face uint32
}

// A buildRange is a range of faces that becomes a subtree. If it is whole, it
// becomes a node of its faces; otherwise gain tells which range of several is
// best split within a node.
type buildRange struct {
	first, end int
	depth      int // of splits
	box        gridBox
	centers    centerRange
	whole      bool
	gain       float64
	split      faceSplit
}

func (r *buildRange) count() int { return r.end - r.first }

func (b *bvhBuilder) build(ctx context.Context) (*BVH, error) {
	if err := b.survey(ctx); err != nil {
		return nil, err
	}
	tree := &BVH{frame: b.frame, root: b.root}
	if len(b.faces) == 0 {
		return tree, ctx.Err()
	}
	tree.rootLo, tree.rootHi = b.frame.toBox(b.root.Min), b.frame.toBox(b.root.Max)
	tree.faces = make([]uint32, len(b.faces))
	tree.leaves = kernel.MakeTriangles(len(b.faces), b.single)
	b.tree = tree
	whole, err := b.collect(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.divideAll(ctx, whole); err != nil {
		return nil, err
	}
	return tree, ctx.Err()
}

// buildChunks returns how many chunks n elements make.
func buildChunks(n int) int { return (n + buildChunk - 1) / buildChunk }

// forBuildChunks calls work for all chunks [lo, hi) of n elements.
func forBuildChunks(ctx context.Context, threads, n int, work func(chunk, lo, hi int)) error {
	return parallel.ForEach(ctx, threads, buildChunks(n), func(chunk int) {
		work(chunk, chunk*buildChunk, min(n, (chunk+1)*buildChunk))
	})
}

// A surveyPart holds what the survey learns of a chunk of triangles.
type surveyPart struct {
	box       Box
	single    bool
	kept      int
	sum, sum2 r3.Vector // of the corners, relative to the first of all
}

// survey finds the faces with area, their box, and where most of them lie.
func (b *bvhBuilder) survey(ctx context.Context) error {
	m := b.mesh
	b.root = EmptyBox()
	if len(m.Triangles) == 0 {
		return ctx.Err()
	}
	b.faces = make([]buildFace, len(m.Triangles))
	parts := make([]surveyPart, buildChunks(len(m.Triangles)))
	err := forBuildChunks(ctx, b.threads, len(m.Triangles), func(chunk, lo, hi int) {
		parts[chunk] = b.surveyChunk(lo, hi)
	})
	var sum, sum2 r3.Vector
	kept := 0
	b.single = true
	for chunk, p := range parts {
		if p.kept == 0 {
			continue
		}
		copy(b.faces[kept:], b.faces[chunk*buildChunk:chunk*buildChunk+p.kept])
		kept += p.kept
		b.single = b.single && p.single
		b.root = addPoint(addPoint(b.root, p.box.Min), p.box.Max)
		sum, sum2 = sum.Add(p.sum), sum2.Add(p.sum2)
	}
	b.faces = b.faces[:kept]
	if kept > 0 {
		share := 1 / float64(3*kept)
		b.setFrames(sum.Mul(share), sum2.Mul(share))
	}
	return err
}

func (b *bvhBuilder) surveyChunk(lo, hi int) surveyPart {
	m := b.mesh
	reference := m.Vertices[m.Triangles[0][0]]
	p := surveyPart{box: EmptyBox(), single: true}
	for f := lo; f < hi; f++ {
		if !hasArea(m.AreaVector(f)) {
			continue
		}
		b.faces[lo+p.kept].face = uint32(f)
		p.kept++
		for _, v := range m.Triangles[f] {
			x := m.Vertices[v]
			p.box = addPoint(p.box, x)
			p.single = p.single && isSingle(x)
			x = x.Sub(reference)
			p.sum = p.sum.Add(x)
			p.sum2.X += float64(x.X * x.X)
			p.sum2.Y += float64(x.Y * x.Y)
			p.sum2.Z += float64(x.Z * x.Z)
		}
	}
	return p
}

// setFrames chooses the frame of the boxes around the mean corner, near which
// single precision is finest, and lays the grid over the box, cut off at 64
// standard deviations so that a stray face far away does not coarsen it. The
// means are those of the coordinates and their squares, relative to the first
// vertex.
func (b *bvhBuilder) setFrames(mean, mean2 r3.Vector) {
	m := b.mesh
	size := b.root.Size()
	extent := max(size.X, size.Y, size.Z)
	center := m.Vertices[m.Triangles[0][0]].Add(mean)
	if !(math.Abs(center.X)+math.Abs(center.Y)+math.Abs(center.Z) <= math.MaxFloat64) {
		center = b.root.Center() // the first vertex is none of the faces that count
	}
	_, e := math.Frexp(extent)
	b.frame = bvhFrame{center: center, scale: math.Ldexp(1, -e)}

	reach := float64(64 * math.Sqrt(max(mean2.X+mean2.Y+mean2.Z-mean.Norm2(), 0)))
	if !(reach > extent*0x1p-20) {
		reach = extent
	}
	b.grid.origin = r3.Vector{
		X: max(b.root.Min.X, center.X-reach), Y: max(b.root.Min.Y, center.Y-reach), Z: max(b.root.Min.Z, center.Z-reach),
	}
	b.grid.scale = (1 << gridBits) / min(extent, 2*reach)
}

// addPoint is Box.Add for finite points.
func addPoint(b Box, p r3.Vector) Box {
	if p.X < b.Min.X {
		b.Min.X = p.X
	}
	if p.Y < b.Min.Y {
		b.Min.Y = p.Y
	}
	if p.Z < b.Min.Z {
		b.Min.Z = p.Z
	}
	if p.X > b.Max.X {
		b.Max.X = p.X
	}
	if p.Y > b.Max.Y {
		b.Max.Y = p.Y
	}
	if p.Z > b.Max.Z {
		b.Max.Z = p.Z
	}
	return b
}

// isSingle reports whether the coordinates are exact in single precision.
func isSingle(p r3.Vector) bool {
	return float64(float32(p.X)) == p.X && float64(float32(p.Y)) == p.Y && float64(float32(p.Z)) == p.Z
}

// hasArea reports whether an area vector is finite and not zero.
func hasArea(n r3.Vector) bool {
	size := math.Abs(n.X) + math.Abs(n.Y) + math.Abs(n.Z)
	return size > 0 && size <= math.MaxFloat64
}

// collect computes the boxes of the faces and returns the range of all.
func (b *bvhBuilder) collect(ctx context.Context) (*buildRange, error) {
	whole := &buildRange{end: len(b.faces), box: emptyGridBox(), centers: emptyCenterRange()}
	parts := make([]buildRange, buildChunks(len(b.faces)))
	err := forBuildChunks(ctx, b.threads, len(b.faces), func(chunk, lo, hi int) {
		p := buildRange{box: emptyGridBox(), centers: emptyCenterRange()}
		for i := lo; i < hi; i++ {
			f := &b.faces[i]
			f.box = b.gridBox(f.face)
			p.box.add(&f.box)
			p.centers.add(f)
		}
		parts[chunk] = p
	})
	for i := range parts {
		whole.box.add(&parts[i].box)
		(*gridBox)(&whole.centers).add((*gridBox)(&parts[i].centers))
	}
	b.plan(whole, b.threads)
	return whole, err
}

// gridBox returns the box of a face on the grid.
func (b *bvhBuilder) gridBox(face uint32) gridBox {
	box := emptyGridBox()
	for _, v := range b.mesh.Triangles[face] {
		p := b.mesh.Vertices[v]
		at := [3]int32{
			b.grid.step(p.X, b.grid.origin.X),
			b.grid.step(p.Y, b.grid.origin.Y),
			b.grid.step(p.Z, b.grid.origin.Z),
		}
		box.add(&gridBox{at, at})
	}
	return box
}

// divide turns a range of more than bvhWidth faces into the children of a node:
// it is halved three times, so that a node takes three splits on every way down
// to another, and then the largest parts are while there is room.
func (b *bvhBuilder) divide(r *buildRange, threads int, kids *[bvhWidth]buildRange) int {
	kids[0] = *r
	n := 1
	split := func(i int) {
		parts := b.cut(&kids[i], threads)
		kids[i], kids[n] = parts[0], parts[1]
		n++
	}
	for range splitsPerNode {
		for i := n - 1; i >= 0; i-- {
			if !kids[i].whole {
				split(i)
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
		split(best)
	}
	return n
}

// A buildTask is a range that one goroutine turns into a subtree.
type buildTask struct {
	buildRange
	nodes []kernel.Node
	depth int
	ref   uint32
	box   nodeBox
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

// divideAll builds the tree over the faces, which it reorders.
func (b *bvhBuilder) divideAll(ctx context.Context, whole *buildRange) error {
	upper, tasks, err := b.divideUpper(ctx, whole)
	if err != nil {
		return err
	}
	err = parallel.ForEach(ctx, b.threads, len(tasks), func(job int) {
		t := &tasks[job]
		t.nodes = make([]kernel.Node, 0, t.count()/4+1)
		t.ref, t.box = b.subtree(ctx, &t.buildRange, t, 1)
	})
	if err != nil {
		return err
	}
	total := len(upper) + 1
	for i := range tasks {
		total += len(tasks[i].nodes)
	}
	b.tree.nodes = make([]kernel.Node, 0, total)
	b.tree.join(upper, tasks, upperRef{task: len(upper) == 0}, 1)
	return nil
}

// divideUpper divides the ranges of more than taskSize faces, each level of
// the tree with all threads, and lists the others as tasks.
func (b *bvhBuilder) divideUpper(ctx context.Context, whole *buildRange) (upper []upperNode, tasks []buildTask, err error) {
	taskSize := max(taskFloor, whole.count()/taskShare)
	if whole.count() <= taskSize {
		return nil, []buildTask{{buildRange: *whole}}, nil
	}
	level := []buildRange{*whole}
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

// subtree builds the tree over r into t.nodes and returns its reference and
// box.
func (b *bvhBuilder) subtree(ctx context.Context, r *buildRange, t *buildTask, depth int) (uint32, nodeBox) {
	whole := emptyNodeBox()
	if r.count() == 1 && depth > 1 {
		whole = b.leaf(r.first)
		return kernel.Leaf | uint32(r.first), whole
	}
	t.depth = max(t.depth, depth)
	index := len(t.nodes)
	t.nodes = append(t.nodes, kernel.Node{})
	if r.count() > 1<<10 && ctx.Err() != nil {
		return uint32(index), whole
	}
	var kids [bvhWidth]buildRange
	n := 1
	if kids[0] = *r; !r.whole {
		n = b.divide(r, 1, &kids)
	}
	n = openSmall(&kids, n)
	var boxes [bvhWidth]nodeBox
	var refs [bvhWidth]uint32
	for i := range kids[:n] {
		refs[i], boxes[i] = b.subtree(ctx, &kids[i], t, depth+1)
		whole.add(&boxes[i])
	}
	setChildren(&t.nodes[index], boxes[:n], refs[:n])
	return uint32(index), whole
}

// openSmall replaces ranges by their faces, the smallest first, as long as
// there is room, which spares nodes of their own for them. It returns the new
// number of children.
func openSmall(kids *[bvhWidth]buildRange, n int) int {
	for {
		least := -1
		for i := range kids[:n] {
			if c := kids[i].count(); c > 1 && (least < 0 || c < kids[least].count()) {
				least = i
			}
		}
		if least < 0 || n-1+kids[least].count() > bvhWidth {
			return n
		}
		first, end := kids[least].first, kids[least].end
		kids[least].end = first + 1
		for i := first + 1; i < end; i++ {
			kids[n] = buildRange{first: i, end: i + 1}
			n++
		}
	}
}

// leaf makes leaf i of the face at its place and returns its box.
func (b *bvhBuilder) leaf(i int) nodeBox {
	f := b.faces[i].face
	p, q, r := b.mesh.Corners(int(f))
	b.tree.faces[i] = f
	if leaves := &b.tree.leaves; leaves.Single != nil {
		leaves.Single[i] = newTriangle[float32](p, q, r)
	} else {
		leaves.Double[i] = newTriangle[float64](p, q, r)
	}
	return b.frame.triangle(p, q, r)
}

// join appends the tree below r to the nodes, depth first, and returns its
// reference and box.
func (b *BVH) join(upper []upperNode, tasks []buildTask, r upperRef, depth int) (uint32, nodeBox) {
	index := len(b.nodes)
	if !r.task {
		u := &upper[r.index]
		b.nodes = append(b.nodes, kernel.Node{})
		whole := emptyNodeBox()
		var boxes [bvhWidth]nodeBox
		var refs [bvhWidth]uint32
		for i := range u.count {
			refs[i], boxes[i] = b.join(upper, tasks, u.kids[i], depth+1)
			whole.add(&boxes[i])
		}
		setChildren(&b.nodes[index], boxes[:u.count], refs[:u.count])
		return uint32(index), whole
	}
	t := &tasks[r.index]
	if t.ref&kernel.Leaf != 0 {
		return t.ref, t.box
	}
	b.depth = max(b.depth, depth+t.depth-1)
	for i := range t.nodes {
		n := &t.nodes[i]
		for k := range n.Refs {
			if n.Refs[k]&kernel.Leaf == 0 {
				n.Refs[k] += uint32(index)
			}
		}
	}
	b.nodes = append(b.nodes, t.nodes...)
	t.nodes = nil
	return uint32(index), t.box
}
