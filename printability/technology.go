package printability

import (
	"fmt"
	"strings"
)

// Technology is a printing process with the limits usual for it. They are
// starting points: what a material states wins.
type Technology struct {
	Name  string  `json:"name"`
	Title string  `json:"title"`
	Wall  float64 `json:"wall"` // thinnest wall that is held on both sides, mm
	// FreeWall is the thinnest wall that stands alone, 0 where the process
	// makes no difference.
	FreeWall float64 `json:"freeWall"`
	Gap      float64 `json:"gap"` // narrower gaps fuse, mm
	Process  Process `json:"process"`
}

// DefaultGap is the gap limit in mm where no technology is known.
const DefaultGap = 0.2

// technologies are design limits as printing services publish them, besides
// tipping angles and, on plates, slendernesses, which are our own.
var technologies = []Technology{
	{
		Name: "fdm", Title: "fused deposition (FDM, FFF)", Wall: 0.8, Gap: 0.3,
		Process: Process{HoleDiameter: 2, OverhangAngle: 45, TippingAngle: 10, Slenderness: 20, OnPlate: true},
	},
	{
		Name: "sla", Title: "stereolithography (SLA, DLP)", Wall: 0.5, FreeWall: 1.0, Gap: 0.2,
		Process: Process{HoleDiameter: 0.5, EscapeDiameter: 4, OverhangAngle: 19, TippingAngle: 10, OnPlate: true},
	},
	{
		Name: "sls", Title: "selective laser sintering (SLS)", Wall: 0.8, FreeWall: 1.0, Gap: 0.2,
		Process: Process{HoleDiameter: 1, EscapeDiameter: 4, Slenderness: 10},
	},
	{
		Name: "mjf", Title: "multi jet fusion (MJF)", Wall: 0.7, FreeWall: 1.0, Gap: 0.2,
		Process: Process{HoleDiameter: 1, EscapeDiameter: 4, Slenderness: 10},
	},
	{
		Name: "metal", Title: "metal powder bed fusion (LPBF, DMLS)", Wall: 0.4, FreeWall: 0.8, Gap: 0.2,
		Process: Process{HoleDiameter: 1, EscapeDiameter: 4, OverhangAngle: 45, TippingAngle: 10, Slenderness: 20, OnPlate: true},
	},
}

// Technologies returns the known technologies.
func Technologies() []Technology { return append([]Technology(nil), technologies...) }

// TechnologyNamed returns the technology of a name, in any case.
func TechnologyNamed(name string) (Technology, error) {
	var names []string
	for _, t := range technologies {
		if strings.EqualFold(t.Name, name) {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Technology{}, fmt.Errorf("unknown technology %q; known are %s", name, strings.Join(names, ", "))
}
