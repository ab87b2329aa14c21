package mesh

import (
	"bytes"
	"fmt"
)

// byteOrderMark is the UTF-8 form of U+FEFF, with which some programs begin a
// text.
const byteOrderMark = "\xef\xbb\xbf"

func isSpace(b byte) bool { return b == ' ' || b-'\t' <= '\r'-'\t' }

func isLineEnd(b byte) bool { return b == '\n' || b == '\r' }

// lineLength returns the length of the first line of s without its end.
func lineLength(s []byte) int {
	if n := bytes.IndexAny(s, "\r\n"); n >= 0 {
		return n
	}
	return len(s)
}

// textPlace names the line, counted from one, that holds the byte before pos
// of data, which begins at offset start of the file. Lines end with LF, CR or
// both. In a line longer than a screen the byte is named too.
func textPlace(data []byte, pos, start int) string {
	line, begin := 1, 0
	for i := 0; i < pos-1; i++ {
		if data[i] == '\n' || data[i] == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			line++
			begin = i + 1
		}
	}
	if pos-begin > 1000 {
		return fmt.Sprintf("line %d, byte %d", line, start+pos)
	}
	return fmt.Sprintf("line %d", line)
}

// quotable returns word, from a file, cut to a length fit for a message.
func quotable(word []byte) string {
	const most = 24
	if len(word) > most {
		return string(word[:most]) + "..."
	}
	return string(word)
}
