package printability

import (
	"fmt"
	"maps"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/fit"
	"github.com/partgauge/partgauge/mesh"
)

// MeshFacts are the findings about one mesh that criteria are judged on.
type MeshFacts struct {
	Box    mesh.Box
	Area   float64
	Volume *float64 // signed; nil when the surface is open

	BorderEdges  int
	Holes        int
	LongestHole  float64     // length of the longest border loop, mm
	HolePlaces   []r3.Vector // a point of each, some of them
	NonManifold  NonManifold
	Flipped      int // triangles turned against the majority of their shell
	FlipPlaces   []r3.Vector
	Degenerate   int
	Duplicate    int
	Bodies       int
	Cavities     int
	NoiseShells  int
	InsideOut    int // bodies that are turned inside out
	Intersecting *Intersections
}

// NonManifold counts where a surface branches.
type NonManifold struct {
	Edges    int // with more than two triangles
	Vertices int // where separate fans of triangles meet
	Places   []r3.Vector
}

// Intersections counts triangles that cut one another.
type Intersections struct {
	Pairs  int
	Capped bool // there are more
	Places []r3.Vector
}

// Facts are everything that criteria are judged on. What is nil was not
// looked at, and its criterion is NotChecked.
type Facts struct {
	Original  MeshFacts
	Optimized MeshFacts // criteria are judged on it

	// LargestFilled is the box diagonal of the largest hole that repair closed,
	// mm; 0 if none.
	LargestFilled float64

	Walls      *Walls
	Gaps       *Gaps
	Holes      *Holes
	Trapped    *Trapped
	SharpEdges *SharpEdges
	Chamber    *fit.Result
	// MinimumSize is the smallest extents that can be made, mm; nil if any.
	MinimumSize *[3]float64

	Technology string  // name of the process, empty if none was given
	Process    Process // its limits, complete
	Overhangs  *Overhangs
	Stance     *Stance
	// Cuboid is the EquivalentCuboid of the part, nil if it has no inertia.
	Cuboid *[3]float64
}

// criteria lists the criteria in the order of a report. A blocking one decides
// the verdict; the others warn at most. A limited one depends on the limits of
// material and machine alone, and else on nothing but the volume.
var criteria = []struct {
	name     string
	blocking bool
	limited  bool
	judge    func(*Facts) Criterion
}{
	{"watertight", true, false, watertight},
	{"manifold", true, false, manifold},
	{"normals", true, false, normals},
	{"volume", true, true, volume},
	{"wallThickness", true, true, wallThickness},
	{"buildChamber", true, true, buildChamber},
	{"minimumSize", true, false, minimumSize},
	{"selfIntersections", false, false, selfIntersections},
	{"shells", false, false, shells},
	{"sharpEdges", false, false, sharpEdges},
	{"gaps", false, false, gaps},
	{"smallHoles", false, false, smallHoles},
	{"trappedVolumes", false, false, trappedVolumes},
	{"overhangs", false, false, overhangs},
	{"stability", false, false, stability},
	{"warpageRisk", false, false, warpageRisk},
	{"degenerateTriangles", false, false, degenerateTriangles},
	{"duplicateTriangles", false, false, duplicateTriangles},
}

// Names returns the names of all criteria in the order of a report.
func Names() []string {
	names := make([]string, len(criteria))
	for i := range criteria {
		names[i] = criteria[i].name
	}
	return names
}

// Judge judges all criteria, and from them the part: over the blocking ones
// fail beats unknown, which beats warning, which beats pass; a warning of any
// other makes the part printable with warnings.
func Judge(f *Facts) (map[string]Criterion, Verdict) {
	all := make(map[string]Criterion, len(criteria))
	for _, c := range criteria {
		all[c.name] = complete(c.judge(f))
	}
	return all, verdict(all)
}

// Rejudge judges a part for other limits without its mesh: all are the criteria
// of a part as Judge gave them, in JSON or not; walls and chamber are what its
// samples and its hull say for the limits now asked for, nil if nothing is
// asked. Only the criteria that depend on these are judged anew. all is not
// changed.
func Rejudge(all map[string]Criterion, walls *Walls, chamber *fit.Result) (map[string]Criterion, Verdict) {
	f := &Facts{Walls: walls, Chamber: chamber}
	f.Optimized.Volume = all["volume"].Value
	anew := maps.Clone(all)
	for _, c := range criteria {
		if c.limited {
			anew[c.name] = complete(c.judge(f))
		}
	}
	return anew, verdict(anew)
}

// complete fills in what a criterion left open.
func complete(c Criterion) Criterion {
	if c.ComputedOn == "" {
		c.ComputedOn = "optimized"
	}
	if c.Locations == nil {
		c.Locations = []Location{}
	}
	return c
}

func verdict(all map[string]Criterion) Verdict {
	worst := Pass
	for _, c := range criteria {
		status := all[c.name].Status
		if !c.blocking && status != Pass {
			status = milder(status, Warn)
		}
		worst = worse(worst, status)
	}
	switch worst {
	case Fail:
		return NotPrintable
	case Unknown:
		return VerdictUnknown
	case Warn:
		return PrintableWithWarnings
	}
	return Printable
}

// severity orders the statuses; what was not checked does not count.
var severity = map[Status]int{NotChecked: 0, Pass: 0, Warn: 1, Unknown: 2, Fail: 3}

func worse(a, b Status) Status {
	if severity[b] > severity[a] {
		return b
	}
	return a
}

// milder returns the milder status.
func milder(a, b Status) Status {
	if severity[b] < severity[a] {
		return b
	}
	return a
}

func watertight(f *Facts) Criterion {
	m := &f.Optimized
	c := counted(m.BorderEdges, "edges", m.HolePlaces)
	c.Count = m.Holes
	c.Values = map[string]float64{
		"borderEdges": float64(m.BorderEdges), "holes": float64(m.Holes), "longestHole": m.LongestHole,
		"borderEdgesOriginal": float64(f.Original.BorderEdges), "holesOriginal": float64(f.Original.Holes),
	}
	if m.BorderEdges > 0 {
		c.Status = Fail
		c.Message = fmt.Sprintf("The surface is open: %s along %s; close the surface in the CAD program or repair the mesh.", plural(m.Holes, "hole"), plural(m.BorderEdges, "edge"))
		return c
	}
	c.Status, c.Message = Pass, "The surface is closed."
	if f.LargestFilled > 0 {
		c.Message = fmt.Sprintf("The surface is closed; repair filled holes of up to %.4g mm.", f.LargestFilled)
	}
	if f.LargestFilled > largeHole*m.Box.Diagonal() {
		c.Status = Warn
		c.Message = fmt.Sprintf("The surface is closed, but repair had to fill a hole of %.4g mm; check that the part is what you meant.", f.LargestFilled)
		c.Locations = counted(0, "", f.Original.HolePlaces).Locations
	}
	return c
}

// largeHole is the size, in units of the part's box diagonal, above which a
// hole that was filled may have been meant to be open.
const largeHole = 0.05

func manifold(f *Facts) Criterion {
	n := &f.Optimized.NonManifold
	c := counted(n.Edges+n.Vertices, "count", n.Places)
	c.Values = map[string]float64{"edges": float64(n.Edges), "vertices": float64(n.Vertices)}
	if c.Count > 0 {
		c.Status = Fail
		c.Message = fmt.Sprintf("The surface branches at %s and touches itself at %s; separate the bodies there or join them with material.", plural(n.Edges, "edge"), pluralOf(n.Vertices, "vertex", "vertices"))
		return c
	}
	c.Status, c.Message = Pass, "Every edge joins exactly two triangles."
	return c
}

func normals(f *Facts) Criterion {
	m := &f.Optimized
	c := counted(m.Flipped, "triangles", m.FlipPlaces)
	c.Values = map[string]float64{"flippedTriangles": float64(m.Flipped), "insideOutShells": float64(m.InsideOut)}
	switch {
	case m.Flipped > 0:
		c.Status = Fail
		c.Message = fmt.Sprintf("%s the wrong way round, so inside and outside are not defined; unify the normals.", pluralOf(m.Flipped, "triangle faces", "triangles face"))
	case m.InsideOut > 0:
		c.Status = Fail
		c.Message = fmt.Sprintf("%s inside out; turn the normals outward.", pluralOf(m.InsideOut, "body is", "bodies are"))
	default:
		c.Status, c.Message = Pass, "All triangles face outward."
	}
	return c
}

func volume(f *Facts) Criterion {
	m := &f.Optimized
	limit := 0.0
	c := Criterion{Value: m.Volume, Limit: &limit, Unit: "mm3"}
	switch {
	case m.Volume == nil:
		c.Status, c.Message = Unknown, "The volume is not defined, because the surface is open; close it."
	case *m.Volume <= 0:
		c.Status, c.Message = Fail, "The part encloses no volume; give it material, or turn its normals outward."
	case f.Walls != nil && f.Walls.isSheet:
		c.Status, c.Message = Fail, "The part is a sheet without thickness; give it walls."
	default:
		c.Status, c.Message = Pass, "The part encloses a volume."
	}
	return c
}

func wallThickness(f *Facts) Criterion {
	w := f.Walls
	if w == nil {
		return Criterion{Status: NotChecked, Unit: "mm", Message: "Walls were not measured."}
	}
	c := Criterion{
		Status: w.Status(), Value: w.Minimum, Limit: w.MinimumWall, Unit: "mm",
		Message: w.Message(), Count: w.RegionCount, Locations: regionPlaces(w.Regions),
	}
	if w.OptimalWall != nil {
		c.Limits = map[string]float64{"optimal": *w.OptimalWall}
	}
	return c
}

func gaps(f *Facts) Criterion {
	g := f.Gaps
	if g == nil {
		return Criterion{Status: NotChecked, Unit: "mm", Message: "Gaps were not measured."}
	}
	c := Criterion{
		Status: g.Status(), Value: g.Minimum, Limit: &g.Limit, Unit: "mm",
		Count: g.RegionCount, Locations: regionPlaces(g.Regions),
		Values: map[string]float64{"areaBelow": g.AreaBelow},
	}
	c.Message = fmt.Sprintf("No gap is narrower than %g mm.", g.Limit)
	switch {
	case c.Status == Warn:
		c.Message = fmt.Sprintf("Surfaces closer than %g mm may fuse; widen the gaps, or join the bodies.", g.Limit)
	case g.RegionCount > 0:
		c.Message = fmt.Sprintf("Only tiny gaps are narrower than %g mm.", g.Limit)
	}
	return c
}

func minimumSize(f *Facts) Criterion {
	box := f.Optimized.Box
	size, diagonal := box.Size(), box.Diagonal()
	smallest := min(size.X, size.Y, size.Z)
	c := Criterion{Status: Pass, Value: &smallest, Unit: "mm", Message: "The size is plausible."}
	c.Values = map[string]float64{"diagonal": diagonal}
	if m := f.MinimumSize; m != nil {
		c.Limits = map[string]float64{"w": m[0], "d": m[1], "h": m[2]}
		if size.X < m[0] || size.Y < m[1] || size.Z < m[2] {
			c.Status = Fail
			c.Message = fmt.Sprintf("The part of %.4g × %.4g × %.4g mm is smaller than %g × %g × %g mm, the least that can be made.", size.X, size.Y, size.Z, m[0], m[1], m[2])
			return c
		}
	}
	if hint := mesh.UnitHint(box); hint != "" {
		c.Status, c.Message = Warn, asSentence(hint)
	}
	return c
}

func selfIntersections(f *Facts) Criterion {
	i := f.Optimized.Intersecting
	if i == nil {
		return Criterion{Status: NotChecked, Unit: "pairs", Message: "Self-intersections were not looked for."}
	}
	c := counted(i.Pairs, "pairs", i.Places)
	c.Status, c.Message = Pass, "No triangles cut one another."
	if i.Pairs > 0 {
		pairs := plural(i.Pairs, "pair")
		if i.Capped {
			pairs = fmt.Sprintf("%d or more pairs", i.Pairs)
		}
		advice := "the surface runs through itself, draw it anew there."
		if f.Optimized.Bodies > 1 {
			advice = "unite the bodies that overlap."
		}
		c.Status = Warn
		c.Message = pairs + " of triangles cut one another; " + advice
	}
	return c
}

func shells(f *Facts) Criterion {
	m := &f.Optimized
	c := counted(m.Bodies, "bodies", nil)
	c.Count = m.Bodies + m.Cavities
	c.Values = map[string]float64{"bodies": float64(m.Bodies), "cavities": float64(m.Cavities), "noiseShells": float64(m.NoiseShells)}
	c.Status, c.Message = Pass, "The part is one body."
	switch {
	case m.Bodies > 1:
		c.Status = Warn
		c.Message = fmt.Sprintf("The file holds %d separate bodies; they are printed and priced together.", m.Bodies)
	case m.NoiseShells > 0:
		c.Status = Warn
		c.Message = fmt.Sprintf("The file holds %s too small to print.", plural(m.NoiseShells, "shell"))
	case m.Cavities > 0:
		c.Message = fmt.Sprintf("The part is one body with %s.", pluralOf(m.Cavities, "cavity", "cavities"))
	}
	return c
}

func degenerateTriangles(f *Facts) Criterion {
	c := counted(f.Original.Degenerate, "triangles", nil)
	c.Status, c.ComputedOn = Pass, "original"
	c.Message = "Every triangle in the file has an area."
	if c.Count > 0 {
		c.Message = fmt.Sprintf("The file holds %s without area.", plural(c.Count, "triangle"))
	}
	return c
}

func duplicateTriangles(f *Facts) Criterion {
	c := counted(f.Original.Duplicate, "triangles", nil)
	c.Status, c.ComputedOn = Pass, "original"
	c.Message = "No triangle is in the file twice."
	if c.Count > 0 {
		c.Message = fmt.Sprintf("%s an earlier one in the file; they count once.", pluralOf(c.Count, "triangle repeats", "triangles repeat"))
	}
	return c
}

// counted starts a criterion about a count of which none are allowed.
func counted(count int, unit string, places []r3.Vector) Criterion {
	value := float64(count)
	c := Criterion{Value: &value, Unit: unit, Count: count, Locations: []Location{}}
	for _, p := range places[:min(len(places), MaxLocations)] {
		c.Locations = append(c.Locations, At(p))
	}
	return c
}

func regionPlaces(regions []Region) []Location {
	places := []Location{}
	for i := range regions[:min(len(regions), MaxLocations)] {
		places = append(places, regions[i].place())
	}
	return places
}

func (r *Region) place() Location {
	return Location{Point: r.Centroid, BoxMin: &r.BoxMin, BoxMax: &r.BoxMax, Value: &r.Minimum}
}

func plural(n int, noun string) string { return pluralOf(n, noun, noun+"s") }

func pluralOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// wallNumber writes a thickness for people: nobody measures below a micrometre.
func wallNumber(t float64) string {
	const micrometre = 1e-3
	if t < micrometre {
		return "less than 0.001"
	}
	return fmt.Sprintf("%.3g", t)
}
