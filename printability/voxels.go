package printability

import (
	"context"
	"math"
	"slices"
	"sync/atomic"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

// voxels are cubic cells that fill the space around a part, with room for a
// ball of the radius to go around it.
type voxels struct {
	origin  r3.Vector // corner of the first cell
	size    float64   // edge of a cell, mm
	n       [3]int    // cells along x, y and z
	stride  [3]int
	radius  float64 // of the ball, cells
	threads int
	// near has the squared distance in cells from the nearest cell of
	// material, as far as it matters: 0 for material, far beyond.
	near []uint8
}

// far stands for squared distances beyond reach.
const far = math.MaxUint8

// reach is the distance in cells up to which distances are told apart: beyond
// the largest radius of a ball.
const reach = finestCells/2 + 1

func newVoxels(box mesh.Box, opts HollowOptions) *voxels {
	v := &voxels{threads: opts.Threads, size: opts.Diameter / finestCells}
	extents := box.Size()
	for ; ; v.size *= 1.01 {
		v.radius = opts.Diameter / 2 / v.size
		margin := math.Ceil(v.radius) + 2
		cells := 1.0
		for axis, extent := range [3]float64{extents.X, extents.Y, extents.Z} {
			along := math.Ceil(extent/v.size) + float64(2*margin)
			v.n[axis] = int(along)
			cells *= along
		}
		// Where cells are that large, nothing is looked for.
		if cells <= float64(opts.Cells) || v.size > opts.Diameter {
			break
		}
	}
	v.stride = [3]int{1, v.n[0], v.n[0] * v.n[1]}
	// The box lies in the middle.
	half := r3.Vector{X: float64(v.n[0]), Y: float64(v.n[1]), Z: float64(v.n[2])}
	center := box.Center()
	v.origin = r3.Vector{X: float64(center.X), Y: float64(center.Y), Z: float64(center.Z)}.Sub(mesh.Scaled(half, v.size/2))
	return v
}

// corner returns the lowest corner of a cell, middle its middle.
func (v *voxels) corner(cell [3]int) r3.Vector { return v.point(cell, 0) }
func (v *voxels) middle(cell [3]int) r3.Vector { return v.point(cell, 0.5) }

func (v *voxels) point(cell [3]int, share float64) r3.Vector {
	at := r3.Vector{X: float64(cell[0]) + share, Y: float64(cell[1]) + share, Z: float64(cell[2]) + share}
	return v.origin.Add(mesh.Scaled(at, v.size))
}

func (v *voxels) cell(i int) [3]int {
	return [3]int{i % v.n[0], i / v.stride[1] % v.n[1], i / v.stride[2]}
}

// inParallel calls do for each number below count.
func (v *voxels) inParallel(ctx context.Context, count int, do func(i int)) error {
	var next atomic.Int64
	var group parallel.Group
	for range min(threadCount(v.threads), count) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= count || ctx.Err() != nil {
					return
				}
				do(i)
			}
		})
	}
	group.Wait()
	return ctx.Err()
}

// fill marks material as 0 and air as far.
func (v *voxels) fill(ctx context.Context, tree *mesh.BVH) error {
	v.near = make([]uint8, v.n[0]*v.n[1]*v.n[2])
	for i := range v.near {
		v.near[i] = far
	}
	for axis := range 3 {
		// Layers of lines along the axis.
		across, layer := (axis+1)%3, (axis+2)%3
		err := v.inParallel(ctx, v.n[layer], func(k int) {
			var hits []mesh.Hit
			for j := range v.n[across] {
				var start [3]int
				start[across], start[layer] = j, k
				hits = v.fillLine(tree, start, axis, hits[:0])
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fillLine marks, on the line of cells along an axis, those that surface
// crosses and, along x, those whose middle lies in the part.
func (v *voxels) fillLine(tree *mesh.BVH, start [3]int, axis int, hits []mesh.Hit) []mesh.Hit {
	direction := [3]r3.Vector{{X: 1}, {Y: 1}, {Z: 1}}[axis]
	hits = tree.AllHits(mesh.Ray{
		Origin: v.middle(start), Dir: direction, Max: math.Inf(1), Exclude: mesh.NoFace,
	}, hits)
	first := start[0] + start[1]*v.stride[1] + start[2]*v.stride[2]
	// Cell k of the line is around the distance k·size from the start.
	winding, from := 0, 0
	for _, h := range hits {
		at := h.T / v.size
		if axis == 0 {
			to := min(max(int(math.Ceil(at)), 0), v.n[0])
			if winding > 0 {
				for k := from; k < to; k++ {
					v.near[first+k] = 0
				}
			}
			from = to
			winding -= int(h.Sign)
		}
		crossed := min(max(int(math.Floor(at+0.5)), 0), v.n[axis]-1)
		v.near[first+crossed*v.stride[axis]] = 0
	}
	return hits
}

// measureDistances replaces the marks 0 and far in cells by squared distances
// from those marked 0. It goes along one axis after the other, as A. Meijster
// and others do ("A General Algorithm for Computing Distance Transforms in
// Linear Time", 2000), and looks no farther than reach.
func (v *voxels) measureDistances(ctx context.Context, cells []uint8) error {
	err := v.inParallel(ctx, v.n[1]*v.n[2], func(row int) {
		distancesInRow(cells[row*v.n[0] : (row+1)*v.n[0]])
	})
	if err != nil {
		return err
	}
	for axis := 1; axis < 3; axis++ {
		err := v.inParallel(ctx, v.n[3-axis], func(layer int) {
			v.distancesInLayer(cells, layer*v.stride[3-axis], axis)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func distancesInRow(row []uint8) {
	since := reach + 1
	step := func(i int) {
		since = min(since+1, reach+1)
		if row[i] == 0 {
			since = 0
		}
		if since <= reach {
			row[i] = min(row[i], uint8(since*since))
		}
	}
	for i := range row {
		step(i)
	}
	since = reach + 1
	for i := len(row) - 1; i >= 0; i-- {
		step(i)
	}
}

// distancesInLayer takes the least over the rows along x of a layer, each
// farther by its distance along the axis.
func (v *voxels) distancesInLayer(cells []uint8, first, axis int) {
	width, rows, stride := v.n[0], v.n[axis], v.stride[axis]
	before := make([]uint8, rows*width)
	for j := range rows {
		copy(before[j*width:(j+1)*width], cells[first+j*stride:])
	}
	least := make([]uint8, rows) // of each row
	for j := range rows {
		least[j] = slices.Min(before[j*width : (j+1)*width])
	}
	for j := range rows {
		row := cells[first+j*stride : first+j*stride+width]
		most := slices.Max(row)
		for o := max(0, j-reach); o <= min(rows-1, j+reach); o++ {
			apart := (o - j) * (o - j)
			if o == j || int(least[o])+apart >= int(most) {
				continue
			}
			takeRow(row, before[o*width:(o+1)*width], uint8(apart))
		}
	}
}

// takeRow lowers the squared distances of a row to those of another one that
// is apart from it; what is beyond reach stays far.
func takeRow(row, other []uint8, apart uint8) {
	for i, d := range other[:len(row)] {
		if d < touched-apart {
			row[i] = min(row[i], d+apart)
		}
	}
}

// A hollow is a set of cells of air that the ball does not get to.
type hollow struct {
	cells     int
	low, high [3]int // box, high beyond the last
	// place is the cell of the widest opening, or else the first cell, and
	// opening its squared distance from material, 0 if there is none.
	place   [3]int
	opening int
	roomy   bool // the ball has room
}

// hollows returns the hollows in which the ball has room.
func (v *voxels) hollows(ctx context.Context, tree *mesh.BVH) ([]hollow, error) {
	if err := v.fill(ctx, tree); err != nil {
		return nil, err
	}
	if err := v.measureDistances(ctx, v.near); err != nil {
		return nil, err
	}
	v.closeBorder()
	swept, err := v.sweep(ctx)
	if err != nil {
		return nil, err
	}
	var found []hollow
	var queue []uint32
	for i := range v.near {
		if v.near[i] == 0 || swept[i] == 0 {
			continue
		}
		var h hollow
		h, queue = v.collect(i, swept, queue[:0])
		if h.roomy {
			found = append(found, h)
		}
		if i&0xfffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return found, nil
}

// squared returns the least squared distance in whole cells of what is at
// least d cells away.
func squared(d float64) int {
	d = max(d, 0)
	return max(1, int(math.Ceil(float64(d*d))))
}

// sweep floods from outside with the ball, and returns 0 for the cells of air
// that it touches and far for all others. A ball that leans on a thin wall
// does not touch what is behind it.
func (v *voxels) sweep(ctx context.Context) ([]uint8, error) {
	swept := make([]uint8, len(v.near))
	least := uint8(squared(v.radius - reachSlack))
	for i, d := range v.near {
		if d >= least {
			swept[i] = open
		}
	}
	if err := v.flood(ctx, swept); err != nil {
		return nil, err
	}
	if err := v.measureDistances(ctx, swept); err != nil {
		return nil, err
	}
	most := uint8(v.radius * v.radius)
	for i, d := range swept {
		swept[i] = 0
		if d <= most && v.near[i] > 0 {
			swept[i] = open
		}
	}
	return swept, v.flood(ctx, swept)
}

// Marks of cells in a flood; touched is no squared distance up to reach.
const (
	open    = 1
	touched = far - 1
)

// flood makes those open cells 0 that hang together, over the faces of cells,
// with the first one, which lies outside, and all others far.
func (v *voxels) flood(ctx context.Context, cells []uint8) error {
	first := 1 + v.stride[1] + v.stride[2]
	queue, next := []uint32{uint32(first)}, []uint32(nil)
	cells[first] = touched
	around := v.around()
	for len(queue) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		next = next[:0]
		for _, i := range queue {
			for _, step := range around {
				if j := int(i) + step; cells[j] == open {
					cells[j] = touched
					next = append(next, uint32(j))
				}
			}
		}
		queue, next = next, queue
	}
	for i, c := range cells {
		cells[i] = far
		if c == touched {
			cells[i] = 0
		}
	}
	return nil
}

// around returns the steps to the cells that share a face with a cell.
func (v *voxels) around() [6]int {
	return [6]int{1, -1, v.stride[1], -v.stride[1], v.stride[2], -v.stride[2]}
}

// closeBorder makes the outermost cells material, so that every other cell has
// six neighbours.
func (v *voxels) closeBorder() {
	for i := 0; i < len(v.near); i += v.n[0] {
		row := v.near[i : i+v.n[0]]
		row[0], row[len(row)-1] = 0, 0
		if cell := v.cell(i); cell[1] == 0 || cell[1] == v.n[1]-1 || cell[2] == 0 || cell[2] == v.n[2]-1 {
			clear(row)
		}
	}
}

// collect gathers the cells of air that hang together with cell first and were
// not swept, and marks them swept.
func (v *voxels) collect(first int, swept []uint8, queue []uint32) (hollow, []uint32) {
	const seen = 1 // neither 0 nor far
	roomy := squared(v.radius)
	h := hollow{low: v.cell(first), place: v.cell(first)}
	around := v.around()
	queue = append(queue, uint32(first))
	swept[first] = seen
	for k := 0; k < len(queue); k++ {
		i := int(queue[k])
		cell := v.cell(i)
		for axis, at := range cell {
			h.low[axis] = min(h.low[axis], at)
			h.high[axis] = max(h.high[axis], at+1)
		}
		h.roomy = h.roomy || int(v.near[i]) >= roomy
		for _, step := range around {
			j := i + step
			switch width := int(min(v.near[i], v.near[j])); {
			case width == 0 || swept[j] == seen:
			case swept[j] != 0:
				swept[j] = seen
				queue = append(queue, uint32(j))
			case width > h.opening:
				h.opening, h.place = width, cell
			}
		}
	}
	h.cells = len(queue)
	for _, i := range queue {
		swept[i] = 0
	}
	return h, queue
}
