package mesh

import (
	"fmt"
	"math"

	"github.com/golang/geo/r3"
)

// Sizes outside which a part is refused or its unit doubted, in mm.
const (
	smallestDiagonal = 1e-6
	doubtfulSmall    = 1.0
	doubtfulLarge    = 5000.0
)

// coarseStep is the distance between neighbouring coordinates, in units of the
// box diagonal, above which they are too coarse for the part: a hundredth of a
// millimetre on 100 mm. In single precision that is some eight hundred times
// its size away from the origin.
const coarseStep = 1e-4

// CheckSolid refuses, with an *Error, what cannot be taken for a solid body:
//
//   - CodeNoValidTriangles: no triangle has an area;
//   - CodePartTooSmall: the box diagonal is below 1e-6 mm;
//   - CodeNotASolid: fewer than four triangles, or all in one plane as far as
//     the coordinates can tell;
//   - CodeNotOrientable: the surface is one-sided.
//
// What it accepts may still be doubtful, and the warnings say in which way:
// CodeOpenSurface, CodeDegenerateFaces, CodeDuplicateFaces, CodeUnitHint,
// CodePrecision. t and s are the topology and the measures of m.
func CheckSolid(m *Mesh, t *Topology, s *Measures) ([]Warning, error) {
	if err := refuseBody(m, t, s); err != nil {
		return nil, withAdvice(err)
	}
	var out []Warning
	warn := func(code Code, format string, args ...any) {
		out = append(out, Warning{Code: code, Message: fmt.Sprintf(format, args...)})
	}
	if n := len(t.Border); n > 0 {
		warn(CodeOpenSurface, "as it came, the surface has %s, %s in all: it encloses no volume until they are closed",
			count(t.Holes.Len(), "hole"), count(n, "border edge"))
	}
	if s.Degenerate > 0 {
		warn(CodeDegenerateFaces, "%s without area", count(s.Degenerate, "triangle"))
	}
	if n := len(t.Duplicates); n > 0 {
		warn(CodeDuplicateFaces, "%s again in the same place; they count once", count(n, "triangle"))
	}
	if hint := UnitHint(s.Box); hint != "" {
		warn(CodeUnitHint, "%s", hint)
	}
	if step, far := coordinateStep(m, s.Box); step > coarseStep*s.Box.Diagonal() {
		warn(CodePrecision, "at %.3g mm from the origin neighbouring coordinates are %.3g mm apart, coarse for a part of %s; move it to the origin before exporting it",
			far, step, boxWords(s.Box))
	}
	return out, nil
}

func refuseBody(m *Mesh, t *Topology, s *Measures) error {
	n := len(m.Triangles)
	switch {
	case n == 0:
		return refuse("", CodeEmptyMesh, "", "the mesh holds no triangles")
	case t.Triangles() == 0:
		return refuse("", CodeNoValidTriangles, "", "none of the %d triangles has three distinct corners", n)
	case s.Box.Diagonal() < smallestDiagonal:
		return refuse("", CodePartTooSmall, "", "the part measures %s; its file is probably in metres or inches, or empty by mistake: export it in millimetres", boxWords(s.Box))
	case s.Degenerate == n:
		return refuse("", CodeNoValidTriangles, "", "none of the %d triangles has an area", n)
	case n-s.Degenerate < 4:
		return refuse("", CodeNotASolid, "", "%s with an area cannot enclose a volume, the box is %s; export the whole part as a closed solid", count(n-s.Degenerate, "triangle"), boxWords(s.Box))
	case !s.HasMass && isFlat(m, s.Box):
		return refuse("", CodeNotASolid, "", "all triangles lie in one plane; the box is %s: give the part a thickness", boxWords(s.Box))
	case !t.Orientable():
		return refuseOneSided(m, t)
	}
	return nil
}

// refuseOneSided names a place where a one-sided surface meets its own back.
func refuseOneSided(m *Mesh, t *Topology) error {
	a := m.Vertices[origin(m.Triangles, t.OneSided)]
	return refuse("", CodeNotOrientable, fmt.Sprintf("triangle %d", t.OneSided/3),
		"the surface is one-sided, like a Möbius band, and has no inside: it meets its own back at %.6g, %.6g, %.6g; give the part a thickness", a.X, a.Y, a.Z)
}

// isFlat reports whether all corners lie in the plane of the largest triangle,
// within 1e-9 of the box diagonal or the rounding of the coordinates.
func isFlat(m *Mesh, box Box) bool {
	largest, area := 0, -1.0
	for f := range m.Triangles {
		if a := m.AreaVector(f).Norm2(); a > area {
			largest, area = f, a
		}
	}
	normal := m.AreaVector(largest).Normalize()
	foot, _, _ := m.Corners(largest)
	relative := 1.0 / (1 << 50)
	if m.SinglePrecision {
		relative = singleStep
	}
	far := r3.Vector{
		X: max(math.Abs(box.Min.X), math.Abs(box.Max.X)),
		Y: max(math.Abs(box.Min.Y), math.Abs(box.Max.Y)),
		Z: max(math.Abs(box.Min.Z), math.Abs(box.Max.Z)),
	}
	tolerance := max(1e-9*box.Diagonal(), relative*normal.Abs().Dot(far))
	for f := range m.Triangles {
		for _, v := range m.Triangles[f] {
			if math.Abs(m.Vertices[v].Sub(foot).Dot(normal)) > tolerance {
				return false
			}
		}
	}
	return true
}

// likelyUnits are the units in which files come by mistake, by what their
// lengths are multiplied with.
var likelyUnits = []struct {
	factor float64
	words  string
}{
	{25.4, "if the file is in inches, multiply by 25.4"},
	{1000, "if the file is in metres, multiply by 1000"},
	{0.001, "if the file is in micrometres, multiply by 0.001"},
	{1 / 25.4, "if inches were converted twice, divide by 25.4"},
}

// UnitHint doubts the unit of a part whose size few parts have, and names the
// units in which the size would be likely; it is empty for sizes that are usual.
func UnitHint(box Box) string {
	d := box.Diagonal()
	if d >= doubtfulSmall && d <= doubtfulLarge {
		return ""
	}
	size := "small"
	if d > doubtfulLarge {
		size = "large"
	}
	hint := fmt.Sprintf("the part measures %s, which is very %s; check the unit", boxWords(box), size)
	separator := ": "
	for _, u := range likelyUnits {
		if scaled := d * u.factor; scaled >= doubtfulSmall && scaled <= doubtfulLarge {
			hint += separator + u.words
			separator = "; "
		}
	}
	return hint
}

// coordinateStep returns the distance between neighbouring coordinates at the
// corner of the box farthest from the origin, and how far that is.
func coordinateStep(m *Mesh, box Box) (step, far float64) {
	far = max(largestComponent(box.Min), largestComponent(box.Max))
	if m.SinglePrecision {
		return singleStep * far, far
	}
	return far / (1 << 52), far
}

func boxWords(box Box) string {
	s := box.Size()
	return fmt.Sprintf("%.6g × %.6g × %.6g mm", s.X, s.Y, s.Z)
}

// count writes a number and its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
