package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/partgauge/partgauge/analysis"
)

// An entry of a journal holds what was found in one input.
type entry struct {
	File string `json:"file"`
	// SHA256 of the file and Key of the options make the entry good for a
	// later run.
	SHA256  string    `json:"sha256"`
	Key     string    `json:"key"`
	NoModel bool      `json:"noModel,omitempty"`
	Found   []finding `json:"found"`
}

// A journal keeps the entries of a batch in a file, each as soon as it is
// there, so that nothing that was done is lost. In memory it keeps where they
// are.
type journal struct {
	mu     sync.Mutex
	file   *os.File
	end    int64
	places map[string]place // by name of the input; the last one counts
}

// A place is where an entry stands, and whose it is.
type place struct {
	offset, length int64
	sha256, key    string
	again          bool // it failed for a reason that may not last
}

// errInUse says that another process writes a journal: two of them would
// write over each other.
var errInUse = errors.New("another run writes into this folder; wait for its end or choose another folder")

// openJournal opens the journal at path for this process alone, with the
// entries it has. A last entry that was not written to its end is dropped.
func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, err
	}
	j := &journal{file: f, places: map[string]place{}}
	if err := j.load(); err != nil {
		f.Close()
		return nil, err
	}
	return j, nil
}

func (j *journal) load() error {
	lines := bufio.NewReaderSize(j.file, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return j.file.Truncate(j.end)
		}
		if err != nil {
			return err
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("%s is damaged at byte %d; remove it to begin anew", j.file.Name(), j.end)
		}
		if err := j.note(&e, int64(len(line))); err != nil {
			return err
		}
	}
}

// note remembers where the entry stands that ends the journal.
func (j *journal) note(e *entry, length int64) error {
	at := place{offset: j.end, length: length, sha256: e.SHA256, key: e.Key}
	for i := range e.Found {
		report, err := e.Found[i].decode()
		if err != nil {
			return err
		}
		if report.Error != nil {
			switch report.Error.Code {
			case analysis.CodeRead, analysis.CodeTimeout, analysis.CodeInternal, analysis.CodeMemory:
				at.again = true
			}
		}
	}
	j.places[e.File] = at
	j.end += length
	return nil
}

// done reports whether the journal has the results of a file.
func (j *journal) done(name, sum, key string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	at, ok := j.places[name]
	return ok && !at.again && sum != "" && at.sha256 == sum && at.key == key
}

// add appends an entry.
func (j *journal) add(e *entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.WriteAt(line, j.end); err != nil {
		return err
	}
	return j.note(e, int64(len(line)))
}

// get reads the entry of an input, nil if there is none.
func (j *journal) get(name string) (*entry, error) {
	j.mu.Lock()
	at, ok := j.places[name]
	j.mu.Unlock()
	if !ok {
		return nil, nil
	}
	line := make([]byte, at.length)
	if _, err := j.file.ReadAt(line, at.offset); err != nil {
		return nil, err
	}
	e := new(entry)
	return e, json.Unmarshal(line, e)
}

func (j *journal) close() error { return j.file.Close() }

// optionsKey names everything besides the bytes of a file that its results
// depend on.
func optionsKey(opts analysis.Options) (string, error) {
	text, err := json.Marshal(opts.WithDefaults())
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte(analysis.EngineVersion), text}, []byte{0}))
	return hex.EncodeToString(sum[:]), nil
}

// hashFile returns the SHA-256 of a file, "" if it cannot be read.
func hashFile(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
