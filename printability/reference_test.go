package printability_test

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// A referenceRow is what an independent prototype in double precision, or
// geometry itself, says of one shape. Where few samples make the prototype's
// area uncertain, it is the value that 4 million samples converge to. A core
// that is a strip as narrow as the samples are apart is left out.
type referenceRow struct {
	file                          string
	exact                         bool // below and minimum follow from geometry
	area, minimum                 float64
	below08, below10              float64
	edge08, core08                float64
	unknownPercent, buriedPercent float64
	at08, at10, at20              printability.Status
}

func referenceRows(t *testing.T) []referenceRow {
	t.Helper()
	f, err := os.Open("testdata/thickness.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = '\t'
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) float64 {
		if s == "" {
			return math.NaN()
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var rows []referenceRow
	for _, c := range records[1:] {
		rows = append(rows, referenceRow{
			file: c[0], area: number(c[1]), minimum: number(c[2]),
			below08: number(c[3]), below10: number(c[4]), edge08: number(c[5]), core08: number(c[6]),
			unknownPercent: number(c[7]), buriedPercent: number(c[8]),
			at08: printability.Status(c[9]), at10: printability.Status(c[10]), at20: printability.Status(c[11]),
			exact: c[12] == "exact",
		})
	}
	return rows
}

// measure runs the stages that come before the walls, without repair.
func measure(t *testing.T, m *mesh.Mesh, opts printability.SampleOptions) *printability.Samples {
	t.Helper()
	ctx := context.Background()
	topology, err := mesh.NewTopology(ctx, m, 0)
	if err != nil {
		t.Fatal(err)
	}
	clean, topology, _, err := mesh.Clean(ctx, m, topology, 0)
	if err != nil {
		t.Fatal(err)
	}
	var volume *float64
	if topology.Balanced {
		v := signedVolume(clean)
		volume = &v
	}
	bvh, err := mesh.NewBVH(ctx, clean, mesh.BVHOptions{})
	if err != nil {
		t.Fatal(err)
	}
	crossing, err := bvh.SelfIntersections(ctx, mesh.SelfIntersectionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	part := printability.Part{Mesh: clean, BVH: bvh, Volume: volume, Topology: topology, Intersections: &crossing}
	s, err := printability.Measure(ctx, part, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signedVolume(m *mesh.Mesh) float64 {
	origin := m.Bounds().Center()
	sum := 0.0
	for f := range m.Triangles {
		a, b, c := m.Corners(f)
		sum += a.Sub(origin).Dot(b.Sub(origin).Cross(c.Sub(origin)))
	}
	return sum / 6
}

func readModel(t *testing.T, path string) *mesh.Mesh {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return file.Mesh
}

// apart reports whether got differs from want by more than the share and, for
// values below small, by more than smallShare.
func apart(got, want, share, small, smallShare float64) bool {
	if want < small {
		share = smallShare
	}
	return math.Abs(got-want) > share*want+1e-9
}

// stricter are the verdicts that differ from the prototype's because what is
// too small to matter no longer grows with the limit beyond 0.8 mm.
var stricter = map[string][]float64{
	"ugroove_r1_0.3.stl": {2}, "tapered_pin.stl": {1}, "cone20.stl": {1}, "pocket1_0.3.stl": {2}, "pocket1_0.3_big.stl": {2},
	"vgroove30_0.3.stl": {2}, "vgroove60_0.3.stl": {2}, "vgroove90_0.3.stl": {1, 2},
	"pins0.6_h5_overlap.stl": {2}, "pins0.8_h0.8_overlap.stl": {2}, "pins0.8_h0.8_big600.stl": {2},
	"stl-models__gearwheel.bin.stl": {2}, "3mfs__cube_gears.3mf": {2}, "prusaslicer__extruder_idler.obj": {2},
}

// TestWallsAgainstReference holds every shape and part against the values of
// the prototype: areas, minimum and verdicts.
func TestWallsAgainstReference(t *testing.T) {
	folder := meshtest.Models(t)
	for _, row := range referenceRows(t) {
		t.Run(filepath.Base(row.file), func(t *testing.T) {
			t.Parallel()
			s := measure(t, readModel(t, filepath.Join(folder, row.file)), printability.SampleOptions{})
			checkReference(t, row, s)
		})
	}
}

func checkReference(t *testing.T, row referenceRow, s *printability.Samples) {
	at08, at10 := s.Evaluate(0.8, 0, printability.Rules{}), s.Evaluate(1, 0, printability.Rules{})
	share := 0.03
	if row.exact {
		share = 0.005
	}
	few := 5 * s.Spacing * s.Spacing // the area of five samples
	check := func(what string, got, want, share float64) {
		if math.IsNaN(want) {
			return
		}
		if want < 10 {
			share = 0.2
		}
		if math.Abs(got-want) > share*want+few {
			t.Errorf("%s %.5g, want %.5g", what, got, want)
		}
	}
	check("area", s.Area, row.area, 1e-3)
	check("below(0.8)", *at08.AreaBelow, row.below08, share)
	check("below(1.0)", *at10.AreaBelow, row.below10, share)
	check("edge(0.8)", *at08.EdgeBelow, row.edge08, 0.1)
	if s.Spacing < 0.4 { // else the samples are too far apart for the radius of the core
		check("core(0.8)", *at08.CoreArea, row.core08, 0.1)
	}
	if row.exact && row.minimum > 0.001 && (at08.RawMinimum == nil || apart(*at08.RawMinimum, row.minimum, 0.01, 0, 0)) {
		t.Errorf("minimum %v, want %.5g", deref(at08.RawMinimum), row.minimum)
	}
	if math.Abs(100*s.UnknownArea()/s.Area-row.unknownPercent) > max(0.05*row.unknownPercent, 0.1) {
		t.Errorf("unknown %.3g %%, want %.3g %%", 100*s.UnknownArea()/s.Area, row.unknownPercent)
	}
	if math.Abs(100*s.BuriedArea()/s.Area-row.buriedPercent) > max(0.05*row.buriedPercent, 0.1) {
		t.Errorf("buried %.3g %%, want %.3g %%", 100*s.BuriedArea()/s.Area, row.buriedPercent)
	}
	checkVerdicts(t, row, s)
}

func checkVerdicts(t *testing.T, row referenceRow, s *printability.Samples) {
	severity := map[printability.Status]int{printability.Pass: 0, printability.Warn: 1, printability.Fail: 2}
	for _, v := range []struct {
		minimum float64
		want    printability.Status
	}{{0.8, row.at08}, {1, row.at10}, {2, row.at20}} {
		w := s.Evaluate(v.minimum, 0, printability.Rules{})
		got := w.Status()
		switch {
		case slices.Contains(stricter[filepath.Base(row.file)], v.minimum):
			if severity[got] <= severity[v.want] {
				t.Errorf("at %g: %s is not stricter than %s", v.minimum, got, v.want)
			}
		case got != v.want:
			t.Errorf("at %g: %s (%s), want %s", v.minimum, got, w.Message(), v.want)
		}
	}
}

func deref(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}
