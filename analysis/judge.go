package analysis

import (
	"errors"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
	"github.com/partgauge/partgauge/printability"
)

// measureConcaveHull measures the concave hull of a closed surface. That it
// would take too many samples is a limit that was hit, no failure.
func (r *run) measureConcaveHull() error {
	if !r.optimized.measures.HasVolume {
		return nil
	}
	opts := mesh.ConcaveHullOptions{MaxEdge: r.opts.ConcaveHullEdge, Threads: r.opts.Threads}
	found, err := mesh.ConcaveHullVolume(r.ctx, r.optimized.mesh, r.hull, r.tree, opts)
	var refused *mesh.Error
	switch {
	case errors.As(err, &refused) && (refused.Code == mesh.CodeLimitResolution || refused.Code == mesh.CodeOpenSurface):
		r.limit("concaveHull: %s", refused.Reason)
		return nil
	case err != nil:
		return err
	}
	r.report.ConcaveHull = &ConcaveHull{
		Method: found.Method, Error: found.Error,
		Samples: found.Samples, Spacing: found.Spacing, Tetrahedra: found.Tetrahedra,
	}
	r.report.Optimized.ConcaveHullVolume = &found.Volume
	if r.optimized == r.original {
		r.report.Original.ConcaveHullVolume = &found.Volume
	}
	return nil
}

// findIntersections finds and counts the pairs of triangles that cross.
func (r *run) findIntersections() error {
	found, err := r.tree.SelfIntersections(r.ctx, mesh.SelfIntersectionOptions{Threads: r.opts.Threads})
	if err != nil {
		return err
	}
	r.crossing = &found
	r.report.Optimized.SelfIntersections = &found.Count
	if r.optimized == r.original {
		r.report.Original.SelfIntersections = &found.Count
	}
	if found.Capped {
		r.limit("selfIntersections: there are more than %d pairs; the rest was not counted", found.Count)
	}
	if r.optimized.crossesShells(&found) {
		r.warn(mesh.Warning{
			Code:    mesh.CodeOverlappingShells,
			Message: "bodies overlap: the volume is the sum of all of them, so what they share counts twice; unite them",
		})
	}
	return nil
}

// measureWalls measures walls and clearances and evaluates them for the limits
// asked for.
func (r *run) measureWalls() error {
	opts := r.opts.Sampling
	opts.Threads = r.opts.Threads
	opts.Progress = func(fraction float64) { r.progress(StageThickness, fraction) }
	b := r.optimized
	part := printability.Part{Mesh: b.mesh, BVH: r.tree, Volume: b.volume(), Topology: b.topology, Intersections: r.crossing}
	samples, err := printability.Measure(r.ctx, part, opts)
	if err != nil {
		return err
	}
	if !r.seeksTrapped() {
		r.tree = nil // make room: the samples are evaluated without it
	}
	r.samples = samples
	r.report.LimitsHit = append(r.report.LimitsHit, samples.LimitsHit()...)
	return r.evaluate(samples)
}

// evaluate looks at the samples for walls, gaps and holes, side by side: each
// has stretches that keep only one processor busy.
func (r *run) evaluate(samples *printability.Samples) error {
	looks := []func(){
		func() { r.report.Thickness = samples.Evaluate(r.opts.MinWall, r.opts.OptimalWall, r.opts.Rules) },
		func() { r.report.Gaps = samples.EvaluateGaps(r.opts.GapLimit, r.opts.Rules) },
	}
	if limit := r.opts.Process.HoleDiameter; limit > 0 {
		looks = append(looks, func() { r.holes = samples.EvaluateHoles(limit, r.opts.Rules) })
	}
	return parallel.ForEach(r.ctx, r.threads(), len(looks), func(i int) { looks[i]() })
}

// measureSupport measures the support of the part as it stands in the file.
func (r *run) measureSupport() (err error) {
	part := orient.Part{Mesh: r.optimized.mesh, Hull: r.hull, BVH: r.tree}
	r.report.Support, err = orient.Support(r.ctx, part, r3.Vector{Z: 1}, r.opts.Threads)
	return err
}

// fit tries the part in the chamber.
func (r *run) fit() (err error) {
	c := r.opts.Chamber
	chamber := fit.Chamber{W: c[0], D: c[1], H: c[2], Clearance: r.opts.ChamberClearance}
	r.chamber, err = fit.Fit(r.ctx, r.hull, chamber, fit.Options{KeepOrientation: r.opts.KeepOrientation})
	return err
}

// findTrapped finds hollows that powder or resin does not leave.
func (r *run) findTrapped() error {
	b := r.optimized
	r.trapped = printability.FindCavities(b.measures.Shells)
	opts := printability.HollowOptions{Diameter: r.opts.Process.EscapeDiameter, Threads: r.opts.Threads}
	if r.hull != nil && b.measures.Bodies == 1 && r.crossing != nil && r.crossing.Count == 0 {
		opts.HullVolume = r.hull.Volume
	}
	part := printability.Part{Mesh: b.mesh, BVH: r.tree, Volume: b.volume()}
	if err := r.trapped.FindHollows(r.ctx, part, opts); err != nil {
		return err
	}
	if r.trapped.Limit != "" {
		r.limit("%s", r.trapped.Limit)
	}
	return nil
}

// judge turns what was found into criteria and the verdict.
func (r *run) judge() error {
	facts := printability.Facts{
		Original:    r.original.facts(),
		Walls:       r.report.Thickness,
		Gaps:        r.report.Gaps,
		Holes:       r.holes,
		Trapped:     r.trapped,
		SharpEdges:  printability.FindSharpEdges(r.optimized.mesh, r.optimized.topology, r.opts.SharpEdges),
		Chamber:     r.chamber,
		MinimumSize: r.opts.MinimumSize,
		Technology:  r.opts.Technology,
		Process:     r.opts.Process,
	}
	if mended := r.report.Repair; mended != nil {
		facts.LargestFilled = mended.LargestFilled
	}
	if err := r.lookAtPose(&facts); err != nil {
		return err
	}
	facts.Optimized = facts.Original
	if r.optimized != r.original {
		facts.Optimized = r.optimized.facts()
	}
	if r.crossing != nil {
		facts.Optimized.Intersecting = r.optimized.crossings(r.crossing)
	}
	r.report.Criteria, r.report.Status = printability.Judge(&facts)
	return nil
}

// lookAtPose finds what the criteria about the pose and the whole shape of the
// part are judged on, as far as they have limits.
func (r *run) lookAtPose(facts *printability.Facts) (err error) {
	b, p := r.optimized, &r.opts.Process
	if p.OverhangAngle > 0 {
		facts.Overhangs = printability.FindOverhangs(b.mesh, b.topology, p.OverhangAngle)
	}
	if p.TippingAngle > 0 || p.Slenderness > 0 && p.OnPlate {
		var center *r3.Vector
		if b.measures.HasMass {
			center = &b.measures.CenterOfMass
		}
		if facts.Stance, err = printability.FindStance(r.ctx, b.mesh, center); err != nil {
			return err
		}
	}
	if b.measures.HasMass {
		if edges, ok := printability.EquivalentCuboid(b.measures.Volume, b.measures.Inertia); ok {
			facts.Cuboid = &edges
		}
	}
	return nil
}
