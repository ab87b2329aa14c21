package printability

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// SharpEdgeOptions are the constants of the search for sharp edges. A field
// that is zero means its default.
type SharpEdgeOptions struct {
	// Angle in degrees, within the material, up to which an edge is sharp.
	// Default 40.
	Angle float64 `json:"angleDegrees"`
	// Length in mm, or LengthShare of the box diagonal, whichever is less,
	// from which sharp edges matter. Defaults 10 and 0.05.
	Length      float64 `json:"length"`
	LengthShare float64 `json:"lengthShare"`
}

// WithDefaults returns o with its zero fields set to their defaults.
func (o SharpEdgeOptions) WithDefaults() SharpEdgeOptions {
	if o.Angle == 0 {
		o.Angle = 40
	}
	if o.Length == 0 {
		o.Length = 10
	}
	if o.LengthShare == 0 {
		o.LengthShare = 0.05
	}
	return o
}

// SharpEdges are the convex edges of a part that are sharper than a limit:
// knives and tips, which print rounded.
type SharpEdges struct {
	Angle  float64 // limit, degrees
	Limit  float64 // length from which they matter, mm
	Length float64 // of all, mm
	Count  int
	Places []r3.Vector // middles, the longest first, MaxLocations at most
}

// FindSharpEdges looks at every edge of two triangles, t being the topology of
// m. Linear in the number of edges, without rays.
func FindSharpEdges(m *mesh.Mesh, t *mesh.Topology, opts SharpEdgeOptions) *SharpEdges {
	opts = opts.WithDefaults()
	out := &SharpEdges{Angle: opts.Angle, Limit: min(opts.Length, opts.LengthShare*m.Bounds().Diagonal())}
	// Normals of an edge of interior angle α are apart by 180° − α.
	limit := -math.Cos(opts.Angle * math.Pi / 180)
	const rounding = 1e-9 // exceeds that of a cosine
	type edge struct {
		length float64
		middle r3.Vector
	}
	var found []edge
	for h, twin := range t.Twins {
		if twin == mesh.NoIndex || int(twin) < h {
			continue
		}
		f, g := h/3, int(twin)/3
		one, other := m.AreaVector(f), m.AreaVector(g)
		// Most edges are so blunt that vectors of any length tell.
		if limit < -rounding && one.Dot(other) > 0 {
			continue
		}
		normal := one.Normalize()
		if !(normal.Dot(other.Normalize()) <= limit) {
			continue
		}
		from := m.Vertices[m.Triangles[f][h%3]]
		to := m.Vertices[m.Triangles[f][(h+1)%3]]
		far := m.Vertices[m.Triangles[g][(int(twin)+2)%3]]
		if m.Triangles[g][int(twin)%3] == m.Triangles[f][h%3] || normal.Dot(far.Sub(from)) >= 0 {
			continue // turned against one another, or concave
		}
		found = append(found, edge{to.Sub(from).Norm(), from.Add(to).Mul(0.5)})
	}
	for _, e := range found {
		out.Length += e.length
	}
	out.Count = len(found)
	slices.SortStableFunc(found, func(a, b edge) int { return cmp.Compare(b.length, a.length) })
	for _, e := range found[:min(len(found), MaxLocations)] {
		out.Places = append(out.Places, e.middle)
	}
	return out
}

func sharpEdges(f *Facts) Criterion {
	s := f.SharpEdges
	if s == nil {
		return Criterion{Status: NotChecked, Unit: "mm", Message: "Sharp edges were not looked for."}
	}
	c := counted(s.Count, "mm", s.Places)
	c.Value, c.Limit = &s.Length, &s.Limit
	c.Limits = map[string]float64{"angleDegrees": s.Angle}
	switch {
	case s.Count == 0:
		c.Status, c.Message = Pass, fmt.Sprintf("No edge is sharper than %g°.", s.Angle)
	case s.Length < s.Limit:
		c.Status, c.Message = Pass, fmt.Sprintf("Edges sharper than %g° are short, %.3g mm in all.", s.Angle, s.Length)
	default:
		c.Status = Warn
		c.Message = fmt.Sprintf("Edges sharper than %g° run for %.4g mm and print rounded; blunt them if their shape matters.", s.Angle, s.Length)
	}
	return c
}
