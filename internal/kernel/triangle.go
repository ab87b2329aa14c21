package kernel

import "math"

// A Triangle holds the coordinates of three corners axis by axis: x of all
// three, then y, then z.
type Triangle[T float32 | float64] [9]T

// Triangles are the leaves of a tree, by number, in one precision or the
// other.
type Triangles struct {
	Single []Triangle[float32]
	Double []Triangle[float64]
}

// MakeTriangles returns n triangles, of single or of double precision.
func MakeTriangles(n int, single bool) (t Triangles) {
	// Assembly reads a fourth number with every three; one triangle more keeps
	// that within the slice's memory.
	if single {
		t.Single = make([]Triangle[float32], n+1)[:n]
	} else {
		t.Double = make([]Triangle[float64], n+1)[:n]
	}
	return t
}

// A View is what a ray looks at triangles with: moved so that the ray starts at
// the origin, and sheared so that it runs along the last of three axes.
type View struct {
	Rows   [3]uint32 // 3·axis, the last axis along the ray
	Origin [3]float64
	Shear  [2]float64
}

// Project returns the corners of a triangle in a view.
func Project[T float32 | float64](v *View, t *Triangle[T]) (ax, ay, az, bx, by, bz, cx, cy, cz float64) {
	x, y, z := t.row(v.Rows[0]), t.row(v.Rows[1]), t.row(v.Rows[2])
	az, bz, cz = float64(z[0])-v.Origin[2], float64(z[1])-v.Origin[2], float64(z[2])-v.Origin[2]
	ax = float64(x[0]) - v.Origin[0] - float64(v.Shear[0]*az)
	bx = float64(x[1]) - v.Origin[0] - float64(v.Shear[0]*bz)
	cx = float64(x[2]) - v.Origin[0] - float64(v.Shear[0]*cz)
	ay = float64(y[0]) - v.Origin[1] - float64(v.Shear[1]*az)
	by = float64(y[1]) - v.Origin[1] - float64(v.Shear[1]*bz)
	cy = float64(y[2]) - v.Origin[1] - float64(v.Shear[1]*cz)
	return ax, ay, az, bx, by, bz, cx, cy, cz
}

// row returns three coordinates from the given one on.
func (t *Triangle[T]) row(first uint32) *[3]T { return (*[3]T)(t[first : first+3]) }

// Areas returns twice the areas that the origin spans with the edges bc, ca
// and ab. A difference of rounded products has the right sign unless it is
// zero, because rounding keeps the order.
func Areas(ax, ay, bx, by, cx, cy float64) (u, v, w float64) {
	return float64(bx*cy) - float64(by*cx), float64(cx*ay) - float64(cy*ax), float64(ax*by) - float64(ay*bx)
}

// misses reports whether the ray of a view certainly passes a triangle: areas
// have different signs and none is zero.
func misses[T float32 | float64](view *View, t *Triangle[T]) bool {
	ax, ay, _, bx, by, _, cx, cy, _ := Project(view, t)
	u, v, w := Areas(ax, ay, bx, by, cx, cy)
	if differ := (math.Float64bits(u) ^ math.Float64bits(v)) | (math.Float64bits(u) ^ math.Float64bits(w)); int64(differ) >= 0 {
		return false
	}
	return float64(float64(u*v)*w) != 0
}
