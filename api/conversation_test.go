package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/internal/store"
	"github.com/partgauge/partgauge/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files")

// A conversation in testdata holds requests and their answers:
//
//	user PATCH /api/v2.0/my-profile/profile/
//	{"firstName": "Eve"}
//	----
//	200
//	{…}
//
// with a blank line between exchanges and comments behind #. Both databases must
// give the same answers. With -update, SQLite writes them down.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got := newWorld(t, db).replay(string(want))
				if *update && db.Kind() == "sqlite" {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				if got != string(want) {
					t.Errorf("the conversation went differently; -update writes it down\n%s", firstDifference(string(want), got))
				}
			})
		})
	}
}

// replay returns a conversation with its answers as they come now.
func (w *world) replay(text string) string {
	var out strings.Builder
	for exchange := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		question, _, _ := strings.Cut(exchange+"\n", "\n----\n")
		fmt.Fprintln(&out, strings.TrimRight(question, "\n"))
		var lines []string
		for line := range strings.SplitSeq(question, "\n") {
			if !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		var who, method, path string
		if n, _ := fmt.Sscan(strings.Join(lines, "\n"), &who, &method, &path); n != 3 {
			continue // nothing but comments
		}
		r := w.ask(who, method, path, strings.Join(lines[1:], "\n"))
		fmt.Fprintf(&out, "----\n%d\n", r.StatusCode)
		if body := bodyOf(r); body != "" {
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, []byte(body), "", "  "); err != nil {
				pretty.WriteString(body)
			}
			fmt.Fprintln(&out, pretty.String())
		}
	}
	return out.String()
}

func firstDifference(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(wants), len(gots)) {
		if wants[i] != gots[i] {
			from := max(0, i-5)
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, strings.Join(wants[from:i+1], "\n     "), strings.Join(gots[from:i+1], "\n     "))
		}
	}
	return fmt.Sprintf("%d lines instead of %d", len(gots), len(wants))
}
