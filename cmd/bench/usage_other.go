//go:build !unix

package main

import "os"

// processorSeconds returns 0: this system does not tell.
func processorSeconds() float64 { return 0 }

// peakMemory returns 0: this system does not tell.
func peakMemory(*os.ProcessState) int64 { return 0 }
