package mesh

import (
	"bytes"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Classes of bytes in XML. Bytes of characters beyond ASCII may occur in names
// and everywhere else; that they are valid is checked when they are read.
const (
	xmlNameByte   = 1 << iota
	xmlNameStart  // of a name, prefix or local part
	xmlPlainValue // inside an attribute value, with nothing to do about it
	xmlPlainText  // inside text, with nothing to do about it
	xmlCharacter  // allowed anywhere
)

var xmlClass = func() (class [256]uint8) {
	for c := range 256 {
		b := byte(c)
		letter := (b|0x20)-'a' < 26 || b == '_' || b >= 0x80
		if letter {
			class[c] |= xmlNameStart
		}
		if letter || b-'0' < 10 || b == '-' || b == '.' || b == ':' {
			class[c] |= xmlNameByte
		}
		if b < ' ' && !isXMLSpace(b) {
			continue
		}
		class[c] |= xmlCharacter
		if b != '<' && b != '&' && b != '"' && b != '\'' {
			class[c] |= xmlPlainValue
		}
		if b != '<' && b != '&' && b != ']' {
			class[c] |= xmlPlainText
		}
	}
	return class
}()

func isXMLSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// checkCharacters refuses characters that XML does not allow.
func (s *xmlScanner) checkCharacters(b []byte) error {
	for _, c := range b {
		if xmlClass[c]&xmlCharacter == 0 {
			return s.syntax("the control character %#x", c)
		}
	}
	return nil
}

// scanText reads characters up to the next markup, or a piece of them.
func (s *xmlScanner) scanText() (xmlToken, error) {
	if len(s.open) == 0 {
		return 0, s.syntax("text outside of the root element")
	}
	i, entities := 0, false
	for {
		b := s.buf[s.pos:]
		for {
			for i < len(b) && xmlClass[b[i]]&xmlPlainText != 0 {
				i++
			}
			if i == len(b) || b[i] == '<' {
				break
			}
			switch {
			case b[i] == '&':
				entities = true
			case b[i] != ']':
				return 0, s.syntax("the control character %#x", b[i])
			case bytes.HasPrefix(b[i:], []byte("]]>")):
				return 0, s.syntax("]]> in text")
			}
			i++
		}
		if i < len(b) {
			return s.endText(i, entities)
		}
		if i > xmlTextPiece {
			// Neither a character nor an entity nor "]]>" may be cut in two.
			cut := min(i, s.valid-s.pos)
			if k := bytes.LastIndexAny(b[i-16:i], "&]"); k >= 0 {
				cut = min(cut, i-16+k)
			}
			return s.endText(cut, entities)
		}
		if more, err := s.fill(); err != nil {
			return 0, err
		} else if !more {
			return s.finish()
		}
	}
}

func (s *xmlScanner) endText(n int, entities bool) (xmlToken, error) {
	s.text = s.buf[s.pos : s.pos+n]
	if entities {
		var err error
		s.scratch = s.scratch[:0]
		if s.text, err = s.decode(s.text); err != nil {
			return 0, err
		}
	}
	s.pos += n
	return xmlText, nil
}

// scanCDATA reads a CDATA section, piece by piece if it is long.
func (s *xmlScanner) scanCDATA() (xmlToken, bool, error) {
	const head = len("<![CDATA[")
	if len(s.open) == 0 {
		return 0, false, s.syntax("text outside of the root element")
	}
	b := s.buf[s.pos+head:]
	i := bytes.Index(b, []byte("]]>"))
	if i < 0 {
		if len(b) <= xmlTextPiece {
			return 0, false, nil
		}
		// Hand out a piece and put the opening in front of the rest.
		i = len(b) - head - 2
		for !utf8.RuneStart(b[i]) {
			i--
		}
		s.text = append(s.scratch[:0], b[:i]...)
		s.scratch = s.text
		s.pos += i
		copy(s.buf[s.pos:], "<![CDATA[")
		return xmlText, true, s.checkCharacters(s.text)
	}
	s.text = b[:i]
	s.pos += head + i + 3
	return xmlText, true, s.checkCharacters(s.text)
}

// decode replaces the entities of a value. The result is valid until the next
// token.
func (s *xmlScanner) decode(value []byte) ([]byte, error) {
	start := len(s.scratch)
	for {
		i := bytes.IndexByte(value, '&')
		if i < 0 {
			s.scratch = append(s.scratch, value...)
			return s.scratch[start:], nil
		}
		s.scratch = append(s.scratch, value[:i]...)
		value = value[i+1:]
		end := bytes.IndexByte(value, ';')
		if end < 0 || end > 12 {
			return nil, s.syntax("& without the name of an entity")
		}
		r, ok := entity(string(value[:end]))
		if !ok {
			return nil, s.syntax("the entity %q is not defined", cleanName(string(value[:end])))
		}
		s.scratch = utf8.AppendRune(s.scratch, r)
		value = value[end+1:]
	}
}

// entity returns the character of a predefined entity or a numeric reference.
func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	var r rune
	for _, c := range []byte(digits) {
		d := rune(-1)
		switch {
		case c-'0' < 10:
			d = rune(c - '0')
		case base == 16 && (c|0x20)-'a' < 6:
			d = rune((c|0x20)-'a') + 10
		}
		if d < 0 {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	legal := r == '\t' || r == '\n' || r == '\r' || r >= ' ' && utf8.ValidRune(r) && r != 0xfffe && r != 0xffff
	return r, legal && digits != ""
}

// A utf16Reader turns UTF-16 into UTF-8. An unpaired surrogate or an odd byte
// becomes an invalid byte, which the scanner then refuses.
type utf16Reader struct {
	source    io.Reader
	bigEndian bool
	in        []byte // read, not decoded
	out       []byte // decoded, not handed out
	err       error
}

func newUTF16Reader(source io.Reader, bigEndian bool) *utf16Reader {
	return &utf16Reader{source: source, bigEndian: bigEndian, in: make([]byte, 0, 32<<10)}
}

func (r *utf16Reader) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		n, err := r.source.Read(r.in[len(r.in):cap(r.in)])
		r.in, r.err = r.in[:len(r.in)+n], err
		r.decode()
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

func (r *utf16Reader) unit(i int) rune {
	if r.bigEndian {
		return rune(r.in[i])<<8 | rune(r.in[i+1])
	}
	return rune(r.in[i+1])<<8 | rune(r.in[i])
}

func (r *utf16Reader) decode() {
	const invalid = 0xff
	r.out = r.out[:0]
	i := 0
	for ; i+1 < len(r.in); i += 2 {
		c := r.unit(i)
		if !utf16.IsSurrogate(c) {
			r.out = utf8.AppendRune(r.out, c)
			continue
		}
		if i+3 >= len(r.in) && r.err == nil {
			break
		}
		pair := rune(utf8.RuneError)
		if i+3 < len(r.in) {
			pair = utf16.DecodeRune(c, r.unit(i+2))
		}
		if pair == utf8.RuneError {
			r.out = append(r.out, invalid)
			continue
		}
		r.out = utf8.AppendRune(r.out, pair)
		i += 2
	}
	r.in = r.in[:copy(r.in, r.in[i:])]
	if r.err == io.EOF && len(r.in) > 0 {
		r.out = append(r.out, invalid)
		r.in = r.in[:0]
	}
}
