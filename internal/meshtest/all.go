package meshtest

// Closed returns closed, consistently oriented solids of one body each, of all
// the makers of this package, convex and not, from 4 to some thousand
// triangles.
func Closed() []Solid {
	return []Solid{
		Tetrahedron(3), Cube(20), Box(10, 20, 30), GridBox(10, 20, 30, 4), Plate(50, 0.5),
		Cylinder(5, 12, 24), Cone(5, 12, 24), Tube(10, 9, 30, 24), Cup(10, 9, 30, 24),
		Torus(10, 3, 24, 16), Sphere(10, 24), Icosphere(10, 3),
		Prism(3, 20, 6), Prism(3, 20, 7), Wedge(10, 20, 20), VGroove(20, 20, 2, 0.3, 60),
		Comb([]float64{0.2, 0.4, 0.8, 1.6}, 4, 10, 2, 20), LBracket(20, 30, 2, 40), CChannel(15, 30, 2, 40),
		Table(40, 30, 20, 2, 3), OpenBox(30, 20, 10, 0.8), Frame(30, 20, 10, 2),
		HollowBox(30, 20, 10, 1.2), NestedBoxes(30, 3, 3),
	}
}

// Defective returns surfaces that are open, one-sided, inside out, through
// themselves or of several bodies.
func Defective() []Solid {
	inverted := Cube(20).Flip()
	inverted.Name = "inverted_cube"
	return []Solid{
		LidlessBox(10, 20, 30), Sheet(10, 4), Moebius(10, 3, 24), Klein(3, 24, 12), inverted,
		OverlappingCubes(20, 10, 10, 10), TouchingCubes(20, 1), TouchingCubes(20, 2), TouchingCubes(20, 3),
	}
}
