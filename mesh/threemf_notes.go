package mesh

import "strings"

// warnAboutPackage names what the package holds beside what was read.
func (r *threeMF) warnAboutPackage() {
	configs := 0
	for i := range r.pkg.archive.entries {
		name := foldName(r.pkg.archive.entries[i].name)
		if strings.HasPrefix(name, "metadata/") && strings.HasSuffix(name, ".config") {
			configs++
		}
	}
	if configs > 0 {
		r.builder.warn(CodeIgnoredContent, "this is the project of a slicer: its settings were not read, so volumes that they declare as modifiers count as part of the model")
	}
	unread := 0
	for key := range r.related {
		if _, ok := r.partIndex[key]; !ok {
			unread++
		}
	}
	if unread > 0 {
		r.builder.warn(CodeIgnoredContent, "%d model parts of the package are used by no item and were not read", unread)
	}
}

// threeMFNotes collects what is worth a warning, once each.
type threeMFNotes struct {
	attributes  []string // unknown ones
	elements    []string // of unknown namespaces
	metadata    []string // names that the specification does not know
	materials   int      // faults of properties
	material    string   // the first of them
	beams       int      // lattices beside a mesh
	slices      bool
	lowRes      int // objects whose mesh stands in for something finer
	repeated    int // placements that are there already
	unused      int // vertices
	degenerate  int // triangles that name a vertex twice
	unprintable int
}

func (n *threeMFNotes) warn(b *builder) {
	if len(n.attributes) > 0 {
		b.warn(CodeIgnoredContent, "attributes that 3MF does not know were ignored: %s", strings.Join(n.attributes, ", "))
	}
	if len(n.elements) > 0 {
		b.warn(CodeIgnoredContent, "elements of unknown extensions were ignored: %s", strings.Join(n.elements, ", "))
	}
	if len(n.metadata) > 0 {
		b.warn(CodeIgnoredContent, "metadata with names that 3MF does not know: %s", strings.Join(n.metadata, ", "))
	}
	if n.materials > 0 {
		b.warn(CodeMaterials, "%d faults in the materials, which do not bear on the geometry; the first: %s", n.materials, n.material)
	}
	if n.beams > 0 {
		b.warn(CodeIgnoredContent, "%d beam lattices were left out; only the meshes were read", n.beams)
	}
	if n.slices {
		b.warn(CodeIgnoredContent, "the slices were not read; only the meshes were")
	}
	if n.lowRes > 0 {
		b.warn(CodeIgnoredContent, "%d meshes stand in for something finer that was not read", n.lowRes)
	}
	if n.unprintable > 0 {
		b.warn(CodeIgnoredContent, "%d build items are marked as not to be printed and were left out", n.unprintable)
	}
	if n.repeated > 0 {
		b.warn(CodeOverlappingShells, "%d objects stand exactly where the same object stands already", n.repeated)
	}
	if n.unused > 0 {
		b.warn(CodeIgnoredContent, "%d vertices belong to no triangle", n.unused)
	}
	if n.degenerate > 0 {
		b.warn(CodeDegenerateFaces, "%d triangles name a vertex twice", n.degenerate)
	}
}

// addName appends a name unless it is there or there are many.
func addName(list *[]string, name string) {
	const most = 5
	name = cleanName(name)
	for i, s := range *list {
		if s == name || i == most {
			return
		}
	}
	if len(*list) == most {
		name = "…"
	}
	*list = append(*list, name)
}
