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
	start, end uint32 // of clusters.points
	box        box
}

type clusters struct {
	samples *Samples
	sel     *selection
	size    float64      // 2h, also the distance that joins
	of      []uint32     // cluster of each selected sample
	points  [][3]float32 // of the samples, by cluster
	all     []cluster    // by cube
	sets    unionFind    // of clusters
	cells   cellList     // cubes
	cubes   []uint32     // first cluster of each cube, and their number at the end
	whole   []bool       // cubes whose clusters were joined within them
	table   *keyTable    // key to cube, once other sides are looked for
	only    []uint32     // root of all clusters in and beside each cube, or several
}

// several stands for a root where there is not just one.
const several = ^uint32(0)

// connect gives each selected sample the number of its region, and their
// count. Numbers follow the first sample of each region.
func (s *Samples) connect(sel *selection) (label []uint32, count int) {
	c := newClusters(s, sel)
	c.joinNear()
	c.joinOtherSides()

	label = make([]uint32, len(sel.ids))
	if c.sets.flatten() == 1 {
		return label, 1
	}
	const none = ^uint32(0)
	number := make([]uint32, len(c.all))
	for i := range number {
		number[i] = none
	}
	for i, of := range c.of {
		root := c.sets[of]
		if number[root] == none {
			number[root] = uint32(count)
			count++
		}
		label[i] = number[root]
	}
	return label, count
}

func newClusters(s *Samples, sel *selection) *clusters {
	c := &clusters{samples: s, sel: sel, size: 2 * s.Spacing}
	points := make([][3]float32, len(sel.ids))
	sorted := make([]keyed, len(sel.ids))
	for i, id := range sel.ids {
		sample := &s.All[id]
		points[i] = sample.Point
		fine := cellOf(sample.position(), s.Spacing)
		part := uint64(fine.x&1)<<2 | uint64(fine.y&1)<<1 | uint64(fine.z&1)
		// Keys have 63 bits; the highest of each coordinate is free after
		// halving, so dropping it makes room for the part.
		sorted[i] = keyed{fine.halved().halvedKey()<<3 | part, uint32(i)}
	}
	sortKeyed(sorted)
	all, cubes := 0, 0
	for i, k := range sorted {
		if i == 0 || k.key != sorted[i-1].key {
			all++
		}
		if i == 0 || k.key>>3 != sorted[i-1].key>>3 {
			cubes++
		}
	}
	c.of, c.points = make([]uint32, len(sorted)), make([][3]float32, len(sorted))
	c.all, c.sets = make([]cluster, 0, all), newUnionFind(all)
	c.cells, c.cubes, c.whole = make(cellList, 0, cubes), make([]uint32, 0, cubes+1), make([]bool, cubes)
	for i, k := range sorted {
		c.points[i] = points[k.id]
		if i == 0 || k.key>>3 != sorted[i-1].key>>3 {
			c.cells = append(c.cells, cellOfHalvedKey(k.key>>3).key())
			c.cubes = append(c.cubes, uint32(len(c.all)))
		}
		if i == 0 || k.key != sorted[i-1].key {
			c.all = append(c.all, cluster{start: uint32(i), box: emptyBox})
		}
		c.of[k.id] = uint32(len(c.all) - 1)
		last := &c.all[len(c.all)-1]
		last.end = uint32(i + 1)
		last.box.add(vector(&c.points[i]))
	}
	c.cubes = append(c.cubes, uint32(len(c.all)))
	return c
}

func vector(p *[3]float32) r3.Vector {
	return r3.Vector{X: float64(p[0]), Y: float64(p[1]), Z: float64(p[2])}
}

// halved returns the cell of twice the size.
func (c cell) halved() cell { return cell{c.x >> 1, c.y >> 1, c.z >> 1} }

// halvedKey packs coordinates of 20 bits.
func (c cell) halvedKey() uint64 {
	const bias, mask = 1 << 19, 1<<20 - 1
	return uint64(c.x+bias)&mask<<40 | uint64(c.y+bias)&mask<<20 | uint64(c.z+bias)&mask
}

func cellOfHalvedKey(k uint64) cell {
	const bias, mask = 1 << 19, 1<<20 - 1
	return cell{int32(k>>40&mask) - bias, int32(k>>20&mask) - bias, int32(k&mask) - bias}
}

// joinNear joins clusters that have samples closer than 2h. Each worker takes a
// stretch of the cubes, of which it alone joins the clusters; cubes of two
// stretches are left for the end.
func (c *clusters) joinNear() {
	shares := c.samples.threads()
	across := make([][][2]uint32, shares)
	c.samples.parts(shares, func(part int) {
		start, end := part*len(c.cells)/shares, (part+1)*len(c.cells)/shares
		for n := start; n < end; n++ {
			c.joinWithin(uint32(n))
		}
		var around neighbourhood
		for n := start; n < end; n++ {
			c.cells.around(c.cells[n], columns[:forwardColumns], &around)
			for _, r := range around.ranges[:forwardColumns] {
				for m := max(r[0], uint32(n+1)); m < r[1]; m++ {
					if int(m) < end {
						c.joinCubes(uint32(n), m)
					} else {
						across[part] = append(across[part], [2]uint32{uint32(n), m})
					}
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

// joinWithin joins the clusters of a cube that are near.
func (c *clusters) joinWithin(n uint32) {
	first, end := c.cubes[n], c.cubes[n+1]
	roots := end - first
	for i := first; i < end; i++ {
		for j := first; j < end; j++ {
			if i != j && c.sets.root(i) != c.sets.root(j) && c.near(&c.all[i], &c.all[j]) {
				c.sets.join(i, j)
				roots--
			}
		}
	}
	c.whole[n] = roots == 1
}

// joinCubes joins the clusters of two cubes that are near. Of two whole cubes
// one such pair joins all.
func (c *clusters) joinCubes(n, m uint32) {
	whole := c.whole[n] && c.whole[m]
	if whole && c.sets.root(c.cubes[n]) == c.sets.root(c.cubes[m]) {
		return
	}
	for i := c.cubes[n]; i < c.cubes[n+1]; i++ {
		for j := c.cubes[m]; j < c.cubes[m+1]; j++ {
			if (whole || c.sets.root(i) != c.sets.root(j)) && c.near(&c.all[i], &c.all[j]) {
				c.sets.join(i, j)
				if whole {
					return
				}
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
		if c.holdsNear(b, vector(&c.points[i])) {
			return true
		}
	}
	return false
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
		d := vector(&c.points[j]).Sub(p)
		if float64(d.X*d.X)+float64(d.Y*d.Y)+float64(d.Z*d.Z) < reach {
			return true
		}
	}
	return false
}

// joinOtherSides joins each sample with the samples around its other side, so
// that a wall is one region. Few samples suffice to find most of what joins,
// and when all is one region, nothing is left to be found.
func (c *clusters) joinOtherSides() {
	const sparse = 64
	for _, stride := range [...]int{sparse, 1} {
		if c.sets.flatten() == 1 {
			return
		}
		c.joinOtherSide(stride)
	}
}

// joinOtherSide looks at every stride-th sample. Which clusters meet is found
// in parallel; they are joined afterwards, in an order that does not matter.
func (c *clusters) joinOtherSide(stride int) {
	if c.table == nil {
		c.table = newKeyTable(len(c.cells))
		for n, key := range c.cells {
			c.table.put(key, uint32(n))
		}
	}
	if stride == 1 {
		c.findOnly()
	}
	const share = 1 << 13 // samples a worker takes at a time
	shares := (len(c.of) + share - 1) / share
	met := make([]map[[2]uint32]bool, shares)
	c.samples.parts(shares, func(part int) {
		found := crossings{met: map[[2]uint32]bool{}}
		for i := part * share; i < min((part+1)*share, len(c.of)); i += stride {
			sample := &c.samples.All[c.sel.ids[i]]
			c.meet(c.sets[c.of[i]], sample.along(c.sel.reach(sample, c.sel.value[i])), &found)
		}
		met[part] = found.met
	})
	for _, pairs := range met {
		for pair := range pairs {
			c.sets.join(pair[0], pair[1])
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
	if c.only != nil {
		if n, ok := c.table.get(at.key()); ok {
			if found.only = c.only[n]; found.only != several {
				return
			}
		}
	}
	c.lookAround(at, found)
}

// findOnly finds the only root in and beside each cube, so that most samples
// need to look into no more than one.
func (c *clusters) findOnly() {
	c.only = make([]uint32, len(c.cells))
	const share = 1 << 10 // cubes a worker takes at a time
	c.samples.parts((len(c.cells)+share-1)/share, func(part int) {
		var around neighbourhood
		for n := part * share; n < min((part+1)*share, len(c.cells)); n++ {
			c.cells.around(c.cells[n], columns[:], &around)
			c.only[n] = c.onlyIn(around.ranges[:], c.sets[c.cubes[n]])
		}
	})
}

// onlyIn returns root if all clusters of ranges of cubes have it.
func (c *clusters) onlyIn(ranges [][2]uint32, root uint32) uint32 {
	for _, r := range ranges {
		for _, parent := range c.sets[c.cubes[r[0]]:c.cubes[r[1]]] {
			if parent != root {
				return several
			}
		}
	}
	return root
}

// lookAround finds the clusters in a cube and those beside it, and their only
// root.
func (c *clusters) lookAround(at cell, found *crossings) {
	for _, o := range nearestFirst {
		if n, ok := c.table.get(at.offset(o.x, o.y, o.z).key()); ok {
			for j := c.cubes[n]; j < c.cubes[n+1]; j++ {
				found.clusters = append(found.clusters, j)
			}
		}
	}
	found.only = several
	for i, j := range found.clusters {
		if i == 0 {
			found.only = c.sets[j]
		} else if c.sets[j] != found.only {
			found.only = several
			break
		}
	}
}

// meet adds the pairs of root with the roots of clusters that have a sample
// closer than 2h to p. All parents are roots.
func (c *clusters) meet(root uint32, p r3.Vector, found *crossings) {
	c.look(cellOf(p, c.samples.Spacing).halved(), found)
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
		other := c.sets[j]
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
