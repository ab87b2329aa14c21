package meshtest

import (
	"fmt"
	"math"

	"github.com/partgauge/partgauge/mesh"
)

// Extrude draws a closed simple profile along x from 0 to length. The corners
// (y, z) run counter-clockwise. The volume is profile area times length, the
// area twice the profile area plus circumference times length.
func Extrude(name string, profile []Point, length float64) Solid {
	n := len(profile)
	m := &mesh.Mesh{}
	for _, x := range [...]float64{0, length} {
		for _, p := range profile {
			m.Vertices = append(m.Vertices, vec(x, p[0], p[1]))
		}
	}
	for _, t := range earClip(profile) {
		// Seen from +x, with y to the right and z up, the profile runs
		// counter-clockwise.
		m.Triangles = append(m.Triangles,
			mesh.Triangle{t[0] + uint32(n), t[1] + uint32(n), t[2] + uint32(n)},
			mesh.Triangle{t[0], t[2], t[1]})
	}
	area, around := 0.0, 0.0
	for i, p := range profile {
		j := (i + 1) % n
		q := profile[j]
		area += (p[0]*q[1] - q[0]*p[1]) / 2
		around += math.Hypot(q[0]-p[0], q[1]-p[1])
		a, b := uint32(i), uint32(j)
		m.Triangles = append(m.Triangles,
			mesh.Triangle{a, b, b + uint32(n)}, mesh.Triangle{a, b + uint32(n), a + uint32(n)})
	}
	return Solid{
		Name: name, Mesh: m, Shells: 1, Euler: 2,
		Volume: area * length, Area: 2*area + around*length,
	}
}

// earClip triangulates a simple counter-clockwise polygon without collinear
// corners, in O(n³): profiles are small.
func earClip(polygon []Point) []mesh.Triangle {
	rest := make([]uint32, len(polygon))
	for i := range rest {
		rest[i] = uint32(i)
	}
	cross := func(a, b, c uint32) float64 {
		p, q, r := polygon[a], polygon[b], polygon[c]
		return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0])
	}
	isEar := func(a, b, c uint32) bool {
		if cross(a, b, c) <= 0 {
			return false
		}
		for _, v := range rest {
			if v != a && v != b && v != c && cross(a, b, v) >= 0 && cross(b, c, v) >= 0 && cross(c, a, v) >= 0 {
				return false
			}
		}
		return true
	}
	var out []mesh.Triangle
	for len(rest) > 3 {
		ear := -1
		for i := range rest {
			a, b, c := rest[(i+len(rest)-1)%len(rest)], rest[i], rest[(i+1)%len(rest)]
			if isEar(a, b, c) {
				out = append(out, mesh.Triangle{a, b, c})
				ear = i
				break
			}
		}
		if ear < 0 {
			panic("meshtest: the profile is not simple or not counter-clockwise")
		}
		rest = append(rest[:ear], rest[ear+1:]...)
	}
	return append(out, mesh.Triangle{rest[0], rest[1], rest[2]})
}

// Prism returns an n-sided prism of circumradius r along x, without middle
// vertices in its caps. MinWall is the distance between opposite sides when n
// is even.
func Prism(r, length float64, n int) Solid {
	profile := make([]Point, n)
	for i := range profile {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		profile[i] = Point{r * cos, r * sin}
	}
	s := Extrude(fmt.Sprintf("prism_r%g_l%g_n%d", r, length, n), profile, length)
	if n%2 == 0 {
		s.MinWall = min(length, 2*r*math.Cos(math.Pi/float64(n)))
	}
	return s
}

// Wedge returns a right-angled wedge along x: a knife of the given angle in
// degrees whose floor is run long.
func Wedge(angle, run, length float64) Solid {
	rise := run * math.Tan(angle*math.Pi/180)
	return Extrude(fmt.Sprintf("wedge_%g", angle), []Point{{0, 0}, {run, 0}, {run, rise}}, length)
}

// VGroove returns a plate, w along x, d along y, t thick, with a V groove of
// the given opening angle in degrees along x that leaves `leave` under its
// root. MinWall is leave, the distance from the root to the bottom; no two
// faces are opposite there.
func VGroove(w, d, t, leave, angle float64) Solid {
	half := (t - leave) * math.Tan(angle*math.Pi/360)
	s := Extrude(fmt.Sprintf("vgroove_%g_%g", angle, leave), []Point{
		{0, 0}, {d, 0}, {d, t}, {d/2 + half, t}, {d / 2, leave}, {d/2 - half, t}, {0, t},
	}, w)
	s.MinWall = leave
	return s
}

// Comb returns a base with fins standing on it: the base is base thick, the
// fins are fins[i] thick, height high above the base and gap apart, all length
// long along x.
func Comb(fins []float64, gap, height, base, length float64) Solid {
	width := gap
	for _, t := range fins {
		width += t + gap
	}
	profile := []Point{{0, 0}, {width, 0}, {width, base}}
	y := width
	thinnest := base
	for i := len(fins) - 1; i >= 0; i-- {
		y -= gap
		profile = append(profile, Point{y, base}, Point{y, base + height})
		y -= fins[i]
		profile = append(profile, Point{y, base + height}, Point{y, base})
		thinnest = min(thinnest, fins[i])
	}
	s := Extrude(fmt.Sprintf("comb_%v", fins), append(profile, Point{0, base}), length)
	s.MinWall = thinnest
	return s
}

// LBracket returns an angle of two legs, a along y and b along z, t thick,
// length long along x.
func LBracket(a, b, t, length float64) Solid {
	s := Extrude("l_bracket", []Point{{0, 0}, {a, 0}, {a, t}, {t, t}, {t, b}, {0, b}}, length)
	s.MinWall = t
	return s
}

// CChannel returns a channel: a web of height h along z and two flanges of
// width w along y, all t thick, length long along x.
func CChannel(w, h, t, length float64) Solid {
	s := Extrude("c_channel", []Point{{0, 0}, {w, 0}, {w, t}, {t, t}, {t, h - t}, {w, h - t}, {w, h}, {0, h}}, length)
	s.MinWall = t
	return s
}
