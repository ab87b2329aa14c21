package mesh

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/r3"
)

// ratDeterminant is an oracle that shares nothing with the code: rational
// arithmetic and Leibniz' formula.
func ratDeterminant(matrix [][]*big.Rat) *big.Rat {
	n := len(matrix)
	total := new(big.Rat)
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	var walk func(k, sign int)
	walk = func(k, sign int) {
		if k == n {
			term := big.NewRat(int64(sign), 1)
			for i, j := range perm {
				term.Mul(term, matrix[i][j])
			}
			total.Add(total, term)
			return
		}
		for i := k; i < n; i++ {
			perm[k], perm[i] = perm[i], perm[k]
			if i == k {
				walk(k+1, sign)
			} else {
				walk(k+1, -sign)
			}
			perm[k], perm[i] = perm[i], perm[k]
		}
	}
	walk(0, 1)
	return total
}

func rat(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }

func ratRow(p, origin r3.Vector) []*big.Rat {
	return []*big.Rat{
		new(big.Rat).Sub(rat(p.X), rat(origin.X)),
		new(big.Rat).Sub(rat(p.Y), rat(origin.Y)),
		new(big.Rat).Sub(rat(p.Z), rat(origin.Z)),
	}
}

func wantOrient3D(a, b, c, d r3.Vector) int {
	return ratDeterminant([][]*big.Rat{ratRow(a, d), ratRow(b, d), ratRow(c, d)}).Sign()
}

func wantInSphere(a, b, c, d, e r3.Vector) int {
	var matrix [][]*big.Rat
	for _, p := range []r3.Vector{a, b, c, d} {
		row := ratRow(p, e)
		lift := new(big.Rat)
		for _, x := range row {
			lift.Add(lift, new(big.Rat).Mul(x, x))
		}
		matrix = append(matrix, append(row, lift))
	}
	return ratDeterminant(matrix).Sign()
}

// hardCoordinates draws coordinates that make predicates degenerate or nearly
// so, in several ways.
var hardCoordinates = []struct {
	name string
	draw func(r *rand.Rand) float64
}{
	{"small integers", func(r *rand.Rand) float64 { return float64(r.IntN(5)) }},
	{"float32", func(r *rand.Rand) float64 { return float64(float32(r.Float64() * 100)) }},
	{"double", func(r *rand.Rand) float64 { return r.NormFloat64() }},
	{"last bits", func(r *rand.Rand) float64 { return 1 + float64(r.IntN(4))*0x1p-52 }},
	{"mixed scales", func(r *rand.Rand) float64 { return math.Ldexp(float64(r.IntN(5)-2), r.IntN(120)-60) }},
	{"far", func(r *rand.Rand) float64 { return 1e9 + float64(r.IntN(3))*0.1 }},
	{"tiny", func(r *rand.Rand) float64 { return math.Ldexp(float64(r.IntN(5)-2), -1074+r.IntN(4)) }},
	{"tiny and large", func(r *rand.Rand) float64 {
		if r.IntN(2) == 0 {
			return math.Ldexp(r.Float64(), -1020)
		}
		return float64(r.IntN(3))
	}},
}

// The signs equal those of rational arithmetic, also for degenerate points.
func TestPredicatesExact(t *testing.T) {
	for _, kind := range hardCoordinates {
		t.Run(kind.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			point := func() r3.Vector { return r3.Vector{X: kind.draw(r), Y: kind.draw(r), Z: kind.draw(r)} }
			for range 300 {
				a, b, c, d, e := point(), point(), point(), point(), point()
				if got, want := orient3D(a, b, c, d), wantOrient3D(a, b, c, d); got != want {
					t.Fatalf("orient3D(%v, %v, %v, %v) = %d, want %d", a, b, c, d, got, want)
				}
				if got, want := inSphere(a, b, c, d, e), wantInSphere(a, b, c, d, e); got != want {
					t.Fatalf("inSphere(%v, %v, %v, %v, %v) = %d, want %d", a, b, c, d, e, got, want)
				}
				flat := ratDeterminant([][]*big.Rat{ratRow(a, c)[:2], ratRow(b, c)[:2]}).Sign()
				if got := orient2D(a.X, a.Y, b.X, b.Y, c.X, c.Y); got != flat {
					t.Fatalf("orient2D(%v, %v, %v) = %d, want %d", a, b, c, got, flat)
				}
			}
		})
	}
}

// Points computed onto a common line, plane or sphere, which rounding moves
// off by single bits, get the right sign.
func TestPredicatesNearlyDegenerate(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	point := func() r3.Vector {
		return r3.Vector{X: r.NormFloat64(), Y: r.NormFloat64(), Z: r.NormFloat64()}
	}
	for range 500 {
		a, u, v := point(), point(), point()
		onPlane := func() r3.Vector { return a.Add(u.Mul(r.Float64())).Add(v.Mul(r.Float64())) }
		b, c, d := onPlane(), onPlane(), onPlane()
		if got, want := orient3D(a, b, c, d), wantOrient3D(a, b, c, d); got != want {
			t.Fatalf("orient3D = %d, want %d", got, want)
		}
		onSphere := func() r3.Vector { return a.Add(point().Normalize()) }
		p := [5]r3.Vector{onSphere(), onSphere(), onSphere(), onSphere(), onSphere()}
		if got, want := inSphere(p[0], p[1], p[2], p[3], p[4]), wantInSphere(p[0], p[1], p[2], p[3], p[4]); got != want {
			t.Fatalf("inSphere = %d, want %d", got, want)
		}
	}
}

// The sign conventions that the comments state.
func TestPredicatesConvention(t *testing.T) {
	x, y, z := r3.Vector{X: 1}, r3.Vector{Y: 1}, r3.Vector{Z: 1}
	var o r3.Vector
	if orient2D(0, 0, 1, 0, 0, 1) != 1 {
		t.Error("orient2D of a left turn is not +1")
	}
	if orient3D(o, x, y, z.Mul(-1)) != 1 {
		t.Error("orient3D of a point below is not +1")
	}
	if orient3D(x, y, z, o) != 1 {
		t.Fatal("orient3D(x, y, z, o) is not +1")
	}
	if inSphere(x, y, z, o, r3.Vector{X: .5, Y: .5, Z: .5}) != 1 {
		t.Error("inSphere of the centre is not +1")
	}
	if inSphere(x, y, z, o, r3.Vector{X: 1, Y: 1, Z: 1}) != 0 {
		t.Error("inSphere of the opposite corner of a cube is not 0")
	}
	if inSphere(x, y, z, o, r3.Vector{X: 2, Y: 2, Z: 2}) != -1 {
		t.Error("inSphere of a point outside is not -1")
	}
}

func BenchmarkPredicates(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	point := func() r3.Vector {
		return r3.Vector{X: float64(r.Float32()), Y: float64(r.Float32()), Z: float64(r.Float32())}
	}
	p := [5]r3.Vector{point(), point(), point(), point(), point()}
	plane := [4]r3.Vector{{X: 1.5, Y: 2, Z: 3.25}, {X: 2.5, Y: 3, Z: 5.5}, {X: 3.5, Y: 7, Z: 10.5}, {X: 4.5, Y: 8, Z: 12.75}}
	cube := [5]r3.Vector{{X: 1}, {Y: 1}, {Z: 1}, {}, {X: 1, Y: 1, Z: 1}}
	total := 0
	b.Run("orient3D", func(b *testing.B) {
		for b.Loop() {
			total += orient3D(p[0], p[1], p[2], p[3])
		}
	})
	b.Run("orient3D coplanar", func(b *testing.B) {
		for b.Loop() {
			total += orient3D(plane[0], plane[1], plane[2], plane[3])
		}
	})
	b.Run("inSphere", func(b *testing.B) {
		for b.Loop() {
			total += inSphere(p[0], p[1], p[2], p[3], p[4])
		}
	})
	b.Run("inSphere cospherical", func(b *testing.B) {
		for b.Loop() {
			total += inSphere(cube[0], cube[1], cube[2], cube[3], cube[4])
		}
	})
	_ = total
}
