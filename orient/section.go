package orient

import "github.com/golang/geo/r3"

// sections is at how many heights cross-sections are taken.
const sections = 256

// largestSection returns the area of the largest of the cross-sections in the
// middle of 256 layers of equal height.
//
// The part of a closed surface above a plane and the section itself bound a
// body, and the area vectors of a body's surface add up to zero: so the
// section's area is the projected area of the surface above it, faces up less
// faces down. One pass over the faces gives all sections, without cutting one.
func (s *surface) largestSection(up r3.Vector, low, height float64) float64 {
	var whole, part [sections + 1]float64 // whole[k] counts for all sections below k
	scale := sections / height
	for p, f := range s.faces {
		project := float64(s.area[p] * s.normal[p].Dot(up))
		if project == 0 {
			continue
		}
		a, b, c := s.mesh.Corners(int(f))
		z := [3]float64{
			(up.Dot(a.Sub(s.center)) - low) * scale,
			(up.Dot(b.Sub(s.center)) - low) * scale,
			(up.Dot(c.Sub(s.center)) - low) * scale,
		}
		sort3(&z)
		// Section k is at the height k + ½.
		first := min(max(int(z[0]+0.5), 0), sections)
		end := min(max(int(z[2]+0.5), first), sections)
		whole[first] += project
		for k := first; k < end; k++ {
			part[k] += float64(project * shareAbove(&z, float64(k)+0.5))
		}
	}
	largest, above := 0.0, 0.0
	for k := sections - 1; k >= 0; k-- {
		above += whole[k+1]
		largest = max(largest, above+part[k])
	}
	return largest
}

func sort3(z *[3]float64) {
	if z[0] > z[1] {
		z[0], z[1] = z[1], z[0]
	}
	if z[1] > z[2] {
		z[1], z[2] = z[2], z[1]
	}
	if z[0] > z[1] {
		z[0], z[1] = z[1], z[0]
	}
}

// shareAbove returns which share of the area of a triangle whose corners have
// the heights z, ascending, lies above h.
func shareAbove(z *[3]float64, h float64) float64 {
	switch {
	case h <= z[0]:
		return 1
	case h >= z[2]:
		return 0
	case h <= z[1]:
		return 1 - float64((h-z[0])*(h-z[0]))/float64((z[1]-z[0])*(z[2]-z[0]))
	}
	return float64((z[2]-h)*(z[2]-h)) / float64((z[2]-z[0])*(z[2]-z[1]))
}
