package fit

import (
	"math"

	"github.com/golang/geo/r3"
)

// descend turns g step by step so that the part uses less of the room, until
// no small turn improves it, and returns the rotation and its use.
//
// The use is the largest of many smooth functions, and its minimum a kink
// where several are equal, so following a gradient would not find it. Instead
// the extents met so far are taken as linear functions of the turn, and a
// linear program finds the turn, within a cube, whose largest extent is
// smallest (sequential linear programming; K. Madsen, H. Schjær-Jacobsen
// 1978). The cube grows after a step that helps and shrinks after one that
// does not.
func descend(p *probe, g frame, use float64) (frame, float64) {
	const (
		steps  = 80
		finest = 1e-9 // turns in radians
		most   = 60   // extents remembered
		little = 1e-12
	)
	var met []metExtent
	meet := func(g frame) float64 {
		use := 0.0
		for i, r := range g {
			d := p.pair(r)
			use = max(use, d.Dot(r)/p.limit[i])
			met = append(met, metExtent{i, d})
		}
		if len(met) > most {
			met = met[len(met)-most:]
		}
		return use
	}
	meet(g)
	for size, step := 0.1, 0; step < steps && size > finest; step++ {
		turned := g.turned(leastTurn(met, g, p.limit, size))
		if u := meet(turned); u < use-little {
			g, use = turned, u
			size = min(2*size, 0.3)
		} else {
			size /= 3
		}
	}
	return g, use
}

// A metExtent is the vector between two points that were farthest apart along
// an axis.
type metExtent struct {
	axis int
	d    r3.Vector
}

// leastTurn returns the turn within a cube for which the largest of the
// extents, made linear, is smallest.
func leastTurn(met []metExtent, g frame, limit [3]float64, size float64) r3.Vector {
	// Row r becomes r + ω×r, and d·(ω×r) = ω·(r×d). The variables are ω by
	// the size of the cube, and by how much the use exceeds the present one.
	base := 0.0
	for _, m := range met {
		base = max(base, m.d.Dot(g[m.axis])/limit[m.axis])
	}
	rows := make([]halfspace, 0, len(met))
	bound := 1.0
	for i := range met {
		m := met[len(met)-1-i] // the latest bind most
		r := g[m.axis]
		k := r.Cross(m.d).Mul(size / limit[m.axis])
		row := halfspace{a: [4]float64{k.X, k.Y, k.Z, -1}, b: base - m.d.Dot(r)/limit[m.axis]}
		rows = append(rows, row)
		bound = max(bound, math.Abs(k.X)+math.Abs(k.Y)+math.Abs(k.Z)+row.b)
	}
	x, ok := minimize(4, rows, [4]float64{3: 1}, [4]float64{1, 1, 1, bound})
	if !ok {
		return r3.Vector{}
	}
	return r3.Vector{X: x[0], Y: x[1], Z: x[2]}.Mul(size)
}
