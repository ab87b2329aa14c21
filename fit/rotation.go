package fit

import (
	"math"

	"github.com/golang/geo/r3"
)

// A frame is a rotation: its rows are the directions of the part that come to
// lie along the axes of the chamber.
type frame [3]r3.Vector

var identity = frame{{X: 1}, {Y: 1}, {Z: 1}}

// matrix returns f as the matrix that is applied to the part.
func (f frame) matrix() [3][3]float64 {
	var m [3][3]float64
	for i, r := range f {
		m[i] = [3]float64{r.X, r.Y, r.Z}
	}
	return m
}

// aboutZ returns the rotation by an angle about z.
func aboutZ(angle float64) frame {
	s, c := math.Sincos(angle)
	return frame{{X: c, Y: -s}, {X: s, Y: c}, {Z: 1}}
}

// fromQuaternion returns the rotation of a quaternion of any length but 0.
func fromQuaternion(w, x, y, z float64) frame {
	s := 2 / (float64(w*w) + float64(x*x) + float64(y*y) + float64(z*z))
	xx, yy, zz := float64(s*x*x), float64(s*y*y), float64(s*z*z)
	xy, xz, yz := float64(s*x*y), float64(s*x*z), float64(s*y*z)
	wx, wy, wz := float64(s*w*x), float64(s*w*y), float64(s*w*z)
	return frame{
		{X: 1 - yy - zz, Y: xy - wz, Z: xz + wy},
		{X: xy + wz, Y: 1 - xx - zz, Z: yz - wx},
		{X: xz - wy, Y: yz + wx, Z: 1 - xx - yy},
	}
}

// turned returns f after a small turn of its rows about the vector omega by
// its length, with rows made orthonormal again.
func (f frame) turned(omega r3.Vector) frame {
	half := float64(omega.Norm() / 2)
	if half == 0 {
		return f
	}
	axis := omega.Mul(math.Sin(half) / (2 * half))
	turn := fromQuaternion(math.Cos(half), axis.X, axis.Y, axis.Z)
	var g frame
	for i, r := range f {
		g[i] = r3.Vector{X: turn[0].Dot(r), Y: turn[1].Dot(r), Z: turn[2].Dot(r)}
	}
	return g.orthonormal()
}

// orthonormal removes the rounding errors of rows that are nearly so.
func (f frame) orthonormal() frame {
	x := f[0].Normalize()
	z := x.Cross(f[1]).Normalize()
	return frame{x, z.Cross(x), z}
}

// angle returns the angle of the rotation in radians, 0 to π.
func (f frame) angle() float64 {
	// The trace gives the cosine, the skew part the sine; together they are
	// precise for every angle.
	skew := r3.Vector{X: f[2].Y - f[1].Z, Y: f[0].Z - f[2].X, Z: f[1].X - f[0].Y}
	return math.Atan2(skew.Norm(), f[0].X+f[1].Y+f[2].Z-1)
}

// sameExtents visits the 24 rotations whose extents are those of f in any
// order: f followed by a turn of the axes into one another. Axis i then has
// the extent that axis order[i] had.
func (f frame) sameExtents(visit func(g frame, order [3]int)) {
	for _, order := range [...][3]int{{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {1, 0, 2}, {0, 2, 1}, {2, 1, 0}} {
		for sign := range 8 {
			var g frame
			for i, k := range order {
				g[i] = f[k]
				if sign>>i&1 == 1 {
					g[i] = f[k].Mul(-1)
				}
			}
			if g[0].Cross(g[1]).Dot(g[2]) > 0 {
				visit(g, order)
			}
		}
	}
}
