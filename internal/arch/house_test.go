package arch_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A source is one tracked file.
type source struct {
	name string // with slashes, from the module's root
	data []byte
}

// tracked returns the text files under version control.
func tracked(t *testing.T) []source {
	t.Helper()
	root := "../.."
	command := exec.Command("git", "ls-files", "-z")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("these rules are about a checkout: ", err)
		}
		t.Skip("not a checkout: ", err)
	}
	var files []source
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if strings.HasPrefix(name, "testdata/") || name == "LICENSE" || strings.Contains(name, "/testdata/fuzz/") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // deleted, not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(data, 0) < 0 {
			files = append(files, source{name, data})
		}
	}
	if len(files) < 20 {
		t.Fatalf("only %d files found", len(files))
	}
	return files
}

func goFiles(t *testing.T) []source {
	return slices.DeleteFunc(tracked(t), func(f source) bool { return path.Ext(f.name) != ".go" })
}

// A package is named for what it does, not for its being used by others.
func TestNoGrabBags(t *testing.T) {
	bags := []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "lib", "types"}
	for _, f := range goFiles(t) {
		for dir := range strings.SplitSeq(path.Dir(f.name), "/") {
			if slices.Contains(bags, dir) {
				t.Errorf("%s: a folder named %q says nothing of its content", f.name, dir)
			}
		}
	}
}

// What is not finished is not there; what is known to be missing stands in the
// documents.
func TestNoUnfinishedWork(t *testing.T) {
	mark := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK|WI` + `P)\b`)
	for _, f := range tracked(t) {
		for i, line := range bytes.Split(f.data, []byte("\n")) {
			if m := mark.Find(line); m != nil {
				t.Errorf("%s:%d: %s", f.name, i+1, m)
			}
		}
	}
}

// The project depends on no machine and names no service that happens to
// deliver its modules.
func TestNamesNoMachine(t *testing.T) {
	places := regexp.MustCompile(`(proxy|sum)\.golang` + `\.org|registry\.npm` + `js|py` + `pi\.org|crates` + `\.io|` +
		`(^|[\s"'=(:])/(root|home|work)/\w`)
	for _, f := range tracked(t) {
		for i, line := range bytes.Split(f.data, []byte("\n")) {
			if m := places.Find(line); m != nil {
				t.Errorf("%s:%d: %s", f.name, i+1, bytes.TrimSpace(m))
			}
		}
	}
}

// A file is one subject and can be read in one sitting.
func TestFileLength(t *testing.T) {
	const most = 700
	for _, f := range goFiles(t) {
		if n := bytes.Count(f.data, []byte("\n")); n > most {
			t.Errorf("%s has %d lines; more than %d are more than one subject", f.name, n, most)
		}
	}
}

// Every package says what it is for.
func TestPackageDocs(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.name, f.data, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		documented[path.Dir(f.name)] = documented[path.Dir(f.name)] || file.Doc != nil
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

// The result for given bytes depends on nothing else: engine code reads no
// clock but where analysis times its stages, and draws no random numbers.
func TestEngineRepeats(t *testing.T) {
	// Random numbers that no result depends on.
	random := map[string]string{
		"mesh/weld.go": "the seed of a hash, so that nobody can prepare points that collide",
	}
	clock := []string{"time.Now", "time.Since", "time.Until", "time.Tick", "time.NewTicker"}
	for _, f := range goFiles(t) {
		dir := path.Dir(f.name)
		if !slices.Contains(engine, dir) || strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		tree := token.NewFileSet()
		file, err := parser.ParseFile(tree, f.name, f.data, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, ok := selector.X.(*ast.Ident)
			if !ok {
				return true
			}
			call := of.Name + "." + selector.Sel.Name
			switch at := tree.Position(n.Pos()); {
			case slices.Contains(clock, call) && dir != "analysis":
				t.Errorf("%s: %s: only analysis times its stages", at, call)
			case of.Name == "rand" && of.Obj == nil && random[f.name] == "":
				t.Errorf("%s: the engine draws no random numbers", at)
			}
			return true
		})
	}
}

// A program that links the engine must not pull in a web server or a database
// driver, and the command line builds in seconds.
func TestCommandLineIsLean(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+"/cmd/analyzer", module+"/cmd/bench", module+"/analysis").Output()
	if err != nil {
		t.Fatal(err)
	}
	heavy := regexp.MustCompile(`gin-gonic|/bun|sqlite|pgx|huma|river|goja|prometheus|minio`)
	for dep := range strings.FieldsSeq(string(out)) {
		if heavy.MatchString(dep) {
			t.Errorf("the engine's programs link %s", dep)
		}
	}
}
