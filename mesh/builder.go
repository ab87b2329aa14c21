package mesh

import (
	"context"
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/golang/geo/r3"
)

// A builder collects the vertices and triangles that a reader finds, checks
// them against the limits, and makes the File. Readers of text and of binary
// files share it, so that every format refuses the same things in the same
// way.
type builder struct {
	ctx     context.Context
	format  Format
	limits  *Limits
	scale   float64 // from the file's unit to mm
	threads int

	vertices  []r3.Vector
	triangles []Triangle
	single    bool

	solids     []Solid
	solidCount int
	solidStart int // first triangle of the open solid

	warnings   []Warning
	degenerate int // polygons left out for want of three distinct corners
	crossing   int // polygons that cross themselves
	clipper    clipper
}

func newBuilder(ctx context.Context, format Format, opts *ReadOptions) *builder {
	return &builder{ctx: ctx, format: format, limits: &opts.Limits, scale: opts.Unit.Scale(), threads: threadCount(opts.Threads)}
}

// useUnit takes the coordinates that follow in u, the unit the file states,
// and warns a caller who stated another.
func (b *builder) useUnit(u Unit, opts *ReadOptions) {
	b.scale = u.Scale()
	if opts.unitStated && opts.Unit != u {
		b.warn(CodeUnitOverridden, "the coordinates were taken in %s, as the file says, not in %s", u, opts.Unit)
	}
}

// mostVertices is how many vertices are read: three for each triangle that
// may come, and no more than have an index.
func (b *builder) mostVertices() int64 { return min(3*int64(b.limits.Triangles), noIndex-1) }

// addVertex checks a position, converts it to mm, appends it and returns no
// error if it is usable. place is called only to word an error.
func (b *builder) addVertex(x, y, z float64, place func() string) error {
	p, err := b.position(x, y, z, place)
	if err != nil {
		return err
	}
	if int64(len(b.vertices)) >= b.mostVertices() {
		return refuse(b.format, CodeLimitVertices, place(), "more than %d vertices", b.mostVertices())
	}
	b.vertices = append(b.vertices, p)
	return nil
}

// position checks a position and converts it to mm.
func (b *builder) position(x, y, z float64, place func() string) (r3.Vector, error) {
	p := r3.Vector{X: x * b.scale, Y: y * b.scale, Z: z * b.scale}
	if !b.inRange(p) {
		return p, b.outOfRange(p, place())
	}
	return p, nil
}

// inRange reports whether p, in mm, is a position that is read.
func (b *builder) inRange(p r3.Vector) bool {
	limit := b.limits.Coordinate
	return math.Abs(p.X) <= limit && math.Abs(p.Y) <= limit && math.Abs(p.Z) <= limit
}

// outOfRange refuses p.
func (b *builder) outOfRange(p r3.Vector, place string) error {
	for _, c := range [...]float64{p.X, p.Y, p.Z} {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return refuse(b.format, CodeNonFinite, place, "a coordinate is not a finite number; export the part again")
		}
	}
	return refuse(b.format, CodeCoordinateRange, place, "a coordinate lies beyond %g mm; check the unit and the export", b.limits.Coordinate)
}

// addTriangle appends a triangle of vertices that were checked to exist.
func (b *builder) addTriangle(v0, v1, v2 uint32) error {
	if len(b.triangles) >= b.limits.Triangles {
		return b.tooManyTriangles()
	}
	b.triangles = append(b.triangles, Triangle{v0, v1, v2})
	if len(b.triangles)&0xffff == 0 {
		return b.ctx.Err()
	}
	return nil
}

func (b *builder) tooManyTriangles() error {
	return refuse(b.format, CodeLimitTriangles, "", "more than %d triangles; reduce the part or raise the limit", b.limits.Triangles)
}

// beginSolid closes the open solid, if any, and opens another.
func (b *builder) beginSolid(name string) {
	b.endSolid()
	b.solidCount++
	if len(b.solids) < MaxListedSolids {
		b.solids = append(b.solids, Solid{Name: cleanName(name)})
	}
	b.solidStart = len(b.triangles)
}

func (b *builder) endSolid() {
	if b.solidCount > 0 && b.solidCount <= len(b.solids) {
		b.solids[b.solidCount-1].Triangles = len(b.triangles) - b.solidStart
	}
}

func (b *builder) warn(code Code, format string, args ...any) {
	b.warnings = append(b.warnings, Warning{Code: code, Message: fmt.Sprintf(format, args...)})
}

// file welds what was collected exactly and returns it.
func (b *builder) file(unit Unit) (*File, error) {
	return b.welded(weldExact(b.vertices, b.triangles), unit)
}

// welded returns the file whose mesh, welded, is m; m's triangles are those
// of the builder.
func (b *builder) welded(m *Mesh, unit Unit) (*File, error) {
	b.endSolid()
	if len(m.Triangles) == 0 {
		return nil, refuse(b.format, CodeEmptyMesh, "", "the file holds no triangles")
	}
	if b.degenerate > 0 {
		b.warn(CodeDegenerateFaces, "%d faces without three distinct corners were left out", b.degenerate)
	}
	if b.crossing > 0 {
		b.warn(CodeConcavePolygon, "%d polygons are folded or cross themselves; how they are cut into triangles is a guess", b.crossing)
	}
	m.SinglePrecision = b.single
	if b.solidCount == 0 {
		b.beginSolid("")
		b.solidStart = 0
		b.endSolid()
	}
	return &File{Mesh: m, Format: b.format, Unit: unit, Solids: b.solids, SolidCount: b.solidCount, Warnings: b.warnings}, nil
}

// keptName is how many bytes of a name are kept.
const keptName = 255

// nameFrom returns the start of a name in a file, as much of it as cleanName
// looks at, so that a name of megabytes is not copied.
func nameFrom(b []byte) string { return string(b[:min(len(b), 4*keptName)]) }

// cleanName makes a name from a file fit for display: no control characters,
// valid UTF-8, keptName bytes at most.
func cleanName(s string) string {
	s = s[:min(len(s), 4*keptName)]
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(s)
	if len(s) > keptName {
		cut := keptName
		for cut > 0 && s[cut]&0xc0 == 0x80 {
			cut--
		}
		s = strings.TrimSpace(s[:cut])
	}
	return s
}
