package meshtest

import (
	"fmt"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/mesh"
)

// Cells unites the boxes of a grid for which full is true. xs, ys and zs are
// the rising coordinates of the grid planes, so cell (i, j, k) spans
// xs[i]..xs[i+1] and so on. Each face between a full and an empty cell becomes
// two triangles and vertices are shared, so the surface has no T-junctions;
// cells that touch along an edge only share it, which makes it non-manifold.
//
// Volume, Area and NonManifoldEdges are counted. Shells, Cavities and Euler
// are those of a single block; set them where the shape differs.
func Cells(name string, xs, ys, zs []float64, full func(i, j, k int) bool) Solid {
	g := &cellGrid{axes: [3][]float64{xs, ys, zs}, full: full, index: map[[3]int]uint32{}}
	s := Solid{Name: name, Mesh: &g.mesh, Shells: 1, Euler: 2}
	for k := range len(zs) - 1 {
		for j := range len(ys) - 1 {
			for i := range len(xs) - 1 {
				if !full(i, j, k) {
					continue
				}
				size := [3]float64{xs[i+1] - xs[i], ys[j+1] - ys[j], zs[k+1] - zs[k]}
				s.Volume += size[0] * size[1] * size[2]
				for axis := range 3 {
					for _, side := range [...]int{-1, +1} {
						next := [3]int{i, j, k}
						next[axis] += side
						if !g.isFull(next) {
							g.face([3]int{i, j, k}, axis, side)
							s.Area += size[(axis+1)%3] * size[(axis+2)%3]
						}
					}
				}
			}
		}
	}
	uses := map[[2]uint32]int{}
	for _, t := range g.mesh.Triangles {
		for e := range 3 {
			a, b := t[e], t[(e+1)%3]
			uses[[2]uint32{min(a, b), max(a, b)}]++
		}
	}
	for _, n := range uses {
		if n > 2 {
			s.NonManifoldEdges++
		}
	}
	return s
}

type cellGrid struct {
	axes  [3][]float64
	full  func(i, j, k int) bool
	index map[[3]int]uint32
	mesh  mesh.Mesh
}

func (g *cellGrid) isFull(c [3]int) bool {
	for axis, i := range c {
		if i < 0 || i >= len(g.axes[axis])-1 {
			return false
		}
	}
	return g.full(c[0], c[1], c[2])
}

// face adds the face of cell c whose outward normal points along axis in the
// direction of side.
func (g *cellGrid) face(c [3]int, axis, side int) {
	u, v := (axis+1)%3, (axis+2)%3
	if side < 0 {
		u, v = v, u
	} else {
		c[axis]++
	}
	corner := func(du, dv int) uint32 {
		p := c
		p[u] += du
		p[v] += dv
		i, ok := g.index[p]
		if !ok {
			i = uint32(len(g.mesh.Vertices))
			g.index[p] = i
			g.mesh.Vertices = append(g.mesh.Vertices, r3.Vector{X: g.axes[0][p[0]], Y: g.axes[1][p[1]], Z: g.axes[2][p[2]]})
		}
		return i
	}
	p00, p10, p11, p01 := corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)
	g.mesh.Triangles = append(g.mesh.Triangles, mesh.Triangle{p00, p10, p11}, mesh.Triangle{p00, p11, p01})
}

// steps returns n+1 evenly spaced coordinates from 0 to length.
func steps(length float64, n int) []float64 {
	out := make([]float64, n+1)
	for i := range out {
		out[i] = length * float64(i) / float64(n)
	}
	return out
}

func always(_, _, _ int) bool { return true }

// Box returns a box from the origin to (w, d, h), of 12 triangles.
func Box(w, d, h float64) Solid { return GridBox(w, d, h, 1) }

// Cube returns a cube with one corner at the origin.
func Cube(a float64) Solid { return Box(a, a, a) }

// GridBox returns a box from the origin to (w, d, h) whose faces are grids of
// n×n squares: 12n² triangles.
func GridBox(w, d, h float64, n int) Solid {
	s := Cells(fmt.Sprintf("box_%gx%gx%g_n%d", w, d, h, n), steps(w, n), steps(d, n), steps(h, n), always)
	s.MinWall = min(w, d, h)
	return s
}

// Plate returns a square plate of side a and thickness t.
func Plate(a, t float64) Solid { return Box(a, a, t) }

// Table returns a w×d plate of thickness top on four square legs of side leg,
// height high in all.
func Table(w, d, height, top, leg float64) Solid {
	s := Cells("table", []float64{0, leg, w - leg, w}, []float64{0, leg, d - leg, d}, []float64{0, height - top, height},
		func(i, j, k int) bool { return k == 1 || i != 1 && j != 1 })
	s.MinWall = min(top, leg)
	return s
}

// Mushroom returns a w×d plate of thickness top on one square stem of side
// stem in its middle, height high in all.
func Mushroom(w, d, height, top, stem float64) Solid {
	s := Cells("mushroom", []float64{0, (w - stem) / 2, (w + stem) / 2, w}, []float64{0, (d - stem) / 2, (d + stem) / 2, d}, []float64{0, height - top, height},
		func(i, j, k int) bool { return k == 1 || i == 1 && j == 1 })
	s.MinWall = min(top, stem)
	return s
}

// OpenBox returns a box with walls and floor of thickness wall and no lid: a
// closed surface around a tray.
func OpenBox(w, d, h, wall float64) Solid {
	s := Cells(fmt.Sprintf("open_box_%g", wall), []float64{0, wall, w - wall, w}, []float64{0, wall, d - wall, d}, []float64{0, wall, h},
		func(i, j, k int) bool { return k == 0 || i != 1 || j != 1 })
	s.MinWall = wall
	return s
}

// Frame returns a w×d×h block with a rectangular hole along z that leaves
// walls of thickness wall: genus 1.
func Frame(w, d, h, wall float64) Solid {
	s := Cells(fmt.Sprintf("frame_%g", wall), []float64{0, wall, w - wall, w}, []float64{0, wall, d - wall, d}, []float64{0, h},
		func(i, j, _ int) bool { return i != 1 || j != 1 })
	s.MinWall = min(wall, h)
	s.Euler = 0
	return s
}

// HollowBox returns a box with a box-shaped cavity that leaves walls of
// thickness wall.
func HollowBox(w, d, h, wall float64) Solid {
	inner := Box(w-2*wall, d-2*wall, h-2*wall).Translate(wall, wall, wall).Flip()
	s := Merge(fmt.Sprintf("hollow_box_%g", wall), Box(w, d, h), inner)
	s.Cavities = 1
	s.MinWall = wall
	return s
}

// NestedBoxes returns n cubes inside one another, the outermost of side a,
// each step deeper on every side than the one before: solid, cavity, solid and
// so on.
func NestedBoxes(a, step float64, n int) Solid {
	var parts []Solid
	for i := range n {
		inset := float64(i) * step
		box := Cube(a-2*inset).Translate(inset, inset, inset)
		if i%2 == 1 {
			box = box.Flip()
		}
		parts = append(parts, box)
	}
	s := Merge(fmt.Sprintf("nested_boxes_%d", n), parts...)
	s.Cavities = n / 2
	s.MinWall = min(step, a-2*step*float64(n-1))
	return s
}

// OverlappingCubes returns two cubes of side a, the second moved by (dx, dy,
// dz): with 0 < d < a on every axis they overlap. Volume and area are the sums
// over both; the overlap counts twice.
func OverlappingCubes(a, dx, dy, dz float64) Solid {
	s := Merge("overlapping_cubes", Cube(a), Cube(a).Translate(dx, dy, dz))
	s.MinWall = 0
	return s
}

// TouchingCubes returns two cubes of side a whose boxes share a face (axes 1),
// an edge (axes 2) or a vertex (axes 3), welded there. The shared face stays,
// twice, inside.
func TouchingCubes(a float64, axes int) Solid {
	move := [3]float64{}
	for i := range axes {
		move[i] = a
	}
	s := Merge(fmt.Sprintf("touching_cubes_%d", axes), Cube(a), Cube(a).Translate(move[0], move[1], move[2])).Weld()
	s.MinWall = 0
	switch axes {
	case 1: // 4 vertices and, as both diagonals agree, 5 edges fall together
		s.Euler, s.Shells, s.NonManifoldEdges = 4+(-4+5), 1, 5
	case 2: // 2 vertices and an edge fall together
		s.Euler, s.Shells, s.NonManifoldEdges = 4+(-2+1), 1, 1
	case 3:
		s.Euler = 4 - 1
	}
	return s
}
