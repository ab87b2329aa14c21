package mesh

import "bytes"

// push opens the element that a start tag names, after its namespace
// declarations.
func (s *xmlScanner) push(name []byte, colon int, qualified bool) error {
	if len(s.open) == 0 {
		if s.rootDone {
			return s.syntax("it has more than one root element")
		}
		s.rootDone = true
	}
	if len(s.open) >= s.limits.XMLDepth {
		return s.refuse(CodeLimitXMLDepth, "elements are nested more than %d deep", s.limits.XMLDepth)
	}
	o := xmlOpen{name: len(s.names), bindings: len(s.bindings), defaults: s.defaults, colon: colon}
	if qualified {
		if err := s.declare(); err != nil {
			return err
		}
	}
	space := s.defaults
	if colon >= 0 {
		var err error
		if space, err = s.resolve(name[:colon]); err != nil {
			return err
		}
	}
	if err := s.checkAttrs(qualified); err != nil {
		return err
	}
	o.space = space
	s.open = append(s.open, o)
	s.names = append(s.names, name...)
	s.name = xmlName{space: space, local: name[colon+1:]}
	return nil
}

// declare binds the prefixes that the attributes of the tag declare.
func (s *xmlScanner) declare() error {
	for i := range s.attrs {
		a := &s.attrs[i]
		switch {
		case string(a.raw) == "xmlns":
			space, err := s.space(a.value)
			if err != nil {
				return err
			}
			if space == spaceXML || space == spaceXMLNS {
				return s.syntax("a reserved namespace is declared")
			}
			s.defaults = space
		case a.colon == len("xmlns") && string(a.raw[:a.colon]) == "xmlns":
			space, err := s.space(a.value)
			if err != nil {
				return err
			}
			isXML := string(a.local) == "xml"
			if len(a.value) == 0 || string(a.local) == "xmlns" || space == spaceXMLNS || isXML != (space == spaceXML) {
				return s.syntax("the prefix %s is declared wrongly", cleanName(string(a.local)))
			}
			s.bindings = append(s.bindings, xmlBinding{string(a.local), space})
		}
	}
	return nil
}

// space returns the index of a namespace.
func (s *xmlScanner) space(uri []byte) (xmlSpace, error) {
	for i := range s.spaces {
		if s.spaces[i] == string(uri) {
			return xmlSpace(i), nil
		}
	}
	if len(s.spaces) >= xmlNamespaces {
		return 0, s.refuse(CodeLimitXMLAttribute, "more than %d namespaces", xmlNamespaces)
	}
	s.spaces = append(s.spaces, string(uri))
	return xmlSpace(len(s.spaces) - 1), nil
}

// resolve returns the namespace that a prefix stands for.
func (s *xmlScanner) resolve(prefix []byte) (xmlSpace, error) {
	for i := len(s.bindings) - 1; i >= 0; i-- {
		if s.bindings[i].prefix == string(prefix) {
			return s.bindings[i].space, nil
		}
	}
	switch string(prefix) {
	case "xml":
		return spaceXML, nil
	case "xmlns":
		return spaceXMLNS, nil
	}
	return 0, s.syntax("the prefix %s is not declared", cleanName(string(prefix)))
}

// checkAttrs resolves the prefixes of the attributes and refuses an attribute
// that occurs twice.
func (s *xmlScanner) checkAttrs(qualified bool) error {
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.colon >= 0 {
			var err error
			if a.space, err = s.resolve(a.raw[:a.colon]); err != nil {
				return err
			}
		} else if qualified && string(a.raw) == "xmlns" {
			a.space = spaceXMLNS
		}
		for j := range i {
			if o := &s.attrs[j]; o.space == a.space && bytes.Equal(o.local, a.local) {
				return s.refuse(CodeDuplicateName, "the attribute %s occurs twice", cleanName(string(a.raw)))
			}
		}
	}
	return nil
}

// pop closes the innermost element and sets name to its name.
func (s *xmlScanner) pop() {
	o := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	s.name = xmlName{space: o.space, local: s.names[o.name+o.colon+1:]}
	s.names = s.names[:o.name]
	s.bindings = s.bindings[:o.bindings]
	s.defaults = o.defaults
}
