package mesh

import (
	"errors"
	"fmt"
	"slices"

	"github.com/golang/geo/r3"
)

// place words where a half-edge of an arrangement begins.
func (a *arrangement) place(h uint32) string {
	p := a.points.at[origin(a.triangles, h)]
	return fmt.Sprintf("%.6g, %.6g, %.6g", p.X, p.Y, p.Z)
}

// unionRounds bounds how often the union is made anew of its own result,
// because rounding has made triangles meet that had not.
const unionRounds = 8

// unite replaces the surface by that of the union of the bodies it encloses,
// or says in the report why it is left as it is.
func (r *repairer) unite() (change, error) {
	before := *r
	done, err := r.uniteRounds()
	var refused errUnion
	if errors.As(err, &refused) {
		*r = before
		r.report.RefusedUnion = string(refused)
		return change{}, nil
	}
	return done, err
}

func (r *repairer) uniteRounds() (change, error) {
	var done change
	if !r.topology.Watertight() || !r.topology.Balanced {
		return done, errUnion("the surface is not closed")
	}
	for range unionRounds {
		before := r.mesh
		if err := r.uniteOnce(&done); err != nil {
			return done, err
		}
		if r.mesh == before {
			return done, nil
		}
	}
	return done, errUnion("rounding makes new triangles meet again and again")
}

// uniteOnce makes the union of the mesh, if it is another one.
func (r *repairer) uniteOnce(done *change) error {
	u, err := newMeshUnion(r.ctx, r.mesh, r.opts.Threads)
	if err != nil {
		return err
	}
	a, err := u.arrange()
	if err != nil {
		return err
	}
	changed := a.dropCancelled()
	t, err := NewTopology(r.ctx, &Mesh{Vertices: u.points.at, Triangles: a.triangles}, r.opts.Threads)
	if err != nil {
		return err
	}
	list, of, err := u.patches(a, t)
	if err != nil {
		return err
	}
	if err := u.wind(a, list); err != nil {
		return err
	}
	for i := range list {
		if !list[i].isBorder() {
			done.at(a.middle(list[i].triangle))
			changed = true
		}
	}
	if !changed {
		// Bodies that touch along a part of an edge are cut there, so that
		// they have its ends in common.
		for _, pair := range u.pairs {
			if u.find.meet(pair[0], pair[1]) {
				done.at(r.middle(pair[0]))
				changed = true
			}
		}
	}
	if !changed {
		return nil
	}
	return r.takeUnion(a, list, of)
}

// takeUnion makes a mesh of the patches that bound the union.
func (r *repairer) takeUnion(a *arrangement, list []surfacePatch, of []uint32) error {
	vertices := slices.Clone(a.points.at)
	if r.mesh.SinglePrecision {
		for i := range vertices {
			vertices[i] = singlePoint(vertices[i])
		}
	}
	var kept []Triangle
	for f, t := range a.triangles {
		if list[of[f]].isBorder() {
			kept = append(kept, t)
		}
	}
	m := weldExact(vertices, kept)
	m.Triangles = slices.DeleteFunc(m.Triangles, func(t Triangle) bool { return isCollapsed(&t) })
	m.SinglePrecision = r.mesh.SinglePrecision
	if err := r.take(m, nil); err != nil {
		return err
	}
	return r.settleUnion()
}

// settleUnion takes the steps that rounding may have made necessary.
func (r *repairer) settleUnion() error {
	for _, work := range []func() (change, error){
		r.folds, r.clean, r.flat, func() (change, error) { return r.split(false) }, r.noise,
	} {
		if _, err := work(); err != nil {
			return err
		}
	}
	if !r.topology.Watertight() || !r.topology.Manifold() || !r.topology.Orientable() || len(r.topology.Flipped) > 0 {
		return errUnion("rounding tears the union open")
	}
	return nil
}

func singlePoint(p r3.Vector) r3.Vector {
	return r3.Vector{X: float64(float32(p.X)), Y: float64(float32(p.Y)), Z: float64(float32(p.Z))}
}
