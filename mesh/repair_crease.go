package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

const (
	// creaseArea is by how much larger than the least area two flat patches
	// may be. Two long patches of the same width that meet at a right angle
	// have √2 times the area of the one that cuts their corner; sharper ones,
	// as two meridians of a ball make them, more.
	creaseArea = math.Sqrt2 * (1 + areaSlack)
	// creaseBends is how many corners each of two flat patches must have: three
	// always lie in a plane.
	creaseBends = 4
)

// creased closes an outline that runs in two planes, as where two sides of a
// box are missing, by a flat patch in each of them; they meet in an edge
// between the corners where the outline changes from one plane to the other.
// It returns nil if there are no such planes.
func (r *repairer) creased(outline []uint32, edges map[[2]uint32]bool) ([]Triangle, error) {
	n := len(outline)
	tolerance := float64(flatness * r.outlineBox(outline).Diagonal())
	// A run that starts in the middle of a plane, or across a bend, ends at
	// some corner; the next one, or the one after it, starts at a true one.
	from := 0
	for range 2 {
		from = (from + r.flatRun(outline, from, tolerance)) % n
	}
	first := r.flatRun(outline, from, tolerance)
	middle := (from + first) % n
	second := r.flatRun(outline, middle, tolerance)
	if first+second < n || first >= n || edges[[2]uint32{min(outline[from], outline[middle]), max(outline[from], outline[middle])}] {
		return nil, nil
	}
	var triangles []Triangle
	for _, run := range [...][2]int{{from, first}, {middle, n - first}} {
		piece := make([]uint32, 0, run[1]+1)
		for i := range run[1] + 1 {
			piece = append(piece, outline[(run[0]+i)%n])
		}
		if r.bends(piece, tolerance) < creaseBends {
			return nil, nil
		}
		var p patch
		if ok, err := r.clipPatch(&p, piece, edges); !ok || err != nil {
			return nil, err
		}
		triangles = append(triangles, p.triangles...)
	}
	return triangles, nil
}

func (r *repairer) outlineBox(outline []uint32) Box {
	box := EmptyBox()
	for _, v := range outline {
		box.include(r.mesh.Vertices[v])
	}
	return box
}

// flatRun returns how many edges of an outline, from corner start on, lie in
// one plane; all of them at most.
func (r *repairer) flatRun(outline []uint32, start int, tolerance float64) int {
	n := len(outline)
	foot := r.mesh.Vertices[outline[start]]
	var along, normal r3.Vector // of the run so far; zero if not known yet
	for i := 1; i <= n; i++ {
		d := r.mesh.Vertices[outline[(start+i)%n]].Sub(foot)
		switch {
		case normal != r3.Vector{}:
			if math.Abs(d.Dot(normal)) > tolerance {
				return i - 1
			}
		case along == r3.Vector{}:
			if length := d.Norm(); length > tolerance {
				along = Scaled(d, 1/length)
			}
		default:
			across := along.Cross(d)
			if size := across.Norm(); size > tolerance {
				normal = Scaled(across, 1/size)
			}
		}
	}
	return n
}

// bends returns how many corners of a closed outline are none of a straight
// line.
func (r *repairer) bends(outline []uint32, tolerance float64) int {
	found := 0
	n := len(outline)
	for i, v := range outline {
		a, b := r.mesh.Vertices[outline[(i+n-1)%n]], r.mesh.Vertices[outline[(i+1)%n]]
		side := b.Sub(a)
		// The distance of the corner to the line through its neighbours.
		if r.mesh.Vertices[v].Sub(a).Cross(side).Norm() > tolerance*side.Norm() {
			found++
		}
	}
	return found
}
