package mesh_test

import "testing"

// FuzzThreeMF reads changed packages, and changed models in whole packages.
func FuzzThreeMF(f *testing.F) {
	f.Add([]byte(mutationBase), true)
	f.Add([]byte(cubeModel("")), true)
	f.Add(threeMF(cubeModel("")), false)
	f.Fuzz(func(t *testing.T, data []byte, model bool) {
		if model {
			data = threeMF(string(data), "3D/_rels/3dmodel.model.rels", relsXML(modelType, "/3D/part.model"), "3D/part.model", cubeModel(`unit="inch"`))
		}
		readAnything(t, data)
	})
}

// FuzzAMF reads changed AMF documents.
func FuzzAMF(f *testing.F) {
	f.Add([]byte(amfTetrahedron))
	f.Add(amfXML(`unit="inch"`, amfObject("1", `<metadata type="name">a</metadata>`)+
		amfConstellation("2", amfInstance("1", "deltax", "1", "rx", "90", "scale", "2"), amfInstance("1", "printable", "0"))+amfConstellation("3", amfInstance("2"))))
	f.Fuzz(func(t *testing.T, data []byte) { readAnything(t, data) })
}
