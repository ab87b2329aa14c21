package arch_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/partgauge/partgauge"

// A rule says what one package may import: of our own packages and of other
// modules. What is not listed is forbidden; why says what that protects. The
// standard library is free, but for the entries of forbidden below.
type rule struct {
	pkg     string // path below the module
	own     []string
	modules []string
	why     string
}

// engine are the packages whose results must repeat.
var engine = []string{"internal/kernel", "mesh", "fit", "orient", "printability", "thumbnail", "analysis", "internal/parallel"}

const (
	geo      = "github.com/golang/geo"
	compress = "github.com/klauspost/compress"
)

var rules = []rule{
	{
		pkg: "mesh", own: []string{"internal/kernel", "internal/parallel"}, modules: []string{geo, compress},
		why: "geometry judges nothing: it must serve programs that know no criteria",
	},
	{
		pkg: "internal/kernel", modules: []string{"golang.org/x/sys/cpu"},
		why: "inner loops over plain arrays: they know the processor and no geometry",
	},
	{
		pkg: "internal/parallel",
		why: "a leaf: it knows goroutines, not what they do",
	},
	{
		pkg: "fit", own: []string{"mesh"}, modules: []string{geo},
		why: "fitting a box needs a hull and nothing else",
	},
	{
		pkg: "orient", own: []string{"mesh", "fit", "internal/parallel"}, modules: []string{geo},
		why: "a build direction is chosen from geometry; criteria and prices come in as functions",
	},
	{
		pkg: "printability", own: []string{"mesh", "fit", "internal/parallel"}, modules: []string{geo, compress},
		why: "criteria are judged from meshes and values; what other stages found comes in as values from analysis",
	},
	{
		pkg: "thumbnail", own: []string{"mesh", "internal/parallel"}, modules: []string{geo, "golang.org/x/image"},
		why: "a picture shows values that it is given, one for each triangle: it measures nothing",
	},
	{
		pkg: "analysis", own: []string{"mesh", "fit", "orient", "printability", "thumbnail", "internal/parallel"}, modules: []string{geo},
		why: "the only composer of the engine; it knows no program around it",
	},
	{
		pkg: "cmd/analyzer", own: []string{"analysis", "fit", "mesh", "orient", "printability", "thumbnail"},
		modules: []string{
			"github.com/spf13/cobra", "github.com/spf13/pflag",
			"golang.org/x/term", "go.yaml.in/yaml/v3",
			"codeberg.org/go-pdf/fpdf", "golang.org/x/image/font/gofont",
		},
		why: "the command line is wiring over the engine and builds in seconds: no web, no SQL",
	},
	{
		pkg: "cmd/bench", own: []string{"analysis", "mesh", "orient", "printability"}, modules: []string{geo, "golang.org/x/sys/unix"},
		why: "it measures the engine, so it may see nothing else",
	},
	{
		pkg: "internal/fault",
		why: "a leaf: every layer above the engine speaks of failures in its words",
	},
	{
		pkg: "internal/listing",
		why: "a leaf: it knows pages, not what is on them",
	},
	{
		pkg: "internal/account", own: []string{"internal/fault", "internal/listing"}, modules: []string{"golang.org/x/text/language"},
		why: "business: it decides who may do what and knows neither HTTP nor SQL",
	},
	{
		pkg: "internal/store", own: []string{"internal/account", "internal/fault", "internal/files", "internal/listing", "mesh"},
		modules: []string{
			"github.com/uptrace/bun", "github.com/jackc/pgx/v5", "modernc.org/sqlite", "github.com/pressly/goose/v3",
		},
		why: "an adapter: it keeps what business gives it; adapters never see one another",
	},
	{
		pkg: "internal/store/storetest", own: []string{"internal/store", "internal/store/blobs"}, modules: []string{"github.com/jackc/pgx/v5"},
		why: "stores for tests",
	},
	{
		pkg: "api", own: []string{"internal/account", "internal/fault", "internal/listing"},
		modules: []string{
			"github.com/gin-gonic/gin", "github.com/danielgtaylor/huma/v2", "github.com/go-json-experiment/json",
			"github.com/prometheus/client_golang", "golang.org/x/time/rate",
		},
		why: "an adapter: it turns HTTP into calls of business and knows no SQL; adapters never see one another",
	},
	{
		pkg: "cmd/server", own: []string{
			"analysis", "api", "internal/account", "internal/child", "internal/examine", "internal/fault", "internal/files",
			"internal/store", "internal/store/blobs", "internal/task",
		},
		modules: []string{
			"github.com/spf13/cobra", "github.com/spf13/pflag", "go.yaml.in/yaml/v3", "github.com/prometheus/client_golang",
		},
		why: "wiring: it puts the adapters and the business together and decides nothing",
	},
	{
		pkg: "internal/child", modules: []string{"golang.org/x/sys/unix"},
		why: "it bounds processes and moves bytes: what they mean is the business of those at both ends",
	},
	{
		pkg: "internal/examine", own: []string{"internal/child", "analysis", "mesh", "thumbnail"}, modules: []string{geo},
		why: "models are analysed in processes that have neither database nor network",
	},
	{
		pkg: "internal/store/blobs", own: []string{"internal/fault", "internal/files"},
		why: "an adapter: it keeps bytes and knows no database",
	},
	{
		pkg: "internal/files", own: []string{"internal/account", "internal/fault", "internal/examine", "internal/parallel", "analysis", "fit", "mesh", "printability"},
		why: "business: it decides what an uploaded model is and who may see it, and knows neither HTTP nor SQL",
	},
	{
		pkg: "internal/task", own: []string{"internal/fault", "internal/files"},
		why: "an adapter: it has business do what waits; adapters never see one another",
	},
	{pkg: "internal/backgroundtest", why: "tests only"},
	{
		pkg: "internal/meshtest", own: []string{"mesh"}, modules: []string{geo},
		why: "known truth must not lean on what it checks beyond the mesh type",
	},
	{
		pkg: "internal/samples", own: []string{"mesh", "internal/meshtest"},
		why: "sample files are solids of known truth, written",
	},
	{pkg: "internal/arch", why: "tests only"},
}

// forbidden standard packages and those that may import them all the same.
var forbidden = []struct {
	std    string // a path, or a tree ending in /...
	except []string
	why    string
}{
	{"net/...", []string{"api", "cmd/server", "internal/account", "internal/store"}, "the engine talks to no one"},
	{"database/...", []string{"internal/store", "internal/store/storetest"}, "only the store speaks SQL"},
	{"os/exec", []string{"cmd/analyzer", "cmd/bench", "internal/arch", "internal/child"}, "the engine starts nothing; the programs start themselves for what may bring a process down"},
	{"plugin", nil, "the engine loads nothing"},
	{"encoding/xml", nil, "it recurses with the nesting of its input and resolves entities; the readers have a scanner with limits"},
	{"unsafe", nil, "memory tricks need a place where every variant is held against a plain loop"},
	{"reflect", []string{"api"}, "what a function does is to be seen where it stands"},
	{"math/rand", nil, "results repeat: use math/rand/v2 with a fixed seed, in tests"},
}

// onlyTests are our own packages that nothing but tests imports.
var onlyTests = []string{"internal/meshtest", "internal/samples", "internal/arch", "internal/store/storetest", "internal/backgroundtest"}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// The import table holds for every package, and every package has a row.
func TestImports(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		i := ruleOf(name)
		if i < 0 {
			t.Errorf("%s has no row in the table of imports: decide what it may see", name)
			continue
		}
		r := rules[i]
		for _, path := range p.Imports {
			if own, ok := strings.CutPrefix(path, module+"/"); ok && slices.Contains(onlyTests, own) && !slices.Contains(onlyTests, r.pkg) {
				t.Errorf("%s imports %s, which is for tests only", name, own)
				continue
			}
			r.check(t, name, path, nil)
		}
		for _, path := range append(p.TestImports, p.XTestImports...) {
			r.check(t, name+" (tests)", path, onlyTests)
		}
	}
}

// ruleOf returns the index of the row of a package, that of the nearest folder,
// or -1.
func ruleOf(name string) int {
	found := -1
	for i, r := range rules {
		if (r.pkg == name || strings.HasPrefix(name, r.pkg+"/")) && (found < 0 || len(r.pkg) > len(rules[found].pkg)) {
			found = i
		}
	}
	return found
}

// check reports an import that r does not allow. Tests may also use the
// packages of tests, and any package that those are for: upward imports in
// tests stay forbidden for the engine, so that a test proves its own layer.
func (r rule) check(t *testing.T, name, path string, also []string) {
	t.Helper()
	if own, ok := strings.CutPrefix(path, module+"/"); ok {
		within := own == r.pkg || strings.HasPrefix(own, r.pkg+"/")
		if !within && !slices.Contains(r.own, own) && !slices.Contains(also, own) && !r.testsSeeAll(also) {
			t.Errorf("%s must not import %s: %s", name, own, r.why)
		}
		return
	}
	if strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
		if also != nil || slices.ContainsFunc(r.modules, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }) {
			return
		}
		t.Errorf("%s must not import %s: a dependency is listed in the table of imports with the package that needs it", name, path)
		return
	}
	if also != nil {
		return
	}
	for _, f := range forbidden {
		tree, isTree := strings.CutSuffix(f.std, "/...")
		if path == "net/url" {
			continue // takes strings apart, talks to no one
		}
		if (path == f.std || isTree && (path == tree || strings.HasPrefix(path, tree+"/"))) && !slices.Contains(f.except, r.pkg) {
			t.Errorf("%s must not import %s: %s", name, path, f.why)
		}
	}
}

// testsSeeAll reports whether the tests of r's package may import everything:
// tests of sample files hold the engine against them, and business and its API
// are tested on the real store.
func (r rule) testsSeeAll(also []string) bool {
	real := []string{"api", "internal/account"}
	return also != nil && (slices.Contains(onlyTests, r.pkg) || slices.Contains(real, r.pkg))
}

// Every row of the table is about a package that exists, and what it allows is
// used: a permission that nobody needs would be taken by accident.
func TestRulesAreUsed(t *testing.T) {
	imported := map[string]map[string]bool{}
	for _, p := range list(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		i := ruleOf(name)
		if i < 0 {
			continue
		}
		of := rules[i].pkg
		if imported[of] == nil {
			imported[of] = map[string]bool{}
		}
		for _, path := range p.Imports {
			imported[of][path] = true
		}
	}
	for _, r := range rules {
		if imported[r.pkg] == nil {
			t.Errorf("the table of imports has a row for %s, which does not exist", r.pkg)
			continue
		}
		for _, m := range r.modules {
			if !anyHasPrefix(imported[r.pkg], m) {
				t.Errorf("%s may import %s and does not", r.pkg, m)
			}
		}
		for _, own := range r.own {
			if !imported[r.pkg][module+"/"+own] {
				t.Errorf("%s may import %s and does not", r.pkg, own)
			}
		}
	}
}

func anyHasPrefix(paths map[string]bool, m string) bool {
	for p := range paths {
		if p == m || strings.HasPrefix(p, m+"/") {
			return true
		}
	}
	return false
}

func list(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); err == io.EOF {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
