package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// The rays of solids of known thickness measure it, every one of them.
func TestRays(t *testing.T) {
	for _, test := range []struct {
		solid         meshtest.Solid
		min, p50, tol float64
	}{
		{meshtest.Cube(3), 3, 3, 1e-4},
		{meshtest.Box(1, 20, 30), 1, 20, 1e-3},
		{meshtest.HollowBox(20, 20, 20, 1), 1, 1, 1e-3},
		{meshtest.Icosphere(10, 3), 19.9, 19.9, 0.03},
	} {
		path := filepath.Join(t.TempDir(), "solid.stl")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := mesh.Write(file, test.solid.Mesh, mesh.FormatSTL, mesh.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := runRays(context.Background(), []string{"--json", "--threads", "1", "--limit", "2", path}, &out); err != nil {
			t.Fatal(err)
		}
		var r map[string]float64
		if err := json.Unmarshal([]byte(out.String()), &r); err != nil {
			t.Fatalf("%s: %v in %s", test.solid.Name, err, out.String())
		}
		faces := float64(len(test.solid.Mesh.Triangles))
		if r["triangles"] != faces || r["rays"] != faces || r["misses"] != 0 {
			t.Errorf("%s: %v, want a ray for each of %g triangles and no miss", test.solid.Name, r, faces)
		}
		if math.Abs(r["min"]-test.min) > test.tol || math.Abs(r["p50"]-test.p50) > test.tol {
			t.Errorf("%s: %v, want thicknesses from %g, %g in the middle", test.solid.Name, r, test.min, test.p50)
		}
		if !(r["p1"] >= r["min"] && r["p5"] >= r["p1"] && r["p50"] >= r["p5"]) {
			t.Errorf("%s: the quantiles of %v do not ascend", test.solid.Name, r)
		}
		for _, speed := range []string{"mraysPerSecond", "boundedMraysPerSecond", "buildSeconds"} {
			if !(r[speed] > 0) {
				t.Errorf("%s: %s is %g", test.solid.Name, speed, r[speed])
			}
		}
	}
}
