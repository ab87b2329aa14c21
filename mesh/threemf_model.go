package mesh

import (
	"fmt"
	"strings"
)

// A modelReader reads one 3D Model part as its tokens come.
type modelReader struct {
	*xmlScanner
	file          *threeMF
	index         int32 // of the part
	root          bool
	sliceRequired bool
	used          []uint64 // scratch: a bit for each vertex of the mesh at hand
}

// readPart reads the part of that index.
func (r *threeMF) readPart(index int32) error {
	name := r.parts[index].name
	m := &modelReader{
		file:       r,
		xmlScanner: r.pkg.scanner(name, uriCore, uriMaterial, uriProduction, uriSlice, uriBeams, uriTriangleSets),
		index:      index,
		root:       index == 0,
	}
	token, err := m.next()
	if err != nil {
		return err
	}
	if token != xmlStart || !m.is(spaceCore, "model") {
		return m.refuse(CodeSchema, "the root element is not the <model> of 3MF (namespace %s)", uriCore)
	}
	if err := m.readModel(); err != nil {
		return err
	}
	if token, err = m.next(); err == nil && token != xmlEOF {
		return m.syntax("text after the root element")
	}
	return err
}

// part returns the part that is being read.
func (m *modelReader) part() *modelPart { return &m.file.parts[m.index] }

// foreign notes an element of another namespace and reads over it.
func (m *modelReader) foreign() error {
	switch m.name.space {
	case spaceMaterial, spaceProduction, spaceTriangleSets:
	case spaceSlice:
		m.file.notes.slices = true
	case spaceCore, spaceNone:
		return m.misplaced()
	default:
		addName(&m.file.notes.elements, m.spaces[m.name.space])
	}
	return m.skip()
}

// misplaced refuses the element at hand.
func (m *modelReader) misplaced() error {
	return m.refuse(CodeSchema, "<%s> does not belong here", cleanName(string(m.name.local)))
}

// children calls child for each child element of the element that just
// started; child must read to the child's end. Text is refused.
func (m *modelReader) children(child func() error) error {
	depth := m.depth()
	for {
		token, err := m.next()
		switch {
		case err != nil:
			return err
		case token == xmlText:
			return m.refuse(CodeSchema, "text between the elements")
		case token == xmlStart:
			if err := child(); err != nil {
				return err
			}
		case m.depth() < depth:
			return nil
		}
	}
}

// empty reads to the end of an element that may only have children of other
// namespaces.
func (m *modelReader) empty() error {
	return m.children(m.foreign)
}

// attributes calls use for each attribute without namespace. A name that use
// does not know is noted; with strict it is refused, because it may be a
// damaged name of an attribute that places or scales.
func (m *modelReader) attributes(strict bool, use func(name string, value []byte) (known bool, err error)) error {
	for i := range m.attrs {
		a := &m.attrs[i]
		if a.space != spaceNone {
			continue
		}
		known, err := use(string(a.local), a.value)
		if err != nil {
			return err
		}
		switch {
		case known:
		case string(a.local) == "unit":
			return m.refuse(CodeUnit, "the unit belongs to <model>")
		case strict:
			return m.refuse(CodeSchema, "the attribute %s is unknown", cleanName(string(a.local)))
		default:
			addName(&m.file.notes.attributes, string(a.local))
		}
	}
	return nil
}

func (m *modelReader) readModel() error {
	unit := Millimetre
	var required string
	err := m.attributes(true, func(name string, value []byte) (bool, error) {
		switch name {
		case "unit":
			if unit = threeMFUnit(string(value)); unit == "" {
				return true, m.refuse(CodeUnit, "the unit %q is unknown", cleanName(string(value)))
			}
		case "requiredextensions":
			required = string(value)
		case "recommendedextensions":
		default:
			return false, nil
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	if m.root {
		m.file.unit = unit
	} else if unit != m.file.unit {
		return m.refuse(CodeUnit, "the part is in %s, the model in %s; export the file in one unit", unit, m.file.unit)
	}
	if err := m.requireExtensions(required); err != nil {
		return err
	}
	resources, build := 0, 0
	err = m.children(func() error {
		switch {
		case m.is(spaceCore, "metadata"):
			return m.readMetadata()
		case m.is(spaceCore, "resources"):
			if resources++; resources > 1 || build > 0 {
				return m.misplaced()
			}
			return m.readResources()
		case m.is(spaceCore, "build"):
			if resources == 0 {
				return m.refuse(CodeSchema, "<resources> is missing before <build>")
			}
			if build++; build > 1 {
				return m.misplaced()
			}
			if !m.root {
				return m.skip() // only the root part builds
			}
			return m.readBuild()
		}
		return m.foreign()
	})
	if err != nil {
		return err
	}
	if resources == 0 {
		return m.refuse(CodeSchema, "<resources> is missing")
	}
	if m.root && len(m.file.items) == 0 {
		return m.refuse(CodeNoBuild, "the file has nothing to build; place the part on the build plate and export again")
	}
	return nil
}

func threeMFUnit(name string) Unit {
	for unit, n := range threeMFUnitNames {
		if n == name {
			return unit
		}
	}
	return ""
}

// requireExtensions refuses a model that says it cannot do without an
// extension that is not read.
func (m *modelReader) requireExtensions(prefixes string) error {
	for prefix := range strings.FieldsSeq(prefixes) {
		space, err := m.resolve([]byte(prefix))
		if err != nil {
			return m.refuse(CodeRequiredExtension, "the required extension %s is not declared", cleanName(prefix))
		}
		uri := m.spaces[space]
		switch {
		case space == spaceCore || space == spaceMaterial || space == spaceProduction || space == spaceTriangleSets:
		case space == spaceSlice:
			m.sliceRequired = true
		case extensionName(uri) != "":
			return m.refuse(CodeUnsupportedExtension, "the model needs the %s extension, which is not read; export a plain mesh", extensionName(uri))
		default:
			return m.refuse(CodeRequiredExtension, "the model needs the extension %s, which is unknown; export a plain mesh", cleanName(uri))
		}
	}
	return nil
}

// readMetadata reads over a metadata element and counts its bytes. What it
// says is never used.
func (m *modelReader) readMetadata() error {
	name, ok := m.attr(spaceNone, "name")
	if !ok || len(name) == 0 {
		return m.refuse(CodeSchema, "metadata without a name")
	}
	if prefix, _, qualified := strings.Cut(string(name), ":"); qualified {
		if _, err := m.resolve([]byte(prefix)); err != nil {
			addName(&m.file.notes.metadata, string(name))
		}
	} else if !isMetadataName(string(name)) {
		addName(&m.file.notes.metadata, string(name))
	}
	m.file.metadataBytes += len(name)
	depth := m.depth()
	for m.depth() >= depth {
		token, err := m.next()
		if err != nil {
			return err
		}
		if token == xmlText {
			m.file.metadataBytes += len(m.text)
		}
		if m.file.metadataBytes > m.limits.MetadataBytes {
			return m.refuse(CodeLimitMetadata, "more than %d bytes of metadata", m.limits.MetadataBytes)
		}
	}
	return nil
}

func isMetadataName(name string) bool {
	switch name {
	case "Title", "Designer", "Description", "Copyright", "LicenseTerms", "Rating", "CreationDate", "ModificationDate", "Application":
		return true
	}
	return false
}

func (m *modelReader) readMetadataGroup() error {
	return m.children(func() error {
		if m.is(spaceCore, "metadata") {
			return m.readMetadata()
		}
		return m.foreign()
	})
}

func (m *modelReader) readResources() error {
	if err := m.attributes(true, unknown); err != nil {
		return err
	}
	return m.children(func() error {
		switch {
		case m.is(spaceCore, "object"):
			return m.readObject()
		case m.is(spaceCore, "basematerials"), m.name.space == spaceMaterial:
			return m.readProperties()
		case m.name.space == spaceCore || m.name.space == spaceNone:
			return m.misplaced()
		}
		// Resources of other extensions share the ids.
		if value, ok := m.attr(spaceNone, "id"); ok {
			if id, ok := parseID(value); ok {
				if err := m.addResource(id, propertyGroup{kind: groupForeign}); err != nil {
					return err
				}
			}
		}
		return m.foreign()
	})
}

func unknown(string, []byte) (bool, error) { return false, nil }

// parseID reads a resource id: 1 to 2³¹−1.
func parseID(value []byte) (uint32, bool) {
	id, ok := parseInt(trimXMLSpace(value))
	return uint32(id), ok && id >= 1 && id < 1<<31
}

func trimXMLSpace(b []byte) []byte {
	for len(b) > 0 && isXMLSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isXMLSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// addResource takes an id for something that is no object.
func (m *modelReader) addResource(id uint32, g propertyGroup) error {
	_, isObject := m.part().objects[id]
	if _, isGroup := m.part().groups[id]; isObject || isGroup {
		return m.refuse(CodeDuplicateName, "two resources have the id %d", id)
	}
	if m.file.resources++; m.file.resources > m.limits.Objects {
		return m.refuse(CodeLimitObjects, "more than %d resources", m.limits.Objects)
	}
	if g.kind != groupObject {
		m.part().groups[id] = g
	}
	return nil
}

// objectLabel names an object for messages.
func (m *modelReader) objectLabel(id uint32) string {
	if m.root {
		return fmt.Sprintf("object %d", id)
	}
	return fmt.Sprintf("object %d of %s", id, cleanName(strings.TrimPrefix(m.part().name, "/")))
}
