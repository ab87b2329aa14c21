//go:build !amd64 || noasm

package kernel

func fillAVX2(*Bins, *Bounds, int, *Binner)                                      {}
func sweepAVX2(*Bins, int, *sweep)                                               {}
func unionAVX2(*Bounds, int, *Bounds)                                            {}
func partitionAVX2(*Bounds, int, *Binner, uint32, float32, *Bounds, *Bounds) int { return 0 }
