package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A talk is the exchange with a child about one order.
type talk struct {
	process *process
	order   Order
	giveUp  context.CancelCauseFunc
	begun   bool   // by the child
	part    string // that data belongs to
	output  int64  // bytes of all parts so far
}

// run gives the order and takes the answer. It returns nil or a *Refusal when
// the child is ready for the next order, errFrame when it talks nonsense, and
// else the error of a pipe.
func (t *talk) run() error {
	p, o := t.process, t.order
	head, err := json.Marshal(orderFrame{Header: o.Header, Memory: o.Memory, Time: o.Time})
	if err != nil {
		return err
	}
	if err := writeFrame(p.to, kindOrder, head); err != nil {
		return err
	}
	k, _, err := readFrame(p.from, &p.frame)
	if err != nil {
		return err
	}
	if k != kindAccepted {
		return errFrame
	}
	t.begun = true
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		t.sendBody()
	}()
	err = t.receive()
	if _, refused := errors.AsType[*Refusal](err); err != nil && !refused {
		// The process ends soon, and with it what is being sent.
		return err
	}
	<-sent
	return err
}

// sendBody sends the body. If the child is gone, its answer ends.
func (t *talk) sendBody() {
	piece := make([]byte, bodyPiece)
	for t.order.Body != nil {
		n, err := t.order.Body.Read(piece)
		if n > 0 && writeFrame(t.process.to, kindBody, piece[:n]) != nil {
			return
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.giveUp(err)
			return
		}
	}
	_ = writeFrame(t.process.to, kindEnd, nil)
}

// receive takes the answer.
func (t *talk) receive() error {
	for {
		k, data, err := readFrame(t.process.from, &t.process.frame)
		if err != nil {
			return err
		}
		switch k {
		case kindProgress:
			if t.order.Progress != nil {
				t.order.Progress(data)
			}
		case kindPart:
			if t.part = string(data); len(data) > maxName {
				return errFrame
			}
		case kindData:
			if err := t.take(data); err != nil {
				t.giveUp(err)
				return err
			}
		case kindRefusal:
			return &Refusal{string(data)}
		case kindEnd:
			return nil
		default:
			return errFrame
		}
	}
}

// take takes a piece of a part.
func (t *talk) take(data []byte) error {
	t.output += int64(len(data))
	if t.order.Output > 0 && t.output > t.order.Output {
		return &Failure{Reason: Output}
	}
	if t.order.Receive == nil {
		return fmt.Errorf("nobody wants the part %q", t.part)
	}
	return t.order.Receive(t.part, data)
}
