package fit

import "math"

// A halfspace is a·x ≤ b in up to four dimensions.
type halfspace struct {
	a [4]float64
	b float64
}

// minimize returns a point of the given number of dimensions where c·x is
// least subject to the rows and to |x_i| ≤ box_i; false if there is none.
//
// It adds one row after the other. A row that the point so far violates is met
// with equality by the new solution, which is therefore found in one dimension
// less (R. Seidel, "Small-dimensional linear programming and convex hulls made
// easy", Discrete & Computational Geometry 6 (1991)); the expected time is
// linear in the number of rows.
func minimize(dimensions int, rows []halfspace, c, box [4]float64) (x [4]float64, ok bool) {
	if dimensions == 1 {
		return minimizeLine(rows, c[0], box[0])
	}
	for i := range dimensions {
		x[i] = math.Copysign(box[i], -c[i])
	}
	for i := range rows {
		if rows[i].holds(dimensions, x) {
			continue
		}
		x, ok = minimizeOn(dimensions, &rows[i], rows[:i], c, box)
		if !ok {
			return x, false
		}
	}
	return x, true
}

// holds reports whether x meets r but for rounding.
func (r *halfspace) holds(dimensions int, x [4]float64) bool {
	sum, size := -r.b, math.Abs(r.b)
	for i := range dimensions {
		product := float64(r.a[i] * x[i])
		sum += product
		size += math.Abs(product)
	}
	return sum <= 1e-13*size
}

// minimizeOn solves the problem on the border of one row, by expressing one
// variable by the others.
func minimizeOn(dimensions int, on *halfspace, rows []halfspace, c, box [4]float64) (x [4]float64, ok bool) {
	out := 0
	for i := range dimensions {
		if math.Abs(on.a[i]) > math.Abs(on.a[out]) {
			out = i
		}
	}
	if on.a[out] == 0 {
		return x, on.b >= 0
	}
	last := dimensions - 1
	reduce := func(a [4]float64, b float64) halfspace {
		share := a[out] / on.a[out]
		for i := range dimensions {
			a[i] -= float64(share * on.a[i])
		}
		a[out] = a[last]
		return halfspace{a, b - float64(share*on.b)}
	}
	less := make([]halfspace, 0, len(rows)+2)
	var up, down [4]float64
	up[out], down[out] = 1, -1
	less = append(less, reduce(up, box[out]), reduce(down, box[out]))
	for i := range rows {
		less = append(less, reduce(rows[i].a, rows[i].b))
	}
	smaller := box
	smaller[out] = box[last]
	x, ok = minimize(last, less, reduce(c, 0).a, smaller)
	x[last] = x[out]
	sum := on.b
	for i := range dimensions {
		if i != out {
			sum -= float64(on.a[i] * x[i])
		}
	}
	x[out] = sum / on.a[out]
	return x, ok
}

// minimizeLine is minimize in one dimension.
func minimizeLine(rows []halfspace, c, box float64) (x [4]float64, ok bool) {
	low, high := -box, box
	for i := range rows {
		switch a, b := rows[i].a[0], rows[i].b; {
		case a > 0:
			high = min(high, b/a)
		case a < 0:
			low = max(low, b/a)
		case b < -1e-13:
			return x, false
		}
	}
	x[0] = low
	if c < 0 {
		x[0] = high
	}
	return x, low <= high+float64(1e-13*box)
}
