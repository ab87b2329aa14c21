package mesh

import (
	"io"
	"math"
	"strconv"
	"strings"
)

// write3MF writes m as one object of the 3MF Core Specification, without
// extensions. Coordinates are the shortest decimals that read back as the
// same numbers. The same mesh gives the same bytes.
func write3MF(w io.Writer, m *Mesh, opts *WriteOptions) error {
	if err := newMeshWriter(nil, opts.Unit).checkVertices(m, Format3MF, math.MaxFloat64); err != nil {
		return err
	}
	z := &zipWriter{w: w}
	for _, part := range [...]struct {
		name  string
		write func(io.Writer) error
	}{
		{contentTypesName, func(w io.Writer) error { return writeString(w, threeMFContentTypes) }},
		{"_rels/.rels", func(w io.Writer) error { return writeString(w, threeMFRelationships) }},
		{threeMFModelPart, func(w io.Writer) error { return writeModelPart(w, m, opts) }},
	} {
		if err := z.add(part.name, part.write); err != nil {
			return err
		}
	}
	return z.close()
}

const (
	threeMFModelPart = "3D/3dmodel.model"

	xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

	threeMFContentTypes = xmlDeclaration + `<Types xmlns="` + spaceContentTypes + `">
 <Default Extension="rels" ContentType="` + contentRels + `"/>
 <Default Extension="model" ContentType="` + contentModel + `"/>
</Types>
`
	threeMFRelationships = xmlDeclaration + `<Relationships xmlns="` + spaceRelationships + `">
 <Relationship Id="rel0" Type="` + relModel + `" Target="/` + threeMFModelPart + `"/>
</Relationships>
`
)

func writeString(w io.Writer, s string) error {
	_, err := io.WriteString(w, s)
	return err
}

func writeModelPart(out io.Writer, m *Mesh, opts *WriteOptions) error {
	w := newMeshWriter(out, opts.Unit)
	w.text(xmlDeclaration + `<model unit="` + threeMFUnitNames[opts.Unit] + `" xml:lang="en-US" xmlns="` + uriCore + `">
 <resources>
  <object id="1" type="model"`)
	if name := cleanName(opts.Name); name != "" {
		w.text(` name="` + xmlEscaper.Replace(name) + `"`)
	}
	w.text(">\n   <mesh>\n    <vertices>\n")
	number := func(before string, v float64) {
		w.text(before)
		w.buf = strconv.AppendFloat(w.buf, v, 'g', -1, 64)
	}
	for _, p := range m.Vertices {
		p = w.inUnit(p)
		number(`     <vertex x="`, p.X)
		number(`" y="`, p.Y)
		number(`" z="`, p.Z)
		w.text("\"/>\n")
		if w.full() {
			break
		}
	}
	w.text("    </vertices>\n    <triangles>\n")
	index := func(before string, v uint32) {
		w.text(before)
		w.buf = strconv.AppendUint(w.buf, uint64(v), 10)
	}
	for _, t := range m.Triangles {
		index(`     <triangle v1="`, t[0])
		index(`" v2="`, t[1])
		index(`" v3="`, t[2])
		w.text("\"/>\n")
		if w.full() {
			break
		}
	}
	w.text(`    </triangles>
   </mesh>
  </object>
 </resources>
 <build>
  <item objectid="1"/>
 </build>
</model>
`)
	return w.flush()
}

var threeMFUnitNames = map[Unit]string{
	Micrometre: "micron", Millimetre: "millimeter", Centimetre: "centimeter",
	Metre: "meter", Inch: "inch", Foot: "foot",
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
