package meshtest

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// Random returns a generator that is the same in every run.
func Random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x6d657368)) }

// Rotate turns s about the origin by a rotation drawn evenly from all.
func (s Solid) Rotate(seed uint64) Solid {
	random := Random(seed)
	var q [4]float64
	norm := 0.0
	for i := range q {
		q[i] = random.NormFloat64()
		norm += q[i] * q[i]
	}
	norm = math.Sqrt(norm)
	w, x, y, z := q[0]/norm, q[1]/norm, q[2]/norm, q[3]/norm
	rows := [3]r3.Vector{
		vec(1-2*(y*y+z*z), 2*(x*y-w*z), 2*(x*z+w*y)),
		vec(2*(x*y+w*z), 1-2*(x*x+z*z), 2*(y*z-w*x)),
		vec(2*(x*z-w*y), 2*(y*z+w*x), 1-2*(x*x+y*y)),
	}
	return s.move(func(p r3.Vector) r3.Vector { return vec(rows[0].Dot(p), rows[1].Dot(p), rows[2].Dot(p)) })
}

// Upend turns s upside down, by half a turn about x.
func (s Solid) Upend() Solid {
	return s.move(func(p r3.Vector) r3.Vector { return vec(p.X, -p.Y, -p.Z) })
}

// LayDown turns s by a quarter turn about y: what pointed up points along x.
func (s Solid) LayDown() Solid {
	return s.move(func(p r3.Vector) r3.Vector { return vec(p.Z, p.Y, -p.X) })
}

// Translate moves s.
func (s Solid) Translate(dx, dy, dz float64) Solid {
	d := vec(dx, dy, dz)
	return s.move(func(p r3.Vector) r3.Vector { return p.Add(d) })
}

// Scale makes s larger by k > 0.
func (s Solid) Scale(k float64) Solid {
	s = s.move(func(p r3.Vector) r3.Vector { return p.Mul(k) })
	s.Volume *= k * k * k
	s.Area *= k * k
	s.MinWall *= k
	return s
}

// Round rounds the coordinates to 32-bit floating point, as an STL does, and
// marks the mesh so. The facts then hold to about 1e-7 only.
func (s Solid) Round() Solid {
	s = s.move(func(p r3.Vector) r3.Vector {
		return vec(float64(float32(p.X)), float64(float32(p.Y)), float64(float32(p.Z)))
	})
	s.Mesh.SinglePrecision = true
	return s
}

// Flip turns every triangle over: the inside becomes the outside.
func (s Solid) Flip() Solid {
	s.Mesh = clone(s.Mesh)
	for i, t := range s.Mesh.Triangles {
		s.Mesh.Triangles[i] = mesh.Triangle{t[0], t[2], t[1]}
	}
	s.Volume = -s.Volume
	return s
}

// Split cuts every triangle into four at the middles of its edges. Euler and
// NonManifoldEdges stay true unless two triangles share all three corners.
func (s Solid) Split() Solid {
	s.Mesh = splitMesh(s.Mesh)
	s.BorderEdges *= 2
	s.NonManifoldEdges *= 2
	return s
}

// PermuteTriangles shuffles the triangles and the corner each starts at.
func (s Solid) PermuteTriangles(seed uint64) Solid {
	random := Random(seed)
	s.Mesh = clone(s.Mesh)
	f := s.Mesh.Triangles
	random.Shuffle(len(f), func(i, j int) { f[i], f[j] = f[j], f[i] })
	for i, t := range f {
		k := random.IntN(3)
		f[i] = mesh.Triangle{t[k], t[(k+1)%3], t[(k+2)%3]}
	}
	return s
}

// PermuteVertices shuffles the vertices.
func (s Solid) PermuteVertices(seed uint64) Solid {
	s.Mesh = clone(s.Mesh)
	to := Random(seed).Perm(len(s.Mesh.Vertices))
	old := slices.Clone(s.Mesh.Vertices)
	for i, p := range old {
		s.Mesh.Vertices[to[i]] = p
	}
	for i, t := range s.Mesh.Triangles {
		s.Mesh.Triangles[i] = mesh.Triangle{uint32(to[t[0]]), uint32(to[t[1]]), uint32(to[t[2]])}
	}
	return s
}

func (s Solid) move(f func(r3.Vector) r3.Vector) Solid {
	s.Mesh = clone(s.Mesh)
	for i, p := range s.Mesh.Vertices {
		s.Mesh.Vertices[i] = f(p)
	}
	return s
}

func clone(m *mesh.Mesh) *mesh.Mesh {
	return &mesh.Mesh{
		Vertices: slices.Clone(m.Vertices), Triangles: slices.Clone(m.Triangles),
		SinglePrecision: m.SinglePrecision,
	}
}

func splitMesh(m *mesh.Mesh) *mesh.Mesh {
	out := &mesh.Mesh{Vertices: slices.Clone(m.Vertices), SinglePrecision: m.SinglePrecision}
	middles := make(map[[2]uint32]uint32, 3*len(m.Triangles)/2)
	middle := func(a, b uint32) uint32 {
		key := [2]uint32{min(a, b), max(a, b)}
		i, ok := middles[key]
		if !ok {
			i = uint32(len(out.Vertices))
			middles[key] = i
			out.Vertices = append(out.Vertices, m.Vertices[a].Add(m.Vertices[b]).Mul(0.5))
		}
		return i
	}
	for _, t := range m.Triangles {
		a, b, c := t[0], t[1], t[2]
		x, y, z := middle(a, b), middle(b, c), middle(c, a)
		out.Triangles = append(out.Triangles,
			mesh.Triangle{a, x, z}, mesh.Triangle{x, b, y}, mesh.Triangle{z, y, c}, mesh.Triangle{x, y, z})
	}
	return out
}
