package analysis

import (
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// judge runs the stages that need the hierarchy, and the criteria.
func (r *run) judge(b *body) error {
	var tree *mesh.BVH
	if r.needsTree() {
		err := r.stage(StageTree, func() (err error) {
			tree, err = mesh.NewBVH(r.ctx, b.mesh, mesh.BVHOptions{Threads: r.opts.Threads})
			return err
		})
		if err != nil {
			return err
		}
	}
	if r.runs(StageSelfIntersections) {
		if err := r.stage(StageSelfIntersections, func() error { return r.intersections(b, tree) }); err != nil {
			return err
		}
	}
	if r.runs(StageThickness) {
		if err := r.stage(StageThickness, func() error { return r.walls(b, tree) }); err != nil {
			return err
		}
	}
	return nil
}

// intersections counts the pairs of triangles that cross.
func (r *run) intersections(b *body, tree *mesh.BVH) error {
	found, err := tree.SelfIntersections(r.ctx, mesh.SelfIntersectionOptions{Threads: r.opts.Threads})
	if err != nil {
		return err
	}
	r.report.Optimized.SelfIntersections = &found.Count
	if found.Capped {
		r.limit("selfIntersections: more than %d pairs, the rest was not counted", found.Count)
	}
	return nil
}

// walls measures walls and clearances and evaluates them for the limits asked
// for.
func (r *run) walls(b *body, tree *mesh.BVH) error {
	opts := r.opts.Sampling
	opts.Threads = r.opts.Threads
	samples, err := printability.Measure(r.ctx, b.mesh, tree, b.volume(), opts)
	if err != nil {
		return err
	}
	r.report.LimitsHit = append(r.report.LimitsHit, samples.LimitsHit()...)
	r.report.Thickness = samples.Evaluate(r.opts.MinWall, r.opts.OptimalWall, r.opts.Rules)
	r.report.Gaps = samples.EvaluateGaps(r.opts.GapLimit, r.opts.Rules)
	return nil
}
