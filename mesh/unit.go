package mesh

// Unit names a unit of length.
type Unit string

// The units that files and callers may state.
const (
	Micrometre Unit = "micron"
	Millimetre Unit = "mm"
	Centimetre Unit = "cm"
	Metre      Unit = "m"
	Inch       Unit = "inch"
	Foot       Unit = "foot"
)

// Scale returns how many millimetres one u is; 0 for an unknown unit.
func (u Unit) Scale() float64 {
	switch u {
	case Micrometre:
		return 0.001
	case Millimetre:
		return 1
	case Centimetre:
		return 10
	case Metre:
		return 1000
	case Inch:
		return 25.4
	case Foot:
		return 304.8
	}
	return 0
}
