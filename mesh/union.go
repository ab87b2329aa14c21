package mesh

import (
	"errors"
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// An errUnion is why a union is not made.
type errUnion string

func (e errUnion) Error() string { return string(e) }

const (
	errOpenUnion     errUnion = "the surface is not closed"
	errManyPairs     errUnion = "more than a million pairs of triangles meet"
	errUnstableUnion errUnion = "faces meet at distances that cannot be told from rounding"
	errUnbalanced    errUnion = "the parts of the surface do not fit together"
	errEmptyUnion    errUnion = "the surface encloses nothing"
)

// isFinal reports whether other coordinates would not help.
func (e errUnion) isFinal() bool {
	return e == errOpenUnion || e == errManyPairs || e == errEmptyUnion
}

// unionRounds bounds how often the union is made anew of its own result,
// because rounding has made triangles meet that had not. In each round fewer
// pairs must meet than in the one before, or few.
const (
	unionRounds   = 8
	fewUnionPairs = 64
)

// unionGrids are the distances, in units of the box diagonal, to which vertices
// are rounded one after the other where the union of what is given cannot be
// had. Half of each is below the tolerance of Clean.
//
// Faces that should lie in one plane and miss it by a rounding error meet
// everywhere, at distances that double precision cannot tell; on a grid they
// miss it by thousands of steps of double precision and more.
var unionGrids = [...]float64{0, 1.0 / (1 << 36), 1.0 / (1 << 25), 1.0 / (1 << 23)}

// unite replaces the surface by that of the union of the bodies it encloses,
// or says in the report why it is left as it is.
func (r *repairer) unite() (change, error) {
	r.turned = nil // which way round shells are has been decided
	before := *r
	var refused errUnion
	for _, grid := range unionGrids {
		done, err := r.uniteOn(grid * r.mesh.Bounds().Diagonal())
		if err == nil && (before.mesh.SinglePrecision || r.opts.Single) && r.mesh != before.mesh {
			err = r.uniteInSingle()
		}
		if !errors.As(err, &refused) {
			return done, err
		}
		*r = before
		if refused.isFinal() {
			break
		}
	}
	r.report.RefusedUnion = string(refused)
	return change{}, nil
}

// uniteOn makes the union with vertices rounded to a grid, unless that is 0.
func (r *repairer) uniteOn(grid float64) (done change, err error) {
	if !r.topology.Watertight() || !r.topology.Balanced {
		return done, errOpenUnion
	}
	if grid > 0 {
		if err := r.take(onGrid(r.mesh, grid), nil); err != nil {
			return done, err
		}
	}
	limit := maxUnionPairs
	var again change // what rounding made necessary is no concern of the report
	for round := range unionRounds {
		before, note := r.mesh, &done
		if round > 0 {
			note = &again
		}
		if limit, err = r.uniteOnce(limit, round > 0 || grid > 0, note); err != nil {
			return done, err
		}
		if r.mesh == before {
			if grid > 0 {
				err = r.settleUnion()
			}
			return done, err
		}
	}
	return done, errUnstableUnion
}

// singleGrids are the distances, in units of the largest coordinate, to whose
// powers of two a union of single precision is rounded one after the other: by
// each number's own precision, then by four steps of the largest.
var singleGrids = [...]float64{0, 4 * singleStep}

// uniteInSingle rounds a union to single precision if it can be a union there:
// what is written to a file of that precision is then the same.
func (r *repairer) uniteInSingle() error {
	double := *r
	box := r.mesh.Bounds()
	reach := max(largestComponent(box.Min), largestComponent(box.Max))
	const least = 0x1p-100 // above which the steps are numbers of single precision
	if reach > math.MaxFloat32 || reach < least {
		return nil
	}
	for _, grid := range singleGrids {
		err := r.uniteInSteps(grid * reach)
		var refused errUnion
		if !errors.As(err, &refused) {
			return err
		}
		*r = double
	}
	return nil
}

// uniteInSteps rounds a union to single precision, or to multiples of a power
// of two not above step, and makes the union anew until it stays.
func (r *repairer) uniteInSteps(step float64) error {
	var again change
	limit := maxUnionPairs
	for range unionRounds {
		m := onGrid(r.mesh, step)
		if err := r.takeWelded(m.Vertices, m.Triangles, true); err != nil {
			return err
		}
		rounded := r.mesh
		var err error
		if limit, err = r.uniteOnce(limit, true, &again); err != nil || r.mesh == rounded {
			return err
		}
	}
	return errUnstableUnion
}

// onGrid rounds the vertices to multiples of a power of two, not above grid, or
// to single precision if grid is 0.
func onGrid(m *Mesh, grid float64) *Mesh {
	round := func(x float64) float64 { return float64(float32(x)) }
	if grid > 0 {
		_, exponent := math.Frexp(grid)
		step := math.Ldexp(1, exponent-1)
		round = func(x float64) float64 { return math.Round(x/step) * step }
	}
	out := withTriangles(m)
	out.Vertices = make([]r3.Vector, len(m.Vertices))
	for i, p := range m.Vertices {
		out.Vertices[i] = r3.Vector{X: round(p.X), Y: round(p.Y), Z: round(p.Z)}
	}
	return out
}

// uniteOnce makes the union of the mesh, if it is another one, unless more
// than limit pairs of triangles meet. It returns how many pairs a next time
// may meet. If strict is set, a mesh with triangles without area is no union.
func (r *repairer) uniteOnce(limit int, strict bool, done *change) (int, error) {
	u, err := newMeshUnion(r.ctx, r.mesh, r.opts.Threads)
	if err != nil {
		return 0, err
	}
	if len(u.tree.faces) == 0 {
		return 0, errEmptyUnion
	}
	a, err := u.arrange(limit)
	if err != nil {
		return 0, err
	}
	a.dropCancelled()
	list, of, err := u.patches(a)
	if err != nil {
		return 0, err
	}
	if u.isUnited(a, list, done) && !(strict && u.hasFlat()) {
		return 0, nil
	}
	if err := r.takeUnion(a, list, of); err != nil {
		return 0, err
	}
	return max(len(u.pairs)-1, fewUnionPairs), nil
}

// isUnited reports whether the mesh is its own union, and notes what is not.
func (u *meshUnion) isUnited(a *arrangement, list []surfacePatch, done *change) bool {
	before := done.count
	for _, f := range a.doubled {
		done.at(u.middle(f))
	}
	for i := range list {
		if !list[i].isBorder() {
			done.at(u.middle(list[i].from))
		}
	}
	if done.count > before {
		return false
	}
	// Bodies that touch along a part of an edge are cut there, so that they
	// have its ends in common.
	for _, pair := range u.pairs {
		if u.find.meet(pair[0], pair[1]) {
			done.at(u.middle(pair[0]))
		}
	}
	return done.count == before
}

// hasFlat reports whether the mesh has triangles that are lines or points.
func (u *meshUnion) hasFlat() bool { return slices.Contains(u.find.axis, noAxis) }

// middle returns the middle of a triangle of the mesh.
func (u *meshUnion) middle(f uint32) r3.Vector {
	a, b, c := u.mesh.Corners(int(f))
	return Scaled(a.Add(b).Add(c), 1.0/3)
}

// takeUnion makes a mesh of the patches that bound the union.
func (r *repairer) takeUnion(a *arrangement, list []surfacePatch, of []uint32) error {
	var kept []Triangle
	for f, t := range a.triangles {
		if list[of[f]].isBorder() {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		return errEmptyUnion
	}
	return r.takeWelded(a.points.at, kept, false)
}

// takeWelded takes a mesh without vertices at the same place, and mends what
// rounding may have done to it.
func (r *repairer) takeWelded(vertices []r3.Vector, triangles []Triangle, single bool) error {
	m := weldExact(vertices, triangles)
	m.SinglePrecision = single
	m.Triangles = slices.DeleteFunc(m.Triangles, func(t Triangle) bool { return isCollapsed(&t) })
	if err := r.take(m, nil); err != nil {
		return err
	}
	if err := r.settleUnion(); err != nil {
		return err
	}
	_, err := r.noise()
	return err
}

// settleUnion takes the steps that rounding may have made necessary.
func (r *repairer) settleUnion() error {
	if r.isClosedManifold() {
		return nil
	}
	for _, work := range []func() (change, error){
		r.folds, r.clean, r.flat, func() (change, error) { return r.split(false) },
	} {
		if _, err := work(); err != nil {
			return err
		}
	}
	if !r.isClosedManifold() {
		return errUnstableUnion
	}
	return nil
}

// isClosedManifold reports whether the surface is closed, manifold and turned
// alike.
func (r *repairer) isClosedManifold() bool {
	t := r.topology
	return t.Watertight() && t.Manifold() && t.Orientable() && len(t.Flipped)+len(t.Collapsed) == 0
}
