package printability

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// Overhangs are the surfaces of a part, in the pose of the file, that face
// down so flatly that they need support.
type Overhangs struct {
	Angle  float64 // against the bed below which they do, degrees
	Area   float64 // of all, mm²
	Count  int     // connected places
	Places []Location
}

// overhangSlack in degrees keeps surfaces that are meant to rise at exactly
// the limit, such as chamfers of 45°, from being overhangs by rounding.
const overhangSlack = 0.1

// bedSlack, times the box diagonal, is how far above its lowest point a part
// still lies on the bed.
const bedSlack = 1e-6

// bed returns the height up to which vertices lie on the bed.
func bed(box mesh.Box) float64 { return box.Min.Z + float64(bedSlack*box.Diagonal()) }

// onBed reports whether all corners of face f lie on the bed.
func onBed(m *mesh.Mesh, f int, bed float64) bool {
	a, b, c := m.Corners(f)
	return max(a.Z, b.Z, c.Z) <= bed
}

// FindOverhangs finds the faces that rise from the bed at less than angle
// degrees and look down, other than those that lie on the bed, and joins
// neighbours to places, t being the topology of m. Linear in the number of
// faces.
func FindOverhangs(m *mesh.Mesh, t *mesh.Topology, angle float64) *Overhangs {
	out := &Overhangs{Angle: angle, Places: []Location{}}
	limit := math.Cos((angle - overhangSlack) * math.Pi / 180)
	low := bed(m.Bounds())
	hangs := make([]bool, len(m.Triangles))
	for f := range m.Triangles {
		v := m.AreaVector(f)
		if length := v.Norm(); length > 0 && -v.Z > float64(limit*length) && !onBed(m, f, low) {
			hangs[f] = true
			out.Area += float64(length / 2)
		}
	}
	places := overhangPlaces(m, t, hangs)
	out.Count = len(places)
	slices.SortStableFunc(places, func(a, b overhangPlace) int { return cmp.Compare(b.area, a.area) })
	for i := range places[:min(len(places), MaxLocations)] {
		p := &places[i]
		low, high := array(p.box.Min), array(p.box.Max)
		out.Places = append(out.Places, Location{
			Point:  array(mesh.Scaled(p.moment, 1/p.area)),
			BoxMin: &low, BoxMax: &high, Value: &p.area,
		})
	}
	return out
}

// overhangPlace is a set of faces connected over edges.
type overhangPlace struct {
	area   float64
	moment r3.Vector // area times middle
	box    mesh.Box
}

// overhangPlaces returns the connected sets of the faces marked, in the order
// of their first faces. It clears the marks.
func overhangPlaces(m *mesh.Mesh, t *mesh.Topology, hangs []bool) []overhangPlace {
	var places []overhangPlace
	var stack []uint32
	for first := range hangs {
		if !hangs[first] {
			continue
		}
		p := overhangPlace{box: mesh.EmptyBox()}
		hangs[first] = false
		stack = append(stack[:0], uint32(first))
		for len(stack) > 0 {
			f := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			p.add(m, int(f))
			for k := range uint32(3) {
				if twin := t.Twins[3*f+k]; twin != mesh.NoIndex && hangs[twin/3] {
					hangs[twin/3] = false
					stack = append(stack, twin/3)
				}
			}
		}
		places = append(places, p)
	}
	return places
}

func (p *overhangPlace) add(m *mesh.Mesh, f int) {
	a, b, c := m.Corners(f)
	area := float64(m.AreaVector(f).Norm() / 2)
	p.area += area
	p.moment = p.moment.Add(mesh.Scaled(a.Add(b).Add(c), area/3))
	p.box = p.box.Add(a).Add(b).Add(c)
}

func overhangs(f *Facts) Criterion {
	if f.Process.OverhangAngle == 0 {
		return unjudged(f, "mm2", "The process carries overhangs without support.")
	}
	o := f.Overhangs
	if o == nil {
		return Criterion{Status: NotChecked, Unit: "mm2", Message: "Overhangs were not looked for."}
	}
	limit := float64(f.Process.OverhangShare * f.Optimized.Area)
	c := Criterion{
		Status: Pass, Value: &o.Area, Limit: &limit, Unit: "mm2", Count: o.Count, Locations: o.Places,
		Limits: map[string]float64{"angleDegrees": o.Angle, "share": f.Process.OverhangShare},
	}
	switch {
	case o.Count == 0:
		c.Message = fmt.Sprintf("No surface hangs over at less than %g° against the bed.", o.Angle)
	case o.Area <= limit:
		c.Message = fmt.Sprintf("Only %.3g mm² hang over at less than %g° against the bed.", o.Area, o.Angle)
	default:
		c.Status = Warn
		c.Message = fmt.Sprintf("%.4g mm² hang over at less than %g° against the bed and need support; turn the part, or chamfer what hangs over.", o.Area, o.Angle)
	}
	return c
}
