package child

import (
	"fmt"
	"strings"
	"syscall"
)

// A Reason is why a child did not finish an order.
type Reason int

// The reasons.
const (
	Crashed  Reason = iota // it ended by itself
	Killed                 // something else ended it
	Memory                 // it wanted more memory than allowed
	Time                   // it took longer than allowed
	Output                 // it gave back more than allowed
	Garbled                // what it gave back was no answer
	NotBegun               // it could not be started
)

func (r Reason) String() string {
	return [...]string{
		"the process crashed", "the process was killed", "the process needs more memory than allowed",
		"the process took longer than allowed", "the process gave back more than allowed",
		"the process gave back no answer", "the process could not be started",
	}[r]
}

// A Failure says how a child went wrong.
type Failure struct {
	Reason Reason
	Words  string // what it wrote to standard error; for the log only
	Cause  error  // may be nil
}

func (f *Failure) Error() string {
	text := f.Reason.String()
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}
	if first, _, _ := strings.Cut(f.Words, "\n"); first != "" {
		text += ": " + first
	}
	return text
}

func (f *Failure) Unwrap() error { return f.Cause }

// Lasting reports whether the same order would fail again: a limit was
// reached. Other failures may be nobody's fault but the machine's.
func (f *Failure) Lasting() bool {
	return f.Reason == Memory || f.Reason == Time || f.Reason == Output
}

// A Refusal is the error that the work in the child returned: it could not do
// what the order asks for, and is fine.
type Refusal struct{ Text string }

func (r *Refusal) Error() string { return fmt.Sprintf("the work was refused: %s", r.Text) }

// reasonOf says why a process ended by its state and its last words.
func reasonOf(status syscall.WaitStatus, words string) Reason {
	switch {
	case strings.Contains(words, "out of memory") || strings.Contains(words, "cannot allocate memory"):
		return Memory
	case strings.HasPrefix(words, tooLong):
		return Time
	case status.Signaled() && status.Signal() == syscall.SIGKILL:
		return Killed
	}
	return Crashed
}

// lastWords keeps the beginning of what is written to it: Go says there why it
// ends.
type lastWords struct{ text []byte }

const maxLastWords = 8 << 10

func (w *lastWords) Write(p []byte) (int, error) {
	w.text = append(w.text, p[:min(len(p), maxLastWords-len(w.text))]...)
	return len(p), nil
}
