package mesh_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/partgauge/partgauge/mesh"
)

// A verdict is what reading an input must give. The zero refused and warned
// mean that it is read, and without a warning.
type verdict struct {
	name      string // begins with the id of the case
	data      []byte
	opts      mesh.ReadOptions
	refused   mesh.Code
	place     string // of the refusal; any if empty
	warned    mesh.Code
	triangles int
	vertices  int // any if 0
	solids    []mesh.Solid
}

// hangDeadline ends a test whose reader does not come to an end.
const hangDeadline = 30 * time.Second

func judge(t *testing.T, verdicts []verdict) {
	t.Helper()
	for _, v := range verdicts {
		t.Run(strings.ReplaceAll(v.name, " ", "_"), func(t *testing.T) { v.check(t) })
	}
}

// saysWhatToDo looks for advice behind what is wrong.
func saysWhatToDo(reason string) bool {
	_, advice, found := strings.Cut(reason, "; ")
	for _, word := range []string{
		"export", "upload", "send", "pack", "unpack", "save", "reduce", "raise", "write", "written", "give",
		"choose", "check", "use", "place", "make", "split",
	} {
		if found && strings.Contains(advice, word) {
			return true
		}
	}
	return false
}

func (v *verdict) check(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), hangDeadline)
	defer cancel()
	f, err := mesh.Read(ctx, v.data, v.opts)
	if v.refused != "" {
		var e *mesh.Error
		switch {
		case err == nil:
			t.Fatalf("read %d triangles, want %s", len(f.Mesh.Triangles), v.refused)
		case !errors.As(err, &e) || e.Code != v.refused:
			t.Fatalf("%v, want %s", err, v.refused)
		case v.place != "" && e.Place != v.place:
			t.Fatalf("refused at %q, want %q: %v", e.Place, v.place, err)
		case e.Reason == "" || len(e.Reason) > 400:
			t.Fatalf("the reason is %q", e.Reason)
		case !saysWhatToDo(e.Reason):
			t.Fatalf("the reason %q does not say what to do", e.Reason)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Mesh.Triangles) != v.triangles || v.vertices > 0 && len(f.Mesh.Vertices) != v.vertices {
		t.Errorf("%d triangles, %d vertices; want %d, %d", len(f.Mesh.Triangles), len(f.Mesh.Vertices), v.triangles, v.vertices)
	}
	switch {
	case v.warned == "" && len(f.Warnings) > 0:
		t.Errorf("warnings %v", f.Warnings)
	case v.warned != "" && (len(f.Warnings) != 1 || f.Warnings[0].Code != v.warned || f.Warnings[0].Message == ""):
		t.Errorf("warnings %v, want %s", f.Warnings, v.warned)
	}
	for i, s := range v.solids {
		if i >= len(f.Solids) || f.Solids[i] != s {
			t.Errorf("solids %v, want %v", f.Solids, v.solids)
			break
		}
	}
	if v.solids != nil && f.SolidCount != len(v.solids) {
		t.Errorf("%d solids, want %d", f.SolidCount, len(v.solids))
	}
}
