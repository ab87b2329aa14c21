//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// hasAVX2 tells whether the processor runs the assembly.
var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasBMI1

//go:noescape
func overlapsAVX2(n *Node, box *Box) uint32

//go:noescape
func nextRaySingleAVX2(r *Ray, nodes *Node, leaves *float32) int

//go:noescape
func nextRayDoubleAVX2(r *Ray, nodes *Node, leaves *float64) int

//go:noescape
func nextPointAVX2(p *Point, nodes *Node) int

//go:noescape
func nextConeAVX2(c *Cone, nodes *Node) int
