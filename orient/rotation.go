package orient

import (
	"math"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// A Rotation turns a part from its uploaded pose into another.
type Rotation struct {
	// Matrix is applied to column vectors; its determinant is 1.
	Matrix [3][3]float64 `json:"matrix"`
	// Quaternion is w, x, y, z of length 1, with w ≥ 0.
	Quaternion [4]float64 `json:"quaternion"`
	// Axis and AngleDeg, from 0 to 180, say the same.
	Axis     [3]float64 `json:"axis"`
	AngleDeg float64    `json:"angleDeg"`
}

// A quaternion w, x, y, z of length 1.
type quaternion [4]float64

// upright returns the smallest rotation that turns the direction up to z. Of
// the half turns for a direction straight down it is the one about x.
func upright(up r3.Vector) quaternion {
	const straight = 1e-12
	w := 1 + up.Z
	if w < straight {
		return quaternion{0, 1, 0, 0}
	}
	axis := up.Cross(r3.Vector{Z: 1})
	return quaternion{w, axis.X, axis.Y, 0}.normalized()
}

// spun returns q followed by a turn about z, in radians.
func (q quaternion) spun(angle float64) quaternion {
	s, c := math.Sincos(angle / 2)
	return quaternion{
		float64(c*q[0]) - float64(s*q[3]),
		float64(c*q[1]) - float64(s*q[2]),
		float64(c*q[2]) + float64(s*q[1]),
		float64(c*q[3]) + float64(s*q[0]),
	}.normalized()
}

// normalized returns q with length 1 and the sign that makes its first
// component other than 0 positive. Components that are rounding errors become
// 0.
func (q quaternion) normalized() quaternion {
	const rounding = 1e-15
	length := math.Sqrt(float64(q[0]*q[0]) + float64(q[1]*q[1]) + float64(q[2]*q[2]) + float64(q[3]*q[3]))
	sign := 0.0
	for i := range q {
		q[i] /= length
		if math.Abs(q[i]) < rounding {
			q[i] = 0
		}
		if sign == 0 && q[i] != 0 {
			sign = math.Copysign(1, q[i])
		}
	}
	for i := range q {
		q[i] = float64(q[i]*sign) + 0
	}
	return q
}

// angle returns the angle of the rotation in radians.
func (q quaternion) angle() float64 {
	return 2 * math.Atan2(math.Sqrt(float64(q[1]*q[1])+float64(q[2]*q[2])+float64(q[3]*q[3])), q[0])
}

// rows returns the rows of the matrix. Quarter turns come out exact.
func (q quaternion) rows() [3]r3.Vector {
	w, x, y, z := q[0], q[1], q[2], q[3]
	xx, yy, zz := float64(2*x*x), float64(2*y*y), float64(2*z*z)
	xy, xz, yz := float64(2*x*y), float64(2*x*z), float64(2*y*z)
	wx, wy, wz := float64(2*w*x), float64(2*w*y), float64(2*w*z)
	return [3]r3.Vector{
		{X: exact(1 - yy - zz), Y: exact(xy - wz), Z: exact(xz + wy)},
		{X: exact(xy + wz), Y: exact(1 - xx - zz), Z: exact(yz - wx)},
		{X: exact(xz - wy), Y: exact(yz + wx), Z: exact(1 - xx - yy)},
	}
}

// exact removes the rounding error of a component that is 0, 1 or −1.
func exact(x float64) float64 {
	const rounding = 1e-15
	if r := math.Round(x); math.Abs(x-r) < rounding {
		return r + 0
	}
	return x
}

// rotation returns q in the form of a result.
func (q quaternion) rotation() Rotation {
	r := Rotation{Quaternion: q, AngleDeg: q.angle() * 180 / math.Pi, Axis: [3]float64{0, 0, 1}}
	for i, row := range q.rows() {
		r.Matrix[i] = [3]float64{row.X, row.Y, row.Z}
	}
	if axis := (r3.Vector{X: q[1], Y: q[2], Z: q[3]}); axis.Norm() > 0 {
		axis = axis.Normalize()
		r.Axis = [3]float64{axis.X, axis.Y, axis.Z}
	}
	return r
}

// Apply returns a copy of m turned by r and moved so that its box begins at
// the origin: it stands on the bed. Without a turn, it is moved only.
func (r Rotation) Apply(m *mesh.Mesh) *mesh.Mesh {
	out := &mesh.Mesh{
		Vertices:        make([]r3.Vector, len(m.Vertices)),
		Triangles:       append([]mesh.Triangle(nil), m.Triangles...),
		SinglePrecision: m.SinglePrecision,
	}
	box := m.Bounds()
	center := mesh.Scaled(box.Min.Add(box.Max), 0.5)
	var rows [3]r3.Vector
	for i, row := range r.Matrix {
		rows[i] = r3.Vector{X: row[0], Y: row[1], Z: row[2]}
	}
	for i, v := range m.Vertices {
		p := v.Sub(center)
		out.Vertices[i] = r3.Vector{X: rows[0].Dot(p), Y: rows[1].Dot(p), Z: rows[2].Dot(p)}
	}
	corner := out.Bounds().Min
	for i, v := range out.Vertices {
		out.Vertices[i] = v.Sub(corner)
	}
	return out
}
