package examine

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/analysis"
)

// A Part is one of the things that an examination gives besides the report.
// Only the report is always there.
type Part string

// The parts.
const (
	Report    Part = "report"    // analysis.Report in JSON
	Samples   Part = "samples"   // printability.Samples.Encode
	Optimized Part = "optimized" // the mesh that was judged, binary STL in mm
	Thumbnail Part = "thumbnail" // PNG
	Hull      Part = "hull"      // EncodeHull of that mesh
)

// header is that of an order.
type header struct {
	Name    string           `json:"name"`
	Bytes   int64            `json:"bytes"`
	Options analysis.Options `json:"options"`
	Threads int              `json:"threads"`
	Timeout time.Duration    `json:"timeout"`
}

// progress is a word of the child.
type progress struct {
	Stage    analysis.Stage `json:"stage"`
	Fraction float64        `json:"fraction"`
}

func decode[T any](data []byte) (value T, err error) {
	err = json.Unmarshal(data, &value)
	return value, err
}

const bytesPerVertex = 3 * 8

// EncodeHull returns the vertices of a hull as bytes: three 64-bit
// little-endian floats each.
func EncodeHull(vertices []r3.Vector) []byte {
	data := make([]byte, 0, bytesPerVertex*len(vertices))
	for _, v := range vertices {
		for _, c := range [3]float64{v.X, v.Y, v.Z} {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(c))
		}
	}
	return data
}

// DecodeHull undoes EncodeHull.
func DecodeHull(data []byte) ([]r3.Vector, error) {
	if len(data)%bytesPerVertex != 0 {
		return nil, fmt.Errorf("%d bytes are no vertices", len(data))
	}
	vertices := make([]r3.Vector, len(data)/bytesPerVertex)
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, vertices); err != nil {
		return nil, err
	}
	for _, v := range vertices {
		if s := v.X + v.Y + v.Z; math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, errors.New("a vertex is not finite")
		}
	}
	return vertices, nil
}
