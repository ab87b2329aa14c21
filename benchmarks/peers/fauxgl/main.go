// Fauxgl draws an STL with github.com/fogleman/fauxgl, a rasterizer in Go
// without graphics hardware, as a peer of `analyzer thumbnail`: 512×512 pixels
// from four by four samples each, lit, with normals rounded up to 30°. It is a
// module of its own, so that nothing else depends on the library.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"

	"github.com/fogleman/fauxgl"
	"github.com/nfnt/resize"
)

const side = 512 // pixels

func main() {
	samples := flag.Int("samples", 4, "samples along each side of a pixel")
	flag.Parse()
	if flag.NArg() != 2 || *samples < 1 {
		fmt.Fprintln(os.Stderr, "usage: fauxgl [-samples N] IN.stl OUT.png")
		os.Exit(2)
	}
	if err := draw(flag.Arg(0), flag.Arg(1), *samples); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
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
