package mesh

import (
	"bytes"
	"fmt"
)

// A propertyGroup is a resource that objects and triangles may refer to for
// their material or colour.
type propertyGroup struct {
	kind groupKind
	size int
}

type groupKind uint8

const (
	groupObject groupKind = iota // takes an id, is no group
	groupForeign
	groupBaseMaterials
	groupColors
	groupTexture // a picture
	groupTextureCoordinates
	groupComposites
	groupMulti
)

// objectProperties are what an object says of its material.
type objectProperties struct {
	group, index       []byte
	hasGroup, hasIndex bool
}

func (m *modelReader) materialFault(format string, args ...any) {
	n := &m.file.notes
	if n.materials == 0 {
		n.material = fmt.Sprintf(format, args...) + " (" + m.place() + ")"
	}
	n.materials++
}

// readProperties reads a group of base materials or a resource of the
// materials extension. Only a bad or repeated id refuses the file.
func (m *modelReader) readProperties() error {
	value, ok := m.attr(spaceNone, "id")
	if !ok {
		return m.refuse(CodeSchema, "<%s> without an id", cleanName(string(m.name.local)))
	}
	id, ok := parseID(value)
	if !ok {
		return m.refuse(CodeNumberFormat, "%q is no resource id", cleanName(string(value)))
	}
	g := propertyGroup{kind: groupForeign}
	member, memberCheck := "", func() bool { return true }
	switch string(m.name.local) {
	case "basematerials":
		g.kind, member = groupBaseMaterials, "base"
		memberCheck = func() bool {
			name, ok := m.attr(spaceNone, "name")
			return ok && len(name) > 0 && m.isColor("displaycolor")
		}
	case "colorgroup":
		g.kind, member = groupColors, "color"
		memberCheck = func() bool { return m.isColor("color") }
	case "texture2d":
		g.kind = groupTexture
		m.checkTexture(id)
	case "texture2dgroup":
		g.kind, member = groupTextureCoordinates, "tex2coord"
		m.checkReference(id, "texid", groupTexture)
		memberCheck = func() bool { return m.isNumber("u") && m.isNumber("v") }
	case "compositematerials":
		g.kind, member = groupComposites, "composite"
		m.checkComposites(id)
		memberCheck = func() bool { return m.isList("values", isFloat) }
	case "multiproperties":
		g.kind, member = groupMulti, "multi"
		m.checkMulti(id)
		memberCheck = func() bool { return m.isList("pindices", isIndex) }
	}
	space := m.name.space
	err := m.children(func() error {
		if member == "" || !m.is(space, member) {
			if m.name.space == spaceCore || m.name.space == spaceNone {
				m.materialFault("<%s> does not belong here", cleanName(string(m.name.local)))
			}
			return m.skip()
		}
		g.size++
		if !memberCheck() {
			m.materialFault("<%s> %d of the group %d is incomplete", member, g.size, id)
		}
		return m.skip()
	})
	if err != nil {
		return err
	}
	if member != "" && g.size == 0 {
		m.materialFault("the group %d is empty", id)
	}
	return m.addResource(id, g)
}

func (m *modelReader) checkTexture(id uint32) {
	path, _ := m.attr(spaceNone, "path")
	kind, _ := m.attr(spaceNone, "contenttype")
	if len(path) < 2 || path[0] != '/' {
		m.materialFault("the texture %d has no path", id)
	}
	if string(kind) != "image/png" && string(kind) != "image/jpeg" {
		m.materialFault("the texture %d is neither image/png nor image/jpeg", id)
	}
}

// checkReference looks at an attribute that names a resource of that kind.
func (m *modelReader) checkReference(id uint32, name string, kind groupKind) (propertyGroup, bool) {
	value, ok := m.attr(spaceNone, name)
	if ok {
		var to uint32
		if to, ok = parseID(value); ok {
			g, found := m.part().groups[to]
			if found && g.kind == kind {
				return g, true
			}
		}
	}
	m.materialFault("the attribute %s of the group %d refers to nothing that fits", name, id)
	return propertyGroup{}, false
}

func (m *modelReader) checkComposites(id uint32) {
	base, ok := m.checkReference(id, "matid", groupBaseMaterials)
	if !m.isList("matindices", isIndex) {
		m.materialFault("the group %d has no matindices", id)
		return
	}
	list, _ := m.attr(spaceNone, "matindices")
	for field := range bytes.FieldsSeq(list) {
		if v, _ := parseIndex(field); ok && v >= uint64(base.size) {
			m.materialFault("the group %d has a material that is not there", id)
			return
		}
	}
}

// checkMulti looks at the groups that multiproperties combine: at most one of
// materials and one of colours, and none of its own kind.
func (m *modelReader) checkMulti(id uint32) {
	if !m.isList("pids", isIndex) {
		m.materialFault("the group %d has no pids", id)
		return
	}
	list, _ := m.attr(spaceNone, "pids")
	materials, colors := 0, 0
	for field := range bytes.FieldsSeq(list) {
		to, _ := parseID(field)
		g, found := m.part().groups[to]
		switch {
		case !found:
			m.materialFault("the group %d refers to a group that is not there", id)
			return
		case g.kind == groupMulti:
			m.materialFault("the group %d combines groups that combine others", id)
			return
		case g.kind == groupBaseMaterials || g.kind == groupComposites:
			materials++
		case g.kind == groupColors:
			colors++
		}
	}
	if materials > 1 || colors > 1 {
		m.materialFault("the group %d combines several groups of materials or colours", id)
	}
}

// objectGroup checks the properties of an object and returns the group they
// are of, nil if there is none.
func (m *modelReader) objectGroup(o *assemblyObject, p *objectProperties) *propertyGroup {
	if !p.hasGroup {
		if p.hasIndex {
			m.materialFault("%s has a pindex without a pid", o.label)
		}
		return nil
	}
	id, _ := parseID(p.group)
	g, ok := m.part().groups[id]
	if !ok || g.kind == groupForeign {
		m.materialFault("%s refers to materials that are not there", o.label)
		return nil
	}
	if p.hasIndex {
		if v, ok := parseIndex(p.index); !ok || v >= uint64(g.size) {
			m.materialFault("%s refers to a material that is not there", o.label)
		}
	}
	return &g
}

// checkTriangleProperties looks at the properties of the triangle at hand;
// group is that of the object.
func (m *modelReader) checkTriangleProperties(group *propertyGroup) {
	if value, ok := m.attr(spaceNone, "pid"); ok {
		id, _ := parseID(value)
		g, found := m.part().groups[id]
		if !found {
			m.materialFault("a triangle refers to materials that are not there")
			return
		}
		group = &g
	}
	for _, name := range [...]string{"p1", "p2", "p3"} {
		value, ok := m.attr(spaceNone, name)
		if !ok {
			continue
		}
		v, ok := parseIndex(value)
		if !ok || group == nil || v >= uint64(group.size) && group.kind != groupTexture && group.kind != groupForeign {
			m.materialFault("a triangle refers to a material that is not there")
			return
		}
	}
}

// isColor reports whether an attribute is #RRGGBB or #RRGGBBAA.
func (m *modelReader) isColor(name string) bool {
	v, _ := m.attr(spaceNone, name)
	if len(v) != 7 && len(v) != 9 || v[0] != '#' {
		return false
	}
	for _, c := range v[1:] {
		if c-'0' > 9 && (c|0x20)-'a' > 5 {
			return false
		}
	}
	return true
}

func (m *modelReader) isNumber(name string) bool {
	v, _ := m.attr(spaceNone, name)
	return isFloat(trimXMLSpace(v))
}

// isList reports whether an attribute is a list that is not empty.
func (m *modelReader) isList(name string, item func([]byte) bool) bool {
	v, _ := m.attr(spaceNone, name)
	n := 0
	for field := range bytes.FieldsSeq(v) {
		if !item(field) {
			return false
		}
		n++
	}
	return n > 0
}

func isFloat(b []byte) bool { _, ok := parseFloat(b); return ok }
func isIndex(b []byte) bool { _, ok := parseIndex(b); return ok }
