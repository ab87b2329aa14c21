package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/partgauge/partgauge/mesh"
)

// runDouble writes a model with twice its triangles as binary STL: the same
// surface, so that growth is due to the number of triangles alone.
func runDouble(ctx context.Context, args []string, _ io.Writer) error {
	if len(args) != 2 {
		return errors.New("double IN OUT")
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	file, err := mesh.Read(ctx, data, mesh.ReadOptions{})
	if err != nil {
		return err
	}
	m, err := double(file.Mesh)
	if err != nil {
		return err
	}
	return writeSTL(args[1], m)
}

// double returns m with twice its triangles, or one less.
func double(m *mesh.Mesh) (*mesh.Mesh, error) {
	for most := 2 * len(m.Triangles); len(m.Triangles)+2 <= most; {
		before := len(m.Triangles)
		if m = cutEdges(m, most); len(m.Triangles) == before {
			return nil, errors.New("no edge has two triangles")
		}
	}
	return m, nil
}

// cutEdges halves edges that have two triangles, and with each edge both of
// them, until there are `most` triangles or every triangle was cut once. Each
// triangle in turn offers its longest edge.
func cutEdges(m *mesh.Mesh, most int) *mesh.Mesh {
	type edge struct{ a, b uint32 }
	count := len(m.Triangles)
	faces := make(map[edge][2]int32, 3*count/2) // triangle numbers from 1; -1 for more than two
	key := func(a, b uint32) edge { return edge{min(a, b), max(a, b)} }
	for f, t := range m.Triangles {
		for k := range 3 {
			e := key(t[k], t[(k+1)%3])
			switch at := faces[e]; {
			case at[0] == 0:
				faces[e] = [2]int32{int32(f) + 1, 0}
			case at[1] == 0:
				faces[e] = [2]int32{at[0], int32(f) + 1}
			default:
				faces[e] = [2]int32{-1, -1}
			}
		}
	}
	out := &mesh.Mesh{
		Vertices:        slices.Clone(m.Vertices),
		Triangles:       append(make([]mesh.Triangle, 0, most), m.Triangles...),
		SinglePrecision: m.SinglePrecision,
	}
	cut := make([]bool, count)
	for f := range count {
		if cut[f] || len(out.Triangles)+2 > most {
			continue
		}
		t := m.Triangles[f]
		best, length := -1, 0.0
		for k := range 3 {
			other := faces[key(t[k], t[(k+1)%3])]
			if other[0] <= 0 || other[1] <= 0 || cut[other[0]-1] || cut[other[1]-1] || other[0] == other[1] {
				continue
			}
			if l := m.Vertices[t[k]].Sub(m.Vertices[t[(k+1)%3]]).Norm2(); l > length {
				best, length = k, l
			}
		}
		if best < 0 {
			continue
		}
		e := key(t[best], t[(best+1)%3])
		middle := uint32(len(out.Vertices))
		out.Vertices = append(out.Vertices, m.Vertices[e.a].Add(m.Vertices[e.b]).Mul(0.5))
		for _, face := range faces[e] {
			g := int(face) - 1
			cut[g] = true
			// Corner k is the one where the edge starts in this triangle.
			corners := m.Triangles[g]
			k := 0
			for key(corners[k], corners[(k+1)%3]) != e {
				k++
			}
			a, b, c := corners[k], corners[(k+1)%3], corners[(k+2)%3]
			out.Triangles[g] = mesh.Triangle{a, middle, c}
			out.Triangles = append(out.Triangles, mesh.Triangle{middle, b, c})
		}
	}
	return out
}
