package analysis_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

type entry struct {
	name string
	data []byte
}

func zipOf(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Each model of an archive has a report; damaged ones and other files do not
// keep the rest from it.
func TestRunEach(t *testing.T) {
	cube, ball := stl(meshtest.Cube(20)), stl(meshtest.Icosphere(10, 2))
	readme := []byte("no model at all\n")
	damaged := zipOf(t, entry{"a.stl", cube}, entry{"b.stl", ball}, entry{"c.stl", cube})
	// The checksum of the first entry stands 14 bytes into its local header
	// and again in the directory; its data is what no longer fits it.
	at := bytes.IndexByte(damaged[60:], 0) + 60
	damaged[at] ^= 0x40
	for _, row := range []struct {
		name string
		data []byte
		want []string // FILE=CODE for refused models
	}{
		{"model.stl", cube, []string{"model.stl"}},
		{"text.txt", readme, []string{"text.txt=unknown_format"}},
		{"empty", nil, []string{"empty=too_short"}},
		{"one.zip", zipOf(t, entry{"readme.txt", readme}, entry{"a.stl", cube}), []string{"one.zip"}},
		{"two.zip", zipOf(t, entry{"a.stl", cube}, entry{"readme.txt", readme}, entry{"sub/b.stl", ball}), []string{"two.zip/a.stl", "two.zip/sub/b.stl"}},
		{"bad.zip", zipOf(t, entry{"a.stl", cube[:300]}, entry{"b.stl", ball}), []string{"bad.zip/a.stl=stl_truncated", "bad.zip/b.stl"}},
		{"none.zip", zipOf(t, entry{"readme.txt", readme}), []string{"none.zip=unknown_format"}},
		{"damaged.zip", damaged, []string{"damaged.zip/a.stl=zip_corrupt", "damaged.zip/b.stl", "damaged.zip/c.stl"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			skipped := 0
			opts := analysis.Options{Name: row.name, Stages: analysis.InfoStages()}
			for report, err := range analysis.RunEach(t.Context(), bytes.NewReader(row.data), opts) {
				if err != nil {
					t.Fatal(err)
				}
				line := report.File
				if report.Error != nil {
					line += "=" + string(report.Error.Code)
				}
				got = append(got, line)
				for _, w := range report.Warnings {
					if w.Code == mesh.CodeIgnoredContent {
						skipped++
					}
				}
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if wanted := row.name == "one.zip" || row.name == "two.zip"; (skipped == 1) != wanted {
				t.Errorf("%d entries that are no models were mentioned", skipped)
			}
		})
	}
}

// The sequence can be left, and ends with its context.
func TestRunEachEnds(t *testing.T) {
	var entries []entry
	for i := range 5 {
		entries = append(entries, entry{fmt.Sprintf("%d.stl", i), stl(meshtest.Cube(20))})
	}
	data := zipOf(t, entries...)
	opts := analysis.Options{Name: "parts.zip", Stages: analysis.InfoStages()}
	n := 0
	for range analysis.RunEach(t.Context(), bytes.NewReader(data), opts) {
		if n++; n == 2 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n = 0
	var last error
	for report, err := range analysis.RunEach(ctx, bytes.NewReader(data), opts) {
		if last = err; report != nil {
			n++
			cancel()
		}
	}
	if n != 1 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d reports, then %v", n, last)
	}
	for report, err := range analysis.RunEach(t.Context(), bytes.NewReader(data), analysis.Options{MinWall: -1}) {
		if report != nil || err == nil {
			t.Errorf("got %v, %v", report, err)
		}
	}
	// A panic of whoever uses the sequence is theirs.
	defer func() {
		if recover() != "mine" {
			t.Error("the panic was swallowed")
		}
	}()
	for range analysis.RunEach(t.Context(), bytes.NewReader(data), opts) {
		panic("mine")
	}
}
