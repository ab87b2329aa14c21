package mesh

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/golang/geo/r3"
)

// An assembly is a graph of objects as 3MF and AMF describe it: an object is
// a mesh, or a group of placed objects, any of which may be used many times.
// All lists are flat; an object owns ranges of them.
//
// How much comes out is counted before anything is expanded, once for each
// object, so that a file of a few objects that double thirty times is refused
// at once. Nothing here is recursive.
type assembly struct {
	format Format
	limits *Limits

	objects    []assemblyObject
	vertices   []r3.Vector // in the unit of the file
	triangles  []Triangle  // of indices that count from the first vertex of the object
	components []component
	transforms []transform

	total extent // of what measure accepted
}

type assemblyObject struct {
	name    string // as the file gives it, for display
	label   string // for messages: "object 4"
	use     objectUse
	refusal *Error // why the object cannot be built, if it is

	vertices   span
	triangles  span
	components span
}

// A span is a range of one of the lists of an assembly.
type span struct{ start, end int }

func (s span) len() int { return s.end - s.start }

// An objectUse says what a mesh is for.
type objectUse uint8

const (
	useModel objectUse = iota
	useSurface
	useSupport
	useOther
)

// A component places an object.
type component struct {
	object    int32
	transform int32 // index into transforms, or −1 for none
}

// A transform is a placement p → p·M of row vectors: three rows and the
// translation, row by row, as 3MF writes it.
type transform struct {
	m        [12]float64
	mirrored bool // the determinant is negative
}

// addTransform checks the matrix m and returns its index; −1 for the
// identity. ok is false for a matrix that is no placement.
func (a *assembly) addTransform(m [12]float64) (index int32, ok bool) {
	if m == identityMatrix {
		return -1, true
	}
	for _, v := range m {
		if !(math.Abs(v) <= transformLimit) {
			return 0, false
		}
	}
	rows := [3]r3.Vector{{X: m[0], Y: m[1], Z: m[2]}, {X: m[3], Y: m[4], Z: m[5]}, {X: m[6], Y: m[7], Z: m[8]}}
	for i := range rows {
		n := rows[i].Norm()
		if n == 0 {
			return 0, false
		}
		rows[i] = rows[i].Mul(1 / n)
	}
	det := rows[0].Dot(rows[1].Cross(rows[2]))
	if math.Abs(det) < singularVolume {
		return 0, false
	}
	a.transforms = append(a.transforms, transform{m: m, mirrored: det < 0})
	return int32(len(a.transforms) - 1), true
}

// transformLimit bounds the entries of a transform: the farthest coordinate
// that is allowed, 1e9 mm, in the smallest unit.
const transformLimit = 1e12

// singularVolume is the volume of the parallelepiped of the normalised rows
// of a matrix below which it flattens what it places: rounding of single
// precision leaves 1e-7 of flat rows.
const singularVolume = 1e-6

var identityMatrix = [12]float64{0: 1, 4: 1, 8: 1}

var identityTransform = transform{m: identityMatrix}

// transformAt returns the transform of that index.
func (a *assembly) transformAt(index int32) *transform {
	if index < 0 {
		return &identityTransform
	}
	return &a.transforms[index]
}

// then returns the transform that applies t first and u afterwards.
func (t *transform) then(u *transform) transform {
	out := transform{mirrored: t.mirrored != u.mirrored}
	for row := range 4 {
		r := t.m[3*row : 3*row+3]
		for col := range 3 {
			sum := float64(r[0]*u.m[col]) + float64(r[1]*u.m[3+col]) + float64(r[2]*u.m[6+col])
			if row == 3 {
				sum += u.m[9+col]
			}
			out.m[3*row+col] = sum
		}
	}
	return out
}

// apply returns p·M.
func (t *transform) apply(p r3.Vector) r3.Vector {
	m := &t.m
	return r3.Vector{
		X: float64(p.X*m[0]) + float64(p.Y*m[3]) + float64(p.Z*m[6]) + m[9],
		Y: float64(p.X*m[1]) + float64(p.Y*m[4]) + float64(p.Z*m[7]) + m[10],
		Z: float64(p.X*m[2]) + float64(p.Y*m[5]) + float64(p.Z*m[8]) + m[11],
	}
}

// extent is how much comes out of an object, all of it saturating.
type extent struct {
	nodes, instances, vertices, triangles int64
}

func (e extent) plus(o extent) extent {
	return extent{
		saturatingAdd(e.nodes, o.nodes), saturatingAdd(e.instances, o.instances),
		saturatingAdd(e.vertices, o.vertices), saturatingAdd(e.triangles, o.triangles),
	}
}

func saturatingAdd(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// walk states of an object.
const (
	walkNew uint8 = iota
	walkOpen
	walkDone
)

// measure refuses cycles and whatever the build cannot have, and checks that
// what the roots build is within the limits. Its cost is that of the graph,
// not of what the graph expands to. With all, objects that the roots do not
// reach are looked at for cycles too.
func (a *assembly) measure(roots []component, all bool) error {
	w := assemblyWalk{assembly: a, state: make([]uint8, len(a.objects)), extents: make([]extent, len(a.objects))}
	a.total = extent{}
	for _, root := range roots {
		if err := w.visit(root.object); err != nil {
			return err
		}
		a.total = a.total.plus(w.extents[root.object])
		if err := a.checkExtent(a.total); err != nil {
			return err
		}
	}
	for object := range a.objects {
		if !all {
			break
		}
		if err := w.visit(int32(object)); err != nil {
			return err
		}
	}
	return nil
}

// nodesPerInstance bounds how many groups may stand around the meshes that
// are placed.
const nodesPerInstance = 10

func (a *assembly) checkExtent(e extent) error {
	l := a.limits
	switch {
	case e.instances > int64(l.Instances) || e.nodes > nodesPerInstance*int64(l.Instances):
		return refuse(a.format, CodeLimitInstances, "", "the file places more than %d objects", l.Instances)
	case e.triangles > int64(l.Triangles):
		return refuse(a.format, CodeLimitTriangles, "", "the placed objects have more than %d triangles; reduce the part or raise the limit", l.Triangles)
	case e.vertices > 3*int64(l.Triangles):
		return refuse(a.format, CodeLimitVertices, "", "the placed objects have more than %d vertices", 3*l.Triangles)
	}
	return nil
}

// An assemblyWalk visits each object once, its components first.
type assemblyWalk struct {
	*assembly
	state   []uint8
	extents []extent
	stack   []walkFrame
}

type walkFrame struct {
	object int32
	next   int // component to look at
}

func (w *assemblyWalk) visit(root int32) error {
	if w.state[root] == walkDone {
		return nil
	}
	if err := w.enter(root); err != nil {
		return err
	}
	for len(w.stack) > 0 {
		f := &w.stack[len(w.stack)-1]
		o := &w.objects[f.object]
		if f.next == o.components.end {
			w.leave(f.object)
			continue
		}
		child := w.components[f.next].object
		f.next++
		switch w.state[child] {
		case walkNew:
			if err := w.enter(child); err != nil {
				return err
			}
		case walkOpen:
			return w.cycle(child)
		}
	}
	return nil
}

func (w *assemblyWalk) enter(object int32) error {
	o := &w.objects[object]
	if o.refusal != nil && o.use != useSupport && o.use != useOther {
		return o.refusal
	}
	if len(w.stack) >= w.limits.ObjectDepth {
		return refuse(w.format, CodeLimitDepth, o.label, "objects are nested more than %d deep", w.limits.ObjectDepth)
	}
	w.state[object] = walkOpen
	w.stack = append(w.stack, walkFrame{object, o.components.start})
	return nil
}

func (w *assemblyWalk) leave(object int32) {
	o := &w.objects[object]
	e := extent{nodes: 1}
	if o.components.len() == 0 && o.use <= useSurface {
		e.instances, e.vertices, e.triangles = 1, int64(o.vertices.len()), int64(o.triangles.len())
	}
	for _, c := range w.components[o.components.start:o.components.end] {
		e = e.plus(w.extents[c.object])
	}
	w.extents[object] = e
	w.state[object] = walkDone
	w.stack = w.stack[:len(w.stack)-1]
}

// cycle words the way from an object back to itself.
func (w *assemblyWalk) cycle(object int32) error {
	const most = 8
	var path []string
	start := len(w.stack) - 1
	for w.stack[start].object != object {
		start--
	}
	for _, f := range w.stack[start:] {
		if len(path) == most {
			path = append(path, "…")
			break
		}
		path = append(path, w.objects[f.object].label)
	}
	path = append(path, w.objects[object].label)
	return refuse(w.format, CodeComponentCycle, w.objects[object].label,
		"an object contains itself: %s; export the file again", strings.Join(path, " → "))
}

// repeated counts the components that place an object exactly where another
// component of the same list places it, items among them.
func (a *assembly) repeated(items []component) int {
	n := countRepeated(a, items)
	for i := range a.objects {
		c := a.objects[i].components
		n += countRepeated(a, a.components[c.start:c.end])
	}
	return n
}

func countRepeated(a *assembly, list []component) int {
	compare := func(c, d component) int {
		if o := cmp.Compare(c.object, d.object); o != 0 || c.transform == d.transform {
			return o
		}
		t, u := a.transformAt(c.transform), a.transformAt(d.transform)
		return slices.Compare(t.m[:], u.m[:])
	}
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, compare)
	return len(sorted) - len(slices.CompactFunc(sorted, func(c, d component) bool { return compare(c, d) == 0 }))
}

// placement is what place counted.
type placement struct {
	supports int // meshes left out
	others   int
	surfaces int // meshes placed that enclose nothing by their own declaration
}

// place builds the meshes that the roots place. measure must have accepted
// them.
func (a *assembly) place(b *builder, roots []component) (placement, error) {
	var (
		count placement
		stack []placeFrame
	)
	b.vertices = slices.Grow(b.vertices, int(a.total.vertices))
	b.triangles = slices.Grow(b.triangles, int(a.total.triangles))
	enter := func(c component, outer *transform, name string) error {
		o := &a.objects[c.object]
		f := placeFrame{object: o, next: o.components.start, name: o.name, transform: *outer}
		if c.transform >= 0 {
			f.transform = a.transforms[c.transform].then(outer)
		}
		if f.name == "" {
			f.name = name
		}
		if o.components.len() == 0 {
			return a.placeMesh(b, &f, &count)
		}
		stack = append(stack, f)
		return nil
	}
	for _, root := range roots {
		if err := enter(root, &identityTransform, ""); err != nil {
			return count, err
		}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.next == f.object.components.end {
				stack = stack[:len(stack)-1]
				continue
			}
			f.next++
			outer := f.transform
			if err := enter(a.components[f.next-1], &outer, f.name); err != nil {
				return count, err
			}
		}
	}
	return count, nil
}

type placeFrame struct {
	object    *assemblyObject
	next      int // component to place
	transform transform
	name      string // of the object, or of the innermost group around it that has one
}

func (a *assembly) placeMesh(b *builder, f *placeFrame, count *placement) error {
	o, t := f.object, &f.transform
	switch o.use {
	case useSupport:
		count.supports++
		return nil
	case useOther:
		count.others++
		return nil
	case useSurface:
		count.surfaces++
	}
	b.beginSolid(f.name)
	base := uint32(len(b.vertices))
	plain := t.m == identityMatrix
	place := func() string { return o.label }
	for _, p := range a.vertices[o.vertices.start:o.vertices.end] {
		if !plain {
			p = t.apply(p)
		}
		if err := b.addVertex(p.X, p.Y, p.Z, place); err != nil {
			return err
		}
	}
	for _, v := range a.triangles[o.triangles.start:o.triangles.end] {
		if t.mirrored {
			v[1], v[2] = v[2], v[1]
		}
		if err := b.addTriangle(base+v[0], base+v[1], base+v[2]); err != nil {
			return err
		}
	}
	return nil
}
