package printability

import (
	"fmt"
	"math"
	"slices"
)

// EquivalentCuboid returns the edges, longest first, of the cuboid of even
// density whose radii of gyration are those of a solid with the given volume
// and inertia about its centre of mass at density 1, and false if there is no
// such cuboid. It says how flat or long a part is, however it is turned.
func EquivalentCuboid(volume float64, inertia [3][3]float64) (edges [3]float64, ok bool) {
	moments := eigenvalues(inertia)
	sum := moments[0] + moments[1] + moments[2]
	volume = math.Abs(volume)
	for i, moment := range moments {
		// moment = volume·(b² + c²)/12, and so on around.
		square := float64(6*(sum-float64(2*moment))) / volume
		if !(square > 0) || math.IsInf(square, 0) {
			return edges, false
		}
		edges[i] = math.Sqrt(square)
	}
	slices.Sort(edges[:])
	slices.Reverse(edges[:])
	return edges, true
}

// eigenvalues returns those of a symmetric matrix, by the method of C. G. J.
// Jacobi (1846): rotations that make one entry beside the diagonal zero each.
func eigenvalues(m [3][3]float64) [3]float64 {
	const sweeps = 30 // a few are enough; each squares what is left
	for range sweeps {
		for _, pair := range [3][2]int{{0, 1}, {0, 2}, {1, 2}} {
			p, q := pair[0], pair[1]
			if m[p][q] == 0 {
				continue
			}
			theta := (m[q][q] - m[p][p]) / float64(2*m[p][q])
			tan := math.Copysign(1, theta) / (math.Abs(theta) + math.Hypot(theta, 1))
			cos := 1 / math.Hypot(tan, 1)
			sin := float64(tan * cos)
			step := float64(tan * m[p][q])
			m[p][p] -= step
			m[q][q] += step
			m[p][q], m[q][p] = 0, 0
			r := 3 - p - q
			rp, rq := m[r][p], m[r][q]
			m[r][p] = float64(cos*rp) - float64(sin*rq)
			m[r][q] = float64(sin*rp) + float64(cos*rq)
			m[p][r], m[q][r] = m[r][p], m[r][q]
		}
	}
	return [3]float64{m[0][0], m[1][1], m[2][2]}
}

// warpageRisk warns of parts that are long for their thickness: those bend
// when they shrink, because the moment of stresses grows with the length on
// the bed and stiffness falls with the thickness.
func warpageRisk(f *Facts) Criterion {
	limit := f.Process.Slenderness
	if limit == 0 {
		return Criterion{Status: NotChecked, Unit: "ratio", Message: "No limit is known for the process, or no technology was named."}
	}
	if f.Process.OnPlate && f.Stance == nil {
		return Criterion{Status: NotChecked, Unit: "ratio", Message: "The stance was not looked at."}
	}
	c := Criterion{Status: Pass, Limit: &limit, Unit: "ratio", Limits: map[string]float64{"length": f.Process.SlenderLength}}
	edges := f.Cuboid
	if edges == nil {
		c.Status, c.Message = Unknown, "The thickness as a whole is not defined, because the surface is open; close it."
		return c
	}
	length := edges[0]
	if f.Process.OnPlate {
		length = f.Stance.ContactExtent
	}
	ratio := length / edges[2]
	c.Value = &ratio
	c.Values = map[string]float64{"length": length, "thickness": edges[2]}
	c.Message = "The part is stout enough to keep its shape."
	if ratio > limit && length >= f.Process.SlenderLength {
		c.Status = Warn
		c.Message = fmt.Sprintf("The part is %.3g times as long as thick and may warp; %s.", ratio, f.Process.againstWarping())
	}
	return c
}

func (p *Process) againstWarping() string {
	if p.OnPlate {
		return "stand it on a smaller face, add a brim, or thicken it"
	}
	return "thicken or rib it, or split it"
}
