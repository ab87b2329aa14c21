package mesh

import (
	"cmp"
	"context"
	"slices"

	"github.com/golang/geo/r3"
)

// RepairOptions controls Repair. The zero value asks for the defaults.
type RepairOptions struct {
	Threads int // 0 means all that Go may use; the result is the same for any number

	// FillLarge also closes holes whose patch exceeds LargestPatch.
	FillLarge bool

	// LargestPatch is the area of the largest patch that closes a hole unasked,
	// in units of the surface's area; 0 means 0.05. Holes of three edges are
	// closed whatever their size.
	LargestPatch float64
	// StrayArea is the area up to which a flat sheet beside closed shells is
	// taken for debris, in units of the surface's area; 0 means 0.01.
	StrayArea float64

	// Union replaces bodies that overlap and surfaces that cross themselves by
	// the boundary of what they enclose together.
	Union bool
	// Single asks for a union that single precision can hold, because it is to
	// be written so. It is understood of a mesh of single precision. Where there
	// is none, the union is of double precision.
	Single bool
}

// Defaults of RepairOptions.
const (
	defaultLargestPatch = 0.05
	defaultStrayArea    = 0.01
)

// maxRepairPlaces is how many places a RepairStep or the list of refused holes
// gives. Counts are exact.
const maxRepairPlaces = 100

// RepairCounts are the counts of a mesh that repair is to bring to zero, and
// its size.
type RepairCounts struct {
	Triangles           int `json:"triangles"`
	Vertices            int `json:"vertices"`
	Shells              int `json:"shells"`
	BorderEdges         int `json:"borderEdges"`
	Holes               int `json:"holes"`
	NonManifoldEdges    int `json:"nonManifoldEdges"`
	NonManifoldVertices int `json:"nonManifoldVertices"`
	Flipped             int `json:"flippedTriangles"`
	Duplicates          int `json:"duplicateTriangles"`
}

func repairCounts(m *Mesh, t *Topology) RepairCounts {
	return RepairCounts{
		Triangles: len(m.Triangles), Vertices: len(m.Vertices), Shells: t.Shells,
		BorderEdges: len(t.Border), Holes: t.Holes.Len(),
		NonManifoldEdges: t.NonManifoldEdges.Len(), NonManifoldVertices: len(t.NonManifoldVertices),
		Flipped: len(t.Flipped), Duplicates: len(t.Duplicates),
	}
}

// RepairStepName names a step of Repair.
type RepairStepName string

// The steps of Repair, in their order. Noise is looked for and shells are
// turned last, when there are volumes to compare; closing holes needs neither.
const (
	RepairFolds     RepairStepName = "folds"      // triangles back to back removed
	RepairClean     RepairStepName = "clean"      // vertices welded, useless triangles removed
	RepairFlat      RepairStepName = "flat"       // triangles without area inside the surface
	RepairJunctions RepairStepName = "junctions"  // edges split at vertices that lie on them
	RepairTurn      RepairStepName = "turn"       // triangles turned like their neighbours
	RepairMembranes RepairStepName = "membranes"  // walls without thickness inside the solid removed
	RepairSplit     RepairStepName = "split"      // sheets separated that share an edge or a vertex
	RepairStrays    RepairStepName = "strays"     // stray sheets removed
	RepairMisfits   RepairStepName = "misfits"    // corners taken where the neighbours have theirs
	RepairHoles     RepairStepName = "holes"      // holes closed
	RepairSeparate  RepairStepName = "separate"   // sheets separated that filling brought together
	RepairNoise     RepairStepName = "noise"      // noise shells removed
	RepairOutward   RepairStepName = "orient_out" // shells turned outward
	RepairUnion     RepairStepName = "union"      // bodies united, if asked for
)

// A RepairStep says what one step did. Steps that did nothing are not listed.
type RepairStep struct {
	Name   RepairStepName `json:"name"`
	Count  int            `json:"count"` // vertices, triangles, edges, shells, holes or pieces of surface it dealt with
	Before RepairCounts   `json:"before"`
	After  RepairCounts   `json:"after"`
	Places []r3.Vector    `json:"places,omitempty"` // of the first 100
}

// A RefusedHole is a hole that was left open.
type RefusedHole struct {
	Edges    int       `json:"edges"`
	Length   float64   `json:"length"` // of its border
	Area     float64   `json:"area"`   // of the patch that would close it
	Centroid r3.Vector `json:"centroid"`
	Reason   string    `json:"reason"`
}

// RepairReport says what Repair found and did.
type RepairReport struct {
	Before       RepairCounts  `json:"before"`
	After        RepairCounts  `json:"after"`
	Steps        []RepairStep  `json:"steps,omitempty"`
	Refused      []RefusedHole `json:"refused,omitempty"` // the longest 100
	RefusedCount int           `json:"refusedCount"`
	// RefusedUnion says why the union that was asked for was not made; empty if
	// it was, or if there was nothing to unite.
	RefusedUnion string `json:"refusedUnion,omitempty"`
	// LargestFilled is the box diagonal of the largest hole that was closed.
	LargestFilled float64 `json:"largestFilled"`
	// Changed is false if the mesh came back as it was.
	Changed bool `json:"changed"`
}

// Step returns the step of a name, and whether it did anything.
func (r *RepairReport) Step(name RepairStepName) (RepairStep, bool) {
	for _, s := range r.Steps {
		if s.Name == name {
			return s, true
		}
	}
	return RepairStep{}, false
}

// Repair makes a solid of m as far as that needs no guess, and says what it
// did. A surface that is closed, manifold and turned outward comes back as m
// itself; so does one on which nothing can be done.
//
// The steps are those listed with RepairStepName. No vertex moves by more than
// the tolerance of Clean; vertices are only added. No closed shell is lost
// except noise (see ShellNoise). To repair the result again changes nothing.
//
// With Union, what is closed by then is replaced by the boundary of all points
// that it winds around at least once. Vertices of that lie where triangles
// meet, rounded, after decisions that are exact. Where rounding leaves no
// surface without crossings, nothing is united and RefusedUnion says so. That
// takes memory and time in proportion to the pairs of triangles that meet, of
// which there may be 2^20, and to the crossings of their segments.
//
// The error is of code CodeNotOrientable for a one-sided surface, or ctx's.
// Time is near-linear in the size of m.
func Repair(ctx context.Context, m *Mesh, opts RepairOptions) (*Mesh, *RepairReport, error) {
	opts.LargestPatch = cmp.Or(opts.LargestPatch, defaultLargestPatch)
	opts.StrayArea = cmp.Or(opts.StrayArea, defaultStrayArea)
	t, err := NewTopology(ctx, m, opts.Threads)
	if err != nil {
		return nil, nil, err
	}
	if !t.Orientable() {
		return nil, nil, refuseOneSided(m, t)
	}
	s, err := Measure(ctx, m, t, opts.Threads)
	if err != nil {
		return nil, nil, err
	}
	report := &RepairReport{Before: repairCounts(m, t)}
	report.After = report.Before
	sound := IsSound(t, s)
	if sound && !opts.Union {
		return m, report, nil
	}
	r := repairer{ctx: ctx, opts: opts, report: report, mesh: m, topology: t, measured: s, box: s.Box}
	if !sound {
		if err := r.settle(); err != nil {
			return nil, nil, err
		}
	}
	if opts.Union {
		if err := r.run([]repairStep{{RepairUnion, r.unite}}); err != nil {
			return nil, nil, err
		}
		if err := r.inOrder(m); err != nil {
			return nil, nil, err
		}
	}
	report.After = repairCounts(r.mesh, r.topology)
	if report.Changed = r.mesh != m; !report.Changed {
		report.Steps, report.LargestFilled = nil, 0
	}
	return r.mesh, report, nil
}

// repairRounds bounds how often the steps are taken. One round does for nearly
// all files; where it leaves something, the next may make more of it.
const repairRounds = 16

// settle takes the steps until there is nothing left to do. Should they lead
// back to a mesh that they came from, in knots that can be untied in several
// ways, it ends at the first in order of those on the way around, which is
// where repairing any of them ends.
func (r *repairer) settle() error {
	past := []repairer{*r}
	for range repairRounds {
		done, err := r.round()
		if err != nil || done {
			return err
		}
		for i := range past {
			if compareMeshes(r.mesh, past[i].mesh) != 0 {
				continue
			}
			*r = slices.MinFunc(past[i:], func(a, b repairer) int { return compareMeshes(a.mesh, b.mesh) })
			return nil
		}
		past = append(past, *r)
	}
	return nil
}

// compareMeshes orders meshes by their arrays.
func compareMeshes(a, b *Mesh) int {
	if c := cmp.Or(cmp.Compare(len(a.Triangles), len(b.Triangles)), cmp.Compare(len(a.Vertices), len(b.Vertices))); c != 0 {
		return c
	}
	if c := slices.CompareFunc(a.Triangles, b.Triangles, func(s, t Triangle) int { return slices.Compare(s[:], t[:]) }); c != 0 {
		return c
	}
	return slices.CompareFunc(a.Vertices, b.Vertices, r3.Vector.Cmp)
}

// round takes the steps once and reports whether there is nothing left to do.
func (r *repairer) round() (done bool, err error) {
	before, steps := r.mesh, len(r.report.Steps)
	r.turned = nil
	s, err := r.measures()
	if err != nil {
		return false, err
	}
	r.box = s.Box
	if err := r.run(r.steps()); err != nil {
		return false, err
	}
	if s, err = r.measures(); err != nil {
		return false, err
	}
	sound := IsSound(r.topology, s)
	if err := r.inOrder(before); err != nil {
		return false, err
	}
	if r.mesh == before {
		r.report.Steps = r.report.Steps[:steps]
		return true, nil
	}
	return sound, nil
}

// measures measures the mesh, once.
func (r *repairer) measures() (*Measures, error) {
	if r.measured == nil {
		s, err := Measure(r.ctx, r.mesh, r.topology, r.opts.Threads)
		if err != nil {
			return nil, err
		}
		r.measured = s
	}
	return r.measured, nil
}

// IsSound reports whether a surface with this topology and these measures is
// closed, manifold and turned outward, so that Repair leaves it as it is.
func IsSound(t *Topology, s *Measures) bool {
	return t.Watertight() && t.Manifold() && t.Orientable() && len(t.Flipped) == 0 && len(insideOut(s)) == 0
}

// insideOut lists the bodies turned inward.
func insideOut(s *Measures) (shells []int) {
	for i := range s.Shells {
		if s.Shells[i].Kind == ShellBody && s.Shells[i].Volume < 0 {
			shells = append(shells, i)
		}
	}
	return shells
}

// A repairer carries a mesh from step to step.
type repairer struct {
	ctx      context.Context
	opts     RepairOptions
	report   *RepairReport
	mesh     *Mesh
	topology *Topology
	measured *Measures // nil if not measured yet
	box      Box       // of the mesh before the round
	turned   []bool    // triangles of shells that were not turned alike; nil if there are none
}

// A repairStep is a step with what it does.
type repairStep struct {
	name RepairStepName
	work func() (change, error)
}

// steps lists the steps in their order.
func (r *repairer) steps() []repairStep {
	return []repairStep{
		{RepairFolds, r.folds},
		{RepairClean, r.clean},
		{RepairFlat, r.flat},
		{RepairJunctions, r.junctions},
		{RepairTurn, r.turn},
		{RepairMembranes, r.membranes},
		{RepairSplit, func() (change, error) { return r.split(true) }},
		{RepairTurn, r.turn},
		{RepairStrays, r.strays},
		{RepairMisfits, r.misfits},
		{RepairHoles, r.holes},
		{RepairSeparate, func() (change, error) { return r.split(false) }},
		{RepairNoise, r.noise},
		{RepairOutward, r.outward},
	}
}

// run takes steps in their order.
func (r *repairer) run(steps []repairStep) error {
	for _, s := range steps {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		before := *r
		counts := repairCounts(r.mesh, r.topology)
		done, err := s.work()
		if err != nil {
			return err
		}
		if !r.topology.Orientable() {
			// What the step joined cannot belong together.
			*r = before
		}
		if r.mesh != before.mesh {
			r.report.Steps = append(r.report.Steps, RepairStep{
				Name: s.name, Count: done.count, Places: done.places,
				Before: counts, After: repairCounts(r.mesh, r.topology),
			})
		}
	}
	return nil
}

// A change is what a step did.
type change struct {
	count  int
	places []r3.Vector
}

// at counts one thing done at a place.
func (c *change) at(p r3.Vector) {
	c.count++
	if len(c.places) < maxRepairPlaces {
		c.places = append(c.places, p)
	}
}

// take replaces the mesh. from is, for each triangle, the one it comes from,
// or NoIndex for a new one; nil if all are where they were.
func (r *repairer) take(m *Mesh, from []uint32) error {
	t, err := NewTopology(r.ctx, m, r.opts.Threads)
	if err != nil {
		return err
	}
	r.mesh, r.topology, r.measured = m, t, nil
	if r.turned != nil && from != nil {
		turned := make([]bool, len(from))
		for f, g := range from {
			turned[f] = g != noIndex && r.turned[g]
		}
		r.turned = turned
	}
	return nil
}

// drop removes the triangles listed, in any order.
func (r *repairer) drop(faces []uint32) error {
	slices.Sort(faces)
	faces = slices.Compact(faces)
	if len(faces) == 0 {
		return nil
	}
	var kept CleanReport
	return r.take(compacted(kept.without(r.mesh, faces)), kept.Faces)
}

func (r *repairer) clean() (change, error) {
	m, t, report, err := Clean(r.ctx, r.mesh, r.topology, r.opts.Threads)
	if err != nil {
		return change{}, err
	}
	done := change{count: report.WeldedVertices + report.Degenerate + report.Duplicates}
	if m != r.mesh {
		r.mesh, r.topology, r.measured = m, t, nil
	}
	return done, nil
}

// turn turns triangles like the rest of what they are connected with.
func (r *repairer) turn() (change, error) {
	var done change
	t := r.topology
	if len(t.Flipped) == 0 {
		return done, nil
	}
	m := withTriangles(r.mesh)
	inconsistent := make([]bool, t.Shells)
	for _, f := range t.Flipped {
		tri := &m.Triangles[f]
		tri[1], tri[2] = tri[2], tri[1]
		inconsistent[t.ShellOf[f]] = true
		done.at(r.middle(f))
	}
	if r.turned == nil {
		r.turned = make([]bool, len(m.Triangles))
	}
	for f, s := range t.ShellOf {
		if s != noIndex && inconsistent[s] {
			r.turned[f] = true
		}
	}
	return done, r.take(m, nil)
}

// withTriangles returns m with a copy of its triangles.
func withTriangles(m *Mesh) *Mesh {
	out := *m
	out.Triangles = slices.Clone(m.Triangles)
	return &out
}

func (r *repairer) middle(f uint32) r3.Vector {
	a, b, c := r.mesh.Corners(int(f))
	return Scaled(a.Add(b).Add(c), 1.0/3)
}

// inOrder numbers the vertices in the order of their first use, so that the
// same surface always has the same arrays, and returns to the mesh that went
// in if that is the same.
func (r *repairer) inOrder(original *Mesh) error {
	if r.mesh == original {
		return nil
	}
	if isInOrder(r.mesh) {
		if compareMeshes(r.mesh, original) == 0 {
			r.mesh = original
		}
		return nil
	}
	m := withTriangles(r.mesh)
	place := make([]uint32, len(m.Vertices))
	for v := range place {
		place[v] = noIndex
	}
	vertices := make([]r3.Vector, 0, len(m.Vertices))
	for f := range m.Triangles {
		for k, v := range m.Triangles[f] {
			if place[v] == noIndex {
				place[v] = uint32(len(vertices))
				vertices = append(vertices, m.Vertices[v])
			}
			m.Triangles[f][k] = place[v]
		}
	}
	m.Vertices = vertices
	if compareMeshes(m, original) == 0 {
		m = original
	}
	if r.topology.Manifold() {
		// Nothing of a manifold's topology depends on numbers of vertices.
		r.mesh = m
		return nil
	}
	return r.take(m, nil)
}

// isInOrder reports whether vertices are numbered in the order of their first
// use, and all are used.
func isInOrder(m *Mesh) bool {
	next := uint32(0)
	for i := range m.Triangles {
		for _, v := range m.Triangles[i] {
			if v > next {
				return false
			}
			if v == next {
				next++
			}
		}
	}
	return int(next) == len(m.Vertices)
}
