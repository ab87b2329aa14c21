package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadSeconds returns the processor time of the calling thread.
func threadSeconds() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux has this clock
	}
	return time.Duration(t.Nano()).Seconds()
}
