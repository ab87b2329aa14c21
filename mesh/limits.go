package mesh

// Limits bound what a reader accepts. They are checked before memory is
// allocated from a number that the file announces. A field that is zero means
// the default, which its comment gives.
type Limits struct {
	FileBytes         int64   `json:"fileBytes"`         // size of the file, 1 GiB
	Triangles         int     `json:"triangles"`         // after triangulation and placing, 10 000 000
	Coordinate        float64 `json:"coordinate"`        // absolute value in mm, 1e9
	LineBytes         int     `json:"lineBytes"`         // a logical line of OBJ or OFF, 1 MiB
	PolygonCorners    int     `json:"polygonCorners"`    // corners of a polygon, 100 000
	HeaderBytes       int     `json:"headerBytes"`       // header of a PLY, 1 MiB
	ZipEntries        int     `json:"zipEntries"`        // entries of an archive, 10 000
	ZipBytes          int64   `json:"zipBytes"`          // unpacked bytes of an archive, 1 GiB
	ZipRatio          int64   `json:"zipRatio"`          // unpacked by packed bytes of an entry beyond 1 MiB, 200
	XMLDepth          int     `json:"xmlDepth"`          // nesting of elements, 64
	XMLAttributes     int     `json:"xmlAttributes"`     // attributes of an element, 64
	XMLAttributeBytes int     `json:"xmlAttributeBytes"` // length of an attribute, 64 KiB
	MetadataBytes     int     `json:"metadataBytes"`     // metadata of a model, 1 MiB
	Objects           int     `json:"objects"`           // objects of a model, 100 000
	ObjectDepth       int     `json:"objectDepth"`       // nesting of components or nodes, 20 000
	Instances         int     `json:"instances"`         // placed objects, 100 000
}

// DefaultLimits returns the limits that apply to zero fields.
func DefaultLimits() Limits {
	return Limits{
		FileBytes:         1 << 30,
		Triangles:         10_000_000,
		Coordinate:        1e9,
		LineBytes:         1 << 20,
		PolygonCorners:    100_000,
		HeaderBytes:       1 << 20,
		ZipEntries:        10_000,
		ZipBytes:          1 << 30,
		ZipRatio:          200,
		XMLDepth:          64,
		XMLAttributes:     64,
		XMLAttributeBytes: 64 << 10,
		MetadataBytes:     1 << 20,
		Objects:           100_000,
		ObjectDepth:       20_000,
		Instances:         100_000,
	}
}

// WithDefaults returns l with its zero fields replaced by the defaults.
func (l Limits) WithDefaults() Limits {
	d := DefaultLimits()
	setDefault(&l.FileBytes, d.FileBytes)
	setDefault(&l.Triangles, d.Triangles)
	setDefault(&l.Coordinate, d.Coordinate)
	setDefault(&l.LineBytes, d.LineBytes)
	setDefault(&l.PolygonCorners, d.PolygonCorners)
	setDefault(&l.HeaderBytes, d.HeaderBytes)
	setDefault(&l.ZipEntries, d.ZipEntries)
	setDefault(&l.ZipBytes, d.ZipBytes)
	setDefault(&l.ZipRatio, d.ZipRatio)
	setDefault(&l.XMLDepth, d.XMLDepth)
	setDefault(&l.XMLAttributes, d.XMLAttributes)
	setDefault(&l.XMLAttributeBytes, d.XMLAttributeBytes)
	setDefault(&l.MetadataBytes, d.MetadataBytes)
	setDefault(&l.Objects, d.Objects)
	setDefault(&l.ObjectDepth, d.ObjectDepth)
	setDefault(&l.Instances, d.Instances)
	return l
}

func setDefault[T int | int64 | float64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}
