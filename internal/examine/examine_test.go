package examine_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/child"
	"github.com/partgauge/partgauge/internal/examine"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/mesh"
)

// childMode is the argument that makes the test program a child.
const childMode = "child-of-the-test"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childMode {
		examine.Serve()
	}
	os.Exit(m.Run())
}

func examiner(t testing.TB, c examine.Config) *examine.Examiner {
	t.Helper()
	c.Children.Arguments = []string{childMode}
	e, err := examine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// An outcome is all that an examination gives.
type outcome struct {
	raw    []byte
	report *analysis.Report
	parts  map[examine.Part][]byte
	stages map[analysis.Stage]bool
}

func run(ctx context.Context, e *examine.Examiner, data []byte, opts analysis.Options) (outcome, error) {
	o := outcome{parts: map[examine.Part][]byte{}, stages: map[analysis.Stage]bool{}}
	var err error
	o.raw, o.report, err = e.Examine(ctx, examine.Request{
		Name: "part.stl", Body: bytes.NewReader(data), Bytes: int64(len(data)), Options: opts,
		Progress: func(p analysis.Progress) { o.stages[p.Stage] = true },
		Receive: func(part examine.Part, data []byte) error {
			o.parts[part] = append(o.parts[part], data...)
			return nil
		},
	})
	return o, err
}

func must(t *testing.T, e *examine.Examiner, data []byte, opts analysis.Options) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	o, err := run(ctx, e, data, opts)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

var options = func() analysis.Options {
	o := analysis.Options{MinWall: 1, OptimalWall: 2}
	o.Sampling.Samples = 2000
	return o
}()

// A child gives the same report, samples, hull and mesh as the engine in this
// process, and a picture, and says at which stage it is.
func TestSameAsTheEngine(t *testing.T) {
	e := examiner(t, examine.Config{})
	data := meshtest.STL(meshtest.OpenBox(30, 20, 10, 0.5).Mesh)
	got := must(t, e, data, options)
	here := options
	here.Name = "part.stl"
	want, err := analysis.Examine(t.Context(), data, here)
	if err != nil {
		t.Fatal(err)
	}
	got.report.Timings, want.Report.Timings = nil, nil
	if g, w := asJSON(t, got.report), asJSON(t, want.Report); g != w {
		t.Errorf("the report is\n%s\nand in this process\n%s", g, w)
	}
	samples, err := want.Samples.Encode()
	if err != nil || !bytes.Equal(got.parts[examine.Samples], samples) {
		t.Errorf("the samples differ, %v", err)
	}
	hull, err := examine.DecodeHull(got.parts[examine.Hull])
	if err != nil || len(hull) != 8 || !reflect.DeepEqual(hull, want.Hull) {
		t.Errorf("the hull is %v, %v", hull, err)
	}
	var stl bytes.Buffer
	if err := mesh.Write(&stl, want.Mesh, mesh.FormatSTL, mesh.WriteOptions{}); err != nil || !bytes.Equal(stl.Bytes(), got.parts[examine.Optimized]) {
		t.Errorf("the mesh differs, %v", err)
	}
	if !bytes.HasPrefix(got.parts[examine.Thumbnail], []byte("\x89PNG")) {
		t.Error("there is no picture")
	}
	for _, stage := range []analysis.Stage{analysis.StageRead, analysis.StageThickness, analysis.StageCriteria} {
		if !got.stages[stage] {
			t.Errorf("no word of the stage %q", stage)
		}
	}
}

func asJSON(t *testing.T, r *analysis.Report) string {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// hostile returns files that are made to bring a reader down.
func hostile(t *testing.T) map[string][]byte {
	zeros := func(name string, n int) []byte {
		return packed(t, map[string]io.Reader{name: io.LimitReader(zero{}, int64(n))})
	}
	lying := make([]byte, 84)
	binary.LittleEndian.PutUint32(lying[80:], 4_000_000_000)
	return map[string][]byte{
		"empty":           {},
		"one byte":        {0},
		"lying count":     lying,
		"zip bomb":        zeros("3D/3dmodel.model", 256<<20),
		"gzip magic":      []byte("\x1f\x8b\x08\x00 and nothing else"),
		"zip magic":       []byte("PK\x03\x04 and nothing else"),
		"giant line":      append([]byte("v 0 0 0\nf "), bytes.Repeat([]byte("1 "), 4<<20)...),
		"text of one key": append([]byte("solid x\n facet normal "), bytes.Repeat([]byte("9"), 8<<20)...),
		"deep glTF":       append([]byte(`{"asset":{"version":"2.0"},"x":`), bytes.Repeat([]byte("["), 4<<20)...),
		"lying list":      []byte("ply\nformat binary_little_endian 1.0\nelement vertex 4000000000\nproperty float x\nend_header\n"),
		"empty element":   []byte("ply\nformat ascii 1.0\nelement nothing 4000000000\nend_header\n"),
		"cycle":           threeMF(t, `<object id="1" type="model"><components><component objectid="2"/></components></object><object id="2" type="model"><components><component objectid="1"/></components></object>`, 1),
		"doubling":        threeMF(t, doubling(40), 40),
		"external entity": packed(t, map[string]io.Reader{"3D/3dmodel.model": strings.NewReader(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><model>&e;</model>`)}),
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func packed(t *testing.T, files map[string]io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.Copy(w, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func threeMF(t *testing.T, objects string, built int) []byte {
	return packed(t, map[string]io.Reader{
		"[Content_Types].xml": strings.NewReader(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>`),
		"_rels/.rels":         strings.NewReader(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Target="/3D/3dmodel.model" Id="r" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>`),
		"3D/3dmodel.model": strings.NewReader(fmt.Sprintf(
			`<model unit="millimeter" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"><resources>%s</resources><build><item objectid="%d"/></build></model>`, objects, built)),
	})
}

// doubling is a chain of n objects of which each places the one before twice.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString(`<object id="1" type="model"><mesh><vertices><vertex x="0" y="0" z="0"/><vertex x="9" y="0" z="0"/><vertex x="0" y="9" z="0"/><vertex x="0" y="0" z="9"/></vertices><triangles><triangle v1="0" v2="2" v3="1"/><triangle v1="0" v2="1" v3="3"/><triangle v1="1" v2="2" v3="3"/><triangle v1="0" v2="3" v3="2"/></triangles></mesh></object>`)
	for i := 2; i <= n; i++ {
		fmt.Fprintf(&b, `<object id="%d" type="model"><components><component objectid="%d"/><component objectid="%d"/></components></object>`, i, i-1, i-1)
	}
	return b.String()
}

// Whatever a hostile file does, a report comes back that refuses it with a code
// and a sentence, and nothing but the report.
func TestHostileFiles(t *testing.T) {
	e := examiner(t, examine.Config{Memory: 512 << 20, Timeout: 20 * time.Second})
	codes := map[string]mesh.Code{"cycle": mesh.CodeComponentCycle, "doubling": mesh.CodeLimitInstances}
	for name, data := range hostile(t) {
		got := must(t, e, data, options)
		refused := got.report.Error
		if refused == nil || refused.Code == "" || refused.Message == "" || len(got.parts) != 0 {
			t.Errorf("%s: error %v, parts %d", name, refused, len(got.parts))
			continue
		}
		if want := codes[name]; want != "" && refused.Code != want {
			t.Errorf("%s: code %s, want %s", name, refused.Code, want)
		}
		if refused.Code == analysis.CodeMemory || refused.Code == analysis.CodeTimeout || refused.Code == analysis.CodeInternal {
			t.Errorf("%s was stopped by the limits of the process only: %v", name, refused)
		}
	}
}

// A model that needs more memory or time than it may use is refused with that
// reason, and the next one is examined as before.
func TestLimits(t *testing.T) {
	big := meshtest.STL(meshtest.Icosphere(20, 7).Mesh) // 328 000 triangles
	small := meshtest.STL(meshtest.Cube(10).Mesh)
	for _, row := range []struct {
		config examine.Config
		code   mesh.Code
	}{
		{examine.Config{Memory: 40 << 20}, analysis.CodeMemory},
		{examine.Config{Timeout: time.Millisecond}, analysis.CodeTimeout},
	} {
		got := must(t, examiner(t, row.config), big, options)
		if got.report.Error == nil || got.report.Error.Code != row.code {
			t.Errorf("%+v: %v, want %s", row.config, got.report.Error, row.code)
		}
		if got.report.Bytes != int64(len(big)) || len(got.raw) == 0 {
			t.Errorf("the report on a stopped model says %d bytes", got.report.Bytes)
		}
	}
	if got := must(t, examiner(t, examine.Config{}), small, options); got.report.Error != nil {
		t.Errorf("a cube: %v", got.report.Error)
	}
}

// A body that ends early is the fault of whoever sent it, and of no model.
func TestShortBody(t *testing.T) {
	e := examiner(t, examine.Config{})
	_, _, err := e.Examine(t.Context(), examine.Request{Body: strings.NewReader("abc"), Bytes: 4})
	if _, ok := errors.AsType[*child.Refusal](err); !ok {
		t.Errorf("%v", err)
	}
}

// Each shared model has the same report, times apart, in a child as here.
func TestSharedModels(t *testing.T) {
	e := examiner(t, examine.Config{})
	folder := meshtest.Models(t)
	for _, name := range []string{"tweaker-3__demo_object.stl", "prusai3__x-carriage.stl"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		got := must(t, e, data, options)
		here := options
		here.Name = "part.stl"
		want, err := analysis.RunBytes(t.Context(), data, here)
		if err != nil {
			t.Fatal(err)
		}
		got.report.Timings, want.Timings = nil, nil
		if asJSON(t, got.report) != asJSON(t, want) {
			t.Errorf("%s: the reports differ", name)
		}
	}
}
