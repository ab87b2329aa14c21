package mesh_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

func selfIntersections(t testing.TB, m *mesh.Mesh, opts mesh.SelfIntersectionOptions) mesh.SelfIntersections {
	t.Helper()
	s, err := newBVH(t, m).SelfIntersections(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if s.Count != len(s.Pairs) {
		t.Errorf("Count %d, but %d pairs", s.Count, len(s.Pairs))
	}
	return s
}

// The tree finds the pairs that comparing all faces finds.
func TestSelfIntersectionsAgainstBruteForce(t *testing.T) {
	for _, s := range soups {
		m := soup(21, min(s.n, 400), s.size, s.snap)
		var want [][2]uint32
		for i := range m.Triangles {
			for j := range i {
				pair := &mesh.Mesh{Vertices: m.Vertices, Triangles: []mesh.Triangle{m.Triangles[j], m.Triangles[i]}}
				if selfIntersections(t, pair, mesh.SelfIntersectionOptions{Threads: 1}).Count > 0 {
					want = append(want, [2]uint32{uint32(j), uint32(i)})
				}
			}
		}
		slices.SortFunc(want, func(p, q [2]uint32) int { return slices.Compare(p[:], q[:]) })
		if got := selfIntersections(t, m, mesh.SelfIntersectionOptions{}); !slices.Equal(got.Pairs, want) || got.Capped {
			t.Errorf("%s: %d pairs, want %d", s.name, got.Count, len(want))
		}
	}
}

// Clean solids have none: neighbours that only share vertices, edges or planes
// are not counted, in any position.
func TestSelfIntersectionsNoneInSolids(t *testing.T) {
	for _, s := range meshtest.Closed() {
		for _, v := range []meshtest.Solid{s, s.Rotate(5), s.Translate(1e6, 1e6, 1e6).Round()} {
			if got := selfIntersections(t, v.Mesh, mesh.SelfIntersectionOptions{}); got.Count != 0 {
				t.Errorf("%s: %d pairs, first %v", v.Name, got.Count, got.Pairs[0])
			}
		}
	}
}

// Two boxes through one another: the faces that cross, known by hand.
func TestSelfIntersectionsOfCrossingBoxes(t *testing.T) {
	// A thin bar through a large plate: its four sides, of two triangles each,
	// go through top and bottom of the plate.
	plate := meshtest.Box(100, 100, 2)
	bar := meshtest.Box(1, 2, 20).Translate(70, 20, -5)
	m := meshtest.Merge("bar through plate", plate, bar).Mesh
	got := selfIntersections(t, m, mesh.SelfIntersectionOptions{})
	want := 0
	for i := range plate.Mesh.Triangles {
		n := m.AreaVector(i)
		a, b, c := m.Corners(i)
		if n.X != 0 || n.Y != 0 || a.Add(b).Add(c).Mul(1.0/3).Distance(r3.Vector{X: 70, Y: 20, Z: a.Z}) > 50 {
			continue
		}
		want += 8
	}
	if want == 0 || got.Count != want {
		t.Errorf("%d pairs, want %d: %v", got.Count, want, got.Pairs)
	}
}

// Coplanar overlap counts.
func TestSelfIntersectionsCoplanar(t *testing.T) {
	sheet := meshtest.Sheet(10, 1)
	over := meshtest.Merge("two sheets", sheet, sheet.Translate(3, 0, 0))
	if got := selfIntersections(t, over.Mesh, mesh.SelfIntersectionOptions{}); got.Count == 0 {
		t.Error("overlapping sheets have no pairs")
	}
	apart := meshtest.Merge("two sheets", sheet, sheet.Translate(0, 0, 1e-300))
	if got := selfIntersections(t, apart.Mesh, mesh.SelfIntersectionOptions{}); got.Count != 0 {
		t.Errorf("parallel sheets have %d pairs", got.Count)
	}
}

// The result does not depend on the number of threads, capped or not, and the
// cap is exact.
func TestSelfIntersectionsDeterministic(t *testing.T) {
	m := soup(22, 4000, 0.7, 0)
	all := selfIntersections(t, m, mesh.SelfIntersectionOptions{Threads: 1})
	if all.Capped || all.Count < 2000 {
		t.Fatalf("%d pairs, capped %v", all.Count, all.Capped)
	}
	for _, limit := range []int{1, 500, all.Count - 1, all.Count, all.Count + 1} {
		var first mesh.SelfIntersections
		for _, threads := range []int{1, 2, 7} {
			got := selfIntersections(t, m, mesh.SelfIntersectionOptions{Threads: threads, Limit: limit})
			if got.Count != min(limit, all.Count) || got.Capped != (limit < all.Count) {
				t.Errorf("limit %d, %d threads: %d pairs, capped %v", limit, threads, got.Count, got.Capped)
			}
			if threads == 1 {
				first = got
			} else if !reflect.DeepEqual(got, first) {
				t.Errorf("limit %d: the pairs of %d threads differ", limit, threads)
			}
		}
	}
}

// A million pairs and more end at the limit.
func TestSelfIntersectionsCapped(t *testing.T) {
	m := soup(23, 3000, 50, 0)
	if got := selfIntersections(t, m, mesh.SelfIntersectionOptions{}); !got.Capped || got.Count != 100_000 {
		t.Errorf("%d pairs, capped %v", got.Count, got.Capped)
	}
}

// A cancelled context ends the search.
func TestSelfIntersectionsCancelled(t *testing.T) {
	tree := newBVH(t, soup(24, 5000, 3, 0))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got, err := tree.SelfIntersections(ctx, mesh.SelfIntersectionOptions{}); err == nil {
		t.Errorf("got %d pairs, want an error", got.Count)
	}
}

// Without faces there are none.
func TestSelfIntersectionsEmpty(t *testing.T) {
	if got := selfIntersections(t, &mesh.Mesh{}, mesh.SelfIntersectionOptions{}); got.Count != 0 || got.Capped {
		t.Errorf("got %+v", got)
	}
}
