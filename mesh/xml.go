package mesh

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// An xmlScanner reads an XML 1.0 document with namespaces as a stream of
// tokens. It keeps one buffer that holds the tag at hand, checks that the
// document is well-formed, enforces the limits while it reads, and knows the
// five predefined entities and numeric references only: any DOCTYPE is
// refused, so nothing can be expanded or fetched.
//
// UTF-8 is read as it is, UTF-16 through a decoder, other encodings are
// refused.
type xmlScanner struct {
	ctx    context.Context
	source io.Reader
	format Format
	part   string // name of the document, for places
	limits *Limits

	buf     []byte // buf[:pos] is read, buf[pos:] is not
	pos     int
	valid   int   // buf[:valid] is known to be valid UTF-8
	offset  int64 // bytes before buf[0]
	counted int   // line ends are counted up to buf[counted]
	lines   int   // so many
	started bool
	final   bool // nothing follows buf
	utf16   bool

	// Name of the element of the last xmlStart or xmlEnd, attributes of the
	// last xmlStart, characters of the last xmlText. They are overwritten by
	// the next call of next.
	name  xmlName
	attrs []xmlAttr
	text  []byte

	selfClosed bool // the end of the open element is to be reported next
	rootDone   bool
	open       []xmlOpen
	names      []byte // tag names of the open elements, joined
	bindings   []xmlBinding
	spaces     []string // namespaces seen; an xmlSpace is an index
	defaults   xmlSpace
	scratch    []byte // decoded attribute values
}

// An xmlSpace is a namespace: an index into the list that the scanner was
// made with, or beyond it for a namespace that the list lacks.
type xmlSpace int32

// The first entries of every list of namespaces.
const (
	spaceNone xmlSpace = iota // names without namespace
	spaceXML                  // the prefix xml
	spaceXMLNS
)

const (
	uriXML   = "http://www.w3.org/XML/1998/namespace"
	uriXMLNS = "http://www.w3.org/2000/xmlns/"
)

type xmlName struct {
	space xmlSpace
	local []byte
}

type xmlAttr struct {
	space xmlSpace
	local []byte
	value []byte
	raw   []byte // name with prefix
	colon int    // of raw, or −1
}

type xmlOpen struct {
	name     int // start in names
	bindings int // how many were in force outside
	defaults xmlSpace
	space    xmlSpace
	colon    int
}

type xmlBinding struct {
	prefix string
	space  xmlSpace
}

type xmlToken uint8

const (
	xmlStart xmlToken = iota + 1
	xmlEnd
	xmlText // characters that are not all white space; a run may come in pieces
	xmlEOF
)

const (
	xmlBuffer     = 256 << 10
	xmlSlack      = 512 // room to notice the end of a document of known size
	xmlNameBytes  = 1 << 10
	xmlNamespaces = 1 << 8
	xmlTextPiece  = 64 << 10
)

// newXMLScanner returns a scanner of a document of about size bytes that gives
// the listed namespaces the indices 3, 4, … (see spaceXMLNS).
func newXMLScanner(ctx context.Context, source io.Reader, size int64, format Format, part string, limits *Limits, spaces ...string) *xmlScanner {
	return &xmlScanner{
		ctx: ctx, source: source, format: format, part: part, limits: limits,
		buf:    make([]byte, 0, min(xmlBuffer, max(size, 0)+xmlSlack)),
		spaces: append([]string{"", uriXML, uriXMLNS}, spaces...),
	}
}

// place says where the scanner is.
func (s *xmlScanner) place() string {
	line := fmt.Sprintf("line %d", s.line())
	if s.part == "" {
		return line
	}
	return s.part + " " + line
}

// line returns the number of the line of the last token.
func (s *xmlScanner) line() int {
	s.lines += bytes.Count(s.buf[s.counted:s.pos], []byte{'\n'})
	s.counted = s.pos
	return s.lines + 1
}

func (s *xmlScanner) refuse(code Code, format string, args ...any) error {
	return refuse(s.format, code, s.place(), format, args...)
}

func (s *xmlScanner) syntax(format string, args ...any) error {
	return s.refuse(CodeXMLSyntax, "the XML is not well-formed: "+format, args...)
}

// is reports whether the element at hand has that name.
func (s *xmlScanner) is(space xmlSpace, local string) bool {
	return s.name.space == space && string(s.name.local) == local
}

// attr returns the value of an attribute of the element at hand.
func (s *xmlScanner) attr(space xmlSpace, local string) (value []byte, ok bool) {
	for i := range s.attrs {
		if a := &s.attrs[i]; a.space == space && string(a.local) == local {
			return a.value, true
		}
	}
	return nil, false
}

// depth returns how many elements are open.
func (s *xmlScanner) depth() int { return len(s.open) }

// skip reads to the end of the element that just started.
func (s *xmlScanner) skip() error {
	for depth := s.depth(); s.depth() >= depth; {
		if _, err := s.next(); err != nil {
			return err
		}
	}
	return nil
}

// next reads the next token.
func (s *xmlScanner) next() (xmlToken, error) {
	if s.selfClosed {
		s.selfClosed = false
		s.pop()
		return xmlEnd, nil
	}
	for {
		for s.pos < len(s.buf) && isXMLSpace(s.buf[s.pos]) {
			s.pos++
		}
		if len(s.buf)-s.pos < 2 {
			if more, err := s.fill(); err != nil {
				return 0, err
			} else if more {
				continue
			}
			if s.pos == len(s.buf) {
				return s.finish()
			}
		}
		if s.buf[s.pos] != '<' {
			return s.scanText()
		}
		token, err := s.scanMarkup()
		if token != 0 || err != nil {
			return token, err
		}
	}
}

// finish checks that the document is complete.
func (s *xmlScanner) finish() (xmlToken, error) {
	if len(s.open) > 0 {
		return 0, s.syntax("it ends inside <%s>", cleanName(string(s.names[s.open[len(s.open)-1].name:])))
	}
	if !s.rootDone {
		return 0, s.syntax("it has no element")
	}
	return xmlEOF, nil
}

// scanMarkup reads what starts with '<'. Token 0 without error means to go on.
func (s *xmlScanner) scanMarkup() (xmlToken, error) {
	for {
		var (
			token xmlToken
			ok    bool
			err   error
		)
		switch b := s.buf[s.pos:]; {
		case len(b) < 2:
		case b[1] == '/':
			token, ok, err = s.scanEnd()
		case b[1] == '?':
			ok, err = s.scanInstruction()
		case b[1] == '!':
			token, ok, err = s.scanDeclaration()
		default:
			token, ok, err = s.scanStart()
		}
		if ok || err != nil {
			return token, err
		}
		if more, err := s.fill(); err != nil {
			return 0, err
		} else if !more {
			return 0, s.syntax("it ends inside a tag")
		}
	}
}

// scanStart reads a start tag. ok is false when its end is not in the buffer.
func (s *xmlScanner) scanStart() (token xmlToken, ok bool, err error) {
	b := s.buf[s.pos:]
	i, colon, err := s.scanName(b, 1)
	if err != nil || i == len(b) {
		return 0, false, err
	}
	name := b[1:i]
	if colon >= 0 {
		colon--
	}
	s.attrs = s.attrs[:0]
	s.scratch = s.scratch[:0]
	qualified := colon >= 0
	for {
		start := i
		for i < len(b) && isXMLSpace(b[i]) {
			i++
		}
		if i == len(b) {
			return 0, false, nil
		}
		if b[i] == '>' {
			i++
			break
		}
		if b[i] == '/' {
			if i+1 == len(b) {
				return 0, false, nil
			}
			if b[i+1] != '>' {
				return 0, false, s.syntax("a / in the tag <%s>", cleanName(string(name)))
			}
			s.selfClosed = true
			i += 2
			break
		}
		if i == start {
			return 0, false, s.syntax("unexpected %q in the tag <%s>", b[i], cleanName(string(name)))
		}
		if len(s.attrs) >= s.limits.XMLAttributes {
			return 0, false, s.refuse(CodeLimitXMLAttribute, "an element with more than %d attributes", s.limits.XMLAttributes)
		}
		a := xmlAttr{}
		if i, err = s.scanAttr(b, i, &a); err != nil || i == len(b) {
			s.selfClosed = false
			return 0, false, err
		}
		qualified = qualified || a.colon >= 0 || string(a.raw) == "xmlns"
		s.attrs = append(s.attrs, a)
	}
	if err := s.push(name, colon, qualified); err != nil {
		return 0, false, err
	}
	s.pos += i
	return xmlStart, true, nil
}

// scanName reads the name at b[i:] and returns its end, which is len(b) if it
// may go on beyond, and the place of its colon or −1.
func (s *xmlScanner) scanName(b []byte, i int) (end, colon int, err error) {
	start := i
	colon = -1
	for i < len(b) && xmlClass[b[i]]&xmlNameByte != 0 {
		if b[i] == ':' {
			if colon >= 0 || i == start || i+1 < len(b) && xmlClass[b[i+1]]&xmlNameStart == 0 {
				return 0, 0, s.syntax("a name with a misplaced colon")
			}
			colon = i
		}
		i++
	}
	if i-start > xmlNameBytes {
		return 0, 0, s.refuse(CodeLimitXMLAttribute, "a name longer than %d bytes", xmlNameBytes)
	}
	if start < len(b) && (i == start || xmlClass[b[start]]&xmlNameStart == 0) {
		return 0, 0, s.syntax("unexpected %q where a name should start", b[start])
	}
	return i, colon, nil
}

// scanAttr reads the attribute at b[i:] and returns its end; len(b) means
// that it is not complete.
func (s *xmlScanner) scanAttr(b []byte, i int, a *xmlAttr) (int, error) {
	start := i
	i, colon, err := s.scanName(b, i)
	if err != nil || i == len(b) {
		return len(b), err
	}
	a.raw = b[start:i]
	a.local, a.colon = a.raw, -1
	if colon >= 0 {
		a.colon = colon - start
		a.local = a.raw[a.colon+1:]
	}
	for i < len(b) && isXMLSpace(b[i]) {
		i++
	}
	if i == len(b) {
		return i, nil
	}
	if b[i] != '=' {
		return 0, s.syntax("the attribute %s has no value", cleanName(string(a.raw)))
	}
	for i++; i < len(b) && isXMLSpace(b[i]); i++ {
	}
	if i == len(b) {
		return i, nil
	}
	quote := b[i]
	if quote != '"' && quote != '\'' {
		return 0, s.syntax("the value of the attribute %s is not quoted", cleanName(string(a.raw)))
	}
	i++
	start = i
	entities := false
	for {
		for i < len(b) && xmlClass[b[i]]&xmlPlainValue != 0 {
			i++
		}
		if i-start > s.limits.XMLAttributeBytes {
			return 0, s.refuse(CodeLimitXMLAttribute, "the attribute %s is longer than %d bytes", cleanName(string(a.raw)), s.limits.XMLAttributeBytes)
		}
		if i == len(b) {
			return i, nil
		}
		switch c := b[i]; {
		case c == quote:
			a.value = b[start:i]
			if entities {
				if a.value, err = s.decode(a.value); err != nil {
					return 0, err
				}
			}
			// The tag ends at least one byte later, so this is not len(b) in
			// a document that goes on.
			return i + 1, nil
		case c == '&':
			entities = true
		case c != '"' && c != '\'':
			return 0, s.syntax("%q in the value of the attribute %s", c, cleanName(string(a.raw)))
		}
		i++
	}
}

// scanEnd reads an end tag.
func (s *xmlScanner) scanEnd() (xmlToken, bool, error) {
	b := s.buf[s.pos:]
	if len(s.open) == 0 {
		return 0, false, s.syntax("an end tag without a start")
	}
	name := s.names[s.open[len(s.open)-1].name:]
	i := 2 + len(name)
	if i >= len(b) && bytes.HasPrefix(name, b[2:]) {
		return 0, false, nil
	}
	if i >= len(b) || !bytes.Equal(b[2:i], name) {
		return 0, false, s.syntax("<%s> is closed by another end tag", cleanName(string(name)))
	}
	for i < len(b) && isXMLSpace(b[i]) {
		i++
	}
	if i == len(b) {
		return 0, false, nil
	}
	if b[i] != '>' {
		return 0, false, s.syntax("<%s> is closed by another end tag", cleanName(string(name)))
	}
	s.pos += i + 1
	s.pop()
	return xmlEnd, true, nil
}
