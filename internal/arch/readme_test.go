package arch_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the documents point to within the project is there.
func TestDocumentLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, f := range tracked(t) {
		if path.Ext(f.name) != ".md" {
			continue
		}
		for _, m := range link.FindAllSubmatch(f.data, -1) {
			target := path.Join(path.Dir(f.name), string(m[1]))
			if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(target))); err != nil {
				t.Errorf("%s points to %s, which is not there", f.name, m[1])
			}
		}
	}
}

// The library example of the README is the body of the Example of package
// analysis, which compiles and runs.
func TestReadmeExample(t *testing.T) {
	readme := read(t, "../../README.md")
	_, rest, found := strings.Cut(readme, "```go\n")
	block, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the README has no Go example")
	}
	_, body, _ := strings.Cut(read(t, "../../analysis/example_test.go"), "func Example() {\n")
	body = strings.ReplaceAll(body, `"../testdata`, `"testdata`)
	if want := indent(block); !strings.HasPrefix(body, want) {
		t.Errorf("the example of the README is not the one of analysis/example_test.go:\n%s\n---\n%s", want, body)
	}
}

func indent(block string) string {
	lines := strings.SplitAfter(block, "\n")
	for i, l := range lines {
		if strings.TrimSpace(l) != "" {
			lines[i] = "\t" + l
		}
	}
	return strings.Join(lines, "")
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
