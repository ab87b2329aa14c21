package api

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/partgauge/partgauge/internal/fault"
)

// lenient returns a JSON body with the scalars turned into the types that its
// schema asks for, as the clients of this API are used to: digits in a string
// become an integer, a number becomes a string, 3.0 becomes 3. It does so once
// for all operations, on the text, so that no digit of a number is lost. What
// does not fit is left to validation.
//
// It refuses what validation would not see: null where the schema knows none,
// NUL in strings, which no database keeps, and everything that is not strict
// JSON, such as keys given twice or text after the value.
func lenient(body []byte, schema *huma.Schema, registry huma.Registry) ([]byte, error) {
	var out bytes.Buffer
	l := &rewriter{in: jsontext.NewDecoder(bytes.NewReader(body)), out: jsontext.NewEncoder(&out), registry: registry}
	err := l.value(schema)
	if err == nil {
		if _, err = l.in.ReadToken(); err == io.EOF {
			return out.Bytes(), nil
		}
		err = notJSON("something follows the value")
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		message := syntax.Err.Error()
		if at := fieldOf(syntax.JSONPointer); at != "" {
			message += " at " + at
		}
		err = notJSON(message)
	} else if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = notJSON("it ends early")
	}
	return nil, err
}

func notJSON(why string) error {
	return &fault.Error{Kind: fault.Invalid, Code: "MALFORMED_JSON", Message: "The body is not valid JSON: " + why + "."}
}

// fieldOf returns a JSON pointer as a dotted path.
func fieldOf(p jsontext.Pointer) string {
	var names []string
	for name := range p.Tokens() {
		names = append(names, name)
	}
	return strings.Join(names, ".")
}

type rewriter struct {
	in       *jsontext.Decoder
	out      *jsontext.Encoder
	registry huma.Registry
}

var (
	integer  = regexp.MustCompile(`^-?(0|[1-9]\d*)$`)
	digits   = regexp.MustCompile(`^\s*[+-]?\d+(\.0+)?\s*$`)
	decimal  = regexp.MustCompile(`^\s*-?\d+(\.\d+)?\s*$`)
	integral = regexp.MustCompile(`^-?\d+\.0+$`)
)

// value copies one value. A nil schema knows nothing about it.
func (l *rewriter) value(s *huma.Schema) error {
	s, nullable := l.resolve(s)
	switch l.in.PeekKind() {
	case '{':
		return l.object(s)
	case '[':
		return l.array(s)
	case '"':
		return l.text(s)
	case '0':
		return l.number(s)
	case 'n':
		if s != nil && s.Type != "" && !nullable {
			return fault.Field(l.here(), "NULL", "null is not allowed here")
		}
	}
	token, err := l.in.ReadToken()
	if err != nil {
		return err
	}
	return l.out.WriteToken(token)
}

// here returns the path of the value that comes next, which is the member whose
// name was read last.
func (l *rewriter) here() string { return fieldOf(l.out.StackPointer()) }

// resolve follows references, and a choice between something and null.
func (l *rewriter) resolve(s *huma.Schema) (_ *huma.Schema, nullable bool) {
	for s != nil {
		nullable = nullable || s.Nullable
		switch {
		case s.Ref != "":
			s = l.registry.SchemaFromRef(s.Ref)
		case len(s.AnyOf) == 2 && s.AnyOf[1].Type == nullType:
			s, nullable = s.AnyOf[0], true
		default:
			return s, nullable
		}
	}
	return nil, true
}

func (l *rewriter) object(s *huma.Schema) error {
	if err := l.copy(); err != nil {
		return err
	}
	for l.in.PeekKind() != '}' {
		name, err := l.in.ReadToken()
		if err != nil {
			return err
		}
		key := name.String()
		if err := l.out.WriteToken(name); err != nil {
			return err
		}
		if err := l.value(propertyOf(s, key)); err != nil {
			return err
		}
	}
	return l.copy()
}

func propertyOf(s *huma.Schema, name string) *huma.Schema {
	if s == nil {
		return nil
	}
	if of := s.Properties[name]; of != nil {
		return of
	}
	of, _ := s.AdditionalProperties.(*huma.Schema)
	return of
}

func (l *rewriter) array(s *huma.Schema) error {
	if err := l.copy(); err != nil {
		return err
	}
	var items *huma.Schema
	if s != nil {
		items = s.Items
	}
	for l.in.PeekKind() != ']' {
		if err := l.value(items); err != nil {
			return err
		}
	}
	return l.copy()
}

func (l *rewriter) copy() error {
	token, err := l.in.ReadToken()
	if err != nil {
		return err
	}
	return l.out.WriteToken(token)
}

func (l *rewriter) text(s *huma.Schema) error {
	token, err := l.in.ReadToken()
	if err != nil {
		return err
	}
	text := token.String()
	if strings.ContainsRune(text, 0) {
		return fault.Field(l.here(), "INVALID", "the character NUL is not allowed")
	}
	if s != nil {
		switch trimmed := strings.TrimSpace(text); {
		case s.Type == huma.TypeInteger && digits.MatchString(text):
			whole, _, _ := strings.Cut(trimmed, ".")
			return l.out.WriteValue(jsontext.Value(plainInteger(whole)))
		case s.Type == huma.TypeNumber && decimal.MatchString(text):
			if number := jsontext.Value(trimmed); number.IsValid() {
				return l.out.WriteValue(number)
			}
		case s.Type == huma.TypeBoolean:
			if b, err := strconv.ParseBool(trimmed); err == nil {
				return l.out.WriteToken(jsontext.Bool(b))
			}
		}
	}
	return l.out.WriteToken(jsontext.String(text))
}

// plainInteger returns decimal digits as JSON writes an integer.
func plainInteger(text string) string {
	sign := ""
	switch text[0] {
	case '-':
		sign, text = "-", text[1:]
	case '+':
		text = text[1:]
	}
	if text = strings.TrimLeft(text, "0"); text == "" {
		return "0"
	}
	return sign + text
}

func (l *rewriter) number(s *huma.Schema) error {
	number, err := l.in.ReadValue()
	if err != nil {
		return err
	}
	text := string(number)
	if s != nil {
		switch {
		case s.Type == huma.TypeString:
			return l.out.WriteToken(jsontext.String(text))
		case s.Type == huma.TypeInteger && integral.MatchString(text):
			whole, _, _ := strings.Cut(text, ".")
			return l.out.WriteValue(jsontext.Value(plainInteger(whole)))
		case s.Type == huma.TypeInteger && integer.MatchString(text):
			if _, err := strconv.ParseInt(text, 10, 64); err != nil {
				return fault.Field(l.here(), "INVALID", "the number is out of range")
			}
		}
	}
	return l.out.WriteValue(number)
}
