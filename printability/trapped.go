package printability

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/partgauge/partgauge/mesh"
)

// Trapped are the hollows of a part that hold back powder or resin.
type Trapped struct {
	// Cavities are closed shells within the part; their volumes are exact,
	// and nothing is deducted for bodies inside them.
	Cavities      int
	CavityVolume  float64
	CavityPlaces  []Location // by falling volume, at the centres of mass
	Hollows       int        // other hollows whose openings are too narrow, or that bodies close together
	HollowVolume  float64    // about
	HollowPlaces  []Location // by falling volume, at the widest opening
	WidestOpening float64    // of them, about, 0 if they have none
	// Looked is set if hollows were looked for, Cell being the edge of the
	// cells in mm in which the space was divided, 0 if there was no need to.
	Looked bool
	Cell   float64
	Limit  string // what was cut short, in words
}

// FindCavities finds the closed hollows among the shells of a part.
func FindCavities(shells []mesh.Shell) *Trapped {
	out := &Trapped{CavityPlaces: []Location{}, HollowPlaces: []Location{}}
	for i := range shells {
		s := &shells[i]
		if s.Kind != mesh.ShellCavity {
			continue
		}
		volume := math.Abs(s.Volume)
		out.Cavities++
		out.CavityVolume += volume
		low, high := array(s.Box.Min), array(s.Box.Max)
		out.CavityPlaces = append(out.CavityPlaces, Location{Point: array(s.CenterOfMass), BoxMin: &low, BoxMax: &high, Value: &volume})
	}
	byValue(out.CavityPlaces)
	return out
}

func byValue(places []Location) {
	slices.SortStableFunc(places, func(a, b Location) int { return cmp.Compare(*b.Value, *a.Value) })
}

// HollowOptions control Trapped.FindHollows. A field that is zero means its
// default.
type HollowOptions struct {
	Diameter float64 // of openings that are wide enough, mm; needed
	Cells    int     // most cells into which the space is divided; default 4 000 000
	// HullVolume is that of the convex hull of a single body that does not
	// cross itself, or 0: where hull and body differ by less than a ball,
	// nothing needs to be looked for.
	HullVolume float64
	Threads    int // 0 means all processors; the result is the same for any number
}

// Cells are as large as the probe's diameter divided by finest, or as their
// number allows. Beyond coarse the result says so, beyond blind it is none.
const (
	finestCells = 12
	coarseCells = 8
	blindCells  = 2
)

// reachSlack in cells makes sure that a probe finds its way through an opening
// of its own diameter: cells that surface crosses count as material, so it
// comes nearer by up to half a cell's diagonal, and the middle of a cell is as
// far from the middle of the opening.
const reachSlack = 1.74

// FindHollows finds the hollows in which a ball of opts.Diameter has room but
// from which it cannot get out, other than those of FindCavities.
//
// Space is divided into cubic cells. Cells whose middle lies in the part, and
// those where its surface crosses one of the lines between the middles of
// neighbours, are material, so that no wall is too thin to hold. The middle of
// the ball may be where the distance from all material is its radius; from
// outside a flood finds where it gets to. What air the ball does not touch on
// its way, joined over faces of cells, is a hollow if the ball has room in it.
// Nothing is looked for if part has no volume.
//
// With cells of edge c an opening of the ball's diameter d always lets out,
// and one narrower than d − 5.2·c never does. Time and memory, two bytes
// each, grow with the number of cells; the only error is ctx's.
func (t *Trapped) FindHollows(ctx context.Context, part Part, opts HollowOptions) error {
	if part.Volume == nil {
		return nil
	}
	t.Looked = true
	size := part.Mesh.Bounds().Size()
	ball := math.Pi / 6 * opts.Diameter * opts.Diameter * opts.Diameter
	if min(size.X, size.Y, size.Z) <= opts.Diameter ||
		opts.HullVolume > 0 && opts.HullVolume-math.Abs(*part.Volume) < float64(ball) {
		return nil // no room for a hollow
	}
	if opts.Cells == 0 {
		opts.Cells = 4_000_000
	}
	grid := newVoxels(part.Mesh.Bounds(), opts)
	if grid.size > opts.Diameter/blindCells {
		t.Looked = false
		t.Limit = fmt.Sprintf("trappedVolumes: the part is too large to look for openings narrower than %g mm; only closed cavities were found", opts.Diameter)
		return nil
	}
	t.Cell = grid.size
	if grid.size > opts.Diameter/coarseCells {
		t.Limit = fmt.Sprintf("trappedVolumes: openings were looked at in cells of %.3g mm, so that some narrower than %g mm count as wide enough", grid.size, opts.Diameter)
	}
	hollows, err := grid.hollows(ctx, part.BVH)
	if err != nil {
		return err
	}
	for i := range hollows {
		t.addHollow(&hollows[i], grid, opts.Diameter)
	}
	byValue(t.HollowPlaces)
	return nil
}

// addHollow adds a hollow, unless it is one of the cavities.
func (t *Trapped) addHollow(h *hollow, grid *voxels, diameter float64) {
	lowest, highest := array(grid.corner(h.low)), array(grid.corner(h.high))
	low, high := &lowest, &highest
	volume := float64(float64(h.cells) * grid.size * grid.size * grid.size)
	place := Location{Point: array(grid.middle(h.place)), BoxMin: low, BoxMax: high, Value: &volume}
	if h.opening == 0 && slices.ContainsFunc(t.CavityPlaces, func(c Location) bool { return place.within(&c, grid.size) }) {
		return
	}
	t.Hollows++
	t.HollowVolume += volume
	t.WidestOpening = max(t.WidestOpening, min(diameter, 2*math.Sqrt(float64(h.opening))*grid.size))
	t.HollowPlaces = append(t.HollowPlaces, place)
}

// within reports whether the box of l lies in that of o, up to slack.
func (l *Location) within(o *Location, slack float64) bool {
	for axis := range 3 {
		if l.BoxMin[axis] < o.BoxMin[axis]-slack || l.BoxMax[axis] > o.BoxMax[axis]+slack {
			return false
		}
	}
	return true
}

func trappedVolumes(f *Facts) Criterion {
	diameter := f.Process.EscapeDiameter
	if diameter == 0 {
		return unjudged(f, "mm3", "The process leaves nothing behind in hollows.")
	}
	t := f.Trapped
	if t == nil {
		return Criterion{Status: NotChecked, Unit: "mm3", Message: "Trapped volumes were not looked for."}
	}
	volume := t.CavityVolume + t.HollowVolume
	c := Criterion{
		Status: Pass, Value: &volume, Unit: "mm3", Count: t.Cavities + t.Hollows,
		Values: map[string]float64{
			"cavities": float64(t.Cavities), "cavityVolume": t.CavityVolume,
			"hollows": float64(t.Hollows), "hollowVolume": t.HollowVolume,
			"widestOpening": t.WidestOpening, "cell": t.Cell,
		},
		Limits: map[string]float64{"escapeDiameter": diameter},
	}
	c.Locations = slices.Concat(t.CavityPlaces, t.HollowPlaces)
	c.Locations = c.Locations[:min(len(c.Locations), MaxLocations)]
	switch {
	case t.Cavities > 0:
		c.Status = Warn
		c.Message = fmt.Sprintf("%s, %.4g mm³ in all, without an opening, and what is in there stays; give each two openings of %g mm, or fill it.", pluralOf(t.Cavities, "cavity is", "cavities are"), t.CavityVolume, diameter)
	case t.Hollows > 0:
		c.Status = Warn
		c.Message = fmt.Sprintf("%s of about %.3g mm³ open less than %g mm wide, so that powder or resin may stay; give each two openings of that width.", plural(t.Hollows, "hollow"), t.HollowVolume, diameter)
	case !t.Looked && f.Optimized.Volume == nil:
		c.Status, c.Message = Unknown, "What is hollow is not defined, because the surface is open; close it."
	case !t.Looked:
		c.Message = "No cavity is closed; whether openings are wide enough was not looked at."
	default:
		c.Message = fmt.Sprintf("Nothing is trapped: every hollow opens %g mm wide.", diameter)
	}
	return c
}
