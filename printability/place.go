package printability

import (
	"math"
	"sort"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// placement says which samples each face gets.
type placement struct {
	area    float64   // of all faces
	spacing float64   // h
	first   []uint32  // first sample of each face, and their number at the end
	prefix  []float64 // reduced sampling: area before each face, nil otherwise
	count   int
	order   []uint32 // faces as they are measured
	before  []uint32 // samples before each face of order, and their number
}

// place spreads samples over the faces of m: k = max(1, ⌈a/h²⌉) for a face of
// area a, or, for meshes of more than FullFaces faces, FullFaces samples at
// even steps of area. Faces without area get none.
func place(m *mesh.Mesh, o SampleOptions) placement {
	faces := len(m.Triangles)
	areas := make([]float64, faces)
	var p placement
	for f := range areas {
		areas[f] = float64(0.5 * m.AreaVector(f).Norm())
		p.area += areas[f]
	}
	if p.area == 0 {
		p.first = make([]uint32, faces+1)
		return p
	}
	p.spacing = math.Sqrt(p.area / float64(o.Samples))
	if faces > o.FullFaces {
		p.count = o.FullFaces
		p.prefix = make([]float64, faces+1)
		for f, a := range areas {
			p.prefix[f+1] = p.prefix[f] + a
		}
		p.spacing = math.Sqrt(p.area / float64(p.count))
		return p
	}
	p.first = make([]uint32, faces+1)
	square := p.spacing * p.spacing
	for f, a := range areas {
		k := uint32(0)
		if a > 0 {
			k = uint32(max(1, math.Ceil(a/square)))
		}
		p.first[f+1] = p.first[f] + k
	}
	p.count = int(p.first[faces])
	return p
}

// follow lets the samples be measured face by face in a given order. Where
// they are kept does not change.
func (p *placement) follow(order []uint32) {
	if p.prefix != nil {
		return
	}
	p.order = order
	p.before = make([]uint32, len(order)+1)
	for i, face := range order {
		p.before[i+1] = p.before[i] + p.first[face+1] - p.first[face]
	}
}

// faceAt returns the face of sample i of a reduced sampling.
func (p *placement) faceAt(i int) uint32 {
	at := (float64(i) + 0.5) * (p.area / float64(p.count))
	face := sort.SearchFloat64s(p.prefix, at) - 1
	return uint32(min(max(face, 0), len(p.prefix)-2))
}

// The R2 sequence of M. Roberts, "The Unreasonable Effectiveness of
// Quasirandom Sequences" (2018): powers of the inverse of the real root of
// x³ = x + 1.
const (
	r2U = 0.7548776662466927600495
	r2V = 0.5698402909980532659114
)

// pointOn returns point number k of the R2 sequence on the triangle a, b, c,
// with a start of its own for each face so that equal faces are not sampled
// at equal places.
func pointOn(a, b, c r3.Vector, face, k uint32) r3.Vector {
	u := fraction(unitHash(face) + float64(float64(k+1)*r2U))
	v := fraction(unitHash(face^0x9e3779b9) + float64(float64(k+1)*r2V))
	if u+v > 1 {
		u, v = 1-u, 1-v
	}
	return a.Add(mesh.Scaled(b.Sub(a), u)).Add(mesh.Scaled(c.Sub(a), v))
}

func fraction(x float64) float64 { return x - math.Floor(x) }

// unitHash maps x to [0, 1) evenly.
func unitHash(x uint32) float64 {
	h := (uint64(x) + 1) * 0x9e3779b97f4a7c15
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return float64(float64(h>>11) / (1 << 53))
}
