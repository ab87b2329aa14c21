package analysis

import (
	"context"
	"slices"

	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// A run carries one analysis from stage to stage.
type run struct {
	ctx    context.Context
	opts   Options
	report *Report

	source    source
	original  *body
	pending   *pendingHull
	optimized *body      // that is judged; nil if nothing is
	hull      *mesh.Hull // of the optimized mesh, or of the original without one
	tree      *mesh.BVH  // of the optimized mesh
	crossing  *mesh.SelfIntersections
	holes     *printability.Holes
	samples   *printability.Samples
	chamber   *fit.Result
	trapped   *printability.Trapped

	done, total float64 // effort of the stages that have run, and of all
}

// A step is one stage of a run.
type step struct {
	stage  Stage
	wanted bool
	work   func() error
}

// steps returns the stages in their order.
func (r *run) steps() []step {
	trapped := r.runs(StageCriteria) && r.opts.Process.EscapeDiameter > 0
	tree := r.opts.ConcaveHull || r.runs(StageSelfIntersections) || r.runs(StageThickness) || trapped
	return []step{
		{StageRead, true, r.read},
		{StageMeasure, true, r.measure},
		{StageClean, r.runs(StageClean), r.clean},
		{StageTree, tree, r.buildTree},
		{StageSelfIntersections, r.runs(StageSelfIntersections), r.findIntersections},
		// The hull has been on its way since the file was read: who needs it
		// comes after this.
		{StageHull, r.runs(StageHull), r.measureHull},
		{StageConcaveHull, r.opts.ConcaveHull, r.measureConcaveHull},
		{StageThickness, r.runs(StageThickness), r.measureWalls},
		{StageSupport, r.runs(StageSupport), r.measureSupport},
		{StageFit, r.runs(StageFit) && r.opts.Chamber != nil, r.fit},
		{StageTrapped, trapped, r.findTrapped},
		{StageCriteria, r.runs(StageCriteria), r.judge},
	}
}

// stages runs the analysis from the bytes of the file to the verdict.
func (r *run) stages() error {
	defer func() {
		if r.pending != nil {
			r.pending.stop()
		}
	}()
	steps := r.steps()
	for _, s := range steps {
		if s.wanted {
			r.total += effort[s.stage]
		}
	}
	for _, s := range steps {
		if !s.wanted {
			continue
		}
		if err := r.stage(s.stage, s.work); err != nil {
			return err
		}
	}
	return nil
}

// read reads the model.
func (r *run) read() error {
	model, err := r.source(r.ctx, mesh.ReadOptions{Unit: r.opts.Unit, Limits: r.opts.Limits, Threads: r.opts.Threads})
	r.source = nil // which may hold the bytes of the file
	r.report.Bytes, r.report.SHA256 = model.bytes, model.sha256
	if err != nil {
		return err
	}
	file := model.file
	r.report.Format = file.Format
	r.report.Unit = file.Unit
	r.report.Solids = file.Solids
	r.report.SolidCount = file.SolidCount
	r.warn(file.Warnings...)
	r.original = &body{mesh: file.Mesh}
	r.pending = r.startHull(file.Mesh)
	return nil
}

// measure measures the mesh as it came and refuses what is no solid.
func (r *run) measure() error {
	b, err := measure(r.ctx, r.original.mesh, r.opts.Threads)
	if err != nil {
		return err
	}
	warnings, err := mesh.CheckSolid(b.mesh, b.topology, b.measures)
	if err != nil {
		return err
	}
	r.original = b
	r.warn(warnings...)
	r.report.Original = b.report()
	return nil
}

// clean makes the mesh that is judged: repaired, or only welded and without
// duplicates. A mesh that needs neither is the one that came.
func (r *run) clean() (err error) {
	if r.opts.Repair == RepairOff {
		r.optimized, err = r.cleaned()
	} else {
		r.optimized, err = r.repaired()
	}
	if err != nil {
		return err
	}
	r.report.Optimized = r.optimized.report()
	r.noteClosed()
	return nil
}

func (r *run) cleaned() (*body, error) {
	m, topology, done, err := mesh.Clean(r.ctx, r.original.mesh, r.original.topology, r.opts.Threads)
	if err != nil || !done.Changed() {
		return r.original, err
	}
	return measureWith(r.ctx, m, topology, r.opts.Threads)
}

func (r *run) repaired() (*body, error) {
	unite := r.opts.Repair == RepairUnion
	if !unite && mesh.IsSound(r.original.topology, r.original.measures) {
		r.report.Repair = r.original.nothingToMend()
		return r.original, nil
	}
	m, done, err := mesh.Repair(r.ctx, r.original.mesh, mesh.RepairOptions{Threads: r.opts.Threads, Union: unite})
	if err != nil {
		return nil, err
	}
	r.report.Repair = NewMending(done)
	if done.RefusedUnion != "" {
		r.limit("union: %s", done.RefusedUnion)
	}
	if !done.Changed {
		return r.original, nil
	}
	return measure(r.ctx, m, r.opts.Threads)
}

// noteClosed words the warning of an open surface anew where repair closed it.
func (r *run) noteClosed() {
	if !r.optimized.topology.Watertight() {
		return
	}
	message := "the surface in the file is open where vertices that belong together differ slightly; merging them closed it"
	if r.opts.Repair != RepairOff {
		message = "the surface in the file is open; repair closed it, and what is judged is the repaired part"
	}
	for i := range r.report.Warnings {
		if w := &r.report.Warnings[i]; w.Code == mesh.CodeOpenSurface {
			w.Message = message
		}
	}
}

// measureHull measures the hull of both meshes, once where they are the same.
func (r *run) measureHull() (err error) {
	if r.hull, err = r.pending.wait(); err != nil {
		return err
	}
	r.report.Original.ConvexHullVolume = &r.hull.Volume
	if r.optimized == nil {
		return nil
	}
	if r.optimized != r.original {
		if r.hull, err = mesh.ConvexHull(r.ctx, r.optimized.mesh); err != nil {
			return err
		}
	}
	r.report.Optimized.ConvexHullVolume = &r.hull.Volume
	return nil
}

func (r *run) buildTree() (err error) {
	r.tree, err = mesh.NewBVH(r.ctx, r.optimized.mesh, mesh.BVHOptions{Threads: r.opts.Threads})
	return err
}

// warn adds warnings, each code and message once.
func (r *run) warn(warnings ...mesh.Warning) {
	for _, w := range warnings {
		if !slices.Contains(r.report.Warnings, w) {
			r.report.Warnings = append(r.report.Warnings, w)
		}
	}
}
