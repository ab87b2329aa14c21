package mesh

import (
	"math"

	"github.com/golang/geo/r3"
)

// gltfDocument is what the JSON of a glTF says about geometry. References to
// other things are indices as they stand, not yet checked; none is −1.
type gltfDocument struct {
	version, minVersion string
	required            []string // names of required extensions

	scene     int64
	scenes    [][]int64 // nodes of each
	nodes     []gltfNode
	meshes    []gltfMesh
	accessors []gltfAccessor
	views     []gltfView
	buffers   []gltfBuffer

	children   int // of all nodes and scenes
	primitives int // of all meshes
}

type gltfNode struct {
	name      string
	mesh      int64
	children  []int64
	matrix    [12]float64 // from node to parent, as transform has it
	skinned   bool
	instanced bool // repeats its mesh by an extension
}

type gltfMesh struct {
	name       string
	primitives []gltfPrimitive // those that make triangles
	others     bool            // it has primitives that make none
	morphs     bool            // it has morph targets
}

// gltfPrimitive is a run of triangles.
type gltfPrimitive struct {
	mode              gltfMode
	position, indices int64
	compressed        bool // its data may lie in an extension
}

type gltfMode int64

const (
	gltfTriangles gltfMode = 4
	gltfStrip     gltfMode = 5
	gltfFan       gltfMode = 6
)

// gltfAccessor describes numbers in a view.
type gltfAccessor struct {
	view, offset, count int64
	component           int64
	kind                string
	normalized          bool
	sparse              *gltfSparse
}

// gltfSparse replaces some elements of an accessor.
type gltfSparse struct {
	count                    int64
	indexView, indexOffset   int64
	indexComponent           int64
	valuesView, valuesOffset int64
}

type gltfView struct {
	buffer, offset, length, stride int64
}

type gltfBuffer struct {
	length int64
	uri    []byte // nil if there is none
	bytes  []byte // once loaded
}

// gltfParser reads the JSON into the document.
type gltfParser struct {
	jsonReader
	gltfDocument
	limits *Limits
}

// parse reads the whole JSON.
func (p *gltfParser) parse() error {
	p.scene = -1
	hasAsset := false
	err := p.object(func(name string) (bool, error) {
		switch name {
		case "asset":
			hasAsset = true
			return true, p.parseAsset()
		case "extensionsRequired":
			return true, p.entries(func(int) error { return p.string(grow(&p.required)) })
		case "scene":
			return true, p.sizeTo(&p.scene)
		case "scenes":
			return true, p.entries(func(int) error { return p.parseScene(grow(&p.scenes)) })
		case "nodes":
			return true, p.entries(func(int) error { return p.parseNode(grow(&p.nodes)) })
		case "meshes":
			return true, p.entries(func(int) error { return p.parseMesh(grow(&p.meshes)) })
		case "accessors":
			return true, p.entries(func(int) error { return p.parseAccessor(grow(&p.accessors)) })
		case "bufferViews":
			return true, p.entries(func(int) error { return p.parseView(grow(&p.views)) })
		case "buffers":
			return true, p.entries(func(int) error { return p.parseBuffer(grow(&p.buffers)) })
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if c := p.peek(); c != 0 {
		return p.syntax("something follows the JSON")
	}
	if !hasAsset {
		return refuse(p.format, CodeGLTFSyntax, "", "this is no glTF: it has no asset")
	}
	return nil
}

// grow appends a zero value and returns its address.
func grow[T any](s *[]T) *T {
	var zero T
	*s = append(*s, zero)
	return &(*s)[len(*s)-1]
}

// entries reads an array of no more values than objects are allowed.
func (p *gltfParser) entries(value func(i int) error) error {
	return p.array(func(i int) error {
		if i >= p.limits.Objects {
			return p.tooMany()
		}
		return value(i)
	})
}

func (p *gltfParser) tooMany() error {
	return refuse(p.format, CodeLimitObjects, p.place(), "more than %d objects of a kind", p.limits.Objects)
}

func (p *gltfParser) string(s *string) error {
	text, err := p.text()
	*s = cleanName(string(text[:min(len(text), 1024)]))
	return err
}

func (p *gltfParser) sizeTo(v *int64) (err error) {
	*v, err = p.size()
	return err
}

func (p *gltfParser) parseAsset() error {
	return p.object(func(name string) (bool, error) {
		switch name {
		case "version":
			return true, p.string(&p.version)
		case "minVersion":
			return true, p.string(&p.minVersion)
		}
		return false, nil
	})
}

// references reads an array of nodes.
func (p *gltfParser) references(list *[]int64) error {
	return p.array(func(int) error {
		if p.children++; p.children > 2*p.limits.Objects {
			return p.tooMany()
		}
		return p.sizeTo(grow(list))
	})
}

func (p *gltfParser) parseScene(nodes *[]int64) error {
	return p.object(func(name string) (bool, error) {
		if name == "nodes" {
			return true, p.references(nodes)
		}
		return false, nil
	})
}

func (p *gltfParser) parseNode(n *gltfNode) error {
	n.mesh = -1
	matrix, hasMatrix := [16]float64{}, false
	rotation, scale, translation := [4]float64{3: 1}, [3]float64{1, 1, 1}, [3]float64{}
	hasParts := false
	err := p.object(func(name string) (bool, error) {
		switch name {
		case "name":
			return true, p.string(&n.name)
		case "mesh":
			return true, p.sizeTo(&n.mesh)
		case "children":
			return true, p.references(&n.children)
		case "skin":
			n.skinned = true
			return true, p.skip()
		case "matrix":
			hasMatrix = true
			return true, p.vector(matrix[:])
		case "rotation":
			hasParts = true
			return true, p.vector(rotation[:])
		case "scale":
			hasParts = true
			return true, p.vector(scale[:])
		case "translation":
			hasParts = true
			return true, p.vector(translation[:])
		case "extensions":
			return true, p.flag("EXT_mesh_gpu_instancing", &n.instanced)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	switch {
	case hasMatrix && hasParts:
		return refuse(p.format, CodeTransform, p.place(), "a node has both a matrix and its parts")
	case hasMatrix:
		err = p.affine(n, matrix)
	default:
		err = p.compose(n, rotation, scale, translation)
	}
	return err
}

// vector reads an array of exactly len(v) numbers.
func (p *gltfParser) vector(v []float64) error {
	n := 0
	err := p.array(func(i int) (err error) {
		if n++; i >= len(v) {
			return refuse(p.format, CodeTransform, p.place(), "more than %d numbers", len(v))
		}
		v[i], err = p.number()
		return err
	})
	if err == nil && n != len(v) {
		err = refuse(p.format, CodeTransform, p.place(), "%d numbers instead of %d", n, len(v))
	}
	return err
}

// flag reads an object and sets whether a name is in it.
func (p *gltfParser) flag(wanted string, set *bool) error {
	return p.object(func(name string) (bool, error) {
		*set = *set || name == wanted
		return false, nil
	})
}

// affine sets the matrix of a node to m, which glTF holds by columns and for
// columns: the same order as by rows and for rows.
func (p *gltfParser) affine(n *gltfNode, m [16]float64) error {
	if m[3] != 0 || m[7] != 0 || m[11] != 0 || m[15] != 1 {
		return refuse(p.format, CodeTransform, p.place(), "the matrix of a node is not affine")
	}
	for i := range 4 {
		copy(n.matrix[3*i:], m[4*i:4*i+3])
	}
	return nil
}

// compose sets the matrix of a node to one that scales, then rotates by a
// quaternion x, y, z, w, then translates.
func (p *gltfParser) compose(n *gltfNode, q [4]float64, scale, translation [3]float64) error {
	// Files hold quaternions in single precision or with few digits; what is
	// farther from length one than that was not meant as a rotation.
	const tolerance = 0.01
	square := float64(q[0]*q[0]) + float64(q[1]*q[1]) + float64(q[2]*q[2]) + float64(q[3]*q[3])
	if !(math.Abs(square-1) <= tolerance) {
		return refuse(p.format, CodeTransform, p.place(), "the rotation of a node is no unit quaternion")
	}
	axis, w := r3.Vector{X: q[0], Y: q[1], Z: q[2]}, q[3]
	for i, unit := range [...]r3.Vector{{X: 1}, {Y: 1}, {Z: 1}} {
		// v + 2·axis × (axis × v + w·v), with the length divided out.
		turn := axis.Cross(axis.Cross(unit).Add(Scaled(unit, w)))
		row := unit.Add(Scaled(turn, 2/square)).Mul(scale[i])
		n.matrix[3*i], n.matrix[3*i+1], n.matrix[3*i+2] = row.X, row.Y, row.Z
	}
	copy(n.matrix[9:], translation[:])
	return nil
}

func (p *gltfParser) parseMesh(m *gltfMesh) error {
	return p.object(func(name string) (bool, error) {
		switch name {
		case "name":
			return true, p.string(&m.name)
		case "primitives":
			return true, p.array(func(int) error {
				if p.primitives++; p.primitives > p.limits.Objects {
					return p.tooMany()
				}
				return p.parsePrimitive(m)
			})
		}
		return false, nil
	})
}

// parsePrimitive reads a primitive and keeps it if it makes triangles.
func (p *gltfParser) parsePrimitive(m *gltfMesh) error {
	primitive := gltfPrimitive{mode: gltfTriangles, position: -1, indices: -1}
	err := p.object(func(name string) (bool, error) {
		switch name {
		case "mode":
			return true, p.sizeTo((*int64)(&primitive.mode))
		case "indices":
			return true, p.sizeTo(&primitive.indices)
		case "attributes":
			return true, p.object(func(name string) (bool, error) {
				if name == "POSITION" {
					return true, p.sizeTo(&primitive.position)
				}
				return false, nil
			})
		case "targets":
			m.morphs = true
			return true, p.skip()
		case "extensions":
			return true, p.flag("KHR_draco_mesh_compression", &primitive.compressed)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	switch {
	case primitive.mode > gltfFan:
		return p.syntax("%d is no mode of a primitive", primitive.mode)
	case primitive.mode < gltfTriangles || primitive.position < 0:
		m.others = true
	default:
		m.primitives = append(m.primitives, primitive)
	}
	return nil
}

func (p *gltfParser) parseAccessor(a *gltfAccessor) error {
	a.view = -1
	return p.object(func(name string) (known bool, err error) {
		switch name {
		case "bufferView":
			return true, p.sizeTo(&a.view)
		case "byteOffset":
			return true, p.sizeTo(&a.offset)
		case "count":
			return true, p.sizeTo(&a.count)
		case "componentType":
			return true, p.sizeTo(&a.component)
		case "type":
			return true, p.string(&a.kind)
		case "normalized":
			a.normalized, err = p.boolean()
			return true, err
		case "sparse":
			a.sparse = new(gltfSparse)
			return true, p.parseSparse(a.sparse)
		}
		return false, nil
	})
}

func (p *gltfParser) parseSparse(s *gltfSparse) error {
	s.indexView, s.valuesView = -1, -1
	return p.object(func(name string) (bool, error) {
		switch name {
		case "count":
			return true, p.sizeTo(&s.count)
		case "indices":
			return true, p.object(func(name string) (bool, error) {
				switch name {
				case "bufferView":
					return true, p.sizeTo(&s.indexView)
				case "byteOffset":
					return true, p.sizeTo(&s.indexOffset)
				case "componentType":
					return true, p.sizeTo(&s.indexComponent)
				}
				return false, nil
			})
		case "values":
			return true, p.object(func(name string) (bool, error) {
				switch name {
				case "bufferView":
					return true, p.sizeTo(&s.valuesView)
				case "byteOffset":
					return true, p.sizeTo(&s.valuesOffset)
				}
				return false, nil
			})
		}
		return false, nil
	})
}

func (p *gltfParser) parseView(v *gltfView) error {
	v.buffer = -1
	return p.object(func(name string) (bool, error) {
		switch name {
		case "buffer":
			return true, p.sizeTo(&v.buffer)
		case "byteOffset":
			return true, p.sizeTo(&v.offset)
		case "byteLength":
			return true, p.sizeTo(&v.length)
		case "byteStride":
			return true, p.sizeTo(&v.stride)
		}
		return false, nil
	})
}

func (p *gltfParser) parseBuffer(b *gltfBuffer) error {
	return p.object(func(name string) (known bool, err error) {
		switch name {
		case "byteLength":
			return true, p.sizeTo(&b.length)
		case "uri":
			b.uri, err = p.text()
			return true, err
		}
		return false, nil
	})
}
