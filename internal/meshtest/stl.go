package meshtest

import (
	"encoding/binary"
	"math"

	"github.com/partgauge/partgauge/mesh"
)

// STL returns m as binary STL, coordinates rounded to 32 bits and normals
// zero: the plainest fixture for readers, and a start for broken ones. The
// triangle count stands in bytes 80 to 83, triangle i in the 50 bytes from
// 84+50·i (normal, three corners, two attribute bytes).
func STL(m *mesh.Mesh) []byte {
	data := make([]byte, 80, 84+50*len(m.Triangles))
	copy(data, "made for a test")
	data = binary.LittleEndian.AppendUint32(data, uint32(len(m.Triangles)))
	for i := range m.Triangles {
		a, b, c := m.Corners(i)
		data = append(data, make([]byte, 12)...)
		for _, x := range [...]float64{a.X, a.Y, a.Z, b.X, b.Y, b.Z, c.X, c.Y, c.Z} {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(x)))
		}
		data = append(data, 0, 0)
	}
	return data
}
