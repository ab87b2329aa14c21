package printability

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"

	"github.com/golang/geo/r3"
)

// plainSamples returns the unpacked form of some samples, behind its checksum,
// where somebody who makes samples up can write what he likes.
func plainSamples(tb testing.TB) []byte {
	tb.Helper()
	s := &Samples{
		Origin: r3.Vector{X: -1}, Diagonal: 17, Area: 600, Spacing: 2, Faces: 12,
		Options: SampleOptions{}.WithDefaults(),
	}
	for i := range 150 {
		s.All = append(s.All, Sample{
			Point: [3]float32{float32(i % 10), float32(i / 10), 0}, Normal: [3]float32{0, 0, -1},
			Thickness: float32(i%7) / 2, Clearance: float32(math.Inf(1)), Hole: float32(math.Inf(1)),
			Weight: 4, Face: uint32(i / 13), Exit: uint32(i % 12), Class: Class(i % 4),
		})
	}
	data, err := s.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	plain, err := unpack(data)
	if err != nil {
		tb.Fatal(err)
	}
	return plain
}

// Every damage of the unpacked form is refused or yields samples that can be
// evaluated: nothing panics.
func TestMadeUpSamples(t *testing.T) {
	plain := plainSamples(t)
	length := int(binary.LittleEndian.Uint32(plain))
	refused, taken := 0, 0
	for i := range plain {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			damaged := bytes.Clone(plain)
			damaged[i] ^= flip
			s, err := parseSamples(damaged)
			if err != nil {
				refused++
				continue
			}
			taken++
			// Some, for each takes milliseconds.
			if i >= 4+length && taken%16 == 0 {
				s.Evaluate(0.8, 1, Rules{})
			}
		}
		if _, err := parseSamples(plain[:i]); err == nil {
			t.Errorf("cut at byte %d of %d: not refused", i, len(plain))
		}
	}
	if refused == 0 || taken == 0 {
		t.Errorf("%d refused and %d taken: this proves nothing", refused, taken)
	}
}

// A header that contradicts itself is refused.
func TestMadeUpHeaders(t *testing.T) {
	plain := plainSamples(t)
	length := binary.LittleEndian.Uint32(plain)
	for name, change := range map[string]func(*sampleHeader){
		"negative count":  func(h *sampleHeader) { h.Count = -1 },
		"too many":        func(h *sampleHeader) { h.Count = mostSamples + 1 },
		"more runs":       func(h *sampleHeader) { h.Runs = h.Count + 1 },
		"fewer runs":      func(h *sampleHeader) { h.Runs-- },
		"negative faces":  func(h *sampleHeader) { h.Faces = -1 },
		"too few faces":   func(h *sampleHeader) { h.Faces = 3 },
		"no spacing":      func(h *sampleHeader) { h.Spacing = 0 },
		"negative area":   func(h *sampleHeader) { h.Area = -1 },
		"impossible rule": func(h *sampleHeader) { h.Options.Opposition = 120 },
	} {
		var h sampleHeader
		if err := json.Unmarshal(plain[4:4+length], &h); err != nil {
			t.Fatal(err)
		}
		change(&h)
		header, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		made := binary.LittleEndian.AppendUint32(nil, uint32(len(header)))
		made = append(append(made, header...), plain[4+length:]...)
		if _, err := parseSamples(made); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func FuzzParseSamples(f *testing.F) {
	f.Add(plainSamples(f))
	f.Fuzz(func(_ *testing.T, plain []byte) {
		_, _ = parseSamples(plain) // must not panic
	})
}
