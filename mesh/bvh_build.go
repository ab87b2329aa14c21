package mesh

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/golang/geo/r3"
)

const (
	// leafMost is the largest number of triangles of a leaf.
	leafMost = 8

	// stepCost is the cost of a step of a traversal (two boxes) in tests of a
	// triangle, for the surface-area heuristic.
	stepCost = 0.7

	// mostBins is the largest number of bins along an axis.
	mostBins = 16

	// buildChunk is the number of triangles that are prepared or binned as one
	// job, taskFloor the smallest subtree that is one.
	buildChunk = 1 << 15
	taskFloor  = 1 << 11

	// gridSize is the number of steps of the grid that splits are chosen on.
	gridSize = 1 << 30
)

// A bvhBuilder makes the hierarchy in four steps: it reads the triangles into
// buildFaces, splits large ranges one after the other, builds the subtrees of
// small ranges independently, and joins them.
//
// Splits are chosen on a grid of integers, on which minimum and maximum are
// cheap and sums are exact; the boxes of the nodes come from the coordinates.
type bvhBuilder struct {
	mesh    *Mesh
	threads int

	frame bvhFrame
	grid  buildGrid
	faces []buildFace
	root  Box
}

// A gridBox is a box on the grid.
type gridBox struct{ lo, hi [3]int32 }

func emptyGridBox() gridBox {
	const most = math.MaxInt32
	return gridBox{[3]int32{most, most, most}, [3]int32{-most, -most, -most}}
}

func (b *gridBox) add(c *gridBox) {
	for i := range 3 {
		b.lo[i] = min(b.lo[i], c.lo[i])
		b.hi[i] = max(b.hi[i], c.hi[i])
	}
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

// A centerRange bounds the doubled box centres of a range of faces.
type centerRange struct{ lo, hi [3]int32 }

func (r *centerRange) add(f *buildFace) {
	for i := range 3 {
		c := f.box.lo[i] + f.box.hi[i]
		r.lo[i] = min(r.lo[i], c)
		r.hi[i] = max(r.hi[i], c)
	}
}

func emptyCenterRange() centerRange { return centerRange(emptyGridBox()) }

// A buildRange is a range of faces that becomes a subtree.
type buildRange struct {
	first, end int
	depth      int
	centers    centerRange
}

func (r *buildRange) count() int { return r.end - r.first }

// buildGrid maps coordinates to the grid; those outside are clamped, which
// costs only quality.
type buildGrid struct {
	origin r3.Vector
	scale  float64
}

func (g *buildGrid) step(x, origin float64) int32 {
	t := float64((x - origin) * g.scale)
	if !(t > 0) {
		return 0
	}
	if t > gridSize-1 {
		return gridSize - 1
	}
	return int32(t)
}

func (b *bvhBuilder) build(ctx context.Context) (*BVH, error) {
	if err := b.survey(ctx); err != nil {
		return nil, err
	}
	tree := &BVH{frame: b.frame, root: b.root}
	if len(b.faces) == 0 {
		return tree, ctx.Err()
	}
	whole, err := b.collect(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.split(ctx, whole, tree); err != nil {
		return nil, err
	}
	b.gather(tree)
	return tree, ctx.Err()
}

// A surveyPart holds what the survey learns of a chunk of triangles.
type surveyPart struct {
	box       Box
	kept      int
	sum, sum2 r3.Vector // of the corners, relative to the first vertex
}

// survey finds the faces with area, their box, and where most of them lie.
func (b *bvhBuilder) survey(ctx context.Context) error {
	m := b.mesh
	b.root = EmptyBox()
	if len(m.Triangles) == 0 {
		return nil
	}
	reference := m.Vertices[m.Triangles[0][0]]
	b.faces = make([]buildFace, len(m.Triangles))
	parts := make([]surveyPart, chunks(len(m.Triangles)))
	err := forEach(ctx, b.threads, len(parts), func(job int) {
		first, end := chunk(job, len(m.Triangles))
		p := surveyPart{box: EmptyBox()}
		for f := first; f < end; f++ {
			if !hasArea(m.AreaVector(f)) {
				continue
			}
			b.faces[first+p.kept].face = uint32(f)
			p.kept++
			for _, v := range m.Triangles[f] {
				x := m.Vertices[v]
				p.box = addPoint(p.box, x)
				x = x.Sub(reference)
				p.sum = p.sum.Add(x)
				p.sum2.X += float64(x.X * x.X)
				p.sum2.Y += float64(x.Y * x.Y)
				p.sum2.Z += float64(x.Z * x.Z)
			}
		}
		parts[job] = p
	})
	if err != nil {
		return err
	}
	var sum, sum2 r3.Vector
	kept := 0
	for job := range parts {
		p := &parts[job]
		first, _ := chunk(job, len(m.Triangles))
		copy(b.faces[kept:], b.faces[first:first+p.kept])
		kept += p.kept
		if p.kept > 0 {
			b.root = addPoint(addPoint(b.root, p.box.Min), p.box.Max)
		}
		sum, sum2 = sum.Add(p.sum), sum2.Add(p.sum2)
	}
	b.faces = b.faces[:kept]
	if kept > 0 {
		b.setFrames(reference, sum.Mul(1/float64(3*kept)), sum2.Mul(1/float64(3*kept)))
	}
	return nil
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

// hasArea reports whether an area vector is finite and not zero.
func hasArea(n r3.Vector) bool {
	size := math.Abs(n.X) + math.Abs(n.Y) + math.Abs(n.Z)
	return size > 0 && size <= math.MaxFloat64
}

// setFrames chooses the frame of the boxes around the mean corner, near which
// single precision is finest, and lays the grid over the box, cut off at 64
// standard deviations so that a stray face far away does not coarsen it.
func (b *bvhBuilder) setFrames(reference, mean, mean2 r3.Vector) {
	size := b.root.Size()
	extent := max(size.X, size.Y, size.Z)
	center := reference.Add(mean)
	b.frame = bvhFrame{center: center, scale: math.Ldexp(1, -exponent(extent))}

	variance := mean2.X + mean2.Y + mean2.Z - mean.Norm2()
	reach := float64(64 * math.Sqrt(max(variance, 0)))
	lo := func(least, center float64) float64 { return max(least, center-reach) }
	b.grid.origin = r3.Vector{
		X: lo(b.root.Min.X, center.X), Y: lo(b.root.Min.Y, center.Y), Z: lo(b.root.Min.Z, center.Z),
	}
	b.grid.scale = gridSize / min(extent, 2*max(reach, extent*0x1p-20))
}

// exponent returns the e with 2^(e−1) ≤ x < 2^e.
func exponent(x float64) int {
	_, e := math.Frexp(x)
	return e
}

func chunks(n int) int { return (n + buildChunk - 1) / buildChunk }

func chunk(job, n int) (first, end int) {
	return job * buildChunk, min(n, (job+1)*buildChunk)
}

// collect fills in the boxes of the faces.
func (b *bvhBuilder) collect(ctx context.Context) (buildRange, error) {
	whole := buildRange{end: len(b.faces), centers: emptyCenterRange()}
	parts := make([]centerRange, chunks(len(b.faces)))
	err := forEach(ctx, b.threads, len(parts), func(job int) {
		first, end := chunk(job, len(b.faces))
		centers := emptyCenterRange()
		for i := first; i < end; i++ {
			f := &b.faces[i]
			f.box = emptyGridBox()
			for _, v := range b.mesh.Triangles[f.face] {
				p := b.mesh.Vertices[v]
				x, y, z := b.grid.step(p.X, b.grid.origin.X), b.grid.step(p.Y, b.grid.origin.Y), b.grid.step(p.Z, b.grid.origin.Z)
				f.box.add(&gridBox{[3]int32{x, y, z}, [3]int32{x, y, z}})
			}
			centers.add(f)
		}
		parts[job] = centers
	})
	for i := range parts {
		(*gridBox)(&whole.centers).add((*gridBox)(&parts[i]))
	}
	return whole, err
}

// A buildTree is a node of the upper part of the tree while it is built:
// either two children or a subtree built as one task.
type buildTree struct {
	children *[2]buildTree
	task     int
}

// A buildTask is a range that one goroutine turns into a subtree.
type buildTask struct {
	buildRange
	nodes []bvhNode
	ref   uint32 // node 0 or a leaf
	box   nodeBox
	depth int
}

// split builds the tree over the faces, which it reorders.
func (b *bvhBuilder) split(ctx context.Context, whole buildRange, tree *BVH) error {
	taskSize := max(taskFloor, whole.count()/256)
	var tasks []buildTask
	root, err := b.splitLarge(ctx, whole, taskSize, &tasks)
	if err != nil {
		return err
	}
	err = forEach(ctx, b.threads, len(tasks), func(job int) {
		t := &tasks[job]
		t.nodes = make([]bvhNode, 0, t.count()/2+1)
		t.ref, t.box = b.subtree(ctx, t.buildRange, t)
	})
	if err != nil {
		return err
	}
	total := 1
	for i := range tasks {
		total += len(tasks[i].nodes) + 1
		tree.depth = max(tree.depth, tasks[i].depth)
	}
	tree.nodes = make([]bvhNode, 0, total)
	ref, box := tree.join(root, tasks)
	if ref&leafBit != 0 {
		tree.nodes = append(tree.nodes, bvhNode{})
		tree.nodes[0].set(0, ref, &box)
		none := emptyNodeBox()
		tree.nodes[0].set(1, leafRef(0, 0), &none)
	}
	tree.depth++
	return nil
}

// splitLarge splits the ranges of more than taskSize faces, each level of the
// tree with all threads, and lists the others as tasks in the order of their
// faces.
func (b *bvhBuilder) splitLarge(ctx context.Context, whole buildRange, taskSize int, tasks *[]buildTask) (*buildTree, error) {
	type open struct {
		buildRange
		tree *buildTree
	}
	root := &buildTree{}
	level := []open{{whole, root}}
	for len(level) > 0 {
		// Few ranges: threads share the work on each. Many: one thread each.
		within, across := b.threads, 1
		if len(level) >= 2*b.threads {
			within, across = 1, b.threads
		}
		halves := make([][2]buildRange, len(level))
		err := forEach(ctx, across, len(level), func(job int) {
			if r := level[job].buildRange; r.count() > taskSize {
				halves[job] = b.halve(r, within)
			}
		})
		if err != nil {
			return nil, err
		}
		var next []open
		for i := range level {
			if level[i].count() > taskSize {
				level[i].tree.children = new([2]buildTree)
				for side := range 2 {
					next = append(next, open{halves[i][side], &level[i].tree.children[side]})
				}
				continue
			}
			level[i].tree.task = len(*tasks)
			*tasks = append(*tasks, buildTask{buildRange: level[i].buildRange})
		}
		level = next
	}
	return root, nil
}

// halve splits a range that is too large for a leaf in two.
func (b *bvhBuilder) halve(r buildRange, threads int) [2]buildRange {
	if s := b.bestSplit(&r, threads); s.cost < math.Inf(1) {
		return b.partition(&r, &s)
	}
	return b.median(&r)
}

// subtree builds the tree over r into t.nodes and returns its reference and
// box.
func (b *bvhBuilder) subtree(ctx context.Context, r buildRange, t *buildTask) (uint32, nodeBox) {
	n := r.count()
	t.depth = max(t.depth, r.depth)
	if n == 1 || n > 1<<12 && ctx.Err() != nil {
		return b.leaf(r.first, min(r.end, r.first+leafMost))
	}
	s := b.bestSplit(&r, 1)
	if n <= leafMost && s.cost >= s.leafCost {
		return b.leaf(r.first, r.end)
	}
	var halves [2]buildRange
	if s.cost < math.Inf(1) {
		halves = b.partition(&r, &s)
	} else {
		halves = b.median(&r)
	}
	i := len(t.nodes)
	t.nodes = append(t.nodes, bvhNode{})
	ref0, box0 := b.subtree(ctx, halves[0], t)
	ref1, box1 := b.subtree(ctx, halves[1], t)
	t.nodes[i].set(0, ref0, &box0)
	t.nodes[i].set(1, ref1, &box1)
	box0.add(&box1)
	return uint32(i), box0
}

// leaf returns the reference and box of a leaf.
func (b *bvhBuilder) leaf(first, end int) (uint32, nodeBox) {
	box := emptyNodeBox()
	for _, f := range b.faces[first:end] {
		for _, v := range b.mesh.Triangles[f.face] {
			box.addPoint(b.frame.toBox(b.mesh.Vertices[v]))
		}
	}
	return leafRef(first, end-first), box
}

// A faceSplit is a way to split a range: faces whose bin along axis is below
// the given one go first.
type faceSplit struct {
	axis, bin, bins int
	cost            float64 // +Inf if there is none
	leafCost        float64 // of the whole range as a leaf
}

// A binner maps doubled centres along an axis to bins.
type binner struct {
	lo     int32
	factor uint64
}

func newBinner(r *centerRange, axis, bins int) binner {
	extent := uint64(r.hi[axis]-r.lo[axis]) + 1
	return binner{lo: r.lo[axis], factor: uint64(bins) << 32 / extent}
}

func (b binner) bin(f *buildFace, axis int) int {
	return int(uint64(uint32(f.box.lo[axis]+f.box.hi[axis]-b.lo)) * b.factor >> 32 & (mostBins - 1))
}

type faceBin struct {
	box   gridBox
	count int32
}

type faceBins [3][mostBins]faceBin

func (bins *faceBins) clear(n int) {
	for axis := range 3 {
		for i := range bins[axis][:n] {
			bins[axis][i] = faceBin{box: emptyGridBox()}
		}
	}
}

// bestSplit finds the split of least cost, unless the range lies too deep for
// its size: then the median bounds the depth.
func (b *bvhBuilder) bestSplit(r *buildRange, threads int) faceSplit {
	n := r.count()
	none := faceSplit{cost: math.Inf(1), leafCost: math.Inf(1)}
	if r.depth+bits.Len(uint(n)) >= bvhStack-2 {
		if n <= leafMost {
			none.leafCost = 0
		}
		return none
	}
	count := min(mostBins, 4+n/8)
	var bins faceBins
	bins.clear(count)
	if jobs := chunks(n); threads > 1 && jobs > 1 {
		parts := make([]faceBins, jobs)
		// The context is watched between ranges.
		_ = forEach(context.Background(), threads, jobs, func(job int) {
			first, end := chunk(job, n)
			parts[job].clear(count)
			b.fillBins(&parts[job], r, r.first+first, r.first+end, count)
		})
		for i := range parts {
			for axis := range 3 {
				for k := range count {
					bins[axis][k].box.add(&parts[i][axis][k].box)
					bins[axis][k].count += parts[i][axis][k].count
				}
			}
		}
	} else {
		b.fillBins(&bins, r, r.first, r.end, count)
	}
	return cheapestSplit(&bins, r, count)
}

func (b *bvhBuilder) fillBins(bins *faceBins, r *buildRange, first, end, count int) {
	x, y, z := newBinner(&r.centers, 0, count), newBinner(&r.centers, 1, count), newBinner(&r.centers, 2, count)
	for i := first; i < end; i++ {
		f := &b.faces[i]
		for axis, k := range [3]int{x.bin(f, 0), y.bin(f, 1), z.bin(f, 2)} {
			bin := &bins[axis][k]
			bin.count++
			bin.box.add(&f.box)
		}
	}
}

// cheapestSplit sweeps the bins of each axis from both ends. Ties go to the
// first axis and the lowest bin.
func cheapestSplit(bins *faceBins, r *buildRange, count int) faceSplit {
	best := faceSplit{bins: count, cost: math.Inf(1)}
	n := r.count()
	for axis := range 3 {
		if r.centers.lo[axis] == r.centers.hi[axis] {
			continue
		}
		var right [mostBins]float64
		box, below := emptyGridBox(), 0
		for k := count - 1; k > 0; k-- {
			box.add(&bins[axis][k].box)
			below += int(bins[axis][k].count)
			right[k] = math.Inf(1)
			if below > 0 {
				right[k] = float64(box.halfArea() * float64(below))
			}
		}
		box, below = emptyGridBox(), 0
		for k := 1; k < count; k++ {
			box.add(&bins[axis][k-1].box)
			below += int(bins[axis][k-1].count)
			if below == 0 || below == n {
				continue
			}
			if cost := float64(box.halfArea()*float64(below)) + right[k]; cost < best.cost {
				best.axis, best.bin, best.cost = axis, k, cost
			}
		}
	}
	box := emptyGridBox()
	for k := range count {
		box.add(&bins[0][k].box)
	}
	area := box.halfArea()
	best.cost += float64(stepCost * area)
	best.leafCost = float64(area * float64(n))
	return best
}

// partition reorders the faces of r by the split.
func (b *bvhBuilder) partition(r *buildRange, s *faceSplit) [2]buildRange {
	to := newBinner(&r.centers, s.axis, s.bins)
	below, above := emptyCenterRange(), emptyCenterRange()
	i, j := r.first, r.end-1
	for {
		for i <= j && to.bin(&b.faces[i], s.axis) < s.bin {
			below.add(&b.faces[i])
			i++
		}
		for i <= j && to.bin(&b.faces[j], s.axis) >= s.bin {
			above.add(&b.faces[j])
			j--
		}
		if i > j {
			break
		}
		b.faces[i], b.faces[j] = b.faces[j], b.faces[i]
	}
	return [2]buildRange{
		{first: r.first, end: i, depth: r.depth + 1, centers: below},
		{first: i, end: r.end, depth: r.depth + 1, centers: above},
	}
}

// median halves the range: by centre along the longest axis if the centres
// differ, else as it stands.
func (b *bvhBuilder) median(r *buildRange) [2]buildRange {
	axis := 0
	for i := range 3 {
		if r.centers.hi[i]-r.centers.lo[i] > r.centers.hi[axis]-r.centers.lo[axis] {
			axis = i
		}
	}
	faces := b.faces[r.first:r.end]
	if r.centers.hi[axis] > r.centers.lo[axis] {
		slices.SortFunc(faces, func(p, q buildFace) int {
			if d := int(p.box.lo[axis]+p.box.hi[axis]) - int(q.box.lo[axis]+q.box.hi[axis]); d != 0 {
				return d
			}
			return int(p.face) - int(q.face)
		})
	}
	middle := r.first + len(faces)/2
	halves := [2]buildRange{
		{first: r.first, end: middle, depth: r.depth + 1, centers: emptyCenterRange()},
		{first: middle, end: r.end, depth: r.depth + 1, centers: emptyCenterRange()},
	}
	for side := range halves {
		for i := halves[side].first; i < halves[side].end; i++ {
			halves[side].centers.add(&b.faces[i])
		}
	}
	return halves
}

// join appends the tree below t to the nodes, depth first.
func (b *BVH) join(t *buildTree, tasks []buildTask) (uint32, nodeBox) {
	if t.children == nil {
		task := &tasks[t.task]
		base := uint32(len(b.nodes))
		for i := range task.nodes {
			n := task.nodes[i]
			for side := range 2 {
				if n[12+side]&leafBit == 0 {
					n[12+side] += base
				}
			}
			b.nodes = append(b.nodes, n)
		}
		task.nodes = nil
		if task.ref&leafBit != 0 {
			return task.ref, task.box
		}
		return task.ref + base, task.box
	}
	i := len(b.nodes)
	b.nodes = append(b.nodes, bvhNode{})
	ref0, box0 := b.join(&t.children[0], tasks)
	ref1, box1 := b.join(&t.children[1], tasks)
	b.nodes[i].set(0, ref0, &box0)
	b.nodes[i].set(1, ref1, &box1)
	box0.add(&box1)
	return uint32(i), box0
}

// gather copies the triangles and vertices in the order of the leaves.
func (b *bvhBuilder) gather(tree *BVH) {
	m := b.mesh
	tree.faces = make([]uint32, len(b.faces))
	tree.corners = make([]leafTriangle, len(b.faces))
	tree.vertices = make([]leafVertex, 0, min(len(m.Vertices), 3*len(b.faces)))
	index := make([]uint32, len(m.Vertices))
	for i := range index {
		index[i] = noIndex
	}
	for i := range b.faces {
		f := b.faces[i].face
		tree.faces[i] = f
		for k, v := range m.Triangles[f] {
			if index[v] == noIndex {
				index[v] = uint32(len(tree.vertices))
				p := m.Vertices[v]
				tree.vertices = append(tree.vertices, leafVertex{p.X, p.Y, p.Z})
			}
			tree.corners[i][k] = index[v]
		}
	}
}

// A nodeBox is a box in the frame of the nodes.
type nodeBox struct{ lo, hi [3]float32 }

func emptyNodeBox() nodeBox {
	inf := float32(math.Inf(1))
	return nodeBox{[3]float32{inf, inf, inf}, [3]float32{-inf, -inf, -inf}}
}

func (b *nodeBox) add(c *nodeBox) {
	for i := range 3 {
		b.lo[i] = min(b.lo[i], c.lo[i])
		b.hi[i] = max(b.hi[i], c.hi[i])
	}
}

func (b *nodeBox) addPoint(p [3]float64) {
	for i, x := range p {
		lo := float32(x)
		hi := lo
		if float64(lo) > x {
			lo = math.Nextafter32(lo, float32(math.Inf(-1)))
		} else if float64(hi) < x {
			hi = math.Nextafter32(hi, float32(math.Inf(1)))
		}
		b.lo[i] = min(b.lo[i], lo)
		b.hi[i] = max(b.hi[i], hi)
	}
}

// toBox maps a point to the frame of the boxes. It is monotone in each
// coordinate.
func (f *bvhFrame) toBox(p r3.Vector) [3]float64 {
	return [3]float64{
		float64((p.X - f.center.X) * f.scale),
		float64((p.Y - f.center.Y) * f.scale),
		float64((p.Z - f.center.Z) * f.scale),
	}
}

// set stores a child.
func (n *bvhNode) set(child int, ref uint32, box *nodeBox) {
	for i := range 3 {
		n[6*child+2*i] = math.Float32bits(box.lo[i])
		n[6*child+2*i+1] = math.Float32bits(box.hi[i])
	}
	n[12+child] = ref
}
