package analysis_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"testing"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
)

// meshCodes returns the codes that package mesh declares, by the first
// sentence of the comment above their group.
func meshCodes(t *testing.T) map[string][]mesh.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../mesh/error.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string][]mesh.Code{}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec)
			if typed, ok := value.Type.(*ast.Ident); !ok || typed.Name != "Code" {
				continue
			}
			text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			comment := group.Doc.Text()
			groups[comment] = append(groups[comment], mesh.Code(text))
		}
	}
	return groups
}

// Every code has a coarse word, and every limit one of the two for limits.
func TestKindOfEveryCode(t *testing.T) {
	kinds := map[analysis.ErrorKind]bool{
		analysis.KindUnsupportedFormat: true, analysis.KindUnreadable: true, analysis.KindEmpty: true,
		analysis.KindTooLarge: true, analysis.KindLimitsExceeded: true, analysis.KindNotRepairable: true,
	}
	limits := 0
	for comment, codes := range meshCodes(t) {
		for _, code := range codes {
			kind := analysis.KindOf(code)
			if !kinds[kind] {
				t.Errorf("%s is of kind %q, which is none of a file", code, kind)
			}
			isLimit := kind == analysis.KindTooLarge || kind == analysis.KindLimitsExceeded
			if wanted := comment == "Codes of inputs refused for their size or cost.\n"; isLimit != wanted {
				t.Errorf("%s is of kind %q, but stands under %q", code, kind, comment)
			}
			if isLimit {
				limits++
			}
		}
	}
	if limits < 10 {
		t.Errorf("only %d limits found in mesh/error.go", limits)
	}
}

func TestNewError(t *testing.T) {
	refused := &mesh.Error{Code: mesh.CodeSTLTruncated, Format: mesh.FormatSTL, Place: "triangle 12", Reason: "11 of 12 triangles"}
	for _, row := range []struct {
		name string
		err  error
		want analysis.Error
	}{
		{"refused by a reader", refused, analysis.Error{Code: mesh.CodeSTLTruncated, Kind: analysis.KindUnreadable, Message: "11 of 12 triangles", Place: "triangle 12"}},
		{"wrapped", fmt.Errorf("part.stl: %w", refused), analysis.Error{Code: mesh.CodeSTLTruncated, Kind: analysis.KindUnreadable, Message: "11 of 12 triangles", Place: "triangle 12"}},
		{"too large", &mesh.Error{Code: mesh.CodeLimitFile, Reason: "too large"}, analysis.Error{Code: mesh.CodeLimitFile, Kind: analysis.KindTooLarge, Message: "too large"}},
		{"deadline", context.DeadlineExceeded, analysis.Error{Code: analysis.CodeTimeout, Kind: analysis.KindTimeout}},
		{"no such file", fs.ErrNotExist, analysis.Error{Code: analysis.CodeRead, Kind: analysis.KindUnreadable, Message: "file does not exist"}},
		{"panic", &analysis.Panic{Value: "index out of range"}, analysis.Error{Code: analysis.CodeInternal, Kind: analysis.KindInternal}},
	} {
		got := analysis.NewError(row.err)
		if got.Code != row.want.Code || got.Kind != row.want.Kind || got.Place != row.want.Place {
			t.Errorf("%s: got %+v, want %+v", row.name, *got, row.want)
		}
		if row.want.Message != "" && got.Message != row.want.Message {
			t.Errorf("%s: message %q, want %q", row.name, got.Message, row.want.Message)
		}
		if got.Message == "" {
			t.Errorf("%s: no message", row.name)
		}
		if !errors.Is(got, row.err) && !errors.Is(row.err, got.Cause) {
			t.Errorf("%s: the cause is lost", row.name)
		}
	}
}

// What went wrong inside stays inside: the text of a panic is no message for
// users.
func TestInternalErrorHidesPanic(t *testing.T) {
	got := analysis.NewError(&analysis.Panic{Value: "secret"})
	if got.Message == "" || got.Error() != "internal: "+got.Message {
		t.Errorf("got %q", got.Error())
	}
}
