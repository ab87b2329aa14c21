package main

import "testing"

// The ring leads through every cache line before it comes back.
func TestMemoryRing(t *testing.T) {
	m := newMemory(1 << 16)
	lines := len(m.words) / lineWords
	at, steps := uint64(0), 0
	for {
		at = m.words[at*lineWords]
		steps++
		if at == 0 || steps > lines {
			break
		}
	}
	if steps != lines {
		t.Errorf("back after %d of %d lines", steps, lines)
	}
}
