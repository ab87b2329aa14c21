package mesh

import "bytes"

// scanDeclaration reads what starts with "<!": a comment or a CDATA section.
func (s *xmlScanner) scanDeclaration() (xmlToken, bool, error) {
	b := s.buf[s.pos:]
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		return s.scanComment()
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		return s.scanCDATA()
	case bytes.HasPrefix([]byte("<!--"), b) || bytes.HasPrefix([]byte("<![CDATA["), b):
		return 0, false, nil
	case len(b) > 2 && (b[2]|0x20)-'a' < 26:
		return 0, false, s.refuse(CodeXMLDTD, "a document type or entity declaration, which is not read for safety; export the file without it")
	}
	return 0, false, s.syntax("unexpected <!")
}

// scanComment reads a comment of any length piece by piece.
func (s *xmlScanner) scanComment() (xmlToken, bool, error) {
	s.pos += 4
	for {
		b := s.buf[s.pos:]
		i := bytes.Index(b, []byte("--"))
		checked := i
		if i < 0 {
			checked = len(b)
		}
		if err := s.checkCharacters(b[:checked]); err != nil {
			return 0, false, err
		}
		if i >= 0 && i+2 < len(b) {
			if b[i+2] != '>' {
				return 0, false, s.syntax("-- in a comment")
			}
			s.pos += i + 3
			return 0, true, nil
		}
		if i < 0 {
			// A single - at the end may be the first of two.
			i = max(0, len(b)-1)
		}
		s.pos += i
		if more, err := s.fill(); err != nil {
			return 0, false, err
		} else if !more {
			return 0, false, s.syntax("it ends inside a comment")
		}
	}
}

// scanInstruction reads a processing instruction, which is ignored, or the
// XML declaration, which must come first.
func (s *xmlScanner) scanInstruction() (ok bool, err error) {
	b := s.buf[s.pos:]
	i := bytes.Index(b, []byte("?>"))
	if i < 0 {
		if len(b) > s.limits.XMLAttributeBytes {
			return false, s.refuse(CodeLimitXMLAttribute, "a processing instruction longer than %d bytes", s.limits.XMLAttributeBytes)
		}
		return false, nil
	}
	end, _, err := s.scanName(b[:i], 2)
	if err != nil {
		return false, err
	}
	target := b[2:end]
	if end == 2 || end < i && !isXMLSpace(b[end]) {
		return false, s.syntax("a damaged processing instruction")
	}
	if err := s.checkCharacters(b[end:i]); err != nil {
		return false, err
	}
	if bytes.EqualFold(target, []byte("xml")) {
		if s.offset > 0 || s.pos > 0 || string(target) != "xml" {
			return false, s.syntax("the XML declaration is not at the start")
		}
		if err := s.checkEncoding(b[end:i]); err != nil {
			return false, err
		}
	}
	s.pos += i + 2
	return true, nil
}

// checkEncoding looks at the encoding that the XML declaration names.
func (s *xmlScanner) checkEncoding(declaration []byte) error {
	_, rest, found := bytes.Cut(declaration, []byte("encoding"))
	if !found {
		return nil
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if len(rest) == 0 || rest[0] != '=' {
		return s.syntax("a damaged XML declaration")
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return s.syntax("a damaged XML declaration")
	}
	name, _, found := bytes.Cut(rest[1:], rest[:1])
	if !found {
		return s.syntax("a damaged XML declaration")
	}
	switch string(bytes.ToLower(name)) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		if !s.utf16 {
			return nil
		}
	case "utf-16", "utf-16le", "utf-16be":
		if s.utf16 {
			return nil
		}
	}
	return s.refuse(CodeEncoding, "the encoding %s is not read; export the file as UTF-8", cleanName(string(name)))
}
