//go:build !noasm

package kernel

//go:generate go run -C _gen ./pairs -out ../pairs_amd64.s

//go:noescape
func mayMeetAVX2(pairs *[2]uint32, count int, triangles *float32) int
