package meshtest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// ModelsVariable is the environment variable that names the folder of real
// models.
const ModelsVariable = "PARTGAUGE_MODELS"

// Models returns the folder of real models and skips the test if there is
// none.
func Models(t testing.TB) string {
	t.Helper()
	dir := os.Getenv(ModelsVariable)
	if dir == "" {
		t.Skipf("%s names no folder of models", ModelsVariable)
	}
	if _, err := os.Stat(filepath.Join(dir, "MANIFEST.tsv")); err != nil {
		t.Fatalf("%s: %v", ModelsVariable, err)
	}
	return dir
}

// Model returns the bytes of one of the real models, by its path in the
// folder, and skips the test if there is no folder.
func Model(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(Models(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A ManifestRow is a line of MANIFEST.tsv.
type ManifestRow struct {
	File, SHA256, Tier, Format string
	Bytes                      int64
	Triangles                  int // -1 where none is stated
	Kind, Facts                string
}

// Manifest returns the real models as their manifest lists them.
func Manifest(t testing.TB) []ManifestRow {
	t.Helper()
	var out []ManifestRow
	for _, row := range readTSV(t, filepath.Join(Models(t), "MANIFEST.tsv")) {
		m := ManifestRow{
			File: row["file"], SHA256: row["sha256"], Tier: row["tier"], Format: row["format"],
			Triangles: -1, Kind: row["kind"], Facts: row["expected_facts"],
		}
		m.Bytes, _ = strconv.ParseInt(row["bytes"], 10, 64)
		if n, err := strconv.Atoi(row["triangles"]); err == nil {
			m.Triangles = n
		}
		out = append(out, m)
	}
	return out
}

// A ReferenceRow is what another program said of a model: a line of
// REFERENCE.tsv. Lengths are in the unit of the file unless the program
// converts; see README.md of the folder.
type ReferenceRow struct {
	File, Tool string
	Status     string // "ok", or why the program failed
	columns    map[string]string
}

// OK reports whether the program read the model.
func (r ReferenceRow) OK() bool { return r.Status == "ok" }

// Number returns a numeric column ("volume", "area", "facets", "verts",
// "parts", "euler_or_genus", "open_edges", "nonmanifold_edges", "misoriented",
// "degenerate", "duplicate", "holes") and whether it holds one number.
func (r ReferenceRow) Number(column string) (float64, bool) {
	x, err := strconv.ParseFloat(r.columns[column], 64)
	return x, err == nil
}

// Text returns a column as it stands.
func (r ReferenceRow) Text(column string) string { return r.columns[column] }

// Extra returns the value of a key=value pair of the last column.
func (r ReferenceRow) Extra(key string) (string, bool) {
	for _, field := range strings.Fields(r.columns["extra"]) {
		if k, v, ok := strings.Cut(field, "="); ok && k == key {
			return v, true
		}
	}
	return "", false
}

// Box returns the corners of the bounding box, if stated.
func (r ReferenceRow) Box() (box [6]float64, ok bool) {
	fields := strings.Split(r.columns["bbox_min_max"], ",")
	if len(fields) != 6 {
		return box, false
	}
	for i, f := range fields {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return box, false
		}
		box[i] = x
	}
	return box, true
}

// References returns what a program ("own", "trimesh", "admesh",
// "prusaslicer", "meshlab" or "assimp") said of the real models, by file.
func References(t testing.TB, tool string) map[string]ReferenceRow {
	t.Helper()
	out := map[string]ReferenceRow{}
	for _, row := range readTSV(t, filepath.Join(Models(t), "REFERENCE.tsv")) {
		if row["tool"] == tool {
			out[row["file"]] = ReferenceRow{File: row["file"], Tool: tool, Status: row["status"], columns: row}
		}
	}
	return out
}

// readTSV returns the lines of a file of tab-separated values as maps from
// the words of its first line.
func readTSV(t testing.TB, path string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	names := strings.Split(lines[0], "\t")
	var out []map[string]string
	for _, line := range lines[1:] {
		row := make(map[string]string, len(names))
		for i, field := range strings.Split(line, "\t") {
			if i < len(names) {
				row[names[i]] = field
			}
		}
		out = append(out, row)
	}
	return out
}
