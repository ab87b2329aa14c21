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
// because rounding has made triangles meet that had not. Each round must have
// fewer to do than the one before.
const unionRounds = 8

// unionGrids are the distances, in units of the box diagonal, to which vertices
// are rounded one after the other where the union of what is given cannot be
// had. Half of each is below the tolerance of Clean. Faces that should lie in one plane and miss it by a
// rounding error meet everywhere at distances that double precision cannot
// tell; on the grid they miss it by millions of steps.
var unionGrids = [...]float64{0, 1.0 / (1 << 36), 1.0 / (1 << 25), 1.0 / (1 << 23)}

// unite replaces the surface by that of the union of the bodies it encloses,
// or says in the report why it is left as it is.
func (r *repairer) unite() (change, error) {
	before := *r
	var refused errUnion
	for _, grid := range unionGrids {
		done, err := r.uniteOn(grid * r.mesh.Bounds().Diagonal())
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
	for range unionRounds {
		before := r.mesh
		if limit, err = r.uniteOnce(limit, &done); err != nil {
			return done, err
		}
		if r.mesh == before && grid > 0 {
			return done, r.settleUnion()
		}
		if r.mesh == before {
			return done, nil
		}
	}
	return done, errUnstableUnion
}

// onGrid rounds the vertices to multiples of a power of two, not above grid.
func onGrid(m *Mesh, grid float64) *Mesh {
	_, exponent := math.Frexp(grid)
	step := math.Ldexp(1, exponent-1)
	out := withTriangles(m)
	out.Vertices = make([]r3.Vector, len(m.Vertices))
	for i, p := range m.Vertices {
		out.Vertices[i] = r3.Vector{
			X: math.Round(p.X/step) * step, Y: math.Round(p.Y/step) * step, Z: math.Round(p.Z/step) * step,
		}
	}
	return out
}

// uniteOnce makes the union of the mesh, if it is another one, unless more
// than limit pairs of triangles meet. It returns how many pairs a next time
// may meet.
func (r *repairer) uniteOnce(limit int, done *change) (int, error) {
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
	if u.isUnited(a, list, done) {
		return 0, nil
	}
	if err := r.takeUnion(a, list, of); err != nil {
		return 0, err
	}
	return max(len(u.pairs)-1, 0), nil
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
	m := weldExact(a.points.at, kept)
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
