// Fauxgl draws an STL with github.com/fogleman/fauxgl, a rasterizer in Go
// without graphics hardware, as a peer of `analyzer thumbnail`: 512×512 pixels
// from four by four samples each, lit, with normals rounded up to 30°. With
// -load it only reads the file, as a peer of the reader of package mesh, and
// prints the number of triangles and the seconds as JSON. It is a module of
// its own, so that nothing else depends on the library.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/fogleman/fauxgl"
	"github.com/nfnt/resize"
)

const side = 512 // pixels

func main() {
	samples := flag.Int("samples", 4, "samples along each side of a pixel")
	loadOnly := flag.String("load", "", "a file that is only read")
	flag.Parse()
	if *loadOnly != "" {
		exit(load(*loadOnly))
	}
	if flag.NArg() != 2 || *samples < 1 {
		fmt.Fprintln(os.Stderr, "usage: fauxgl [-samples N] IN.stl OUT.png, or fauxgl -load IN.stl")
		os.Exit(2)
	}
	exit(draw(flag.Arg(0), flag.Arg(1), *samples))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func load(path string) error {
	start := time.Now()
	mesh, err := fauxgl.LoadSTL(path)
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"triangles": len(mesh.Triangles), "seconds": seconds})
}

func draw(in, out string, samples int) error {
	mesh, err := fauxgl.LoadSTL(in)
	if err != nil {
		return err
	}
	mesh.BiUnitCube()
	mesh.SmoothNormalsThreshold(fauxgl.Radians(30))

	context := fauxgl.NewContext(side*samples, side*samples)
	context.ClearColorBufferWith(fauxgl.HexColor("#FFFFFF"))
	const near, far, margin = 1, 20, 1.03
	eye := fauxgl.V(4, -4, 4)
	view := fauxgl.LookAt(eye, fauxgl.V(0, 0, 0), fauxgl.V(0, 0, 1))
	half := 0.0 // of the picture, which the part is to fill
	for _, t := range mesh.Triangles {
		for _, v := range [...]fauxgl.Vertex{t.V1, t.V2, t.V3} {
			p := view.MulPosition(v.Position)
			half = max(half, margin*math.Abs(p.X), margin*math.Abs(p.Y))
		}
	}
	matrix := view.Orthographic(-half, half, -half, half, near, far)
	shader := fauxgl.NewPhongShader(matrix, fauxgl.V(1, -2, 3).Normalize(), eye)
	shader.ObjectColor = fauxgl.HexColor("#AFC1D6")
	context.Shader = shader
	context.DrawMesh(mesh)

	return fauxgl.SavePNG(out, resize.Resize(side, side, context.Image(), resize.Bilinear))
}
