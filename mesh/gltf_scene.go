package mesh

import "fmt"

// placeScene builds what the scene places.
//
// Nodes become groups and meshes become objects of an assembly, which counts
// what comes out before it is built. Only meshes that the scene reaches are
// decoded, each once.
func (g *gltfReader) placeScene() error {
	roots, err := g.roots()
	if err != nil {
		return err
	}
	s := gltfScene{gltfReader: g, assembly: assembly{format: g.format, limits: g.limits}}
	if err := s.reach(roots); err != nil {
		return err
	}
	s.objects = make([]assemblyObject, len(g.nodes)+len(g.meshes))
	for i := range g.meshes {
		if err := s.addMesh(i); err != nil {
			return err
		}
	}
	for i := range g.nodes {
		if err := s.addNode(i); err != nil {
			return err
		}
	}
	items := make([]component, len(roots))
	for i, root := range roots {
		own := transform{m: s.nodes[root].matrix}
		if items[i], err = s.component(root, own.then(&transform{m: gltfUpright}).m); err != nil {
			return err
		}
	}
	if err := s.measure(items, false); err != nil {
		return err
	}
	// Only now, so that a node within itself is called what it is.
	if err := s.checkTrees(roots); err != nil {
		return err
	}
	if len(s.triangles) == 0 && g.b.degenerate == 0 && s.others {
		return refuse(g.format, CodeNoFaces, "", "the scene holds points or lines only; export the part as a surface")
	}
	if s.others {
		g.b.warn(CodeIgnoredContent, "points and lines were ignored")
	}
	if s.morphs {
		g.b.warn(CodeIgnoredContent, "morph targets were ignored; the basic shape was read")
	}
	if s.skinned {
		g.b.warn(CodeIgnoredContent, "skins were ignored; the shape is that before any skeleton moves it")
	}
	_, err = s.place(g.b, items)
	return err
}

// gltfUpright turns y upward into z upward: x, y, z become x, −z, y.
var gltfUpright = [12]float64{0: 1, 5: 1, 7: -1}

// gltfScene makes an assembly of a scene. Objects are the nodes, followed by
// the meshes.
type gltfScene struct {
	*gltfReader
	assembly
	reachedNodes, reachedMeshes []bool
	decoded                     int // triangles of the primitives decoded
	skinned, morphs, others     bool
}

// roots returns the nodes the scene begins with: those of the default scene,
// or of the first. A file without scenes is a library; all that is in it
// counts.
func (g *gltfReader) roots() ([]int64, error) {
	scene := max(g.scene, 0)
	if g.scene >= int64(len(g.scenes)) {
		return nil, refuse(g.format, CodeGLTFSyntax, "", "scene %d of %d does not exist", g.scene, len(g.scenes))
	}
	if len(g.scenes) > 1 {
		g.b.warn(CodeIgnoredContent, "the file holds %d scenes; only number %d was read", len(g.scenes), scene)
	}
	if len(g.scenes) > 0 {
		return g.scenes[scene], nil
	}
	if len(g.nodes) == 0 {
		for i := range g.meshes {
			g.nodes = append(g.nodes, gltfNode{mesh: int64(i), matrix: identityMatrix})
		}
	}
	isChild := make([]bool, len(g.nodes))
	for i := range g.nodes {
		for _, c := range g.nodes[i].children {
			if c < int64(len(isChild)) {
				isChild[c] = true
			}
		}
	}
	var roots []int64
	for i, child := range isChild {
		if !child {
			roots = append(roots, int64(i))
		}
	}
	return roots, nil
}

// reach marks the nodes and meshes below the roots and checks that they exist.
func (s *gltfScene) reach(roots []int64) error {
	s.reachedNodes = make([]bool, len(s.nodes))
	s.reachedMeshes = make([]bool, len(s.meshes))
	var next []int64
	push := func(list []int64) error {
		for _, i := range list {
			if i >= int64(len(s.nodes)) {
				return refuse(s.format, CodeGLTFSyntax, "", "node %d of %d does not exist", i, len(s.nodes))
			}
			if !s.reachedNodes[i] {
				s.reachedNodes[i] = true
				next = append(next, i)
			}
		}
		return nil
	}
	if err := push(roots); err != nil {
		return err
	}
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		n := &s.nodes[i]
		if err := push(n.children); err != nil {
			return err
		}
		if n.mesh < 0 {
			continue
		}
		place := fmt.Sprintf("nodes[%d]", i)
		if n.mesh >= int64(len(s.meshes)) {
			return refuse(s.format, CodeGLTFSyntax, place, "mesh %d of %d does not exist", n.mesh, len(s.meshes))
		}
		if n.instanced {
			return refuse(s.format, CodeUnsupportedExtension, place, "the extension EXT_mesh_gpu_instancing is not read; export each copy as a node")
		}
		s.reachedMeshes[n.mesh] = true
		s.skinned = s.skinned || n.skinned
	}
	return nil
}

// checkTrees refuses nodes that have two parents or are twice in the scene.
// glTF forbids it, and readers differ on where such a node is.
func (s *gltfScene) checkTrees(roots []int64) error {
	placed := make([]bool, len(s.nodes))
	check := func(list []int64) error {
		for _, i := range list {
			if placed[i] {
				return refuse(s.format, CodeGLTFSyntax, fmt.Sprintf("nodes[%d]", i), "a node has two parents, or is twice in the scene")
			}
			placed[i] = true
		}
		return nil
	}
	if err := check(roots); err != nil {
		return err
	}
	for i := range s.nodes {
		if s.reachedNodes[i] {
			if err := check(s.nodes[i].children); err != nil {
				return err
			}
		}
	}
	return nil
}

// addNode makes a node the group of its mesh and its children.
func (s *gltfScene) addNode(i int) error {
	n, o := &s.nodes[i], &s.objects[i]
	o.label = fmt.Sprintf("nodes[%d]", i)
	o.components.start = len(s.components)
	if s.reachedNodes[i] {
		o.name = n.name
		if n.mesh >= 0 {
			if o.name == "" {
				o.name = s.meshes[n.mesh].name
			}
			if object := len(s.nodes) + int(n.mesh); s.objects[object].triangles.len() > 0 {
				s.components = append(s.components, component{object: int32(object), transform: -1})
			}
		}
		for _, child := range n.children {
			c, err := s.component(child, s.nodes[child].matrix)
			if err != nil {
				return err
			}
			s.components = append(s.components, c)
		}
	}
	o.components.end = len(s.components)
	if o.components.len() == 0 {
		o.use = useOther // nothing that could be built
	}
	return nil
}

// component places a node.
func (s *gltfScene) component(node int64, m [12]float64) (component, error) {
	t, ok := s.addTransform(m)
	if !ok {
		return component{}, refuse(s.format, CodeTransform, fmt.Sprintf("nodes[%d]", node), "the node flattens or explodes what it places")
	}
	return component{object: int32(node), transform: t}, nil
}
