package child

import (
	"bytes"
	"errors"
	"math"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// confine takes from the process what no order needs: without a file descriptor
// to be had, nothing can be opened, neither a file nor a connection. Only the
// pipes to the parent stay.
func confine() error {
	// The runtime opens what it needs to wait for descriptors when it first
	// does, which is now.
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	none := unix.Rlimit{}
	err = errors.Join(
		r.Close(), w.Close(),
		unix.Setrlimit(unix.RLIMIT_NOFILE, &none),
		unix.Setrlimit(unix.RLIMIT_FSIZE, &none),
		unix.Setrlimit(unix.RLIMIT_CORE, &none),
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
	)
	runtime.KeepAlive(r)
	return err
}

// limitMemory bounds the memory that the process can have from now on. Zero
// means no limit. Address space is of no use as a limit: the runtime reserves
// far more than it uses.
func limitMemory(limit int64) error {
	data := unix.Rlimit{Cur: math.MaxUint64, Max: math.MaxUint64}
	if limit > 0 {
		data.Cur = uint64(limit) + runtimeSlack
	}
	return unix.Setrlimit(unix.RLIMIT_DATA, &data)
}

// residentMemory returns how many bytes of its own a process has in memory, 0
// if there is none such.
func residentMemory(pid int) int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(status, []byte("\nRssAnon:"))
	line, _, _ := bytes.Cut(after, []byte(" kB\n"))
	kilobytes, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}
