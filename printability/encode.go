package printability

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/golang/geo/r3"
	"github.com/klauspost/compress/zstd"
)

// The form of encoded samples: sampleMagic, sampleVersion, the number of bytes
// of the rest when it is unpacked as a 64-bit number, then one Zstandard frame
// of
//
//	the length of the header as a 32-bit number and the header in JSON,
//	the lengths of the runs, a run being neighbours on one face,
//	runColumns with a value for each run,
//	sampleColumns with a value for each sample,
//	the classes, a byte each.
//
// All numbers are little-endian. A column of 32-bit values holds the bits of
// each one exclusive-or those of the one before it: first all lowest bytes,
// then all second ones and so on. Neighbours are alike, and this way likeness
// is zeros side by side.
const (
	sampleMagic   = "pgsample"
	sampleVersion = 1
	samplePrefix  = len(sampleMagic) + 1 + 8
)

// ErrSamples is wrapped by every error of DecodeSamples.
var ErrSamples = errors.New("no samples that can be read")

// mostSamples bounds what DecodeSamples allocates.
const mostSamples = 1 << 28

// sampleHeader is what Samples hold besides samples.
type sampleHeader struct {
	Count     int           `json:"count"`
	Runs      int           `json:"runs"`
	Origin    r3.Vector     `json:"origin"`
	Diagonal  float64       `json:"diagonal"`
	Area      float64       `json:"area"`
	Spacing   float64       `json:"spacing"`
	Volume    *float64      `json:"volume"`
	Step      float64       `json:"step"`
	Faces     int           `json:"faces"`
	Reduced   bool          `json:"reduced"`
	Options   SampleOptions `json:"options"`
	LimitsHit []string      `json:"limitsHit"`
}

// A sampleColumn is one 32-bit field of a sample.
type sampleColumn struct {
	get func(*Sample) uint32
	set func(*Sample, uint32)
}

func lengthColumn(field func(*Sample) *float32) sampleColumn {
	return sampleColumn{
		get: func(s *Sample) uint32 { return math.Float32bits(*field(s)) },
		set: func(s *Sample, bits uint32) { *field(s) = math.Float32frombits(bits) },
	}
}

func indexColumn(field func(*Sample) *uint32) sampleColumn {
	return sampleColumn{
		get: func(s *Sample) uint32 { return *field(s) },
		set: func(s *Sample, bits uint32) { *field(s) = bits },
	}
}

var (
	runColumns = []sampleColumn{
		indexColumn(func(s *Sample) *uint32 { return &s.Face }),
		lengthColumn(func(s *Sample) *float32 { return &s.Normal[0] }),
		lengthColumn(func(s *Sample) *float32 { return &s.Normal[1] }),
		lengthColumn(func(s *Sample) *float32 { return &s.Normal[2] }),
		lengthColumn(func(s *Sample) *float32 { return &s.Weight }),
	}
	sampleColumns = []sampleColumn{
		lengthColumn(func(s *Sample) *float32 { return &s.Point[0] }),
		lengthColumn(func(s *Sample) *float32 { return &s.Point[1] }),
		lengthColumn(func(s *Sample) *float32 { return &s.Point[2] }),
		lengthColumn(func(s *Sample) *float32 { return &s.Thickness }),
		lengthColumn(func(s *Sample) *float32 { return &s.Ball }),
		lengthColumn(func(s *Sample) *float32 { return &s.Clearance }),
		lengthColumn(func(s *Sample) *float32 { return &s.Hole }),
		indexColumn(func(s *Sample) *uint32 { return &s.Exit }),
	}
)

// Encode returns s in a compact form for DecodeSamples, without loss: what is
// evaluated from the decoded samples equals bit for bit what s gives. Linear
// in the number of samples.
func (s *Samples) Encode() ([]byte, error) {
	starts := s.runs()
	header, err := json.Marshal(sampleHeader{
		Count: len(s.All), Runs: len(starts), Origin: s.Origin, Diagonal: s.Diagonal, Area: s.Area,
		Spacing: s.Spacing, Volume: s.Volume, Step: s.Step, Faces: s.Faces, Reduced: s.Reduced,
		Options: s.Options, LimitsHit: s.limitsHit,
	})
	if err != nil {
		return nil, err
	}
	size := unpackedSize(len(header), len(starts), len(s.All))
	plain := make([]byte, 0, size)
	plain = binary.LittleEndian.AppendUint32(plain, uint32(len(header)))
	plain = append(plain, header...)
	plain = appendColumn(plain, len(starts), func(i int) uint32 {
		if i+1 < len(starts) {
			return starts[i+1] - starts[i]
		}
		return uint32(len(s.All)) - starts[i]
	})
	for _, column := range runColumns {
		plain = appendColumn(plain, len(starts), func(i int) uint32 { return column.get(&s.All[starts[i]]) })
	}
	for _, column := range sampleColumns {
		plain = appendColumn(plain, len(s.All), func(i int) uint32 { return column.get(&s.All[i]) })
	}
	for i := range s.All {
		plain = append(plain, byte(s.All[i].Class))
	}
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	out := append([]byte(sampleMagic), sampleVersion)
	out = binary.LittleEndian.AppendUint64(out, uint64(size))
	return packer.EncodeAll(plain, out), packer.Close()
}

// runs returns where stretches of samples begin that runColumns do not change
// in.
func (s *Samples) runs() []uint32 {
	var starts []uint32
	for i := range s.All {
		same := i > 0
		for c := 0; same && c < len(runColumns); c++ {
			same = runColumns[c].get(&s.All[i]) == runColumns[c].get(&s.All[i-1])
		}
		if !same {
			starts = append(starts, uint32(i))
		}
	}
	return starts
}

func unpackedSize(header, runs, samples int) int64 {
	return 4 + int64(header) + 4*int64(1+len(runColumns))*int64(runs) + int64(4*len(sampleColumns)+1)*int64(samples)
}

func appendColumn(out []byte, count int, get func(i int) uint32) []byte {
	start := len(out)
	out = out[:start+4*count]
	planes := out[start:]
	before := uint32(0)
	for i := range count {
		value := get(i)
		change := value ^ before
		before = value
		planes[i], planes[count+i] = byte(change), byte(change>>8)
		planes[2*count+i], planes[3*count+i] = byte(change>>16), byte(change>>24)
	}
	return out
}

// takeColumn hands out the values of the column that data begins with, and
// returns what follows it.
func takeColumn(data []byte, count int, set func(i int, value uint32)) []byte {
	a, b, c, d := data[:count], data[count:2*count], data[2*count:3*count], data[3*count:4*count]
	value := uint32(0)
	for i := range count {
		value ^= uint32(a[i]) | uint32(b[i])<<8 | uint32(c[i])<<16 | uint32(d[i])<<24
		set(i, value)
	}
	return data[4*count:]
}

// DecodeSamples returns the samples that Encode made data from. It trusts
// nothing in data: an error, wrapping ErrSamples, says what is wrong, and no
// more memory is taken than the samples that are announced need, which are at
// most 268 million. Linear in the number of samples.
func DecodeSamples(data []byte) (*Samples, error) {
	plain, err := unpack(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSamples, err)
	}
	s, err := parseSamples(plain)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSamples, err)
	}
	return s, nil
}

func unpack(data []byte) ([]byte, error) {
	if len(data) < samplePrefix || string(data[:len(sampleMagic)]) != sampleMagic {
		return nil, errors.New("this is something else")
	}
	if version := data[len(sampleMagic)]; version != sampleVersion {
		return nil, fmt.Errorf("they have version %d, not %d", version, sampleVersion)
	}
	size := binary.LittleEndian.Uint64(data[len(sampleMagic)+1:])
	if size > uint64(unpackedSize(1<<20, mostSamples, mostSamples)) {
		return nil, fmt.Errorf("%d bytes are too many", size)
	}
	unpacker, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(size+1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	defer unpacker.Close()
	packed := data[samplePrefix:]
	// A frame that is short cannot hold much: the capacity grows with what
	// arrives where size is out of all proportion.
	const mostRatio = 1000
	if size/mostRatio > uint64(len(packed))+1<<10 {
		return nil, fmt.Errorf("%d bytes cannot hold %d", len(packed), size)
	}
	plain, err := unpacker.DecodeAll(packed, make([]byte, 0, size))
	if err == nil && uint64(len(plain)) != size {
		err = fmt.Errorf("%d bytes instead of %d", len(plain), size)
	}
	return plain, err
}

func parseSamples(plain []byte) (*Samples, error) {
	if len(plain) < 4 {
		return nil, errors.New("they are cut short")
	}
	length := int64(binary.LittleEndian.Uint32(plain))
	if 4+length > int64(len(plain)) {
		return nil, errors.New("their header is cut short")
	}
	var h sampleHeader
	if err := json.Unmarshal(plain[4:4+length], &h); err != nil {
		return nil, err
	}
	if err := h.validate(); err != nil {
		return nil, err
	}
	if want := unpackedSize(int(length), h.Runs, h.Count); int64(len(plain)) != want {
		return nil, fmt.Errorf("%d bytes instead of %d", len(plain), want)
	}
	s := &Samples{
		Origin: h.Origin, Diagonal: h.Diagonal, Area: h.Area, Spacing: h.Spacing, Volume: h.Volume, Step: h.Step,
		Faces: h.Faces, Reduced: h.Reduced, Options: h.Options, All: make([]Sample, h.Count), limitsHit: h.LimitsHit,
	}
	return s, s.fill(plain[4+length:], h.Runs)
}

// fill takes the columns. data has as many bytes as they need.
func (s *Samples) fill(data []byte, runs int) error {
	starts := make([]int, 0, runs+1)
	at := 0
	data = takeColumn(data, runs, func(_ int, length uint32) {
		starts = append(starts, at)
		at += int(length)
	})
	if at != len(s.All) {
		return fmt.Errorf("their runs are of %d samples, not %d", at, len(s.All))
	}
	starts = append(starts, at)
	for _, column := range runColumns {
		data = takeColumn(data, runs, func(i int, value uint32) {
			for j := starts[i]; j < starts[i+1]; j++ {
				column.set(&s.All[j], value)
			}
		})
	}
	for _, column := range sampleColumns {
		data = takeColumn(data, len(s.All), func(i int, value uint32) { column.set(&s.All[i], value) })
	}
	for i, class := range data {
		s.All[i].Class = Class(class)
		if err := s.check(&s.All[i]); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
	}
	s.tally()
	return nil
}

func (h *sampleHeader) validate() error {
	for _, v := range []float64{h.Origin.X, h.Origin.Y, h.Origin.Z, h.Diagonal, h.Area, h.Spacing, h.Step} {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return errors.New("a number in their header is not finite")
		}
	}
	switch {
	case h.Count < 0 || h.Count > mostSamples || h.Runs < 0 || h.Runs > h.Count:
		return fmt.Errorf("%d samples in %d runs cannot be", h.Count, h.Runs)
	case h.Faces < 0 || int64(h.Faces) > math.MaxUint32:
		return fmt.Errorf("%d faces cannot be", h.Faces)
	case h.Count > 0 && !(h.Spacing > 0 && h.Area > 0 && h.Diagonal > 0):
		return errors.New("area, spacing and diagonal must be positive")
	}
	return h.Options.Validate()
}

// check refuses what Measure never makes and what evaluation relies on.
func (s *Samples) check(a *Sample) error {
	for _, v := range []float32{a.Point[0], a.Point[1], a.Point[2], a.Normal[0], a.Normal[1], a.Normal[2], a.Thickness, a.Ball, a.Weight} {
		// The difference is 0 unless v is infinite or no number.
		if v-v != 0 {
			return errors.New("a number is not finite")
		}
	}
	switch {
	case a.Class > ClassBuried:
		return fmt.Errorf("there is no class %d", a.Class)
	case int64(a.Face) >= int64(s.Faces):
		return fmt.Errorf("there is no face %d", a.Face)
	case a.Thickness < 0 || a.Ball < 0 || a.Weight < 0 || !(a.Clearance >= 0) || !(a.Hole >= 0):
		return errors.New("a length is negative")
	}
	return nil
}

// tally sums up the areas that classes stand for.
func (s *Samples) tally() {
	s.unknown, s.buried = 0, 0
	for i := range s.All {
		switch s.All[i].Class {
		case ClassUnknown:
			s.unknown += float64(s.All[i].Weight)
		case ClassBuried:
			s.buried += float64(s.All[i].Weight)
		}
	}
}
