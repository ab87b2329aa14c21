package mesh

import (
	"math"
	"strconv"
)

// parseFloat reads a decimal number: an optional sign, digits with an
// optional point, an optional exponent. Unlike strconv.ParseFloat it accepts
// no hexadecimal, underscore, infinity or NaN. ok is false for anything else
// and for numbers beyond float64.
//
// Up to 15 digits and small exponents, which covers nearly all of what files
// hold, are converted exactly without strconv.
func parseFloat(s []byte) (v float64, ok bool) {
	i, n := 0, len(s)
	negative := false
	if i < n && (s[i] == '+' || s[i] == '-') {
		negative = s[i] == '-'
		i++
	}
	var mantissa uint64
	digits, fraction, seen := 0, 0, false
	for ; i < n && s[i]-'0' <= 9; i++ {
		seen = true
		if mantissa != 0 || s[i] != '0' {
			digits++
		}
		if digits <= 19 {
			mantissa = mantissa*10 + uint64(s[i]-'0')
		}
	}
	if i < n && s[i] == '.' {
		for i++; i < n && s[i]-'0' <= 9; i++ {
			seen = true
			if mantissa != 0 || s[i] != '0' {
				digits++
			}
			if digits <= 19 {
				mantissa = mantissa*10 + uint64(s[i]-'0')
			}
			fraction++
		}
	}
	if !seen {
		return 0, false
	}
	exponent := 0
	if i < n && (s[i] == 'e' || s[i] == 'E') {
		i++
		expNegative := false
		if i < n && (s[i] == '+' || s[i] == '-') {
			expNegative = s[i] == '-'
			i++
		}
		start := i
		for ; i < n && s[i]-'0' <= 9; i++ {
			if exponent < 100_000 {
				exponent = exponent*10 + int(s[i]-'0')
			}
		}
		if i == start {
			return 0, false
		}
		if expNegative {
			exponent = -exponent
		}
	}
	if i != n {
		return 0, false
	}
	exponent -= fraction
	if digits <= 15 && exponent >= -22 && exponent <= 22 {
		v = float64(mantissa)
		if exponent < 0 {
			v /= powersOfTen[-exponent]
		} else {
			v *= powersOfTen[exponent]
		}
		if negative {
			v = -v
		}
		return v, true
	}
	v, err := strconv.ParseFloat(string(s), 64)
	if err != nil && math.IsInf(v, 0) {
		return 0, false
	}
	return v, err == nil
}

// powersOfTen are exact in float64.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

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
