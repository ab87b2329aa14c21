package child

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Parent and child send each other frames: a byte that says what it is, the
// length of the rest as a 32-bit little-endian number, and the rest.
//
// An order is one kindOrder, any number of kindBody and one kindEnd. The child
// answers with one kindAccepted before it looks at the body, then any number of
// kindProgress, kindPart and kindData, and one kindEnd or kindRefusal.
type kind byte

const (
	kindOrder    kind = iota + 1 // orderFrame in JSON
	kindBody                     // bytes of the body
	kindEnd                      // of the order or of the answer
	kindAccepted                 // the child begins
	kindProgress                 // bytes that only the caller understands
	kindPart                     // the name of the part that the data from here on belongs to
	kindData                     // bytes of the part
	kindRefusal                  // the work returned an error: its text
)

const (
	maxFrame = 1 << 20
	maxName  = 64
)

var errFrame = errors.New("no frame")

func writeFrame(w io.Writer, k kind, data []byte) error {
	if len(data) > maxFrame {
		return fmt.Errorf("a frame of %d bytes is too long", len(data))
	}
	var head [5]byte
	head[0] = byte(k)
	binary.LittleEndian.PutUint32(head[1:], uint32(len(data)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	if len(data) == 0 {
		return nil
	}
	_, err := w.Write(data)
	return err
}

// readFrame reads a frame into buffer, which grows as needed and which the
// result shares. The error is errFrame for what cannot be one.
func readFrame(r io.Reader, buffer *[]byte) (kind, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	k, n := kind(head[0]), binary.LittleEndian.Uint32(head[1:])
	if k < kindOrder || k > kindRefusal || n > maxFrame {
		return 0, nil, errFrame
	}
	if uint32(cap(*buffer)) < n {
		*buffer = make([]byte, n)
	}
	data := (*buffer)[:n]
	_, err := io.ReadFull(r, data)
	return k, data, err
}
