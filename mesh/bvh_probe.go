package mesh

// A Probe asks a hierarchy one question after the other and keeps the memory
// that this takes, which is worth it where there are many. It is not for more
// than one goroutine at a time.
type Probe struct {
	tree *BVH
	ray  rayQuery
	ball ballQuery
}

// Probe returns a probe of b.
func (b *BVH) Probe() *Probe { return &Probe{tree: b} }

// ClosestHit is Probe.ClosestHit for a single ray.
func (b *BVH) ClosestHit(r Ray) (Hit, bool) {
	p := Probe{tree: b}
	return p.ClosestHit(r)
}

// AnyHit is Probe.AnyHit for a single ray.
func (b *BVH) AnyHit(r Ray) bool {
	p := Probe{tree: b}
	return p.AnyHit(r)
}

// AllHits is Probe.AllHits for a single ray.
func (b *BVH) AllHits(r Ray, dst []Hit) []Hit {
	p := Probe{tree: b}
	return p.AllHits(r, dst)
}

// FirstHits is Probe.FirstHits for a single ray.
func (b *BVH) FirstHits(r Ray, slack float64, dst []Hit) []Hit {
	p := Probe{tree: b}
	return p.FirstHits(r, slack, dst)
}
