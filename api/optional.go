package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

// Optional is a field of a PATCH body: absent, or a value. Null is a value of
// Optional[*T] and refused for other T. Tag the field `json:"name,omitzero"`.
type Optional[T any] struct {
	Set   bool
	Value T
}

// apply puts the value, if there is one, into to.
func (o Optional[T]) apply(to *T) {
	if o.Set {
		*to = o.Value
	}
}

// applyOr puts the value, if there is one, into to; null becomes the zero value.
func applyOr[T any](o Optional[*T], to *T) {
	if !o.Set {
		return
	}
	*to = *new(T)
	if o.Value != nil {
		*to = *o.Value
	}
}

// UnmarshalJSON implements json.Unmarshaler. It is called for present fields.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	o.Set = true
	return json.Unmarshal(data, &o.Value)
}

// nullType is the JSON schema of null.
const nullType = "null"

// Schema implements huma.SchemaProvider: that of T.
func (Optional[T]) Schema(r huma.Registry) *huma.Schema {
	t := reflect.TypeFor[T]()
	s := r.Schema(t, true, "")
	if t.Kind() == reflect.Pointer && s.Ref != "" {
		return &huma.Schema{AnyOf: []*huma.Schema{s, {Type: nullType, Enum: []any{nil}}}}
	}
	return s
}
