package mesh

import "context"

// ReadOptions say how a file is read. The zero value reads millimetres within
// the default limits.
type ReadOptions struct {
	// Unit of the coordinates of formats that state none. Default mm.
	Unit Unit
	// Limits; zero fields mean the defaults.
	Limits Limits
	// Threads is how many processors may work at once; 0 means all that Go may
	// use. What is read does not depend on it.
	Threads int

	unitStated bool // Unit was given by the caller, not by default
}

// A Solid is a run of triangles that the file names as one body.
type Solid struct {
	Name      string `json:"name"` // cut to 255 bytes, without control characters
	Triangles int    `json:"triangles"`
}

// MaxListedSolids is how many solids File.Solids names; SolidCount is exact.
const MaxListedSolids = 1000

// File is what was read from the bytes of one model.
type File struct {
	// Mesh has all bodies, placed, in mm, with vertices merged that are equal
	// bit for bit (−0 equals +0) and in the order of their first use.
	// Triangles are those of the file, also degenerate and repeated ones.
	Mesh   *Mesh
	Format Format
	// Unit is the unit the coordinates were taken in.
	Unit Unit
	// Solids names the bodies, MaxListedSolids at most.
	Solids     []Solid
	SolidCount int
	Warnings   []Warning
}

// Read recognises the format of data by its content and reads the model. A
// refused input gives an *Error; ctx's error is returned when it ends first.
//
// gzip and zip around one model are taken off; an archive of several models
// is refused with CodeSeveralModels (see Members).
//
// Time and memory are linear in len(data) and in the number of triangles that
// come out; both are bounded by opts.Limits. data is not kept.
func Read(ctx context.Context, data []byte, opts ReadOptions) (*File, error) {
	f, err := readWithin(ctx, data, opts)
	if err != nil {
		return nil, withAdvice(err)
	}
	return f, nil
}

// readWithin checks the options and reads within their limits.
func readWithin(ctx context.Context, data []byte, opts ReadOptions) (*File, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	if size := int64(len(data)); size > opts.Limits.FileBytes {
		return nil, fileTooLarge(size, opts.Limits.FileBytes)
	}
	return read(ctx, data, opts)
}

// complete fills in what is not given and refuses a unit that is none.
func (o *ReadOptions) complete() error {
	o.Limits = o.Limits.WithDefaults()
	o.unitStated = o.Unit != ""
	if !o.unitStated {
		o.Unit = Millimetre
	}
	if o.Unit.Scale() == 0 {
		return refuse("", CodeUnit, "", "the unit %q is unknown; use micron, mm, cm, m, inch or foot", o.Unit)
	}
	return nil
}

func fileTooLarge(size, limit int64) error {
	return refuse("", CodeLimitFile, "", "the file has %d bytes, more than the limit of %d", size, limit)
}
