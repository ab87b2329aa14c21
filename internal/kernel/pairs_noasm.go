//go:build !amd64 || noasm

package kernel

func mayMeetAVX2(*[2]uint32, int, *float32) int { return 0 }
