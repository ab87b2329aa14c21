// Stl reads an STL with github.com/hschendel/stl, as a peer of the reader of
// package mesh, and prints the number of triangles and the seconds as JSON. It
// is a module of its own, so that nothing else depends on the library.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/hschendel/stl"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: stl FILE.stl")
		os.Exit(2)
	}
	start := time.Now()
	solid, err := stl.ReadFile(os.Args[1])
	seconds := time.Since(start).Seconds()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{"triangles": len(solid.Triangles), "seconds": seconds})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
