package mesh_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

// mutationBase is a model in which every element and attribute of the core
// specification, the materials extension and the production extension that
// is read has a part.
var mutationBase = modelXML(
	`unit="inch" xml:lang="en-US" xmlns:m="`+materialURI+`" xmlns:p="`+productionURI+`" requiredextensions="p m"`,
	`<basematerials id="1"><base name="a" displaycolor="#0000FF"/><base name="b" displaycolor="#FF0000FF"/></basematerials>
<m:texture2d id="2" path="/3D/Textures/a.png" contenttype="image/png" tilestyleu="wrap"/>
<m:colorgroup id="3"><m:color color="#FFFFFF"/><m:color color="#000000"/></m:colorgroup>
<m:texture2dgroup id="4" texid="2"><m:tex2coord u="0.5" v="1"/></m:texture2dgroup>
<m:compositematerials id="5" matid="1" matindices="0 1"><m:composite values="0.5 0.5"/></m:compositematerials>
<m:multiproperties id="6" pids="5 3"><m:multi pindices="0 1"/></m:multiproperties>`+
		objectXML(7, `type="model" name="cube" partnumber="c" pid="1" pindex="0" p:UUID="7"`, `<metadatagroup><metadata name="Title" type="xs:string" preserve="1">cube</metadata></metadatagroup>`+
			strings.Replace(cubeMesh("2"), `v3="3"`, `v3="3" pid="3" p1="0" p2="1" p3="1"`, 1))+
		objectXML(8, `type="support"`, cubeMesh("0.5"))+
		objectXML(9, `type="model" p:UUID="9"`, componentsXML(
			componentXML(7, `p:UUID="a" transform="1 0 0 0 1 0 0 0 1 5 5 5"`),
			componentXML(1, `p:path="/3D/part.model" transform="2 0 0 0 2 0 0 0 2 0 0 0"`),
			componentXML(8, ``))),
	itemXML(9, `partnumber="i" p:UUID="b" transform="0 1 0 -1 0 0 0 0 1 10 0 0"`)+itemXML(7, `transform="-1 0 0 0 1 0 0 0 1 0 0 9"`))

// A mutation is a model with one attribute or element changed.
type mutation struct {
	what  string // "attribute", "element"
	how   string
	where string // "vertex x", "item"
	xml   string
}

var (
	tagPattern  = regexp.MustCompile(`<(/?)([\w:]+)((?:\s+[\w:]+="[^"]*")*)\s*(/?)>`)
	attrPattern = regexp.MustCompile(`\s+([\w:]+)="([^"]*)"`)
)

// mutations removes, doubles, empties, renames and spoils every attribute of
// every element, and removes, doubles and empties every element. Of the many
// vertices and triangles of a mesh, the first and the last few stand for all.
func mutations(xml string) []mutation {
	var out []mutation
	tags := tagPattern.FindAllStringSubmatchIndex(xml, -1)
	for i, tag := range tags {
		name := xml[tag[4]:tag[5]]
		if tag[2] != tag[3] { // an end tag
			continue
		}
		replace := func(from, to int, by string) string { return xml[:from] + by + xml[to:] }
		for _, a := range attrPattern.FindAllStringSubmatchIndex(xml[tag[6]:tag[7]], -1) {
			from, to := tag[6]+a[0], tag[6]+a[1]
			whole, attr, value := xml[from:to], xml[tag[6]+a[2]:tag[6]+a[3]], [2]int{tag[6] + a[4], tag[6] + a[5]}
			where := name + " " + attr
			add := func(how, xml string) { out = append(out, mutation{"attribute", how, where, xml}) }
			add("removed", replace(from, to, ""))
			add("doubled", replace(to, to, whole))
			add("emptied", replace(value[0], value[1], ""))
			add("renamed", strings.Replace(xml[:from]+"\x00"+xml[to:], "\x00", strings.Replace(whole, attr, attr+"x", 1), 1))
			for _, bad := range []string{"x", "1e400", "NaN", "4294967296", "99999999999999999999", "-", "1 0 0 0 1 0 0 0 1 0 0 1e30", "é", "0x1", "1,5"} {
				add("set to "+bad, replace(value[0], value[1], bad))
			}
		}
		// The end of the element.
		end := tag[1]
		inner := [2]int{end, end}
		if tag[8] == tag[9] {
			depth := 1
			for _, t := range tags[i+1:] {
				switch {
				case t[2] != t[3]:
					depth--
				case t[8] == t[9]:
					depth++
				}
				if depth == 0 {
					inner[1], end = t[0], t[1]
					break
				}
			}
		}
		add := func(how, xml string) { out = append(out, mutation{"element", how, name, xml}) }
		add("removed", replace(tag[0], end, ""))
		add("doubled", replace(end, end, xml[tag[0]:end]))
		if inner[1] > inner[0] {
			add("emptied", replace(inner[0], inner[1], ""))
		}
	}
	return out
}

// isSound reports whether every edge of the mesh is used once in each
// direction. What is not so is reported by the analysis, not by the reader.
func isSound(m *mesh.Mesh) bool {
	edges := map[[2]uint32]int{}
	for _, t := range m.Triangles {
		for k := range t {
			edges[[2]uint32{t[k], t[(k+1)%3]}]++
		}
	}
	for e, n := range edges {
		if n != 1 || edges[[2]uint32{e[1], e[0]}] != 1 {
			return false
		}
	}
	return true
}

// TestThreeMFMutations: a damaged model is refused, or is read as the same
// part, or as another with a warning. Only changes that make another model
// that is as good, by what the specification says, may go unnoticed (M19).
func TestThreeMFMutations(t *testing.T) {
	pack := func(xml string) []byte {
		return threeMF(xml, "3D/_rels/3dmodel.model.rels", relsXML(modelType, "/3D/part.model"),
			"3D/part.model", strings.Replace(cubeModel(`unit="inch"`), "<object ", `<object name="far" `, 1))
	}
	f := mustRead(t, pack(mutationBase))
	wantWarnings(t, f, mesh.CodeSupportsIgnored)
	want := 25.4 * 25.4 * 25.4 * (8 + 64 + 8)
	if v := signedVolume(f.Mesh); math.Abs(v-want) > 1e-9*want {
		t.Fatalf("the volume is %v, want %v", v, want)
	}
	legal := map[string]bool{
		"attribute removed component transform": true, // placed where it is
		"attribute removed item transform":      true,
		"attribute removed component p:path":    true, // object 1 is no object: refused
		"attribute removed model unit":          true, // millimetres then
		"attribute removed object type":         true, // a model then
		"element removed component":             true,
		"element removed item":                  true,
	}
	counts := map[string]int{}
	for i, m := range mutations(mutationBase) {
		f, err := tryRead(pack(m.xml))
		if err != nil {
			counts["refused"]++
			continue
		}
		v := signedVolume(f.Mesh)
		switch {
		case math.Abs(v-want) <= 1e-9*want && len(f.Mesh.Triangles) == 36:
			counts["the same"]++
		case len(f.Warnings) > 1 || len(f.Warnings) == 1 && f.Warnings[0].Code != mesh.CodeSupportsIgnored:
			counts["warned"]++
		case !isSound(f.Mesh):
			counts["not closed"]++
		case legal[m.what+" "+m.how+" "+m.where]:
			counts["another model"]++
		default:
			t.Errorf("mutation %d, %s %s %s: read as a part of volume %v without a word", i, m.what, m.where, m.how, v)
		}
	}
	t.Log(counts)
	if total := fmt.Sprint(counts); counts["refused"] < 500 {
		t.Errorf("too few mutations: %s", total)
	}
}

// TestThreeMFPackageMutations: the same for the other documents of a package.
func TestThreeMFPackageMutations(t *testing.T) {
	start := relsXML(modelType, "/3D/3dmodel.model", "urn:other", "/x")
	read := func(types, rels string) (*mesh.File, error) {
		return tryRead(zipOf("[Content_Types].xml", types, "_rels/.rels", rels, "3D/3dmodel.model", cubeModel("")))
	}
	refused := 0
	check := func(m mutation, f *mesh.File, err error) {
		if err != nil {
			refused++
			return
		}
		if v := signedVolume(f.Mesh); math.Abs(v-8) > 1e-9 || len(f.Warnings) > 0 {
			t.Errorf("%s %s %s: read as a part of volume %v, %v", m.what, m.where, m.how, v, f.Warnings)
		}
	}
	for _, m := range mutations(contentTypesXML) {
		f, err := read(m.xml, start)
		check(m, f, err)
	}
	for _, m := range mutations(start) {
		f, err := read(contentTypesXML, m.xml)
		check(m, f, err)
	}
	if refused < 50 {
		t.Errorf("only %d mutations were refused", refused)
	}
}
