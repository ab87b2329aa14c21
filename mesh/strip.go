package mesh

// addStrip appends the triangles of a strip of vertices that exist: each
// vertex after the second makes a triangle with the two before it, turned the
// other way every second time. noIndex begins a new strip. Triangles without
// three distinct corners, which join strips or turn them, belong to the
// notation and are left out without being counted.
func (b *builder) addStrip(indices []uint32) error {
	start := 0
	for i, v2 := range indices {
		if v2 == noIndex {
			start = i + 1
			continue
		}
		if i-start < 2 {
			continue
		}
		v0, v1 := indices[i-2], indices[i-1]
		if v0 == v1 || v1 == v2 || v2 == v0 {
			continue
		}
		if (i-start)&1 == 1 {
			v0, v1 = v1, v0
		}
		if err := b.addTriangle(v0, v1, v2); err != nil {
			return err
		}
	}
	return nil
}
