package printability

import (
	"context"
	"math"
	"runtime"
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
	// nearEdge is the barycentric distance from an edge below which a ray is
	// cast again from a point beside it.
	nearEdge = 1e-9
	// recasts bounds how often a ray is cast again.
	recasts = 6
	// contactCosine: faces of touching bodies have opposite normals.
	contactCosine = -0.99
)

// chunk is how many samples a worker takes at a time.
const chunk = 2048

// Measure samples the surface of m and measures at each sample how thick the
// material below and how wide the clearance above is. bvh is that of m;
// volume is that of m, nil when its surface is open.
//
// From a point on a face a ray goes straight into the part. The sum of all
// its crossings, leaving minus entering, is the winding number just inside
// the face, which must be one; the crossing that brings it down to zero is
// where the material ends. So overlapping shells count as their union, a
// cavity ends a wall, and a hole is noticed instead of measured through.
//
// The result is the same for every number of threads. It takes one ray of all
// hits and one short ray a sample, and holds 52 bytes for each. The only error is
// ctx's.
func Measure(ctx context.Context, m *mesh.Mesh, bvh *mesh.BVH, volume *float64, opts SampleOptions) (*Samples, error) {
	opts = opts.WithDefaults()
	box := m.Bounds()
	p := place(m, opts)
	s := &Samples{
		Origin:   box.Min,
		Diagonal: box.Diagonal(),
		Area:     p.area,
		Spacing:  p.spacing,
		Volume:   volume,
		Step:     m.Step(),
		Faces:    len(m.Triangles),
		Reduced:  p.prefix != nil,
		Options:  opts,
		All:      make([]Sample, p.count),
	}
	if s.Reduced {
		s.limitsHit = append(s.limitsHit, "thickness: fewer samples than triangles")
	}
	if err := s.measureAll(ctx, m, bvh, &p); err != nil {
		return nil, err
	}
	for i := range s.All {
		switch s.All[i].Class {
		case ClassUnknown:
			s.unknown += float64(s.All[i].Weight)
		case ClassBuried:
			s.buried += float64(s.All[i].Weight)
		}
	}
	return s, nil
}

func (s *Samples) measureAll(ctx context.Context, m *mesh.Mesh, bvh *mesh.BVH, p *placement) error {
	threads := s.Options.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var group parallel.Group
	for range threads {
		group.Go(func() {
			w := newWorker(s, m, bvh)
			for ctx.Err() == nil {
				end := int(next.Add(chunk))
				start := end - chunk
				if start >= p.count {
					return
				}
				w.measure(p, start, min(end, p.count))
			}
		})
	}
	group.Wait()
	return ctx.Err()
}

// A worker measures samples, with scratch memory of its own.
type worker struct {
	samples  *Samples
	mesh     *mesh.Mesh
	bvh      *mesh.BVH
	delta    float64 // touch in mm
	start    float64 // selfHit in mm
	opposite float64 // −cos β
	hits     []mesh.Hit
}

func newWorker(s *Samples, m *mesh.Mesh, bvh *mesh.BVH) *worker {
	return &worker{
		samples: s, mesh: m, bvh: bvh,
		delta:    touch * s.Diagonal,
		start:    selfHit * s.Diagonal,
		opposite: -math.Cos(s.Options.Opposition * math.Pi / 180),
	}
}

// measure fills the samples start to end.
func (w *worker) measure(p *placement, start, end int) {
	face, number, weight := p.sample(w.mesh, start)
	for i := start; i < end; i++ {
		if p.prefix != nil {
			face, number, weight = p.sample(w.mesh, i)
		} else if i > start {
			number++
			if int(p.first[face+1]) <= i {
				face, number, weight = p.nextFace(w.mesh, face, i)
			}
		}
		w.measureOne(&w.samples.All[i], face, number, weight)
	}
}

// nextFace returns the first face after face that has sample i.
func (p *placement) nextFace(m *mesh.Mesh, face uint32, i int) (next, number uint32, weight float64) {
	for int(p.first[face+1]) <= i {
		face++
	}
	k := p.first[face+1] - p.first[face]
	return face, 0, 0.5 * m.AreaVector(int(face)).Norm() / float64(k)
}

func (w *worker) measureOne(s *Sample, face, number uint32, weight float64) {
	a, b, c := w.mesh.Corners(int(face))
	normal := b.Sub(a).Cross(c.Sub(a)).Normalize()
	point := pointOn(a, b, c, face, number)
	point = w.castInward(face, point, normal, [3]r3.Vector{a, b, c})

	local := point.Sub(w.samples.Origin)
	*s = Sample{
		Point:     [3]float32{float32(local.X), float32(local.Y), float32(local.Z)},
		Normal:    [3]float32{float32(normal.X), float32(normal.Y), float32(normal.Z)},
		Clearance: float32(math.Inf(1)),
		Weight:    float32(weight),
		Face:      face,
		Exit:      mesh.NoFace,
	}
	thickness, exit, class := w.classify(normal)
	s.Class = class
	if class != ClassWall && class != ClassEdge {
		return
	}
	s.Thickness, s.Exit = float32(thickness), exit
	if class == ClassEdge && thickness < w.samples.Options.GrooveLimit {
		s.Ball = float32(w.ball(face, point, normal, thickness))
	}
	s.Clearance = float32(w.clearance(face, point, normal))
}

// castInward collects all crossings of the ray from point into the part,
// from slightly before point. A ray that meets an edge is cast again from a
// point beside. It returns the point that was used.
func (w *worker) castInward(face uint32, point, normal r3.Vector, corners [3]r3.Vector) r3.Vector {
	for try := 0; ; try++ {
		w.hits = w.bvh.AllHits(mesh.Ray{
			Origin: point, Dir: normal.Mul(-1),
			Min: -w.delta, Max: math.Inf(1), Exclude: face,
		}, w.hits[:0])
		if try == recasts || !w.meetsEdge() {
			return point
		}
		point = point.Add(corners[try%3].Sub(point).Mul(0.1))
	}
}

func (w *worker) meetsEdge() bool {
	for i := range w.hits {
		h := &w.hits[i]
		if h.T >= w.start && min(h.U, h.V, 1-h.U-h.V) < nearEdge {
			return true
		}
	}
	return false
}

// classify walks the crossings in w.hits of the ray against normal.
func (w *worker) classify(normal r3.Vector) (thickness float64, exit uint32, class Class) {
	winding, contact := w.wind(normal)
	switch {
	case winding <= 0:
		return 0, mesh.NoFace, ClassUnknown
	case winding >= 2:
		return 0, mesh.NoFace, ClassBuried
	}
	last := w.exit()
	thickness, exit = w.hits[last].T, w.hits[last].Face
	if contact && thickness > 2*w.delta {
		return 0, mesh.NoFace, ClassBuried
	}
	if w.normalOf(exit).Dot(normal) <= w.opposite {
		return thickness, exit, ClassWall
	}
	return thickness, exit, ClassEdge
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

// exit returns the index of the crossing where the winding number, one at the
// start, has come down to zero after a group of crossings closer than δ.
func (w *worker) exit() int {
	winding, last := 1, 0
	for i := range w.hits {
		winding -= int(w.hits[i].Sign)
		if w.hits[i].Sign > 0 {
			last = i
		}
		ends := i+1 == len(w.hits) || w.hits[i+1].T-w.hits[i].T >= w.delta
		if ends && winding <= 0 {
			return last
		}
	}
	return last
}

func (w *worker) normalOf(face uint32) r3.Vector {
	return w.mesh.AreaVector(int(face)).Normalize()
}

// ball returns the diameter of the largest ball in the material that touches
// point, no larger than thickness, if what holds it lies opposite of point on
// a face that is no neighbour, which is how the material left under a groove
// looks; otherwise 0.
func (w *worker) ball(face uint32, point, normal r3.Vector, thickness float64) float64 {
	ball := w.bvh.TangentBall(point, normal, 0.5*thickness, face)
	if ball.Face == mesh.NoFace || w.neighbours(face, ball.Face) {
		return 0
	}
	centre := point.Sub(normal.Mul(ball.Radius))
	if normal.Dot(ball.Contact.Sub(centre)) > w.opposite*ball.Radius {
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
	hit, found := w.bvh.ClosestHit(mesh.Ray{
		Origin: point, Dir: normal,
		Min: w.start, Max: w.samples.Options.GapReach, Exclude: face,
	})
	if !found || w.normalOf(hit.Face).Dot(normal) > w.opposite {
		return math.Inf(1)
	}
	return hit.T
}
