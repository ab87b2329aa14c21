package main

import (
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/golang/geo/r3"

	"github.com/partgauge/partgauge/mesh"
)

// buildBVH builds the hierarchy.
func (b *bench) buildBVH() ([]rate, error) {
	tree, err := mesh.NewBVH(b.ctx, b.mesh, mesh.BVHOptions{Threads: b.threads})
	if err != nil {
		return nil, err
	}
	if tree.Bounds().IsEmpty() {
		return nil, errors.New("the hierarchy is empty")
	}
	b.bvh = tree
	return b.triangles(), nil
}

// inward returns the ray from the middle of face f straight into the part:
// the rays of a wall thickness.
func (b *bench) inward(f int) (ray mesh.Ray, ok bool) {
	p, q, r := b.mesh.Corners(f)
	normal := b.mesh.AreaVector(f)
	length := normal.Norm()
	if !(length > 0) {
		return mesh.Ray{}, false
	}
	return mesh.Ray{
		Origin: p.Add(q).Add(r).Mul(1.0 / 3), Dir: normal.Mul(-1 / length),
		Max: math.Inf(1), Exclude: uint32(f),
	}, true
}

// closestHits casts one ray for each face, for its first hit.
func (b *bench) closestHits() ([]rate, error) {
	return b.eachFace(func(f int) int {
		ray, ok := b.inward(f)
		if ok {
			_, ok = b.bvh.ClosestHit(ray)
		}
		return count(ok)
	})
}

// allHits casts the same rays for all their hits.
func (b *bench) allHits() ([]rate, error) {
	return b.eachFace(func(f int) int {
		ray, ok := b.inward(f)
		if !ok {
			return 0
		}
		var room [32]mesh.Hit
		return count(len(b.bvh.AllHits(ray, room[:0])) > 0)
	})
}

// nearest looks for the nearest face below the middle of each face, as far
// away as a thin wall.
func (b *bench) nearest() ([]rate, error) {
	reach := b.mesh.Bounds().Diagonal()
	rates, err := b.eachFace(func(f int) int {
		ray, ok := b.inward(f)
		if ok {
			_, ok = b.bvh.Nearest(along(ray, reach/100), reach, uint32(f))
		}
		return count(ok)
	})
	return rename(rates, "Mpoints"), err
}

func along(r mesh.Ray, t float64) r3.Vector { return r.Origin.Add(r.Dir.Mul(t)) }

func rename(rates []rate, unit string) []rate {
	for i := range rates {
		rates[i].Unit = unit
	}
	return rates
}

func count(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

// eachFace calls query for every face on all processors and checks that it
// finds something.
func (b *bench) eachFace(query func(f int) int) ([]rate, error) {
	const chunk = 1024
	n := len(b.mesh.Triangles)
	var next, found atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			hits := 0
			for {
				first := int(next.Add(chunk)) - chunk
				if first >= n {
					break
				}
				for f := first; f < min(first+chunk, n); f++ {
					hits += query(f)
				}
			}
			found.Add(int64(hits))
		})
	}
	workers.Wait()
	if found.Load() == 0 {
		return nil, errors.New("nothing was hit")
	}
	return []rate{{"Mrays", float64(n) / 1e6}}, nil
}
