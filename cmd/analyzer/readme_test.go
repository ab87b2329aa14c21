package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The commands of the README run as it says and end as it says: with the
// status that follows "# exit", or 0.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir() // commands write files
	if err := os.Symlink(samples, filepath.Join(folder, "testdata")); err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^\$ (analyzer .*?)(?:\s+# exit (\d))?$`).FindAllStringSubmatch(string(readme), -1)
	if len(commands) < 8 {
		t.Fatalf("only %d commands found", len(commands))
	}
	for _, c := range commands {
		line, want := c[1], 0
		if c[2] != "" {
			want, _ = strconv.Atoi(c[2])
		}
		if line, _, _ = strings.Cut(line, " | jq"); line == "" {
			continue
		}
		command := exec.Command("sh", "-c", line)
		command.Dir = folder
		output, err := command.CombinedOutput()
		got := 0
		var failed *exec.ExitError
		switch {
		case errors.As(err, &failed):
			got = failed.ExitCode()
		case err != nil:
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: exit status %d, want %d\n%.2000s", line, got, want, output)
		}
	}
}
