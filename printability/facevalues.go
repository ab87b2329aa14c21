package printability

import (
	"math"
	"slices"
)

// Values returns the wall thickness in mm at each sample of All, NaN for those
// that are no wall. limit is the minimum wall that the part is to have: below
// it, walls under grooves count, as when walls are judged; with a limit of 0
// they do not.
func (s *Samples) Values(limit float64) []float32 {
	values := make([]float32, len(s.All))
	for i := range s.All {
		values[i] = float32(math.NaN())
		if t, class := s.All[i].reading(limit); class == ClassWall {
			values[i] = float32(t)
		}
	}
	return values
}

// fullPercentile is the number of wall samples of a face from which on one of
// twenty may be left out as stray.
const fullPercentile = 20

// FaceValues returns for each triangle of the mesh one number to colour it by:
// the thickness in mm that 95 % of the area of its wall samples have, the
// smallest if there are fewer than 20, and NaN if there are none. limit is
// that of Values. Time is n log n in the samples of each triangle.
func (s *Samples) FaceValues(limit float64) []float32 {
	values := make([]float32, s.Faces)
	for f := range values {
		values[f] = float32(math.NaN())
	}
	var walls []weighted
	for i := 0; i < len(s.All); { // samples come in the order of faces
		face, area := s.All[i].Face, 0.0
		walls = walls[:0]
		for ; i < len(s.All) && s.All[i].Face == face; i++ {
			if t, class := s.All[i].reading(limit); class == ClassWall {
				walls = append(walls, weighted{t, float64(s.All[i].Weight)})
				area += float64(s.All[i].Weight)
			}
		}
		if len(walls) == 0 {
			continue
		}
		slices.SortFunc(walls, weighted.compare)
		least := walls[0].value
		if len(walls) >= fullPercentile {
			least = *percentile(walls, float64(0.05*area))
		}
		values[face] = float32(least)
	}
	return values
}
