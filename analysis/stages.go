package analysis

import (
	"context"
	"slices"

	"github.com/partgauge/partgauge/mesh"
)

// stages runs the analysis from the bytes of the file to the verdict.
func (r *run) stages(read func(context.Context) ([]byte, error)) error {
	r.planEffort()
	var original, optimized *body
	err := r.stage(StageRead, func() (err error) {
		original, err = r.read(read)
		return err
	})
	if err != nil {
		return err
	}
	pending := r.startHull(original.mesh)
	defer pending.stop()
	if err := r.stage(StageMeasure, func() error { return r.measure(original) }); err != nil {
		return err
	}
	if r.runs(StageClean) {
		err := r.stage(StageClean, func() (err error) {
			optimized, err = r.clean(original)
			return err
		})
		if err != nil {
			return err
		}
	}
	var hull *mesh.Hull // of the mesh that is judged
	if r.runs(StageHull) {
		err := r.stage(StageHull, func() (err error) {
			hull, err = r.hulls(original, optimized, pending)
			return err
		})
		if err != nil {
			return err
		}
	}
	if optimized == nil {
		return nil
	}
	return r.judge(original, optimized, hull)
}

// planEffort sums up what is to be done.
func (r *run) planEffort() {
	r.total = effort[StageRead] + effort[StageMeasure]
	for _, s := range r.opts.Stages {
		r.total += effort[s]
	}
	if r.needsTree() {
		r.total += effort[StageTree]
	}
}

func (r *run) needsTree() bool { return r.runs(StageSelfIntersections) || r.runs(StageThickness) }

// read gets the bytes and reads the model in them.
func (r *run) read(read func(context.Context) ([]byte, error)) (*body, error) {
	data, err := read(r.ctx)
	if err != nil {
		return nil, err
	}
	r.report.Bytes = int64(len(data))
	sum := make(chan string, 1)
	go func() { sum <- digest(data) }()
	file, err := mesh.Read(r.ctx, data, mesh.ReadOptions{Unit: r.opts.Unit, Limits: r.opts.Limits})
	r.report.SHA256 = <-sum
	if err != nil {
		return nil, err
	}
	r.report.Format = file.Format
	r.report.Unit = file.Unit
	r.report.Solids = file.Solids
	r.report.SolidCount = file.SolidCount
	r.warn(file.Warnings)
	return &body{mesh: file.Mesh}, nil
}

// warn adds warnings, each code and message once.
func (r *run) warn(warnings []mesh.Warning) {
	for _, w := range warnings {
		if !slices.Contains(r.report.Warnings, w) {
			r.report.Warnings = append(r.report.Warnings, w)
		}
	}
}

// measure measures the mesh as it came and refuses what is no solid.
func (r *run) measure(original *body) error {
	measured, err := measure(r.ctx, original.mesh, r.opts.Threads)
	if err != nil {
		return err
	}
	*original = *measured
	warnings, err := mesh.CheckSolid(measured.mesh, measured.topology, measured.measures)
	if err != nil {
		return err
	}
	r.warn(warnings)
	r.report.Original = measured.report()
	return nil
}

// clean makes the mesh that is judged: welded, without duplicates. It is the
// place where repair will follow.
func (r *run) clean(original *body) (*body, error) {
	m, topology, done, err := mesh.Clean(r.ctx, original.mesh, original.topology, r.opts.Threads)
	if err != nil {
		return nil, err
	}
	optimized := original
	if done.Changed() {
		if optimized, err = measureWith(r.ctx, m, topology, r.opts.Threads); err != nil {
			return nil, err
		}
	}
	r.report.Optimized = optimized.report()
	return optimized, nil
}

// hulls measures the hull of both meshes, once where they are the same, and
// returns that of the one that is judged.
func (r *run) hulls(original, optimized *body, pending *pendingHull) (*mesh.Hull, error) {
	hull, err := pending.wait()
	if err != nil {
		return nil, err
	}
	r.report.Original.ConvexHullVolume = &hull.Volume
	if optimized == nil {
		return hull, nil
	}
	if optimized != original {
		if hull, err = mesh.ConvexHull(r.ctx, optimized.mesh); err != nil {
			return nil, err
		}
	}
	r.report.Optimized.ConvexHullVolume = &hull.Volume
	return hull, nil
}
