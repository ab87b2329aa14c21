package mesh

import "context"

// read recognises the format of data and calls its reader.
func read(ctx context.Context, data []byte, opts ReadOptions) (*File, error) {
	return nil, refuse("", CodeUnknownFormat, "", "this is no 3D model that can be read; send STL, OBJ, PLY, OFF, 3MF, AMF or glTF")
}
