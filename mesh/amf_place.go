package mesh

import (
	"fmt"
	"math"
	"strings"
)

func (r *amfReader) readConstellation() error {
	index, err := r.addObject("constellation")
	if err != nil {
		return err
	}
	r.top[index] = true
	start := len(r.components)
	err = r.children(func() error {
		switch {
		case r.in("instance"):
			return r.readInstance()
		case r.in("metadata"):
			return r.readMetadata()
		}
		return r.fault(CodeAMFSyntax, "<%s> in a constellation", cleanName(string(r.name.local)))
	})
	r.objects[index].components = span{start, len(r.components)}
	if err == nil && len(r.components) == start {
		r.objects[index].refusal = refuse(FormatAMF, CodeEmptyMesh, r.xmlScanner.place(), "%s places nothing", r.objects[index].label)
	}
	return err
}

// An amfInstance is the placement of an instance: scaled and mirrored, turned
// about x, y and z in degrees, moved. Scale and mirroring are additions of the
// slicers of the Slic3r family.
type amfInstance struct {
	shift, turn, scale, mirror [3]float64
	uniform                    float64
	unprintable                bool
}

func (r *amfReader) readInstance() error {
	id, ok := r.attr(spaceNone, "objectid")
	if id = trimXMLSpace(id); !ok || len(id) == 0 || len(id) > amfIDBytes {
		return r.fault(CodeAMFSyntax, "an instance without an objectid")
	}
	ref := amfRef{id: string(id), line: r.line()}
	in := amfInstance{scale: [3]float64{1, 1, 1}, uniform: 1}
	seen := make(map[string]bool)
	err := r.children(func() error {
		name := string(r.name.local)
		field := in.field(name)
		if r.name.space != r.space || field == nil && name != "printable" {
			return r.fault(CodeAMFSyntax, "<%s> in an instance", cleanName(name))
		}
		if seen[name] {
			return r.fault(CodeAMFSyntax, "an instance has <%s> twice", name)
		}
		seen[name] = true
		text, err := r.leaf()
		if err != nil {
			return err
		}
		v, ok := parseFloat(text)
		if !ok {
			return r.fault(CodeNumberFormat, "%s is no number", cleanName(string(text)))
		}
		if field == nil {
			in.unprintable = v == 0
		} else {
			*field = v
		}
		return nil
	})
	if err != nil {
		return err
	}
	if limit := nodesPerInstance * r.xmlScanner.limits.Instances; len(r.components) >= limit {
		return r.fault(CodeLimitInstances, "more than %d instances", limit)
	}
	if in.unprintable && len(r.unprintable) < r.xmlScanner.limits.Instances {
		r.unprintable = append(r.unprintable, ref)
		return nil
	}
	t, ok := r.addTransform(in.matrix())
	if !ok {
		return r.fault(CodeTransform, "the instance of %s is placed out of range or flattened", cleanName(ref.id))
	}
	r.components = append(r.components, component{object: -1, transform: t})
	r.refs = append(r.refs, ref)
	return nil
}

// field returns where the number of a child of an instance goes.
func (in *amfInstance) field(name string) *float64 {
	if name == "scale" {
		return &in.uniform
	}
	lists := [...]struct {
		prefix string
		list   *[3]float64
	}{{"delta", &in.shift}, {"r", &in.turn}, {"scale", &in.scale}, {"mirror", &in.mirror}}
	for _, l := range lists {
		if axis, ok := strings.CutPrefix(name, l.prefix); ok && len(axis) == 1 && axis[0]-'x' <= 2 {
			return &l.list[axis[0]-'x']
		}
	}
	return nil
}

func (in *amfInstance) matrix() [12]float64 {
	t := identityTransform
	for i := range 3 {
		t.m[4*i] = in.uniform * in.scale[i]
		if in.mirror[i] != 0 {
			t.m[4*i] = -t.m[4*i]
		}
	}
	for i := range 3 {
		turn := rotation(i, in.turn[i])
		t = t.then(&turn)
	}
	copy(t.m[9:], in.shift[:])
	return t.m
}

// rotation returns the turn by an angle in degrees about an axis. Quarter
// turns are exact.
func rotation(axis int, degrees float64) transform {
	t := identityTransform
	if degrees == 0 {
		return t
	}
	sin, cos := math.Sincos(math.Remainder(degrees, 360) * (math.Pi / 180))
	switch math.Remainder(degrees, 360) {
	case 90:
		sin, cos = 1, 0
	case -90:
		sin, cos = -1, 0
	case 180, -180:
		sin, cos = 0, -1
	}
	u, v := (axis+1)%3, (axis+2)%3
	t.m[3*u+u], t.m[3*u+v] = cos, sin
	t.m[3*v+u], t.m[3*v+v] = -sin, cos
	return t
}

// resolveAMF finds what the instances refer to and returns what is built: the
// constellations that no other one contains and the objects that none places.
func (r *amfReader) resolveAMF() ([]component, error) {
	placed := make([]bool, len(r.objects))
	for i := range r.components {
		index, err := r.lookupRef(&r.refs[i])
		if err != nil {
			return nil, err
		}
		r.components[i].object = index
		placed[index] = true
	}
	for i := range r.unprintable {
		index, err := r.lookupRef(&r.unprintable[i])
		if err != nil {
			return nil, err
		}
		placed[index] = true
	}
	constellations, loose := 0, 0
	var roots []component
	for i := range r.objects {
		if r.top[i] {
			constellations++
		}
		if placed[i] {
			continue
		}
		if !r.top[i] {
			loose++
		}
		roots = append(roots, component{object: int32(i), transform: -1})
	}
	if constellations > 0 && loose > 0 {
		r.builder.warn(CodeIgnoredContent, "%d objects that no constellation places were taken where they are", loose)
	}
	return roots, nil
}

func (r *amfReader) lookupRef(ref *amfRef) (int32, error) {
	if index, ok := r.ids[ref.id]; ok {
		return index, nil
	}
	return 0, refuse(FormatAMF, CodeReference, fmt.Sprintf("line %d", ref.line), "there is no object %s", cleanName(ref.id))
}
