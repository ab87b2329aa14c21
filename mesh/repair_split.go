package mesh

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/r3"
)

// splitRounds bounds how often sheets are separated: a second round is for
// edges that two sheets share with both ends, a third for what filling holes
// has brought together.
const splitRounds = 4

// split gives every sheet at a non-manifold edge, and every fan at a
// non-manifold vertex, vertices of its own at the same place (A. Guéziec et
// al., "Cutting and Stitching: Converting Sets of Polygons to Manifold
// Surfaces", IEEE TVCG 7, 2001). With holesMeet, the fans of one vertex stay
// together where each lies between two holes: closing these joins them.
//
// A surface whose sheets make it one-sided however they are paired stays as it
// is.
func (r *repairer) split(holesMeet bool) (change, error) {
	before := *r
	for _, anyTurn := range [...]bool{true, false} {
		done, err := r.separate(holesMeet, anyTurn)
		if err != nil || r.topology.Orientable() {
			return done, err
		}
		*r = before
	}
	return change{}, nil
}

// separate separates the sheets, with those of equal turn paired or not.
func (r *repairer) separate(holesMeet, anyTurn bool) (done change, err error) {
	for range splitRounds {
		if r.topology.Manifold() || !r.topology.Orientable() {
			break
		}
		before := r.mesh
		s := r.newSplitter(holesMeet)
		s.pairEdges(anyTurn)
		m, copies := s.separated()
		for _, v := range copies {
			done.at(r.mesh.Vertices[v])
		}
		if len(copies) > 0 {
			if err := r.take(m, nil); err != nil {
				return done, err
			}
		}
		if err := r.splitTwins(anyTurn, &done); err != nil {
			return done, err
		}
		if r.mesh == before {
			break
		}
	}
	return done, nil
}

// A splitter separates the sheets of a mesh.
type splitter struct {
	mesh      *Mesh
	topology  *Topology
	holesMeet bool
	sheets    []uint32          // see repairer.sheets; nil if no edge is non-manifold
	twins     map[uint32]uint32 // of half-edges at non-manifold edges; NoIndex where it has none
}

func (r *repairer) newSplitter(holesMeet bool) *splitter {
	s := &splitter{mesh: r.mesh, topology: r.topology, holesMeet: holesMeet, twins: map[uint32]uint32{}}
	if r.topology.NonManifoldEdges.Len() > 0 {
		s.sheets = r.sheets()
	}
	return s
}

// pairEdges pairs the half-edges at every non-manifold edge.
func (s *splitter) pairEdges(anyTurn bool) {
	edges := &s.topology.NonManifoldEdges
	for i := range edges.Len() {
		edge := edges.At(i)
		for _, h := range edge {
			s.twins[h] = noIndex
		}
		for _, p := range s.pairAround(edge, anyTurn) {
			s.twins[p[0]], s.twins[p[1]] = p[1], p[0]
		}
	}
}

// A sheetEnd is a half-edge among those at one edge, seen along it.
type sheetEnd struct {
	halfEdge uint32
	angle    float64 // of its triangle around the edge
	closes   bool    // the material lies on the side of smaller angles
	paired   bool
}

// sameSheetAngle is the angle below which triangles at an edge lie on one
// another.
const sameSheetAngle = 1e-9

// pairAround pairs the half-edges at one edge so that each pair bounds one
// wedge of material, the way brackets match around a circle: bodies that touch
// come apart. Of several that lie on one another, that of the same sheet is
// taken. If anyTurn is set, what is left, turned all alike, is paired with its
// neighbours if it can be without rest.
func (s *splitter) pairAround(edge []uint32, anyTurn bool) (pairs [][2]uint32) {
	ends := sheetEnds(s.mesh, edge)
	var open []int
	for k := range 2 * len(ends) {
		i := k % len(ends)
		e := &ends[i]
		switch {
		case e.paired:
		case !e.closes:
			if k < len(ends) {
				open = append(open, i)
			}
		case len(open) > 0:
			at := s.matching(ends, open, e)
			o := &ends[open[at]]
			open = slices.Delete(open, at, at+1)
			e.paired, o.paired = true, true
			pairs = append(pairs, [2]uint32{o.halfEdge, e.halfEdge})
		}
	}
	rest := slices.DeleteFunc(ends, func(e sheetEnd) bool { return e.paired })
	if !anyTurn || len(rest)%2 != 0 || len(rest) == 0 {
		return pairs
	}
	even := 0.0 // the sum of the angles if the first is paired with the second
	for i := 0; i < len(rest); i += 2 {
		even += rest[i+1].angle - rest[i].angle
	}
	if even > math.Pi {
		rest = append(rest[1:], rest[0])
	}
	for i := 0; i < len(rest); i += 2 {
		pairs = append(pairs, [2]uint32{rest[i].halfEdge, rest[i+1].halfEdge})
	}
	return pairs
}

// matching returns the place in open of the end that e is paired with.
func (s *splitter) matching(ends []sheetEnd, open []int, e *sheetEnd) int {
	last := len(open) - 1
	for at := last; at >= 0 && ends[open[at]].angle == ends[open[last]].angle; at-- {
		if s.sheets[ends[open[at]].halfEdge/3] == s.sheets[e.halfEdge/3] {
			return at
		}
	}
	return last
}

// sheetEnds sorts the half-edges at an edge by their angle around it, from
// that of the first on. Of triangles that lie on one another, those come first
// that close a wedge.
func sheetEnds(m *Mesh, edge []uint32) []sheetEnd {
	v := origin(m.Triangles, edge[0])
	foot := m.Vertices[v]
	axis := m.Vertices[origin(m.Triangles, nextHalfEdge(edge[0]))].Sub(foot).Normalize()
	away := func(h uint32) r3.Vector {
		d := m.Vertices[origin(m.Triangles, previousHalfEdge(h))].Sub(foot)
		return d.Sub(Scaled(axis, d.Dot(axis)))
	}
	x := away(edge[0])
	y := axis.Cross(x)
	ends := make([]sheetEnd, len(edge))
	for i, h := range edge {
		d := away(h)
		angle := math.Atan2(d.Dot(y), d.Dot(x))
		if angle < -sameSheetAngle {
			angle += 2 * math.Pi
		}
		ends[i] = sheetEnd{halfEdge: h, angle: max(angle, 0), closes: origin(m.Triangles, h) == v}
	}
	slices.SortFunc(ends, func(a, b sheetEnd) int {
		return cmp.Or(cmp.Compare(a.angle, b.angle), cmp.Compare(a.halfEdge, b.halfEdge))
	})
	for i := 1; i < len(ends); i++ {
		if ends[i].angle-ends[i-1].angle < sameSheetAngle {
			ends[i].angle = ends[i-1].angle
		}
	}
	slices.SortStableFunc(ends, func(a, b sheetEnd) int {
		closing := 0
		if a.closes != b.closes {
			if closing = 1; a.closes {
				closing = -1
			}
		}
		return cmp.Or(cmp.Compare(a.angle, b.angle), closing)
	})
	return ends
}

// twin returns the half-edge paired with h, or NoIndex.
func (s *splitter) twin(h uint32) uint32 {
	if twin, ok := s.twins[h]; ok {
		return twin
	}
	return s.topology.Twins[h]
}

// separated returns the mesh with a vertex for each fan, and the vertices that
// were copied, once for each copy.
func (s *splitter) separated() (*Mesh, []uint32) {
	m := withTriangles(s.mesh)
	m.Vertices = slices.Clip(m.Vertices)
	at := s.cornersAt()
	var copies []uint32
	for _, v := range s.topology.NonManifoldVertices {
		fans := s.fans(at[v], v)
		for _, fan := range fans[1:] {
			for _, h := range fan {
				m.Triangles[h/3][h%3] = uint32(len(m.Vertices))
			}
			m.Vertices = append(m.Vertices, m.Vertices[v])
			copies = append(copies, v)
		}
	}
	return m, copies
}

// cornersAt returns, for every non-manifold vertex, the half-edges that start
// there, rising.
func (s *splitter) cornersAt() map[uint32][]uint32 {
	at := make(map[uint32][]uint32, len(s.topology.NonManifoldVertices))
	marked := make([]bool, len(s.mesh.Vertices))
	for _, v := range s.topology.NonManifoldVertices {
		marked[v] = true
	}
	for f := range s.mesh.Triangles {
		for k, v := range s.mesh.Triangles[f] {
			if marked[v] {
				at[v] = append(at[v], uint32(3*f+k))
			}
		}
	}
	return at
}

// fans groups the corners at vertex v by the fans they belong to. The first
// group, of those that lie between two holes if they are to meet and else that
// of the first corner, keeps the vertex.
func (s *splitter) fans(corners []uint32, v uint32) [][]uint32 {
	parent := make([]uint32, len(corners))
	for i := range parent {
		parent[i] = uint32(i)
	}
	ends := make([]fanEnds, len(corners))
	for i, h := range corners {
		for _, edge := range [...]uint32{h, previousHalfEdge(h)} {
			twin := s.twin(edge)
			if twin == noIndex {
				if _, shared := s.twins[edge]; shared {
					ends[i] |= endsAtShared
				} else {
					ends[i] |= endsAtHole
				}
				continue
			}
			corner := twin
			if origin(s.mesh.Triangles, twin) != v {
				corner = nextHalfEdge(twin)
			}
			if j, found := slices.BinarySearch(corners, corner); found {
				unite(parent, uint32(i), uint32(j))
			}
		}
	}
	for i := range corners {
		ends[rootOf(parent, uint32(i))] |= ends[i]
	}
	groupOf := make(map[uint32]int)
	var groups [][]uint32
	meeting := -1
	for i, h := range corners {
		root := rootOf(parent, uint32(i))
		g, known := groupOf[root]
		if !known {
			meets := s.holesMeet && ends[root] == endsAtHole
			if g = len(groups); meets && meeting >= 0 {
				g = meeting
			} else {
				groups = append(groups, nil)
				if meets {
					meeting = g
				}
			}
			groupOf[root] = g
		}
		groups[g] = append(groups[g], h)
	}
	if meeting > 0 {
		groups[0], groups[meeting] = groups[meeting], groups[0]
	}
	return groups
}

// fanEnds says at what a fan ends.
type fanEnds uint8

const (
	endsAtHole fanEnds = 1 << iota
	endsAtShared
)

// splitTwins splits the edges that several sheets still share, because these
// are one around either end: each sheet gets a point in the middle of its own.
func (r *repairer) splitTwins(anyTurn bool, done *change) error {
	edges := &r.topology.NonManifoldEdges
	if edges.Len() == 0 {
		return nil
	}
	s := r.newSplitter(false)
	s.pairEdges(anyTurn)
	vertices := slices.Clip(r.mesh.Vertices)
	var points []edgePoint
	for i := range edges.Len() {
		edge := edges.At(i)
		a := r.mesh.Vertices[origin(r.mesh.Triangles, edge[0])]
		b := r.mesh.Vertices[origin(r.mesh.Triangles, nextHalfEdge(edge[0]))]
		middle := Scaled(a.Add(b), 0.5)
		if r.mesh.SinglePrecision {
			middle = r3.Vector{X: float64(float32(middle.X)), Y: float64(float32(middle.Y)), Z: float64(float32(middle.Z))}
		}
		if middle == a || middle == b {
			continue
		}
		done.at(middle)
		for _, h := range edge {
			if twin := s.twins[h]; twin != noIndex && twin < h {
				continue
			} else if points = append(points, edgePoint{h, 0.5, uint32(len(vertices))}); twin != noIndex {
				points = append(points, edgePoint{twin, 0.5, uint32(len(vertices))})
			}
			vertices = append(vertices, middle)
		}
	}
	slices.SortFunc(points, compareEdgePoints)
	return r.splitEdges(vertices, points)
}
