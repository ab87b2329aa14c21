package thumbnail

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/golang/geo/r3"
)

// A View is where a part is seen from. The picture shows z upward; seen
// straight from above or below, x points to the right. The projection is
// parallel, so that equal lengths look equal. The zero value is isometric.
type View struct {
	// Direction points from the part to the eye. Its length does not matter.
	Direction r3.Vector
	// Auto chooses among the usual views the one that shows most of the
	// part's shape; Direction is then ignored.
	Auto bool
}

// isometric shows front, right and top alike.
var isometric = r3.Vector{X: 1, Y: -1, Z: 1}

var namedViews = []struct {
	name string
	view View
}{
	{"iso", View{Direction: isometric}},
	{"front", View{Direction: r3.Vector{Y: -1}}},
	{"back", View{Direction: r3.Vector{Y: 1}}},
	{"left", View{Direction: r3.Vector{X: -1}}},
	{"right", View{Direction: r3.Vector{X: 1}}},
	{"top", View{Direction: r3.Vector{Z: 1}}},
	{"bottom", View{Direction: r3.Vector{Z: -1}}},
	{"auto", View{Auto: true}},
}

// ViewNames returns the names that ParseView knows.
func ViewNames() []string {
	names := make([]string, len(namedViews))
	for i := range namedViews {
		names[i] = namedViews[i].name
	}
	return names
}

// ParseView returns the view of a name, or of a direction to the eye such as
// "1,-2,0.5".
func ParseView(s string) (View, error) {
	for _, v := range namedViews {
		if strings.EqualFold(s, v.name) {
			return v.view, nil
		}
	}
	wrong := fmt.Errorf("use one of %s, or a direction to the eye such as 1,-2,0.5", strings.Join(ViewNames(), ", "))
	fields := strings.Split(s, ",")
	if len(fields) != 3 {
		return View{}, wrong
	}
	var c [3]float64
	for i, f := range fields {
		var err error
		if c[i], err = strconv.ParseFloat(strings.TrimSpace(f), 64); err != nil {
			return View{}, wrong
		}
	}
	v := View{Direction: r3.Vector{X: c[0], Y: c[1], Z: c[2]}}
	if v.Direction == (r3.Vector{}) {
		return View{}, wrong
	}
	if err := v.validate(); err != nil {
		return View{}, wrong
	}
	return v, nil
}

func (v View) validate() error {
	d := v.Direction
	if n := max(math.Abs(d.X), math.Abs(d.Y), math.Abs(d.Z)); n != 0 && !(n > 1e-100 && n < 1e100) {
		return fmt.Errorf("thumbnail: %v is no direction to look from", d)
	}
	return nil
}

// A basis has the axes of the picture: to the right, up, and to the eye.
type basis struct{ right, up, eye r3.Vector }

// basis returns the axes of v.
func (v View) basis() basis {
	d := v.Direction
	if d == (r3.Vector{}) {
		d = isometric
	}
	eye := d.Normalize()
	up := r3.Vector{Z: 1}
	// Looked at from within half a degree of the vertical, z is no longer up.
	if math.Abs(eye.Z) > 0.99996 {
		up = r3.Vector{Y: math.Copysign(1, eye.Z)}
	}
	right := up.Cross(eye).Normalize()
	return basis{right: right, up: eye.Cross(right), eye: eye}
}

// of returns v along the axes of the picture.
func (b *basis) of(v r3.Vector) r3.Vector {
	return r3.Vector{X: v.Dot(b.right), Y: v.Dot(b.up), Z: v.Dot(b.eye)}
}
