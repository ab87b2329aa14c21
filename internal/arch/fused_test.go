package arch_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Compiled for arm64, the engine fuses no product into a sum: such an
// instruction rounds once where amd64 rounds twice, and results would differ
// between processors. The compiler is asked, because it fuses across
// statements and inlined calls, where no reader sees it. Written as
// float64(a*b) + c, a product stays apart; math.FMA says what it means.
//
// A finding names the function of ours and the line of the addition or
// product, which may be that of an inlined call.
func TestNoFusedProducts(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the engine for arm64")
	}
	arguments := []string{"build", "-gcflags=-S"}
	for _, p := range engine {
		arguments = append(arguments, module+"/"+p)
	}
	command := exec.Command("go", arguments...)
	command.Dir = "../.."
	command.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0")
	listing, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, listing[max(0, len(listing)-2000):])
	}
	fused := regexp.MustCompile(`\((\S+):(\d+)\)\tFN?M(ADD|SUB)[DS]\t`)
	function := regexp.MustCompile(`^(\S+) STEXT`)
	seen, in := map[string]bool{}, ""
	lines := bufio.NewScanner(bytes.NewReader(listing))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := function.FindStringSubmatch(lines.Text()); m != nil {
			in = strings.TrimPrefix(m[1], module+"/")
			continue
		}
		m := fused.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		file, line := m[1], m[2]
		finding := in + ": " + filepath.Base(file) + ":" + line
		if seen[finding] || strings.Contains(sourceLine(file, line), "math.FMA") {
			continue
		}
		seen[finding] = true
		t.Error(finding + ": a fused product")
	}
	if in == "" {
		t.Fatal("the compiler listed nothing")
	}
}

func sourceLine(file, line string) string {
	data, err := os.ReadFile(file)
	n, _ := strconv.Atoi(line)
	lines := strings.Split(string(data), "\n")
	if err != nil || n < 1 || n > len(lines) {
		return ""
	}
	return lines[n-1]
}
