package analysis_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/meshtest"
	"github.com/partgauge/partgauge/printability"
)

// examples returns the annotated JSON objects of docs/report.md, without the
// annotations.
func examples(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../docs/report.md")
	if err != nil {
		t.Fatal(err)
	}
	annotation := regexp.MustCompile(`(?m)  // .*$`)
	var found []string
	for _, block := range regexp.MustCompile("(?s)```jsonc\n(.*?)```").FindAllSubmatch(page, -1) {
		found = append(found, string(annotation.ReplaceAll(block[1], nil)))
	}
	if len(found) != 2 {
		t.Fatalf("%d examples in docs/report.md, want one that was analysed and one that was refused", len(found))
	}
	return found
}

// detailTypes are the types behind Criterion.Details.
var detailTypes = []reflect.Type{reflect.TypeFor[printability.ChamberFit]()}

// typePaths adds the paths of all fields that the JSON form of a type has:
// elements of lists as [], keys of maps as *.
func typePaths(t reflect.Type, at string, paths map[string]bool) {
	switch t.Kind() {
	case reflect.Pointer:
		typePaths(t.Elem(), at, paths)
	case reflect.Slice, reflect.Array:
		typePaths(t.Elem(), at+"[]", paths)
	case reflect.Map:
		typePaths(t.Elem(), at+".*", paths)
	case reflect.Interface:
		for _, d := range detailTypes {
			typePaths(d, at, paths)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || !f.IsExported() {
				continue
			}
			if name == "" {
				panic(fmt.Sprintf("%s.%s has no JSON name", t, f.Name))
			}
			path := strings.TrimPrefix(at+"."+name, ".")
			paths[path] = true
			typePaths(f.Type, path, paths)
		}
	}
}

// jsonPaths adds the paths of all fields of a JSON value, in the form of
// typePaths.
func jsonPaths(v any, at string, paths map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if freeKeys[at] {
				key = "*"
			}
			path := strings.TrimPrefix(at+"."+key, ".")
			if key != "*" {
				paths[path] = true
			}
			jsonPaths(value, path, paths)
		}
	case []any:
		for _, value := range v {
			jsonPaths(value, at+"[]", paths)
		}
	}
}

// freeKeys are the maps of a report.
var freeKeys = map[string]bool{"criteria": true, "criteria.*.values": true, "criteria.*.limits": true, "timings": true}

// Every field of the Go type is in the examples, and nothing else is.
func TestReportIsDocumented(t *testing.T) {
	inType, inPage := map[string]bool{}, map[string]bool{}
	typePaths(reflect.TypeFor[analysis.Report](), "", inType)
	for _, text := range examples(t) {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		jsonPaths(value, "", inPage)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(new(analysis.Report)); err != nil {
			t.Error(err)
		}
	}
	for path := range inType {
		if !inPage[path] {
			t.Errorf("%s is not in docs/report.md", path)
		}
	}
	for path := range inPage {
		if !inType[path] {
			t.Errorf("%s of docs/report.md is not in the type", path)
		}
	}
}

// The numbers of the example are those of the file and the options it names.
func TestReportExampleIsTrue(t *testing.T) {
	var want analysis.Report
	if err := json.Unmarshal([]byte(examples(t)[0]), &want); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../testdata/models/comb.stl")
	if err != nil {
		t.Fatal(err)
	}
	got := report(t, data, *want.Options)
	mended := report(t, meshtest.STL(mendedExample()), analysis.Options{Stages: []analysis.Stage{analysis.StageClean}})
	if got.SHA256 != want.SHA256 || got.Bytes != want.Bytes || got.Status != want.Status {
		t.Errorf("got %s of %s, want %s of %s", got.Status, got.SHA256, want.Status, want.SHA256)
	}
	for name, c := range want.Criteria {
		if got.Criteria[name].Status != c.Status {
			t.Errorf("%s: got %q, want %q", name, got.Criteria[name].Status, c.Status)
		}
	}
	for _, row := range []struct {
		name      string
		got, want any
	}{
		{"original", got.Original, want.Original},
		{"optimized", got.Optimized, want.Optimized},
		{"repair", mended.Repair, want.Repair},
		{"thickness.minimum", got.Thickness.Minimum, want.Thickness.Minimum},
		{"thickness.areaBelow", got.Thickness.AreaBelow, want.Thickness.AreaBelow},
		{"gaps.minimum", got.Gaps.Minimum, want.Gaps.Minimum},
		{"options", got.Options, want.Options},
	} {
		if difference := compareJSON(t, row.got, row.want); difference != "" {
			t.Errorf("%s: %s", row.name, difference)
		}
	}
	stages := slices.Sorted(maps.Keys(want.Timings))
	if timed := slices.Sorted(maps.Keys(got.Timings)); !slices.Equal(timed, stages) {
		t.Errorf("got timings of %v, want %v", timed, stages)
	}
}

// compareJSON says where two values differ by more than the digits that the
// page prints.
func compareJSON(t *testing.T, got, want any) string {
	t.Helper()
	var values [2]any
	for i, v := range []any{got, want} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &values[i]); err != nil {
			t.Fatal(err)
		}
	}
	return differs(values[0], values[1], "")
}

func differs(got, want any, at string) string {
	switch want := want.(type) {
	case float64:
		if got, ok := got.(float64); ok && math.Abs(got-want) <= 1e-8*max(1, math.Abs(want)) {
			return ""
		}
	case map[string]any:
		got, _ := got.(map[string]any)
		for key := range want {
			if d := differs(got[key], want[key], at+"."+key); d != "" {
				return d
			}
		}
		if len(got) == len(want) {
			return ""
		}
	case []any:
		got, _ := got.([]any)
		if len(got) != len(want) {
			break
		}
		for i := range want {
			if d := differs(got[i], want[i], fmt.Sprintf("%s[%d]", at, i)); d != "" {
				return d
			}
		}
		return ""
	default:
		if got == want {
			return ""
		}
	}
	return fmt.Sprintf("%s is %v, want %v", at, got, want)
}

// The table below the examples has every criterion.
func TestCriteriaAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/report.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range printability.Names() {
		if !bytes.Contains(page, []byte("\n| `"+name+"` |")) {
			t.Errorf("the criterion %s is not in the table of docs/report.md", name)
		}
	}
}
