package mesh_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

var cosine28 = math.Cos(28 * math.Pi / 180)

// medialRadius finds the radius of the largest ball that touches p from below
// by halving intervals, asking for nothing but the nearest point of any face.
func medialRadius(s single, p, n r3.Vector, most float64, exclude uint32) (radius float64, contact mesh.Nearest, held bool) {
	at := func(radius float64) (mesh.Nearest, bool) {
		return s.nearest(p.Sub(n.Mul(radius)), radius*(1-1e-9), exclude)
	}
	if _, blocked := at(most); !blocked {
		return most, mesh.Nearest{}, false
	}
	lo, hi := 0.0, most
	for hi-lo > 1e-12*most {
		middle := (lo + hi) / 2
		if _, blocked := at(middle); blocked {
			hi = middle
		} else {
			lo = middle
		}
	}
	contact, held = s.nearest(p.Sub(n.Mul(hi)), hi*(1+1e-6), exclude)
	return hi, contact, held
}

// A ball held from the opposite side is found, with its radius, and no other
// is, whatever ball the search starts from.
func TestOppositeBallAgainstBruteForce(t *testing.T) {
	for _, c := range soups {
		t.Run(c.name, func(t *testing.T) {
			m := soup(11, min(c.n, 400), c.size, c.snap)
			oracle, probe := newSingle(t, m), newBVH(t, m).Probe()
			r := meshtest.Random(12)
			found, last := 0, mesh.Ball{Face: mesh.NoFace}
			for range 150 {
				face := uint32(r.IntN(len(m.Triangles)))
				a, b, d := m.Corners(int(face))
				n := m.AreaVector(int(face))
				if n.Norm() == 0 {
					continue
				}
				n = n.Normalize()
				p := a.Add(b).Add(d).Mul(1.0 / 3)
				most := 5 * r.Float64()
				want, contact, held := medialRadius(oracle, p, n, most, face)
				turn := 0.0 // cosine of the angle from −n to where the ball is held
				if held && want > 1e-9 {
					turn = contact.Point.Sub(p.Sub(n.Mul(want))).Dot(n) / -want
				}
				if math.Abs(turn-cosine28) < 1e-3 || held && want <= 1e-9 {
					continue // either answer may be right
				}
				ball, ok := probe.OppositeBall(p, n, most, cosine28, face, &last)
				last = ball
				if ok != (turn > cosine28) {
					// Faces that hold it together may lie on both sides of the limit.
					if ok && math.Abs(ball.Radius-want) < 1e-5*want {
						continue
					}
					t.Fatalf("face %d up to %g: found %v %+v, want %g held at %+v, %g", face, most, ok, ball, want, contact, turn)
				}
				if !ok {
					continue
				}
				found++
				if math.Abs(ball.Radius-want) > 1e-5*want {
					t.Errorf("face %d: radius %g, want %g", face, ball.Radius, want)
				}
				fresh, _ := newBVH(t, m).Probe().OppositeBall(p, n, most, cosine28, face, nil)
				if math.Abs(ball.Radius-fresh.Radius) > 1e-6*want {
					t.Errorf("face %d: radius %g from a ball nearby, %g without", face, ball.Radius, fresh.Radius)
				}
			}
			if found == 0 && c.n > 2 {
				t.Error("no ball was held from the opposite side: the test proves nothing")
			}
		})
	}
}

// In a plate, a ball opposite is half as thick as the plate; below a groove it
// is held by the groove's edge; beside an edge of a cube it is not opposite.
func TestOppositeBallKnown(t *testing.T) {
	cube := meshtest.Box(20, 20, 20).Mesh
	for _, test := range []struct {
		at   r3.Vector
		want float64
	}{
		{r3.Vector{X: 0.5, Y: 10, Z: 20}, 0}, // the side is nearer than the bottom
		{r3.Vector{X: 9, Y: 10.5, Z: 20}, 0}, // the sides hold it before the bottom
	} {
		tree := newBVH(t, cube)
		hit, ok := tree.ClosestHit(mesh.Ray{Origin: test.at.Add(r3.Vector{Z: 1}), Dir: r3.Vector{Z: -1}, Max: math.Inf(1), Exclude: mesh.NoFace})
		if !ok {
			t.Fatal("no face")
		}
		ball, found := tree.Probe().OppositeBall(test.at, r3.Vector{Z: 1}, 15, cosine28, hit.Face, nil)
		if found != (test.want > 0) {
			t.Errorf("%v: %+v, %v", test.at, ball, found)
		}
	}
	for _, thickness := range []float64{0.3, 2} {
		plate := newBVH(t, meshtest.Box(50, 50, thickness).Mesh)
		ball, found := plate.Probe().OppositeBall(r3.Vector{X: 21, Y: 22, Z: thickness}, r3.Vector{Z: 1}, 10, cosine28, topFace(t, plate, thickness), nil)
		if !found || math.Abs(ball.Radius-thickness/2) > 1e-6*thickness {
			t.Errorf("plate of %g: %+v, %v", thickness, ball, found)
		}
	}
}

func topFace(t *testing.T, tree *mesh.BVH, z float64) uint32 {
	t.Helper()
	hit, ok := tree.ClosestHit(mesh.Ray{Origin: r3.Vector{X: 21, Y: 22, Z: z + 1}, Dir: r3.Vector{Z: -1}, Max: math.Inf(1), Exclude: mesh.NoFace})
	if !ok {
		t.Fatal("no face")
	}
	return hit.Face
}

// Senseless questions have no ball.
func TestOppositeBallSenseless(t *testing.T) {
	tree := newBVH(t, meshtest.Box(1, 1, 1).Mesh)
	for _, radius := range []float64{0, -1, math.NaN()} {
		if ball, found := tree.Probe().OppositeBall(r3.Vector{}, r3.Vector{Z: 1}, radius, cosine28, 0, nil); found {
			t.Error(fmt.Sprint(radius), ball)
		}
	}
	if _, found := newBVH(t, &mesh.Mesh{}).Probe().OppositeBall(r3.Vector{}, r3.Vector{Z: 1}, 1, cosine28, mesh.NoFace, nil); found {
		t.Error("a ball in nothing")
	}
}
