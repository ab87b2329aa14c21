package analysis

import (
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// facts are what criteria are judged on, in the form printability asks for.
func (b *body) facts() printability.MeshFacts {
	const most = printability.MaxLocations
	t, s := b.topology, b.measures
	out := printability.MeshFacts{
		Box:    s.Box,
		Area:   s.Area,
		Volume: b.volume(),

		BorderEdges: len(t.Border),
		Holes:       t.Holes.Len(),
		NonManifold: printability.NonManifold{
			Edges: t.NonManifoldEdges.Len(), Vertices: len(t.NonManifoldVertices), Places: b.branchings(most),
		},
		Flipped:     len(t.Flipped),
		FlipPlaces:  b.centers(t.Flipped, most),
		Degenerate:  s.Degenerate,
		Duplicate:   len(t.Duplicates),
		Bodies:      s.Bodies + s.Open,
		Cavities:    s.Cavities,
		NoiseShells: s.Noise,
	}
	for _, hole := range t.LongestHoles(b.mesh, most) {
		out.LongestHole = max(out.LongestHole, hole.Length)
		out.HolePlaces = append(out.HolePlaces, hole.Centroid)
	}
	for i := range s.Shells {
		if s.Shells[i].Kind == mesh.ShellBody && s.Shells[i].Volume < 0 {
			out.InsideOut++
		}
	}
	return out
}

// branchings returns places where the surface branches: the middles of edges,
// then vertices that are no end of such an edge's list.
func (b *body) branchings(most int) []r3.Vector {
	var places []r3.Vector
	edges := &b.topology.NonManifoldEdges
	for i := range min(edges.Len(), most) {
		h := edges.At(i)[0]
		t := b.mesh.Triangles[h/3]
		from, to := b.mesh.Vertices[t[h%3]], b.mesh.Vertices[t[(h+1)%3]]
		places = append(places, from.Add(to).Mul(0.5))
	}
	vertices := b.topology.NonManifoldVertices
	for _, v := range vertices[:min(len(vertices), most-len(places))] {
		places = append(places, b.mesh.Vertices[v])
	}
	return places
}

// centers returns the middles of the first triangles of a list.
func (b *body) centers(triangles []uint32, most int) []r3.Vector {
	var places []r3.Vector
	for _, f := range triangles[:min(len(triangles), most)] {
		places = append(places, b.center(f))
	}
	return places
}

func (b *body) center(f uint32) r3.Vector {
	p, q, r := b.mesh.Corners(int(f))
	return p.Add(q).Add(r).Mul(1.0 / 3)
}

// crossings are the number and places of pairs of triangles that cross.
func (b *body) crossings(found *mesh.SelfIntersections) *printability.Intersections {
	out := &printability.Intersections{Pairs: found.Count, Capped: found.Capped}
	for _, pair := range found.Pairs[:min(len(found.Pairs), printability.MaxLocations)] {
		out.Places = append(out.Places, b.center(pair[0]))
	}
	return out
}

// crossesShells reports whether triangles of two shells cross.
func (b *body) crossesShells(found *mesh.SelfIntersections) bool {
	shell := b.topology.ShellOf
	return slices.ContainsFunc(found.Pairs, func(pair [2]uint32) bool { return shell[pair[0]] != shell[pair[1]] })
}
