package mesh

import (
	"fmt"
	"io"
)

// WriteOptions say how a mesh is written. The zero value writes millimetres.
type WriteOptions struct {
	// Unit of the coordinates written, and named in the file where the format
	// can. Default mm.
	Unit Unit
	// Name of the solid, for formats that have names.
	Name string

	// Colors gives each vertex a colour (red, green, blue). PLY only.
	Colors [][3]uint8
	// Scalars gives each vertex a number under ScalarName. PLY only.
	Scalars    []float32
	ScalarName string
}

// Write writes m to w in the given format. Coordinates of text formats are
// the shortest that read back as the same number.
func Write(w io.Writer, m *Mesh, format Format, opts WriteOptions) error {
	if opts.Unit == "" {
		opts.Unit = Millimetre
	}
	if opts.Unit.Scale() == 0 {
		return fmt.Errorf("mesh: unknown unit %q", opts.Unit)
	}
	switch format {
	}
	return fmt.Errorf("mesh: writing %q is not supported", format)
}
