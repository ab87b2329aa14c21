package mesh

import (
	"math"
	"math/bits"
	"strconv"
)

// parseFloat reads a decimal number: an optional sign, digits with an
// optional point, an optional exponent. Unlike strconv.ParseFloat it accepts
// no hexadecimal, underscore, infinity or NaN. ok is false for anything else
// and for numbers beyond float64.
func parseFloat(s []byte) (v float64, ok bool) {
	v, n := scanFloat(s)
	return v, n == len(s) && n > 0 && !math.IsInf(v, 0)
}

// scanFloat reads the number, as parseFloat takes it, at the start of s. It
// returns the nearest float64, infinite if there is none, and how many bytes
// the number has, 0 if there is no number.
//
// Numbers of up to 19 digits, which is nearly all that files hold, are
// converted here, and exactly: by one float64 operation, or by an integer
// division whose remainder decides the rounding. The others go to strconv.
func scanFloat(s []byte) (v float64, n int) {
	i := 0
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		i = 1
	}
	mantissa := uint64(0)
	start := i
	for i < len(s) && s[i]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(s[i]-'0')
		i++
	}
	digits := i - start
	exponent := 0
	if i < len(s) && s[i] == '.' {
		i++
		point := i
		for i < len(s) && s[i]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(s[i]-'0')
			i++
		}
		digits += i - point
		exponent = point - i
	}
	if digits == 0 {
		return 0, 0
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		e, length := scanExponent(s[i:])
		if length == 0 {
			return 0, 0
		}
		exponent += e
		i += length
	}
	if digits > 19 && leadingZeros(s[start:i])+19 < digits {
		v, _ = strconv.ParseFloat(string(s[start:i]), 64)
	} else if v = decimal(mantissa, exponent); math.IsNaN(v) {
		v, _ = strconv.ParseFloat(string(s[start:i]), 64)
	}
	if negative {
		v = -v
	}
	return v, i
}

// scanExponent reads e, an optional sign and digits, and returns the exponent,
// capped, and the length; 0 if there are no digits.
func scanExponent(s []byte) (e, n int) {
	i := 1
	negative := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	start := i
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		if e < 100_000 {
			e = e*10 + int(s[i]-'0')
		}
	}
	if i == start {
		return 0, 0
	}
	if negative {
		e = -e
	}
	return e, i
}

// leadingZeros returns how many zeros a number has before its first other
// digit.
func leadingZeros(s []byte) int {
	n := 0
	for _, b := range s {
		switch b {
		case '0':
			n++
		case '.':
		default:
			return n
		}
	}
	return n
}

// decimal returns the float64 nearest to m·10^e, or NaN if that needs more
// than one operation.
func decimal(m uint64, e int) float64 {
	switch {
	case m == 0:
		return 0
	case e == 0:
		return float64(m)
	case m <= 1<<53 && 0 < e && e < len(powersOfTen):
		return float64(m) * powersOfTen[e]
	case m <= 1<<53 && 0 < -e && -e < len(powersOfTen):
		return float64(m) / powersOfTen[-e]
	case e < 0 && -e < len(powersOfFive):
		return quotient(m, -e)
	}
	return math.NaN()
}

// quotient returns the float64 nearest to m/10^e for m > 0 and e within
// powersOfFive. The quotient of m and 5^e is taken to at least 63 bits, with
// the remainder telling whether more would follow; the two factors 2^e only
// move the exponent, which cannot leave the range of normal numbers.
func quotient(m uint64, e int) float64 {
	divisor := powersOfFive[e]
	shiftM, shiftD := bits.LeadingZeros64(m), bits.LeadingZeros64(divisor)
	m <<= shiftM
	q, rest := bits.Div64(m>>1, m<<63, divisor<<shiftD)
	// m·2^-shiftM / (divisor·2^-shiftD) = q·2^(shiftD-shiftM-63)
	if rest != 0 {
		q |= 1 // sticky: q has eleven bits more than a float64 keeps
	}
	return math.Ldexp(float64(q), shiftD-shiftM-63-e)
}

// powersOfTen are exact in float64.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// powersOfFive are those below 2^64.
var powersOfFive = func() (p [28]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 5 * p[i-1]
	}
	return p
}()

// parseInt reads a decimal integer with an optional sign. ok is false for
// anything else and for numbers beyond int64.
func parseInt(s []byte) (v int64, ok bool) {
	i := 0
	negative := false
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		i++
	}
	if i == len(s) {
		return 0, false
	}
	for ; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 || v > (math.MaxInt64-int64(d))/10 {
			return 0, false
		}
		v = v*10 + int64(d)
	}
	if negative {
		v = -v
	}
	return v, true
}
