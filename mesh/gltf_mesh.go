package mesh

import "fmt"

// addMesh decodes the primitives of a mesh that the scene reaches.
func (s *gltfScene) addMesh(i int) error {
	m, o := &s.meshes[i], &s.objects[len(s.nodes)+i]
	o.label = fmt.Sprintf("meshes[%d]", i)
	o.vertices.start, o.triangles.start = len(s.vertices), len(s.triangles)
	if s.reachedMeshes[i] {
		for k := range m.primitives {
			if err := s.addPrimitive(o, &m.primitives[k], fmt.Sprintf("%s.primitives[%d]", o.label, k)); err != nil {
				return err
			}
		}
		s.others = s.others || m.others
		s.morphs = s.morphs || m.morphs
	}
	o.vertices.end, o.triangles.end = len(s.vertices), len(s.triangles)
	return nil
}

// gltfRun is a primitive whose numbers are known to be there.
type gltfRun struct {
	mode      gltfMode
	points    gltfValues
	corners   gltfValues // none if each point is a corner
	triangles int
}

// run finds the numbers of a primitive.
func (g *gltfReader) run(p *gltfPrimitive, place string) (r gltfRun, err error) {
	r.mode = p.mode
	if r.points, err = g.points(p.position); err != nil {
		if p.compressed {
			return r, refuse(g.format, CodeUnsupportedExtension, place, "the mesh is compressed (KHR_draco_mesh_compression); export it without compression")
		}
		return r, err
	}
	n := r.points.count
	if p.indices >= 0 {
		if r.corners, err = g.corners(p.indices); err != nil {
			return r, err
		}
		n = r.corners.count
	}
	switch {
	case p.mode != gltfTriangles:
		r.triangles = max(n-2, 0)
	case n%3 != 0:
		return r, refuse(g.format, CodeGLTFSyntax, place, "%d corners do not make whole triangles", n)
	default:
		r.triangles = n / 3
	}
	return r, nil
}

// corner returns the point at corner i.
func (r *gltfRun) corner(i int) int64 {
	if r.corners.count == 0 {
		return int64(i)
	}
	return r.corners.index(i)
}

// triangle returns the corners of triangle i, as the mode orders them.
func (r *gltfRun) triangle(i int) [3]int64 {
	switch r.mode {
	case gltfStrip:
		odd := i & 1
		return [3]int64{r.corner(i), r.corner(i + 1 + odd), r.corner(i + 2 - odd)}
	case gltfFan:
		return [3]int64{r.corner(0), r.corner(i + 1), r.corner(i + 2)}
	}
	return [3]int64{r.corner(3 * i), r.corner(3*i + 1), r.corner(3*i + 2)}
}

// addPrimitive appends the triangles of a primitive to the object o.
//
// Its points become vertices once each, unless the triangles use few of them;
// then each corner becomes a vertex, so that memory goes with the triangles
// and not with how often an accessor is used.
func (s *gltfScene) addPrimitive(o *assemblyObject, p *gltfPrimitive, place string) error {
	if err := s.b.ctx.Err(); err != nil {
		return err
	}
	run, err := s.run(p, place)
	if err != nil {
		return err
	}
	if s.decoded += run.triangles; s.decoded > s.limits.Triangles {
		return s.b.tooManyTriangles()
	}
	first := len(s.vertices) - o.vertices.start
	shared := run.points.count <= 3*run.triangles
	if shared {
		for i := range run.points.count {
			s.vertices = append(s.vertices, run.points.point(i))
		}
	}
	count := int64(run.points.count)
	for i := range run.triangles {
		c := run.triangle(i)
		if last := max(c[0], c[1], c[2]); last >= count {
			return refuse(s.format, CodeIndexRange, place, "vertex %d of %d does not exist", last, count)
		}
		if c[0] == c[1] || c[1] == c[2] || c[2] == c[0] {
			if run.mode == gltfTriangles {
				s.b.degenerate++ // in strips and fans they are joints
			}
			continue
		}
		var t Triangle
		for k := range t {
			if shared {
				t[k] = uint32(first + int(c[k]))
			} else {
				t[k] = uint32(len(s.vertices) - o.vertices.start)
				s.vertices = append(s.vertices, run.points.point(int(c[k])))
			}
		}
		s.triangles = append(s.triangles, t)
	}
	return nil
}
