package printability

import (
	"github.com/golang/geo/r3"
)

// Joining samples to regions must stay near-linear where samples lie
// thousands to a spot, as they do on finely meshed details, so it works on
// clusters: all samples in one cube of edge h, which are closer than 2h to
// one another anyway. Cubes of edge 2h, eight clusters each, are what is
// looked up.

// compared bounds how many samples of a cluster are compared with another
// cluster; they are taken evenly from it.
const compared = 256

type cluster struct {
	start, end uint32 // of clusters.members
	parent     uint32 // union-find
	box        box
}

type clusters struct {
	samples *Samples
	sel     *selection
	size    float64   // 2h, also the distance that joins
	members []uint32  // positions in sel.ids, by cluster
	all     []cluster // by cube
	cubes   []uint32  // first cluster of each cube, and their number at the end
	keys    []uint64  // of the cubes
	table   *keyTable // key to cube
	only    []uint32  // root of all clusters in and beside each cube, or several
}

// several stands for a root where there is not just one.
const several = ^uint32(0)

// connect gives each selected sample the number of its region, and their
// count. Numbers follow the first sample of each region.
func (s *Samples) connect(sel *selection) (label []uint32, count int) {
	c := newClusters(s, sel)
	c.joinNear()
	c.joinOtherSide()

	of := make([]uint32, len(sel.ids)) // cluster of each selected sample
	for i := range c.all {
		for _, m := range c.all[i].members(c) {
			of[m] = uint32(i)
		}
	}
	const none = ^uint32(0)
	number := make([]uint32, len(c.all))
	for i := range number {
		number[i] = none
	}
	label = of
	for i := range label {
		root := c.root(of[i])
		if number[root] == none {
			number[root] = uint32(count)
			count++
		}
		label[i] = number[root]
	}
	return label, count
}

func (cl *cluster) members(c *clusters) []uint32 { return c.members[cl.start:cl.end] }

func newClusters(s *Samples, sel *selection) *clusters {
	c := &clusters{samples: s, sel: sel, size: 2 * s.Spacing}
	sorted := make([]keyed, len(sel.ids))
	for i, id := range sel.ids {
		fine := cellOf(s.All[id].position(), s.Spacing)
		cube := cell{fine.x >> 1, fine.y >> 1, fine.z >> 1}
		part := uint64(fine.x&1)<<2 | uint64(fine.y&1)<<1 | uint64(fine.z&1)
		// Keys have 63 bits; the highest of each coordinate is free after
		// halving, so dropping it makes room for the part.
		sorted[i] = keyed{cube.halvedKey()<<3 | part, uint32(i)}
	}
	sortKeyed(sorted)
	c.members = make([]uint32, len(sorted))
	all, cubes := 0, 0
	for i, k := range sorted {
		if i == 0 || k.key != sorted[i-1].key {
			all++
		}
		if i == 0 || k.key>>3 != sorted[i-1].key>>3 {
			cubes++
		}
	}
	c.all = make([]cluster, 0, all)
	c.keys, c.cubes = make([]uint64, 0, cubes), make([]uint32, 0, cubes+1)
	c.table = newKeyTable(cubes)
	for i, k := range sorted {
		c.members[i] = k.id
		if i == 0 || k.key != sorted[i-1].key {
			c.open(uint32(i), k.key>>3)
		}
		last := &c.all[len(c.all)-1]
		last.end = uint32(i + 1)
		last.box.add(s.All[sel.ids[k.id]].position())
	}
	c.cubes = append(c.cubes, uint32(len(c.all)))
	return c
}

// open starts a cluster at member i, and a cube if key is a new one.
func (c *clusters) open(i uint32, key uint64) {
	if len(c.keys) == 0 || c.keys[len(c.keys)-1] != key {
		c.table.put(key, uint32(len(c.keys)))
		c.keys = append(c.keys, key)
		c.cubes = append(c.cubes, uint32(len(c.all)))
	}
	c.all = append(c.all, cluster{start: i, parent: uint32(len(c.all)), box: emptyBox})
}

// halvedKey packs coordinates of 20 bits.
func (c cell) halvedKey() uint64 {
	const bias, mask = 1 << 19, 1<<20 - 1
	return uint64(c.x+bias)&mask<<40 | uint64(c.y+bias)&mask<<20 | uint64(c.z+bias)&mask
}

func cellOfHalvedKey(k uint64) cell {
	const bias, mask = 1 << 19, 1<<20 - 1
	return cell{int32(k>>40&mask) - bias, int32(k>>20&mask) - bias, int32(k&mask) - bias}
}

// cube returns the clusters of the cube at a cell.
func (c *clusters) cube(at cell) (first, end uint32) {
	n, ok := c.table.get(at.halvedKey())
	if !ok {
		return 0, 0
	}
	return c.cubes[n], c.cubes[n+1]
}

// joinNear joins clusters that have samples closer than 2h. Each worker takes a
// stretch of the cubes, of which it alone joins the clusters; cubes of two
// stretches are left for the end.
func (c *clusters) joinNear() {
	shares := c.samples.threads()
	across := make([][][2]uint32, shares)
	c.samples.parts(shares, func(part int) {
		start, end := part*len(c.keys)/shares, (part+1)*len(c.keys)/shares
		for n := start; n < end; n++ {
			at := cellOfHalvedKey(c.keys[n])
			for _, o := range nearestFirst {
				if o.x < 0 || o.x == 0 && (o.y < 0 || o.y == 0 && o.z < 0) {
					continue // the other cube looks here
				}
				m, ok := c.table.get(at.offset(o.x, o.y, o.z).halvedKey())
				switch {
				case !ok:
				case int(m) < end: // keys rise, so it is not before n
					c.joinCubes(uint32(n), m)
				default:
					across[part] = append(across[part], [2]uint32{uint32(n), m})
				}
			}
		}
	})
	for _, pairs := range across {
		for _, pair := range pairs {
			c.joinCubes(pair[0], pair[1])
		}
	}
}

// joinCubes joins the clusters of two cubes, or of one, that are near.
func (c *clusters) joinCubes(n, m uint32) {
	for i := c.cubes[n]; i < c.cubes[n+1]; i++ {
		for j := c.cubes[m]; j < c.cubes[m+1]; j++ {
			if i != j && c.root(i) != c.root(j) && c.near(&c.all[i], &c.all[j]) {
				c.join(i, j)
			}
		}
	}
}

// near reports whether two clusters have samples closer than 2h.
func (c *clusters) near(a, b *cluster) bool {
	reach := c.size * c.size
	least, most := a.box.distances(&b.box)
	if least >= reach {
		return false
	}
	if most < reach {
		return true
	}
	strideA := (a.end-a.start)/compared + 1
	for i := a.start; i < a.end; i += strideA {
		if c.holdsNear(b, c.position(c.members[i])) {
			return true
		}
	}
	return false
}

func (c *clusters) position(member uint32) r3.Vector {
	return c.samples.All[c.sel.ids[member]].position()
}

// holdsNear reports whether b has a sample closer than 2h to p.
func (c *clusters) holdsNear(b *cluster, p r3.Vector) bool {
	reach := c.size * c.size
	point := box{p, p}
	least, most := b.box.distances(&point)
	if least >= reach {
		return false
	}
	if most < reach {
		return true
	}
	stride := (b.end-b.start)/compared + 1
	for j := b.start; j < b.end; j += stride {
		if c.position(c.members[j]).Sub(p).Norm2() < reach {
			return true
		}
	}
	return false
}

// joinOtherSide joins each sample with the samples around its other side, so
// that a wall is one region. Which clusters meet is found in parallel; they
// are joined afterwards, in an order that does not matter.
func (c *clusters) joinOtherSide() {
	for i := range c.all {
		c.all[i].parent = c.root(uint32(i))
	}
	const share = 1 << 12 // clusters a worker takes at a time
	c.findOnly()
	shares := (len(c.all) + share - 1) / share
	met := make([]map[[2]uint32]bool, shares)
	c.samples.parts(shares, func(part int) {
		found := crossings{met: map[[2]uint32]bool{}}
		for i := part * share; i < min((part+1)*share, len(c.all)); i++ {
			for _, m := range c.all[i].members(c) {
				sample := &c.samples.All[c.sel.ids[m]]
				c.meet(c.all[i].parent, sample.along(c.sel.reach(sample, c.sel.value[m])), &found)
			}
		}
		met[part] = found.met
	})
	for _, pairs := range met {
		for pair := range pairs {
			c.join(pair[0], pair[1])
		}
	}
}

// crossings are pairs of roots whose clusters meet through walls.
type crossings struct {
	met map[[2]uint32]bool

	// The clusters around the cube looked into last, and their only root, if
	// they have one: samples side by side mostly look into the same cube.
	at       cell
	clusters []uint32
	only     uint32
	looked   bool
}

// look finds the clusters in a cube and those beside it; those of an only root
// may be left out until they are needed.
func (c *clusters) look(at cell, found *crossings) {
	if found.looked && found.at == at {
		return
	}
	found.at, found.clusters, found.looked = at, found.clusters[:0], true
	if n, ok := c.table.get(at.halvedKey()); ok {
		if found.only = c.only[n]; found.only != several {
			return
		}
	}
	c.lookAround(at, found)
}

// findOnly finds the only root in and beside each cube, so that most samples
// need to look into no more than one.
func (c *clusters) findOnly() {
	c.only = make([]uint32, len(c.keys))
	const share = 1 << 10 // cubes a worker takes at a time
	c.samples.parts((len(c.keys)+share-1)/share, func(part int) {
		var found crossings
		for n := part * share; n < min((part+1)*share, len(c.keys)); n++ {
			found.clusters = found.clusters[:0]
			c.lookAround(cellOfHalvedKey(c.keys[n]), &found)
			c.only[n] = found.only
		}
	})
}

// lookAround finds the clusters in a cube and those beside it, and their only
// root.
func (c *clusters) lookAround(at cell, found *crossings) {
	for _, o := range nearestFirst {
		first, end := c.cube(at.offset(o.x, o.y, o.z))
		for j := first; j < end; j++ {
			found.clusters = append(found.clusters, j)
		}
	}
	found.only = several
	for i, j := range found.clusters {
		if i == 0 {
			found.only = c.all[j].parent
		} else if c.all[j].parent != found.only {
			found.only = several
			break
		}
	}
}

// meet adds the pairs of root with the roots of clusters that have a sample
// closer than 2h to p. All parents are roots.
func (c *clusters) meet(root uint32, p r3.Vector, found *crossings) {
	fine := cellOf(p, c.samples.Spacing)
	c.look(cell{fine.x >> 1, fine.y >> 1, fine.z >> 1}, found)
	if found.only == root {
		return
	}
	if found.only != several {
		if found.met[rootPair(root, found.only)] {
			return
		}
		if len(found.clusters) == 0 {
			c.lookAround(found.at, found)
		}
	}
	last := root
	for _, j := range found.clusters {
		other := c.all[j].parent
		if other == last || other == root {
			continue
		}
		pair := rootPair(root, other)
		if found.met[pair] || c.holdsNear(&c.all[j], p) {
			found.met[pair] = true
			last = other
		}
	}
}

func rootPair(a, b uint32) [2]uint32 { return [2]uint32{min(a, b), max(a, b)} }

func (c *clusters) root(i uint32) uint32 {
	for c.all[i].parent != i {
		c.all[i].parent = c.all[c.all[i].parent].parent
		i = c.all[i].parent
	}
	return i
}

// join makes the lower root the root of both, so that the outcome does not
// depend on the order of joins.
func (c *clusters) join(i, j uint32) {
	a, b := c.root(i), c.root(j)
	if a > b {
		a, b = b, a
	}
	c.all[b].parent = a
}
