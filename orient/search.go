package orient

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

const (
	// tie is by which part two scores may differ and still be equal.
	tie = 1e-3
	// apart is how far alternatives are from all better poses.
	apart = 5 * degree
	// searchColumns is how many columns a candidate gets.
	searchColumns = 6000
)

// isTied reports whether a score is as good as the best. Scores without unit
// that are mixed of several terms may be around zero; there a share of 2e-4 of
// the part's volume or surface makes no difference.
func (r *search) isTied(score, best float64) bool {
	const floor = 2e-4
	if r.opts.Objective != Height && r.opts.Objective != LeastPrice {
		best += floor
	}
	return isNear(score, best)
}

// isNear reports whether x is as small as the smallest.
func isNear(x, least float64) bool { return x <= least+float64(tie*math.Abs(least)) }

// A search is one look for the best pose.
type search struct {
	*estimator
	looked int // candidates estimated
	exact  int // candidates measured
}

// A measured candidate has its columns.
type measured struct {
	candidate
	pose Pose
	fits bool
}

func (r *search) run(ctx context.Context) (*Result, error) {
	candidates, err := r.candidates(ctx)
	if err != nil {
		return nil, err
	}
	baseline, err := r.measure(ctx, candidates[0])
	if err != nil {
		return nil, err
	}
	poses, exact, err := r.measureBest(ctx, candidates[1:], baseline)
	if err != nil {
		return nil, err
	}
	best := r.choose(poses)
	result := &Result{
		Objective: r.opts.Objective, CriticalAngle: r.opts.CriticalAngle,
		Pose: r.finish(best), Baseline: r.finish(baseline), Alternatives: []Pose{},
		CandidatesEvaluated: r.looked, CandidatesExact: r.exact, Exact: exact,
	}
	result.Gain = gainOf(&result.Pose, &result.Baseline)
	for _, m := range r.others(poses, best) {
		result.Alternatives = append(result.Alternatives, r.finish(m))
	}
	return result, ctx.Err()
}

// candidates estimates all candidates: the uploaded pose is the first, the
// others follow by falling promise.
func (r *search) candidates(ctx context.Context) ([]candidate, error) {
	directions, err := r.directions(ctx, r.opts)
	if err != nil {
		return nil, err
	}
	all, err := r.estimateAll(ctx, directions)
	if err != nil {
		return nil, err
	}
	if err := r.refine(ctx, &all); err != nil {
		return nil, err
	}
	rest := all[1:]
	if r.opts.Objective == LeastPrice {
		rankForPrice(rest)
		return all, nil
	}
	slices.SortStableFunc(rest, func(a, b candidate) int { return cmp.Compare(a.score, b.score) })
	// Of equally good ones those are looked at first that turn the part least.
	if len(rest) > 0 {
		equal := 1
		for equal < len(rest) && r.isTied(rest[equal].score, rest[0].score) {
			equal++
		}
		slices.SortStableFunc(rest[:equal], func(a, b candidate) int { return cmp.Compare(b.tilt(), a.tilt()) })
	}
	return all, nil
}

// rankForPrice sorts candidates so that little support and little height take
// turns: nothing is known of a price but that it rises with both.
func rankForPrice(all []candidate) {
	low := slices.Clone(all)
	slices.SortStableFunc(low, func(a, b candidate) int { return cmp.Compare(a.height, b.height) })
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.score, b.score) })
	little := slices.Clone(all)
	taken := make(map[int]bool, len(all))
	all = all[:0]
	for i := range little {
		for _, c := range [...]candidate{little[i], low[i]} {
			if !taken[c.order] {
				taken[c.order] = true
				all = append(all, c)
			}
		}
	}
}

func (r *search) estimateAll(ctx context.Context, directions []r3.Vector) ([]candidate, error) {
	all := make([]candidate, len(directions))
	err := parallel.ForEach(ctx, r.threads, len(directions), func(i int) { all[i] = r.estimate(directions[i]) })
	for i := range all {
		all[i].order = r.looked
		r.looked++
	}
	return all, err
}

// refine tilts the most promising candidates a little, as long as that helps,
// first by 3°, then by 1°, and adds what it finds.
func (r *search) refine(ctx context.Context, all *[]candidate) error {
	if !r.opts.tilts() {
		return nil
	}
	const (
		starts = 5
		steps  = 4 // of each size
	)
	order := slices.Clone(*all)
	slices.SortStableFunc(order, func(a, b candidate) int { return cmp.Compare(a.score, b.score) })
	for _, c := range order[:min(starts, len(order))] {
		at := c
		for _, size := range [...]float64{3 * degree, 1 * degree} {
			for range steps {
				next, err := r.bestNeighbour(ctx, at, size)
				if err != nil {
					return err
				}
				if next.score >= at.score-float64(tie*math.Abs(at.score)) {
					break
				}
				at = next
			}
		}
		if at.order != c.order {
			*all = append(*all, at)
		}
	}
	return nil
}

// bestNeighbour returns the best of six directions around that of c.
func (r *search) bestNeighbour(ctx context.Context, c candidate, angle float64) (candidate, error) {
	const neighbours = 6
	x, y := plane(c.up)
	sin, cos := math.Sincos(angle)
	around := make([]r3.Vector, neighbours)
	for k := range around {
		s, t := math.Sincos(2 * math.Pi * float64(k) / neighbours)
		side := mesh.Scaled(x, t).Add(mesh.Scaled(y, s))
		around[k] = mesh.Scaled(c.up, cos).Add(mesh.Scaled(side, sin)).Normalize()
	}
	all, err := r.estimateAll(ctx, around)
	if err != nil {
		return c, err
	}
	return slices.MinFunc(all, func(a, b candidate) int { return cmp.Compare(a.score, b.score) }), nil
}

// measureBest measures the most promising candidates, all that fit the chamber
// if one does, and returns them with the uploaded pose. The others cannot be
// better if it says exact.
func (r *search) measureBest(ctx context.Context, candidates []candidate, baseline measured) (poses []measured, exact bool, err error) {
	poses = append(poses, baseline)
	exact = true
	var misfits []candidate
	for i, c := range candidates {
		if r.beaten(c, poses) {
			continue
		}
		if r.exact > r.opts.Exact {
			exact = false
			break
		}
		if fits := r.fits(c.up); fits != nil && !fits.ZRotation {
			misfits = append(misfits, candidates[i])
			continue
		}
		m, err := r.measure(ctx, c)
		if err != nil {
			return nil, false, err
		}
		poses = append(poses, m)
	}
	if r.opts.Chamber != nil && !slices.ContainsFunc(poses, func(m measured) bool { return m.fits }) {
		return r.measureMisfits(ctx, misfits, poses)
	}
	return poses, exact, nil
}

// measureMisfits serves a part no candidate of which fits the chamber: it asks
// for a rotation that does, or goes on without the chamber.
func (r *search) measureMisfits(ctx context.Context, misfits []candidate, poses []measured) ([]measured, bool, error) {
	found, err := fit.Fit(ctx, r.hull, *r.opts.Chamber, fit.Options{})
	if err != nil {
		return nil, false, err
	}
	if found.Fits() {
		up := found.Matrix[2]
		r.looked++
		misfits = []candidate{r.estimate(r3.Vector{X: up[0], Y: up[1], Z: up[2]}.Normalize())}
	}
	for _, c := range misfits {
		if r.exact > r.opts.Exact {
			break
		}
		m, err := r.measure(ctx, c)
		if err != nil {
			return nil, false, err
		}
		poses = append(poses, m)
	}
	return poses, false, nil
}

// beaten reports whether a candidate cannot be among the poses that are
// returned: as many as are wanted are better, whatever its columns are. The
// uploaded pose counts if it fits.
func (r *search) beaten(c candidate, poses []measured) bool {
	if r.opts.Objective == LeastPrice {
		return false
	}
	better := 0
	for i := range poses {
		if poses[i].fits && !r.isTied(c.bound, poses[i].pose.Score) {
			better++
		}
	}
	return better > r.opts.Alternatives
}

// measure casts the columns of a candidate.
func (r *search) measure(ctx context.Context, c candidate) (measured, error) {
	r.exact++
	m := measured{candidate: c}
	p := &m.pose
	p.Direction = [3]float64{c.up.X + 0, c.up.Y + 0, c.up.Z + 0}
	p.Height = c.height
	p.BedArea = c.bed
	p.Stable, p.StabilityMargin = c.stable(), c.stance
	if c.area > 0 {
		o := r.overhangs(c.up, int(math.Ceil(r.opts.CriticalAngle)))
		h, err := r.histogram(ctx, o, searchColumns)
		if err != nil {
			return m, err
		}
		angle := r.opts.CriticalAngle
		m.held = c.held || c.footing() && r.holds(o)
		p.SupportVolume, p.SupportVolumeToBed = h.Volume(angle), h.VolumeToBed(angle)
		p.SupportArea, p.OverhangArea, p.SupportContactOnPart = h.Area(angle), h.Projected(angle), h.Contact(angle)
	}
	if r.opts.Objective == SLA {
		p.MaxCrossSection = r.largestSection(c.up, c.low, c.height)
	}
	p.Held = m.held
	p.Fits = r.fits(c.up)
	m.fits = p.Fits == nil || p.Fits.ZRotation
	m.candidate.area = p.SupportArea
	p.Score = r.scoreOf(&m.candidate, p.SupportVolume, p.SupportContactOnPart, p.MaxCrossSection)
	if r.opts.Objective == LeastPrice {
		full := r.finish(m)
		price, err := r.opts.Price(&full)
		if err != nil {
			return m, err
		}
		p.Score = price
	}
	return m, nil
}

// choose returns the best pose. Of equally good ones it takes those with the
// smallest box, if height is all that counts, or the lowest, if contact is,
// and of these the one that turns the part least.
func (r *search) choose(poses []measured) measured {
	equal := r.equals(poses)
	switch r.opts.Objective {
	case Height:
		equal = smallest(equal, func(m *measured) float64 { return r.tightBox(m.up, m.height) })
	case BedArea:
		equal = smallest(equal, func(m *measured) float64 { return m.height })
	}
	return slices.MinFunc(equal, func(a, b measured) int {
		const same = 1e-9
		if d := a.tilt() - b.tilt(); math.Abs(d) > same {
			return cmp.Compare(b.tilt(), a.tilt())
		}
		p, q := upright(a.up), upright(b.up)
		return slices.Compare(p[:], q[:])
	})
}

// equals returns the poses that are as good as the best. A pose that fits is
// better than any that does not.
func (r *search) equals(poses []measured) []measured {
	fits := slices.ContainsFunc(poses, func(m measured) bool { return m.fits })
	best := math.Inf(1)
	for i := range poses {
		if poses[i].fits == fits {
			best = min(best, poses[i].pose.Score)
		}
	}
	var equal []measured
	for _, m := range poses {
		if m.fits == fits && r.isTied(m.pose.Score, best) {
			equal = append(equal, m)
		}
	}
	return equal
}

// smallest returns the poses for which a value is as small as any.
func smallest(poses []measured, value func(*measured) float64) []measured {
	values := make([]float64, len(poses))
	least := math.Inf(1)
	for i := range poses {
		values[i] = value(&poses[i])
		least = min(least, values[i])
	}
	var kept []measured
	for i, m := range poses {
		if isNear(values[i], least) {
			kept = append(kept, m)
		}
	}
	return kept
}

// others returns the alternatives to the best pose.
func (r *search) others(poses []measured, best measured) []measured {
	order := slices.Clone(poses)
	slices.SortStableFunc(order, func(a, b measured) int {
		if a.fits != b.fits {
			if a.fits {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.pose.Score, b.pose.Score)
	})
	set := directionSet{all: []r3.Vector{best.up}}
	var out []measured
	for _, m := range order {
		if len(out) == r.opts.Alternatives {
			break
		}
		before := len(set.all)
		if set.add(m.up, apart); len(set.all) > before {
			out = append(out, m)
		}
	}
	return out
}
