package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/partgauge/partgauge/internal/meshtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"analyzer": func() {
		beforeWork = failOnPurpose
		main()
	}})
}

// failOnPurpose makes a worker process fail as the name of its file says. No
// process but that of a test does so.
func failOnPurpose(path string) {
	switch filepath.Base(path) {
	case "crash.stl":
		panic("as the file is called")
	case "killed.stl":
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			_ = self.Kill()
		}
		select {}
	case "hang.stl":
		time.Sleep(time.Hour)
	case "memory.stl":
		var held [][]byte
		for len(held) < 1<<12 {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 1 << 10 {
				b[i] = 1
			}
			held = append(held, b)
			time.Sleep(time.Millisecond)
		}
		runtime.KeepAlive(held)
	}
}

// The scripts say, command by command, what somebody at a shell sees.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"samejson":  sameJSON,
			"solid":     writeSolid,
			"pack":      pack,
			"jsonlines": checkJSONLines,
			"csvshape":  checkCSVShape,
			"truncate":  truncate,
			"pngsize":   pngSize,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			// $FAST is for scripts that are not about what walls measure.
			config := filepath.Join(env.WorkDir, ".fast.yaml")
			env.Setenv("FAST", "--config="+config)
			return os.WriteFile(config, []byte("sampling: {samples: 5000}\n"), 0o666)
		},
	})
}

// exits runs a program and checks its exit code: exits CODE PROGRAM ARG...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("exit code %d, want %s", got, want)
	}
}

// writeSolid writes a binary STL: solid FILE SHAPE NUMBER...
func writeSolid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: solid FILE SHAPE NUMBER...")
	}
	var n []float64
	for _, a := range args[2:] {
		v, err := strconv.ParseFloat(a, 64)
		ts.Check(err)
		n = append(n, v)
	}
	shapes := map[string]func() meshtest.Solid{
		"box":         func() meshtest.Solid { return meshtest.Box(n[0], n[1], n[2]) },
		"openbox":     func() meshtest.Solid { return meshtest.OpenBox(n[0], n[1], n[2], n[3]) },
		"mushroom":    func() meshtest.Solid { return meshtest.Mushroom(n[0], n[1], n[2], n[3], n[4]) },
		"sphere":      func() meshtest.Solid { return meshtest.Icosphere(n[0], int(n[1])) },
		"lidless":     func() meshtest.Solid { return meshtest.LidlessBox(n[0], n[1], n[2]) },
		"overlapping": func() meshtest.Solid { return meshtest.OverlappingCubes(n[0], n[1], n[2], n[3]) },
		"inverted":    func() meshtest.Solid { return meshtest.Box(n[0], n[1], n[2]).Flip() },
		"touching":    func() meshtest.Solid { return meshtest.TouchingCubes(n[0], int(n[1])) },
		"moebius":     func() meshtest.Solid { return meshtest.Moebius(n[0], n[1], int(n[2])) },
		"grid":        func() meshtest.Solid { return meshtest.GridBox(n[0], n[0], n[0], int(n[1])) },
	}
	shape, ok := shapes[args[1]]
	if !ok {
		ts.Fatalf("unknown shape %q", args[1])
	}
	write(ts, args[0], meshtest.STL(shape().Mesh))
}

// pack puts files into an archive: pack ARCHIVE.zip|gz FILE...
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: pack ARCHIVE FILE...")
	}
	var out bytes.Buffer
	if strings.HasSuffix(args[0], ".gz") {
		w := gzip.NewWriter(&out)
		_, err := w.Write([]byte(ts.ReadFile(args[1])))
		ts.Check(err)
		ts.Check(w.Close())
	} else {
		w := zip.NewWriter(&out)
		for _, name := range args[1:] {
			f, err := w.Create(name)
			ts.Check(err)
			_, err = f.Write([]byte(ts.ReadFile(name)))
			ts.Check(err)
		}
		ts.Check(w.Close())
	}
	write(ts, args[0], out.Bytes())
}

// pngSize checks the size of a picture: pngsize FILE WIDTH HEIGHT
func pngSize(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: pngsize FILE WIDTH HEIGHT")
	}
	config, err := png.DecodeConfig(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	if got := []string{strconv.Itoa(config.Width), strconv.Itoa(config.Height)}; !slices.Equal(got, args[1:]) {
		ts.Fatalf("%s has %v pixels, want %v", args[0], got, args[1:])
	}
}

// truncate cuts a file: truncate FILE BYTES
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: truncate FILE BYTES")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// checkJSONLines holds standard output against a list of FILE=STATUS, one a
// line in that order, where the status of a refused file is its error code.
func checkJSONLines(ts *testscript.TestScript, neg bool, args []string) {
	var got []string
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var report struct {
			File   string
			Status string
			Error  *struct{ Code string }
		}
		if err := json.Unmarshal([]byte(line), &report); err != nil {
			ts.Fatalf("%v in line %q", err, line)
		}
		if report.Error != nil {
			report.Status = report.Error.Code
		}
		got = append(got, filepath.ToSlash(report.File)+"="+report.Status)
	}
	if neg || !slices.Equal(got, args) {
		ts.Fatalf("got  %q\nwant %q", got, args)
	}
}

// sameJSON compares two files of reports, the times aside: samejson A B
func sameJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samejson A B")
	}
	var files [2][]string
	for i, name := range args {
		for line := range strings.Lines(ts.ReadFile(name)) {
			var report map[string]any
			ts.Check(json.Unmarshal([]byte(line), &report))
			delete(report, "timings")
			again, err := json.Marshal(report)
			ts.Check(err)
			files[i] = append(files[i], string(again))
		}
	}
	if !slices.Equal(files[0], files[1]) {
		ts.Fatalf("%s and %s differ", args[0], args[1])
	}
}

// checkCSVShape reads standard output as CSV by RFC 4180 and holds columns
// against values, one a record: csvshape COLUMN=VALUE,VALUE,...
func checkCSVShape(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile("stdout")
	if !strings.HasSuffix(text, "\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		ts.Fatalf("lines do not end in CR LF")
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	ts.Check(err)
	for _, arg := range args {
		name, values, _ := strings.Cut(arg, "=")
		column := slices.Index(records[0], name)
		if column < 0 {
			ts.Fatalf("no column %q in %q", name, records[0])
		}
		var got []string
		for _, r := range records[1:] {
			got = append(got, r[column])
		}
		if neg || strings.Join(got, ",") != values {
			ts.Fatalf("%s: got %q, want %q", name, strings.Join(got, ","), values)
		}
	}
}

func write(ts *testscript.TestScript, name string, data []byte) {
	path := ts.MkAbs(name)
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	ts.Check(os.WriteFile(path, data, 0o666))
}
