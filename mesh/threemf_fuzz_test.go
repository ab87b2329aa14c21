package mesh_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// checkSoundFile reads data within small limits: it must be refused with an
// *Error or give a mesh whose indices and coordinates are right.
func checkSoundFile(t *testing.T, data []byte) {
	limits := mesh.Limits{Triangles: 10_000, Instances: 1000, ZipBytes: 4 << 20}
	file, err := mesh.Read(context.Background(), data, mesh.ReadOptions{Limits: limits})
	if err != nil {
		if e := (*mesh.Error)(nil); !errors.As(err, &e) || e.Code == "" || e.Reason == "" {
			t.Fatalf("%#v", err)
		}
		return
	}
	if n := len(file.Mesh.Triangles); n == 0 || n > limits.Triangles {
		t.Fatalf("%d triangles", n)
	}
	for _, tri := range file.Mesh.Triangles {
		for _, v := range tri {
			if int(v) >= len(file.Mesh.Vertices) {
				t.Fatalf("no vertex %d", v)
			}
		}
	}
	for _, v := range file.Mesh.Vertices {
		if s := math.Abs(v.X) + math.Abs(v.Y) + math.Abs(v.Z); !(s <= 3e9) {
			t.Fatalf("vertex %v", v)
		}
	}
}

// FuzzThreeMF reads changed packages, and changed models in whole packages.
func FuzzThreeMF(f *testing.F) {
	f.Add([]byte(mutationBase), true)
	f.Add([]byte(cubeModel("")), true)
	f.Add(threeMF(cubeModel("")), false)
	f.Fuzz(func(t *testing.T, data []byte, model bool) {
		if model {
			data = threeMF(string(data), "3D/_rels/3dmodel.model.rels", relsXML(modelType, "/3D/part.model"), "3D/part.model", cubeModel(`unit="inch"`))
		}
		checkSoundFile(t, data)
	})
}

// FuzzAMF reads changed AMF documents.
func FuzzAMF(f *testing.F) {
	f.Add([]byte(amfTetrahedron))
	f.Add(amfXML(`unit="inch"`, amfObject("1", `<metadata type="name">a</metadata>`)+
		amfConstellation("2", amfInstance("1", "deltax", "1", "rx", "90", "scale", "2"), amfInstance("1", "printable", "0"))+amfConstellation("3", amfInstance("2"))))
	f.Fuzz(checkSoundFile)
}
