//go:build linux && !race

package child

// runtimeSlack is what the runtime of Go maps on top of what it uses: it takes
// address space in steps of 64 MB.
const runtimeSlack = 256 << 20
