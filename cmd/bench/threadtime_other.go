//go:build !linux

package main

import "time"

var processStart = time.Now()

// threadSeconds returns the time on the clock: that of one thread is known on
// Linux only.
func threadSeconds() float64 { return time.Since(processStart).Seconds() }
