package mesh

import (
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
)

// noise removes noise shells.
func (r *repairer) noise() (change, error) {
	var done change
	s, err := r.measures()
	if err != nil || s.Noise == 0 {
		return done, err
	}
	return r.dropShells(func(i int) bool { return s.Shells[i].Kind == ShellNoise }, s)
}

// strays removes flat sheets that are small beside a closed surface, such as
// triangles on their own: whatever closed them would enclose nothing.
func (r *repairer) strays() (change, error) {
	var done change
	if len(r.topology.Border) == 0 {
		return done, nil
	}
	s, err := r.measures()
	if err != nil {
		return done, err
	}
	small := r.opts.StrayArea * s.Area
	stray := make([]bool, len(s.Shells))
	solid := false
	for i := range s.Shells {
		stray[i] = s.Shells[i].Kind == ShellOpen && s.Shells[i].Area <= small
		solid = solid || s.Shells[i].Kind != ShellOpen || s.Shells[i].Area > small && s.Shells[i].Triangles > 3
	}
	if !solid || !slices.Contains(stray, true) {
		return done, nil
	}
	r.keepBent(stray, s)
	return r.dropShells(func(i int) bool { return stray[i] }, s)
}

// keepBent takes the shells off that do not lie in a plane.
func (r *repairer) keepBent(stray []bool, s *Measures) {
	normals := make([]r3.Vector, len(stray)) // of the largest triangle
	for f, shell := range r.topology.ShellOf {
		if shell != noIndex && stray[shell] {
			if n := r.mesh.AreaVector(f); n.Norm2() > normals[shell].Norm2() {
				normals[shell] = n
			}
		}
	}
	for f, shell := range r.topology.ShellOf {
		if shell == noIndex || !stray[shell] || normals[shell] == (r3.Vector{}) {
			continue
		}
		unit := normals[shell].Normalize()
		foot := r.mesh.Vertices[r.mesh.Triangles[s.Shells[shell].First][0]]
		for _, v := range r.mesh.Triangles[f] {
			if math.Abs(r.mesh.Vertices[v].Sub(foot).Dot(unit)) > flatness*s.Shells[shell].Box.Diagonal() {
				stray[shell] = false
			}
		}
	}
}

// flatness is the distance from a plane, in units of the size, within which
// points lie in it.
const flatness = 1e-5

// dropShells removes whole shells.
func (r *repairer) dropShells(drop func(shell int) bool, s *Measures) (change, error) {
	var done change
	for i := range s.Shells {
		if drop(i) {
			done.at(s.Shells[i].Box.Center())
		}
	}
	var faces []uint32
	for f, shell := range r.topology.ShellOf {
		if shell != noIndex && drop(int(shell)) {
			faces = append(faces, uint32(f))
		}
	}
	return done, r.drop(faces)
}

// outward turns closed shells so that material is inside.
//
// The outermost shells are turned outward, each with all that lies inside it:
// an inner shell keeps its turn relative to the outermost one, so that one
// turned alike is solid within solid and one turned against it a cavity. Only
// shells whose own triangles were not turned alike have no turn to keep: of
// these, one inside an odd number of shells is turned inward.
func (r *repairer) outward() (change, error) {
	var done change
	s, err := r.measures()
	if err != nil {
		return done, err
	}
	uncertain := make([]bool, len(s.Shells))
	for f, shell := range r.topology.ShellOf {
		if r.turned != nil && r.turned[f] && shell != noIndex {
			uncertain[shell] = true
		}
	}
	if len(insideOut(s)) == 0 && (len(s.Shells) == 1 || !slices.Contains(uncertain, true)) {
		return done, nil
	}
	around, err := r.nest(s)
	if err != nil {
		return done, err
	}
	flip := turnsOutward(s, around, uncertain)
	m := withTriangles(r.mesh)
	for i := range flip {
		if flip[i] {
			done.at(s.Shells[i].Box.Center())
		}
	}
	if done.count == 0 {
		return done, nil
	}
	for f, shell := range r.topology.ShellOf {
		if shell != noIndex && flip[shell] {
			t := &m.Triangles[f]
			t[1], t[2] = t[2], t[1]
		}
	}
	return done, r.take(m, nil)
}

// turnsOutward decides which shells are turned over. around lists the shells
// that each one lies in.
func turnsOutward(s *Measures, around [][]int, uncertain []bool) []bool {
	flip := make([]bool, len(s.Shells))
	inward := func(i int) bool { return s.Shells[i].Volume < 0 }
	for i := range s.Shells {
		if len(around[i]) == 0 || uncertain[i] {
			flip[i] = s.Shells[i].HasMass && inward(i) != (len(around[i])%2 == 1)
		}
	}
	for i := range s.Shells {
		if len(around[i]) == 0 || uncertain[i] || !s.Shells[i].HasMass {
			continue
		}
		// With the outermost shell around it, if that is of the file's own turn.
		outermost := around[i][0]
		for _, o := range around[i] {
			if math.Abs(s.Shells[o].Volume) > math.Abs(s.Shells[outermost].Volume) {
				outermost = o
			}
		}
		flip[i] = flip[outermost] && !uncertain[outermost]
	}
	return flip
}

// nest lists, for each closed shell, the closed shells around it: those whose
// surface winds around a point of it, by a ray. Shells whose boxes lie in no
// other box are around or inside nothing and are not asked.
func (r *repairer) nest(s *Measures) ([][]int, error) {
	around := make([][]int, len(s.Shells))
	inner := innerBoxes(s)
	if len(inner) == 0 {
		return around, nil
	}
	tree, err := NewBVH(r.ctx, r.mesh, BVHOptions{Threads: r.opts.Threads})
	if err != nil {
		return nil, err
	}
	corners := shellRuns(r.mesh, r.topology)
	err = parallel.ForEach(r.ctx, threadCount(r.opts.Threads), len(inner), func(job int) {
		i := inner[job]
		around[i] = r.shellsAround(i, s, tree, &corners)
	})
	return around, err
}

// innerBoxes lists the closed shells whose box may lie in another's: all but
// those beyond every other on some axis.
func innerBoxes(s *Measures) (inner []int) {
	order := make([]int, 0, len(s.Shells))
	for i := range s.Shells {
		if s.Shells[i].HasMass {
			order = append(order, i)
		}
	}
	// Along x, a box lies in another only if that one begins earlier and ends
	// later.
	slices.SortFunc(order, func(i, j int) int {
		a, b := &s.Shells[i].Box, &s.Shells[j].Box
		if a.Min.X != b.Min.X {
			if a.Min.X < b.Min.X {
				return -1
			}
			return 1
		}
		if a.Max.X != b.Max.X {
			if a.Max.X > b.Max.X {
				return -1
			}
			return 1
		}
		return i - j
	})
	end := math.Inf(-1)
	for n, i := range order {
		box := &s.Shells[i].Box
		same := n > 0 && n+1 < len(order) && s.Shells[order[n+1]].Box.Min.X == box.Min.X && s.Shells[order[n+1]].Box.Max.X == box.Max.X
		if box.Max.X <= end || same {
			inner = append(inner, i)
		}
		end = max(end, box.Max.X)
	}
	return inner
}

// nestingRays is how many points of a shell are asked, and the most frequent
// answer taken: one may lie on the surface of another shell.
const nestingRays = 5

// shellsAround returns the shells that wind around most of some points of
// shell i.
func (r *repairer) shellsAround(i int, s *Measures, tree *BVH, faces *runs) (around []int) {
	votes := map[uint32]int{}
	var hits []Hit
	lo, hi := faces.start[i], faces.start[i+1]
	for n := range uint32(nestingRays) {
		f := faces.at(lo + uint32(uint64(hi-lo)*uint64(n)/nestingRays))
		a, b, c := r.mesh.Corners(int(f))
		p := Scaled(a, 0.2718).Add(Scaled(b, 0.3142)).Add(Scaled(c, 0.414))
		hits = tree.AllHits(Ray{Origin: p, Dir: r3.Vector{X: 0.5772, Y: 0.1618, Z: 0.7979}, Max: math.Inf(1), Exclude: NoFace}, hits[:0])
		winding := map[uint32]int32{}
		for _, h := range hits {
			winding[r.topology.ShellOf[h.Face]] += h.Sign
		}
		for shell, w := range winding {
			if w != 0 && shell != uint32(i) && s.Shells[shell].HasMass {
				votes[shell]++
			}
		}
	}
	for shell, n := range votes {
		if 2*n > nestingRays && s.Shells[shell].Box.contains(s.Shells[i].Box) {
			around = append(around, int(shell))
		}
	}
	slices.Sort(around)
	return around
}
