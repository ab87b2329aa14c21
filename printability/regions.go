package printability

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// Region is one connected place that is too thin, or a gap too narrow.
type Region struct {
	Area       float64    `json:"area"` // both sides of a wall or gap
	CoreArea   float64    `json:"coreArea"`
	SevereArea float64    `json:"severeArea"` // core area far below the limit
	Minimum    float64    `json:"minimum"`
	Extent     float64    `json:"extent"` // diagonal of the box
	Info       bool       `json:"info"`   // too small to matter
	Centroid   [3]float64 `json:"centroid"`
	BoxMin     [3]float64 `json:"boxMin"`
	BoxMax     [3]float64 `json:"boxMax"`
	Faces      []uint32   `json:"faces"` // of the optimized mesh, MaxListedFaces at most
	FaceCount  int        `json:"faceCount"`

	moment r3.Vector // area-weighted sum of places
	sum    float64   // area-weighted sum of values
	box    box
	last   uint32 // face counted last
}

// MaxListedRegions and MaxListedFaces bound the lists of a report; the counts
// beside them are exact.
const (
	MaxListedRegions = 100
	MaxListedFaces   = 20
)

// selection is the samples below a limit and those of the surface that are
// not.
type selection struct {
	ids   []uint32
	value []float64 // thickness or clearance of each
	rest  []uint32
	// reach gives where the other side of a sample lies along its normal.
	reach func(s *Sample, value float64) float64
}

func (sel *selection) add(i int, value float64) {
	sel.ids = append(sel.ids, uint32(i))
	sel.value = append(sel.value, value)
}

// regions is what findRegions found.
type regions struct {
	regions       []Region
	coreMinimum   float64 // over all, +Inf without core
	counted       int     // regions that are not info
	coreArea      float64 // of those
	mostSevere    float64 // largest severe area of one region
	severeMinimum float64 // thinnest value of that region
}

// listed returns the regions that a report lists.
func (r *regions) listed() []Region {
	return r.regions[:min(len(r.regions), MaxListedRegions)]
}

// findRegions joins the selected samples to regions: samples closer than 2h,
// and a sample with those closer than 2h to its other side. A sample is core
// when no sample of the rest lies within max(s/2, h) of it.
func (s *Samples) findRegions(sel *selection, limit float64, rules *Rules) *regions {
	out := &regions{coreMinimum: math.Inf(1), regions: []Region{}}
	if len(sel.ids) == 0 {
		return out
	}
	scale := rules.scale(limit)
	var core []bool
	var label []uint32
	var count int
	s.parts(2, func(part int) { // neither needs the other
		if part == 0 {
			core = s.coreOf(sel, max(scale/2, s.Spacing))
		} else {
			label, count = s.connect(sel)
		}
	})
	out.regions = make([]Region, count)
	for i := range out.regions {
		out.regions[i] = Region{Minimum: math.Inf(1), box: emptyBox, last: math.MaxUint32, Faces: []uint32{}}
	}
	for i, id := range sel.ids {
		r := &out.regions[label[i]]
		r.add(&s.All[id], sel.value[i], core[i], rules.Severe*limit)
		if core[i] {
			out.coreMinimum = min(out.coreMinimum, sel.value[i])
		}
	}
	for i := range out.regions {
		out.count(&out.regions[i], s.Origin, scale)
	}
	slices.SortStableFunc(out.regions, func(a, b Region) int {
		return cmp.Or(cmp.Compare(b.CoreArea, a.CoreArea), cmp.Compare(b.Area, a.Area))
	})
	return out
}

func (r *Region) add(s *Sample, value float64, core bool, severe float64) {
	area := float64(s.Weight)
	r.Area += area
	r.Minimum = min(r.Minimum, value)
	r.sum += float64(value * area)
	if core {
		r.CoreArea += area
		if value < severe {
			r.SevereArea += area
		}
	}
	p := s.position()
	r.moment = r.moment.Add(mesh.Scaled(p, area))
	r.box.add(p)
	if s.Face != r.last { // samples come in the order of faces
		r.last = s.Face
		r.FaceCount++
		if len(r.Faces) < MaxListedFaces {
			r.Faces = append(r.Faces, s.Face)
		}
	}
}

// count finishes region r and adds it to the sums.
func (out *regions) count(r *Region, origin r3.Vector, scale float64) {
	r.Extent = r.box.max.Sub(r.box.min).Norm()
	r.Info = r.Area < math.Pi/4*scale*scale && r.Extent < 2*scale
	r.Centroid = array(origin.Add(mesh.Scaled(r.moment, 1/r.Area)))
	r.BoxMin, r.BoxMax = array(origin.Add(r.box.min)), array(origin.Add(r.box.max))
	if r.Info {
		return
	}
	out.counted++
	out.coreArea += r.CoreArea
	if r.SevereArea > out.mostSevere {
		out.mostSevere, out.severeMinimum = r.SevereArea, r.Minimum
	}
}

func array(v r3.Vector) [3]float64 { return [3]float64{v.X, v.Y, v.Z} }

// coreOf says for each selected sample whether it is farther than radius from
// all of the rest.
func (s *Samples) coreOf(sel *selection, radius float64) []bool {
	core := make([]bool, len(sel.ids))
	for i := range core {
		core[i] = true
	}
	// Only samples near those of the other kind matter; of the larger kind,
	// those far from it are left out.
	var selected, rest *grid
	if len(sel.ids) < len(sel.rest) {
		selected = newGrid(s, sel.ids, nil, radius)
		rest = newGrid(s, sel.rest, selected, radius)
	} else {
		rest = newGrid(s, sel.rest, nil, radius)
		selected = newGrid(s, sel.ids, rest, radius)
	}
	const share = 1 << 9 // cells a worker takes at a time
	s.parts((len(selected.cells)+share-1)/share, func(part int) {
		var around neighbourhood
		for n := part * share; n < min((part+1)*share, len(selected.cells)); n++ {
			rest.cells.around(selected.cells[n], columns[:], &around)
			for i := selected.start[n]; i < selected.start[n+1]; i++ {
				core[selected.ids[i]] = !rest.anyWithin(&around, &selected.points[i], radius)
			}
		}
	})
	return core
}
