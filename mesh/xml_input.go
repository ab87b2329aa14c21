package mesh

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// fill makes room and reads more of the document behind what is not read
// yet. more is false at the end.
func (s *xmlScanner) fill() (more bool, err error) {
	if s.final {
		return false, nil
	}
	if err := s.ctx.Err(); err != nil {
		return false, err
	}
	if s.pos > 0 {
		s.offset += int64(s.pos)
		s.line()
		s.counted = 0
		n := copy(s.buf, s.buf[s.pos:])
		s.buf = s.buf[:n]
		s.valid -= s.pos
		s.pos = 0
	}
	if len(s.buf) == cap(s.buf) {
		if most := s.limits.XMLAttributes * (s.limits.XMLAttributeBytes + 2*xmlNameBytes); len(s.buf) > max(most, xmlBuffer) {
			return false, s.refuse(CodeLimitXMLAttribute, "a tag longer than %d bytes", most)
		}
		grown := make([]byte, len(s.buf), 2*cap(s.buf))
		copy(grown, s.buf)
		s.buf = grown
	}
	before := len(s.buf)
	if !s.started {
		s.started = true
		if err := s.detectEncoding(); err != nil {
			return false, err
		}
	}
	for len(s.buf) < cap(s.buf) && !s.final {
		n, err := s.source.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err == io.EOF {
			s.final = true
		} else if err != nil {
			return false, err
		}
	}
	return len(s.buf) > before, s.checkUTF8()
}

// detectEncoding looks at the first bytes of the document, which tell UTF-16
// from UTF-8, and takes a byte order mark off.
func (s *xmlScanner) detectEncoding() error {
	head := make([]byte, 4)
	n, err := io.ReadFull(s.source, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		head = head[3:]
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		return s.decodeUTF16(head, false)
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		return s.decodeUTF16(head, true)
	}
	s.buf = append(s.buf, head...)
	return nil
}

// decodeUTF16 puts a decoder in front of the source, of which head was read.
func (s *xmlScanner) decodeUTF16(head []byte, bigEndian bool) error {
	s.utf16 = true
	if head[0] >= 0xfe || head[1] >= 0xfe {
		head = head[2:]
	}
	s.source = newUTF16Reader(io.MultiReader(bytes.NewReader(head), s.source), bigEndian)
	return nil
}

// checkUTF8 checks what was read, but for a character cut at the end.
func (s *xmlScanner) checkUTF8() error {
	b := s.buf[s.valid:]
	n := len(b)
	if !s.final {
		for back := 1; back <= 3 && back <= n; back++ {
			if c := b[n-back]; utf8.RuneStart(c) {
				if !utf8.FullRune(b[n-back:]) {
					n -= back
				}
				break
			}
		}
	}
	if !utf8.Valid(b[:n]) {
		return refuse(s.format, CodeEncoding, s.part, "the text is not valid UTF-8; export the file as UTF-8")
	}
	s.valid += n
	return nil
}
