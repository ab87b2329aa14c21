package mesh

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// jsonReader walks a JSON text value by value and keeps nothing of what it
// passes over. A glTF may hold its whole geometry as one string and a million
// objects in an array: a tree of them would take many times the file. Names
// match exactly, and a name that is there twice is refused, since readers
// would differ on which one counts.
type jsonReader struct {
	format Format
	data   []byte
	pos    int
	base   int // offset of data in the file
	depth  int
}

// jsonDepth is how deep values may be nested. Models need about ten levels.
const jsonDepth = 64

func (r *jsonReader) place() string { return fmt.Sprintf("byte %d", r.base+r.pos) }

func (r *jsonReader) syntax(format string, args ...any) error {
	return refuse(r.format, CodeGLTFSyntax, r.place(), format, args...)
}

// peek returns the first byte of what comes next, 0 at the end.
func (r *jsonReader) peek() byte {
	for ; r.pos < len(r.data); r.pos++ {
		switch c := r.data[r.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// list walks the values between open and close and calls value before each.
func (r *jsonReader) list(open, close byte, value func(i int) error) error {
	if r.peek() != open {
		return r.syntax("%q is expected here", open)
	}
	r.pos++
	if r.depth++; r.depth > jsonDepth {
		return refuse(r.format, CodeLimitDepth, r.place(), "the JSON is nested deeper than %d levels", jsonDepth)
	}
	for i := 0; ; i++ {
		c := r.peek()
		if c == close && i == 0 {
			break
		}
		if i > 0 {
			if c == close {
				break
			}
			if c != ',' {
				return r.syntax("%q or %q is expected here", ',', close)
			}
			r.pos++
		}
		if err := value(i); err != nil {
			return err
		}
	}
	r.pos++
	r.depth--
	return nil
}

// array reads an array; value must read the value that comes next.
func (r *jsonReader) array(value func(i int) error) error { return r.list('[', ']', value) }

// object reads an object. For each name, member either reads the value and
// returns true, or leaves it to be passed over and returns false.
func (r *jsonReader) object(member func(name string) (known bool, err error)) error {
	var seen []string
	return r.list('{', '}', func(int) error {
		raw, err := r.text()
		if err != nil {
			return err
		}
		if r.peek() != ':' {
			return r.syntax("%q is expected here", ':')
		}
		r.pos++
		name := string(raw[:min(len(raw), longestName)])
		for _, s := range seen {
			if s == name {
				return refuse(r.format, CodeDuplicateName, r.place(), "the name %q is there twice in an object", quotable(raw))
			}
		}
		known, err := member(name)
		if known {
			seen = append(seen, name)
		} else if err == nil {
			err = r.skip()
		}
		return err
	})
}

// longestName is longer than every name that is looked for.
const longestName = 64

// text reads a string. The result may lie in the data of the reader.
func (r *jsonReader) text() ([]byte, error) {
	if r.peek() != '"' {
		return nil, r.syntax("a string is expected here")
	}
	start := r.pos + 1
	n := bytes.IndexByte(r.data[start:], '"')
	if n >= 0 && bytes.IndexByte(r.data[start:start+n], '\\') < 0 {
		r.pos = start + n + 1
		return r.data[start : start+n], nil
	}
	for i := start; i < len(r.data); i++ {
		switch r.data[i] {
		case '\\':
			i++
		case '"':
			var s string
			if err := json.Unmarshal(r.data[r.pos:i+1], &s); err != nil {
				return nil, r.syntax("a string that is none")
			}
			r.pos = i + 1
			return []byte(s), nil
		}
	}
	return nil, r.syntax("a string does not end")
}

// numeral reads a number as it is written.
func (r *jsonReader) numeral() ([]byte, error) {
	r.peek()
	start := r.pos
	for r.pos < len(r.data) && isJSONNumber(r.data[r.pos]) {
		r.pos++
	}
	word := r.data[start:r.pos]
	if len(word) == 0 {
		return nil, r.syntax("a number is expected here")
	}
	if !json.Valid(word) {
		return nil, refuse(r.format, CodeNumberFormat, r.place(), "%q is no number of JSON", quotable(word))
	}
	return word, nil
}

// number reads a number.
func (r *jsonReader) number() (float64, error) {
	word, err := r.numeral()
	if err != nil {
		return 0, err
	}
	v, ok := parseFloat(word)
	if !ok {
		return 0, refuse(r.format, CodeNumberFormat, r.place(), "%q is too large a number", quotable(word))
	}
	return v, nil
}

func isJSONNumber(c byte) bool {
	return c-'0' <= 9 || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// size reads a count, an offset or an index: a whole number from 0.
func (r *jsonReader) size() (int64, error) {
	v, err := r.number()
	if err == nil && (v < 0 || v != math.Trunc(v) || v > 1<<53) {
		return 0, r.syntax("%g is no count, offset or index", v)
	}
	return int64(v), err
}

// boolean reads true or false.
func (r *jsonReader) boolean() (bool, error) {
	switch {
	case r.literal("true"):
		return true, nil
	case r.literal("false"):
		return false, nil
	}
	return false, r.syntax("true or false is expected here")
}

func (r *jsonReader) literal(word string) bool {
	r.peek()
	if !bytes.HasPrefix(r.data[r.pos:], []byte(word)) {
		return false
	}
	r.pos += len(word)
	return true
}

// skip passes over a value.
func (r *jsonReader) skip() error {
	switch c := r.peek(); {
	case c == '{':
		return r.list('{', '}', func(int) error {
			if _, err := r.text(); err != nil {
				return err
			}
			if r.peek() != ':' {
				return r.syntax("%q is expected here", ':')
			}
			r.pos++
			return r.skip()
		})
	case c == '[':
		return r.list('[', ']', func(int) error { return r.skip() })
	case c == '"':
		_, err := r.text()
		return err
	case isJSONNumber(c):
		_, err := r.numeral()
		return err
	case r.literal("true"), r.literal("false"), r.literal("null"):
		return nil
	}
	return r.syntax("a value is expected here")
}
