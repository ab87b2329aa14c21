package mesh

import (
	"context"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
)

// Measures are the numbers of a mesh and of its shells, in mm, mm², mm³ and,
// for the inertia at density 1, mm⁵.
type Measures struct {
	Box  Box // of the corners of all triangles
	Area float64

	// Volume is signed by the turn of the triangles and summed over the
	// shells; shells that overlap count twice. It is defined if HasVolume,
	// which is Topology.Balanced.
	Volume    float64
	HasVolume bool
	// CenterOfMass, and Inertia about it at density 1, are defined if HasMass:
	// if there is a volume and it is not 0. The inertia is that of the solid
	// also where Volume is negative.
	CenterOfMass r3.Vector
	Inertia      [3][3]float64
	HasMass      bool

	// Degenerate is the number of triangles without area: those of
	// Topology.Collapsed and those of three corners on a line (see NoArea).
	Degenerate int

	Shells []Shell // as Topology numbers them
	// Numbers of shells of each kind.
	Bodies, Cavities, Noise, Open int
}

// A Shell is a set of triangles connected over edges.
type Shell struct {
	Triangles int
	Area      float64
	Box       Box
	Kind      ShellKind
	// Volume and CenterOfMass are defined as those of Measures.
	Volume             float64
	CenterOfMass       r3.Vector
	HasVolume, HasMass bool
	First              uint32 // its first triangle
}

// ShellKind says what a shell is.
type ShellKind string

// The kinds of shells, in the order in which they are asked for.
const (
	// ShellOpen: it has border edges.
	ShellOpen ShellKind = "open"
	// ShellNoise: |volume| below 1e-6 of the largest shell's and box diagonal
	// below 1e-3 of the mesh's. The largest shell is never noise.
	ShellNoise ShellKind = "noise"
	// ShellCavity: it lies inside another shell and is turned the other way
	// than the outermost shell around it.
	ShellCavity ShellKind = "cavity"
	// ShellBody: every other. Its volume is negative if it is inside out.
	ShellBody ShellKind = "body"
)

// measureChunk is how many triangles are summed up one after the other before
// sums are added to sums. It bounds both the growth of rounding errors and the
// imbalance between processors.
const measureChunk = 1 << 12

// Measure measures m, whose topology is t, with up to threads processors; 0
// means all that Go may use. The result does not depend on threads.
//
// Sums are taken in double precision relative to a corner of each shell, so
// that neither the distance from the origin nor that between shells costs
// digits: the relative error is about 1e-15 times the surface's area times its
// diameter by its volume. Time is linear in the size of m, and memory is 4
// bytes a triangle if there are several shells, besides the result.
func Measure(ctx context.Context, m *Mesh, t *Topology, threads int) (*Measures, error) {
	vertices := EmptyBox()
	for _, p := range m.Vertices {
		vertices.include(p)
	}
	out := &Measures{Box: EmptyBox(), HasVolume: t.Balanced && t.Shells > 0, Shells: make([]Shell, t.Shells)}
	w := measuring{
		mesh: m, topology: t, shells: out.Shells, runs: shellRuns(m, t),
		center: vertices.Center(), reach: max(largestComponent(vertices.Min), largestComponent(vertices.Max)),
	}
	chunks := make([]chunkSums, (int(w.runs.start[t.Shells])+measureChunk-1)/measureChunk)
	err := parallel.ForEach(ctx, threadCount(threads), len(chunks), func(chunk int) { w.sumChunk(chunk, &chunks[chunk]) })
	if err != nil {
		return nil, err
	}
	w.combine(chunks, out)
	if err := out.classify(ctx, m, t, &w.runs); err != nil {
		return nil, err
	}
	return out, nil
}

// runs are the triangles ordered by shell.
type runs struct {
	order []uint32 // triangles by shell, then by index; nil for one shell that has all
	start []uint32 // first place of each shell in order, and the end
}

func shellRuns(m *Mesh, t *Topology) runs {
	r := runs{start: make([]uint32, t.Shells+1)}
	for _, s := range t.ShellOf {
		if s != noIndex {
			r.start[s+1]++
		}
	}
	for s := range t.Shells {
		r.start[s+1] += r.start[s]
	}
	if t.Shells == 1 && len(t.Collapsed) == 0 {
		return r
	}
	r.order = make([]uint32, r.start[t.Shells])
	fill := slices.Clone(r.start)
	for f, s := range t.ShellOf {
		if s != noIndex {
			r.order[fill[s]] = uint32(f)
			fill[s]++
		}
	}
	return r
}

// at returns the triangle at place i.
func (r *runs) at(i uint32) uint32 {
	if r.order == nil {
		return i
	}
	return r.order[i]
}

// shellSums are the sums over triangles of one shell, relative to the first
// corner of its first triangle.
type shellSums struct {
	integrals
	box    Box
	noArea int
}

// chunkSums are the sums over a range of places in the order of runs.
type chunkSums struct {
	// Of the shell that the chunk begins with and of that it ends with, where
	// those are not within the chunk as a whole. A shell that is all of the
	// chunk and more is the first.
	first, last       shellSums
	hasFirst, hasLast bool
	// Of the others, relative to the centre.
	inner  integrals
	noArea int
}

type measuring struct {
	mesh     *Mesh
	topology *Topology
	shells   []Shell // what comes out
	runs     runs
	center   r3.Vector // that the sums of all shells are relative to
	reach    float64   // largest absolute coordinate
}

// sumChunk sums up a chunk and finishes the shells that lie within it.
func (w *measuring) sumChunk(chunk int, out *chunkSums) {
	lo := uint32(chunk * measureChunk)
	hi := min(lo+measureChunk, w.runs.start[len(w.shells)])
	for place := lo; place < hi; {
		shell := w.topology.ShellOf[w.runs.at(place)]
		begin, end := w.runs.start[shell], w.runs.start[shell+1]
		sums := w.sum(place, min(end, hi), w.reference(shell))
		switch {
		case begin >= lo && end <= hi:
			out.inner = out.inner.plus(w.finish(shell, &sums))
			out.noArea += sums.noArea
		case place == lo:
			out.first, out.hasFirst = sums, true
		default:
			out.last, out.hasLast = sums, true
		}
		place = min(end, hi)
	}
}

// reference returns the point that the sums of a shell are relative to.
func (w *measuring) reference(shell uint32) r3.Vector {
	first := w.runs.at(w.runs.start[shell])
	return w.mesh.Vertices[w.mesh.Triangles[first][0]]
}

// sum sums up the triangles at the places from lo to hi.
func (w *measuring) sum(lo, hi uint32, reference r3.Vector) shellSums {
	m := w.mesh
	out := shellSums{box: EmptyBox()}
	coarse := noAreaHeight(w.reach)
	coarse *= coarse
	for i := lo; i < hi; i++ {
		f := int(w.runs.at(i))
		a, b, c := m.Corners(f)
		out.box.include(a)
		out.box.include(b)
		out.box.include(c)
		e, g := b.Sub(a), c.Sub(a)
		n := e.Cross(g)
		// No side is longer than e and g together.
		if n.Norm2() <= 4*coarse*max(e.Norm2(), g.Norm2()) && m.NoArea(f) {
			out.noArea++
		}
		out.add(a.Sub(reference), e, g, n)
	}
	return out
}

// plus returns the sums over both sets of triangles of one shell.
func (s shellSums) plus(o shellSums) shellSums {
	s.integrals = s.integrals.plus(o.integrals)
	s.box.include(o.box.Min)
	s.box.include(o.box.Max)
	s.noArea += o.noArea
	return s
}

// finish fills in a shell and returns its sums relative to the centre.
func (w *measuring) finish(shell uint32, sums *shellSums) integrals {
	s := &w.shells[shell]
	*s = Shell{
		Triangles: int(w.runs.start[shell+1] - w.runs.start[shell]),
		First:     w.runs.at(w.runs.start[shell]),
		Area:      sums.area / 2,
		Box:       sums.box,
		HasVolume: w.topology.ClosedShell(int(shell)),
	}
	if s.HasVolume {
		s.Volume, s.HasMass = sums.solidVolume(s.Box.Diagonal())
	}
	reference := w.reference(shell)
	if s.HasMass {
		s.CenterOfMass = reference.Add(sums.center())
	}
	return sums.moved(reference.Sub(w.center))
}

// combine puts together the shells that lie in several chunks, in their order,
// and adds up all shells.
func (w *measuring) combine(chunks []chunkSums, out *Measures) {
	var total integrals
	var whole shellSums // of the shell that goes on from the chunk before
	out.Degenerate = len(w.topology.Collapsed)
	for i := range chunks {
		c := &chunks[i]
		if c.hasFirst {
			lo := uint32(i * measureChunk)
			shell := w.topology.ShellOf[w.runs.at(lo)]
			if w.runs.start[shell] == lo {
				whole = c.first
			} else {
				whole = whole.plus(c.first)
			}
			if w.runs.start[shell+1] <= lo+measureChunk {
				total = total.plus(w.finish(shell, &whole))
				out.Degenerate += whole.noArea
			}
		}
		total = total.plus(c.inner)
		out.Degenerate += c.noArea
		if c.hasLast {
			whole = c.last
		}
	}
	w.complete(total, out)
}

// complete fills in the measures of the whole mesh.
func (w *measuring) complete(total integrals, out *Measures) {
	for i := range out.Shells {
		out.Box.include(out.Shells[i].Box.Min)
		out.Box.include(out.Shells[i].Box.Max)
	}
	for _, f := range w.topology.Collapsed {
		for _, v := range w.mesh.Triangles[f] {
			out.Box.include(w.mesh.Vertices[v])
		}
	}
	out.Area = total.area / 2
	if out.HasVolume {
		out.Volume, out.HasMass = total.solidVolume(out.Box.Diagonal())
	}
	if out.HasMass {
		out.CenterOfMass = w.center.Add(total.center())
		out.Inertia = total.inertia()
	}
}

// zeroVolume is the volume, relative to area times box diagonal, below which
// what is left is taken for rounding: a sheet that is closed only in that it
// has two sides. A real sheet would be thinner than 1e-13 of its width.
const zeroVolume = 1e-13

// solidVolume returns the volume and whether it is more than rounding.
func (s integrals) solidVolume(diagonal float64) (volume float64, ok bool) {
	volume = s.volume()
	if math.Abs(volume) <= zeroVolume*(s.area/2)*diagonal {
		return 0, false
	}
	return volume, true
}

// include adds p to b.
func (b *Box) include(p r3.Vector) {
	if p.X < b.Min.X {
		b.Min.X = p.X
	}
	if p.X > b.Max.X {
		b.Max.X = p.X
	}
	if p.Y < b.Min.Y {
		b.Min.Y = p.Y
	}
	if p.Y > b.Max.Y {
		b.Max.Y = p.Y
	}
	if p.Z < b.Min.Z {
		b.Min.Z = p.Z
	}
	if p.Z > b.Max.Z {
		b.Max.Z = p.Z
	}
}

// NoArea reports whether the corners of triangle f lie on a line, as far as
// their coordinates can tell: whether the height above the longest side is at
// most 2⁻⁵⁰ of the largest absolute coordinate of the corners, four times the
// spacing of double precision numbers there. Scaling does not change it.
func (m *Mesh) NoArea(f int) bool {
	a, b, c := m.Corners(f)
	e, g, h := b.Sub(a), c.Sub(a), c.Sub(b)
	height := noAreaHeight(max(largestComponent(a), largestComponent(b), largestComponent(c)))
	return e.Cross(g).Norm2() <= height*height*max(e.Norm2(), g.Norm2(), h.Norm2())
}

func noAreaHeight(reach float64) float64 { return reach / (1 << 50) }

func largestComponent(p r3.Vector) float64 {
	return max(math.Abs(p.X), math.Abs(p.Y), math.Abs(p.Z))
}
