package samples_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/partgauge/partgauge/internal/samples"
)

const folder = "../../testdata/models"

var update = flag.Bool("update", false, "write the files instead of comparing them")

// The folder holds what this package makes, and nothing else.
func TestFilesAreGenerated(t *testing.T) {
	want := map[string][]byte{"facts.tsv": samples.Facts(samples.All()), "README.md": nil}
	for _, s := range samples.All() {
		data, err := s.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		want[s.File] = data
	}
	if *update {
		for name, data := range want {
			if data == nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("%s is not made by the generator: delete it or add it there", e.Name())
		}
	}
	for name, data := range want {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || data != nil && !bytes.Equal(got, data) {
			t.Errorf("%s is not what the generator makes (%v): run `make generate`", name, err)
		}
	}
}
