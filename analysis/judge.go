package analysis

import (
	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// judge runs the stages that need the hierarchy, and the criteria, on
// optimized.
func (r *run) judge(original, optimized *body, hull *mesh.Hull) error {
	facts := printability.Facts{MinimumSize: r.opts.MinimumSize}
	facts.Original = original.facts()
	facts.Optimized = facts.Original
	if optimized != original {
		facts.Optimized = optimized.facts()
	}
	var tree *mesh.BVH
	if r.needsTree() {
		err := r.stage(StageTree, func() (err error) {
			tree, err = mesh.NewBVH(r.ctx, optimized.mesh, mesh.BVHOptions{Threads: r.opts.Threads})
			return err
		})
		if err != nil {
			return err
		}
	}
	var crossing *mesh.SelfIntersections
	if r.runs(StageSelfIntersections) {
		err := r.stage(StageSelfIntersections, func() (err error) {
			crossing, facts.Optimized.Intersecting, err = r.intersections(optimized, tree)
			return err
		})
		if err != nil {
			return err
		}
	}
	if r.runs(StageThickness) {
		err := r.stage(StageThickness, func() (err error) {
			facts.Walls, facts.Gaps, err = r.walls(optimized, tree, crossing)
			return err
		})
		if err != nil {
			return err
		}
	}
	if r.runs(StageFit) && r.opts.Chamber != nil {
		err := r.stage(StageFit, func() (err error) {
			facts.Chamber, err = r.fit(hull)
			return err
		})
		if err != nil {
			return err
		}
	}
	if !r.runs(StageCriteria) {
		return nil
	}
	return r.stage(StageCriteria, func() error {
		facts.SharpEdges = printability.FindSharpEdges(optimized.mesh, optimized.topology, r.opts.SharpEdges)
		r.report.Criteria, r.report.Status = printability.Judge(&facts)
		return nil
	})
}

// intersections finds and counts the pairs of triangles that cross.
func (r *run) intersections(b *body, tree *mesh.BVH) (*mesh.SelfIntersections, *printability.Intersections, error) {
	found, err := tree.SelfIntersections(r.ctx, mesh.SelfIntersectionOptions{Threads: r.opts.Threads})
	if err != nil {
		return nil, nil, err
	}
	r.report.Optimized.SelfIntersections = &found.Count
	if found.Capped {
		r.limit("selfIntersections: there are more than %d pairs; the rest was not counted", found.Count)
	}
	facts, betweenShells := b.intersections(&found)
	if betweenShells {
		r.warn([]mesh.Warning{{
			Code:    mesh.CodeOverlappingShells,
			Message: "bodies overlap: the volume is the sum of all of them, so what they share counts twice; unite them",
		}})
	}
	return &found, facts, nil
}

// walls measures walls and clearances and evaluates them for the limits asked
// for.
func (r *run) walls(b *body, tree *mesh.BVH, crossing *mesh.SelfIntersections) (*printability.Walls, *printability.Gaps, error) {
	opts := r.opts.Sampling
	opts.Threads = r.opts.Threads
	opts.Progress = func(fraction float64) { r.progress(StageThickness, fraction) }
	part := printability.Part{Mesh: b.mesh, BVH: tree, Volume: b.volume(), Topology: b.topology, Intersections: crossing}
	samples, err := printability.Measure(r.ctx, part, opts)
	if err != nil {
		return nil, nil, err
	}
	r.report.LimitsHit = append(r.report.LimitsHit, samples.LimitsHit()...)
	r.report.Thickness = samples.Evaluate(r.opts.MinWall, r.opts.OptimalWall, r.opts.Rules)
	r.report.Gaps = samples.EvaluateGaps(r.opts.GapLimit, r.opts.Rules)
	return r.report.Thickness, r.report.Gaps, nil
}

// fit tries the part in the chamber.
func (r *run) fit(hull *mesh.Hull) (*fit.Result, error) {
	c := r.opts.Chamber
	chamber := fit.Chamber{W: c[0], D: c[1], H: c[2], Clearance: r.opts.ChamberClearance}
	return fit.Fit(r.ctx, hull, chamber, fit.Options{KeepOrientation: r.opts.KeepOrientation})
}
