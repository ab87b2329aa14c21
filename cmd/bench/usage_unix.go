//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// processorSeconds returns the time that processors have worked for this
// process, in all its threads.
func processorSeconds() float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func seconds(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }

// peakMemory returns the largest resident memory of an ended process in bytes.
func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return usage.Maxrss
	}
	return 1024 * int64(usage.Maxrss)
}

// freshMemory returns memory that nobody has touched, and what gives it back.
func freshMemory(bytes int) (memory []byte, release func(), err error) {
	memory, err = syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	return memory, func() { _ = syscall.Munmap(memory) }, err
}
