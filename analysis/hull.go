package analysis

import (
	"context"

	"github.com/partgauge/partgauge/internal/parallel"
	"github.com/partgauge/partgauge/mesh"
)

// A pendingHull is a convex hull in the making. It needs nothing but the
// vertices and one processor, so it is begun while topology and measures keep
// another one busy, if there are two.
type pendingHull struct {
	make   func() (*mesh.Hull, error)
	group  parallel.Group
	cancel context.CancelFunc
	begun  bool
	hull   *mesh.Hull
	err    error
}

// startHull begins with the hull of m if the analysis asks for it.
func (r *run) startHull(m *mesh.Mesh) *pendingHull {
	ctx, cancel := context.WithCancel(r.ctx)
	p := &pendingHull{cancel: cancel}
	p.make = func() (*mesh.Hull, error) { return mesh.ConvexHull(ctx, m) }
	if r.runs(StageHull) && r.threads() > 1 {
		p.begun = true
		p.group.Go(func() { p.hull, p.err = p.make() })
	}
	return p
}

// wait returns the hull.
func (p *pendingHull) wait() (*mesh.Hull, error) {
	if !p.begun {
		return p.make()
	}
	p.group.Wait()
	return p.hull, p.err
}

// stop gives the hull up if nobody waited for it.
func (p *pendingHull) stop() {
	p.cancel()
	p.group.Wait()
}
