package mesh_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

func TestReadSTLBinary(t *testing.T) {
	data := make([]byte, 84+50)
	binary.LittleEndian.PutUint32(data[80:], 1)
	f, err := mesh.Read(context.Background(), data, mesh.ReadOptions{})
	if err != nil || f.Format != mesh.FormatSTL || len(f.Mesh.Triangles) != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
}
