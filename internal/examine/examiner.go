package examine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/internal/child"
)

// Config says how models are examined.
type Config struct {
	Children child.Config  // whose command calls Serve
	Threads  int           // of each child. Zero means all processors
	Timeout  time.Duration // of an analysis. Default a minute
	// Memory is the most that a child may use, in bytes; small models get
	// less. Default 4 GB.
	Memory int64
}

// An Examiner examines models, a bounded number at a time.
type Examiner struct {
	config Config
	pool   *child.Pool
}

// New returns an Examiner.
func New(c Config) (*Examiner, error) {
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	if c.Memory == 0 {
		c.Memory = 4 << 30
	}
	// What one model may have done to a process must not reach the next one.
	c.Children.Orders = 1
	pool, err := child.NewPool(c.Children)
	return &Examiner{config: c, pool: pool}, err
}

// Close ends the children that are idle.
func (e *Examiner) Close() { e.pool.Close() }

// A Request is a model to examine.
type Request struct {
	Name    string    // for the report
	Body    io.Reader // of Bytes bytes
	Bytes   int64
	Options analysis.Options
	// Progress, if set, gets how far the analysis is.
	Progress func(analysis.Progress)
	// Receive gets the parts other than the report, piece by piece; data is
	// valid during the call. Nil drops them.
	Receive func(part Part, data []byte) error
}

// Examine returns the report on a model as the child wrote it, and read. A
// model that is refused, or needs more time or memory than there is, has a
// report that says so. The error is a *child.Failure for a child that came to
// harm, which may be the model's doing or not; that of Body or of Receive; or
// that of ctx.
func (e *Examiner) Examine(ctx context.Context, r Request) ([]byte, *analysis.Report, error) {
	head, err := json.Marshal(header{r.Name, r.Bytes, r.Options, e.config.Threads, e.config.Timeout})
	if err != nil {
		return nil, nil, err
	}
	body := bufio.NewReader(r.Body)
	start, _ := body.Peek(2) // what cannot be read fails when it is sent
	memory := min(e.config.Memory, memoryFor(r.Bytes, start))
	var report bytes.Buffer
	err = e.pool.Do(ctx, child.Order{
		Header: head, Body: body, Memory: memory, Output: memory,
		// The analysis gives itself up before it is killed, and says so.
		Time: e.config.Timeout + timeoutGrace,
		Progress: func(word []byte) {
			if p, err := decode[progress](word); err == nil && r.Progress != nil {
				r.Progress(analysis.Progress{Stage: p.Stage, Fraction: p.Fraction})
			}
		},
		Receive: func(part string, data []byte) error {
			if Part(part) == Report {
				report.Write(data)
				return nil
			}
			if r.Receive == nil {
				return nil
			}
			return r.Receive(Part(part), data)
		},
	})
	if limit := limitOf(err, memory); limit != nil {
		return refused(r, limit)
	}
	if err != nil {
		return nil, nil, err
	}
	found, err := decode[*analysis.Report](report.Bytes())
	if err != nil || found == nil {
		return nil, nil, &child.Failure{Reason: child.Garbled, Cause: err}
	}
	return report.Bytes(), found, nil
}

const timeoutGrace = 5 * time.Second

// limitOf returns what a report says about a child that reached a limit, nil
// for any other error.
func limitOf(err error, memory int64) *analysis.Error {
	f, ok := errors.AsType[*child.Failure](err)
	if !ok || !f.Lasting() {
		return nil
	}
	if f.Reason == child.Time {
		return analysis.NewError(context.DeadlineExceeded)
	}
	return &analysis.Error{
		Code: analysis.CodeMemory, Kind: analysis.KindOf(analysis.CodeMemory),
		Message: fmt.Sprintf("the analysis needs more memory than the %d MB it may use; reduce the part", memory>>20),
	}
}

// GivenUp returns the report on a model whose analysis came to harm as often as
// it was tried.
func GivenUp(r Request) ([]byte, *analysis.Report, error) {
	return refused(r, &analysis.Error{
		Code: analysis.CodeInternal, Kind: analysis.KindOf(analysis.CodeInternal),
		Message: "the process that analysed this file ended each time; please report it together with the file",
	})
}

func refused(r Request, why *analysis.Error) ([]byte, *analysis.Report, error) {
	opts := r.Options
	opts.Name = r.Name
	report := analysis.Refused(why, opts)
	report.Bytes = r.Bytes
	data, err := json.Marshal(report)
	return data, report, err
}

// memoryFor estimates what the analysis of a file takes: 400 bytes a triangle
// and four times the content, for the most triangles that it may have, and what
// the walls of any part take. Packed files hold about eight times as much.
func memoryFor(size int64, start []byte) int64 {
	const (
		base             = 192 << 20
		perTriangle      = 400
		bytesPerTriangle = 50
		packing          = 8
	)
	if string(start) == "PK" || string(start) == "\x1f\x8b" {
		size *= packing
	}
	return base + perTriangle*size/bytesPerTriangle + 4*size
}
