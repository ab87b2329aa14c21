package mesh

import "bytes"

// objText splits an OBJ into lines and words. A backslash at the end of a
// line joins it to the next; a word that begins with # begins a comment.
type objText struct {
	data []byte
	pos  int
	line int // where the present line begins

	// Where the next LF and CR are, at pos or later; len(data) if there are
	// none. They are searched for when pos has passed them only, so that
	// either may be missing.
	lf, cr int
}

func newOBJText(data []byte) objText {
	return objText{data: data, pos: len(data) - len(bytes.TrimPrefix(data, []byte(byteOrderMark))), lf: -1, cr: -1}
}

// nextLine goes to the first word of the next line that has one. It returns
// false at the end.
func (t *objText) nextLine() bool {
	for t.pos < len(t.data) && isSpace(t.data[t.pos]) {
		t.pos++
	}
	t.line = t.pos
	return t.pos < len(t.data)
}

// skipBlank goes to the next word of the line, or to its end.
func (t *objText) skipBlank() {
	for t.pos < len(t.data) {
		switch b := t.data[t.pos]; {
		case b == ' ' || b == '\t' || b == '\v' || b == '\f':
			t.pos++
		case b == '\\' && t.joint() > 0:
			t.pos += t.joint()
		default:
			return
		}
	}
}

// joint returns the length of the backslash and the end of line at pos, 0 if
// the backslash is not the last of its line.
func (t *objText) joint() int {
	rest := t.data[t.pos:]
	switch {
	case len(rest) > 2 && rest[1] == '\r' && rest[2] == '\n':
		return 3
	case len(rest) > 1 && isLineEnd(rest[1]):
		return 2
	}
	return 0
}

// moreWords reports whether the line has another word, and goes there.
func (t *objText) moreWords() bool {
	t.skipBlank()
	return t.pos < len(t.data) && !isLineEnd(t.data[t.pos]) && t.data[t.pos] != '#'
}

// word returns the next word of the line, empty if there is none.
func (t *objText) word() []byte {
	if !t.moreWords() {
		return nil
	}
	start := t.pos
	for t.pos < len(t.data) && !isSpace(t.data[t.pos]) && (t.data[t.pos] != '\\' || t.joint() == 0) {
		t.pos++
	}
	return t.data[start:t.pos]
}

// rest returns what is left of the line, as it is written.
func (t *objText) rest() []byte {
	t.skipBlank()
	start := t.pos
	t.pos = t.lineEnd()
	return t.data[start:t.pos]
}

// skipLine goes to the end of the line, with those that are joined to it.
func (t *objText) skipLine() {
	comment := t.pos < len(t.data) && t.data[t.pos] == '#'
	for {
		if t.pos < len(t.data) && !isLineEnd(t.data[t.pos]) {
			t.pos = t.lineEnd()
		}
		if comment || t.pos == 0 || t.data[t.pos-1] != '\\' || t.pos == len(t.data) {
			return
		}
		t.pos--
		t.pos += t.joint()
	}
}

// lineEnd returns where the present line of the file ends.
func (t *objText) lineEnd() int {
	if t.lf < t.pos {
		t.lf = t.next('\n')
	}
	if t.cr < t.pos {
		t.cr = t.next('\r')
	}
	return min(t.lf, t.cr)
}

func (t *objText) next(b byte) int {
	if n := bytes.IndexByte(t.data[t.pos:], b); n >= 0 {
		return t.pos + n
	}
	return len(t.data)
}

// place names the line of the last word read.
func (t *objText) place() string { return textPlace(t.data, t.pos, 0) }
