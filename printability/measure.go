package printability

import (
	"context"
	"math"
	"runtime"
	"sort"
	"sync/atomic"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

// Relative lengths of the measurement, all times the box diagonal.
const (
	// touch is δ: crossings closer together than this are one crossing.
	touch = 1e-6
	// selfHit is the distance within which a ray cannot tell a face from its
	// own start.
	selfHit = 1e-9
)

const (
	// edgeShare is the barycentric distance from an edge below which a ray is
	// cast again from a point beside it.
	edgeShare = 1e-9
	// recasts bounds how often a ray is cast again.
	recasts = 6
	// contactCosine: faces of touching bodies have opposite normals.
	contactCosine = -0.99
)

// chunk is how many samples a worker takes at a time.
const chunk = 2048

// A Part is what walls are measured on. Mesh and BVH are needed; the rest,
// where it is known, makes the measurement faster without changing it.
type Part struct {
	Mesh *mesh.Mesh
	BVH  *mesh.BVH // of Mesh
	// Volume of Mesh, nil when its surface is open.
	Volume *float64
	// Topology of Mesh, and the pairs of its faces that cross; nil when not
	// looked for.
	Topology      *mesh.Topology
	Intersections *mesh.SelfIntersections
}

// Measure samples the surface of a part and measures at each sample how thick
// the material below and how wide the clearance above is.
//
// From a point on a face a ray goes straight into the part. The sum of all
// its crossings, leaving minus entering, is the winding number just inside
// the face, which must be one; the crossing that brings it down to zero is
// where the material ends. So overlapping shells count as their union, a
// cavity ends a wall, and a hole is noticed instead of measured through.
//
// The result is the same for every number of threads. It takes a ray both ways a
// sample, some more where holes are measured, and holds 56 bytes for each. The only error is ctx's.
func Measure(ctx context.Context, part Part, opts SampleOptions) (*Samples, error) {
	opts = opts.WithDefaults()
	m := part.Mesh
	box := m.Bounds()
	var p placement
	var known *patches
	prepare := []func(){ // neither needs the other
		func() { known = findPatches(&part, threadCount(opts.Threads)) },
		func() {
			p = place(m, opts)
			p.follow(part.BVH.Order(len(m.Triangles)))
		},
	}
	err := parallel.ForEach(ctx, threadCount(opts.Threads), len(prepare), func(i int) { prepare[i]() })
	if err != nil {
		return nil, err
	}
	s := &Samples{
		Origin:   box.Min,
		Diagonal: box.Diagonal(),
		Area:     p.area,
		Spacing:  p.spacing,
		Volume:   part.Volume,
		Step:     m.Step(),
		Faces:    len(m.Triangles),
		Reduced:  p.prefix != nil,
		Options:  opts,
		All:      make([]Sample, p.count),
	}
	if s.Reduced {
		s.limitsHit = append(s.limitsHit, "thickness: fewer samples than triangles")
	}
	if err := s.measureAll(ctx, &part, known, &p); err != nil {
		return nil, err
	}
	s.tally()
	return s, nil
}

func (s *Samples) measureAll(ctx context.Context, part *Part, known *patches, p *placement) error {
	if known != nil {
		err := s.inParallel(ctx, part, known, len(known.first), func(w *worker, start, end int) {
			for i := start; i < end; i++ {
				known.winding[i] = w.windingOf(known.first[i])
			}
		})
		if err != nil {
			return err
		}
	}
	reached := s.Options.reporter(p.count)
	return s.inParallel(ctx, part, known, p.count, func(w *worker, start, end int) {
		w.measure(p, start, end)
		reached(end)
	})
}

// inParallel hands out the numbers below count in chunks to workers.
func (s *Samples) inParallel(ctx context.Context, part *Part, known *patches, count int, work func(w *worker, start, end int)) error {
	workers := make(chan *worker, s.threads())
	s.parts((count+chunk-1)/chunk, func(i int) {
		if ctx.Err() != nil {
			return
		}
		var w *worker
		select {
		case w = <-workers:
		default:
			w = newWorker(s, part, known)
		}
		w.last = mesh.Ball{Face: mesh.NoFace}
		work(w, i*chunk, min((i+1)*chunk, count))
		workers <- w
	})
	return ctx.Err()
}

// threads returns how many processors may be used.
func (s *Samples) threads() int { return threadCount(s.Options.Threads) }

// threadCount returns how many processors an option asks for.
func threadCount(option int) int {
	if option > 0 {
		return option
	}
	return runtime.GOMAXPROCS(0)
}

// parts calls do for each number below count, in parallel.
func (s *Samples) parts(count int, do func(part int)) {
	var next atomic.Int64
	var group parallel.Group
	for range min(s.threads(), count) {
		group.Go(func() {
			for {
				part := int(next.Add(1)) - 1
				if part >= count {
					return
				}
				do(part)
			}
		})
	}
	group.Wait()
}

// A worker measures samples, with scratch memory of its own.
type worker struct {
	samples  *Samples
	mesh     *mesh.Mesh
	probe    *mesh.Probe
	patches  *patches
	delta    float64 // touch in mm
	start    float64 // selfHit in mm
	opposite float64 // −cos β
	hits     []mesh.Hit

	// What lies outside in front of the sample, if that has been looked for and
	// there is something.
	outside            mesh.Hit
	looked, hasOutside bool

	last mesh.Ball // found before, in the same chunk
}

func newWorker(s *Samples, part *Part, known *patches) *worker {
	return &worker{
		samples: s, mesh: part.Mesh, probe: part.BVH.Probe(), patches: known,
		delta:    touch * s.Diagonal,
		start:    selfHit * s.Diagonal,
		opposite: -math.Cos(s.Options.Opposition * math.Pi / 180),
	}
}

// windingOf returns the winding number just inside a face.
func (w *worker) windingOf(face uint32) int {
	a, b, c := w.mesh.Corners(int(face))
	normal := b.Sub(a).Cross(c.Sub(a)).Normalize()
	w.cast(face, pointOn(a, b, c, face, 0), normal)
	winding, _ := w.wind(normal)
	return winding
}

// measure fills the samples start to end, counted along the placement's order.
func (w *worker) measure(p *placement, start, end int) {
	if p.prefix != nil {
		for i := start; i < end; i++ {
			face := p.faceAt(i)
			w.measureOne(&w.samples.All[i], face, uint32(i), p.area/float64(p.count))
		}
		return
	}
	at := sort.Search(len(p.order), func(j int) bool { return int(p.before[j+1]) > start })
	for i := start; i < end; at++ {
		face := p.order[at]
		first, next := p.first[face], p.first[face+1]
		weight := 0.5 * w.mesh.AreaVector(int(face)).Norm() / float64(next-first)
		for k := uint32(i) - p.before[at]; k < next-first && i < end; k++ {
			w.measureOne(&w.samples.All[first+k], face, k, weight)
			i++
		}
	}
}

func (w *worker) measureOne(s *Sample, face, number uint32, weight float64) {
	a, b, c := w.mesh.Corners(int(face))
	corners := [3]r3.Vector{a, b, c}
	normal := b.Sub(a).Cross(c.Sub(a)).Normalize()
	point := pointOn(a, b, c, face, number)
	class, exit := w.look(face, point, normal)
	for try := 0; try < recasts && exit.Face != mesh.NoFace && nearEdge(&exit); try++ {
		point = point.Add(mesh.Scaled(corners[try%3].Sub(point), 0.1))
		class, exit = w.look(face, point, normal)
	}

	local := point.Sub(w.samples.Origin)
	*s = Sample{
		Point:     [3]float32{float32(local.X), float32(local.Y), float32(local.Z)},
		Normal:    [3]float32{float32(normal.X), float32(normal.Y), float32(normal.Z)},
		Clearance: float32(math.Inf(1)),
		Hole:      float32(math.Inf(1)),
		Weight:    float32(weight),
		Face:      face,
		Exit:      exit.Face,
		Class:     class,
	}
	if class != ClassWall && class != ClassEdge {
		return
	}
	s.Thickness = float32(exit.T)
	if class == ClassEdge && exit.T < w.samples.Options.GrooveLimit {
		s.Ball = float32(w.ball(face, point, normal, exit.T))
	}
	clearance := w.clearance(face, point, normal)
	s.Clearance = float32(clearance)
	if clearance < w.samples.Options.HoleReach {
		s.Hole = float32(w.hole(point, normal, clearance))
	}
}

// nearEdge reports whether a hit is so near an edge that the face beyond might
// as well have been hit.
func nearEdge(h *mesh.Hit) bool { return min(h.U, h.V, 1-h.U-h.V) < edgeShare }

// look classifies a point of a face and finds where a ray from it leaves the
// material; that hit is of NoFace if it does not.
func (w *worker) look(face uint32, point, normal r3.Vector) (Class, mesh.Hit) {
	nothing := mesh.Hit{Face: mesh.NoFace}
	winding, contact := 1, false
	w.looked = false
	exit, found := mesh.Hit{}, false
	if known, ok := w.patches.windingAt(face); ok {
		winding = known
		if winding == 1 {
			exit, found = w.firstExit(face, point, normal)
		}
	}
	if winding == 1 && !found {
		w.cast(face, point, normal)
		winding, contact = w.wind(normal)
	}
	switch {
	case winding <= 0:
		return ClassUnknown, nothing
	case winding >= 2:
		return ClassBuried, nothing
	case !found:
		exit = w.exit()
	}
	if contact && exit.T > 2*w.delta {
		return ClassBuried, nothing
	}
	if w.normalOf(exit.Face).Dot(normal) <= w.opposite {
		return ClassWall, exit
	}
	return ClassEdge, exit
}

// firstExit returns the first crossing if it is certain that the material ends
// there, the winding number being one: it leaves, and no other is near it or
// near the start.
func (w *worker) firstExit(face uint32, point, normal r3.Vector) (mesh.Hit, bool) {
	w.hits, w.outside, w.hasOutside = w.probe.BothWays(w.inward(face, point, normal), w.delta, w.start, w.samples.Options.GapReach, w.hits[:0])
	w.looked = true
	if len(w.hits) != 1 || w.hits[0].Sign < 0 || w.hits[0].T <= w.delta {
		return mesh.Hit{}, false
	}
	return w.hits[0], true
}

// inward is the ray from a point into the part; it starts slightly before, so
// that touching bodies are seen.
func (w *worker) inward(face uint32, point, normal r3.Vector) mesh.Ray {
	return mesh.Ray{Origin: point, Dir: normal.Mul(-1), Min: -w.delta, Max: math.Inf(1), Exclude: face}
}

// cast collects all crossings of the ray from a point into the part.
func (w *worker) cast(face uint32, point, normal r3.Vector) {
	w.hits = w.probe.AllHits(w.inward(face, point, normal), w.hits[:0])
}

// wind drops the crossings before the start, and returns the sum of the signs
// of the others and whether a face of another body lies on the ray's start.
func (w *worker) wind(normal r3.Vector) (winding int, contact bool) {
	kept := w.hits[:0]
	for _, h := range w.hits {
		if h.T <= w.delta && h.Sign > 0 && w.normalOf(h.Face).Dot(normal) < contactCosine {
			contact = true
		}
		if h.T >= w.start {
			kept = append(kept, h)
			winding += int(h.Sign)
		}
	}
	w.hits = kept
	return winding, contact
}

// exit returns the crossing where the winding number, one at the start, has
// come down to zero after a group of crossings closer than δ.
func (w *worker) exit() mesh.Hit {
	winding, last := 1, 0
	for i := range w.hits {
		winding -= int(w.hits[i].Sign)
		if w.hits[i].Sign > 0 {
			last = i
		}
		ends := i+1 == len(w.hits) || w.hits[i+1].T-w.hits[i].T >= w.delta
		if ends && winding <= 0 {
			break
		}
	}
	return w.hits[last]
}

func (w *worker) normalOf(face uint32) r3.Vector {
	return w.mesh.AreaVector(int(face)).Normalize()
}

// ball returns the diameter of the largest ball in the material that touches
// point, no larger than thickness, if what holds it lies opposite of point on
// a face that is no neighbour, which is how the material left under a groove
// looks; otherwise 0.
func (w *worker) ball(face uint32, point, normal r3.Vector, thickness float64) float64 {
	ball, found := w.probe.OppositeBall(point, normal, 0.5*thickness, -w.opposite, face, &w.last)
	w.last = ball
	if !found || w.neighbours(face, ball.Face) {
		return 0
	}
	return 2 * ball.Radius
}

// neighbours reports whether two faces share a vertex.
func (w *worker) neighbours(f, g uint32) bool {
	for _, v := range w.mesh.Triangles[f] {
		for _, u := range w.mesh.Triangles[g] {
			if u == v {
				return true
			}
		}
	}
	return false
}

// clearance returns the distance from point along normal to a face that
// enters material and lies opposite, +Inf if the first face hit is none.
func (w *worker) clearance(face uint32, point, normal r3.Vector) float64 {
	distance, hit, found := -w.outside.T, w.outside, w.hasOutside
	if !w.looked {
		hit, found = w.probe.ClosestHit(mesh.Ray{
			Origin: point, Dir: normal,
			Min: w.start, Max: w.samples.Options.GapReach, Exclude: face,
		})
		distance = hit.T
	}
	if !found || w.normalOf(hit.Face).Dot(normal) > w.opposite {
		return math.Inf(1)
	}
	return distance
}
