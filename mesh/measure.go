package mesh

import (
	"context"
	"math"

	"github.com/golang/geo/r3"
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
	First     uint32 // its first triangle
	Area      float64
	Box       Box
	// Volume and CenterOfMass are defined as those of Measures.
	Volume       float64
	HasVolume    bool
	CenterOfMass r3.Vector
	HasMass      bool
	Kind         ShellKind
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
	w := measuring{mesh: m, topology: t, runs: shellRuns(m, t)}
	w.reach = largestCoordinate(m)
	w.parts = make([]partialSums, len(w.runs.chunks))
	err := forEach(ctx, threadCount(threads), len(w.runs.chunks), func(chunk int) {
		w.sum(w.runs.chunks[chunk], &w.parts[chunk])
	})
	if err != nil {
		return nil, err
	}
	out := w.combine()
	out.Degenerate += len(t.Collapsed)
	if err := out.classify(ctx, m, t, &w.runs); err != nil {
		return nil, err
	}
	return out, nil
}

// runs are the triangles ordered by shell, cut into chunks of one shell each.
type runs struct {
	order  []uint32 // triangles by shell, then by index; nil for one shell that has all
	chunks []run
	first  []uint32 // first triangle of each shell
	start  []uint32 // first place of each shell in order, and the end
}

// A run is a range of places in the order.
type run struct{ shell, lo, hi uint32 }

func shellRuns(m *Mesh, t *Topology) runs {
	r := runs{start: make([]uint32, t.Shells+1), first: make([]uint32, t.Shells)}
	for _, s := range t.ShellOf {
		if s != noIndex {
			r.start[s+1]++
		}
	}
	for s := range t.Shells {
		r.start[s+1] += r.start[s]
	}
	if t.Shells != 1 || len(t.Collapsed) > 0 {
		r.order = make([]uint32, r.start[t.Shells])
		fill := make([]uint32, t.Shells)
		copy(fill, r.start)
		for f, s := range t.ShellOf {
			if s != noIndex {
				r.order[fill[s]] = uint32(f)
				fill[s]++
			}
		}
	}
	for s := range t.Shells {
		r.first[s] = r.at(r.start[s])
		for lo := r.start[s]; lo < r.start[s+1]; lo += measureChunk {
			r.chunks = append(r.chunks, run{uint32(s), lo, min(lo+measureChunk, r.start[s+1])})
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

// partialSums are the sums over one run.
type partialSums struct {
	integrals
	box    Box
	noArea int
}

type measuring struct {
	mesh     *Mesh
	topology *Topology
	runs     runs
	reach    float64 // largest absolute coordinate
	parts    []partialSums
}

// sum sums up a run, relative to the first corner of its shell.
func (w *measuring) sum(r run, out *partialSums) {
	m := w.mesh
	reference := w.reference(r.shell)
	out.box = EmptyBox()
	coarse := noAreaHeight(w.reach)
	coarse *= coarse
	for i := r.lo; i < r.hi; i++ {
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

// largestCoordinate returns the largest absolute coordinate of any vertex.
func largestCoordinate(m *Mesh) float64 {
	reach := 0.0
	for _, p := range m.Vertices {
		reach = max(reach, largestComponent(p))
	}
	return reach
}

func largestComponent(p r3.Vector) float64 {
	return max(math.Abs(p.X), math.Abs(p.Y), math.Abs(p.Z))
}

// combine adds up the runs of each shell, in their order, and the shells.
func (w *measuring) combine() *Measures {
	t := w.topology
	out := &Measures{Box: EmptyBox(), HasVolume: t.Balanced && t.Shells > 0, Shells: make([]Shell, t.Shells)}
	sums := w.shellSums(out)
	for i := range out.Shells {
		if out.Shells[i].Triangles > 0 {
			out.Box.include(out.Shells[i].Box.Min)
			out.Box.include(out.Shells[i].Box.Max)
		}
	}
	w.addCollapsed(&out.Box)
	if len(sums) == 0 {
		return out
	}
	total := w.totalSums(sums, out.Box.Center())
	out.Area = total.area / 2
	if out.HasVolume {
		out.Volume, out.HasMass = total.solidVolume(out.Box.Diagonal())
	}
	if out.HasMass {
		out.CenterOfMass = out.Box.Center().Add(total.center())
		out.Inertia = total.inertia()
	}
	return out
}

// shellSums adds up the runs of each shell and fills in out.Shells.
func (w *measuring) shellSums(out *Measures) []integrals {
	sums := make([]integrals, len(out.Shells))
	for i := range out.Shells {
		out.Shells[i] = Shell{
			Triangles: int(w.runs.start[i+1] - w.runs.start[i]), First: w.runs.first[i],
			Box: EmptyBox(), HasVolume: w.topology.ClosedShell(i),
		}
	}
	for c, r := range w.runs.chunks {
		part, s := &w.parts[c], &out.Shells[r.shell]
		sums[r.shell] = sums[r.shell].plus(part.integrals)
		s.Box.include(part.box.Min)
		s.Box.include(part.box.Max)
		out.Degenerate += part.noArea
	}
	for i := range out.Shells {
		s := &out.Shells[i]
		s.Area = sums[i].area / 2
		if s.HasVolume {
			s.Volume, s.HasMass = sums[i].solidVolume(s.Box.Diagonal())
		}
		if s.HasMass {
			s.CenterOfMass = w.reference(uint32(i)).Add(sums[i].center())
		}
	}
	return sums
}

// totalSums adds up the shells relative to center, in blocks so that rounding
// errors do not grow with their number.
func (w *measuring) totalSums(sums []integrals, center r3.Vector) integrals {
	var total integrals
	for lo := 0; lo < len(sums); lo += measureChunk {
		var block integrals
		for i := lo; i < min(lo+measureChunk, len(sums)); i++ {
			block = block.plus(sums[i].moved(w.reference(uint32(i)).Sub(center)))
		}
		total = total.plus(block)
	}
	return total
}

// reference returns the point that the sums of a shell are relative to.
func (w *measuring) reference(shell uint32) r3.Vector {
	return w.mesh.Vertices[w.mesh.Triangles[w.runs.first[shell]][0]]
}

// addCollapsed adds the corners of the collapsed triangles to the box.
func (w *measuring) addCollapsed(b *Box) {
	for _, f := range w.topology.Collapsed {
		for _, v := range w.mesh.Triangles[f] {
			b.include(w.mesh.Vertices[v])
		}
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
