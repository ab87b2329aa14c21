package thumbnail

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// Marks are the defects that a picture points at.
type Marks struct {
	// Mesh is the one that the edges are of; nil if it is the one that is
	// drawn. A repaired part may be shown with what was wrong before.
	Mesh *mesh.Mesh
	// Topology of that mesh. Its border edges and non-manifold edges are
	// drawn; those behind the surface faintly.
	Topology *mesh.Topology
	// Points, such as those of thin regions, get rings with the numbers 1, 2,
	// and so on. They show through the part.
	Points []r3.Vector
	// NoLegend leaves out what the colours of edges mean.
	NoLegend bool
}

var (
	borderColor      = color.NRGBA{R: 225, G: 0, B: 152, A: 255}
	nonManifoldColor = color.NRGBA{R: 20, G: 96, B: 255, A: 255}
	ringColor        = color.NRGBA{R: 24, G: 28, B: 36, A: 255}
)

// entries returns what a legend says of the marks that occur.
func (m *Marks) entries() []legendEntry {
	if m == nil || m.Topology == nil || m.NoLegend {
		return nil
	}
	var entries []legendEntry
	if len(m.Topology.Border) > 0 {
		entries = append(entries, legendEntry{color: borderColor, text: "open edge"})
	}
	if m.Topology.NonManifoldEdges.Len() > 0 {
		entries = append(entries, legendEntry{color: nonManifoldColor, text: "non-manifold edge"})
	}
	return entries
}

// A lineLayer says how much lines of one colour cover each pixel.
type lineLayer struct {
	light           r3.Vector
	visible, hidden []uint8
}

const (
	lineShare    = 1.0 / 260 // width of lines, of the smaller side
	hiddenShare  = 0.30      // how much of a line behind the surface is seen
	lineFront    = 3.0       // pixels that a line may lie behind the surface it is on
	ringShare    = 0.020     // radius of rings, of the smaller side
	smallestRing = 8.0
)

// lines draws the defective edges of the mesh, before the background.
func (p *picture) lines() ([]lineLayer, error) {
	if p.opts.Marks == nil || p.opts.Marks.Topology == nil {
		return nil, nil
	}
	t, m := p.opts.Marks.Topology, p.opts.Marks.Mesh
	if m == nil {
		m = p.mesh
	} else if _, err := check(m); err != nil {
		return nil, err
	}
	if len(t.ShellOf) != len(m.Triangles) {
		return nil, fmt.Errorf("thumbnail: marks with the topology of %d triangles for a mesh of %d", len(t.ShellOf), len(m.Triangles))
	}
	var layers []lineLayer
	if len(t.Border) > 0 {
		l := p.newLayer(borderColor)
		for _, h := range t.Border {
			p.edge(&l, m, h)
		}
		layers = append(layers, l)
	}
	if n := t.NonManifoldEdges.Len(); n > 0 {
		l := p.newLayer(nonManifoldColor)
		for i := range n {
			p.edge(&l, m, t.NonManifoldEdges.At(i)[0])
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func (p *picture) newLayer(c color.NRGBA) lineLayer {
	n := len(p.pixels)
	return lineLayer{light: toLight(c), visible: make([]uint8, n), hidden: make([]uint8, n)}
}

// place returns a corner in pixels, with its depth in pixels too.
func (p *picture) place(c corner) r3.Vector {
	unit := float64(p.samples * subUnit)
	return r3.Vector{X: float64(c.x) / unit, Y: float64(c.y) / unit, Z: float64(float64(c.z) / depthSteps * p.camera.depth)}
}

// edge draws half-edge h of m.
func (p *picture) edge(l *lineLayer, m *mesh.Mesh, h uint32) {
	t := &m.Triangles[h/3]
	a := p.place(p.camera.project(m.Vertices[t[h%3]]))
	b := p.place(p.camera.project(m.Vertices[t[(h+1)%3]]))
	along := b.Sub(a)
	square := float64(along.X*along.X) + float64(along.Y*along.Y)
	half := float64(max(float64(min(p.width, p.height))*lineShare, 1.6) * 0.5)
	reach := half + 1
	for y := max(int(min(a.Y, b.Y)-reach), 0); y <= min(int(max(a.Y, b.Y)+reach), p.height-1); y++ {
		for x := max(int(min(a.X, b.X)-reach), 0); x <= min(int(max(a.X, b.X)+reach), p.width-1); x++ {
			dx, dy := float64(x)+0.5-a.X, float64(y)+0.5-a.Y
			at := 0.0
			if square > 0 {
				at = min(max((float64(dx*along.X)+float64(dy*along.Y))/square, 0), 1)
			}
			dx, dy = dx-float64(at*along.X), dy-float64(at*along.Y)
			cover := half + 0.5 - math.Sqrt(float64(dx*dx)+float64(dy*dy))
			if cover <= 0 {
				continue
			}
			i := y*p.width + x
			mask := l.visible
			if q := &p.pixels[i]; q.alpha > 0 && a.Z+float64(at*along.Z) > float64(q.depth)+lineFront {
				mask = l.hidden
			}
			mask[i] = max(mask[i], uint8(min(cover, 1)*255))
		}
	}
}

// draw puts the lines on c.
func (l *lineLayer) draw(c *canvas) {
	for i := range l.visible {
		share := max(float64(l.visible[i]), float64(float64(l.hidden[i])*hiddenShare)) / 255
		c.blend(i%c.width, i/c.width, l.light, share)
	}
}

// rings draws the numbered points.
func (p *picture) rings(c *canvas) error {
	if p.opts.Marks == nil || len(p.opts.Marks.Points) == 0 {
		return nil
	}
	radius := max(float64(min(p.width, p.height))*ringShare, smallestRing)
	letters, err := newLettering(float64(radius * 1.25))
	if err != nil {
		return err
	}
	ink, halo := toLight(ringColor), toLight(color.NRGBA{R: 255, G: 255, B: 255})
	// The first is the most important and must not be covered.
	for i := len(p.opts.Marks.Points) - 1; i >= 0; i-- {
		at := p.place(p.camera.project(p.opts.Marks.Points[i]))
		disc(c, at.X, at.Y, radius+float64(0.16*radius), halo, 0.95)
		disc(c, at.X, at.Y, radius, ink, 1)
		disc(c, at.X, at.Y, float64(0.84*radius), halo, 1)
		text := strconv.Itoa(i + 1)
		width, err := letters.width(text)
		if err != nil {
			return err
		}
		if err := letters.draw(c, text, at.X-float64(width*0.5), at.Y+float64(0.45*radius), ink); err != nil {
			return err
		}
	}
	return nil
}

// disc fills a circle.
func disc(c *canvas, x, y, radius float64, light r3.Vector, share float64) {
	roundedBox(c, x-radius, y-radius, x+radius, y+radius, radius, light, share)
}
