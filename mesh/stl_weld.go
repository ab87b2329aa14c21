package mesh

import (
	"encoding/binary"
	"math"
	"math/bits"
	"sync"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
)

// The records of a binary STL are welded in two steps. First, blocks of
// triangles are welded each on its own, several at a time: a corner is looked
// up in a table that stays in the near cache, and most of them, five of six in
// an ordinary mesh, find one of the same block. What a block has of distinct
// corners is then looked up in the table of the whole mesh, block after block,
// so that the vertices come out in the order of their first use whoever did
// the work.
//
// Each block is read just before it is welded: a file that comes from a reader
// is never in memory as a whole.

// stlBlock is how many triangles a block has.
const stlBlock = 1 << 13

// Where most corners of a block are distinct, as in a file whose neighbouring
// triangles lie apart, welding it on its own is in vain. It is then left out
// for scatteredBlocks blocks.
const (
	scatteredCorners = 2 // distinct corners a triangle from which it is left out
	scatteredBlocks  = 15
)

// An stlWelder hands out the blocks and joins what comes back.
type stlWelder struct {
	*builder
	records recordReader

	taking sync.Mutex
	taken  int           // triangles handed out
	stop   bool          // hand out no more
	last   chan struct{} // is closed when the last block handed out is joined

	// Of the block whose turn it is.
	table *pointTable
	err   error // of the first block that has one

	triangles []Triangle
}

// A recordReader returns the next n bytes of an STL, in the buffer, which it
// may grow, or elsewhere.
type recordReader func(buffer *[]byte, n int) ([]byte, error)

// weldSTL reads n records and merges equal corners.
func (b *builder) weldSTL(n int, records recordReader) (*Mesh, error) {
	w := &stlWelder{
		builder: b, records: records,
		last:  make(chan struct{}),
		table: newPointTable(n / 2), triangles: make([]Triangle, n),
	}
	close(w.last)
	threads := min(b.threads, (n+stlBlock-1)/stlBlock)
	if threads > 1 {
		var group parallel.Group
		for range threads {
			group.Go(w.work)
		}
		group.Wait()
	} else {
		w.work()
	}
	if w.err != nil {
		return nil, w.err
	}
	return &Mesh{Vertices: w.table.points, Triangles: w.triangles}, nil
}

// work welds blocks until none is left.
func (w *stlWelder) work() {
	block := newBlockWelder(min(len(w.triangles), stlBlock), w.table)
	for {
		t := w.take(&block.buffer)
		if t.first == t.end || !w.weld(block, t) {
			return
		}
		block.renumber(w.triangles[t.first:t.end])
	}
}

// A takenBlock is one that was handed out. It is joined after turn is closed
// and before done is.
type takenBlock struct {
	first, end int // triangles
	records    []byte
	err        error
	turn, done chan struct{}
}

// take hands out the next block, or one without triangles at the end.
func (w *stlWelder) take(buffer *[]byte) takenBlock {
	w.taking.Lock()
	defer w.taking.Unlock()
	t := takenBlock{first: w.taken, end: w.taken, turn: w.last}
	if w.stop {
		return t
	}
	t.end = min(t.first+stlBlock, len(w.triangles))
	if t.err = w.ctx.Err(); t.err == nil {
		t.records, t.err = w.records(buffer, stlRecord*(t.end-t.first))
	}
	w.taken = t.end
	w.stop = t.err != nil || t.end == len(w.triangles)
	w.last = make(chan struct{})
	t.done = w.last
	return t
}

// weld welds a block and joins it with those before. It reports whether there
// was no error.
func (w *stlWelder) weld(block *blockWelder, t takenBlock) bool {
	defer close(t.done) // also in a panic: nobody must wait for ever
	inRange := true
	if t.err == nil {
		block.weld(t.records, w.triangles[t.first:t.end])
		inRange = block.take(w.builder, w.table)
	}
	<-t.turn
	switch {
	case w.err != nil:
	case t.err != nil:
		w.err = t.err
	case !inRange:
		w.err = w.refuseRecord(t.records, t.first)
	default:
		block.join(w.table)
		return true
	}
	w.taking.Lock()
	w.stop = true
	w.taking.Unlock()
	return false
}

// A blockWelder welds the triangles of one block after the other. It is a hash
// table as pointTable, of the bits in the file.
type blockWelder struct {
	buffer []byte
	slots  []uint32 // index of a corner plus one in the low half, bits of its hash in the high one
	seed   [2]uint64
	skip   int // blocks that are not welded on their own

	corners []stlKey // the distinct ones
	points  []r3.Vector
	hashes  []uint64 // of points, for the table of the mesh
	indices []uint32 // of points, in the mesh
}

// An stlKey is the bits of a corner: x and y, and z. None is −0.
type stlKey struct{ xy, z uint64 }

// newBlockWelder returns a welder for blocks of up to n triangles of the mesh
// whose table is given.
func newBlockWelder(n int, of *pointTable) *blockWelder {
	return &blockWelder{
		// Three quarters are taken at most.
		slots:   make([]uint32, 1<<bits.Len(uint(4*n-1))),
		seed:    [2]uint64{of.seed[0], of.seed[1]},
		corners: make([]stlKey, 0, n),
		points:  make([]r3.Vector, 0, n),
		hashes:  make([]uint64, 0, n),
		indices: make([]uint32, 0, n),
	}
}

// weld gives each corner in records the number of the first in the block that
// is equal, or where that is in vain a number of its own.
func (b *blockWelder) weld(records []byte, out []Triangle) {
	if b.skip > 0 {
		b.skip--
		b.number(records, out)
		return
	}
	clear(b.slots)
	corners := b.corners[:0]
	low := uint64(len(b.slots) - 1)
	for i := range out {
		record := records[i*stlRecord+stlCorner:][:36]
		for k := range 3 {
			key := keyAt(record[12*k:])
			hi, lo := bits.Mul64(key.xy^b.seed[0], key.z^b.seed[1])
			h := hi ^ lo
			tag := uint32(h>>48) << 16
			for s := h & low; ; s = (s + 1) & low {
				slot := b.slots[s]
				if slot == 0 {
					corners = append(corners, key)
					b.slots[s] = tag | uint32(len(corners))
					out[i][k] = uint32(len(corners) - 1)
					break
				}
				if slot&^0xffff == tag {
					if c := slot&0xffff - 1; corners[c] == key {
						out[i][k] = c
						break
					}
				}
			}
		}
	}
	b.corners = corners
	if len(corners) > scatteredCorners*len(out) {
		b.skip = scatteredBlocks
	}
}

// number gives each corner in records a number of its own.
func (b *blockWelder) number(records []byte, out []Triangle) {
	b.corners = b.corners[:0]
	for i := range out {
		record := records[i*stlRecord+stlCorner:][:36]
		b.corners = append(b.corners, keyAt(record), keyAt(record[12:]), keyAt(record[24:]))
		c := uint32(3 * i)
		out[i] = Triangle{c, c + 1, c + 2}
	}
}

// keyAt returns the corner at the start of record.
func keyAt(record []byte) stlKey {
	return stlKey{
		xy: uint64(bitsAt(record)) | uint64(bitsAt(record[4:]))<<32,
		z:  uint64(bitsAt(record[8:])),
	}
}

// bitsAt returns the bits of the little-endian float32 at the start of b, +0
// for −0.
func bitsAt(b []byte) uint32 {
	x := binary.LittleEndian.Uint32(b)
	if x == 1<<31 {
		return 0
	}
	return x
}

// take makes the points in mm of the distinct corners, with their hashes for
// the table of the mesh, and reports whether all are in range.
func (b *blockWelder) take(of *builder, table *pointTable) bool {
	b.points, b.hashes = b.points[:0], b.hashes[:0]
	for _, c := range b.corners {
		p := r3.Vector{
			X: float64(math.Float32frombits(uint32(c.xy))) * of.scale,
			Y: float64(math.Float32frombits(uint32(c.xy>>32))) * of.scale,
			Z: float64(math.Float32frombits(uint32(c.z))) * of.scale,
		}
		if !of.inRange(p) {
			return false
		}
		b.points = append(b.points, p)
		b.hashes = append(b.hashes, table.hash(p))
	}
	return true
}

// join gives the distinct corners their indices in the mesh.
func (b *blockWelder) join(table *pointTable) {
	b.indices = b.indices[:0]
	for first := 0; first < len(b.points); first += pointBatch {
		end := min(first+pointBatch, len(b.points))
		table.reserve(end - first)
		table.touch(b.hashes[first:end])
		for i := first; i < end; i++ {
			b.indices = append(b.indices, table.index(b.points[i], b.hashes[i]))
		}
	}
}

// renumber replaces the numbers within the block by indices in the mesh.
func (b *blockWelder) renumber(triangles []Triangle) {
	for i := range triangles {
		t := &triangles[i]
		*t = Triangle{b.indices[t[0]], b.indices[t[1]], b.indices[t[2]]}
	}
}
