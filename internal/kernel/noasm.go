//go:build !amd64 || noasm

package kernel

const hasAVX2 = false

func overlapsAVX2(*Node, *Box) uint32             { return 0 }
func nextRaySingleAVX2(*Ray, *Node, *float32) int { return 0 }
func nextRayDoubleAVX2(*Ray, *Node, *float64) int { return 0 }
func nextPointAVX2(*Point, *Node) int             { return 0 }
func nextConeAVX2(*Cone, *Node) int               { return 0 }
