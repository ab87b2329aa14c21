package mesh

import "runtime"

// threadCount returns the number of threads that an option asks for: 0 means
// all that the process may use.
func threadCount(option int) int {
	if option <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return option
}
