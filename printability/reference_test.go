package printability_test

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
	"github.com/partgauge/partgauge/printability"
)

// A referenceRow is what an independent prototype in double precision, or
// geometry itself, says of one shape.
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
	s, err := printability.Measure(ctx, clean, bvh, volume, opts)
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
	w := s.Evaluate(0.8, 0, printability.Rules{})
	if apart(s.Area, row.area, 1e-3, 0, 0) {
		t.Errorf("area %.6g, want %.6g", s.Area, row.area)
	}
	share := 0.03
	if row.exact {
		share = 0.005
	}
	if apart(*w.AreaBelow, row.below08, share, 10, 0.2) {
		t.Errorf("below(0.8) %.5g, want %.5g", *w.AreaBelow, row.below08)
	}
	if b := *s.Evaluate(1, 0, printability.Rules{}).AreaBelow; apart(b, row.below10, share, 10, 0.2) {
		t.Errorf("below(1.0) %.5g, want %.5g", b, row.below10)
	}
	if apart(*w.EdgeBelow, row.edge08, 0.03, 10, 0.2) {
		t.Errorf("edge(0.8) %.5g, want %.5g", *w.EdgeBelow, row.edge08)
	}
	if apart(*w.CoreArea, row.core08, 0.1, 10, 0.2) {
		t.Errorf("core(0.8) %.5g, want %.5g", *w.CoreArea, row.core08)
	}
	if !math.IsNaN(row.minimum) && row.minimum > 0.01 && (w.RawMinimum == nil || apart(*w.RawMinimum, row.minimum, 0.01, 0, 0)) {
		t.Errorf("minimum %v, want %.5g", deref(w.RawMinimum), row.minimum)
	}
	if math.Abs(100*s.UnknownArea()/s.Area-row.unknownPercent) > max(0.05*row.unknownPercent, 0.1) {
		t.Errorf("unknown %.3g %%, want %.3g %%", 100*s.UnknownArea()/s.Area, row.unknownPercent)
	}
	if math.Abs(100*s.BuriedArea()/s.Area-row.buriedPercent) > max(0.05*row.buriedPercent, 0.1) {
		t.Errorf("buried %.3g %%, want %.3g %%", 100*s.BuriedArea()/s.Area, row.buriedPercent)
	}
	for _, v := range []struct {
		minimum float64
		want    printability.Status
	}{{0.8, row.at08}, {1, row.at10}, {2, row.at20}} {
		if got := s.Evaluate(v.minimum, 0, printability.Rules{}); got.Status() != v.want {
			t.Errorf("at %g: %s (%s), want %s", v.minimum, got.Status(), got.Message(), v.want)
		}
	}
}

func deref(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}
