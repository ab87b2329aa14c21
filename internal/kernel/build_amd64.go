//go:build !noasm

package kernel

//go:generate go run -C _gen ./build -out ../build_amd64.s

//go:noescape
func fillAVX2(b *Bins, faces *Bounds, count int, to *Binner)

//go:noescape
func sweepAVX2(b *Bins, bins int, s *sweep)

//go:noescape
func unionAVX2(boxes *Bounds, count int, all *Bounds)

//go:noescape
func partitionAVX2(faces *Bounds, count int, to *Binner, axis uint32, at float32, below, above *Bounds) int
