package orient_test

import (
	"math"
	"testing"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/orient"
)

var up = r3.Vector{Z: 1}

// near fails unless got is want within a relative error.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance*max(1, math.Abs(want)) {
		t.Errorf("%s is %.9g, want %.9g", what, got, want)
	}
}

// The support of solids whose columns are known in closed form.
func TestSupportOfKnownShapes(t *testing.T) {
	sphere := meshtest.Icosphere(10, 6)
	cone := meshtest.Cone(40, 20, 64).Upend()
	ceiling := meshtest.CChannel(40, 30, 5, 30)
	table := meshtest.Mushroom(60, 60, 45, 5, 10)
	lying := meshtest.Cylinder(5, 40, 720).LayDown()
	for _, row := range []struct {
		name                        string
		solid                       meshtest.Solid
		angle                       float64
		volume, toBed, area, onPart float64 // −1: not stated
		tolerance                   float64
	}{
		{"box", meshtest.Box(10, 20, 60), 45, 0, 0, 0, 0, 0},
		{"cone on its tip", cone, 45, 66913.0345, 66913.0345, -1, 0, 1e-8},
		{"cone on its tip, steep limit", cone, 26, 0, 0, 0, 0, 0},
		{"plate on a stem", table, 45, 140000, 140000, 3500, 0, 1e-12},
		{"channel", ceiling, 45, 21000, 26250, 1050, 1050, 1e-12},
		{"channel, stood up", ceiling.LayDown(), 45, 0, 0, 0, 0, 0},
		{"sphere at 30", sphere, 30, 51.3526, 51.3526, 84.1787, 0, 0.005},
		{"sphere at 45", sphere, 45, 216.8817, 216.8817, 184.0302, 0, 0.005},
		{"sphere at 60", sphere, 60, 523.5988, 523.5988, 314.1593, 0, 0.005},
		{"cylinder, lying", lying, 45, 128.815, 128.815, -1, 0, 0.002},
		{"cylinder, upright", meshtest.Cylinder(5, 40, 64), 45, 0, 0, 0, 0, 0},
		{"bracket on a leg", meshtest.LBracket(40, 40, 5, 30), 45, 0, 0, 0, 0, 0},
	} {
		h, err := orient.Support(t.Context(), orient.Part{Mesh: row.solid.Mesh}, up, 0)
		if err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		near(t, row.name+": volume", h.Volume(row.angle), row.volume, row.tolerance)
		near(t, row.name+": volume to the bed", h.VolumeToBed(row.angle), row.toBed, row.tolerance)
		near(t, row.name+": contact", h.Contact(row.angle), row.onPart, row.tolerance)
		if row.area >= 0 {
			near(t, row.name+": area", h.Area(row.angle), row.area, row.tolerance)
		}
		// A turned copy needs the same in the direction that was up.
		for seed := range uint64(3) {
			turned := row.solid.Translate(10, 20, -30).Rotate(seed)
			other, err := orient.Support(t.Context(), orient.Part{Mesh: turned.Mesh}, turnedUp(seed), 0)
			if err != nil {
				t.Fatalf("%s: %v", row.name, err)
			}
			// Columns on the part are a sample, of other points here.
			near(t, row.name+", turned: volume", other.Volume(row.angle), h.Volume(row.angle), 1e-3)
			near(t, row.name+", turned: volume to the bed", other.VolumeToBed(row.angle), h.VolumeToBed(row.angle), 1e-9)
			near(t, row.name+", turned: area", other.Area(row.angle), h.Area(row.angle), 1e-9)
		}
	}
}

// turnedUp is what Rotate makes of up.
func turnedUp(seed uint64) r3.Vector {
	axis := meshtest.Solid{Mesh: &mesh.Mesh{Vertices: []r3.Vector{up}}}
	return axis.Rotate(seed).Mesh.Vertices[0]
}

// The sides of a box need no support, whichever it lies on.
func TestBoxNeedsNoSupport(t *testing.T) {
	for seed := range uint64(4) {
		part := orient.Part{Mesh: meshtest.Box(10, 20, 60).Rotate(seed).Mesh}
		frame := meshtest.Solid{Mesh: &mesh.Mesh{Vertices: []r3.Vector{{X: 1}, {Y: 1}, {Z: 1}, {X: -1}, {Y: -1}, {Z: -1}}}}
		for _, direction := range frame.Rotate(seed).Mesh.Vertices {
			h, err := orient.Support(t.Context(), part, direction, 0)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "support of a box", h.VolumeToBed(45), 0, 1e-9)
			near(t, "supported area of a box", h.Area(45), 0, 1e-9)
		}
	}
}

// A cone with ever more sides needs what the round one does: 2/3·π·r²·h.
func TestConeSupportConverges(t *testing.T) {
	const round = 67020.6433
	last := math.Inf(1)
	for _, n := range []int{64, 256, 1024} {
		h, err := orient.Support(t.Context(), orient.Part{Mesh: meshtest.Cone(40, 20, n).Upend().Mesh}, up, 0)
		if err != nil {
			t.Fatal(err)
		}
		off := round - h.VolumeToBed(45)
		if !(off > 0 && off < last/10) {
			t.Errorf("%d sides: %g less than the round cone", n, off)
		}
		last = off
	}
}

// A regular tetrahedron is lowest on either of three pairs of opposite edges,
// six directions in all: that is taken which turns it least.
func TestTieOfEqualPoses(t *testing.T) {
	for seed := range uint64(6) {
		tetrahedron := meshtest.RegularTetrahedron(30).Rotate(seed)
		r := find(t, tetrahedron, orient.Options{Objective: orient.Height})
		least := math.Inf(1)
		v := tetrahedron.Mesh.Vertices
		for _, pair := range [...][4]int{{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}} {
			across := v[pair[0]].Add(v[pair[1]]).Sub(v[pair[2]]).Sub(v[pair[3]]).Normalize()
			angle := math.Acos(math.Abs(across.Z)) * 180 / math.Pi
			least = min(least, angle)
		}
		tilt := math.Acos(r.Direction[2]) * 180 / math.Pi
		near(t, "height", r.Height, 30/math.Sqrt2, 1e-9)
		near(t, "tilt", tilt, least, 1e-6)
	}
}

// A shape, what is asked, and the pose that is best.
type optimum struct {
	name      string
	solid     meshtest.Solid
	objective orient.Objective
	height    float64
	bed       float64 // −1: not stated
	support   float64
	box       float64 // volume; −1: not stated
}

func optima() []optimum {
	box := meshtest.Box(10, 20, 60)
	bracket := meshtest.LBracket(40, 40, 5, 30)
	rod := meshtest.Cylinder(5, 40, 64)
	cone := meshtest.Cone(40, 20, 64).Upend()
	tetrahedron := meshtest.RegularTetrahedron(30)
	// The bed area of polyhedra, not of the round bodies.
	disc := func(r float64) float64 { return 32 * r * r * math.Sin(math.Pi/32) }
	return []optimum{
		{"box", box, orient.Height, 10, 1200, 0, 12000},
		{"box", box, orient.LeastSupport, 10, 1200, 0, 12000},
		{"box", box, orient.BedArea, 10, 1200, 0, 12000},
		{"cone", cone, orient.LeastSupport, 20, disc(40), 0, -1},
		{"plate on a stem", meshtest.Mushroom(60, 60, 45, 5, 10), orient.LeastSupport, 45, 3600, 0, 45 * 3600},
		{"channel", meshtest.CChannel(40, 30, 5, 30), orient.LeastSupport, 40, 900, 0, 36000},
		{"channel", meshtest.CChannel(40, 30, 5, 30), orient.Height, 30, -1, -1, 36000},
		{"rod", rod, orient.Height, 10 * math.Cos(math.Pi/64), -1, -1, -1},
		{"rod", rod, orient.LeastSupport, 40, disc(5), 0, -1},
		{"bracket", bracket, orient.LeastSupport, 40, 1200, 0, 48000},
		{"bracket", bracket, orient.BedArea, 40, 1200, 0, 48000},
		{"bracket", bracket, orient.Height, 30, 375, 0, 48000},
		{"tetrahedron", tetrahedron, orient.Height, 30 / math.Sqrt2, 0, -1, -1},
		{"tetrahedron", tetrahedron, orient.LeastSupport, 30 * math.Sqrt(2.0/3), 225 * math.Sqrt(3), 0, -1},
		{"cube", meshtest.Cube(20), orient.Height, 20, 400, 0, 8000},
	}
}

// Known shapes have their known best pose, also when they come turned.
func TestKnownOptima(t *testing.T) {
	for _, row := range optima() {
		for seed := range uint64(4) {
			solid := row.solid
			if seed > 0 {
				solid = solid.Rotate(seed).Translate(100, -200, 300)
			}
			r, err := orient.Find(t.Context(), orient.Part{Mesh: solid.Mesh}, orient.Options{Objective: row.objective})
			if err != nil {
				t.Fatalf("%s, %s: %v", row.name, row.objective, err)
			}
			name := row.name + ", " + string(row.objective) + ": "
			near(t, name+"height", r.Height, row.height, 1e-9)
			if row.bed >= 0 {
				near(t, name+"bed", r.BedArea, row.bed, 1e-9)
			}
			if row.support >= 0 {
				near(t, name+"support", r.SupportVolume, row.support, 1e-9)
			}
			if row.box >= 0 {
				near(t, name+"box", r.Box.W*r.Box.D*r.Box.H, row.box, 1e-9)
			}
			checkPose(t, name, solid, &r.Pose)
		}
	}
}

// checkPose holds the rotation of a pose against its other numbers.
func checkPose(t *testing.T, name string, solid meshtest.Solid, p *orient.Pose) {
	t.Helper()
	size := p.Rotation.Apply(solid.Mesh).Bounds().Size()
	near(t, name+"width of the turned mesh", size.X, p.Box.W, 1e-9)
	near(t, name+"depth of the turned mesh", size.Y, p.Box.D, 1e-9)
	near(t, name+"height of the turned mesh", size.Z, p.Height, 1e-9)
	near(t, name+"box height", p.Box.H, p.Height, 0)
	for i, row := range p.Rotation.Matrix {
		for k, other := range p.Rotation.Matrix {
			want := 0.0
			if i == k {
				want = 1
			}
			near(t, name+"product of rows", row[0]*other[0]+row[1]*other[1]+row[2]*other[2], want, 1e-12)
		}
	}
	near(t, name+"third row", r3.Vector{X: p.Rotation.Matrix[2][0], Y: p.Rotation.Matrix[2][1], Z: p.Rotation.Matrix[2][2]}.
		Sub(r3.Vector{X: p.Direction[0], Y: p.Direction[1], Z: p.Direction[2]}).Norm(), 0, 1e-12)
}

// A sphere is as good in any pose: it stays as it came.
func TestSphereStays(t *testing.T) {
	for seed := range uint64(3) {
		solid := meshtest.Icosphere(10, 6).Rotate(seed)
		for _, o := range []orient.Objective{orient.LeastSupport, orient.Height, orient.SupportArea, orient.SLA, orient.BedArea} {
			r, err := orient.Find(t.Context(), orient.Part{Mesh: solid.Mesh}, orient.Options{Objective: o})
			if err != nil {
				t.Fatal(err)
			}
			if r.Rotation.AngleDeg != 0 {
				t.Errorf("%s: turned by %.4f°, score %.9g instead of %.9g", o, r.Rotation.AngleDeg, r.Score, r.Baseline.Score)
			}
		}
	}
}

// The chamber is kept, with the turn about z that it needs.
func TestChamber(t *testing.T) {
	rod := meshtest.Box(100, 4, 4)
	r, err := orient.Find(t.Context(), orient.Part{Mesh: rod.Mesh}, orient.Options{Objective: orient.Height, Chamber: &fit.Chamber{W: 80, D: 80, H: 20}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Fits.AsIs || !r.Fits.ZRotation || math.Abs(r.Fits.AngleDeg-45) > 1e-6 || r.Rotation.AngleDeg != 0 {
		t.Errorf("rod: got %+v, rotation by %g°", *r.Fits, r.Rotation.AngleDeg)
	}
	upright := meshtest.Box(4, 4, 100)
	r, err = orient.Find(t.Context(), orient.Part{Mesh: upright.Mesh}, orient.Options{Objective: orient.Height, Chamber: &fit.Chamber{W: 80, D: 80, H: 20}})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Fits.AsIs || r.Box.W > 80 || r.Box.D > 80 || r.Baseline.Fits.ZRotation {
		t.Errorf("upright rod: got %+v in %+v", *r.Fits, r.Box)
	}
	checkPose(t, "upright rod: ", upright, &r.Pose)
	bracket := meshtest.LBracket(40, 40, 5, 30)
	r, err = orient.Find(t.Context(), orient.Part{Mesh: bracket.Mesh}, orient.Options{Objective: orient.BedArea, Chamber: &fit.Chamber{W: 42, D: 42, H: 35}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "bracket: height", r.Height, 30, 1e-9)
	near(t, "bracket: bed", r.BedArea, 375, 1e-9)
}
