package thumbnail

import (
	"context"
	"image"
	"sync"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// A picture is one rendering on its way.
type picture struct {
	mesh          *mesh.Mesh
	opts          *Options
	width, height int
	samples       int // n of the n×n samples of a pixel
	legend        *legend
	camera        camera
	corners       []corner
	bands         bands
	smooth        *smoothing
	heat          *heatColors
	shader        shader
	pixels        []pixel
}

// A pixel is what its samples say together.
type pixel struct {
	// color is linear light, times alpha.
	red, green, blue float32
	alpha            float32 // share of the samples that show the part
	// normal is the mean over those, along the axes of the picture, and depth
	// the least, in pixels behind the nearest point of the part.
	normal [3]float32
	depth  float32
}

// samplesFor returns how fine a picture is sampled. Large pictures need less:
// their steps are smaller than what an eye sees.
func samplesFor(width, height int) int {
	switch n := max(width, height); {
	case n <= 1024:
		return 4
	case n <= 2048:
		return 3
	}
	return 2
}

// margin is the share of the smaller side that stays free around the part.
const margin = 0.04

// newPicture prepares a picture of m, whose triangles use the vertices used.
func newPicture(ctx context.Context, m *mesh.Mesh, used []bool, opts *Options) (*picture, error) {
	p := &picture{mesh: m, opts: opts, width: opts.Width, height: opts.Height}
	p.samples = samplesFor(p.width, p.height)
	var err error
	if opts.Heat != nil {
		if p.heat, err = newHeatColors(m, opts.Heat); err != nil {
			return nil, err
		}
	}
	if p.legend, err = newLegend(opts); err != nil {
		return nil, err
	}
	free := float64(margin * float64(min(p.width, p.height)))
	f := frame{free, free, float64(p.width) - free, float64(p.height) - free}
	if p.legend != nil {
		f.y1 -= float64(p.legend.height)
	}
	if p.camera, err = newCamera(ctx, m, used, opts.View, f, p.samples, opts.Threads); err != nil {
		return nil, err
	}
	if p.corners, err = p.camera.projectAll(ctx, m, opts.Threads); err != nil {
		return nil, err
	}
	p.shader = newShader(&p.camera.basis, opts)
	return p, nil
}

// draw fills the pixels.
func (p *picture) draw(ctx context.Context) error {
	if err := p.sortIntoBands(ctx); err != nil {
		return err
	}
	if p.bands.large && p.opts.CreaseAngle > 0 {
		p.smooth = newSmoothing(p)
	}
	p.pixels = make([]pixel, p.width*p.height)
	scratch := sync.Pool{New: func() any { return newBandWorker(p) }}
	return forEach(ctx, p.opts.Threads, len(p.bands.start)-1, func(i int) {
		w := scratch.Get().(*bandWorker)
		w.do(i)
		scratch.Put(w)
	})
}

// A bandWorker draws bands, with scratch memory of its own.
type bandWorker struct {
	picture *picture
	band    band
	faces   []seenFace // that the samples of one pixel show
	normals normalCache
}

// A seenFace is one triangle in one pixel.
type seenFace struct {
	key    key   // of its nearest sample
	x, y   int32 // sums over the samples, in samples
	weight int32 // samples
}

func newBandWorker(p *picture) *bandWorker {
	return &bandWorker{picture: p, faces: make([]seenFace, 0, p.samples*p.samples)}
}

// do draws the triangles of band i and shades its pixels.
func (w *bandWorker) do(i int) {
	p := w.picture
	n := int32(p.samples)
	first, end := i*bandRows, min((i+1)*bandRows, p.height)
	w.band.clear(int32(p.width)*n, int32(first)*n, int32(end)*n)
	for _, f := range p.bands.triangles[p.bands.start[i]:p.bands.start[i+1]] {
		t := &p.mesh.Triangles[f]
		w.band.draw(f, p.corners[t[0]], p.corners[t[1]], p.corners[t[2]])
	}
	for y := first; y < end; y++ {
		for x := range p.width {
			if w.look(int32(x), int32(y)) {
				w.shade(&p.pixels[y*p.width+x])
			}
		}
	}
}

// look finds the triangles that pixel x, y shows.
func (w *bandWorker) look(x, y int32) bool {
	n := int32(w.picture.samples)
	w.faces = w.faces[:0]
	for sy := y * n; sy < (y+1)*n; sy++ {
		row := w.band.keys[int(sy-w.band.first)*int(w.band.width)+int(x*n):][:n]
	samples:
		for i, k := range row {
			if k == noKey {
				continue
			}
			for j := len(w.faces) - 1; j >= 0; j-- {
				if f := &w.faces[j]; f.key.triangle() == k.triangle() {
					f.key = min(f.key, k)
					f.x, f.y, f.weight = f.x+x*n+int32(i), f.y+sy, f.weight+1
					continue samples
				}
			}
			w.faces = append(w.faces, seenFace{key: k, x: x*n + int32(i), y: sy, weight: 1})
		}
	}
	return len(w.faces) > 0
}

// shade computes a pixel from the triangles that it shows. Each is lit once,
// in the middle of its samples.
func (w *bandWorker) shade(out *pixel) {
	p := w.picture
	share := 1 / float64(p.samples*p.samples)
	nearest := noKey
	var light, normal r3.Vector
	covered := int32(0)
	for i := range w.faces {
		f := &w.faces[i]
		nearest = min(nearest, f.key)
		n, c := w.lit(f)
		weight := float64(f.weight) * share
		light = light.Add(mesh.Scaled(c, weight))
		normal = normal.Add(mesh.Scaled(n, weight))
		covered += f.weight
	}
	normal = normal.Normalize()
	*out = pixel{
		red: float32(light.X), green: float32(light.Y), blue: float32(light.Z),
		alpha:  float32(float64(covered) * share),
		normal: [3]float32{float32(normal.X), float32(normal.Y), float32(normal.Z)},
		depth:  float32(float64(nearest.depth()) / depthSteps * p.camera.depth),
	}
}

// lit returns the normal, along the axes of the picture, and the light of a
// triangle in a pixel.
func (w *bandWorker) lit(f *seenFace) (normal, light r3.Vector) {
	p := w.picture
	triangle := f.key.triangle()
	x := (float64(f.x)/float64(f.weight) + 0.5) * subUnit
	y := (float64(f.y)/float64(f.weight) + 0.5) * subUnit
	normal, at := w.normal(triangle, x, y)
	normal = p.camera.of(normal)
	back := f.key.isBack()
	if back {
		normal = mesh.Scaled(normal, -1)
	}
	surface := p.shader.surface
	if p.heat != nil {
		surface = p.heat.at(triangle, at)
	}
	return normal, p.shader.light(normal, surface, back)
}

// finish adds what is drawn in the plane of the picture and returns it.
func (p *picture) finish(ctx context.Context) (*image.NRGBA, error) {
	visible := false
	for i := range p.pixels {
		visible = visible || p.pixels[i].alpha > 0
	}
	if !visible {
		return nil, ErrNothingVisible
	}
	if err := p.occlude(ctx); err != nil {
		return nil, err
	}
	layers, err := p.lines()
	if err != nil {
		return nil, err
	}
	canvas := newCanvas(p)
	for i := range layers {
		layers[i].draw(canvas)
	}
	if err := p.rings(canvas); err != nil {
		return nil, err
	}
	if p.legend != nil {
		if err := p.legend.draw(canvas); err != nil {
			return nil, err
		}
	}
	return canvas.image(ctx, p.opts.Threads)
}
