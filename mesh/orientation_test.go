package mesh_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// flipSome returns m with the listed triangles turned over.
func flipSome(m *mesh.Mesh, faces []uint32) *mesh.Mesh {
	out := &mesh.Mesh{Vertices: m.Vertices, Triangles: slices.Clone(m.Triangles)}
	for _, f := range faces {
		t := out.Triangles[f]
		out.Triangles[f] = mesh.Triangle{t[1], t[0], t[2]}
	}
	return out
}

// Triangles that were turned over are found, in every solid.
func TestFlipped(t *testing.T) {
	r := meshtest.Random(4)
	for _, s := range meshtest.Closed() {
		if s.Shells > 1 {
			continue
		}
		var turned []uint32
		for f := range s.Mesh.Triangles {
			if 2*len(turned)+2 < len(s.Mesh.Triangles) && r.IntN(3) == 0 {
				turned = append(turned, uint32(f))
			}
		}
		m := flipSome(s.Mesh, turned)
		topology, measures := survey(t, m)
		if !slices.Equal(topology.Flipped, turned) || !topology.Orientable() {
			t.Errorf("%s: found %d of %d turned triangles", s.Name, len(topology.Flipped), len(turned))
		}
		if len(turned) > 0 && (measures.HasVolume || measures.HasMass || topology.Balanced || !topology.Watertight()) {
			t.Errorf("%s: has a volume although it has no inside", s.Name)
		}
		mended, _ := survey(t, flipSome(m, topology.Flipped))
		if !mended.Balanced || len(mended.Flipped) != 0 || len(mended.Misoriented) != 0 {
			t.Errorf("%s: turning them back does not help", s.Name)
		}
	}
}

// The minority is counted in each shell on its own; of equal halves, the one
// with the first triangle stays.
func TestFlippedShells(t *testing.T) {
	two := meshtest.Merge("two", meshtest.Cube(20), meshtest.Cube(20).Translate(50, 0, 0).Flip()).Mesh
	topology, measures := survey(t, two)
	if len(topology.Flipped) != 0 || measures.Volume != 0 || measures.HasMass || !measures.HasVolume {
		t.Errorf("one cube inside out: %v flipped, volume %g", topology.Flipped, measures.Volume)
	}
	m := flipSome(two, []uint32{3, 12, 13, 14, 15, 16, 17, 18})
	topology, _ = survey(t, m)
	if !slices.Equal(topology.Flipped, []uint32{3, 19, 20, 21, 22, 23}) {
		t.Errorf("flipped %v", topology.Flipped)
	}
	for _, half := range [][]uint32{{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}} {
		topology, _ := survey(t, flipSome(meshtest.Cube(20).Mesh, half))
		if !slices.Equal(topology.Flipped, []uint32{6, 7, 8, 9, 10, 11}) {
			t.Errorf("equal halves: flipped %v", topology.Flipped)
		}
	}
}

// S27: one-sided surfaces are recognised, whatever else is in the file, and
// refused.
func TestOneSided(t *testing.T) {
	for _, s := range []meshtest.Solid{
		meshtest.Moebius(10, 3, 24), meshtest.Klein(3, 24, 12),
		meshtest.Merge("beside a cube", meshtest.Cube(20), meshtest.Moebius(10, 3, 24)),
	} {
		topology, measures := survey(t, s.Mesh)
		if topology.Orientable() || measures.HasVolume {
			t.Errorf("%s: orientable %v, volume %v", s.Name, topology.Orientable(), measures.HasVolume)
		}
		if _, ok := topology.Genus(); ok {
			t.Errorf("%s: has a genus", s.Name)
		}
		_, err := mesh.CheckSolid(s.Mesh, topology, measures)
		var refused *mesh.Error
		if !errors.As(err, &refused) || refused.Code != mesh.CodeNotOrientable || refused.Place == "" {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

// Vertices where shells or fans touch are non-manifold, and so are the ends of
// non-manifold edges.
func TestNonManifoldVertices(t *testing.T) {
	for axes, want := range map[int]int{1: 4, 2: 2, 3: 1} {
		topology, _ := survey(t, meshtest.TouchingCubes(20, axes).Mesh)
		if len(topology.NonManifoldVertices) != want || topology.Manifold() {
			t.Errorf("cubes that share %d axes: %d non-manifold vertices, want %d", axes, len(topology.NonManifoldVertices), want)
		}
	}
}

// What cannot be a mesh is an error, not a crash, and a cancelled context ends
// the work.
func TestTopologyRefuses(t *testing.T) {
	m := &mesh.Mesh{Vertices: make([]r3.Vector, 3), Triangles: []mesh.Triangle{{0, 1, 3}}}
	_, err := mesh.NewTopology(context.Background(), m, 0)
	var refused *mesh.Error
	if !errors.As(err, &refused) || refused.Code != mesh.CodeIndexRange {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := meshtest.Cube(20).Mesh
	if _, err := mesh.NewTopology(ctx, s, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	topology, _ := survey(t, s)
	if _, err := mesh.Measure(ctx, s, topology, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	empty, measures := survey(t, &mesh.Mesh{})
	if empty.Watertight() || empty.Euler() != 0 || measures.HasVolume || measures.Area != 0 || !measures.Box.IsEmpty() {
		t.Errorf("the empty mesh: %+v %+v", empty, measures)
	}
}
