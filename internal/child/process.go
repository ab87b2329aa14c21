package child

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// An Order is work for a child, with its limits.
type Order struct {
	Header []byte    // what is to be done, at most 256 KB
	Body   io.Reader // what it is done with; nil is empty. It may be closed by its owner only after Do
	// Memory in bytes, Time, and Output, the bytes of all parts together, are
	// the most that may be used. Zero means no limit.
	Memory int64
	Time   time.Duration
	Output int64

	// Progress, if set, gets the words of the child on how far it is.
	Progress func(word []byte)
	// Receive gets the parts of the answer as they come, piece by piece; data
	// is valid during the call. Its error ends the order.
	Receive func(part string, data []byte) error
}

const (
	maxHeader     = 256 << 10
	bodyPiece     = 256 << 10
	watchInterval = 50 * time.Millisecond
)

// A process is one child.
type process struct {
	cmd    *exec.Cmd
	to     io.WriteCloser
	from   *bufio.Reader
	words  lastWords
	frame  []byte
	orders int // it was given
}

// start starts a child with no environment but env.
func start(program string, arguments, env []string) (*process, error) {
	p := &process{cmd: exec.Command(program, arguments...)}
	p.cmd.Env = append([]string{}, env...) // nil would be that of the parent
	p.cmd.Dir = "/"
	p.cmd.Stderr = &p.words
	// What a terminal sends to the parent's group is not for the child.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	to, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	from, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.to, p.from = to, bufio.NewReaderSize(from, 64<<10)
	return p, nil
}

// kill ends the process; it does no harm to one that has ended.
func (p *process) kill() { _ = p.cmd.Process.Kill() }

// end ends the process and waits for it.
func (p *process) end() {
	p.to.Close()
	p.kill()
	_ = p.cmd.Wait() // the state says more
}

// ended waits for a process whose output has ended and says why it did.
func (p *process) ended() Reason {
	const grace = time.Second
	defer time.AfterFunc(grace, p.kill).Stop()
	_ = p.cmd.Wait() // the state says more
	status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return reasonOf(status, string(p.words.text))
}

// errNotBegun means that the process was gone before it began with an order,
// which then is not to blame.
var errNotBegun = errors.New("the process ended before it began")

// do has the process work on an order. After an error other than a *Refusal the
// process has ended.
func (p *process) do(parent context.Context, o Order) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	alive := context.AfterFunc(ctx, p.kill)
	go p.watch(ctx, cancel, o)
	t := &talk{process: p, order: o, giveUp: cancel}
	err := t.run()
	if alive() { // nobody gave the order up
		return p.judge(t.begun, err)
	}
	p.end()
	if parent.Err() != nil {
		return parent.Err()
	}
	cause := context.Cause(ctx)
	if f, ok := errors.AsType[*Failure](cause); ok {
		f.Words = string(p.words.text)
	}
	return cause
}

// judge says what the end of a talk means.
func (p *process) judge(begun bool, err error) error {
	if _, refused := errors.AsType[*Refusal](err); refused || err == nil {
		return err
	}
	f := &Failure{Reason: Garbled, Cause: err}
	if errors.Is(err, errFrame) {
		p.end()
	} else {
		f.Reason, f.Cause = p.ended(), nil
		if !begun {
			return errNotBegun
		}
	}
	f.Words = string(p.words.text)
	return f
}

// watch gives an order up that uses more memory or time than it may. The limits
// in the child itself are wider: they are there for what happens between two
// looks.
func (p *process) watch(ctx context.Context, giveUp context.CancelCauseFunc, o Order) {
	var late <-chan time.Time
	if o.Time > 0 {
		timer := time.NewTimer(o.Time)
		defer timer.Stop()
		late = timer.C
	}
	look := time.NewTicker(watchInterval)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-late:
			giveUp(&Failure{Reason: Time})
		case <-look.C:
			if o.Memory > 0 && residentMemory(p.cmd.Process.Pid) > o.Memory {
				giveUp(&Failure{Reason: Memory})
			}
		}
	}
}
