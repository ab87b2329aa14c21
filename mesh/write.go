package mesh

import (
	"fmt"
	"io"
	"path"
	"strings"
)

// WriteOptions say how a mesh is written. The zero value writes millimetres.
type WriteOptions struct {
	// Unit of the coordinates written, and named in the file where the format
	// can. Default mm. GLB is always in metres.
	Unit Unit
	// Name of the solid, for formats that have names.
	Name string

	// Colors gives each vertex a colour (red, green, blue of sRGB). PLY and
	// GLB only.
	Colors [][3]uint8
	// Scalars gives each vertex a number, which may be NaN, as a property
	// ScalarName: one word, by default "quality". PLY and GLB only; there
	// the attribute is called _QUALITY, and NaN is −1.
	Scalars    []float32
	ScalarName string
}

// Write writes m to w in the given format. Numbers of text formats are the
// shortest decimals that read back as the same number, so that a mesh in mm
// is read as it was written; binary STL rounds coordinates to 32 bits.
//
// What the format cannot hold gives an *Error and options that do not fit m
// an error, before anything is written; the errors of w are returned as they
// are. The time is linear, the memory that it takes does not depend on m, but
// for 3MF, which is packed in memory before it is written. GLB rounds to 32
// bits as STL does.
func Write(w io.Writer, m *Mesh, format Format, opts WriteOptions) error {
	if opts.Unit == "" {
		opts.Unit = Millimetre
	}
	if opts.Unit.Scale() == 0 {
		return refuse(format, CodeUnit, "", "the unit %q is unknown; use micron, mm, cm, m, inch or foot", opts.Unit)
	}
	if err := opts.checkAttributes(m, format); err != nil {
		return err
	}
	switch format {
	case FormatSTL:
		return writeSTLBinary(w, m, &opts)
	case FormatSTLASCII:
		return writeSTLASCII(w, m, &opts)
	case FormatOBJ:
		return writeOBJ(w, m, &opts)
	case FormatPLY, FormatPLYASCII:
		return writePLY(w, m, format, &opts)
	case Format3MF:
		return write3MF(w, m, &opts)
	case FormatGLB:
		return writeGLB(w, m, &opts)
	}
	return refuse(format, CodeUnsupportedFormat, "", "models are written as STL, OBJ, PLY, 3MF or GLB only")
}

// checkAttributes refuses colours and numbers of vertices that do not fit m or
// the format.
func (o *WriteOptions) checkAttributes(m *Mesh, format Format) error {
	if o.Colors == nil && o.Scalars == nil {
		return nil
	}
	if format != FormatPLY && format != FormatPLYASCII && format != FormatGLB {
		return refuse(format, CodeUnsupportedFormat, "", "only PLY and GLB can hold colours and numbers of vertices")
	}
	n := len(m.Vertices)
	if o.Colors != nil && len(o.Colors) != n {
		return fmt.Errorf("mesh: %d colours for %d vertices", len(o.Colors), n)
	}
	if o.Scalars != nil && len(o.Scalars) != n {
		return fmt.Errorf("mesh: %d scalars for %d vertices", len(o.Scalars), n)
	}
	if o.ScalarName != "" && !isPropertyName(o.ScalarName) {
		return fmt.Errorf("mesh: %q cannot name a property of a vertex", o.ScalarName)
	}
	return nil
}

// isPropertyName reports whether name is one word that no other property has.
func isPropertyName(name string) bool {
	for _, c := range []byte(name) {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return !strings.Contains(" x y z red green blue ", " "+name+" ")
}

// FormatForExtension returns the format that the ending of a file's name
// stands for, in capitals or not: for choosing what to write. Reading never
// looks at names.
func FormatForExtension(name string) (Format, bool) {
	switch strings.ToLower(path.Ext(name)) {
	case ".stl":
		return FormatSTL, true
	case ".obj":
		return FormatOBJ, true
	case ".ply":
		return FormatPLY, true
	case ".off":
		return FormatOFF, true
	case ".3mf":
		return Format3MF, true
	case ".amf":
		return FormatAMF, true
	case ".gltf":
		return FormatGLTF, true
	case ".glb":
		return FormatGLB, true
	}
	return "", false
}
