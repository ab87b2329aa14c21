package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// Icosphere returns directions of length 1 spread evenly over the sphere: the
// corners of an icosahedron whose edges are halved level times, 10·4^level + 2
// of them (12, 42, 162, 642, 2562, ...). Neighbours are 50° to 75° by 2^level
// apart, and the opposite of each direction is among them. The corners of a
// lower level come first. Levels above 7 are taken as 7 (163 842 directions).
func Icosphere(level int) []r3.Vector {
	level = min(max(level, 0), 7)
	phi := (1 + math.Sqrt(5)) / 2
	var d []r3.Vector
	for i := range 3 {
		for _, s := range [...]float64{1, -1} {
			for _, t := range [...]float64{1, -1} {
				c := [3]float64{}
				c[(i+1)%3], c[(i+2)%3] = s, float64(t*phi)
				d = append(d, r3.Vector{X: c[0], Y: c[1], Z: c[2]}.Normalize())
			}
		}
	}
	triangles := icosahedronTriangles(d)
	for range level {
		d, triangles = splitSphere(d, triangles)
	}
	return d
}

// icosahedronTriangles finds the twenty triples of corners at mutual distance
// of an edge.
func icosahedronTriangles(d []r3.Vector) []Triangle {
	near := func(i, j int) bool { return d[i].Dot(d[j]) > 0.4 } // 1/√5 for neighbours, less for others
	var triangles []Triangle
	for i := range d {
		for j := i + 1; j < len(d); j++ {
			for k := j + 1; k < len(d); k++ {
				if near(i, j) && near(j, k) && near(k, i) {
					triangles = append(triangles, Triangle{uint32(i), uint32(j), uint32(k)})
				}
			}
		}
	}
	return triangles
}

// splitSphere splits every triangle into four at the middles of its edges.
func splitSphere(d []r3.Vector, triangles []Triangle) ([]r3.Vector, []Triangle) {
	middles := make(map[[2]uint32]uint32)
	middle := func(a, b uint32) uint32 {
		key := [2]uint32{min(a, b), max(a, b)}
		m, ok := middles[key]
		if !ok {
			m = uint32(len(d))
			middles[key] = m
			d = append(d, d[key[0]].Add(d[key[1]]).Normalize())
		}
		return m
	}
	split := make([]Triangle, 0, 4*len(triangles))
	for _, t := range triangles {
		ab, bc, ca := middle(t[0], t[1]), middle(t[1], t[2]), middle(t[2], t[0])
		split = append(split, Triangle{t[0], ab, ca}, Triangle{ab, t[1], bc}, Triangle{ca, bc, t[2]}, Triangle{ab, bc, ca})
	}
	return d, split
}
