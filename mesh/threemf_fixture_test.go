package mesh_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/partgauge/partgauge/mesh"
)

const (
	coreURI       = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
	materialURI   = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
	productionURI = "http://schemas.microsoft.com/3dmanufacturing/production/2015/06"
	sliceURI      = "http://schemas.microsoft.com/3dmanufacturing/slice/2015/07"
	beamURI       = "http://schemas.microsoft.com/3dmanufacturing/beamlattice/2017/02"
	modelType     = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"

	contentTypesXML = `<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
<Default Extension="png" ContentType="image/png"/>
</Types>`
)

// relsXML lists relationships of (type, target) pairs.
func relsXML(typesAndTargets ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i := 0; i+1 < len(typesAndTargets); i += 2 {
		fmt.Fprintf(&b, `<Relationship Id="rel%d" Type="%s" Target="%s"/>`, i, typesAndTargets[i], typesAndTargets[i+1])
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}

// threeMF packs a model part, and further parts as names and contents.
func threeMF(model string, more ...string) []byte {
	return zipOf(append([]string{
		"[Content_Types].xml", contentTypesXML,
		"_rels/.rels", relsXML(modelType, "/3D/3dmodel.model"),
		"3D/3dmodel.model", model,
	}, more...)...)
}

// modelXML is a model part with those attributes, resources and items.
func modelXML(attributes, resources, items string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<model xmlns="` + coreURI + `" ` + attributes + `>
<resources>` + resources + `</resources>
<build>` + items + `</build>
</model>`
}

// cubeMesh is a <mesh> of a cube of that edge with a corner at the origin.
func cubeMesh(edge string) string {
	var b strings.Builder
	b.WriteString("<mesh><vertices>")
	for i := range 8 {
		c := [3]string{"0", "0", "0"}
		for axis := range 3 {
			if i>>axis&1 == 1 {
				c[axis] = edge
			}
		}
		fmt.Fprintf(&b, `<vertex x="%s" y="%s" z="%s"/>`, c[0], c[1], c[2])
	}
	b.WriteString("</vertices><triangles>")
	for _, t := range cubeTriangles {
		fmt.Fprintf(&b, `<triangle v1="%d" v2="%d" v3="%d"/>`, t[0], t[1], t[2])
	}
	b.WriteString("</triangles></mesh>")
	return b.String()
}

// cubeTriangles are those of a cube whose vertex i has the bits of i as
// coordinates x, y, z.
var cubeTriangles = [12][3]int{
	{0, 2, 3},
	{0, 3, 1},
	{4, 5, 7},
	{4, 7, 6},
	{0, 1, 5},
	{0, 5, 4},
	{2, 6, 7},
	{2, 7, 3},
	{0, 4, 6},
	{0, 6, 2},
	{1, 3, 7},
	{1, 7, 5},
}

// objectXML is an <object> of that id around a shape.
func objectXML(id int, attributes, shape string) string {
	return fmt.Sprintf(`<object id="%d" %s>%s</object>`, id, attributes, shape)
}

// componentXML is a <component> with further attributes.
func componentXML(id int, attributes string) string {
	return fmt.Sprintf(`<component objectid="%d" %s/>`, id, attributes)
}

func componentsXML(list ...string) string {
	return "<components>" + strings.Join(list, "") + "</components>"
}

func itemXML(id int, attributes string) string {
	return fmt.Sprintf(`<item objectid="%d" %s/>`, id, attributes)
}

// cubeModel is a model of one cube of volume 8.
func cubeModel(attributes string) string {
	return modelXML(attributes, objectXML(1, "", cubeMesh("2")), itemXML(1, ""))
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// wantRefused checks that data is refused with a code, and with few
// allocations beside the data.
func wantRefused(t *testing.T, data []byte, want mesh.Code, opts mesh.ReadOptions) *mesh.Error {
	t.Helper()
	var e *mesh.Error
	const most = 12 << 20
	if n := allocated(func() { e = refusal(t, data, opts) }); n > most {
		t.Errorf("%d bytes were allocated to refuse %d", n, len(data))
	}
	if e.Code != want {
		t.Errorf("refused with %s, want %s: %v", e.Code, want, e)
	}
	if e.Reason == "" || strings.HasSuffix(e.Reason, ".") {
		t.Errorf("the reason %q is no sentence without full stop", e.Reason)
	}
	return e
}

// wantWarnings checks the codes of the warnings of a file.
func wantWarnings(t *testing.T, f *mesh.File, want ...mesh.Code) {
	t.Helper()
	var got []mesh.Code
	for _, w := range f.Warnings {
		got = append(got, w.Code)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("warnings %v, want %v", f.Warnings, want)
	}
}

// background reads without options.
func tryRead(data []byte) (*mesh.File, error) {
	return mesh.Read(context.Background(), data, mesh.ReadOptions{})
}
