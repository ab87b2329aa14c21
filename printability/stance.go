package printability

import (
	"context"
	"fmt"
	"math"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// A Stance is how a part stands on the bed in the pose of the file.
type Stance struct {
	// ContactArea is the area of the faces that lie on the bed, 0 for a part
	// that touches it with edges or corners only.
	ContactArea float64
	// ContactExtent is the largest distance of two points on the bed.
	ContactExtent float64
	// Margin is how far the centre of mass, seen from above, lies within the
	// convex hull of the contact; negative outside. Tipping is the angle in
	// degrees by which the part can be turned over the nearest edge of that
	// hull before it falls. Both are nil where there is no centre of mass.
	Margin, Tipping *float64
	// Foot is the point of the bed below the centre of mass, or else the
	// middle of the contact.
	Foot r3.Vector
}

// FindStance finds what part of m lies on the bed, and how far its centre of
// mass, nil if it has none, is from falling over. If no face lies on the bed,
// the hull is that of the vertices that do. Time is n·log n in the number of
// vertices on the bed; the only errors are ctx's and those of
// mesh.ConvexHullPoints.
func FindStance(ctx context.Context, m *mesh.Mesh, center *r3.Vector) (*Stance, error) {
	box := m.Bounds()
	s := &Stance{}
	hull, err := mesh.ConvexHullPoints(ctx, s.contact(m, bed(box), box.Min.Z))
	if err != nil {
		return nil, err
	}
	extents, err := hull.Calipers(ctx)
	if err != nil {
		return nil, err
	}
	s.ContactExtent = extents.Diameter
	middle := hull.Box().Center()
	s.Foot = middle
	if center == nil {
		return s, nil
	}
	s.Foot = r3.Vector{X: center.X, Y: center.Y, Z: box.Min.Z}
	outline := hull.Shadow(r3.Vector{X: 1}, r3.Vector{Y: 1})
	margin := marginIn(outline, r2.Point{X: center.X - float64(middle.X), Y: center.Y - float64(middle.Y)})
	tipping := math.Atan2(margin, center.Z-box.Min.Z) * 180 / math.Pi
	s.Margin, s.Tipping = &margin, &tipping
	return s, nil
}

// contact adds up the faces on the bed and returns their corners, or else all
// vertices on the bed, moved to its plane.
func (s *Stance) contact(m *mesh.Mesh, bed, z float64) []r3.Vector {
	var faces, all []r3.Vector
	for f := range m.Triangles {
		a, b, c := m.Corners(f)
		if min(a.Z, b.Z, c.Z) > bed {
			continue
		}
		lies := onBed(m, f, bed)
		if lies {
			s.ContactArea += float64(m.AreaVector(f).Norm() / 2)
		}
		for _, p := range [...]r3.Vector{a, b, c} {
			if p.Z > bed {
				continue
			}
			p.Z = z
			all = append(all, p)
			if lies {
				faces = append(faces, p)
			}
		}
	}
	if s.ContactArea > 0 {
		return faces
	}
	return all
}

// marginIn returns the distance of p from the border of a convex polygon, its
// corners counter-clockwise, negative if p lies outside. A point or a segment
// has no inside.
func marginIn(polygon []r2.Point, p r2.Point) float64 {
	if len(polygon) == 1 {
		return -p.Sub(polygon[0]).Norm()
	}
	inside := len(polygon) > 2
	least := math.Inf(1)
	for i, a := range polygon {
		edge := polygon[(i+1)%len(polygon)].Sub(a)
		to := p.Sub(a)
		inside = inside && float64(edge.X*to.Y)-float64(edge.Y*to.X) >= 0
		along := float64(edge.X*to.X) + float64(edge.Y*to.Y)
		share := min(max(along/(float64(edge.X*edge.X)+float64(edge.Y*edge.Y)), 0), 1)
		least = min(least, math.Hypot(to.X-float64(share*edge.X), to.Y-float64(share*edge.Y)))
	}
	if inside {
		return least
	}
	return 0 - least
}

func stability(f *Facts) Criterion {
	if f.Process.TippingAngle == 0 {
		return unjudged(f, "degrees", "The process holds parts in any pose.")
	}
	s := f.Stance
	if s == nil {
		return Criterion{Status: NotChecked, Unit: "degrees", Message: "The stance was not looked at."}
	}
	c := Criterion{
		Status: Pass, Value: s.Tipping, Limit: &f.Process.TippingAngle, Unit: "degrees",
		Values:    map[string]float64{"contactArea": s.ContactArea},
		Locations: []Location{At(s.Foot)},
	}
	if s.Margin == nil {
		c.Status, c.Message = Unknown, "The part has no centre of mass, because its surface is open; close it."
		return c
	}
	c.Values["margin"] = *s.Margin
	switch {
	case s.ContactArea == 0:
		c.Status, c.Message = Warn, "The part touches the bed with edges or corners only; turn it onto a face, or support it."
	case *s.Margin < 0:
		c.Status, c.Message = Warn, fmt.Sprintf("The centre of mass lies %.3g mm outside of what the part stands on; turn it, or support it.", -*s.Margin)
	case *s.Tipping < f.Process.TippingAngle:
		c.Status, c.Message = Warn, fmt.Sprintf("The part falls over when tipped by %.3g°; lay it down, or give it a brim or support.", *s.Tipping)
	default:
		c.Message = fmt.Sprintf("The part stands firmly on %.4g mm².", s.ContactArea)
	}
	return c
}
