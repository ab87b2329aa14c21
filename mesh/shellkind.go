package mesh

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// A noise shell is smaller than noiseVolume of the largest shell's volume and
// than noiseDiagonal of the mesh's box diagonal.
const (
	noiseVolume   = 1e-6
	noiseDiagonal = 1e-3
)

// classify gives every shell its kind and counts them.
func (out *Measures) classify(ctx context.Context, m *Mesh, t *Topology, r *runs) error {
	largest := 0
	for i := range out.Shells {
		if math.Abs(out.Shells[i].Volume) > math.Abs(out.Shells[largest].Volume) {
			largest = i
		}
	}
	var solids []int
	for i := range out.Shells {
		s := &out.Shells[i]
		switch {
		case t.OpenShell(i):
			s.Kind = ShellOpen
		case i != largest && math.Abs(s.Volume) < noiseVolume*math.Abs(out.Shells[largest].Volume) &&
			s.Box.Diagonal() < noiseDiagonal*out.Box.Diagonal():
			s.Kind = ShellNoise
		default:
			s.Kind = ShellBody
			if s.HasMass {
				solids = append(solids, i)
			}
		}
	}
	if err := findCavities(ctx, m, out.Shells, solids, r); err != nil {
		return err
	}
	for i := range out.Shells {
		switch out.Shells[i].Kind {
		case ShellBody:
			out.Bodies++
		case ShellCavity:
			out.Cavities++
		case ShellNoise:
			out.Noise++
		case ShellOpen:
			out.Open++
		}
	}
	return nil
}

// nestingBudget bounds the triangles and boxes that findCavities looks at, as a
// multiple of the triangles of the mesh.
const nestingBudget = 32

// findCavities finds, among the shells listed, those that lie inside another
// one and are turned against the largest that they lie in, which is the
// outermost around them. A shell lies in another if its box lies in the
// other's and a point of it does, by a ray. From the largest shell down, this
// is done as far as the budget goes; of what is left, the shells turned
// against the largest of all are taken for cavities.
func findCavities(ctx context.Context, m *Mesh, shells []Shell, solids []int, r *runs) error {
	n := nesting{mesh: m, runs: r, shells: shells, budget: nestingBudget * len(m.Triangles)}
	// By falling volume, so that whatever is around a shell comes before it.
	slices.SortStableFunc(solids, func(a, b int) int {
		return cmp.Compare(math.Abs(shells[b].Volume), math.Abs(shells[a].Volume))
	})
	for _, i := range solids {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n.isCavity(i, solids[0]) {
			shells[i].Kind = ShellCavity
		}
		if n.inwards(i) {
			n.inward = append(n.inward, i)
		} else {
			n.outward = append(n.outward, i)
		}
	}
	return nil
}

// nesting knows the shells looked at so far, which are those that may be
// around the next: those turned inward and those turned outward, largest
// first.
type nesting struct {
	mesh            *Mesh
	runs            *runs
	shells          []Shell
	inward, outward []int
	budget          int
}

func (n *nesting) inwards(i int) bool { return n.shells[i].Volume < 0 }

func (n *nesting) isCavity(i, largest int) bool {
	if n.budget <= 0 {
		return n.inwards(i) != n.inwards(largest)
	}
	same, other := n.outward, n.inward
	if n.inwards(i) {
		same, other = other, same
	}
	around, ok := n.firstAround(i, other, 0)
	if !ok {
		return false
	}
	_, ok = n.firstAround(i, same, math.Abs(n.shells[around].Volume))
	return !ok
}

// firstAround returns the first shell of a list that is larger than least and
// that shell i lies in.
func (n *nesting) firstAround(i int, list []int, least float64) (int, bool) {
	for _, o := range list {
		if math.Abs(n.shells[o].Volume) <= least {
			break
		}
		n.budget--
		if n.shells[o].Box.contains(n.shells[i].Box) && n.inside(i, o) {
			return o, true
		}
	}
	return 0, false
}

// inside reports whether a point of shell i lies in shell o.
func (n *nesting) inside(i, o int) bool {
	p := n.pointOf(i)
	winding := 0
	for place := n.runs.start[o]; place < n.runs.start[o+1]; place++ {
		winding += n.crossing(p, n.runs.at(place))
	}
	n.budget -= n.shells[o].Triangles
	return winding != 0
}

// pointOf returns a point within a triangle of shell i, away from places of
// round coordinates, where edges of other shells may be.
func (n *nesting) pointOf(i int) r3.Vector {
	for place := n.runs.start[i]; ; place++ {
		f := int(n.runs.at(place))
		if !n.mesh.NoArea(f) || place+1 == n.runs.start[i+1] {
			a, b, c := n.mesh.Corners(f)
			return Scaled(a, 0.2718).Add(Scaled(b, 0.3142)).Add(Scaled(c, 0.414))
		}
	}
}

// crossing returns +1 or −1 if the ray from p along x leaves or enters the
// solid through triangle f, and 0 if it misses it. Both triangles of an edge
// put the same question to it, so that a ray near it never counts twice.
func (n *nesting) crossing(p r3.Vector, f uint32) int {
	m := n.mesh
	t := m.Triangles[f]
	a, b, c := m.Vertices[t[0]], m.Vertices[t[1]], m.Vertices[t[2]]
	if max(a.Y, b.Y, c.Y) < p.Y || min(a.Y, b.Y, c.Y) > p.Y ||
		max(a.Z, b.Z, c.Z) < p.Z || min(a.Z, b.Z, c.Z) > p.Z || max(a.X, b.X, c.X) < p.X {
		return 0
	}
	ab, bc, ca := n.leftOf(p, t[0], t[1]), n.leftOf(p, t[1], t[2]), n.leftOf(p, t[2], t[0])
	if (ab > 0) != (bc > 0) || (bc > 0) != (ca > 0) {
		return 0
	}
	x := (float64(bc*a.X) + float64(ca*b.X) + float64(ab*c.X)) / (ab + bc + ca)
	if x <= p.X {
		return 0
	}
	if ab > 0 {
		return 1
	}
	return -1
}

// leftOf returns twice the area of the triangle of p and the edge from vertex
// u to vertex v, seen against x: positive if p lies to the left. A point on
// the line counts as a little further along y, and then along z. The value
// for the reversed edge is exactly the negative.
func (n *nesting) leftOf(p r3.Vector, u, v uint32) float64 {
	if u > v {
		return -n.leftOf(p, v, u)
	}
	a, b := n.mesh.Vertices[u], n.mesh.Vertices[v]
	d := float64((b.Y-a.Y)*(p.Z-a.Z)) - float64((b.Z-a.Z)*(p.Y-a.Y))
	if d != 0 {
		return d
	}
	if b.Z != a.Z {
		return math.Copysign(math.SmallestNonzeroFloat64, a.Z-b.Z)
	}
	return math.Copysign(math.SmallestNonzeroFloat64, b.Y-a.Y)
}

// contains reports whether o lies in b, borders included.
func (b Box) contains(o Box) bool {
	return b.Min.X <= o.Min.X && o.Max.X <= b.Max.X &&
		b.Min.Y <= o.Min.Y && o.Max.Y <= b.Max.Y &&
		b.Min.Z <= o.Min.Z && o.Max.Z <= b.Max.Z
}
