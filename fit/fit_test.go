package fit

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/golang/geo/r3"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

func box(w, d, h float64) []r3.Vector {
	var p []r3.Vector
	for i := range 8 {
		p = append(p, r3.Vector{X: w * float64(i&1), Y: d * float64(i>>1&1), Z: h * float64(i>>2&1)})
	}
	return p
}

func randomFrame(rng *rand.Rand) frame {
	return fromQuaternion(rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64())
}

func apply(m [3][3]float64, points []r3.Vector) []r3.Vector {
	out := make([]r3.Vector, len(points))
	for i, p := range points {
		c := [3]float64{}
		for k := range c {
			c[k] = m[k][0]*p.X + m[k][1]*p.Y + m[k][2]*p.Z
		}
		out[i] = r3.Vector{X: c[0], Y: c[1], Z: c[2]}
	}
	return out
}

// mustHull makes a hull of points that have one.
func mustHull(points []r3.Vector) *mesh.Hull {
	h, err := mesh.ConvexHullPoints(context.Background(), points)
	if err != nil {
		panic(err)
	}
	return h
}

func mustFit(t testing.TB, points []r3.Vector, c Chamber, o Options) *Result {
	t.Helper()
	r, err := Fit(context.Background(), mustHull(points), c, o)
	if err != nil {
		t.Fatal(err)
	}
	checkResult(t, r, points, c, o)
	return r
}

// checkResult proves what a result claims on the points themselves: that the
// matrix is a proper rotation and the turned part lies within the chamber, or
// that there is a certificate.
func checkResult(t testing.TB, r *Result, points []r3.Vector, c Chamber, o Options) {
	t.Helper()
	m := r.Matrix
	for i := range 3 {
		for j := range 3 {
			dot := m[i][0]*m[j][0] + m[i][1]*m[j][1] + m[i][2]*m[j][2]
			if i == j {
				dot--
			}
			if math.Abs(dot) > 1e-14 {
				t.Errorf("%v: the matrix is not orthonormal: %v", r.Status, m)
			}
		}
	}
	det := m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) - m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) + m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
	if math.Abs(det-1) > 1e-14 {
		t.Errorf("%v: determinant %v", r.Status, det)
	}
	bounds := mesh.EmptyBox()
	for _, p := range apply(m, points) {
		bounds = bounds.Add(p)
	}
	size := bounds.Size()
	for i, e := range [...]float64{size.X, size.Y, size.Z} {
		if math.Abs(e-r.Extents[i]) > 1e-9*(1+e) {
			t.Errorf("%v: extent %d is %v, said to be %v", r.Status, i, e, r.Extents[i])
		}
		room := [...]float64{c.W, c.D, c.H}[i] - 2*c.Clearance
		if r.Fits() && e > room+1.001*r.Tolerance {
			t.Errorf("%v: extent %d is %v in %v", r.Status, i, e, room)
		}
	}
	switch r.Status {
	case NoFit:
		if r.Certificate == "" {
			t.Error("no fit without a certificate")
		}
	case AsUploaded, ZRotation, AxisPermutation, AnyRotation:
		if r.Certificate != "" {
			t.Errorf("%v with certificate %v", r.Status, r.Certificate)
		}
		if o.KeepOrientation && m[2] != [3]float64{0, 0, 1} {
			t.Errorf("%v tilts the part", r.Status)
		}
	}
	if r.Message == "" {
		t.Error("no message")
	}
}

func TestFitKnown(t *testing.T) {
	tetrahedron := []r3.Vector{{X: 1, Y: 1, Z: 1}, {X: 1, Y: -1, Z: -1}, {X: -1, Y: 1, Z: -1}, {X: -1, Y: -1, Z: 1}}
	for i := range tetrahedron {
		tetrahedron[i] = tetrahedron[i].Mul(30 / (2 * math.Sqrt2)) // edge 30
	}
	for _, c := range []struct {
		name        string
		points      []r3.Vector
		chamber     Chamber
		options     Options
		status      Status
		certificate Certificate
	}{
		{"as it is", box(10, 20, 30), Chamber{W: 10, D: 20, H: 30}, Options{}, AsUploaded, ""},
		{"by the tolerance", box(10, 20, 30.00003), Chamber{W: 10, D: 20, H: 30}, Options{}, AsUploaded, ""},
		{"beyond the tolerance", box(10, 20, 30.00005), Chamber{W: 10, D: 20, H: 30}, Options{Cells: -1}, Unknown, ""},
		{"quarter turn", box(10, 20, 30), Chamber{W: 30, D: 10, H: 20}, Options{}, AxisPermutation, ""},
		{"quarter turn about z only", box(10, 20, 30), Chamber{W: 20, D: 10, H: 30}, Options{KeepOrientation: true}, ZRotation, ""},
		{"quarter turn forbidden", box(10, 20, 30), Chamber{W: 30, D: 10, H: 20}, Options{KeepOrientation: true}, NoFit, Height},
		{"footprint", box(100, 4, 4), Chamber{W: 60, D: 60, H: 200}, Options{KeepOrientation: true}, NoFit, Footprint},
		{"rod across the bed", box(100, 4, 4), Chamber{W: 80, D: 80, H: 20}, Options{}, ZRotation, ""},
		{"rod across the space", box(2, 2, 130), Chamber{W: 80, D: 80, H: 80}, Options{}, AnyRotation, ""},
		{"rod too long", box(2, 2, 139), Chamber{W: 80, D: 80, H: 80}, Options{}, NoFit, Diameter},
		{"rod nearly too long", box(2, 2, 138), Chamber{W: 80, D: 80, H: 80}, Options{}, NoFit, Rotations},
		{"box too thick", box(50, 50, 50), Chamber{W: 49, D: 200, H: 200}, Options{}, NoFit, MinWidth},
		{"too much volume", box(70, 70, 70), Chamber{W: 100, D: 45, H: 75}, Options{}, NoFit, MinWidth},
		{"too much surface", box(100, 100, 1), Chamber{W: 142, D: 20, H: 20}, Options{}, NoFit, SurfaceArea},
		{"too wide in the mean", []r3.Vector{{}, {X: 100}, {X: 50, Y: 50 * math.Sqrt(3)}}, Chamber{W: 100, D: 35, H: 8}, Options{}, NoFit, MeanWidth},
		{"tetrahedron on an edge", tetrahedron, Chamber{W: 30, D: 30, H: 21.22}, Options{}, AsUploaded, ""},
		{"tetrahedron too high", tetrahedron, Chamber{W: 100, D: 100, H: 21.2}, Options{}, NoFit, MinWidth},
		{"clearance", box(10, 20, 30), Chamber{W: 14, D: 24, H: 34, Clearance: 2}, Options{}, AsUploaded, ""},
		{"too much clearance", box(10, 20, 30), Chamber{W: 14, D: 24, H: 34, Clearance: 7.1}, Options{}, NoFit, NoRoom},
		{"flat part", box(100, 4, 0), Chamber{W: 80, D: 80, H: 20}, Options{}, ZRotation, ""},
		{"flat part across the space", box(130, 2, 0), Chamber{W: 80, D: 80, H: 80}, Options{}, AnyRotation, ""},
		{"line", []r3.Vector{{}, {X: 130}}, Chamber{W: 80, D: 80, H: 80}, Options{}, AnyRotation, ""},
		{"point", []r3.Vector{{X: 1e6}}, Chamber{W: 80, D: 80, H: 80}, Options{}, AsUploaded, ""},
	} {
		r := mustFit(t, c.points, c.chamber, c.options)
		if r.Status != c.status || r.Certificate != c.certificate {
			t.Errorf("%s: %s %s (%s)", c.name, r.Status, r.Certificate, r.Message)
		}
	}
}

// TestFitRodAcrossBed proves the angle and the extents of the known optimum.
func TestFitRodAcrossBed(t *testing.T) {
	r := mustFit(t, box(100, 4, 4), Chamber{W: 80, D: 80, H: 20}, Options{})
	if math.Abs(r.AngleDeg-45) > 1e-9 || math.Abs(r.Extents[0]-104/math.Sqrt2) > 1e-9 || math.Abs(r.Extents[1]-104/math.Sqrt2) > 1e-9 {
		t.Errorf("angle %v, extents %v", r.AngleDeg, r.Extents)
	}
}

// TestFitTurned proves that parts turned at random get the same answer, but
// that a turn may be needed.
func TestFitTurned(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name        string
		points      []r3.Vector
		chamber     Chamber
		fits        bool
		certificate Certificate
	}{
		{"box that fits exactly", box(10, 20, 60), Chamber{W: 20, D: 60, H: 10}, true, ""},
		{"cube", box(50, 50, 50), Chamber{W: 50, D: 50, H: 50}, true, ""},
		{"rod", box(100, 4, 4), Chamber{W: 80, D: 80, H: 20}, true, ""},
		{"rod in space", box(2, 2, 130), Chamber{W: 80, D: 80, H: 80}, true, ""},
		{"rod too long", box(2, 2, 139), Chamber{W: 80, D: 80, H: 80}, false, Diameter},
		{"box too thick", box(50, 50, 50), Chamber{W: 49, D: 200, H: 200}, false, MinWidth},
		{"rod nearly too long", box(2, 2, 138), Chamber{W: 80, D: 80, H: 80}, false, Rotations},
		{"plate too large", box(100, 100, 10), Chamber{W: 99, D: 80, H: 80}, false, Rotations},
	} {
		for range 10 {
			points := apply(randomFrame(rng).matrix(), c.points)
			rng.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
			r := mustFit(t, points, c.chamber, Options{})
			if r.Fits() != c.fits || r.Status == Unknown || r.Certificate != c.certificate {
				t.Errorf("%s: %s %s, %d cells (%s)", c.name, r.Status, r.Certificate, r.Cells, r.Message)
			}
			if again := mustFit(t, points, c.chamber, Options{}); !reflect.DeepEqual(r, again) {
				t.Errorf("%s: two runs differ", c.name)
			}
		}
	}
}

// TestFitTight proves that parts made to fit are found to fit, down to little
// room: random bodies, measured in a random pose, turned away.
func TestFitTight(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, room := range []float64{1e-2, 1e-3, 1e-4} {
		missed := 0
		const rounds = 40
		for range rounds {
			points := make([]r3.Vector, 4+rng.IntN(60))
			for i := range points {
				points[i] = r3.Vector{X: 30 * rng.NormFloat64(), Y: 20 * rng.NormFloat64(), Z: 10 * rng.NormFloat64()}
			}
			size := mesh.EmptyBox()
			for _, p := range points {
				size = size.Add(p)
			}
			s := size.Size().Mul(1 + room)
			turned := apply(randomFrame(rng).matrix(), points)
			r := mustFit(t, turned, Chamber{W: s.X, D: s.Y, H: s.Z}, Options{})
			switch {
			case r.Status == NoFit:
				t.Errorf("room %g: %s: %s", room, r.Certificate, r.Message)
			case r.Status == Unknown:
				missed++
			}
		}
		if missed > rounds/10 {
			t.Errorf("room %g: %d of %d not found", room, missed, rounds)
		}
	}
}

// TestFitGap proves that between the smallest chamber that a part is found to
// fit and the largest that it is proven not to fit there is little room: random
// bodies, chambers of several shapes.
func TestFitGap(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, shape := range []Chamber{{W: 1, D: 1, H: 1}, {W: 1, D: 0.8, H: 0.4}, {W: 1, D: 1, H: 0.3}} {
		for range 3 {
			points := make([]r3.Vector, 5+rng.IntN(100))
			for i := range points {
				points[i] = r3.Vector{X: 30 * rng.NormFloat64(), Y: 20 * rng.NormFloat64(), Z: 20 * rng.NormFloat64()}
			}
			fits, fails := 1000.0, 0.0
			for step := 0; step < 60 && fits-fails > 1e-4*fits; step++ {
				size := (fits + fails) / 2
				r := mustFit(t, points, Chamber{W: size * shape.W, D: size * shape.D, H: size * shape.H}, Options{})
				if r.Status == NoFit {
					fails = size
				} else if r.Fits() {
					fits = size
				} else {
					break
				}
			}
			if fits/fails > 1.001 {
				t.Errorf("fits %g, fails %g", fits, fails)
			}
		}
	}
}

// TestFitChecksChamber proves that nonsense is refused and cancellation heeded.
func TestFitChecksChamber(t *testing.T) {
	h := mustHull(box(2, 2, 138))
	for _, c := range []Chamber{
		{W: 0, D: 1, H: 1},
		{W: 1, D: -1, H: 1},
		{W: 1, D: 1, H: math.NaN()},
		{W: math.Inf(1), D: 1, H: 1},
		{W: 1, D: 1, H: 1, Clearance: -1},
		{W: 1, D: 1, H: 1, Clearance: math.NaN()},
	} {
		if _, err := Fit(context.Background(), h, c, Options{}); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Fit(ctx, h, Chamber{W: 80, D: 80, H: 80}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestFitRoundParts proves that hulls of many vertices are handled, with no
// more than rounding between yes and no.
func TestFitRoundParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var egg []r3.Vector
	for range 20_000 {
		p := r3.Vector{X: rng.NormFloat64(), Y: rng.NormFloat64(), Z: rng.NormFloat64()}.Normalize()
		egg = append(egg, r3.Vector{X: 60 * p.X, Y: 20 * p.Y, Z: 10 * p.Z})
	}
	egg = apply(randomFrame(rng).matrix(), egg)
	for _, c := range []struct {
		chamber Chamber
		status  Status
	}{
		{Chamber{W: 41, D: 121, H: 21}, AnyRotation},
		{Chamber{W: 40.01, D: 120.01, H: 20.01}, AnyRotation},
		{Chamber{W: 41, D: 121, H: 19.9}, NoFit},
		{Chamber{W: 119, D: 20.5, H: 41}, NoFit}, // 120² + 40² + 20² is more than the squares of these
		{Chamber{W: 39, D: 121, H: 39}, AnyRotation},
	} {
		if r := mustFit(t, egg, c.chamber, Options{}); r.Status != c.status {
			t.Errorf("%+v: %s %s, %d cells (%s)", c.chamber, r.Status, r.Certificate, r.Cells, r.Message)
		}
	}
}

func BenchmarkFit(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	var egg []r3.Vector
	for range 100_000 {
		p := r3.Vector{X: rng.NormFloat64(), Y: rng.NormFloat64(), Z: rng.NormFloat64()}.Normalize()
		egg = append(egg, r3.Vector{X: 60 * p.X, Y: 20 * p.Y, Z: 10 * p.Z})
	}
	egg = apply(randomFrame(rng).matrix(), egg)
	for _, c := range []struct {
		name    string
		points  []r3.Vector
		chamber Chamber
	}{
		{"rodNoFit", box(2, 2, 138), Chamber{W: 80, D: 80, H: 80}},
		{"egg100k", egg, Chamber{W: 40.1, D: 120.1, H: 20.1}},
		{"egg100kNoFit", egg, Chamber{W: 39.8, D: 130, H: 30}},
	} {
		h := mustHull(c.points)
		b.Run(c.name, func(b *testing.B) {
			var r *Result
			var err error
			for b.Loop() {
				if r, err = Fit(context.Background(), h, c.chamber, Options{}); err != nil || r.Status == Unknown {
					b.Fatal(err, r)
				}
			}
			b.ReportMetric(float64(r.Cells), "cells")
		})
	}
}

// FuzzFit proves that every answer is what it claims to be.
func FuzzFit(f *testing.F) {
	f.Add([]byte("some points of no importance"), 10.0, 20.0, 30.0, false)
	f.Add([]byte("\x00\x00\x00\x7f\x00\x00\x00\x7f\x00\x00\x00\x7f"), 100.0, 100.0, 100.0, true)
	f.Fuzz(func(t *testing.T, data []byte, w, d, h float64, keep bool) {
		var points []r3.Vector
		for i := 0; i+2 < len(data) && len(points) < 60; i += 3 {
			points = append(points, r3.Vector{X: float64(int8(data[i])), Y: float64(int8(data[i+1])), Z: float64(int8(data[i+2]))})
		}
		for _, x := range [...]float64{w, d, h} {
			if !(x > 1e-3 && x < 1e6) {
				return
			}
		}
		if len(points) > 0 {
			mustFit(t, points, Chamber{W: w, D: d, H: h}, Options{KeepOrientation: keep, Cells: 2000})
		}
	})
}

// TestFitModels proves on real models, in chambers cut close to their boxes,
// that every answer is what it claims to be and that none is left open.
func TestFitModels(t *testing.T) {
	for _, name := range []string{
		"lib3mf-rs__Benchy.stl", "trimesh__counter.unitsmm.STL", "voron-2__exhaust_filter_housing.stl",
		"stl__complex_bin.stl", "libigl-tutorial-data__fertility.off", "trimesh__cycloidal.ply",
	} {
		file, err := mesh.Read(context.Background(), meshtest.Model(t, name), mesh.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := mesh.ConvexHull(context.Background(), file.Mesh)
		if err != nil {
			t.Fatal(err)
		}
		size := h.Box().Size()
		for _, k := range []float64{1, 0.97, 0.9, 0.8, 0.6} {
			for _, c := range []Chamber{
				{W: k * size.X, D: k * size.Y, H: size.Z / k},
				{W: size.X / k, D: k * size.Y, H: size.Z},
				{W: size.Y, D: size.Z, H: k * size.X},
			} {
				r, err := Fit(context.Background(), h, c, Options{})
				if err != nil {
					t.Fatal(err)
				}
				checkResult(t, r, h.Vertices, c, Options{})
				if r.Status == Unknown {
					t.Errorf("%s in %+v: %s", name, c, r.Message)
				}
			}
		}
	}
}
