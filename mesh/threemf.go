package mesh

import (
	"context"
	"fmt"
	"strings"
)

// The 3MF reader follows the 3MF Core Specification 1.3 with the Production
// Extension 1.1. Of the Materials and Properties Extension it checks what can
// be checked without opening a picture; faults there are warnings, because
// they do not bear on the geometry. Extensions that make geometry (beam
// lattice, volumetric, implicit, boolean, displacement, slices alone, secure
// content) are refused by name when what is built depends on them.

// Relationship and content types.
const (
	relModel       = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
	relPrintTicket = "http://schemas.microsoft.com/3dmanufacturing/2013/01/printticket"
	relEncrypted   = "http://schemas.openxmlformats.org/package/2006/relationships/encryptedfile"
	contentModel   = "application/vnd.ms-package.3dmanufacturing-3dmodel+xml"
	contentRels    = "application/vnd.openxmlformats-package.relationships+xml"
)

// Namespaces of a model part, in the order given to the scanner.
const (
	spaceCore = firstSpace + iota
	spaceMaterial
	spaceProduction
	spaceSlice
	spaceBeams
	spaceTriangleSets
)

const (
	uriFamily         = "http://schemas.microsoft.com/3dmanufacturing/"
	uriFamilyNew      = "http://schemas.3mf.io/3dmanufacturing/"
	uriCore           = uriFamily + "core/2015/02"
	uriMaterial       = uriFamily + "material/2015/02"
	uriProduction     = uriFamily + "production/2015/06"
	uriSlice          = uriFamily + "slice/2015/07"
	uriBeams          = uriFamily + "beamlattice/2017/02"
	uriTriangleSets   = uriFamily + "trianglesets/2021/07"
	threeMFPathLength = 4 << 10
)

// extensionName returns the name of a 3MF extension that makes or hides
// geometry and is not read, by its namespace.
func extensionName(uri string) string {
	rest, ok := strings.CutPrefix(uri, uriFamily)
	if !ok {
		if rest, ok = strings.CutPrefix(uri, uriFamilyNew); !ok {
			return ""
		}
	}
	family, _, _ := strings.Cut(rest, "/")
	switch family {
	case "beamlattice":
		return "beam lattice"
	case "slice":
		return "slice"
	case "volumetric", "implicit", "displacement", "mirroring", "toolpath":
		return family
	case "booleanoperations":
		return "boolean operations"
	case "securecontent":
		return "secure content"
	case "production":
		if strings.HasPrefix(rest, "production/alternatives") {
			return "alternatives"
		}
	}
	return ""
}

// A threeMF reads one 3MF package.
type threeMF struct {
	ctx     context.Context
	opts    *ReadOptions
	limits  *Limits
	pkg     *opcPackage
	builder *builder
	assembly

	parts     []modelPart
	partIndex map[string]int32 // by partKey
	related   map[string]bool  // model parts the root is related to, by partKey
	encrypted map[string]bool  // parts that are encrypted, by partKey
	items     []component      // what the root part builds
	refs      []objectRef      // what each of components means, as written
	itemRefs  []objectRef
	unit      Unit

	resources     int // of all parts
	metadataBytes int
	notes         threeMFNotes
}

// A modelPart is a 3D Model part.
type modelPart struct {
	name    string
	objects map[uint32]int32 // index into assembly.objects
	groups  map[uint32]propertyGroup
}

func (p *modelPart) displayName() string { return cleanName(strings.TrimPrefix(p.name, "/")) }

// An objectRef names an object as the file does.
type objectRef struct {
	part int32
	id   uint32
	from int32 // part that it stands in
	line int32
}

func (r *threeMF) refPlace(ref *objectRef) string {
	return fmt.Sprintf("%s line %d", r.parts[ref.from].displayName(), ref.line)
}

func (r *threeMF) refuse(code Code, place, format string, args ...any) *Error {
	return refuse(Format3MF, code, place, format, args...)
}

// read3MF reads the 3MF package in a.
func read3MF(ctx context.Context, a *zipArchive, opts *ReadOptions) (*File, error) {
	a.format = Format3MF
	pkg, err := openPackage(ctx, a)
	if err != nil {
		return nil, err
	}
	r := &threeMF{
		ctx: ctx, opts: opts, limits: &opts.Limits, pkg: pkg,
		builder:   newBuilder(ctx, Format3MF, opts),
		assembly:  assembly{format: Format3MF, limits: &opts.Limits},
		partIndex: make(map[string]int32),
		related:   make(map[string]bool),
		encrypted: make(map[string]bool),
	}
	if err := r.readParts(); err != nil {
		return nil, err
	}
	if err := r.resolve(); err != nil {
		return nil, err
	}
	return r.build()
}

// readParts reads the root part and the parts that it takes objects from.
func (r *threeMF) readParts() error {
	root, err := r.startPart()
	if err != nil {
		return err
	}
	if err := r.readRootRelationships(root); err != nil {
		return err
	}
	r.addPart(root)
	for i := 0; i < len(r.parts); i++ {
		if err := r.readPart(int32(i)); err != nil {
			return err
		}
	}
	return nil
}

// startPart returns the one part that the package declares as its model.
func (r *threeMF) startPart() (string, error) {
	rels, err := r.pkg.relationships("")
	if err != nil {
		return "", err
	}
	root := ""
	for _, rel := range rels {
		switch {
		case rel.kind != relModel:
		case rel.target == "":
			return "", r.refuse(CodeOPCRelationships, "_rels/.rels", "the model part is outside of the package")
		case root != "":
			return "", r.refuse(CodeDuplicateName, "_rels/.rels", "the package has two model parts to start with")
		default:
			root = rel.target
		}
	}
	if root == "" {
		return "", r.refuse(CodeOPCRelationships, "_rels/.rels", "the package names no 3D model to start with; export the file again")
	}
	return root, r.checkModelPart(root)
}

// checkModelPart refuses a part that is missing, encrypted, or no model.
func (r *threeMF) checkModelPart(name string) error {
	place := cleanName(strings.TrimPrefix(name, "/"))
	switch {
	case r.pkg.find(name) < 0:
		return r.refuse(CodeOPCMissingPart, place, "the package has no such part; export the file again")
	case r.encrypted[partKey(name)]:
		return r.refuse(CodeUnsupportedExtension, place, "the part is encrypted (secure content extension); send it unprotected")
	case r.pkg.contentType(name) != contentModel:
		return r.refuse(CodeOPCContentTypes, place, "the content type of the part is not that of a 3D model")
	}
	return nil
}

func (r *threeMF) readRootRelationships(root string) error {
	rels, err := r.pkg.relationships(root)
	if err != nil {
		return err
	}
	tickets := 0
	for _, rel := range rels {
		switch rel.kind {
		case relModel:
			r.related[partKey(rel.target)] = true
		case relEncrypted:
			r.encrypted[partKey(rel.target)] = true
		case relPrintTicket:
			tickets++
		}
	}
	if tickets > 1 {
		return r.refuse(CodeOPCRelationships, cleanName(strings.TrimPrefix(root, "/")), "the model has %d print tickets, at most one is allowed", tickets)
	}
	return nil
}

func (r *threeMF) addPart(name string) int32 {
	i := int32(len(r.parts))
	r.parts = append(r.parts, modelPart{name: name, objects: make(map[uint32]int32), groups: make(map[uint32]propertyGroup)})
	r.partIndex[partKey(name)] = i
	return i
}

// partOf returns the part that a path attribute names and lets it be read.
func (r *threeMF) partOf(path string, place string) (int32, error) {
	if i, ok := r.partIndex[partKey(path)]; ok {
		return i, nil
	}
	if len(path) > threeMFPathLength || resolveTarget("", path) != path {
		return 0, r.refuse(CodeReference, place, "the path %s is no part name", cleanName(path))
	}
	if r.pkg.find(path) < 0 {
		return 0, r.refuse(CodeReference, place, "the path %s leads to no part of the package", cleanName(path))
	}
	if !r.related[partKey(path)] {
		return 0, r.refuse(CodeOPCRelationships, place, "the model is not related to the part %s that it takes an object from", cleanName(path))
	}
	if err := r.checkModelPart(path); err != nil {
		return 0, err
	}
	return r.addPart(path), nil
}

// resolve finds the objects that items and components refer to.
func (r *threeMF) resolve() error {
	for i := range r.items {
		object, err := r.lookupRef(&r.itemRefs[i])
		if err != nil {
			return err
		}
		r.items[i].object = object
	}
	// A reference to an object that comes later is not allowed, but a cycle
	// is the better thing to say when it makes one.
	var forward error
	for own := range r.objects {
		for i := r.objects[own].components.start; i < r.objects[own].components.end; i++ {
			ref := &r.refs[i]
			object, err := r.lookupRef(ref)
			if err != nil {
				return err
			}
			r.components[i].object = object
			if int(object) >= own && forward == nil && ref.part == ref.from {
				forward = r.refuse(CodeReference, r.refPlace(ref), "%s refers to %s, which comes later", r.objects[own].label, r.objects[object].label)
			}
		}
	}
	if err := r.measure(r.items, false); err != nil {
		return err
	}
	r.notes.repeated = r.assembly.repeated(r.items)
	return forward
}

func (r *threeMF) lookupRef(ref *objectRef) (int32, error) {
	if object, ok := r.parts[ref.part].objects[ref.id]; ok {
		return object, nil
	}
	return 0, r.refuse(CodeReference, r.refPlace(ref), "there is no object %d in %s", ref.id, r.parts[ref.part].displayName())
}

// build places what the file builds and makes the File.
func (r *threeMF) build() (*File, error) {
	b := r.builder
	b.useUnit(r.unit, r.opts)
	count, err := r.place(b, r.items)
	if err != nil {
		return nil, err
	}
	if b.solidCount == 0 {
		return nil, r.refuse(CodeNoBuild, "", "the file builds nothing but supports or other objects that are no parts")
	}
	if count.supports > 0 {
		b.warn(CodeSupportsIgnored, "%d support objects were left out", count.supports)
	}
	if count.others > 0 {
		b.warn(CodeIgnoredContent, "%d objects that are no part of the model, such as modifiers, were left out", count.others)
	}
	if count.surfaces > 0 {
		b.warn(CodeOpenSurface, "%d objects are declared as surfaces, which enclose nothing", count.surfaces)
	}
	r.warnAboutPackage()
	r.notes.warn(b)
	return b.file(r.unit)
}
