//go:build linux && race

package child

// runtimeSlack leaves room for the race detector, which maps many times what
// the program uses. The parent's watch is what bounds memory then.
const runtimeSlack = 64 << 30
