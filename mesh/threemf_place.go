package mesh

func (m *modelReader) readBuild() error {
	if err := m.attributes(true, unknown); err != nil {
		return err
	}
	return m.children(func() error {
		if !m.is(spaceCore, "item") {
			return m.foreign()
		}
		return m.readItem()
	})
}

func (m *modelReader) readItem() error {
	printable := true
	c, ref, err := m.readPlacement(func(name string, value []byte) bool {
		switch name {
		case "partnumber":
		case "printable":
			// An attribute of the slicers of the Slic3r family.
			printable = string(value) != "0"
		default:
			return false
		}
		return true
	})
	if err != nil {
		return err
	}
	if !printable {
		m.file.notes.unprintable++
	} else {
		if len(m.file.items) >= m.limits.Instances {
			return m.refuse(CodeLimitInstances, "more than %d build items", m.limits.Instances)
		}
		m.file.items = append(m.file.items, c)
		m.file.itemRefs = append(m.file.itemRefs, ref)
	}
	groups := 0
	return m.children(func() error {
		if !m.is(spaceCore, "metadatagroup") {
			return m.foreign()
		}
		if groups++; groups > 1 {
			return m.misplaced()
		}
		return m.readMetadataGroup()
	})
}

// readPlacement reads the attributes that items and components share.
func (m *modelReader) readPlacement(other func(name string, value []byte) bool) (c component, ref objectRef, err error) {
	c.transform = -1
	ref.from, ref.part, ref.line = m.index, m.index, int32(m.line())
	err = m.attributes(true, func(name string, value []byte) (bool, error) {
		switch name {
		case "objectid":
			id, ok := parseID(value)
			if !ok {
				return true, m.refuse(CodeNumberFormat, "%q is no object id", cleanName(string(value)))
			}
			ref.id = id
		case "transform":
			var err error
			c.transform, err = m.readTransform(value)
			return true, err
		default:
			return other(name, value), nil
		}
		return true, nil
	})
	if err != nil {
		return c, ref, err
	}
	if ref.id == 0 {
		return c, ref, m.refuse(CodeSchema, "<%s> without an objectid", cleanName(string(m.name.local)))
	}
	for i := range m.attrs {
		a := &m.attrs[i]
		switch {
		case a.space == spaceNone || a.space == spaceXML || a.space == spaceXMLNS:
		case a.space == spaceProduction && string(a.local) == "path":
			if !m.root {
				return c, ref, m.refuse(CodeReference, "only the root model may take objects from other parts")
			}
			if ref.part, err = m.file.partOf(string(a.value), m.place()); err != nil {
				return c, ref, err
			}
		case string(a.local) == "path" || string(a.local) == "transform" || string(a.local) == "objectid":
			return c, ref, m.refuse(CodeUnsupportedExtension, "the attribute %s of the extension %s is not read", cleanName(string(a.local)), cleanName(m.spaces[a.space]))
		}
	}
	return c, ref, nil
}

// readTransform reads twelve numbers.
func (m *modelReader) readTransform(value []byte) (int32, error) {
	var matrix [12]float64
	n := 0
	for rest := trimXMLSpace(value); len(rest) > 0; rest = trimXMLSpace(rest) {
		end := 0
		for end < len(rest) && !isXMLSpace(rest[end]) {
			end++
		}
		if n == len(matrix) {
			return 0, m.refuse(CodeTransform, "a transform of more than 12 numbers")
		}
		v, ok := parseFloat(rest[:end])
		if !ok {
			return 0, m.refuse(CodeTransform, "%q is no number of a transform", cleanName(string(rest[:end])))
		}
		matrix[n] = v
		n++
		rest = rest[end:]
	}
	if n != len(matrix) {
		return 0, m.refuse(CodeTransform, "a transform of %d numbers instead of 12", n)
	}
	index, ok := m.file.addTransform(matrix)
	if !ok {
		return 0, m.refuse(CodeTransform, "the transform %s flattens or explodes what it places", cleanName(string(value)))
	}
	return index, nil
}
