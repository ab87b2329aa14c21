//go:build !amd64 || noasm

package kernel

const hasAVX2 = false

func overlapsAVX2(*Node, *Box) uint32 { return 0 }
func nextRayAVX2(*Ray, *Node) int     { return 0 }
func nextPointAVX2(*Point, *Node) int { return 0 }
func nextConeAVX2(*Cone, *Node) int   { return 0 }
