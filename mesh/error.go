package mesh

import "fmt"

// A Code names a kind of failure or finding. Codes are stable: programs may
// branch on them.
type Code string

// Codes of inputs that are refused.
const (
	CodeUnknownFormat        Code = "unknown_format"        // the content is no format this package reads
	CodeUnsupportedFormat    Code = "unsupported_format"    // a known format that is not read (STEP, IGES, ...)
	CodeUnsupportedExtension Code = "unsupported_extension" // the geometry needs an extension that is not read
	CodeRequiredExtension    Code = "required_extension"    // the file requires an unknown extension
	CodeEncoding             Code = "encoding"              // text in an encoding that is not read
	CodeTooShort             Code = "too_short"             // fewer bytes than the smallest file of the format
	CodeEmptyMesh            Code = "empty_mesh"            // no triangles
	CodeNoFaces              Code = "no_faces"              // points or lines only
	CodeNoBuild              Code = "no_build"              // 3MF without anything to build
	CodeNoValidTriangles     Code = "no_valid_triangles"    // every triangle is degenerate
	CodeNotASolid            Code = "not_a_solid"           // fewer than four faces, or all in one plane
	CodeNotOrientable        Code = "not_orientable"        // a one-sided surface
	CodePartTooSmall         Code = "part_too_small"        // box diagonal below 1e-6 mm
	CodeNonFinite            Code = "non_finite"            // NaN or infinite coordinate
	CodeCoordinateRange      Code = "coordinate_range"      // coordinate beyond Limits.Coordinate
	CodeNumberFormat         Code = "number_format"         // a number that is none
	CodeIndexRange           Code = "index_range"           // index of a vertex that does not exist
	CodeSTLCountMismatch     Code = "stl_count_mismatch"    // announced and present triangles differ
	CodeSTLTruncated         Code = "stl_truncated"         // ends within a triangle
	CodeSTLTrailing          Code = "stl_trailing"          // bytes after the last triangle
	CodeSTLSyntax            Code = "stl_syntax"            // ASCII STL that breaks the grammar
	CodeOBJIndexZero         Code = "obj_index_zero"        // OBJ indices start at one
	CodeOBJIndexRange        Code = "obj_index_range"       // index before the first or after the last vertex
	CodeOBJSyntax            Code = "obj_syntax"            // OBJ statement that breaks the grammar
	CodePLYHeader            Code = "ply_header"            // PLY header that breaks the grammar
	CodePLYTruncated         Code = "ply_truncated"         // fewer elements than announced
	CodePLYSyntax            Code = "ply_syntax"            // PLY body that breaks the grammar
	CodePLYList              Code = "ply_list"              // list length that cannot be
	CodeOFFSyntax            Code = "off_syntax"            // OFF that breaks the grammar
	CodeOFFTruncated         Code = "off_truncated"         // fewer vertices or faces than announced
	CodeZipCorrupt           Code = "zip_corrupt"           // damaged archive
	CodeZipMethod            Code = "zip_method"            // encrypted or unknown compression
	CodeGzipCorrupt          Code = "gzip_corrupt"          // damaged gzip stream
	CodeSeveralModels        Code = "several_models"        // an archive of several models where one was expected
	CodeOPCPartName          Code = "opc_part_name"         // an entry name that no part may have
	CodeOPCContentTypes      Code = "opc_content_types"     // [Content_Types].xml missing or wrong
	CodeOPCRelationships     Code = "opc_relationships"     // relationships missing or wrong
	CodeOPCMissingPart       Code = "opc_missing_part"      // a relationship to a part that is not there
	CodeDuplicateName        Code = "duplicate_name"        // two entries, parts or ids of one name
	CodeXMLSyntax            Code = "xml_syntax"            // XML that is not well-formed
	CodeXMLDTD               Code = "xml_dtd"               // DTD or entity declaration
	CodeSchema               Code = "schema"                // element or attribute the format does not allow
	CodeUnit                 Code = "unit"                  // unknown unit
	CodeTransform            Code = "transform"             // matrix that is no placement
	CodeReference            Code = "reference"             // reference to an object that is not there
	CodeComponentCycle       Code = "component_cycle"       // an object that contains itself
	CodeGLTFSyntax           Code = "gltf_syntax"           // glTF that breaks the specification
	CodeGLTFBuffer           Code = "gltf_buffer"           // buffer, view or accessor out of bounds
	CodeAMFSyntax            Code = "amf_syntax"            // AMF that breaks the specification
)

// Codes of inputs refused for their size or cost.
const (
	CodeLimitFile         Code = "limit_file"      // Limits.FileBytes
	CodeLimitTriangles    Code = "limit_triangles" // Limits.Triangles
	CodeLimitVertices     Code = "limit_vertices"  // more than three vertices for each allowed triangle
	CodeLimitLine         Code = "limit_line"      // Limits.LineBytes
	CodeLimitPolygon      Code = "polygon_size"    // Limits.PolygonCorners
	CodeLimitHeader       Code = "limit_header"    // Limits.HeaderBytes
	CodeLimitZipEntries   Code = "zip_entries"     // Limits.ZipEntries
	CodeLimitZipSize      Code = "zip_size"        // Limits.ZipBytes
	CodeLimitZipRatio     Code = "zip_ratio"       // Limits.ZipRatio, or entries that overlap
	CodeLimitZipNesting   Code = "zip_nesting"     // archive within an archive
	CodeLimitXMLDepth     Code = "xml_depth"       // Limits.XMLDepth
	CodeLimitXMLAttribute Code = "xml_attributes"  // Limits.XMLAttributes or Limits.XMLAttributeBytes
	CodeLimitMetadata     Code = "xml_metadata"    // Limits.MetadataBytes
	CodeLimitObjects      Code = "limit_objects"   // Limits.Objects
	CodeLimitDepth        Code = "limit_depth"     // Limits.ObjectDepth
	CodeLimitInstances    Code = "instances"       // Limits.Instances
	CodeLimitResolution   Code = "resolution"      // a resolution that needs too many samples
)

// Codes of warnings: the geometry is certain, but somebody should know.
const (
	CodeSTLCountPlaceholder Code = "stl_count_placeholder" // streaming writer: the size decided
	CodeSTLNoEnd            Code = "stl_no_end"            // endsolid is missing
	CodeDegenerateFaces     Code = "degenerate_faces"      // polygons without three distinct corners, left out
	CodeDuplicateFaces      Code = "duplicate_faces"       // the same triangle more than once
	CodeUnitHint            Code = "unit_hint"             // the size suggests another unit
	CodeUnitOverridden      Code = "unit_overridden"       // the file's unit won over the caller's
	CodeMaterials           Code = "materials"             // faults of materials and colours, which are not read
	CodePrecision           Code = "precision"             // coordinates too coarse for the part
	CodeIgnoredContent      Code = "ignored_content"       // content that is no geometry of the part
	CodeSupportsIgnored     Code = "supports_ignored"      // support objects left out
	CodeConcavePolygon      Code = "polygon_repaired"      // a polygon that is not simple or not flat was triangulated
	CodeOverlappingShells   Code = "overlapping_shells"    // shells overlap; their volumes are summed
	CodeOpenSurface         Code = "open_surface"          // the surface does not close
)

// Format names a file format.
type Format string

// The formats this package knows.
const (
	FormatSTL      Format = "stl"       // binary STL
	FormatSTLASCII Format = "stl-ascii" // ASCII STL
	FormatOBJ      Format = "obj"
	FormatPLY      Format = "ply" // binary little endian PLY when written
	FormatPLYASCII Format = "ply-ascii"
	FormatPLYBig   Format = "ply-big-endian"
	FormatOFF      Format = "off"
	Format3MF      Format = "3mf"
	FormatAMF      Format = "amf"
	FormatGLTF     Format = "gltf"
	FormatGLB      Format = "glb"
)

// Error is the reason why an input was refused. It is the only error type
// that Read returns besides those of the context and of the reader.
type Error struct {
	Code   Code
	Format Format // empty when no format was recognised
	Place  string // where: "line 12", "triangle 4", "byte 684", "3D/3dmodel.model line 3"; may be empty
	Reason string // what is wrong, and what to do, as a sentence without full stop
}

func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Reason
	if e.Place != "" {
		s += " (" + e.Place + ")"
	}
	if e.Format != "" {
		s = string(e.Format) + ": " + s
	}
	return s
}

// refuse makes an *Error; format and args make the reason.
func refuse(f Format, code Code, place, format string, args ...any) *Error {
	return &Error{Code: code, Format: f, Place: place, Reason: fmt.Sprintf(format, args...)}
}

// Warning is a finding that does not keep a file from being read.
type Warning struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}
