package mesh

import (
	"context"
	"net/url"
	"path"
	"strings"
)

// An opcPackage is an archive under the Open Packaging Conventions (ISO/IEC
// 29500-2): parts with content types, and relationships between them. Part
// names start with a slash; case and percent encoding make no difference.
type opcPackage struct {
	ctx       context.Context
	archive   *zipArchive
	entries   map[string]int    // by partKey
	defaults  map[string]string // content type by lower-case extension
	overrides map[string]string // content type by partKey
}

// A relationship points from the package or a part to another part.
type relationship struct {
	kind   string
	target string // absolute part name; "" if it is outside of the package or no part name
}

const (
	contentTypesName = "[Content_Types].xml"

	spaceContentTypes  = "http://schemas.openxmlformats.org/package/2006/content-types"
	spaceRelationships = "http://schemas.openxmlformats.org/package/2006/relationships"

	opcTargetBytes = 4 << 10 // of a relationship
)

// openPackage checks the part names of the archive and reads its content
// types.
func openPackage(ctx context.Context, a *zipArchive) (*opcPackage, error) {
	p := &opcPackage{
		ctx: ctx, archive: a,
		entries:   make(map[string]int, len(a.entries)),
		defaults:  make(map[string]string),
		overrides: make(map[string]string),
	}
	for i := range a.entries {
		e := &a.entries[i]
		if e.directory {
			continue
		}
		if fault := partFault(e.name); fault != "" {
			return nil, a.refuse(CodeOPCPartName, e.place(), "the part name %s", fault)
		}
		key := partKey("/" + e.name)
		if _, ok := p.entries[key]; ok {
			return nil, a.refuse(CodeDuplicateName, e.place(), "the package has two parts of this name")
		}
		p.entries[key] = i
	}
	return p, p.readContentTypes()
}

// partFault says why a part may not have that name, which nameFault accepts.
func partFault(name string) string {
	decoded, err := url.PathUnescape(name)
	if err != nil {
		return "has a damaged percent encoding"
	}
	if strings.Count(decoded, "/") != strings.Count(name, "/") {
		return "has an encoded slash"
	}
	if fault := nameFault(decoded); fault != "" {
		return fault
	}
	for segment := range strings.SplitSeq(decoded, "/") {
		if segment == "" || strings.HasSuffix(segment, ".") {
			return "has an empty segment or one that ends with a dot"
		}
	}
	return ""
}

// partKey maps all spellings of a part name to one.
func partKey(name string) string {
	if decoded, err := url.PathUnescape(name); err == nil {
		name = decoded
	}
	return foldName(name)
}

// find returns the entry of a part, or −1.
func (p *opcPackage) find(part string) int {
	if i, ok := p.entries[partKey(part)]; ok {
		return i
	}
	return -1
}

// contentType returns the content type of a part, "" if it has none.
func (p *opcPackage) contentType(part string) string {
	key := partKey(part)
	if t, ok := p.overrides[key]; ok {
		return t
	}
	return p.defaults[strings.TrimPrefix(path.Ext(key), ".")]
}

// scanner opens a part, which must be there, as XML.
func (p *opcPackage) scanner(part string, spaces ...string) *xmlScanner {
	i := p.find(part)
	return newXMLScanner(p.ctx, p.archive.open(i), p.archive.entries[i].size, p.archive.format, strings.TrimPrefix(part, "/"), p.archive.limits, spaces...)
}

// firstSpace is the index of the first namespace given to newXMLScanner.
const firstSpace = spaceXMLNS + 1

func (p *opcPackage) readContentTypes() error {
	if p.find("/"+contentTypesName) < 0 {
		return p.archive.refuse(CodeOPCContentTypes, "", "the package has no %s; export the file again", contentTypesName)
	}
	s := p.scanner("/"+contentTypesName, spaceContentTypes)
	return p.list(s, "Types", CodeOPCContentTypes, func() error {
		kind, ok := s.attr(spaceNone, "ContentType")
		if !ok || len(kind) == 0 {
			return s.refuse(CodeOPCContentTypes, "a content type is missing")
		}
		var key []byte
		table := p.defaults
		switch string(s.name.local) {
		case "Default":
			key, ok = s.attr(spaceNone, "Extension")
		case "Override":
			key, ok = s.attr(spaceNone, "PartName")
			table = p.overrides
		default:
			return s.refuse(CodeOPCContentTypes, "<%s> is no content type", cleanName(string(s.name.local)))
		}
		if !ok || len(key) == 0 {
			return s.refuse(CodeOPCContentTypes, "a content type applies to nothing")
		}
		name := partKey(string(key))
		if _, twice := table[name]; twice {
			return s.refuse(CodeOPCContentTypes, "%s has two content types", cleanName(string(key)))
		}
		if len(table) >= p.archive.limits.ZipEntries {
			return s.refuse(CodeOPCContentTypes, "more than %d content types", p.archive.limits.ZipEntries)
		}
		table[name] = string(kind)
		return nil
	})
}

// list reads a document that is a flat list of empty elements and calls item
// for each.
func (p *opcPackage) list(s *xmlScanner, root string, code Code, item func() error) error {
	token, err := s.next()
	if err != nil {
		return err
	}
	if token != xmlStart || !s.is(firstSpace, root) {
		return s.refuse(code, "the root element is not <%s>", root)
	}
	for {
		token, err := s.next()
		switch {
		case err != nil:
			return err
		case token == xmlEOF:
			return nil
		case token == xmlText:
			return s.refuse(code, "text between the elements")
		case token == xmlStart && (s.depth() != 2 || s.name.space != firstSpace):
			return s.refuse(code, "<%s> does not belong here", cleanName(string(s.name.local)))
		case token == xmlStart:
			if err := item(); err != nil {
				return err
			}
		}
	}
}

// relationships returns the relationships of a part, or of the package for "",
// none if it has no relationships part.
func (p *opcPackage) relationships(source string) ([]relationship, error) {
	folder, file := path.Split(source)
	name := path.Join("/", folder, "_rels", file+".rels")
	if p.find(name) < 0 {
		return nil, nil
	}
	var out []relationship
	ids := make(map[string]bool)
	s := p.scanner(name, spaceRelationships)
	err := p.list(s, "Relationships", CodeOPCRelationships, func() error {
		if !s.is(firstSpace, "Relationship") {
			return s.refuse(CodeOPCRelationships, "<%s> is no relationship", cleanName(string(s.name.local)))
		}
		id, hasID := s.attr(spaceNone, "Id")
		kind, hasKind := s.attr(spaceNone, "Type")
		target, hasTarget := s.attr(spaceNone, "Target")
		mode, _ := s.attr(spaceNone, "TargetMode")
		if !hasID || !hasKind || !hasTarget || len(id) == 0 || len(kind) == 0 || len(id)+len(kind)+len(target) > opcTargetBytes {
			return s.refuse(CodeOPCRelationships, "a relationship without id, type or target")
		}
		if ids[string(id)] {
			return s.refuse(CodeOPCRelationships, "two relationships have the id %s", cleanName(string(id)))
		}
		if len(ids) >= p.archive.limits.ZipEntries {
			return s.refuse(CodeOPCRelationships, "more than %d relationships", p.archive.limits.ZipEntries)
		}
		ids[string(id)] = true
		r := relationship{kind: string(kind)}
		if len(mode) == 0 || string(mode) == "Internal" {
			r.target = resolveTarget(folder, string(target))
		}
		out = append(out, r)
		return nil
	})
	return out, err
}

// resolveTarget returns the part that a reference from the given folder means,
// "" if it means none.
func resolveTarget(folder, target string) string {
	if target == "" || strings.ContainsAny(target, "?#\\") || strings.HasPrefix(target, "//") {
		return ""
	}
	if colon := strings.IndexByte(target, ':'); colon >= 0 && !strings.Contains(target[:colon], "/") {
		return "" // a scheme: outside of the package
	}
	if target[0] != '/' {
		target = path.Join("/", folder) + "/" + target
	}
	depth := 0
	for segment := range strings.SplitSeq(strings.TrimPrefix(target, "/"), "/") {
		switch segment {
		case "..":
			depth--
		case ".", "":
		default:
			depth++
		}
		if depth < 0 {
			return ""
		}
	}
	return path.Clean(target)
}
