package mesh

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// membranes removes walls without thickness inside a solid: single sheets that
// end at three-triangle edges only, so that the surface closes without them,
// and that have material on both sides.
func (r *repairer) membranes() (change, error) {
	var done change
	edges := &r.topology.NonManifoldEdges
	if edges.Len() == 0 {
		return done, nil
	}
	sheets := r.sheets()
	candidates := r.closableSheets(sheets)
	if len(candidates) == 0 {
		return done, nil
	}
	tree, err := NewBVH(r.ctx, r.mesh, BVHOptions{Threads: r.opts.Threads})
	if err != nil {
		return done, err
	}
	removed := map[uint32]bool{}
	for _, c := range candidates {
		if err := r.ctx.Err(); err != nil {
			return done, err
		}
		if slices.ContainsFunc(c.beside, func(s uint32) bool { return removed[s] }) || !r.isBuried(c.faces, sheets, tree) {
			continue
		}
		removed[sheets[c.faces[0]]] = true
		done.at(r.middle(c.faces[0]))
	}
	var drop []uint32
	for f, s := range sheets {
		if removed[s] {
			drop = append(drop, uint32(f))
		}
	}
	return done, r.drop(drop)
}

// sheets returns, for every triangle, the lowest triangle of those connected
// with it over two-triangle edges.
func (r *repairer) sheets() []uint32 {
	sheet := make([]uint32, len(r.mesh.Triangles))
	for f := range sheet {
		sheet[f] = uint32(f)
	}
	for h, twin := range r.topology.Twins {
		if twin != noIndex && twin > uint32(h) {
			unite(sheet, uint32(h)/3, twin/3)
		}
	}
	for f := range sheet {
		sheet[f] = rootOf(sheet, uint32(f))
	}
	return sheet
}

// A closableSheet is a sheet that ends at three-triangle edges only.
type closableSheet struct {
	faces  []uint32
	area   float64
	beside []uint32 // the sheets it ends at
}

// closableSheets lists them by rising area.
func (r *repairer) closableSheets(sheets []uint32) []closableSheet {
	t := r.topology
	open := map[uint32]bool{}
	beside := map[uint32][]uint32{}
	for _, h := range t.Border {
		open[sheets[h/3]] = true
	}
	for i := range t.NonManifoldEdges.Len() {
		edge := t.NonManifoldEdges.At(i)
		for _, h := range edge {
			s := sheets[h/3]
			open[s] = open[s] || len(edge) != 3
			for _, other := range edge {
				if o := sheets[other/3]; o != s {
					beside[s] = append(beside[s], o)
				} else if other != h {
					open[s] = true
				}
			}
		}
	}
	index := map[uint32]int{}
	var out []closableSheet
	for f, s := range sheets {
		if beside[s] == nil || open[s] {
			continue
		}
		i, known := index[s]
		if !known {
			i = len(out)
			index[s] = i
			list := slices.Clone(beside[s])
			slices.Sort(list)
			out = append(out, closableSheet{beside: slices.Compact(list)})
		}
		out[i].faces = append(out[i].faces, uint32(f))
		out[i].area += float64(r.mesh.AreaVector(f).Norm() / 2)
	}
	slices.SortFunc(out, func(a, b closableSheet) int {
		return cmp.Or(cmp.Compare(a.area, b.area), cmp.Compare(a.faces[0], b.faces[0]))
	})
	return out
}

// isBuried reports whether points of a sheet lie inside the rest of the
// surface: whether rays from them meet it an odd number of times.
func (r *repairer) isBuried(faces, sheets []uint32, tree *BVH) bool {
	inside := 0
	var hits []Hit
	for n := range nestingRays {
		a, b, c := r.mesh.Corners(int(faces[n*len(faces)/nestingRays]))
		p := Scaled(a, 0.2718).Add(Scaled(b, 0.3142)).Add(Scaled(c, 0.414))
		hits = tree.AllHits(Ray{Origin: p, Dir: r3.Vector{X: 0.5772, Y: 0.1618, Z: 0.7979}, Max: math.Inf(1), Exclude: NoFace}, hits[:0])
		crossings := 0
		for _, h := range hits {
			if sheets[h.Face] != sheets[faces[0]] {
				crossings++
			}
		}
		inside += crossings % 2
	}
	return 2*inside > nestingRays
}
