package child

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"
)

// An Assignment is an order as the child sees it.
type Assignment struct {
	Header []byte
	Body   io.Reader
	answer *answer
}

// Progress sends the parent a word on how far the work is.
func (a *Assignment) Progress(word []byte) error {
	return a.answer.send(kindProgress, word)
}

// Part begins a part of the answer, which lasts until the next one begins.
func (a *Assignment) Part(name string) (io.Writer, error) {
	if len(name) > maxName {
		return nil, fmt.Errorf("a name of %d bytes is too long", len(name))
	}
	return partWriter{a.answer}, a.answer.send(kindPart, []byte(name))
}

// orderFrame is the first frame of an order.
type orderFrame struct {
	Header []byte
	Memory int64
	Time   time.Duration
}

// tooLong begins the last words of a child that gave itself up.
const tooLong = "the order took too long"

// Serve works on the orders that come over standard input, one after the other.
// It does not return: the process ends when the input does, also in the middle
// of an order, since the parent is gone then. An error of work is sent to the
// parent as a Refusal.
func Serve(work func(*Assignment) error) {
	if err := confine(); err != nil {
		give(err)
	}
	orders := make(chan received)
	go listen(bufio.NewReaderSize(os.Stdin, 64<<10), orders)
	out := &answer{out: bufio.NewWriterSize(os.Stdout, 64<<10)}
	for order := range orders {
		if err := order.serve(work, out); err != nil {
			give(err)
		}
	}
}

// give gives the process up.
func give(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

// received is an order whose body is still coming.
type received struct {
	orderFrame
	body *io.PipeReader
}

// listen takes orders apart and ends the process when the input ends.
func listen(in io.Reader, orders chan<- received) {
	var (
		buffer []byte
		body   *io.PipeWriter // of the present order
	)
	for {
		k, data, err := readFrame(in, &buffer)
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			os.Exit(0)
		case err != nil:
			give(err)
		case k == kindOrder && body == nil:
			var order received
			if err := json.Unmarshal(data, &order.orderFrame); err != nil {
				give(err)
			}
			order.body, body = io.Pipe()
			orders <- order
		case k == kindBody && body != nil:
			_, _ = body.Write(data) // fails if nobody wants the rest
		case k == kindEnd && body != nil:
			body.Close()
			body = nil
		default:
			give(errFrame)
		}
	}
}

// serve works on one order.
func (o received) serve(work func(*Assignment) error, out *answer) error {
	if err := limitMemory(o.Memory); err != nil {
		return err
	}
	if o.Memory > 0 {
		// Collect garbage rather than reach the limit.
		debug.SetMemoryLimit(o.Memory / 8 * 7)
	}
	// The parent kills a process that takes too long. If the parent is
	// stopped, nobody else does.
	if o.Time > 0 {
		defer time.AfterFunc(o.Time+patience, func() { give(errors.New(tooLong)) }).Stop()
	}
	if err := out.send(kindAccepted, nil); err != nil {
		return err
	}
	err := work(&Assignment{Header: o.Header, Body: o.body, answer: out})
	o.body.Close() // what was not read is dropped
	if err != nil {
		text := err.Error()
		return out.send(kindRefusal, []byte(text[:min(len(text), maxLastWords)]))
	}
	return out.send(kindEnd, nil)
}

// patience is how much longer than allowed a child works that nobody kills.
const patience = time.Minute
