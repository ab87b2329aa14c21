package mesh_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// plainTopology is what a Topology says, found out by maps and repetition from
// the definitions alone.
type plainTopology struct {
	edges, border, misoriented, shared int
	vertices, points, shells           int
	collapsed, duplicates, flipped     int
	balanced, orientable               bool
}

type plainEdge struct {
	faces []int
	turn  []int // +1 from the lower to the higher vertex
}

func plain(m *mesh.Mesh) plainTopology {
	out := plainTopology{balanced: true, orientable: true}
	edges := map[[2]uint32]*plainEdge{}
	around := map[uint32][]int{}
	seen := map[mesh.Triangle]bool{}
	var faces []int
	for f, t := range m.Triangles {
		if t[0] == t[1] || t[1] == t[2] || t[2] == t[0] {
			out.collapsed++
			continue
		}
		faces = append(faces, f)
		if seen[t] || seen[mesh.Triangle{t[1], t[2], t[0]}] || seen[mesh.Triangle{t[2], t[0], t[1]}] {
			out.duplicates++
		}
		seen[t] = true
		for k := range 3 {
			a, b := t[k], t[(k+1)%3]
			around[a] = append(around[a], f)
			key := [2]uint32{min(a, b), max(a, b)}
			if edges[key] == nil {
				edges[key] = &plainEdge{}
			}
			turn := 1
			if a > b {
				turn = -1
			}
			edges[key].faces = append(edges[key].faces, f)
			edges[key].turn = append(edges[key].turn, turn)
		}
	}
	out.vertices, out.edges = len(around), len(edges)
	sum := func(xs []int) (s int) {
		for _, x := range xs {
			s += x
		}
		return s
	}
	for _, e := range edges {
		out.balanced = out.balanced && sum(e.turn) == 0
		switch {
		case len(e.faces) == 1:
			out.border++
		case len(e.faces) > 2:
			out.shared++
		case e.turn[0] == e.turn[1]:
			out.misoriented++
		}
	}
	out.shells = len(groups(faces, edges, func(*plainEdge) bool { return true }))
	for v, fs := range around {
		manifold := true
		at := map[[2]uint32]*plainEdge{}
		for key, e := range edges {
			if key[0] == v || key[1] == v {
				at[key] = e
				manifold = manifold && len(e.faces) <= 2
			}
		}
		if !manifold || len(groups(fs, at, func(*plainEdge) bool { return true })) != 1 {
			out.points++
		}
	}
	for _, set := range groups(faces, edges, func(e *plainEdge) bool { return len(e.faces) == 2 }) {
		out.turns(set, edges)
	}
	return out
}

// groups unites faces over edges by repetition until nothing changes.
func groups(faces []int, edges map[[2]uint32]*plainEdge, crosses func(*plainEdge) bool) [][]int {
	label := map[int]int{}
	for _, f := range faces {
		label[f] = f
	}
	for changed := true; changed; {
		changed = false
		for _, e := range edges {
			if !crosses(e) {
				continue
			}
			for _, f := range e.faces {
				for _, g := range e.faces {
					if label[f] > label[g] {
						label[f] = label[g]
						changed = true
					}
				}
			}
		}
	}
	sets := map[int][]int{}
	for _, f := range faces {
		sets[label[f]] = append(sets[label[f]], f)
	}
	var out [][]int
	for _, set := range sets {
		slices.Sort(set)
		out = append(out, slices.Compact(set))
	}
	return out
}

// turns spreads the turn of the first face of a set until nothing changes.
func (out *plainTopology) turns(set []int, edges map[[2]uint32]*plainEdge) {
	turn := map[int]int{set[0]: 1}
	in := map[int]bool{}
	for _, f := range set {
		in[f] = true
	}
	orientable := true
	for changed := true; changed; {
		changed = false
		for _, e := range edges {
			if len(e.faces) != 2 || !in[e.faces[0]] {
				continue
			}
			want := -e.turn[0] * e.turn[1]
			for i := range 2 {
				f, g := e.faces[i], e.faces[1-i]
				if turn[f] != 0 && turn[g] == 0 {
					turn[g] = turn[f] * want
					changed = true
				}
			}
			if turn[e.faces[0]] != 0 && turn[e.faces[0]] != want*turn[e.faces[1]] {
				orientable = false
			}
		}
	}
	against := 0
	for _, f := range set {
		if turn[f] < 0 {
			against++
		}
	}
	if orientable {
		out.flipped += min(against, len(set)-against)
	} else {
		out.orientable = false
	}
}

// randomMesh has triangles of random corners out of a few vertices, so that
// everything that can be wrong with a surface is.
func randomMesh(r *rand.Rand, vertices, triangles int) *mesh.Mesh {
	m := &mesh.Mesh{}
	for range vertices {
		m.Vertices = append(m.Vertices, r3.Vector{X: r.Float64(), Y: r.Float64(), Z: r.Float64()})
	}
	for range triangles {
		var t mesh.Triangle
		for k := range t {
			t[k] = uint32(r.IntN(vertices))
		}
		m.Triangles = append(m.Triangles, t)
	}
	return m
}

// On every mesh, however broken, the topology is that of the definitions, and
// does not depend on the order of triangles and vertices.
func TestTopologyRandom(t *testing.T) {
	r := meshtest.Random(1)
	for range 3000 {
		m := randomMesh(r, 3+r.IntN(12), 1+r.IntN(30))
		compareWithPlain(t, m)
		if t.Failed() {
			t.Fatalf("mesh %v", m.Triangles)
		}
	}
}

// The same around vertices of many triangles.
func TestTopologyRandomHub(t *testing.T) {
	r := meshtest.Random(2)
	for range 20 {
		m := randomMesh(r, 40, 100)
		for f := range m.Triangles {
			m.Triangles[f][r.IntN(3)] = 20
		}
		compareWithPlain(t, m)
		if t.Failed() {
			t.Fatalf("mesh %v", m.Triangles)
		}
	}
}

func compareWithPlain(t *testing.T, m *mesh.Mesh) {
	t.Helper()
	topology, err := mesh.NewTopology(context.Background(), m, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := plain(m)
	got := plainTopology{
		edges: topology.Edges, border: len(topology.Border), misoriented: len(topology.Misoriented),
		shared: topology.NonManifoldEdges.Len(), vertices: topology.Vertices, points: len(topology.NonManifoldVertices),
		shells: topology.Shells, collapsed: len(topology.Collapsed), duplicates: len(topology.Duplicates),
		flipped: len(topology.Flipped), balanced: topology.Balanced, orientable: topology.Orientable(),
	}
	if !want.orientable {
		want.flipped = got.flipped
	}
	if got != want {
		t.Errorf("topology\n%+v, want\n%+v", got, want)
	}
	checkTwins(t, m, topology)
	holes := topology.Holes.Len()
	shuffled := meshtest.Solid{Mesh: m}.PermuteTriangles(7).PermuteVertices(8)
	other, err := mesh.NewTopology(context.Background(), shuffled.Mesh, 1)
	if err != nil {
		t.Fatal(err)
	}
	if other.Holes.Len() != holes {
		t.Errorf("%d holes in one order, %d in another", holes, other.Holes.Len())
	}
}

// checkTwins holds twins to their definition, and holes to covering the border
// once.
func checkTwins(t *testing.T, m *mesh.Mesh, topology *mesh.Topology) {
	t.Helper()
	ends := func(h uint32) [2]uint32 {
		a, b := m.Triangles[h/3][h%3], m.Triangles[h/3][(h+1)%3]
		return [2]uint32{min(a, b), max(a, b)}
	}
	for h, twin := range topology.Twins {
		if twin == mesh.NoIndex {
			continue
		}
		if topology.Twins[twin] != uint32(h) || ends(twin) != ends(uint32(h)) || twin/3 == uint32(h)/3 {
			t.Errorf("twin of half-edge %d is %d", h, twin)
		}
	}
	var chained []uint32
	for i := range topology.Holes.Len() {
		if len(topology.Holes.At(i)) == 0 {
			t.Errorf("hole %d has no edge", i)
		}
		chained = append(chained, topology.Holes.At(i)...)
	}
	slices.Sort(chained)
	if !slices.Equal(chained, topology.Border) {
		t.Errorf("holes have the half-edges %v, the border %v", chained, topology.Border)
	}
}

// No mesh, however broken, makes topology, measures or cleaning fail, and a
// cleaned mesh is clean.
func FuzzTopology(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2})
	f.Add([]byte{0, 1, 2, 0, 1, 2, 2, 1, 0, 3, 3, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &mesh.Mesh{}
		for i := range 16 {
			m.Vertices = append(m.Vertices, r3.Vector{X: float64(i * i % 7), Y: float64(i % 5), Z: float64(i % 3)})
		}
		for ; len(data) >= 3 && len(m.Triangles) < 60; data = data[3:] {
			m.Triangles = append(m.Triangles, mesh.Triangle{uint32(data[0] % 16), uint32(data[1] % 16), uint32(data[2] % 16)})
		}
		compareWithPlain(t, m)
		topology, measures := survey(t, m)
		if _, err := mesh.CheckSolid(m, topology, measures); err != nil {
			if _, ok := err.(*mesh.Error); !ok {
				t.Error(err)
			}
		}
		cleaned, after, _, err := mesh.Clean(context.Background(), m, topology, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(after.Collapsed) > 0 || len(after.Duplicates) > 0 {
			t.Errorf("%d collapsed and %d duplicate triangles after cleaning", len(after.Collapsed), len(after.Duplicates))
		}
		if _, _, report, err := mesh.Clean(context.Background(), cleaned, after, 1); err != nil || report.Changed() {
			t.Errorf("cleaning again: %+v, %v", report, err)
		}
	})
}
