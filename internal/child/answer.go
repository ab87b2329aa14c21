package child

import (
	"bufio"
	"sync"
)

// An answer is what a child says, also from several goroutines.
type answer struct {
	mu  sync.Mutex
	out *bufio.Writer
}

// send sends one frame at once.
func (a *answer) send(k kind, data []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := writeFrame(a.out, k, data); err != nil {
		return err
	}
	return a.out.Flush()
}

// A partWriter sends what is written to it as data.
type partWriter struct{ answer *answer }

func (w partWriter) Write(p []byte) (int, error) {
	w.answer.mu.Lock()
	defer w.answer.mu.Unlock()
	for at := 0; at < len(p); {
		n := min(len(p)-at, maxFrame)
		if err := writeFrame(w.answer.out, kindData, p[at:at+n]); err != nil {
			return at, err
		}
		at += n
	}
	return len(p), nil
}
