package mesh

import (
	"bytes"
	"math"
	"strconv"
)

// token returns the next word of a text body.
func (r *plyReader) token() ([]byte, error) {
	data, i := r.data, r.pos
	for i < len(data) && isSpace(data[i]) {
		i++
	}
	start := i
	for i < len(data) && !isSpace(data[i]) {
		i++
	}
	r.pos = i
	if i == start {
		return nil, r.truncated()
	}
	return data[start:i], nil
}

func (r *plyReader) skipTokens(n int) error {
	for range n {
		if _, err := r.token(); err != nil {
			return err
		}
	}
	return nil
}

// endRow checks that the line ends with the row.
func (r *plyReader) endRow() error {
	if !r.text {
		return nil
	}
	for ; r.pos < len(r.data); r.pos++ {
		switch c := r.data[r.pos]; {
		case c == '\n' || c == '\r':
			return nil
		case !isSpace(c):
			return refuse(r.b.format, CodePLYSyntax, r.place(), "the line does not have the values that the header declares for it")
		}
	}
	return nil
}

// textReal reads a number. NaN and infinities are passed on, so that those
// that matter are refused as what they are.
func (r *plyReader) textReal(kind plyKind) (float64, error) {
	if !kind.isFloat() {
		v, err := r.textInteger(kind, CodeNumberFormat)
		return float64(v), err
	}
	word, err := r.token()
	if err != nil {
		return 0, err
	}
	v, ok := parseFloat(word)
	if !ok {
		if isNonFinite(word) {
			return math.NaN(), nil
		}
		return 0, refuse(r.b.format, CodeNumberFormat, r.place(), "%q is no number that can be read", quotable(word))
	}
	if kind == plyFloat32 {
		v = roundToSingle(v, word)
	}
	return v, nil
}

// textInteger reads a whole number; code is that of the refusal if it is none.
func (r *plyReader) textInteger(kind plyKind, code Code) (int64, error) {
	word, err := r.token()
	if err != nil {
		return 0, err
	}
	if v, ok := parseInt(word); ok {
		return v, nil
	}
	if kind.isFloat() {
		if v, ok := parseFloat(word); ok {
			return r.whole(v, code)
		}
	}
	return 0, refuse(r.b.format, code, r.place(), "%q is no whole number that can be read", quotable(word))
}

// roundToSingle rounds v, which is the value of word, to the nearest 32-bit
// floating-point number. Where v lies halfway between two, word decides,
// because v itself is rounded. What is beyond the range stays.
func roundToSingle(v float64, word []byte) float64 {
	const discarded, half = 1<<29 - 1, 1 << 28
	if math.Abs(v) > math.MaxFloat32 {
		return v
	}
	if math.Float64bits(v)&discarded == half {
		if s, err := strconv.ParseFloat(string(word), 32); err == nil {
			return s
		}
	}
	return float64(float32(v))
}

// isNonFinite reports whether word spells NaN or an infinity.
func isNonFinite(word []byte) bool {
	word = bytes.ToLower(bytes.TrimLeft(word, "+-"))
	return bytes.HasPrefix(word, []byte("nan")) || bytes.HasPrefix(word, []byte("inf")) || bytes.HasPrefix(word, []byte("1.#"))
}
