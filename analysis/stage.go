package analysis

import (
	"slices"
	"strings"
)

// A Stage is one step of an analysis. Its name is the key in Report.Timings.
type Stage string

// The stages in the order of a report. They run in this order too, except that
// support is measured before walls.
const (
	StageRead              Stage = "read"              // recognise the format, parse, weld exactly
	StageMeasure           Stage = "measure"           // topology and measures of the mesh as it came
	StageClean             Stage = "clean"             // repair, or weld by tolerance and drop duplicates; measure again
	StageHull              Stage = "hull"              // convex hull
	StageTree              Stage = "bvh"               // bounding volume hierarchy for the next three
	StageConcaveHull       Stage = "concaveHull"       // on request
	StageSelfIntersections Stage = "selfIntersections" // pairs of triangles that cross
	StageThickness         Stage = "thickness"         // rays for walls and gaps
	StageSupport           Stage = "support"           // columns below faces that point down
	StageFit               Stage = "fit"               // into the build chamber, if one is given
	StageTrapped           Stage = "trappedVolumes"    // for the criteria, where powder or resin may stay in hollows
	StageCriteria          Stage = "criteria"          // sharp edges, pose and the verdict
)

// AllStages returns the stages of a whole analysis that Options.Stages may
// choose from. Reading and measuring always run, the hierarchy is built when
// a stage needs it, and the concave hull is an option of its own.
func AllStages() []Stage {
	return []Stage{StageClean, StageHull, StageSelfIntersections, StageThickness, StageSupport, StageFit, StageCriteria}
}

// InfoStages returns the stages of the quick analysis that measures a file as
// it came and judges nothing.
func InfoStages() []Stage {
	return []Stage{StageHull}
}

// needs lists the stages whose results a stage works on.
var needs = map[Stage][]Stage{
	StageSelfIntersections: {StageClean},
	StageThickness:         {StageClean},
	StageSupport:           {StageClean, StageHull},
	StageFit:               {StageClean, StageHull},
	StageCriteria:          {StageClean},
}

// effort is the usual share of a stage in the time of a whole analysis, for
// the fraction that progress reports.
var effort = map[Stage]float64{
	StageRead:              10,
	StageMeasure:           10,
	StageClean:             10,
	StageHull:              3,
	StageTree:              10,
	StageConcaveHull:       20,
	StageSelfIntersections: 15,
	StageThickness:         40,
	StageSupport:           3,
	StageFit:               2,
	StageTrapped:           10,
	StageCriteria:          5,
}

func stageNames(stages []Stage) string {
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// completeStages returns the stages of AllStages that are in stages or needed
// by one of them, in the order of a report.
func completeStages(stages []Stage) []Stage {
	var complete []Stage
	for _, s := range AllStages() {
		wanted := slices.Contains(stages, s)
		for _, t := range stages {
			wanted = wanted || slices.Contains(needs[t], s)
		}
		if wanted {
			complete = append(complete, s)
		}
	}
	return complete
}
