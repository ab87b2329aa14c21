package mesh

import (
	"errors"
	"strings"
)

// adviceMark stands between what is wrong and what to do in a Reason.
const adviceMark = "; "

// withAdvice adds what to do to the Reason of a refusal that does not say it
// by itself. Other errors stay as they are.
func withAdvice(err error) error {
	var e *Error
	if !errors.As(err, &e) || strings.Contains(e.Reason, adviceMark) {
		return err
	}
	advised := *e
	advised.Reason += adviceMark + advice(e.Code)
	return &advised
}

// advice says what somebody who has only the file can do about a refusal.
func advice(code Code) string {
	switch code {
	case CodeUnknownFormat, CodeUnsupportedFormat:
		return "send STL, OBJ, PLY, OFF, 3MF, AMF or glTF"
	case CodeUnsupportedExtension, CodeRequiredExtension:
		return "export the part as a plain mesh"
	case CodeEncoding:
		return "save the file as UTF-8 or ASCII"
	case CodeEmptyMesh, CodeNoFaces, CodeNoBuild:
		return "choose the part and export it again as a mesh"
	case CodeNoValidTriangles, CodeNotASolid, CodeNotOrientable, CodePartTooSmall:
		return "check the part and its unit, and export it as a closed solid"
	case CodeCoordinateRange:
		return "check the unit, move the part to the origin and export it again"
	case CodeZipCorrupt, CodeZipMethod, CodeGzipCorrupt, CodeOPCPartName:
		return "pack or export the file again"
	case CodeLimitFile, CodeLimitTriangles, CodeLimitVertices, CodeLimitPolygon, CodeLimitObjects, CodeLimitDepth, CodeLimitInstances, CodeLimitResolution:
		return "reduce the part or raise the limit"
	case CodeLimitZipEntries, CodeLimitZipSize, CodeLimitZipRatio, CodeLimitZipNesting:
		return "send the model itself or raise the limit"
	case CodeLimitLine, CodeLimitHeader, CodeLimitXMLDepth, CodeLimitXMLAttribute, CodeLimitMetadata:
		return "export the part again without what is so long, or raise the limit"
	}
	return "export the part again, with another program if that does not help"
}
