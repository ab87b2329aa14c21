package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"github.com/partgauge/partgauge/mesh"
)

// runLoad reads a model once, welded, and prints how long it took from the
// file to the mesh, as the peers that only read do.
func runLoad(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("load FILE")
	}
	start := time.Now()
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	file, err := mesh.Read(ctx, data, mesh.ReadOptions{})
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	return json.NewEncoder(out).Encode(loadLine{len(file.Mesh.Triangles), seconds})
}
