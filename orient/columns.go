package orient

import (
	"context"
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

// A column goes straight down from a point of a face.
type column struct {
	point  r3.Vector // of the mesh
	height float64   // above the bed
	weight float64   // projected area it stands for
	face   uint32
	bin    uint8

	// What it meets first, at the height z or above the bed.
	meets meeting
	z     float64
}

// A meeting is what a column ends on.
type meeting uint8

const (
	meetsBed  meeting = iota
	meetsPart         // from above
	meetsOut          // material from inside: its face is buried in another body
)

// touch is the distance, in box diagonals, within which surfaces lie on one
// another.
const touch = 1e-9

// cast casts columns and returns for each bin which share of the volume to the
// bed is free down to the part, and which share of the projection stands over
// the part. Only ratios are taken from columns, so that nothing is lost where
// they all tell the same.
func (s *surface) cast(ctx context.Context, o *overhangs, count int) (toPart, contact [bins]float64, err error) {
	for k := range bins {
		toPart[k] = 1
	}
	columns := s.columns(o, count)
	if len(columns) == 0 {
		return toPart, contact, nil
	}
	done, err := s.plumb(ctx, o, columns)
	if err == nil && !done {
		err = s.shoot(ctx, o, columns)
	}
	if err != nil {
		return toPart, contact, err
	}
	var sums [bins]struct{ weight, toBed, toPart, contact float64 }
	for i := range columns {
		c := &columns[i]
		b := &sums[c.bin]
		b.weight += c.weight
		b.toBed += float64(c.weight * c.height)
		switch c.meets {
		case meetsBed:
			b.toPart += float64(c.weight * c.height)
		case meetsPart:
			b.toPart += float64(c.weight * (c.height - c.z))
			b.contact += c.weight
		}
	}
	for k := range bins {
		if b := &sums[k]; b.toBed > 0 {
			toPart[k] = min(1, b.toPart/b.toBed)
			contact[k] = min(1, b.contact/b.weight)
		}
	}
	return toPart, contact, nil
}

// columns spreads about count columns over the faces.
//
// There is one for every `step` mm² of the projection, in the order of the
// faces, which is that of their angles, so that every angle has its share.
// What falls on a face is spread over it evenly. Where faces are few, each has
// at least one column.
func (s *surface) columns(o *overhangs, count int) []column {
	total := 0.0
	for _, a := range o.project {
		total += a
	}
	if total == 0 {
		return nil
	}
	step := total / float64(count)
	each := len(o.places) <= count
	columns := make([]column, 0, count+min(count, len(o.places)))
	before, bin := 0.0, 0
	for i, place := range o.places {
		for i >= o.first[bin+1] {
			bin++
		}
		after := before + o.project[i]
		n := int(math.Floor(after/step+0.5)) - int(math.Floor(before/step+0.5))
		weight := step
		if each {
			n = max(1, int(math.Ceil(o.project[i]/step)))
			weight = o.project[i] / float64(n)
		}
		before = after
		face := s.faces[place]
		for k := range n {
			p := s.spread(face, k, n)
			columns = append(columns, column{
				point: p, height: max(0, p.Sub(s.center).Dot(o.up)-o.low), weight: weight, face: face, bin: uint8(bin),
			})
		}
	}
	return columns
}

// spread returns point k of n spread over a face. The points of a Kronecker
// sequence of the plastic number are spread evenly over a square for any n
// (M. Roberts 2018), none of them on its border or diagonal; folding the
// square gives the triangle.
func (s *surface) spread(face uint32, k, n int) r3.Vector {
	const plastic = 1.32471795724474602596
	i := float64(k) + 0.5
	u, v := fraction(i/plastic), fraction(i/(plastic*plastic))
	if n == 1 {
		u, v = 1.0/3, 1.0/3
	}
	if u+v > 1 {
		u, v = 1-u, 1-v
	}
	a, b, c := s.mesh.Corners(int(face))
	return a.Add(mesh.Scaled(b.Sub(a), u)).Add(mesh.Scaled(c.Sub(a), v))
}

func fraction(x float64) float64 { return x - math.Floor(x) }

// shoot finds what columns meet as rays through the hierarchy.
func (s *surface) shoot(ctx context.Context, o *overhangs, columns []column) error {
	tree, err := s.tree(ctx)
	if err != nil {
		return err
	}
	const chunk = 256
	down := o.up.Mul(-1)
	return parallel.ForEach(ctx, s.threads, (len(columns)+chunk-1)/chunk, func(job int) {
		for i := job * chunk; i < min(len(columns), (job+1)*chunk); i++ {
			c := &columns[i]
			hit, ok := tree.ClosestHit(mesh.Ray{
				Origin: c.point, Dir: down, Min: -touch * s.diagonal, Max: math.Inf(1), Exclude: c.face,
			})
			switch {
			case !ok:
				c.meets = meetsBed
			case float64(hit.Sign)*s.turn > 0:
				c.meets = meetsOut
			default:
				c.meets, c.z = meetsPart, min(c.height, c.height-hit.T)
			}
		}
	})
}
