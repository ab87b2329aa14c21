package mesh

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// TestParseFloatEqualsStrconv proves that the hand-written conversion rounds
// as strconv does, in every way of writing that exporters use.
func TestParseFloatEqualsStrconv(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	formats := []string{"%g", "%e", "%f", "%.3f", "%.6f", "%.6e", "%.8g", "%.9e", "%.15g", "%.16e", "%.17g", "%.18e", "%.25f", "%+.7E"}
	for range 200_000 {
		v := math.Float64frombits(random.Uint64())
		switch random.IntN(4) {
		case 0:
			v = (random.Float64() - 0.5) * math.Pow(10, float64(random.IntN(20)-6))
		case 1:
			v = float64(float32(random.NormFloat64() * 100))
		case 2:
			v = float64(random.IntN(2_000_001)-1_000_000) / 1000
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		sameAsStrconv(t, fmt.Sprintf(formats[random.IntN(len(formats))], v))
	}
	for range 200_000 {
		// Arbitrary digits with the point and the exponent anywhere, to hit halves.
		digits := make([]byte, 1+random.IntN(22))
		for i := range digits {
			digits[i] = '0' + byte(random.IntN(10))
		}
		point := random.IntN(len(digits) + 1)
		s := string(digits[:point]) + "." + string(digits[point:])
		if random.IntN(2) == 0 {
			s += "e" + strconv.Itoa(random.IntN(60)-30)
		}
		sameAsStrconv(t, s)
	}
}

func TestParseFloatEdges(t *testing.T) {
	for _, s := range []string{
		"0", "-0", "+0", "0.0", ".0", "0.", "5.", ".5", "-.5e1", "1e0", "1E+05", "1e-05", "00012", "0e999999", "0.0000e-99999",
		"9007199254740992", "9007199254740993", "9007199254740993.0", "9007199254740995e-1", "18446744073709551615", "18446744073709551616",
		"99999999999999999999", "9999999999999999999", "1e22", "1e23", "123456789012345678e22", "8.5e22", "1e308", "1.7976931348623157e308",
		"4.9e-324", "2e-324", "2.2250738585072014e-308", "2.2250738585072011e-308", "1e-400", "0.1", "0.3", "2.675",
		"0." + strings.Repeat("0", 400) + "1", strings.Repeat("0", 400) + "1", strings.Repeat("9", 300), "1" + strings.Repeat("0", 30) + "e-30",
		"0.500000000000000166533453693773481063544750213623046875", "1." + strings.Repeat("3", 1000) + "e1",
		"1.00000000000000011102230246251565404236316680908203125", "1.00000000000000011102230246251565404236316680908203126",
		"7450580596923828125e-27", "3.0517578125e-05", "1e-27", "1844674407370955161e-27",
	} {
		sameAsStrconv(t, s)
	}
}

func sameAsStrconv(t *testing.T, s string) {
	t.Helper()
	want, err := strconv.ParseFloat(s, 64)
	got, ok := parseFloat([]byte(s))
	if ok != (err == nil) {
		t.Fatalf("%q: accepted %v, strconv says %v", s, ok, err)
	}
	if ok && math.Float64bits(got) != math.Float64bits(want) {
		t.Fatalf("%q: %v, want %v", s, got, want)
	}
}

func TestParseFloatRefuses(t *testing.T) {
	for _, s := range []string{
		"", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1e-", "1ee5", "1.2.3", "--1", "+-1", "1 ", " 1", "1,5", "10,5",
		"nan", "NaN", "inf", "-Inf", "infinity", "0x1p3", "0x10", "1_000", "1e999999", "-1e309", "1e99999999999999999999", "1.#IND", "1d5", "١",
	} {
		if v, ok := parseFloat([]byte(s)); ok {
			t.Errorf("%q was read as %v", s, v)
		}
	}
}

func TestParseInt(t *testing.T) {
	for s, want := range map[string]int64{"0": 0, "-1": -1, "+7": 7, "9223372036854775807": math.MaxInt64, "-9223372036854775807": -math.MaxInt64, "0012": 12} {
		if got, ok := parseInt([]byte(s)); !ok || got != want {
			t.Errorf("%q: %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "-", "1.0", "9223372036854775808", "100000000000000000000", "1e3", "0x1", "1_0", " 1"} {
		if got, ok := parseInt([]byte(s)); ok {
			t.Errorf("%q was read as %d", s, got)
		}
	}
}

func BenchmarkParseFloat(b *testing.B) {
	for _, format := range []string{"%.6e", "%.6f", "%.17g"} {
		b.Run(format, func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			var numbers [1024][]byte
			size := 0
			for i := range numbers {
				numbers[i] = fmt.Appendf(nil, format, random.NormFloat64()*100)
				size += len(numbers[i])
			}
			b.SetBytes(int64(size) / 1024)
			sum, i := 0.0, 0
			for b.Loop() {
				v, _ := parseFloat(numbers[i&1023])
				sum += v
				i++
			}
			if math.IsNaN(sum) {
				b.Fatal("a number was not read")
			}
		})
	}
}
