package printability

import "math"

// Gaps are the places where two surfaces lie so close that they may fuse.
type Gaps struct {
	Limit       float64  `json:"limit"`
	Minimum     *float64 `json:"minimum"` // smallest clearance found, nil if none
	AreaBelow   float64  `json:"areaBelow"`
	CoreArea    float64  `json:"coreArea"`
	Regions     []Region `json:"regions"` // MaxListedRegions at most
	RegionCount int      `json:"regionCount"`

	counted int // regions that are not info
}

// Status returns Warn when a gap is large enough to matter, otherwise Pass.
func (g *Gaps) Status() Status {
	if g.counted > 0 {
		return Warn
	}
	return Pass
}

// EvaluateGaps finds the gaps narrower than limit, which must not exceed
// SampleOptions.GapReach.
func (s *Samples) EvaluateGaps(limit float64, rules Rules) *Gaps {
	rules = rules.WithDefaults()
	g := &Gaps{Limit: limit}
	narrow := selection{reach: func(_ *Sample, clearance float64) float64 { return clearance }}
	least := math.Inf(1)
	for i := range s.All {
		sample := &s.All[i]
		if sample.Class != ClassWall && sample.Class != ClassEdge {
			continue
		}
		clearance := float64(sample.Clearance)
		least = min(least, clearance)
		if clearance < limit {
			narrow.add(i, clearance)
			g.AreaBelow += float64(sample.Weight)
		} else {
			narrow.rest = append(narrow.rest, uint32(i))
		}
	}
	if !math.IsInf(least, 1) {
		g.Minimum = &least
	}
	found := s.findRegions(&narrow, limit, &rules)
	g.CoreArea = found.coreArea
	g.counted = found.counted
	g.Regions, g.RegionCount = found.listed(), len(found.regions)
	return g
}
