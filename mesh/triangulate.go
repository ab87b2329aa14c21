package mesh

// addPolygon appends the triangles of a polygon given by its corners, which
// are indices of vertices that exist, in their order around the boundary. A
// polygon without three distinct corners is left out and counted.
func (b *builder) addPolygon(indices []uint32, place func() string) error {
	if len(indices) > b.limits.PolygonCorners {
		return refuse(b.format, CodeLimitPolygon, place(), "a polygon of %d corners; at most %d are read", len(indices), b.limits.PolygonCorners)
	}
	for i := 2; i < len(indices); i++ {
		if err := b.addTriangle(indices[0], indices[i-1], indices[i]); err != nil {
			return err
		}
	}
	return nil
}
