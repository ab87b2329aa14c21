package mesh

import (
	"strings"

	"github.com/golang/geo/r3"
)

func (m *modelReader) readObject() error {
	var (
		o      assemblyObject
		id     uint32
		props  objectProperties
		file   = m.file
		object = int32(len(file.objects))
	)
	err := m.attributes(false, func(name string, value []byte) (bool, error) {
		switch name {
		case "id":
			var ok bool
			if id, ok = parseID(value); !ok {
				return true, m.refuse(CodeNumberFormat, "%q is no object id", cleanName(string(value)))
			}
		case "type":
			var ok bool
			if o.use, ok = objectUseOf(string(value)); !ok {
				return true, m.refuse(CodeSchema, "the object type %q is unknown", cleanName(string(value)))
			}
		case "name":
			o.name = cleanName(string(value))
		case "pid":
			props.group, props.hasGroup = value, true
		case "pindex":
			props.index, props.hasIndex = value, true
		case "thumbnail", "partnumber":
		default:
			return false, nil
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	if id == 0 {
		return m.refuse(CodeSchema, "an object without an id")
	}
	o.label = m.objectLabel(id)
	if err := m.addResource(id, propertyGroup{kind: groupObject}); err != nil {
		return err
	}
	m.checkResolution(&o)
	group := m.objectGroup(&o, &props)
	if err := m.readShape(&o, group); err != nil {
		return err
	}
	// Only now may others refer to it.
	file.objects = append(file.objects, o)
	m.part().objects[id] = object
	return nil
}

func objectUseOf(name string) (objectUse, bool) {
	switch name {
	case "model":
		return useModel, true
	case "surface":
		return useSurface, true
	case "support", "solidsupport":
		return useSupport, true
	case "other":
		return useOther, true
	}
	return 0, false
}

// checkResolution looks for the attributes by which an object says that its
// mesh is not the real thing.
func (m *modelReader) checkResolution(o *assemblyObject) {
	for i := range m.attrs {
		a := &m.attrs[i]
		if a.space <= spaceXMLNS {
			continue
		}
		switch string(a.local) {
		case "slicestackid":
			m.file.notes.slices = true
		case "meshresolution", "modelresolution":
			if string(a.value) == "fullres" {
				continue
			}
			m.file.notes.lowRes++
			if m.sliceRequired || a.space != spaceSlice {
				o.refusal = m.file.refuse(CodeUnsupportedExtension, m.place(),
					"the mesh of %s only stands in for something finer, which is not read; export a plain mesh", o.label)
			}
		}
	}
}

// readShape reads the mesh or the components of an object.
func (m *modelReader) readShape(o *assemblyObject, group *propertyGroup) error {
	shapes, metadata := 0, 0
	other := ""
	err := m.children(func() error {
		switch {
		case m.is(spaceCore, "metadatagroup"):
			if metadata++; metadata > 1 || shapes > 0 {
				return m.misplaced()
			}
			return m.readMetadataGroup()
		case m.is(spaceCore, "mesh"), m.is(spaceCore, "components"):
			if shapes++; shapes > 1 {
				return m.misplaced()
			}
			if string(m.name.local) == "mesh" {
				return m.readMesh(o, group)
			}
			return m.readComponents(o)
		}
		other = m.spaces[m.name.space]
		return m.foreign()
	})
	if err != nil || shapes > 0 {
		return err
	}
	switch {
	case extensionName(other) != "":
		o.refusal = m.file.refuse(CodeUnsupportedExtension, m.place(),
			"the shape of %s needs the %s extension, which is not read; export a plain mesh", o.label, extensionName(other))
	case other != "":
		o.refusal = m.file.refuse(CodeUnsupportedExtension, m.place(),
			"the shape of %s needs the extension %s, which is unknown; export a plain mesh", o.label, cleanName(other))
	default:
		return m.refuse(CodeSchema, "%s has neither mesh nor components", o.label)
	}
	return nil
}

func (m *modelReader) readComponents(o *assemblyObject) error {
	if err := m.attributes(true, unknown); err != nil {
		return err
	}
	file := m.file
	o.components.start = len(file.components)
	err := m.children(func() error {
		if !m.is(spaceCore, "component") {
			return m.foreign()
		}
		c, ref, err := m.readPlacement(unknownName)
		if err != nil {
			return err
		}
		if len(file.components) >= nodesPerInstance*m.limits.Instances {
			return m.refuse(CodeLimitInstances, "more than %d components", nodesPerInstance*m.limits.Instances)
		}
		file.components = append(file.components, c)
		file.refs = append(file.refs, ref)
		return m.empty()
	})
	o.components.end = len(file.components)
	if err == nil && o.components.len() == 0 {
		return m.refuse(CodeSchema, "%s has no components", o.label)
	}
	return err
}

func unknownName(string, []byte) bool { return false }

func (m *modelReader) readMesh(o *assemblyObject, group *propertyGroup) error {
	if err := m.attributes(true, unknown); err != nil {
		return err
	}
	vertices, triangles, lattices := 0, 0, 0
	err := m.children(func() error {
		switch {
		case m.is(spaceCore, "vertices"):
			if vertices++; vertices > 1 || triangles > 0 {
				return m.misplaced()
			}
			return m.readVertices(o)
		case m.is(spaceCore, "triangles"):
			if triangles++; triangles > 1 || vertices == 0 {
				return m.misplaced()
			}
			return m.readTriangles(o, group)
		case strings.HasPrefix(m.spaces[m.name.space], uriFamily+"beamlattice/"):
			lattices++
			return m.skip()
		}
		return m.foreign()
	})
	if err != nil {
		return err
	}
	switch {
	case o.triangles.len() > 0:
		m.file.notes.beams += lattices
	case lattices > 0:
		o.refusal = m.file.refuse(CodeUnsupportedExtension, m.place(),
			"%s is a beam lattice, which is not read; export a plain mesh", o.label)
	default:
		o.refusal = m.file.refuse(CodeEmptyMesh, m.place(), "%s has no triangles", o.label)
	}
	if vertices == 0 || triangles == 0 && lattices == 0 {
		return m.refuse(CodeSchema, "the mesh of %s has no <vertices> or no <triangles>", o.label)
	}
	return nil
}

func (m *modelReader) readVertices(o *assemblyObject) error {
	if err := m.attributes(true, unknown); err != nil {
		return err
	}
	file := m.file
	most := 3 * m.limits.Triangles
	o.vertices.start = len(file.vertices)
	err := m.children(func() error {
		if !m.is(spaceCore, "vertex") {
			return m.foreign()
		}
		if len(file.vertices) >= most {
			return m.refuse(CodeLimitVertices, "more than %d vertices", most)
		}
		p, err := m.vertex()
		if err != nil {
			return err
		}
		file.vertices = append(file.vertices, p)
		if err := m.endLeaf(); err != nil {
			return err
		}
		for plain := m.plainElements(); plain && len(file.vertices) < most; {
			if p, plain = m.plainVertex(); plain {
				file.vertices = append(file.vertices, p)
			}
		}
		return nil
	})
	o.vertices.end = len(file.vertices)
	return err
}

// endLeaf reads to the end of an element that has no children as a rule.
func (m *modelReader) endLeaf() error {
	if m.selfClosed {
		m.selfClosed = false
		m.pop()
		return nil
	}
	return m.empty()
}

// vertex reads the attributes of a vertex.
func (m *modelReader) vertex() (r3.Vector, error) {
	var c [3]float64
	seen := 0
	for i := range m.attrs {
		a := &m.attrs[i]
		if a.space != spaceNone {
			continue
		}
		if len(a.local) != 1 || a.local[0]-'x' > 2 {
			addName(&m.file.notes.attributes, string(a.local))
			continue
		}
		v, ok := parseFloat(a.value)
		if !ok {
			if v, ok = parseFloat(trimXMLSpace(a.value)); !ok {
				return r3.Vector{}, m.refuse(CodeNumberFormat, "%q is no coordinate", cleanName(string(a.value)))
			}
		}
		c[a.local[0]-'x'] = v
		seen++
	}
	if seen != 3 {
		return r3.Vector{}, m.refuse(CodeSchema, "a vertex without x, y or z")
	}
	return r3.Vector{X: c[0], Y: c[1], Z: c[2]}, nil
}

func (m *modelReader) readTriangles(o *assemblyObject, group *propertyGroup) error {
	if err := m.attributes(true, unknown); err != nil {
		return err
	}
	file := m.file
	count := uint32(o.vertices.len())
	m.used = append(m.used[:0], make([]uint64, (count+63)/64)...)
	o.triangles.start = len(file.triangles)
	err := m.children(func() error {
		if !m.is(spaceCore, "triangle") {
			return m.foreign()
		}
		if len(file.triangles) >= m.limits.Triangles {
			return m.refuse(CodeLimitTriangles, "more than %d triangles; reduce the part or raise the limit", m.limits.Triangles)
		}
		t, err := m.triangle(count, group)
		if err != nil {
			return err
		}
		m.addTriangle(t)
		if err := m.endLeaf(); err != nil {
			return err
		}
		for plain := m.plainElements(); plain && len(file.triangles) < m.limits.Triangles; {
			if t, plain = m.plainTriangle(count); plain {
				m.addTriangle(t)
			}
		}
		return nil
	})
	o.triangles.end = len(file.triangles)
	for i := range count {
		if m.used[i/64]&(1<<(i%64)) == 0 {
			file.notes.unused++
		}
	}
	return err
}

func (m *modelReader) addTriangle(t Triangle) {
	for _, v := range t {
		m.used[v/64] |= 1 << (v % 64)
	}
	if t[0] == t[1] || t[1] == t[2] || t[2] == t[0] {
		m.file.notes.degenerate++
	}
	m.file.triangles = append(m.file.triangles, t)
}

// triangle reads the attributes of a triangle of a mesh of count vertices.
func (m *modelReader) triangle(count uint32, group *propertyGroup) (Triangle, error) {
	var t Triangle
	seen, properties := 0, false
	for i := range m.attrs {
		a := &m.attrs[i]
		if a.space != spaceNone {
			continue
		}
		if len(a.local) != 2 || a.local[0] != 'v' || a.local[1]-'1' > 2 {
			switch string(a.local) {
			case "pid", "p1", "p2", "p3":
				properties = true
			default:
				addName(&m.file.notes.attributes, string(a.local))
			}
			continue
		}
		v, ok := parseIndex(a.value)
		if !ok {
			return t, m.refuse(CodeNumberFormat, "%q is no index of a vertex", cleanName(string(a.value)))
		}
		if v >= uint64(count) {
			return t, m.refuse(CodeIndexRange, "there is no vertex %s, the mesh has %d", cleanName(string(a.value)), count)
		}
		t[a.local[1]-'1'] = uint32(v)
		seen++
	}
	if seen != 3 {
		return t, m.refuse(CodeSchema, "a triangle without v1, v2 or v3")
	}
	if properties {
		m.checkTriangleProperties(group)
	}
	return t, nil
}

// parseIndex reads a whole number. Negative ones and ones beyond int64 come
// out as a number that is no index.
func parseIndex(b []byte) (v uint64, ok bool) {
	for _, c := range b {
		d := c - '0'
		if d > 9 || v > 1<<40 {
			return parseOddIndex(b)
		}
		v = v*10 + uint64(d)
	}
	return v, len(b) > 0
}

func parseOddIndex(b []byte) (uint64, bool) {
	b = trimXMLSpace(b)
	if v, ok := parseInt(b); ok && v >= 0 {
		return uint64(v), true
	}
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
	}
	return 1 << 63, len(b) > 0
}
