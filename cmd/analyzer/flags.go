package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/partgauge/partgauge/analysis"
	"github.com/partgauge/partgauge/mesh"
)

// A choice is a flag with a few allowed words.
type choice[T ~string] struct {
	value *T
	words []string
	// instead says of words that are known elsewhere what to use here.
	instead map[string]string
}

func (c *choice[T]) String() string { return string(*c.value) }
func (c *choice[T]) Type() string   { return "" }

func (c *choice[T]) Set(s string) error {
	for _, w := range c.words {
		if strings.EqualFold(s, w) {
			*c.value = T(w)
			return nil
		}
	}
	if hint := c.instead[strings.ToLower(s)]; hint != "" {
		return errors.New(hint)
	}
	return fmt.Errorf("use one of %s", strings.Join(c.words, ", "))
}

// choiceFlag adds a choice, whose words completion offers.
func choiceFlag[T ~string](cmd *cobra.Command, value *T, name, usage string, words ...string) *choice[T] {
	c := &choice[T]{value: value, words: words}
	cmd.Flags().Var(c, name, fmt.Sprintf("%s: %s", usage, strings.Join(words, "|")))
	// The only error is that of a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// A length is a flag in mm, above zero.
type length float64

func (l *length) String() string { return strconv.FormatFloat(float64(*l), 'g', -1, 64) }
func (*length) Type() string     { return "mm" }

func (l *length) Set(s string) error {
	v, err := parseLength(s)
	*l = length(v)
	return err
}

func parseLength(s string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "mm"), 64)
	switch {
	case err != nil && strings.Contains(s, ","):
		return 0, fmt.Errorf("write the decimal point as a point, such as 0.8")
	case err != nil:
		return 0, fmt.Errorf("give a length in mm, such as 0.8")
	case !(v > 0) || math.IsInf(v, 0):
		return 0, fmt.Errorf("give a length above 0")
	}
	return v, nil
}

// A chamber is a flag of three lengths, width×depth×height.
type chamber [3]float64

func (c *chamber) String() string {
	if *c == (chamber{}) {
		return ""
	}
	return fmt.Sprintf("%gx%gx%g", c[0], c[1], c[2])
}

func (*chamber) Type() string { return "WxDxH" }

func (c *chamber) Set(s string) error {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == 'x' || r == 'X' || r == '×' || r == '*' })
	if len(fields) != 3 {
		return fmt.Errorf("give width, depth and height in mm, such as 250x250x300")
	}
	for i, f := range fields {
		v, err := parseLength(f)
		if err != nil {
			return fmt.Errorf("give width, depth and height in mm, such as 250x250x300")
		}
		c[i] = v
	}
	return nil
}

// A byteSize is a flag in bytes with an optional K, M or G (powers of 1024).
type byteSize int64

func (b *byteSize) String() string {
	n := int64(*b)
	for _, unit := range []struct {
		suffix string
		bytes  int64
	}{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}} {
		if n >= unit.bytes && n%unit.bytes == 0 {
			return strconv.FormatInt(n/unit.bytes, 10) + unit.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

func (*byteSize) Type() string { return "bytes" }

func (b *byteSize) Set(s string) error {
	digits := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), "B"), "I")
	factor := int64(1)
	if n := len(digits); n > 0 {
		switch digits[n-1] {
		case 'K':
			factor = 1 << 10
		case 'M':
			factor = 1 << 20
		case 'G':
			factor = 1 << 30
		}
		if factor > 1 {
			digits = digits[:n-1]
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/factor {
		return fmt.Errorf("give a number of bytes, such as 500M")
	}
	*b = byteSize(n * factor)
	return nil
}

// readFlags are the flags of all commands that read models.
type readFlags struct {
	unit         mesh.Unit
	maxTriangles int
	maxFileSize  byteSize
}

func (f *readFlags) add(cmd *cobra.Command) {
	defaults := mesh.DefaultLimits()
	f.maxTriangles = defaults.Triangles
	f.maxFileSize = byteSize(defaults.FileBytes)
	choiceFlag(cmd, &f.unit, "unit", "unit of files that state none (default mm)", units()...)
	cmd.Flags().IntVar(&f.maxTriangles, "max-triangles", f.maxTriangles, "refuse models of more triangles")
	cmd.Flags().Var(&f.maxFileSize, "max-file-size", "refuse larger files; K, M and G are understood")
}

// apply sets what was given on the command line in o.
func (f *readFlags) apply(flags *pflag.FlagSet, o *analysis.Options) error {
	if flags.Changed("unit") {
		o.Unit = f.unit
	}
	if flags.Changed("max-triangles") {
		if f.maxTriangles <= 0 {
			return fmt.Errorf("--max-triangles: give a number above 0")
		}
		o.Limits.Triangles = f.maxTriangles
	}
	if flags.Changed("max-file-size") {
		o.Limits.FileBytes = int64(f.maxFileSize)
	}
	return nil
}

func units() []string {
	return []string{string(mesh.Millimetre), string(mesh.Inch), string(mesh.Centimetre), string(mesh.Metre), string(mesh.Foot), string(mesh.Micrometre)}
}
